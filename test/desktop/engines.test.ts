/** The engines come to the same in Node and on XS: the outputs of one program are compared. */
import { match, strictEqual } from "node:assert";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { runHost, skipUnlessBuilt } from "./host.js";

const ENGINES: readonly { name: string; program: string; args: string[] }[] = [
	{ name: "HTTP/1", program: "h1", args: ["9112", "2000"] },
	{ name: "WebSocket", program: "ws", args: ["6455", "2000"] },
];

for (const { name, program, args } of ENGINES) {
	describe(`the engines of ${name} in Node and on XS`, function () {
		this.timeout(180_000);
		let expected = "";

		before(async () => {
			const node = ["hosts/node/run.js", `build/test/host/${program}.js`, ...args];
			expected = (await promisify(execFile)(process.execPath, node)).stdout;
			match(expected, /^[1-9]\d* passed, 0 failed$/m);
		});

		for (const variant of ["64", "32"] as const) {
			it(`Every vector, everything written and every mutation has the same outcome (${variant}-bit).`, async function () {
				skipUnlessBuilt(this, variant);
				const { stdout, stderr } = await runHost(variant, [`build/test/xs/${program}.js`, ...args]);
				strictEqual(stdout, expected);
				strictEqual(stderr, "");
			});
		}
	});
}
