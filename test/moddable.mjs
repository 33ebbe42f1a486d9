/**
 * `npm run test:moddable`: shows that an application outside the tree that includes our manifest.json builds with the
 * Moddable SDK, links without a warning about our modules, and runs. Needs the SDK's tools, built for Linux.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { build } from "../hosts/desktop/build.mjs";
import { Failure, main, run, step } from "../hosts/desktop/step.mjs";

/** What test/moddable/main.js exports. */
const EXPECTED = "lws-xs 6 404";

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
	// manifest.json names dist/.
	await build([], []);
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lws-xs-moddable-"));
	try {
		await testIn(folder, tools);
	} finally {
		fs.rmSync(folder, { recursive: true, force: true });
	}
	console.log(`test:moddable: an application with lws-xs was built for ${PLATFORM} and printed "${EXPECTED}".`);
}

async function testIn(folder, tools) {
	const ours = path.resolve(".");
	for (const file of ["main.js", "lwsTestMain.c"]) fs.copyFileSync(`test/moddable/${file}`, path.join(folder, file));
	const manifest = {
		// what manifest_base.json says on the platforms that it knows
		build: { MODULES: "$(MODDABLE)/modules" },
		include: [path.join(ours, "manifest.json")],
		creation: { static: 0, chunk: { initial: 32768, incremental: 1024 }, heap: { initial: 2048, incremental: 64 } },
		modules: HOST_MODULES,
	};
	fs.writeFileSync(path.join(folder, "manifest.json"), JSON.stringify(manifest, null, "\t"));

	const out = path.join(folder, "out");
	fs.mkdirSync(out);
	const args = ["-m", "-p", PLATFORM, "-o", out];
	const env = { ...process.env, PATH: `${tools}${path.delimiter}${process.env.PATH}` };
	const made = await step(`mcconfig ${args.slice(0, 3).join(" ")}`, () =>
		run("mcconfig", [...args, path.join(folder, "manifest.json")], { cwd: folder, env }),
	);
	if (made.code !== 0) throw new Failure("test:moddable", "mcconfig failed: see its message above.", made.output);

	// The linker names each module with something that cannot stay in flash.
	const warnings = made.output.match(/^### warning: lws-xs.*$/gm);
	if (warnings) {
		const remedy = "keep no mutable state at module level, and freeze tables at every level";
		throw new Failure("test:moddable", `the SDK's linker warns about our modules: ${remedy}.`, warnings.join("\n"));
	}

	const program = findProgram(out, path.basename(folder));
	const { code, output } = await run(program, []);
	if (code !== 0 || output.trim() !== EXPECTED) {
		const sentence = `the application printed the above (exit code ${code}) instead of "${EXPECTED}".`;
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
