/**
 * The rows of the Moddable SDK: our client beside the SDK's HTTPClient, on the SDK's XS and its socket for Linux, which asks
 * every 20 ms and then takes 1536 bytes. Instructions are those of an application for the command line, as slopes between
 * a short and a long run, so that what a start costs goes out; times are those in the simulator, less its start.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Failure, say, step } from "../hosts/desktop/step.mjs";
import { buildCommandLine, findSDK } from "../hosts/device/sdk.mjs";
import { buildSimulated, openSimulator } from "../hosts/device/simulator.mjs";
import { instructions, startServer, timeFromFirstLine } from "./measure.mjs";

/** That of the socket: with a larger one HTTPClient would make a view of it for every read. */
const BUFFER = 1536;

/** Content of the short download, and how much more the long one has: two seconds, and five more. */
const LITTLE = 200_000;
const MUCH = 400_000;
/** Small requests of the short run, and how many more the long one has. */
const FEW = 10;
const MORE = 50;

/** Of the downloads in the simulator; --long takes the second one. */
const WALL = [1_500_000, 20_000_000];
/** Both only wait for the socket, each time a little longer than 20 ms: by so much runs of the same client differ. */
const JITTER = 1.03;

const get =
	(kind, ...rest) =>
	(bytes) => ["GET", ["", kind, bytes, ...rest].join("/"), BUFFER, 1, 0];

/** Arguments of the clients for so many bytes. */
const LOADS = {
	"GET identity": get("identity"),
	"GET chunked 1 KB": get("chunked", 1024),
	upload: (bytes) => ["POST", "/", BUFFER, 1, bytes],
};

/** Both clients, and what programs find around them. */
const INCLUDE = [path.resolve("bench/sdk/manifest.json")];
const MAIN = "bench/sdk/main.js";

/** Resolves to the program. */
async function buildProgram(sdk, folder) {
	const application = { main: readFileSync(MAIN, "utf8"), include: INCLUDE };
	const { code, output, program } = await step("mcconfig -p x-cli-lin, make", () =>
		buildCommandLine(sdk, path.join(folder, "counted"), application),
	);
	if (code !== 0) throw new Failure("bench", "the application does not build: see the message above.", output);
	return program;
}

/** `measure` with the environment that says what both clients shall do, one after the other, as value and reference. */
async function both(measure, port, args) {
	const of = (client) => measure({ LWS_BENCH: JSON.stringify([client, port, ...args].map(String)) });
	return { value: await of("client"), reference: await of("httpclient") };
}

async function* countInstructions(sdk, folder, port) {
	const program = await buildProgram(sdk, folder);
	const run = (args) => both((env) => instructions(program, [], { ...process.env, ...env }), port, args);
	const row = async (name, unit, short, long, divisor) => {
		const [few, many] = [await run(short), await run(long)];
		const slope = (key) => (many[key] - few[key]) / divisor;
		const reference = slope("reference");
		return { name: `sdk: ${name} (reference: HTTPClient)`, unit, value: slope("value"), reference, target: reference };
	};
	const small = (count) => ["GET", "/small", BUFFER, count, 0];
	yield row("small GET, keep-alive", "instructions", small(FEW), small(FEW + MORE), MORE);
	for (const [name, of] of Object.entries(LOADS)) {
		yield row(name, "instructions/byte", of(LITTLE), of(LITTLE + MUCH), MUCH);
	}
}

async function* takeTimes(sdk, folder, port, bytes) {
	const manifest = { include: INCLUDE, modules: { "*": [path.resolve(MAIN.replace(/\.js$/, ""))] } };
	const { application } = await buildSimulated("bench", sdk, path.join(folder, "timed"), {}, manifest);
	const { program, devices, env, close } = await openSimulator("bench", sdk, folder);
	try {
		const time = (more) => timeFromFirstLine(program, [devices, application], { ...env, ...more });
		const { value, reference } = await both(time, port, LOADS["GET identity"](bytes));
		const name = `sdk: ${bytes / 1e6} MB GET, simulator (reference: HTTPClient)`;
		yield { name, unit: "ms", value, reference, target: reference * JITTER };
	} finally {
		close();
	}
}

/** All rows. Without MODDABLE there are none, which is a Failure for who has asked for them by `isNamed`. */
export async function* measureSDK(_tools, { isNamed, long }) {
	if (!process.env.MODDABLE && !isNamed) {
		say("The rows of the SDK are left out: MODDABLE is not set.");
		return;
	}
	const sdk = findSDK("bench");
	const folder = mkdtempSync(path.join(tmpdir(), "lws-xs-bench-"));
	const server = await startServer("origin.mjs");
	try {
		yield* countInstructions(sdk, folder, server.port);
		yield* takeTimes(sdk, folder, server.port, WALL[long ? 1 : 0]);
	} finally {
		await server.stop();
		rmSync(folder, { recursive: true, force: true });
	}
}
