/**
 * The simulator: the client of the wire tests as an application for it, and those tests run with that, on a display that
 * is not there (Xvfb). Needs mcsim, GTK to build it, and the system's mbedTLS, with which applications for it are linked.
 */
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { buildJavaScript } from "../../hosts/desktop/javascript.mjs";
import { Failure, run, step } from "../../hosts/desktop/step.mjs";
import { configure, writeApplication } from "../../hosts/device/sdk.mjs";
import { PHASE, refuseWarnings } from "./common.mjs";

const SOURCES = "test/moddable/applications/wire";
/** What of the wire and hostile tests says all by plans. */
const SPECS = [
	...["connections", "requests", "responses", "tls", "tls-checks", "tls-sessions", "tls-peers"].map(
		(name) => `wire/${name}`,
	),
	...["hostile", "tls"].map((name) => `hostile/${name}`),
];
/** Of the hostile ones all malformed responses, but not each of their pieces: a plan takes the simulator a second. */
const EXCEPT = "in every way|byte by byte|at each";

const PACKAGES = "libgtk-3-dev xvfb libmbedtls-dev";

export async function testSimulator(sdk, root) {
	const simulator = path.join(sdk.tools, "mcsim");
	if (!fs.existsSync(simulator)) {
		const remedy = `apt-get install ${PACKAGES}, then mcconfig -m -p x-lin $MODDABLE/tools/mcsim/manifest.json`;
		throw new Failure(PHASE, `there is no simulator in ${sdk.tools}: ${remedy}.`);
	}
	const hasTLS13 = await readsTLS13();
	await buildJavaScript(["tests"]);
	const application = await buildApplication(sdk, path.join(root, "wire"));
	const home = path.join(root, "home");
	fs.mkdirSync(path.join(home, ".config"), { recursive: true });
	const display = await startDisplay();
	try {
		const args = [path.join(sdk.folder, "build/simulators"), application];
		const env = {
			...process.env,
			DISPLAY: display.name,
			HOME: home, // the simulator keeps preferences, and a copy of the application
			LWS_TEST_SIMULATOR: JSON.stringify({ program: simulator, args, hasTLS13 }),
		};
		const specs = SPECS.map((spec) => `build/test/${spec}.test.js`);
		const mocha = ["node_modules/mocha/bin/mocha.js", "--no-config", "--import=./hosts/node/register.js"];
		const options = [...mocha, "--reporter", "spec", "--timeout", "120000", "--grep", EXCEPT, "--invert", ...specs];
		const { code } = await run(process.execPath, options, { env, stdio: "inherit" });
		if (code !== 0) throw new Failure(PHASE, "tests failed in the simulator: see the messages above.");
		console.log("simulator: the wire tests passed in it.");
	} finally {
		display.end();
	}
}

/** Whether the system's mbedTLS has TLS 1.3; a Failure when there is none. */
async function readsTLS13() {
	const probe = "#include <mbedtls/ssl.h>\n#ifdef MBEDTLS_SSL_PROTO_TLS1_3\nlws_has_tls13\n#endif\n";
	const { code, output } = await run("sh", ["-c", 'printf "%s" "$0" | cc -E -', probe]);
	if (code !== 0) throw new Failure(PHASE, `the system has no mbedTLS: apt-get install ${PACKAGES}.`, output);
	return output.includes("lws_has_tls13");
}

/** As the user would, without -d: `mcconfig -m -p lin`, except that it is not started. Resolves to its path. */
async function buildApplication(sdk, folder) {
	const files = { "wire-client.js": fs.readFileSync("build/test/xs/wire-client.js", "utf8") };
	for (const name of fs.readdirSync(SOURCES)) files[name] = fs.readFileSync(path.join(SOURCES, name), "utf8");
	writeApplication(folder, files, {
		include: ["$(MODDABLE)/examples/manifest_base.json", path.resolve("manifest.json")],
		modules: { "*": ["./main", "./surroundings", "./wire-client", "./lwsTestSurroundings"] },
	});
	const { code, output } = await step("mcconfig -m -p lin", () => configure(sdk, folder, "lin", ["-m", "-t", "build"]));
	if (code !== 0) throw new Failure(PHASE, "the application does not build: see the message above.", output);
	refuseWarnings(output);
	return path.join(folder, "out/bin/lin/mc/release", path.basename(folder), "mc.so");
}

/** A display of its own: { name, end() }. */
function startDisplay() {
	return new Promise((resolve, reject) => {
		const server = spawn("Xvfb", ["-displayfd", "3", "-nolisten", "tcp"], {
			stdio: ["ignore", "ignore", "ignore", "pipe"],
		});
		server.once("error", () => reject(new Failure(PHASE, `there is no Xvfb: apt-get install ${PACKAGES}.`)));
		server.once("exit", (code) => reject(new Failure(PHASE, `Xvfb ended with ${code} before it had a display.`)));
		server.stdio[3].once("data", (number) => resolve({ name: `:${number}`.trim(), end: () => server.kill() }));
	});
}
