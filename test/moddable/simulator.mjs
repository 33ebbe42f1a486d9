/**
 * The simulator without a screen: mcsim on a display that is not there (Xvfb), with a home of its own. Needs mcsim, which
 * needs GTK to be built, and the system's mbedTLS, with which applications for it are linked.
 */
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { Failure, run } from "../../hosts/desktop/step.mjs";
import { PHASE } from "./common.mjs";

const PACKAGES = "libgtk-3-dev xvfb libmbedtls-dev";

/** { program, devices, env, hasTLS13, close() }; a Failure says what is missing. */
export async function openSimulator(sdk, root) {
	const program = path.join(sdk.tools, "mcsim");
	if (!fs.existsSync(program)) {
		const remedy = `apt-get install ${PACKAGES}, then mcconfig -m -p x-lin $MODDABLE/tools/mcsim/manifest.json`;
		throw new Failure(PHASE, `there is no simulator in ${sdk.tools}: ${remedy}.`);
	}
	const hasTLS13 = await readsTLS13();
	// it keeps preferences there, and a copy of the application
	const home = path.join(root, "home");
	fs.mkdirSync(path.join(home, ".config"), { recursive: true });
	const display = await startDisplay();
	const env = { ...sdk.env, DISPLAY: display.name, HOME: home };
	return { program, devices: path.join(sdk.folder, "build/simulators"), env, hasTLS13, close: display.end };
}

/** Whether the system's mbedTLS has TLS 1.3; a Failure when there is none. */
async function readsTLS13() {
	const probe = "#include <mbedtls/ssl.h>\n#ifdef MBEDTLS_SSL_PROTO_TLS1_3\nlws_has_tls13\n#endif\n";
	const { code, output } = await run("sh", ["-c", 'printf "%s" "$0" | cc -E -', probe]);
	if (code !== 0) throw new Failure(PHASE, `the system has no mbedTLS: apt-get install ${PACKAGES}.`, output);
	return output.includes("lws_has_tls13");
}

/** A display of its own: { name, end() }. */
function startDisplay() {
	return new Promise((resolve, reject) => {
		const stdio = ["ignore", "ignore", "ignore", "pipe"];
		const server = spawn("Xvfb", ["-displayfd", "3", "-nolisten", "tcp"], { stdio });
		server.once("error", () => reject(new Failure(PHASE, `there is no Xvfb: apt-get install ${PACKAGES}.`)));
		server.once("exit", (code) => reject(new Failure(PHASE, `Xvfb ended with ${code} before it had a display.`)));
		server.stdio[3].once("data", (number) => resolve({ name: `:${number}`.trim(), end: () => server.kill() }));
	});
}
