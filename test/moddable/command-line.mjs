/**
 * Applications for the SDK's command-line platform: they are linked without a warning about our modules, and run without a
 * display.
 */
import fs from "node:fs";
import path from "node:path";
import { Failure, run, step } from "../../hosts/desktop/step.mjs";
import { buildCommandLine } from "../../hosts/device/sdk.mjs";
import { PHASE, refuseWarnings } from "./common.mjs";

const SOURCES = "test/moddable/applications";
/** As an application's manifest has it. */
const CONFIG = { lws: { connections: 1, receiveBuffer: 512 } };

/** What is built: our manifests, the application, and what it prints. */
const APPLICATIONS = [
	{ features: ["h1", "plain"], program: "plain.js", expected: "lws-xs 6 404 512" },
	{ features: ["h1", "tls"], program: "tls.js", expected: "mbedTLS hello refused", hasTLS: true },
	// from the sources, as mcconfig has them that were cloned for it
	{ features: ["git"], program: "plain.js", expected: "lws-xs 6 404 512", hasTLS: true },
];

export async function testCommandLine(sdk, folder, mbedtls) {
	for (const application of APPLICATIONS) await testOne(sdk, folder, application, mbedtls);
}

async function testOne(sdk, root, { features, program, expected, hasTLS }, mbedtls) {
	const made = await step(`mcconfig and make (${features.join(", ")})`, () => {
		const main = fs.readFileSync(`${SOURCES}/${program}`, "utf8");
		const include = features.map((name) => path.resolve(`manifests/${name}.json`));
		return buildCommandLine(
			sdk,
			path.join(root, features.join("-")),
			{ main, include, config: CONFIG },
			hasTLS ? mbedtls : undefined,
		);
	});
	if (made.code !== 0) throw new Failure(PHASE, "the application does not build: see the message above.", made.output);
	refuseWarnings(made.output);

	const { code, output } = await run(made.program, []);
	if (code !== 0 || output.trim() !== expected) {
		const sentence = `the application printed the above (exit code ${code}) instead of "${expected}".`;
		throw new Failure(PHASE, sentence, output);
	}
	console.log(`command line: an application with ${features.join(" and ")} was linked, and printed "${expected}".`);
}
