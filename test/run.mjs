/**
 * `npm test [-- MOCHA-ARGUMENTS]`: sets up and builds everything, then checks format and style, then runs the tests.
 * Each of the first two counts as one failed test when it fails. The last line of the output is the sum.
 */
import { build } from "../hosts/desktop/build.mjs";
import { report, run, say, step } from "../hosts/desktop/step.mjs";
import { mocha } from "./mocha.mjs";

const total = { passed: 0, failed: 0, skipped: 0 };

try {
	await build();
	add(await lint());
	add(await mocha(process.argv.slice(2)));
} catch (error) {
	// Without a build there is nothing to test.
	report(error);
	add({ failed: 1 });
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;

function add(counts) {
	for (const [name, count] of Object.entries(counts)) total[name] += count;
}

async function lint() {
	const biome = "node_modules/@biomejs/biome/bin/biome";
	const args = [biome, "check", "--error-on-warnings", `--colors=${process.stderr.isTTY ? "force" : "off"}`, "."];
	const { code, output } = await step("biome check", () => run(process.execPath, args));
	if (code === 0) return {};
	say(output.trim());
	say("lint: see the messages above; `npm run format` corrects what can be corrected mechanically.");
	return { failed: 1 };
}
