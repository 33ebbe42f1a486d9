/**
 * `npm run bench`: what things cost on the desktop host, in instructions where they can be counted, each beside a
 * reference measured in the same run.
 *
 *     npm run bench                      a table
 *     npm run bench -- --json FILE       also [{name, unit, value, reference, target}] into FILE
 *     npm run bench -- read kernel       only the rows whose names begin so
 *     npm run bench -- sdk --long        20 MB instead of 1.5 MB in the simulator: ten minutes
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { build } from "../hosts/desktop/build.mjs";
import { Failure, main, say } from "../hosts/desktop/step.mjs";
import { capture, instructions, leastTime, startServer, timeToFirstLine } from "./measure.mjs";
import { measurePipeline } from "./pipeline.mjs";
import { measureSDK } from "./sdk.mjs";
import { measureTLS } from "./tls.mjs";

const HOST = "build/xs-desktop";
const MB = 1_000_000;

const LIBRARY = ["--preload", "lws-xs=build/lib/lws-xs.js", "build/bench/client.js"];
const RAW = [...LIBRARY.slice(0, 2), "build/bench/raw.js"];

/**
 * The loads of the client: name, unit, target, and what the SDK's own client (8.2.3) takes for the same on a socket without
 * the 20 ms poll of its Linux module, at the same buffer size.
 */
const LOADS = [
	{ name: "GET identity", args: ["GET", "/identity/20000000"], bytes: 20 * MB, target: 1, reference: 4.9 },
	{ name: "GET chunked 16 KB", args: ["GET", "/chunked/20000000/16384"], bytes: 20 * MB, target: 1.3, reference: 9.4 },
	{ name: "GET chunked 1 KB", args: ["GET", "/chunked/5000000/1024"], bytes: 5 * MB, target: 5, reference: 76.9 },
	{ name: "upload", args: ["POST", "/"], upload: 20 * MB, bytes: 20 * MB, target: 1, reference: 2.8 },
];
const CLIENT_BUFFER = 5760;
/** What the desktop host gives a connection, each way. */
const DESKTOP_BUFFER = 16384;

const KERNELS = [
	"findByte",
	"findHeadEnd",
	"equalsFolded",
	"bytesToString",
	"stringToBytes",
	"copyBytes",
	"copyMasked",
	"checkUtf8",
];
/** A head line or a small frame, and a receive buffer of a device. */
const SPANS = [32, 1024];

/** What the client adds to the time of a large GET, beside the loop that only reads. */
async function* compareClientWithLoop() {
	const source = await startServer("source.mjs", 100 * MB);
	const server = await startServer("origin.mjs");
	try {
		const bare = await leastTime(5, HOST, ["build/bench/read.js", `${source.port}`, `${CLIENT_BUFFER}`]);
		const args = [server.port, "GET", "/identity/100000000", CLIENT_BUFFER, 1, 0].map(String);
		const value = await leastTime(5, HOST, [...LIBRARY, ...args]);
		yield { name: "wall: 100 MB GET (reference: bare loop)", unit: "ms", value, reference: bare, target: 1.3 * bare };
	} finally {
		await server.stop();
		await source.stop();
	}
}

/**
 * Every group yields rows, given what `build` has found and { isNamed, long } of the command line; `reference` is measured
 * too, `target` is what the project holds itself to.
 */
