/**
 * `npm run soak [-- MOCHA-ARGUMENTS]`: the long versions of the tests, with the sizes of the requirements. Builds first.
 * On an emulated 32-bit host this takes a quarter of an hour, and Autobahn's volumes of compressed messages another.
 */
import { build } from "../hosts/desktop/build.mjs";
import { report, run } from "../hosts/desktop/step.mjs";

const LONG = "24,576 bytes|memoryPlan|thousand failures|without end|^conformance";

try {
	await build();
	const args = process.argv.slice(2);
	const chosen = args.length > 0 ? args : ["--grep", LONG];
	const env = { ...process.env, LWS_XS_FULL: "1" };
	const { code } = await run(process.execPath, ["node_modules/mocha/bin/mocha.js", ...chosen], {
		stdio: "inherit",
		env,
	});
	process.exitCode = code;
} catch (error) {
	report(error);
	process.exitCode = 1;
}
