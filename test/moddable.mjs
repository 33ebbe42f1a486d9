/**
 * `npm run test:moddable`: shows that an application outside the tree that includes our manifest.json builds with the
 * Moddable SDK, links without a warning about our modules, and runs. Needs the SDK's tools, built for Linux.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { build } from "../hosts/desktop/build.mjs";
import { Failure, main, run, step } from "../hosts/desktop/step.mjs";

/** What is built: our manifest, the application, and what it prints. */
const APPLICATIONS = [
	{ manifest: "manifest.json", program: "main.js", expected: "lws-xs 6 404" },
	{ manifest: "manifest_tls.json", program: "tls.js", expected: "mbedTLS hello refused", hasTLS: true },
];

/** A command-line program: no simulator, no display. */
const PLATFORM = "x-cli-lin";

/** On that platform modules/io/manifest.json names nothing: the application names what the client imports. */
const HOST_MODULES = {
	timer: "$(MODULES)/base/timer/timer",
	time: "$(MODULES)/base/time/time",
	"embedded:io/socket/tcp": "$(MODULES)/io/socket/lin/tcp",
	"embedded:io/socket/udp": "$(MODULES)/io/socket/lin/udp",
	"embedded:io/socket/listener": "$(MODULES)/io/socket/lin/listener",
	"*": [
		"$(MODULES)/base/timer/modTimer",
		"$(MODULES)/base/timer/lin/*",
		"$(MODULES)/base/time/lin/*",
		"$(MODULES)/base/instrumentation/modInstrumentation",
		"$(MODULES)/io/common/builtinCommon",
		"./main",
		"./lwsTestMain",
	],
};

const sdk = process.env.MODDABLE;
if (sdk) await main(test);
else
	console.log(
		"test:moddable: nothing is run, because MODDABLE is not set: set it to the folder of a built Moddable SDK.",
	);

async function test() {
	const tools = path.join(sdk, "build/bin/lin/release");
	if (!fs.existsSync(path.join(tools, "mcconfig"))) {
		const remedy = "build the SDK's tools (`make` in its build/makefiles/lin), or correct MODDABLE";
		throw new Failure("test:moddable", `there is no mcconfig in ${tools}: ${remedy}.`);
	}
	// The manifests name dist/, and the application with TLS is linked with the host's mbedTLS.
	const { mbedtls } = await build(["64"], []);
	for (const application of APPLICATIONS) {
		const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lws-xs-moddable-"));
		try {
			await testIn(folder, tools, application, path.resolve(mbedtls[64]));
		} finally {
			fs.rmSync(folder, { recursive: true, force: true });
		}
		const { manifest, expected } = application;
		console.log(`test:moddable: an application with ${manifest} was built for ${PLATFORM} and printed "${expected}".`);
	}
}

async function testIn(folder, tools, { manifest: ours, program: source, expected, hasTLS }, mbedtls) {
	fs.copyFileSync(`test/moddable/${source}`, path.join(folder, "main.js"));
	fs.copyFileSync("test/moddable/lwsTestMain.c", path.join(folder, "lwsTestMain.c"));
	const manifest = {
		// what manifest_base.json says on the platforms that it knows
		build: { MODULES: "$(MODDABLE)/modules" },
		include: [path.resolve(ours)],
		creation: { static: 0, chunk: { initial: 32768, incremental: 1024 }, heap: { initial: 2048, incremental: 64 } },
		modules: HOST_MODULES,
	};
	fs.writeFileSync(path.join(folder, "manifest.json"), JSON.stringify(manifest, null, "\t"));

	const out = path.join(folder, "out");
	fs.mkdirSync(out);
	const args = ["-p", PLATFORM, "-o", out, path.join(folder, "manifest.json")];
	const env = { ...process.env, PATH: `${tools}${path.delimiter}${process.env.PATH}` };
	if (hasTLS) env.CPATH = path.join(mbedtls, "include");
	// the makefile of this platform has no place for libraries of the application: they are given to make
	const makefile = path.join(out, "tmp/lin/release", path.basename(folder), "makefile");
	const libraries = ["mbedtls", "mbedx509", "mbedcrypto"].map((name) => path.join(mbedtls, `lib/lib${name}.a`));
	const made = await step(`mcconfig -p ${PLATFORM} (${ours})`, async () => {
		const configured = await run("mcconfig", args, { cwd: folder, env });
		if (configured.code !== 0) return configured;
		const system = (await run("pkg-config", ["--libs", "gio-2.0"])).output.trim();
		const list = `${hasTLS ? libraries.join(" ") : ""} -lm -lc ${system} -latomic -lpthread -ldl`;
		const compiled = await run("make", ["-f", makefile, `LIBRARIES=${list}`], { cwd: folder, env });
		return { code: compiled.code, output: configured.output + compiled.output };
	});
	if (made.code !== 0) throw new Failure("test:moddable", "mcconfig failed: see its message above.", made.output);

	// The linker names each module with something that cannot stay in flash.
	const warnings = made.output.match(/^### warning: lws-xs.*$/gm);
	if (warnings) {
		const remedy = "keep no mutable state at module level, and freeze tables at every level";
		throw new Failure("test:moddable", `the SDK's linker warns about our modules: ${remedy}.`, warnings.join("\n"));
	}

	const program = findProgram(out, path.basename(folder));
	const { code, output } = await run(program, []);
	if (code !== 0 || output.trim() !== expected) {
		const sentence = `the application printed the above (exit code ${code}) instead of "${expected}".`;
		throw new Failure("test:moddable", sentence, output);
	}
}

/** The program is called as the folder of its manifest; where mcconfig puts it differs between platforms. */
function findProgram(folder, name) {
	for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
		if (entry.isFile() && entry.name === name) return path.join(entry.parentPath, entry.name);
	}
	throw new Failure("test:moddable", `mcconfig reported no error, but made no program named ${name} in ${folder}.`);
}
