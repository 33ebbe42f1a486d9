/** The wire tests in the simulator: their client is an application for it, built as its user would build it. */
import fs from "node:fs";
import path from "node:path";
import { buildJavaScript } from "../../hosts/desktop/javascript.mjs";
import { Failure, run } from "../../hosts/desktop/step.mjs";
import { buildSimulated, openSimulator } from "../../hosts/device/simulator.mjs";
import { PHASE, refuseWarnings } from "./common.mjs";

const SOURCES = "test/moddable/applications/wire";
/** What of the wire and hostile tests says all by plans. */
const SPECS = [
	...["connections", "requests", "responses", "tls", "tls-checks", "tls-sessions", "tls-peers"].map(
		(name) => `wire/${name}`,
	),
	...["hostile", "tls"].map((name) => `hostile/${name}`),
];

export async function testWire(sdk, root) {
	await buildJavaScript(["tests"]);
	const application = await buildApplication(sdk, path.join(root, "wire"));
	const { program, devices, env, hasTLS13, close } = await openSimulator(PHASE, sdk, root);
	try {
		const simulator = JSON.stringify({ program, args: [devices, application], hasTLS13 });
		const specs = SPECS.map((spec) => `build/test/${spec}.test.js`);
		const mocha = ["node_modules/mocha/bin/mocha.js", "--no-config", "--import=./hosts/node/register.js"];
		const { code } = await run(process.execPath, [...mocha, "--timeout", "120000", ...specs], {
			env: { ...env, LWS_TEST_SIMULATOR: simulator },
			stdio: "inherit",
		});
		if (code !== 0) throw new Failure(PHASE, "tests failed in the simulator: see the messages above.");
		console.log("wire: the wire tests passed in the simulator.");
	} finally {
		close();
	}
}

/** Resolves to its path. */
async function buildApplication(sdk, folder) {
	const files = { "wire-client.js": fs.readFileSync("build/test/xs/wire-client.js", "utf8") };
	for (const name of fs.readdirSync(SOURCES)) files[name] = fs.readFileSync(path.join(SOURCES, name), "utf8");
	const { application, output } = await buildSimulated(PHASE, sdk, folder, files, {
		include: [path.resolve("manifest.json")],
		// as on the desktop host: the client of the tests calls deeper than an application
		creation: { stack: 512 },
		modules: { "*": ["./main", "./surroundings", "./wire-client"] },
	});
	refuseWarnings(output);
	return application;
}
