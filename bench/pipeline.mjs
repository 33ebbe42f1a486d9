/** What pipelining brings: instructions for each of many small GETs, and their time when the server is a millisecond away. */
import { instructions, leastTime, startServer } from "./measure.mjs";

const HOST = "build/xs-desktop";
const CLIENT = ["--preload", "lws-xs=build/lib/lws-xs.js", "build/bench/client.js"];
const COUNT = 1000;
/** Milliseconds, each way. */
const DELAY = 1;

function argumentsFor(port, count, mode) {
	return [...CLIENT, ...[port, "GET", "/small", 5760, count, 0, mode].map(String)];
}

export async function* measurePipeline() {
	const server = await startServer("origin.mjs");
	const far = await startServer("delay.mjs", server.port, DELAY);
	try {
		const each = async (mode) => {
			const base = await instructions(HOST, argumentsFor(server.port, 10, mode));
			return ((await instructions(HOST, argumentsFor(server.port, COUNT + 10, mode))) - base) / COUNT;
		};
		const value = await each("pipeline");
		const reference = await each("serial");
		const name = `pipeline: ${COUNT} small GETs at once (reference: one by one)`;
		yield { name, unit: "instructions", value, reference, target: 70_000 };
		const serial = await leastTime(3, HOST, argumentsFor(far.port, COUNT, "serial"));
		const pipelined = await leastTime(3, HOST, argumentsFor(far.port, COUNT, "pipeline"));
		yield {
			name: `pipeline: the same, ${DELAY} ms away (reference: one by one)`,
			unit: "ms",
			value: pipelined,
			reference: serial,
			target: serial / 2,
		};
	} finally {
		await far.stop();
		await server.stop();
	}
}
