// Bundles for the desktop host: every program in one file, with all that it imports except what the host supplies.
// `--configPrograms examples,tests,bench` (a part of these, default all) selects what is bundled.
import { existsSync, readdirSync } from "node:fs";
import resolve from "@rollup/plugin-node-resolve";

// Compiled programs, and where their bundles go.
const PROGRAMS = {
	examples: { from: "build/js/examples", to: "build/examples" },
	tests: { from: "build/test/host", to: "build/test/xs" },
	bench: { from: "build/js/bench", to: "build/bench" },
};

// Modules of the host, and native glue, which Node's conditions would replace by its twin. The twin itself
// (lws-xs/native/twin/…) is a module like any other.
const EXTERNAL = [
	"timer",
	"time",
	"rng",
	"base64",
	"logical",
	"url",
	/^text\//,
	/^embedded:/,
	/^desktop\//,
	/^lws-xs\/native\/[^/]+$/,
];

function isProgram(file) {
	return file.endsWith(".js") && !file.endsWith(".test.js") && file !== "harness.js";
}

export default function configurations({ configPrograms = Object.keys(PROGRAMS).join() }) {
	return configPrograms
		.split(",")
		.map((name) => PROGRAMS[name])
		.filter(({ from }) => existsSync(from))
		.flatMap(({ from, to }) =>
			readdirSync(from)
				.filter(isProgram)
				.map((file) => ({
					input: `${from}/${file}`,
					external: EXTERNAL,
					plugins: [resolve()],
					output: { file: `${to}/${file}`, format: "es", sourcemap: true },
					// A name that nothing resolves is a mistake here, not a module of the host.
					onwarn(warning, print) {
						if (warning.code === "UNRESOLVED_IMPORT") throw new Error(warning.message);
						// The idle program of the benches is meant to be empty.
						if (warning.code !== "EMPTY_BUNDLE") print(warning);
					},
				})),
		);
}
