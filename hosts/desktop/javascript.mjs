/** From TypeScript to bundles: tsc for the library and the programs, rollup for what the desktop host runs. */
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { Failure, run, step } from "./step.mjs";

/** The kinds of programs, each with its TypeScript project; rollup.config.js knows what is bundled of each. */
export const PROGRAMS = {
	examples: { project: "tsconfig.examples.json", sources: "examples", output: "build/js/examples" },
	tests: { project: "tsconfig.test.json", sources: "test", output: "build/test" },
	tool: { project: "tsconfig.tool.json", sources: "hosts/desktop/tool", output: "build/js/tool" },
	bench: { project: "tsconfig.bench.json", sources: "bench/programs", output: "build/js/bench" },
};

/** Where rollup writes; the first of them lies inside tsc's output for the tests. */
const BUNDLES = ["build/test/xs", "build/lib", "build/tool", "build/examples", "build/bench"];

/** A project may import from any folder, so a change in one of them compiles every project: that takes 0.2 s each. */
const SOURCES = ["modules", "hosts", "test", "bench", "examples"];
const SETTINGS = ["package.json", "package-lock.json", "tsconfig.json", "rollup.config.js"];

/** Compiles the library and the given kinds of programs, and bundles those. */
export async function buildJavaScript(kinds) {
	const sources = walk(SOURCES, (file) => file.endsWith(".ts"));
	await compile({ project: "tsconfig.json", output: "dist" }, sources);
	const present = kinds.filter((kind) => {
		const { project, sources: folder } = PROGRAMS[kind];
		return fs.existsSync(project) && sources.some((file) => file.startsWith(`${folder}/`));
	});
	for (const kind of present) await compile(PROGRAMS[kind], sources);
	await bundle(present);
}

async function compile({ project, output }, sources) {
	const inputs = [...SETTINGS, project, ...sources];
	const outputs = () => walk([output], isCompiled);
	await whenStale(`tsc-${path.basename(project, ".json")}`, inputs, outputs, () =>
		step(`tsc -p ${project}`, async () => {
			const args = ["node_modules/typescript/bin/tsc", "-p", project, "--pretty", "false", "--listEmittedFiles"];
			const result = await run(process.execPath, args);
			if (result.code !== 0) {
				const sentence = `${project} does not compile: correct the errors above.`;
				throw new Failure("typescript", sentence, result.output.replace(/^TSFILE: .*\n?/gm, ""));
			}
			// What was compiled from sources that are gone would go on working, here but not on a fresh clone.
			const emitted = new Set(result.output.match(/(?<=^TSFILE: ).*/gm)?.map((file) => path.resolve(file)));
			for (const file of outputs()) if (!emitted.has(path.resolve(file))) fs.rmSync(file);
		}),
	);
}

function isCompiled(file) {
	return /\.(js|js\.map|d\.ts)$/.test(file) && !BUNDLES.some((folder) => file.startsWith(`${folder}/`));
}

async function bundle(kinds) {
	if (kinds.length === 0) return;
	const inputs = [...SETTINGS, ...walk(["dist", ...kinds.map((kind) => PROGRAMS[kind].output)], isCompiled)];
	const outputs = () => walk(BUNDLES, (file) => /\.js(\.map)?$/.test(file));
	await whenStale(`rollup-${kinds.join("-")}`, inputs, outputs, () =>
		step("rollup", async () => {
			// These are there only now that the packages are installed.
			const { rollup } = await import("rollup");
			const { default: configurations } = await import("../../rollup.config.js");
			for (const { output, ...options } of configurations({ configPrograms: kinds.join() })) {
				try {
					const program = await rollup(options);
					await program.write(output);
					await program.close();
				} catch (error) {
					throw new Failure("rollup", `${options.input} cannot be bundled: ${error.message}`);
				}
			}
		}),
	);
}

/**
 * Runs `work` unless inputs and outputs are as they were after its last success. The note of that success is written
 * last, so after an interruption or a failure the work is done again.
 */
async function whenStale(name, inputs, outputs, work) {
	const note = `build/stamps/${name}`;
	const before = fingerprint(inputs);
	if (fs.existsSync(note) && fs.readFileSync(note, "utf8") === `${before} ${fingerprint(outputs())}`) return;
	fs.rmSync(note, { force: true });
	await work();
	fs.mkdirSync(path.dirname(note), { recursive: true });
	fs.writeFileSync(note, `${before} ${fingerprint(outputs())}`);
}

/** Changes when a file comes, goes, or is written. */
function fingerprint(files) {
	const hash = createHash("sha256");
	for (const file of files) {
		const status = fs.statSync(file, { throwIfNoEntry: false });
		hash.update(`${file} ${status?.size} ${status?.mtimeMs}\n`);
	}
	return hash.digest("hex");
}

/** The files below `folders` that `accepts` accepts, in a fixed order. */
function walk(folders, accepts) {
	const files = [];
	for (const folder of folders) {
		if (!fs.existsSync(folder)) continue;
		for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
			const file = path.join(entry.parentPath ?? entry.path, entry.name);
			if (entry.isFile() && accepts(file)) files.push(file);
		}
	}
	return files.sort();
}
