/** The engines of HTTP/1 come to the same in Node and on XS: the outputs of one program are compared. */
import { match, strictEqual } from "node:assert";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { runHost, skipUnlessBuilt } from "./host.js";

const ARGUMENTS = ["9112", "2000"];

describe("the engines of HTTP/1 in Node and on XS", function () {
	this.timeout(180_000);
	let expected = "";

	before(async () => {
		const args = ["hosts/node/run.js", "build/test/host/h1.js", ...ARGUMENTS];
		expected = (await promisify(execFile)(process.execPath, args)).stdout;
		match(expected, /^[1-9]\d* passed, 0 failed$/m);
	});

	for (const variant of ["64", "32"] as const) {
		it(`Every vector, every written request and every mutation has the same outcome (${variant}-bit).`, async function () {
			skipUnlessBuilt(this, variant);
			const { stdout, stderr } = await runHost(variant, ["build/test/xs/h1.js", ...ARGUMENTS]);
			strictEqual(stdout, expected);
			strictEqual(stderr, "");
		});
	}
});
