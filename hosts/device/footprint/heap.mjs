/** RAM: bench/programs/footprint.ts on the 32-bit host, against a server of this process. */
import fs from "node:fs";
import http from "node:http";
import https from "node:https";
import path from "node:path";
import { makeCertificates } from "../../desktop/certificates.mjs";
import { Failure, run, step } from "../../desktop/step.mjs";

const HOST = "build/xs-desktop-32";
const LIBRARY = ["--preload", "lws-xs=build/lib/lws-xs.js", "--preload", "footprint=build/bench/footprint.js"];
const HEAP = ["--heap", "64K"];

/** How connections and TLS are varied. */
const RUNS = [
	{ name: "1 connection", connections: 1 },
	{ name: "2 connections", connections: 2 },
	{ name: "2 connections, TLS 1.2", connections: 2, version: "1.2" },
	{ name: "2 connections, TLS 1.3", connections: 2, version: "1.3" },
];

/** { name, plan, tlsHeap, steps } of each run: bytes over an empty program, by step; plan and tlsHeap as printed. */
export async function heapFigures(folder) {
	const { ca, certificate, key } = await makeCertificates();
	const authority = path.join(folder, "ca.pem");
	fs.writeFileSync(authority, ca);
	const main = path.join(folder, "main.js");
	fs.writeFileSync(main, 'import { run } from "footprint";\nrun();\n');
	const answer = (_request, response) => response.end("fifty bytes of a reading, as a device may ask for\r\n");
	const plain = await listen(http.createServer(answer));
	const secure = await listen(https.createServer({ cert: certificate, key }, answer));
	try {
		const figures = [];
		for (const { name, connections, version } of RUNS) {
			const { port } = (version ? secure : plain).address();
			const args = [...HEAP, ...LIBRARY, main, port, connections, ...(version ? [authority, version] : [])].map(String);
			const { code, output } = await step(`heap (${name})`, () => run(HOST, args));
			if (code !== 0) throw new Failure("footprint", `${HOST} ended with ${code}: see its message above.`, output);
			figures.push({ name, ...difference(output) });
		}
		return figures;
	} finally {
		plain.close();
		secure.close();
	}
}

async function listen(server) {
	server.keepAliveTimeout = 60_000;
	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
	return server;
}

function difference(output) {
	const lines = output
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));
	const marks = Object.fromEntries(lines.map(({ step, ...mark }) => [step, mark]));
	const { empty, plan, ...later } = marks;
	const bytes = ({ chunks, slots, slotSize }) => chunks + slots * slotSize;
	const steps = Object.fromEntries(Object.entries(later).map(([name, mark]) => [name, bytes(mark) - bytes(empty)]));
	return { plan: plan.total, steps, tlsHeap: { open: later.idle.tlsHeap, peak: later.closed.tlsHeapPeak } };
}
