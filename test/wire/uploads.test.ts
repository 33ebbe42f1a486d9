/** Uploads that wait for 100, uploads that are answered early, and forms: both sides of the wire. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { once } from "node:events";
import type http from "node:http";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { LCCSCF_HTTP_X_WWW_FORM_URLENCODED } from "lws-xs";
import { skipUnlessBuilt } from "../desktop/host.js";
import { authorities, certificates } from "../servers/certificate-set.js";
import { TlsServer } from "../servers/tls.js";
import type { PlannedRequest } from "./plan.js";
import { isSimulator, RUNS, runOne, runPlan, WIDE } from "./run.js";
import { secureContext, secureRequest } from "./secure.js";
import { patternSum, plain, takeBody, WireServer } from "./server.js";

const SIZE = 5000;
const LENGTH = { size: SIZE, framing: "length" } as const;
const CHUNKED = { size: SIZE, framing: "chunked" } as const;
const EXPECTATION = "Expect: 100-continue\r\n";
const WHOLE = "BIND CREATE APPEND WRITEABLE FILTER ESTABLISHED RECEIVE READ COMPLETED DROP CLOSED DESTROY";
/** Of a request whose body has not been asked for. */
const HELD = "BIND CREATE APPEND FILTER ESTABLISHED RECEIVE READ COMPLETED DROP CLOSED DESTROY";

type Check = (request: http.IncomingMessage, response: http.ServerResponse) => void;

for (const run of RUNS) {
	describe(`Expect: 100-continue on the wire (${run.name})`, function () {
		this.timeout(60_000);
		const server = new WireServer();
		let check: Check = () => {};
		/** Bytes behind the head of the first request. */
		const bodyBytes = () => (server.raw[0]?.length ?? 0) - server.head().length;
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			await server.listen();
			server.server.on("checkContinue", (request, response) => check(request, response));
		});
		after(() => server.close());

		/** `answer` is for the head with the expectation; what comes without it, or after it, is summed up. */
		function begin(answer: Check): void {
			server.begin((request, response, received) => {
				takeBody(request, received, () => plain(response).end(`${received.length} ${received.sum >>> 0}`));
			});
			check = answer;
		}

		function post(options: Partial<PlannedRequest> = {}): PlannedRequest {
			return { port: server.port, path: "/", method: "POST", body: LENGTH, expectContinue: 1000, ...options };
		}

		for (const body of [LENGTH, CHUNKED]) {
			it(`Not a byte of the body comes before 100 (${body.framing}), all of it after that.`, async () => {
				let before = -1;
				begin(async (request, response) => {
					await sleep(100);
					before = bodyBytes();
					response.writeContinue();
					server.server.emit("request", request, response);
				});
				const result = await runOne(run, post({ body, expectContinue: 20_000 }));
				strictEqual(before, 0);
				ok(server.head().endsWith(`${EXPECTATION}\r\n`), server.head());
				strictEqual(server.received[0]?.sum, patternSum(SIZE));
				strictEqual(`${result.status} ${result.error} ${result.sent}`, `200  ${SIZE}`);
				strictEqual(result.callbacks, WHOLE);
			});
		}

		it("The body comes without 100 when its time is over, and once.", async () => {
			const begun = Date.now();
			let first = 0;
			begin((request, response) => {
				request.once("readable", () => {
					first ||= Date.now() - begun;
					// too late, and no harm
					response.writeContinue();
				});
				server.server.emit("request", request, response);
			});
			const [result, next] = await runPlan(run, { requests: [post({ expectContinue: 150 }), post()] });
			ok(first >= 150, `the body came after ${first} ms`);
			deepStrictEqual(
				server.received.map(({ length, sum }) => `${length} ${sum}`),
				Array(2).fill(`${SIZE} ${patternSum(SIZE)}`),
			);
			strictEqual(`${result?.error}${next?.error}`, "");
			strictEqual(server.sockets.length, 1);
		});

		it("A refusal is delivered, not a byte of the body is sent, and the next request has another connection.", async () => {
			begin((_request, response) => plain(response).writeHead(403, { "content-length": 2 }).end("no"));
			const [result, next] = await runPlan(run, { requests: [post(), { port: server.port, path: "/next" }] });
			strictEqual(`${result?.status} ${result?.error} ${result?.length} ${result?.sent}`, "403  2 0");
			strictEqual(result?.callbacks, HELD);
			strictEqual(bodyBytes(), 0);
			strictEqual(next?.status, 200);
			strictEqual(server.sockets.length, 2);
		});

		it("417: the same request comes once more without the expectation, and its body once.", async () => {
			begin((_request, response) => plain(response).writeHead(417).end());
			const result = await runOne(run, post());
			strictEqual(bodyBytes(), 0);
			strictEqual(server.head().replace(EXPECTATION, ""), server.head(1));
			ok(server.head().includes(EXPECTATION));
			strictEqual(server.received.length, 1);
			strictEqual(server.received[0]?.sum, patternSum(SIZE));
			strictEqual(`${result.status} ${result.error} ${result.sent}`, `200  ${SIZE}`);
			strictEqual(result.callbacks, WHOLE);
			strictEqual(server.sockets.length, 2);
		});

		it("A form comes with its type and its length, and is read as it was meant, from a buffer of 16 bytes.", async () => {
			let text = "";
			server.begin((request, response) => {
				request.setEncoding("latin1");
				request.on("data", (data: string) => {
					text += data;
				});
				request.on("end", () => plain(response).end("ok"));
			});
			const form = ["name", "Zoë & Jörg", "t=", "21.5 °C\r\n", "", "+", "emoji", "😀".repeat(40), "empty", ""];
			const result = await runOne(run, {
				...post({ form, body: undefined, expectContinue: 0, buffer: 16 }),
				sslConnection: LCCSCF_HTTP_X_WWW_FORM_URLENCODED,
			});
			const parts = text.split("&").flatMap((pair) => pair.split("="));
			deepStrictEqual(
				parts.map((part) => decodeURIComponent(part.replaceAll("+", " "))),
				form,
			);
			deepStrictEqual(server.received[0]?.fields.slice(2), [
				...["Content-Type", "application/x-www-form-urlencoded"],
				...["Content-Length", `${text.length}`],
			]);
			strictEqual(result.error, "");
			strictEqual(result.sent, text.length);
		});
	});
}

