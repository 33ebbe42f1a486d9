/**
 * The client in a device's heap: 24,576 bytes, stack included, on the 32-bit host, which has the device's slots. Sizes are
 * small because that host may be emulated; with LWS_XS_FULL=1 (`npm run soak`) they are those of the requirement.
 */
import { ok, strictEqual } from "node:assert";
import { once } from "node:events";
import type http from "node:http";
import net from "node:net";
import { type Outcome, Programs, runHost, skipUnlessBuilt, type Variant } from "../desktop/host.js";
import { PERIOD } from "../host/pattern.js";
import { authorities, certificates } from "../servers/certificate-set.js";
import { TlsServer } from "../servers/tls.js";
import { LIBRARY } from "../wire/run.js";
import { pattern, plain, type Received, takeBody, WireServer } from "../wire/server.js";

const HEAP = 24_576;
const isFull = process.env.LWS_XS_FULL === "1";
const MEGABYTE = 1_000_000;
const DOWNLOAD = isFull ? 50 * MEGABYTE : MEGABYTE;
const UPLOAD = isFull ? 20 * MEGABYTE : MEGABYTE / 2;
const REQUESTS = isFull ? 1000 : 100;
/** Bytes, besides the strings of the application. */
const QUEUED = 800;
/** A multiple of the period, so that every write begins where the last one ended. */
const PIECE = 64 * PERIOD;

const programs = new Programs();
after(() => programs.remove());

/** Runs `test/host/budget.ts`, which is in the flash as it were; only this line of a program is in the heap. */
function runBudget(variant: Variant, heap: string, args: string[], name = "budget"): Promise<Outcome> {
	const main = programs.write("main.js", `import { run } from "${name}";\nrun();\n`);
	const flash = [...LIBRARY, "--preload", `${name}=build/test/xs/${name}.js`];
	return runHost(variant, [...flash, "--heap", heap, main, ...args]);
}

interface Step {
	step: string;
	chunks: number;
	slots: number;
	position: number;
	completed: number;
}

/** Sends `length` bytes without ever holding them all. */
function stream(response: http.ServerResponse, length: number): void {
	const piece = pattern(PIECE);
	let left = length;
	const more = (): void => {
		while (left > 0) {
			const count = Math.min(left, PIECE);
			left -= count;
			if (!response.write(piece.subarray(0, count))) {
				response.once("drain", more);
				return;
			}
		}
		response.end();
	};
	more();
}

function answer(request: http.IncomingMessage, response: http.ServerResponse, received: Received): void {
	plain(response);
	if (request.method === "PUT") {
		takeBody(request, received, () => response.end("thank you"));
	} else if (request.url === "/identity") {
		response.setHeader("content-length", DOWNLOAD);
		stream(response, DOWNLOAD);
	} else if (request.url === "/chunked") stream(response, DOWNLOAD);
	else if (request.url !== "/silent") response.end("fifty bytes of a reading, as a device may ask for\r\n");
}

describe("the client in 24,576 bytes", function () {
	this.timeout(isFull ? 1_200_000 : 60_000);
	const server = new WireServer();
	let port = 0;
	before(async function () {
		skipUnlessBuilt(this, "32");
		port = await server.listen();
		server.begin(answer);
	});
	after(() => server.close());

	async function run(...args: string[]): Promise<Step[]> {
		server.received.length = 0;
		const { code, stdout, stderr } = await runBudget("32", `${HEAP}`, [`${port}`, ...args]);
		strictEqual(stderr, "", stdout);
		strictEqual(code, 0, stdout);
		return stdout
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line));
	}

	for (const framing of ["identity", "chunked"]) {
		it(`A GET of ${DOWNLOAD / MEGABYTE} MB fits (${framing}).`, async () => {
			const last = (await run("get", `/${framing}`, `${DOWNLOAD}`)).at(-1);
			strictEqual(last?.position, DOWNLOAD);
			strictEqual(last?.completed, 1);
		});

		it(`An upload of ${UPLOAD / MEGABYTE} MB fits (${framing}).`, async () => {
			const last = (await run("put", `${UPLOAD}`, framing === "chunked" ? "chunked" : "length")).at(-1);
			strictEqual(last?.completed, 1);
			const [received] = server.received;
			strictEqual(received?.length, UPLOAD);
			strictEqual(received?.sum, uploadSum());
		});
	}

	it(`A transaction that waits in the queue takes ${QUEUED} bytes at most.`, async () => {
		// behind a request that the server never answers
		const { code, stdout, stderr } = await runBudget("32", "64K", [`${port}`, "30"], "queue");
		strictEqual(stderr, "");
		strictEqual(code, 0);
		ok(Number(stdout) > 0 && Number(stdout) <= QUEUED, stdout);
	});

	it(`The heap after ${REQUESTS} requests on one connection is that after ten.`, async () => {
		const steps = await run("many", `${REQUESTS}`);
		const ten = steps.find(({ step }) => step === "after 10");
		const all = steps.find(({ step }) => step === `after ${REQUESTS}`);
		strictEqual(all?.completed, REQUESTS);
		strictEqual(all?.slots, ten?.slots);
		strictEqual(all?.chunks, ten?.chunks);
		strictEqual(server.received.length, REQUESTS);
		strictEqual(new Set(server.received.map(({ connection }) => connection)).size, 1);
	});
});

