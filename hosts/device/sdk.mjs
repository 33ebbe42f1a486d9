/**
 * The Moddable SDK as the scripts here use it: where its tools are, and applications for its command-line platform, which
 * needs neither simulator nor device but has to be told more.
 */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Failure, run } from "../desktop/step.mjs";

const TOOLS = ["mcconfig", "xsc", "xsid", "xsl"];

/** A platform whose makefile asks for nothing but the SDK; its command lines of xsc and xsl are those of a device. */
const COMMAND_LINE = "x-cli-lin";

/** What manifests of the SDK bring elsewhere: on that platform they name nothing. */
const MODULES = {
	timer: "$(MODULES)/base/timer/timer",
	time: "$(MODULES)/base/time/time",
	net: "$(MODULES)/network/net/net",
	"embedded:io/socket/tcp": "$(MODULES)/io/socket/lin/tcp",
	"embedded:io/socket/udp": "$(MODULES)/io/socket/lin/udp",
	"embedded:io/socket/listener": "$(MODULES)/io/socket/lin/listener",
	"mc/config": "./config",
	main: "./main",
};

/** What an application that runs in a process of Linux has of that: linux/process.js, as the desktop host calls it. */
export const LINUX_MODULES = {
	"desktop/process": here("linux/process"),
	"*": [here("linux/lwsLinuxProcess")],
};

/** The C of MODULES, and a main(), for who links a program. */
const NATIVE_MODULES = [
	"$(MODULES)/base/timer/modTimer",
	"$(MODULES)/base/timer/lin/*",
	"$(MODULES)/base/time/lin/*",
	"$(MODULES)/base/instrumentation/modInstrumentation",
	"$(MODULES)/io/common/builtinCommon",
	"$(MODULES)/network/net/lin/*",
	...LINUX_MODULES["*"],
	here("linux/lwsLinuxMain"),
];

/** As mcconfig has it for an application that says nothing of memory. */
const CREATION = {
	static: 0,
	chunk: { initial: 32768, incremental: 1024 },
	heap: { initial: 2048, incremental: 64 },
};

function here(name) {
	return fileURLToPath(new URL(name, import.meta.url));
}

/** { folder, tools, version, env } of the SDK in MODDABLE; `phase` begins the sentence of the Failure if there is none. */
export function findSDK(phase) {
	const folder = process.env.MODDABLE;
	if (!folder) throw new Failure(phase, "MODDABLE is not set: set it to the folder of a built Moddable SDK.");
	const tools = path.join(folder, "build/bin/lin/release");
	for (const tool of TOOLS) {
		if (fs.existsSync(path.join(tools, tool))) continue;
		const remedy = "build the SDK's tools (`make` in its build/makefiles/lin), or correct MODDABLE";
		throw new Failure(phase, `there is no ${tool} in ${tools}: ${remedy}.`);
	}
	const compilers = path.resolve("node_modules/.bin");
	const env = { ...process.env, PATH: [tools, compilers, process.env.PATH].join(path.delimiter) };
	return { folder, tools, version: fs.readFileSync(path.join(folder, "tools/VERSION"), "utf8").trim(), env };
}

/**
 * Runs mcconfig for the manifest in `folder`; resolves to { code, output, made, product }: where the makefile is, and what
 * it makes. What is built goes into `out`, by default a folder beside the manifest.
 */
export async function configure(sdk, folder, platform, { options = [], out = path.join(folder, "out") } = {}) {
	fs.mkdirSync(out, { recursive: true });
	const [name, subplatform = ""] = platform.split("/");
	// what has no "=" comes before the manifest, settings of the application after it
	const settings = options.filter((option) => option.includes("="));
	const others = options.filter((option) => !option.includes("="));
	const args = [...others, "-p", platform, "-o", out, path.join(folder, "manifest.json"), ...settings];
	const { code, output } = await run("mcconfig", args, { cwd: folder, env: sdk.env });
	// the application is called as its folder; its platform without x-cli-, and a simulator's has a level more
	const device = name === "lin" && subplatform === "" ? "mc" : subplatform;
	const place = [name.replace(/^x-cli-/, ""), device, options.includes("-d") ? "debug" : "release"];
	const parts = [...place.filter(Boolean), path.basename(folder)];
	return { code, output, made: path.join(out, "tmp", ...parts), product: path.join(out, "bin", ...parts) };
}

/** Writes the application's files into `folder`: { "main.js": text, … }, and its manifest. */
export function writeApplication(folder, files, manifest) {
	fs.mkdirSync(folder, { recursive: true });
	for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
	fs.writeFileSync(path.join(folder, "manifest.json"), `${JSON.stringify(manifest, null, "\t")}\n`);
}

/** The same for the command-line platform, as far as mc.xs.c; `config` is what a manifest would say elsewhere. */
export async function configureCommandLine(sdk, folder, { main, include, modules, config = {} }) {
	const files = { "main.js": main, "config.js": `export default Object.freeze(${JSON.stringify(config)}, true);\n` };
	const build = { MODULES: "$(MODDABLE)/modules" };
	writeApplication(folder, files, { build, include, creation: CREATION, modules: { ...MODULES, ...modules } });
	return await configure(sdk, folder, COMMAND_LINE);
}

/**
 * A program of it, with that mbedTLS where it has TLS; resolves to { code, output, program }. It ends when the application
 * calls desktop/process's exit().
 */
export async function buildCommandLine(sdk, folder, { main, include, config }, mbedtls) {
	const modules = { ...LINUX_MODULES, "*": NATIVE_MODULES };
	const configured = await configureCommandLine(sdk, folder, { main, include, modules, config });
	if (configured.code !== 0) return configured;
	// the makefile of this platform has no place for libraries of the application: they are given to make
	const own = mbedtls
		? ["mbedtls", "mbedx509", "mbedcrypto"].map((name) => path.join(mbedtls, `lib/lib${name}.a`))
		: [];
	const system = (await run("pkg-config", ["--libs", "gio-2.0"])).output.trim();
	const libraries = [...own, "-lm -lc", system, "-latomic -lpthread -ldl -lresolv"].join(" ");
	const args = ["-f", path.join(configured.made, "makefile"), `LIBRARIES=${libraries}`];
	const env = mbedtls ? { ...sdk.env, CPATH: path.join(mbedtls, "include") } : sdk.env;
	const { code, output } = await run("make", args, { cwd: folder, env });
	// for the command line the product is no folder
	return { code, output: configured.output + output, program: configured.product };
}