describe("early answers on the wire", function () {
	this.timeout(60_000);
	const server = new WireServer();
	const sockets = new Set<net.Socket>();
	/** What the raw server does with a connection once the head of its request has come; `body` is what came behind it. */
	let play: (socket: net.Socket, head: string, body: Buffer) => void = () => {};
	const raw = net.createServer((socket) => {
		sockets.add(socket);
		socket.on("error", () => socket.destroy());
		socket.on("close", () => sockets.delete(socket));
		let data = Buffer.alloc(0);
		socket.on("data", function hear(more: Buffer) {
			data = Buffer.concat([data, more]);
			const end = data.indexOf("\r\n\r\n") + 4;
			if (end < 4) return;
			socket.off("data", hear);
			play(socket, data.toString("latin1", 0, end), data.subarray(end));
		});
	});
	let port = 0;
	before(async function () {
		skipUnlessBuilt(this, WIDE.variant);
		await server.listen();
		raw.listen({ host: "127.0.0.1", port: 0 });
		await once(raw, "listening");
		port = (raw.address() as net.AddressInfo).port;
	});
	after(async () => {
		await server.close();
		for (const socket of sockets) socket.destroy();
		await new Promise((resolve) => raw.close(resolve));
	});

	const TOO_LARGE = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 9\r\n\r\ntoo large";
	const TEN_MEGABYTES = { size: 10_000_000, framing: "length" } as const;

	it("413 and a close at once, in the middle of 10 MB: the response is whole, the rest is not sent.", async () => {
		for (const framing of ["length", "chunked"] as const) {
			for (const after of [0, 1, 100_000]) {
				let came = 0;
				play = (socket, _head, body) => {
					const answer = () => {
						socket.off("data", count);
						socket.end(TOO_LARGE, () => socket.destroy());
					};
					const count = (data: Buffer) => {
						came += data.length;
						if (came >= after) answer();
					};
					socket.on("data", count);
					count(body);
				};
				const result = await runOne(WIDE, { port, path: "/", method: "POST", body: { ...TEN_MEGABYTES, framing } });
				strictEqual(`${result.status} ${result.error} ${result.length}`, "413  9", `${framing}, after ${after} bytes`);
				ok(result.sent < TEN_MEGABYTES.size, `${result.sent} bytes were sent`);
			}
		}
	});

	it("413 and a reset after each byte of an upload: the response is whole, nothing is sent twice.", async function () {
		// its sockets do not keep what came before a reset
		if (isSimulator(WIDE)) this.skip();
		const size = 60;
		let requests = 0;
		play = (socket, head, body) => {
			const limit = Number(head.split(" ")[1]?.slice(1));
			let came = 0;
			requests++;
			const count = (data: Buffer) => {
				came += data.length;
				if (came < limit) return;
				socket.off("data", count);
				socket.write(TOO_LARGE, () => socket.resetAndDestroy());
			};
			socket.on("data", count);
			count(body);
		};
		const body = { size, framing: "length", piece: 1 } as const;
		const results = await runPlan(WIDE, {
			// what has all been sent leaves a connection, on which the next one would meet the reset
			contexts: [{ keepWarm: 0 }],
			requests: Array.from({ length: size }, (_, i) => ({ port, path: `/${i}`, method: "POST", body })),
		});
		deepStrictEqual(
			results.map(({ status, error, length }) => `${status} ${error} ${length}`),
			Array(size).fill("413  9"),
		);
		strictEqual(requests, size);
	});

	it("413 from a server that reads nothing more: the response is whole, and the upload does not wait for it.", async () => {
		play = (socket) => {
			socket.pause();
			setTimeout(() => socket.write(TOO_LARGE), 200);
		};
		const result = await runOne(WIDE, { port, path: "/", method: "POST", body: TEN_MEGABYTES });
		strictEqual(`${result.status} ${result.error} ${result.length}`, "413  9");
		ok(result.sent < TEN_MEGABYTES.size);
		ok(result.milliseconds < 2000, `${result.milliseconds} ms`);
	});

	it("A good answer that comes first: the rest of the body arrives, then the response counts, and the connection stays.", async () => {
		const size = 1_000_000;
		server.begin((request, response, received) => {
			plain(response).writeHead(200, { "content-length": 2 }).end("ok");
			takeBody(request, received, () => {});
		});
		const post: PlannedRequest = { port: server.port, path: "/", method: "POST", body: { size, framing: "length" } };
		const results = await runPlan(WIDE, { requests: [post, post] });
		for (const [i, result] of results.entries()) {
			strictEqual(`${result.status} ${result.error} ${result.sent}`, `200  ${size}`);
			strictEqual(server.received[i]?.length, size);
			strictEqual(server.received[i]?.sum, patternSum(size));
		}
	});

	it("What the body becomes is read while it is sent.", async () => {
		const size = 2_000_000;
		server.begin((request, response) => void request.pipe(plain(response)));
		const result = await runOne(WIDE, {
			port: server.port,
			path: "/",
			method: "POST",
			body: { size, framing: "chunked" },
		});
		strictEqual(`${result.status} ${result.error} ${result.length} ${result.sum}`, `200  ${size} ${patternSum(size)}`);
	});

	it("Over TLS, too, 413 and a close in the middle of 10 MB leave the response whole.", async () => {
		const tls = new TlsServer({
			certificate: await certificates.ec(),
			onRequest(request, response) {
				request.once("data", () => {
					response.writeHead(413, { "content-length": 9, connection: "close" });
					response.end("too large", () => request.socket.destroy());
				});
			},
		});
		const securePort = await tls.listen();
		try {
			const contexts = [secureContext((await authorities.root()).pem)];
			const requests = ["length", "chunked"].map((framing) =>
				secureRequest(securePort, { method: "POST", body: { ...TEN_MEGABYTES, framing: framing as "length" } }),
			);
			for (const { status, error, length, sent } of await runPlan(WIDE, { contexts, requests })) {
				strictEqual(`${status} ${error} ${length}`, "413  9");
				ok(sent < TEN_MEGABYTES.size, `${sent} bytes were sent`);
			}
		} finally {
			await tls.close();
		}
	});
});
