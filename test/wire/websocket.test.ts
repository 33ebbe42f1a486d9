/** WebSockets on the wire, against the server of the package `ws`: messages both ways, handshakes, ends. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { skipUnlessBuilt } from "../desktop/host.js";
import { until } from "../servers/sockets.js";
import { described, echo, WSServer } from "../servers/websocket.js";
import type { PlannedRequest, PlannedWs, Result, ResultWs } from "./plan.js";
import { ASAN, choose, NARROW, RUNS, runPlan, WIDE } from "./run.js";
import { pattern } from "./server.js";

/** Those of a device. */
const SIZES = { receiveBuffer: 1536, transmitBuffer: 1024 };
const WHOLE = "BIND CREATE APPEND HTTP FILTER ESTABLISHED WRITEABLE RECEIVE DROP CLOSED DESTROY";
const NOTHING = described(Buffer.alloc(0), true);
const LETTERS = Buffer.from("aä€😀");

function ws(port: number, members: PlannedWs = {}, more: Partial<PlannedRequest> = {}): PlannedRequest {
	return { port, path: "/chat?room=1", ws: members, ...more };
}

function text(size: number): Buffer {
	return Buffer.alloc(size, LETTERS);
}

/** A result that must have that of a WebSocket. */
function told(result: Result | undefined): ResultWs {
	return result?.ws as ResultWs;
}

for (const run of RUNS) {
	describe(`messages of WebSocket on the wire (${run.name})`, function () {
		this.timeout(60_000);
		const server = new WSServer();
		let port = 0;
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			port = await server.listen();
		});
		after(() => server.close());

		async function runWs(members: PlannedWs = {}, more: Partial<PlannedRequest> = {}): Promise<Result> {
			const [result] = await runPlan(run, { contexts: [SIZES], requests: [ws(port, members, more)] });
			return result as Result;
		}

		const large = 1_000_000 / run.divisor;
		it(`A text and a binary message of ${large} bytes go out and come back, held up now and then.`, async () => {
			server.begin(echo);
			const send = [{ size: large }, { size: large, isText: true }];
			const result = await runWs({ send, receive: 2, pauseEach: Math.ceil(large / 10) });
			strictEqual(result.message, "");
			strictEqual(result.callbacks, WHOLE);
			const expected = [described(pattern(large), true), described(text(large), false)];
			deepStrictEqual(told(result).messages, expected);
			deepStrictEqual(server.connections[0]?.messages, expected);
			strictEqual(result.refused, 0);
			ok(result.announced >= 10, `it was held up ${result.announced} times`);
			await until(() => server.connections[0]?.close === "1000");
		});

		it("Every length about where the header changes, and none at all, arrives whole both ways.", async () => {
			server.begin(echo);
			const sizes = [
				0, 1, 2, 124, 125, 126, 127, 128, 1009, 1010, 1016, 1017, 1018, 1019, 1024, 1533, 1536, 2048, 4096,
			];
			const send = sizes.map((size) => ({ size }));
			const result = await runWs({ send, receive: sizes.length });
			strictEqual(result.message, "");
			const expected = sizes.map((size) => described(pattern(size), true));
			deepStrictEqual(server.connections[0]?.messages, expected);
			deepStrictEqual(told(result).messages, expected);
		});

		it("65,535 and 65,536 bytes, with the two lengths of two and eight bytes, come from the server.", async () => {
			server.begin((socket) => {
				for (const size of [65_535, 65_536]) socket.send(pattern(size));
			});
			const result = await runWs({ receive: 2 });
			strictEqual(result.message, "");
			deepStrictEqual(
				told(result).messages,
				[65_535, 65_536].map((size) => described(pattern(size), true)),
			);
		});

		it("A message in many fragments is one at the other end, both ways, even where characters are cut.", async () => {
			server.begin((socket) => {
				for (let i = 0; i < 30; i++)
					socket.send(text(10).subarray(i % 10, (i % 10) + 1), { fin: i === 29, binary: false });
				socket.send("", { fin: false });
				socket.send("", { fin: true });
			});
			const result = await runWs({
				send: [
					{ size: 300, piece: 1 },
					{ size: 300, isText: true, piece: 7 },
				],
				receive: 2,
			});
			strictEqual(result.message, "");
			deepStrictEqual(told(result).messages, [described(text(30), false), described(Buffer.alloc(0), false)]);
			await until(() => server.connections[0]?.close === "1000");
			deepStrictEqual(server.connections[0]?.messages, [described(pattern(300), true), described(text(300), false)]);
		});

		it("Fifty small messages arrive each for itself, and glued together in few segments.", async () => {
			server.begin(echo);
			const result = await runWs({ send: [{ size: 20, count: 50 }], receive: 50 });
			strictEqual(result.message, "");
			strictEqual(`${told(result).count} ${told(result).sent}`, "50 50");
			deepStrictEqual(server.connections[0]?.messages, Array(50).fill(described(pattern(20), true)));
		});

		it("An empty message comes as one piece, text or binary.", async () => {
			server.begin((socket) => {
				socket.send("");
				socket.send(Buffer.alloc(0));
			});
			const result = await runWs({ receive: 2 });
			deepStrictEqual(told(result).messages, [described(Buffer.alloc(0), false), NOTHING]);
			strictEqual(result.reads, 2);
		});

		it("Pings are answered both ways, with what they said.", async () => {
			server.begin((socket) => {
				for (const word of ["", "one", "x".repeat(125)]) socket.ping(word);
				socket.pong("unasked");
				socket.on("ping", (data) => {
					if (data.length > 100) socket.send("enough");
				});
			});
			const result = await runWs({ pings: ["", "a", "y".repeat(125)], receive: 1 });
			strictEqual(result.message, "");
			await until(() => server.connections[0]?.close === "1000");
			deepStrictEqual(server.connections[0]?.pings, ["", "a", "y".repeat(125)]);
			deepStrictEqual(told(result).pongs, ["unasked", "", "a", "y".repeat(125)]);
			const { pongs: answers = [] } = server.connections[0] ?? {};
			// section 5.5.3: the newest may stand for those before
			strictEqual(answers.at(-1), "x".repeat(125));
		});
	});
}

