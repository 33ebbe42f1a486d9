/** The golden traces and the re-entrancy matrix on XS: they hold there, and the log is Node's. */
import { match, strictEqual } from "node:assert";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { runHost, skipUnlessBuilt, type Variant } from "./host.js";

const LIBRARY = ["--preload", "lws-xs=build/lib/lws-xs.js"];
const PROGRAMS = ["golden", "reentrancy", "faults"];
/** Under AddressSanitizer the traces are played in parts: it gives little of its memory back. */
const RUNS: { name: string; variant: Variant; parts: number }[] = [
	{ name: "64-bit", variant: "64", parts: 1 },
	{ name: "32-bit", variant: "32", parts: 1 },
	{ name: "AddressSanitizer", variant: "asan", parts: 6 },
];

async function runNode(program: string, selection: string[]): Promise<string> {
	const args = ["hosts/node/run.js", `build/test/host/${program}.js`, ...selection];
	const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 });
	return stdout;
}

for (const { name, variant, parts } of RUNS) {
	describe(`the client on a scripted network (${name})`, function () {
		this.timeout(300_000);
		before(function () {
			skipUnlessBuilt(this, variant);
		});

		const isSame = async (program: string, selection: string[] = []) => {
			const outcome = await runHost(variant, [...LIBRARY, `build/test/xs/${program}.js`, ...selection]);
			match(outcome.stdout, /^[1-9]\d* passed, 0 failed$/m, outcome.stdout.slice(-2000) + outcome.stderr);
			strictEqual(outcome.stderr, "");
			strictEqual(outcome.code, 0);
			strictEqual(outcome.stdout, await runNode(program, selection));
		};

		for (const program of PROGRAMS) {
			const count = program === "golden" ? parts : 1;
			for (let part = 0; part < count; part++) {
				const which = count > 1 ? ` (part ${part + 1} of ${count})` : "";
				it(`The log of test/host/${program}.ts is that of Node${which}.`, () =>
					isSame(program, count > 1 ? ["", `${part}`, `${count}`] : []));
			}
		}
	});
}
