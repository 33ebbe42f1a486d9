/** Raw connections on the wire: bytes both ways at once, held up and let go, and every end. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { once } from "node:events";
import net from "node:net";
import { skipUnlessBuilt } from "../desktop/host.js";
import { checksum } from "../host/sequence.js";
import { authorities, certificates } from "../servers/certificate-set.js";
import { until } from "../servers/sockets.js";
import { TlsServer } from "../servers/tls.js";
import type { PlannedRaw, PlannedRequest, Result } from "./plan.js";
import { isSimulator, RUNS, runPlan, TLS_RUNS, versionsOf, WIDE } from "./run.js";
import { secureContext, USE_SSL } from "./secure.js";
import { pattern, patternSum } from "./server.js";

const MEGABYTE = 1_000_000;
/** Those of a device. */
const SIZES = { receiveBuffer: 1536, transmitBuffer: 1024 };
const WHOLE = "BIND CREATE CONNECTED WRITEABLE RX DROP CLOSE DESTROY";
const HEARD = "BIND CREATE CONNECTED RX DROP CLOSE DESTROY";

type Handler = (socket: net.Socket) => void;

/** What one side of the wire has got. */
interface Got {
	length: number;
	sum: number;
	/** "ended" by FIN, "reset", or "open". */
	end: string;
}

class RawServer {
	readonly got: Got[] = [];
	readonly sockets: net.Socket[] = [];
	handler: Handler = () => {};
	readonly #server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.accept(socket));

	accept(socket: net.Socket): void {
		const got: Got = { length: 0, sum: 0, end: "open" };
		this.got.push(got);
		this.sockets.push(socket);
		socket.on("data", (data) => {
			got.length += data.length;
			got.sum = checksum(got.sum, data, data.length) >>> 0;
		});
		socket.on("end", () => {
			got.end = "ended";
			socket.end();
		});
		socket.on("error", () => {
			got.end = "reset";
			socket.destroy();
		});
		this.handler(socket);
	}

	begin(handler: Handler): void {
		for (const socket of this.sockets) socket.destroy();
		this.got.length = this.sockets.length = 0;
		this.handler = handler;
	}