for (const run of choose(WIDE, NARROW, ASAN)) {
	describe(`handshakes and ends of WebSocket on the wire (${run.name})`, function () {
		this.timeout(60_000);
		const server = new WSServer();
		let port = 0;
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			port = await server.listen();
		});
		after(() => server.close());

		async function runWs(members: PlannedWs = {}, more: Partial<PlannedRequest> = {}): Promise<Result> {
			const [result] = await runPlan(run, { contexts: [SIZES], requests: [ws(port, members, more)] });
			return result as Result;
		}

		it("The handshake has path, Host, Origin and the application's fields, and no subprotocol without an offer.", async () => {
			server.begin();
			const result = await runWs(
				{},
				{
					host: "device:8080",
					origin: "example.com",
					fields: [["X-Name", "value"]],
					authUsername: "Aladdin",
					authPassword: "open sesame",
				},
			);
			strictEqual(`${result.status} ${result.message}`, "101 ");
			const { url, headers } = server.connections[0] ?? {};
			strictEqual(url, "/chat?room=1");
			const { "sec-websocket-key": key = "", ...fields } = headers ?? {};
			deepStrictEqual(fields, {
				host: "device:8080",
				origin: "http://example.com",
				"x-name": "value",
				authorization: "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
				connection: "Upgrade",
				upgrade: "websocket",
				"sec-websocket-version": "13",
			});
			strictEqual(Buffer.from(key, "base64").length, 16);
			strictEqual(told(result).protocol, "");
		});

		it("Of the subprotocols that are offered the server's choice is told; it may choose none.", async () => {
			server.begin();
			server.choose = (offered) => [...offered].at(-1) ?? false;
			const chosen = await runWs({ protocol: "mqtt, wamp.2.json" });
			strictEqual(chosen.message, "");
			strictEqual(told(chosen).protocol, "wamp.2.json");
			strictEqual(server.connections[0]?.headers["sec-websocket-protocol"], "mqtt, wamp.2.json");
			server.choose = () => false;
			const none = await runWs({ protocol: "mqtt" });
			strictEqual(`${none.message}${told(none).protocol}`, "");
		});

		for (const [status, code, isSure] of [
			[401, "ws:unauthorized", true],
			[407, "ws:proxy-authentication", true],
			[302, "ws:redirected", true],
			[404, "ws:refused", true],
			[200, "ws:refused", true],
			[503, "ws:refused", true],
		] as const) {
			it(`An answer of ${status} is ${code}, with its head and the beginning of its body.`, async () => {
				server.begin();
				server.refusal = {
					status,
					body: "this is why",
					headers: { Location: "/elsewhere", "WWW-Authenticate": "Basic" },
				};
				const result = await runWs();
				strictEqual(`${result.error} ${result.status} ${isSure && result.delivered}`, `${code} ${status} yes`);
				strictEqual(result.callbacks, "BIND CREATE APPEND HTTP READ CONNECTION_ERROR DROP DESTROY");
				strictEqual(result.reason, "this is why");
				ok(result.fields.includes("location: /elsewhere"), result.fields.join("\n"));
				deepStrictEqual([server.refused.length, server.connections.length], [1, 0]);
				await until(() => server.open === 0);
			});
		}

		it("A handshake that is refused for a while is made again by the policy.", async () => {
			server.begin();
			server.refusal = { status: 503, body: "busy" };
			const watch = setInterval(() => {
				if (server.refused.length >= 2) server.refusal = undefined;
			}, 1);
			const policy = { retryMsTable: [100], concealCount: 5 };
			const result = await runWs({}, { retryAndIdlePolicy: policy });
			clearInterval(watch);
			strictEqual(`${result.message} ${result.status}`, " 101");
			ok(server.refused.length >= 2);
			strictEqual(server.connections.length, 1);
		});

		for (const [status, reason] of [
			[1000, ""],
			[1001, "deep sleep"],
			[3000, "é".repeat(61)],
			[4999, "x".repeat(123)],
		] as const) {
			for (const isOutside of [false, true]) {
				it(`The client closes with ${status}, ${reason.length} characters, ${isOutside ? "from outside" : "by a result"}.`, async () => {
					server.begin((socket) => socket.send("hello"));
					const result = await runWs({ receive: 1, status, reason, isOutside });
					strictEqual(result.message, "");
					match(result.callbacks, / ESTABLISHED RECEIVE DROP CLOSED DESTROY$/);
					await until(() => server.connections[0]?.close !== "");
					strictEqual(server.connections[0]?.close, `${status} ${reason}`.trim());
				});
			}

			it(`The server closes with ${status}, ${reason.length} characters, and is answered by the same status.`, async () => {
				server.begin((socket) => socket.close(status, reason));
				const result = await runWs({ stays: true });
				strictEqual(result.message, "");
				match(result.callbacks, / ESTABLISHED PEER_CLOSE DROP CLOSED DESTROY$/);
				strictEqual(told(result).peerClose, Buffer.from(`${status} ${reason}`.trim()).toString("latin1"));
				await until(() => server.connections[0]?.close !== "");
				strictEqual(server.connections[0]?.close, `${status}`);
			});
		}

		it("A Close frame without a status is told as one, and answered by one.", async () => {
			server.begin((socket) => socket.close());
			const result = await runWs({ stays: true });
			strictEqual(`${result.message}${told(result).peerClose}`, "");
			await until(() => server.connections[0]?.close === "1005");
		});

		it("What the server still says before it has seen the client's Close frame is not told any more.", async () => {
			server.begin((socket) => {
				const timer = setInterval(() => socket.send("again"), 1);
				socket.on("close", () => clearInterval(timer));
			});
			const result = await runWs({ receive: 1 });
			strictEqual(result.message, "");
			strictEqual(told(result).count, 1);
			await until(() => server.connections[0]?.close === "1000");
		});

		it("A server that is gone without a Close frame is an abnormal closure, or a reset.", async () => {
			server.begin((_socket, { transport }) => transport.end());
			strictEqual((await runWs({ stays: true })).error, "ws:abnormal-closure");
			server.begin((_socket, { transport }) => setTimeout(() => transport.resetAndDestroy(), 50));
			const { error, delivered, callbacks } = await runWs({ stays: true });
			deepStrictEqual({ error, delivered }, { error: "tcp:reset", delivered: "yes" });
			match(callbacks, / ESTABLISHED DROP CLOSED DESTROY$/);
		});

		it("Twenty connections one after another, and as many at a time as may be, are each for themselves.", async () => {
			for (const parallel of [1, 4]) {
				server.begin(echo);
				const requests = Array.from({ length: 20 }, (_, i) => ws(port, { send: [{ size: 10 + i }], receive: 1 }));
				const results = await runPlan(run, { contexts: [{ ...SIZES, connections: 3 }], requests, parallel });
				results.forEach((result, i) => {
					strictEqual(result.message, "");
					deepStrictEqual(told(result).messages, [described(pattern(10 + i), true)]);
				});
				strictEqual(server.connections.length, 20);
				await until(() => server.open === 0);
			}
		});

		it("A WebSocket that is refused in CLIENT_ESTABLISHED is a failure here, and the server is told that it is over.", async () => {
			server.begin();
			const { error, callbacks, delivered } = await runWs({ refuses: true });
			deepStrictEqual({ error, delivered }, { error: "app:callback-refused", delivered: "yes" });
			strictEqual(callbacks, "BIND CREATE APPEND HTTP FILTER ESTABLISHED CONNECTION_ERROR DROP DESTROY");
			await until(() => server.connections[0]?.close === "1001");
		});

		it("Nobody listens.", async () => {
			const { error, callbacks, delivered } = await runWs({}, { port: 1 });
			deepStrictEqual({ error, delivered }, { error: "tcp:refused", delivered: "no" });
			strictEqual(callbacks, "BIND CREATE CONNECTION_ERROR DROP DESTROY");
		});
	});
}
