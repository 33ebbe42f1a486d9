// Bundles for the desktop host: every program in one file, with all that it imports except what the host supplies.
// `--configPrograms examples,tests,tool,bench` (a part of these, default all) selects what is bundled.
import { existsSync, readdirSync } from "node:fs";
import resolve from "@rollup/plugin-node-resolve";

// Compiled programs, and where their bundles go.
const PROGRAMS = {
	examples: { from: "build/js/examples", to: "build/examples" },
	tests: { from: "build/test/host", to: "build/test/xs" },
	tool: { from: "build/js/tool", to: "build/tool", only: "main.js" },
	bench: { from: "build/js/bench", to: "build/bench" },
};

// The library, which the host preloads as a bundle of its own; modules of the host; and native glue, which Node's conditions would replace by its twin. The twin itself
// (lws-xs/native/twin/…) is a module like any other.
const EXTERNAL = [
	"lws-xs",
	"timer",
	"time",
	"rng",
	"crypt",
	"base64",
	"logical",
	"url",
	/^text\//,
	/^embedded:/,
	/^desktop\//,
	/^lws-xs\/host\//,
	/^lws-xs\/native\/(?!twin\/)/,
];

function isProgram(file) {
	return file.endsWith(".js") && !file.endsWith(".test.js") && file !== "harness.js";
}

/** The library as the host preloads it. */
const LIBRARY = bundle("dist/lws-xs.js", "build/lib/lws-xs.js");

function bundle(input, file) {
	return {
		input,
		external: EXTERNAL,
		plugins: [resolve()],
		output: { file, format: "es", sourcemap: true },
		// A name that nothing resolves is a mistake here, not a module of the host.
		onwarn(warning, print) {
			if (warning.code === "UNRESOLVED_IMPORT") throw new Error(warning.message);
			if (warning.code !== "EMPTY_BUNDLE") print(warning);
		},
	};
}

export default function configurations({ configPrograms = Object.keys(PROGRAMS).join() }) {
	const programs = configPrograms
		.split(",")
		.map((name) => PROGRAMS[name])
		.filter(({ from }) => existsSync(from))
		.flatMap(({ from, to, only }) =>
			readdirSync(from)
				.filter((file) => (only ? file === only : isProgram(file)))
				.map((file) => bundle(`${from}/${file}`, `${to}/${file}`)),
		);
	return [LIBRARY, ...programs];
}
