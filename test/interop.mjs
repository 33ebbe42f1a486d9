/**
 * `npm run test:interop [-- MOCHA-ARGUMENTS]`: the client on the XS hosts against servers of Debian: nginx, haproxy, tinyproxy,
 * microsocks, mosquitto, libwebsockets' own. Builds, fetches what is not installed, and says what it cannot have; the tests start the servers on loopback
 * and end them. The last line of the output is the sum.
 */
import { build } from "../hosts/desktop/build.mjs";
import { report } from "../hosts/desktop/step.mjs";
import { findPrograms } from "./interop/programs.mjs";
import { mocha } from "./mocha.mjs";

const SPEC = "build/test/interop/*.interop.js";
/** Instead of .mocharc.json, whose files are those of `npm test`. */
const SETTINGS = ["--no-config", "--import=./hosts/node/register.js", "--enable-source-maps", "--timeout", "60000"];

let counts;
try {
	await build();
	counts = await mocha([...SETTINGS, SPEC, ...process.argv.slice(2)], {
		LWS_INTEROP: JSON.stringify(await findPrograms()),
	});
} catch (error) {
	report(error);
	counts = { failed: 1 };
}
const { passed = 0, failed, skipped = 0 } = counts;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 ? 1 : 0;