/** Sends back what comes, and ends after `length` bytes. */
function echo(socket: net.Socket, length: number): void {
	let count = 0;
	socket.on("error", () => socket.destroy());
	socket.on("data", (data) => {
		count += data.length;
		if (!socket.write(data)) {
			socket.pause();
			socket.once("drain", () => socket.resume());
		}
		if (count === length) socket.end();
	});
}

describe("a raw connection in 24,576 bytes", function () {
	this.timeout(isFull ? 1_200_000 : 60_000);

	async function runEcho(port: number, ...more: string[]): Promise<void> {
		const { code, stdout, stderr } = await runBudget("32", `${HEAP}`, [`${port}`, "raw", `${UPLOAD}`, "-", ...more]);
		strictEqual(stderr, "", stdout);
		strictEqual(code, 0, stdout);
		const last: Step = JSON.parse(stdout.trim().split("\n").at(-1) as string);
		strictEqual(last.position, UPLOAD);
		strictEqual(last.completed, 1);
	}

	it(`${UPLOAD / MEGABYTE} MB go out and come back.`, async function () {
		skipUnlessBuilt(this, "32");
		const server = net.createServer((socket) => echo(socket, UPLOAD)).listen({ host: "127.0.0.1", port: 0 });
		await once(server, "listening");
		try {
			await runEcho((server.address() as net.AddressInfo).port);
		} finally {
			server.close();
		}
	});

	it(`${UPLOAD / MEGABYTE} MB go out and come back over TLS.`, async function () {
		skipUnlessBuilt(this, "32");
		const server = new TlsServer({
			certificate: await certificates.ec(),
			onSecure: (socket) => echo(socket, UPLOAD),
		});
		try {
			await runEcho(await server.listen(), programs.write("ca.pem", (await authorities.root()).pem));
		} finally {
			await server.close();
		}
	});
});

/** The buffers are smaller, for ciphertext has its own: 768 and 560 bytes. What mbedTLS takes lies outside of the heap. */
describe("the client with TLS in 24,576 bytes", function () {
	this.timeout(isFull ? 1_200_000 : 60_000);
	for (const version of ["1.2", "1.3"] as const) {
		let server: TlsServer;
		let port = 0;
		let trusted = "";
		let received = 0;
		before(async function () {
			skipUnlessBuilt(this, "32");
			trusted = programs.write("ca.pem", (await authorities.root()).pem);
			server = new TlsServer({
				certificate: await certificates.ec(),
				minVersion: `TLSv${version}`,
				maxVersion: `TLSv${version}`,
				onRequest(request, response) {
					if (request.method === "PUT") {
						request.on("data", (data) => {
							received += data.length;
						});
						request.on("end", () => response.end("thank you"));
					} else {
						response.setHeader("content-length", DOWNLOAD);
						stream(response, DOWNLOAD);
					}
				},
			});
			port = await server.listen();
		});
		after(() => server?.close());

		async function run(...args: string[]): Promise<(Step & { tlsHeap: number })[]> {
			const { code, stdout, stderr } = await runBudget("32", `${HEAP}`, [`${port}`, ...args, trusted]);
			strictEqual(stderr, "", stdout);
			strictEqual(code, 0, stdout);
			return stdout
				.trim()
				.split("\n")
				.map((line) => JSON.parse(line));
		}

		it(`A GET of ${DOWNLOAD / MEGABYTE} MB fits (TLS ${version}).`, async () => {
			const last = (await run("get", "/", `${DOWNLOAD}`)).at(-1);
			strictEqual(last?.position, DOWNLOAD);
			strictEqual(last?.completed, 1);
			strictEqual(last?.tlsHeap, 0);
		});

		it(`An upload of ${UPLOAD / MEGABYTE} MB fits, and all of it arrives (TLS ${version}).`, async () => {
			received = 0;
			const last = (await run("put", `${UPLOAD}`, "length")).at(-1);
			strictEqual(last?.completed, 1);
			strictEqual(received, UPLOAD);
			strictEqual(last?.tlsHeap, 0);
		});
	}
});

describe("memoryPlan", function () {
	this.timeout(30_000);
	for (const variant of ["64", "32"] as const) {
		for (const sizes of ["{}", '{"connections":3,"receiveBuffer":4096,"transmitBuffer":2048,"headTable":4096}']) {
			it(`What createContext adds to the heap's chunks is what was planned (${variant}, ${sizes}).`, async function () {
				skipUnlessBuilt(this, variant);
				const { stdout, stderr } = await runBudget(variant, "64K", ["1", "plan", sizes]);
				const { planned, added } = JSON.parse(stdout.trim().split("\n").at(-1) as string);
				ok(planned > 0, stderr);
				// headers of the chunks, property tables of the few objects: nothing that grows with the sizes
				ok(added >= planned && added <= planned + 1024, `planned ${planned}, added ${added}`);
			});
		}
	}
});

function uploadSum(): number {
	let sum = 0;
	const bytes = pattern(UPLOAD);
	for (const byte of bytes) sum = Math.imul(sum ^ byte, 16777619);
	return sum >>> 0;
}
