/** The golden traces and the re-entrancy matrix on XS: they hold there, and the log is Node's. */
import { match, strictEqual } from "node:assert";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { runHost, skipUnlessBuilt, type Variant } from "./host.js";

const LIBRARY = ["--preload", "lws-xs=build/lib/lws-xs.js"];
const PROGRAMS = ["golden", "reentrancy", "faults"];
const RUNS: { name: string; variant: Variant; options: string[] }[] = [
	{ name: "64-bit", variant: "64", options: [] },
	{ name: "32-bit", variant: "32", options: [] },
	{ name: "AddressSanitizer", variant: "asan", options: [] },
];

async function runNode(program: string): Promise<string> {
	const args = ["hosts/node/run.js", `build/test/host/${program}.js`];
	const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 });
	return stdout;
}

for (const { name, variant, options } of RUNS) {
	describe(`the client on a scripted network (${name})`, function () {
		this.timeout(120_000);
		before(function () {
			skipUnlessBuilt(this, variant);
		});

		for (const program of PROGRAMS) {
			it(`The log of test/host/${program}.ts is that of Node.`, async () => {
				const outcome = await runHost(variant, [...options, ...LIBRARY, `build/test/xs/${program}.js`]);
				match(outcome.stdout, /^[1-9]\d* passed, 0 failed$/m, outcome.stdout.slice(-2000) + outcome.stderr);
				strictEqual(outcome.stderr, "");
				strictEqual(outcome.code, 0);
				strictEqual(outcome.stdout, await runNode(program));
			});
		}
	});
}
