/**
 * Applications for the SDK's command-line platform: they are linked without a warning about our modules, and run. No event
 * loop, no display.
 */
import fs from "node:fs";
import path from "node:path";
import { Failure, run, step } from "../../hosts/desktop/step.mjs";
import { configureCommandLine, NATIVE_MODULES } from "../../hosts/device/sdk.mjs";
import { PHASE, refuseWarnings } from "./common.mjs";

const SOURCES = "test/moddable/applications";

/** What is built: our manifests, the application, and what it prints. */
const APPLICATIONS = [
	{ features: ["h1", "plain"], program: "plain.js", expected: "lws-xs 6 404" },
	{ features: ["h1", "tls"], program: "tls.js", expected: "mbedTLS hello refused", hasTLS: true },
	// from the sources, as mcconfig has them that were cloned for it
	{ features: ["git"], program: "plain.js", expected: "lws-xs 6 404", hasTLS: true },
];

export async function testCommandLine(sdk, folder, mbedtls) {
	for (const application of APPLICATIONS) await testOne(sdk, folder, application, mbedtls);
}

async function testOne(sdk, root, { features, program, expected, hasTLS }, mbedtls) {
	const folder = path.join(root, features.join("-"));
	fs.mkdirSync(folder);
	fs.copyFileSync(`${SOURCES}/lwsTestMain.c`, path.join(folder, "lwsTestMain.c"));
	// the makefile of this platform has no place for libraries of the application: they are given to make
	const libraries = ["mbedtls", "mbedx509", "mbedcrypto"].map((name) => path.join(mbedtls, `lib/lib${name}.a`));
	const made = await step(`mcconfig and make (${features.join(", ")})`, async () => {
		const configured = await configureCommandLine(sdk, folder, {
			main: fs.readFileSync(`${SOURCES}/${program}`, "utf8"),
			include: features.map((name) => path.resolve(`manifests/${name}.json`)),
			modules: { "*": [...NATIVE_MODULES, "./lwsTestMain"] },
		});
		if (configured.code !== 0) return configured;
		const system = (await run("pkg-config", ["--libs", "gio-2.0"])).output.trim();
		const list = `${hasTLS ? libraries.join(" ") : ""} -lm -lc ${system} -latomic -lpthread -ldl -lresolv`;
		const args = ["-f", path.join(configured.made, "makefile"), `LIBRARIES=${list}`];
		const env = { ...sdk.env, CPATH: path.join(mbedtls, "include") };
		const compiled = await run("make", args, { cwd: folder, env });
		return { ...compiled, output: configured.output + compiled.output, product: configured.product };
	});
	if (made.code !== 0) throw new Failure(PHASE, "the application does not build: see the message above.", made.output);
	refuseWarnings(made.output);

	const { code, output } = await run(path.join(made.product, path.basename(folder)), []);
	if (code !== 0 || output.trim() !== expected) {
		const sentence = `the application printed the above (exit code ${code}) instead of "${expected}".`;
		throw new Failure(PHASE, sentence, output);
	}
	console.log(`command line: an application with ${features.join(" and ")} was linked, and printed "${expected}".`);
}