	async listen(): Promise<number> {
		this.#server.listen({ host: "127.0.0.1", port: 0 });
		await once(this.#server, "listening");
		return (this.#server.address() as net.AddressInfo).port;
	}

	async close(): Promise<void> {
		this.begin(() => {});
		await new Promise((resolve) => this.#server.close(resolve));
	}
}

/** Sends back what comes, and ends after `length` bytes. */
function echo(length: number): Handler {
	return (socket) => {
		let count = 0;
		socket.on("data", (data) => {
			count += data.length;
			if (!socket.write(data)) {
				socket.pause();
				socket.once("drain", () => socket.resume());
			}
			if (count === length) socket.end();
		});
	};
}

function raw(port: number, members: PlannedRaw = {}, more: Partial<PlannedRequest> = {}): PlannedRequest {
	return { port, path: "", raw: members, ...more };
}

for (const run of RUNS) {
	describe(`raw connections on the wire (${run.name})`, function () {
		this.timeout(60_000);
		const server = new RawServer();
		let port = 0;
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			port = await server.listen();
		});
		after(() => server.close());

		async function runRaw(members: PlannedRaw = {}, more: Partial<PlannedRequest> = {}): Promise<Result> {
			const [result] = await runPlan(run, { contexts: [SIZES], requests: [raw(port, members, more)] });
			return result as Result;
		}

		const size = MEGABYTE / run.divisor;
		it(`${size} bytes go out and come back at once, held up now and then; none is lost.`, async () => {
			server.begin(echo(size));
			const result = await runRaw({ send: size, pauseEach: Math.ceil(size / 20) });
			strictEqual(result.error, "");
			strictEqual(result.callbacks, WHOLE);
			strictEqual(result.sent, size);
			strictEqual(result.length, size);
			strictEqual(result.sum, patternSum(size));
			strictEqual(result.refused, 0);
			ok(result.announced >= 5, `it was held up ${result.announced} times`);
			deepStrictEqual(server.got, [{ length: size, sum: patternSum(size), end: "ended" }]);
		});

		it("What a server says first is told, with nothing sent.", async () => {
			server.begin((socket) => socket.end("hello"));
			const { error, callbacks, length, reads, info } = await runRaw();
			deepStrictEqual({ error, callbacks, length, reads }, { error: "", callbacks: HEARD, length: 5, reads: 1 });
			strictEqual(info.requested, undefined);
			deepStrictEqual(server.got, [{ length: 0, sum: 0, end: "ended" }]);
		});

		it("What comes glued together, and with its end, is told in pieces of the receive buffer.", async () => {
			server.begin((socket) => socket.end(pattern(10_000)));
			const { error, length, sum, reads } = await runRaw();
			deepStrictEqual({ error, length, sum }, { error: "", length: 10_000, sum: patternSum(10_000) });
			ok(reads >= 7, `${reads} pieces`);
		});

		it("An end that waits behind what is held up comes after all of that.", async () => {
			server.begin((socket) => socket.end(pattern(10_000)));
			const { error, length, sum, milliseconds } = await runRaw({ hold: 100 });
			deepStrictEqual({ error, length, sum }, { error: "", length: 10_000, sum: patternSum(10_000) });
			ok(milliseconds >= 95, `${milliseconds} ms`);
		});

		it("An end before any byte is no error.", async () => {
			// not at once: a socket that finds both has no way to say that it had stood
			server.begin((socket) => setTimeout(() => socket.end(), 100));
			const { error, callbacks } = await runRaw();
			deepStrictEqual({ error, callbacks }, { error: "", callbacks: HEARD.replace(" RX", "") });
		});

		it("A reset is an error, after what came before it.", async function () {
			// its sockets do not say why they ended
			if (isSimulator(run)) this.skip();
			server.begin((socket) => {
				socket.write("hello");
				socket.on("data", () => socket.resetAndDestroy());
			});
			const { error, delivered, length, callbacks } = await runRaw({ send: 10 });
			deepStrictEqual({ error, delivered, length }, { error: "tcp:reset", delivered: "maybe", length: 5 });
			match(callbacks, / DROP CLOSE DESTROY$/);
		});

		it("A silent server is waited for, but for the total deadline.", async () => {
			server.begin(() => {});
			const { error, delivered, callbacks } = await runRaw({}, { deadlines: { total: 300 } });
			const expected = { error: "timeout:total", delivered: "no", callbacks: HEARD.replace(" RX", "") };
			deepStrictEqual({ error, delivered, callbacks }, expected);
		});

		it("The idle deadline, where there is one, does not run while what comes is held up.", async () => {
			server.begin((socket) => socket.write("hello"));
			const { error, length, milliseconds } = await runRaw({ hold: 500 }, { deadlines: { idle: 100 } });
			deepStrictEqual({ error, length }, { error: "timeout:idle", length: 5 });
			ok(milliseconds >= 590, `${milliseconds} ms`);
		});

		it("The application closes in the middle, and the server hears of it.", async () => {
			server.begin((socket) => {
				const more = () => {
					while (!socket.destroyed && socket.write(pattern(1000)));
				};
				socket.on("drain", more);
				more();
			});
			const { error, callbacks, length } = await runRaw({}, { closeAfter: 3000 });
			deepStrictEqual({ error, callbacks }, { error: "app:closed", callbacks: HEARD });
			ok(length >= 3000 && length < 3000 + SIZES.receiveBuffer, `${length} bytes`);
			await until(() => server.got[0]?.end !== "open");
		});

		it("Nobody listens.", async () => {
			const { error, callbacks, delivered } = await runRaw({}, { port: 1 });
			if (!isSimulator(run)) strictEqual(error, "tcp:refused");
			deepStrictEqual(
				{ callbacks, delivered },
				{ callbacks: "BIND CREATE CONNECTION_ERROR DROP DESTROY", delivered: "no" },
			);
		});

		it("Each has a connection of its own.", async () => {
			server.begin(echo(100));
			const requests = Array.from({ length: 5 }, () => raw(port, { send: 100 }));
			const results = await runPlan(run, { contexts: [SIZES], requests, parallel: 3 });
			for (const { error, sum } of results) deepStrictEqual({ error, sum }, { error: "", sum: patternSum(100) });
			strictEqual(server.got.length, 5);
		});
	});
}

describe("raw back-pressure on the wire", function () {
	this.timeout(60_000);
	const server = new RawServer();
	let port = 0;
	before(async function () {
		skipUnlessBuilt(this, WIDE.variant);
		port = await server.listen();
	});
	after(() => server.close());

	it("While what comes is held up the server is, by TCP.", async function () {
		// its socket would need minutes for so much
		if (isSimulator(WIDE)) this.skip();
		const size = 30 * MEGABYTE;
		let stalled = 0;
		server.begin((socket) => {
			const piece = pattern(100_000);
			const bytes = piece.subarray(0, 100_000 - (100_000 % 1021));
			let left = size;
			const more = () => {
				while (left > 0) {
					const part = bytes.subarray(0, Math.min(left, bytes.length));
					left -= part.length;
					if (!socket.write(part)) return;
				}
				socket.end();
			};
			socket.on("drain", more);
			more();
			setTimeout(() => {
				stalled = size - left;
			}, 400);
		});
		const [result] = await runPlan(WIDE, { contexts: [SIZES], requests: [raw(port, { hold: 600 })] });
		ok(stalled > 0 && stalled < size / 2, `${stalled} bytes had left`);
		strictEqual(result?.error, "");
		strictEqual(result.length, size);
		strictEqual(result.sum, patternSum(size));
	});
});

for (const run of TLS_RUNS) {
	for (const version of versionsOf(run)) {
		describe(`raw connections over TLS ${version} (${run.name})`, function () {
			this.timeout(60_000);
			const size = MEGABYTE / run.divisor;
			let server: TlsServer;
			const inner = new RawServer();
			let protocols: (string | false | null)[] = [];
			let port = 0;
			let trusted = "";
			before(async function () {
				skipUnlessBuilt(this, run.variant);
				trusted = (await authorities.root()).pem;
				server = new TlsServer({
					certificate: await certificates.ec(),
					ALPNProtocols: ["http/1.1", "mqtt"],
					onSecure(socket) {
						protocols.push(socket.alpnProtocol);
						inner.accept(socket);
					},
				});
				port = await server.listen();
			});
			after(() => server?.close());

			async function runSecure(members: PlannedRaw, more: Partial<PlannedRequest> = {}): Promise<Result> {
				protocols = [];
				const request = raw(port, members, { host: "localhost", sslConnection: USE_SSL, ...more });
				const [result] = await runPlan(run, {
					contexts: [secureContext(trusted, version, SIZES)],
					requests: [request],
				});
				return result as Result;
			}

			it(`${size} bytes go out and come back at once, held up now and then; none is lost.`, async () => {
				inner.begin(echo(size));
				const result = await runSecure({ send: size, pauseEach: Math.ceil(size / 20) });
				strictEqual(result.message, "");
				strictEqual(result.callbacks, WHOLE);
				strictEqual(result.length, size);
				strictEqual(result.sum, patternSum(size));
				strictEqual(result.tls?.version, `TLSv${version}`);
				ok(result.announced >= 5, `it was held up ${result.announced} times`);
				const [got] = inner.got;
				deepStrictEqual([got?.length, got?.sum], [size, patternSum(size)]);
			});

			it("No protocol is offered by ALPN but those that are given.", async () => {
				inner.begin((socket) => socket.end("hello"));
				strictEqual((await runSecure({})).tls?.protocol, "");
				deepStrictEqual(protocols, [false]);
				strictEqual((await runSecure({}, { alpn: "mqtt" })).tls?.protocol, "mqtt");
				deepStrictEqual(protocols, ["mqtt"]);
			});

			it("An end behind what is held up comes after all of that.", async () => {
				inner.begin((socket) => socket.end(pattern(10_000)));
				const { message, length, sum } = await runSecure({ hold: 100 });
				deepStrictEqual({ message, length, sum }, { message: "", length: 10_000, sum: patternSum(10_000) });
			});

			it("Without close_notify the end is an error, after what came before it.", async () => {
				inner.begin((socket) => {
					socket.write("hello");
					socket.on("data", () => server.connections.at(-1)?.cut());
				});
				const { error, length } = await runSecure({ send: 10 });
				deepStrictEqual({ error, length }, { error: "tls:truncated", length: 5 });
			});

			it("A certificate for another name is refused before RAW_CONNECTED.", async () => {
				inner.begin(() => {});
				const { error, callbacks } = await runSecure({}, { host: "elsewhere.example" });
				strictEqual(error, "tls:host-mismatch");
				strictEqual(callbacks, "BIND CREATE CONNECTION_ERROR DROP DESTROY");
			});
		});
	}
}
