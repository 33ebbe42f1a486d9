/**
 * The simulator without a screen: mcsim on a display that is not there (Xvfb), with a home of its own. Needs mcsim, which
 * needs GTK to be built, and the system's mbedTLS, with which applications for it are linked.
 */
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { Failure, run, step } from "../desktop/step.mjs";
import { configure, LINUX_MODULES, writeApplication } from "./sdk.mjs";

const PACKAGES = "libgtk-3-dev xvfb libmbedtls-dev";

/**
 * An application as the user would build it, without -d: `mcconfig -m -p lin`, except that it is not started. `files` are
 * written into `folder`, and the manifest. Resolves to { application, output }; `phase` begins the sentence of a Failure.
 */
export async function buildSimulated(phase, sdk, folder, files, { include, modules, ...manifest }) {
	writeApplication(folder, files, {
		include: ["$(MODDABLE)/examples/manifest_base.json", ...include],
		modules: { ...LINUX_MODULES, ...modules, "*": [...LINUX_MODULES["*"], ...modules["*"]] },
		...manifest,
	});
	const build = () => configure(sdk, folder, "lin", { options: ["-m", "-t", "build"] });
	const { code, output, product } = await step(`mcconfig -m -p lin (${path.basename(folder)})`, build);
	if (code !== 0) throw new Failure(phase, "the application does not build: see the message above.", output);
	return { application: path.join(product, "mc.so"), output };
}

/** { program, devices, env, hasTLS13, close() }; a Failure says what is missing. */
export async function openSimulator(phase, sdk, root) {
	const program = path.join(sdk.tools, "mcsim");
	if (!fs.existsSync(program)) {
		const remedy = `apt-get install ${PACKAGES}, then mcconfig -m -p x-lin $MODDABLE/tools/mcsim/manifest.json`;
		throw new Failure(phase, `there is no simulator in ${sdk.tools}: ${remedy}.`);
	}
	const hasTLS13 = await readsTLS13(phase);
	// it keeps preferences there, and a copy of the application
	const home = path.join(root, "home");
	fs.mkdirSync(path.join(home, ".config"), { recursive: true });
	const display = await startDisplay(phase);
	const env = { ...sdk.env, DISPLAY: display.name, HOME: home };
	return { program, devices: path.join(sdk.folder, "build/simulators"), env, hasTLS13, close: display.end };
}

/** Whether the system's mbedTLS has TLS 1.3; a Failure when there is none. */
async function readsTLS13(phase) {
	const probe = "#include <mbedtls/ssl.h>\n#ifdef MBEDTLS_SSL_PROTO_TLS1_3\nlws_has_tls13\n#endif\n";
	const { code, output } = await run("sh", ["-c", 'printf "%s" "$0" | cc -E -', probe]);
	if (code !== 0) throw new Failure(phase, `the system has no mbedTLS: apt-get install ${PACKAGES}.`, output);
	return output.includes("lws_has_tls13");
}

/** A display of its own: { name, end() }. */
function startDisplay(phase) {
	return new Promise((resolve, reject) => {
		const stdio = ["ignore", "ignore", "ignore", "pipe"];
		const server = spawn("Xvfb", ["-displayfd", "3", "-nolisten", "tcp"], { stdio });
		server.once("error", () => reject(new Failure(phase, `there is no Xvfb: apt-get install ${PACKAGES}.`)));
		server.once("exit", (code) => reject(new Failure(phase, `Xvfb ended with ${code} before it had a display.`)));
		server.stdio[3].once("data", (number) => resolve({ name: `:${number}`.trim(), end: () => server.kill() }));
	});
}