const GROUPS = {
	async *start() {
		const idle = await instructions(HOST, ["build/bench/idle.js"]);
		yield { name: "start: whole idle run", unit: "instructions", value: idle };
		const first = await timeToFirstLine(10, HOST, ["build/bench/hello.js"]);
		const node = await timeToFirstLine(5, process.execPath, ["build/bench/hello.js"]);
		yield { name: "start: to the first line (reference: Node)", unit: "ms", value: first, reference: node, target: 30 };
	},

	async *read() {
		const bytes = 20 * MB;
		const source = await startServer("source.mjs", bytes);
		try {
			const idle = await instructions(HOST, ["build/bench/idle.js"]);
			for (const size of [1536, 5760, 16384]) {
				const ours = (await instructions(HOST, ["build/bench/read.js", `${source.port}`, `${size}`])) - idle;
				const c = await instructions("build/bench/recv", [`${source.port}`, `${size}`]);
				const target = size === 5760 ? 0.25 : undefined;
				const name = `read: bare loop, ${size} bytes (reference: C)`;
				yield { name, unit: "instructions/byte", value: ours / bytes, reference: c / bytes, target };
			}
		} finally {
			await source.stop();
		}
	},

	async *wall() {
		const source = await startServer("source.mjs", 100 * MB);
		try {
			for (const size of [5760, 16384]) {
				const args = [`${source.port}`, `${size}`];
				const c = await leastTime(5, "build/bench/recv", args);
				const ours = await leastTime(5, HOST, ["build/bench/read.js", ...args]);
				const name = `wall: 100 MB read, ${size} bytes (reference: C)`;
				yield { name, unit: "ms", value: ours, reference: c, target: 1.3 * c };
			}
		} finally {
			await source.stop();
		}
		yield* compareClientWithLoop();
	},

	async *client() {
		const server = await startServer("origin.mjs");
		const run = (method, path, count, upload) => {
			const args = [server.port, method, path, CLIENT_BUFFER, count, upload].map(String);
			return instructions(HOST, [...LIBRARY, ...args]);
		};
		try {
			const idle = await run("GET", "/small", 1, 0);
			const small = ((await run("GET", "/small", 210, 0)) - (await run("GET", "/small", 10, 0))) / 200;
			const name = "client: small GET, keep-alive (reference: the SDK's)";
			yield { name, unit: "instructions", value: small, reference: 1_523_000, target: 100_000 };
			for (const { name, args, bytes, upload, target, reference } of LOADS) {
				const [method, path] = args;
				const value = ((await run(method, path, 1, upload ?? 0)) - idle) / bytes;
				yield { name: `client: ${name} (reference: the SDK's)`, unit: "instructions/byte", value, reference, target };
			}
		} finally {
			await server.stop();
		}
	},

	async *raw() {
		const bytes = 20 * MB;
		const source = await startServer("source.mjs", bytes);
		const one = await startServer("source.mjs", 1);
		const run = ({ port }, size) => instructions(HOST, [...RAW, `${port}`, `${size}`]);
		try {
			const idle = await instructions(HOST, ["build/bench/idle.js"]);
			for (const size of [1536, CLIENT_BUFFER]) {
				const value = ((await run(source, size)) - (await run(one, size))) / bytes;
				const bare = (await instructions(HOST, ["build/bench/read.js", `${source.port}`, `${size}`])) - idle;
				const name = `raw: download, ${size} bytes (reference: bare loop)`;
				yield { name, unit: "instructions/byte", value, reference: bare / bytes };
			}
		} finally {
			await source.stop();
			await one.stop();
		}
	},

	async *websocket() {
		const server = await startServer("echo.mjs");
		const run = (size, count) => {
			const args = [server.port, size, count, DESKTOP_BUFFER].map(String);
			return instructions(HOST, [...LIBRARY.slice(0, 2), "build/bench/websocket.js", ...args]);
		};
		try {
			const small = ((await run(125, 510)) - (await run(125, 10))) / 500;
			const name = "websocket: echo of 125 bytes (reference: the SDK's)";
			yield { name, unit: "instructions", value: small, reference: 59_000, target: 15_000 };
			const large = ((await run(65536, 42)) - (await run(65536, 2))) / 40 / 65536;
			const other = "websocket: echo of 64 KB (reference: the SDK's)";
			yield { name: other, unit: "instructions/byte", value: large, reference: 30.6, target: 2.5 };
		} finally {
			await server.stop();
		}
	},

	async *kernel() {
		for (const kernel of KERNELS) {
			for (const size of SPANS) {
				const perByte = async (kind, rounds) => {
					const run = (count) => instructions(HOST, ["build/bench/kernels.js", kind, kernel, `${size}`, `${count}`]);
					return ((await run(rounds)) - (await run(0))) / rounds / size;
				};
				const value = await perByte("native", 2000);
				const name = `kernel: ${kernel}, ${size} bytes (reference: its twin)`;
				yield { name, unit: "instructions/byte", value, reference: await perByte("twin", 100) };
			}
		}
	},

	async *deflate() {
		for (const kernel of ["inflate", "deflate"]) {
			for (const content of ["text", "bytes"]) {
				for (const size of [64, 1000, 16384]) {
					const perByte = async (kind, rounds) => {
						const args = ["build/bench/deflate.js", kernel, kind, content, `${size}`];
						const run = (count) => instructions(HOST, [...args, `${count}`]);
						return ((await run(rounds)) - (await run(0))) / rounds / size;
					};
					const value = await perByte("native", 20 + Math.floor(200_000 / size));
					const name = `deflate: ${kernel}, ${size} bytes of ${content} (reference: its twin)`;
					yield { name, unit: "instructions/byte", value, reference: await perByte("twin", 5) };
				}
			}
		}
	},

	pipeline: measurePipeline,

	tls: measureTLS,

	sdk: measureSDK,
};

function requireValgrind() {
	if (spawnSync("valgrind", ["--version"]).error) {
		throw new Failure("bench", "valgrind counts the instructions and is missing: apt-get install valgrind");
	}
}

function format(value) {
	if (value === undefined) return "";
	if (value >= 1000) return Math.round(value).toLocaleString("en");
	return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function print({ name, unit, value, reference, target }) {
	const missed = target !== undefined && value > target ? "  above target" : "";
	const cells = [format(value).padStart(12), format(reference).padStart(12), format(target).padStart(12)];
	console.log(`${name.padEnd(58)}${cells.join("")}  ${unit}${missed}`);
}

await main(async () => {
	const options = { json: { type: "string" }, long: { type: "boolean" } };
	const { values, positionals } = parseArgs({ options, allowPositionals: true });
	for (const name of positionals) {
		const known = Object.keys(GROUPS);
		if (!known.includes(name)) throw new Failure("bench", `there is no group ${name}: take one of ${known.join(", ")}`);
	}
	requireValgrind();
	const tools = await build(["64", "tls2"], ["bench"]);
	await capture(process.env.CC ?? "cc", ["-O2", "-o", "build/bench/recv", "bench/recv.c"]);
	say("Every figure is of whole processes; instructions are less an idle run.");
	console.log(
		`${"".padEnd(58)}${["value", "reference"].map((cell) => cell.padStart(12)).join("")}${"target".padStart(12)}`,
	);
	const rows = [];
	for (const [name, group] of Object.entries(GROUPS)) {
		if (positionals.length > 0 && !positionals.includes(name)) continue;
		for await (const row of group(tools, { isNamed: positionals.includes(name), long: values.long })) {
			rows.push(row);
			print(row);
		}
	}
	if (values.json) {
		const json = rows.map((row) => ({ reference: null, target: null, ...row }));
		writeFileSync(values.json, `${JSON.stringify(json, null, "\t")}\n`);
	}
});
