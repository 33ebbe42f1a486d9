/**
 * `npm run test:moddable [-- PART…]`: the library under the Moddable SDK. Needs the SDK's tools, built for Linux, and says
 * what else a part needs. Without arguments every part runs.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { build } from "../hosts/desktop/build.mjs";
import { Failure, main } from "../hosts/desktop/step.mjs";
import { findSDK } from "../hosts/device/sdk.mjs";
import { testCommandLine } from "./moddable/command-line.mjs";
import { PHASE } from "./moddable/common.mjs";
import { testESP32 } from "./moddable/esp32.mjs";
import { testNative } from "./moddable/native.mjs";
import { testPackage } from "./moddable/package.mjs";
import { testWire } from "./moddable/wire.mjs";

const PARTS = {
	"command-line": testCommandLine,
	native: testNative,
	esp32: testESP32,
	wire: testWire,
	package: testPackage,
};

if (process.env.MODDABLE) await main(test);
else
	console.log(
		"test:moddable: nothing is run, because MODDABLE is not set: set it to the folder of a built Moddable SDK.",
	);

async function test() {
	const sdk = findSDK(PHASE);
	const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PARTS);
	for (const name of names) {
		if (!PARTS[name])
			throw new Failure(PHASE, `there is no part "${name}": choose of ${Object.keys(PARTS).join(", ")}.`);
	}
	// the manifests name dist/, and what has TLS is linked with the host's mbedTLS
	const { mbedtls } = await build(["64"], []);
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lws-xs-moddable-"));
	try {
		for (const name of names) await PARTS[name](sdk, folder, path.resolve(mbedtls[64]));
	} finally {
		fs.rmSync(folder, { recursive: true, force: true });
	}
}
