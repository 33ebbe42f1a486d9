/** The client's WebSocket with libwebsockets' own test server, with mosquitto, and through nginx: what both sides saw. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { skipUnlessBuilt } from "../desktop/host.js";
import { authorities } from "../servers/certificate-set.js";
import { until } from "../servers/sockets.js";
import { described, echo } from "../servers/websocket.js";
import type { PlannedContext, PlannedRequest, PlannedWs, Result, ResultWs } from "../wire/plan.js";
import { NARROW, type Run, runPlan, WIDE } from "../wire/run.js";
import { secureContext, USE_SSL } from "../wire/secure.js";
import { pattern } from "../wire/server.js";
import { type Service, skipUnlessThere } from "./service.js";
import { startLws, startMosquitto, WebSocketProxy } from "./websocket.js";

const SIZES = { receiveBuffer: 1536, transmitBuffer: 1024 };

async function runWs(
	run: Run,
	port: number,
	ws: PlannedWs,
	more: Partial<PlannedRequest> = {},
	context: PlannedContext = {},
): Promise<Result & { ws: ResultWs }> {
	const request = { port, path: "/", ws, ...more };
	const [result] = await runPlan(run, { contexts: [{ ...SIZES, ...context }], requests: [request] });
	return result as Result & { ws: ResultWs };
}

function say(bytes: string, isText = false): { size: number; bytes: string; isText: boolean } {
	return { size: bytes.length, bytes, isText };
}

for (const run of [WIDE, NARROW]) {
	describe(`libwebsockets' own test server (${run.name})`, function () {
		this.timeout(60_000);
		let service: Service | undefined;
		let port = 0;
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			skipUnlessThere(this, "libwebsockets-test-server");
			service = await startLws();
			port = service.ports[0] as number;
		});
		after(() => service?.stop());

		it("Its counter counts for us, and takes our Close frame.", async () => {
			const before = service?.output.length ?? 0;
			const ws = { protocol: "dumb-increment-protocol", receive: 5, status: 1001, reason: "ok" };
			const result = await runWs(run, port, ws);
			strictEqual(result.message, "");
			strictEqual(result.ws.protocol, "dumb-increment-protocol");
			deepStrictEqual(
				result.ws.messages.slice(0, 5),
				["0", "1", "2", "3", "4"].map((digit) => described(Buffer.from(digit), false)),
			);
			// it has taken the Close frame, and answered
			await until(() => service?.output.includes("caller: close_and_handled", before) === true);
		});

		it("It closes when it is asked to, and its status and reason are told.", async () => {
			const ws = { protocol: "dumb-increment-protocol", send: [say("closeme\n", true)], stays: true };
			const result = await runWs(run, port, ws);
			strictEqual(result.message, "");
			strictEqual(result.ws.peerClose, "1001 seeya");
			match(service?.output ?? "", /dumb_inc: closing as requested/);
		});

		it("Its mirror gives back what we say, fragments and pings included.", async () => {
			const send = [say("one", true), { ...say("fragmented message", true), piece: 7 }, say("three", true)];
			const result = await runWs(run, port, {
				protocol: "lws-mirror-protocol",
				send,
				pings: ["are you there"],
				receive: 5,
			});
			strictEqual(result.message, "");
			deepStrictEqual(result.ws.pongs, ["are you there"]);
			strictEqual(result.length, "one".length + "fragmented message".length + "three".length);
			ok(result.ws.messages.includes(described(Buffer.from("one"), false)), result.ws.messages.join());
			ok(result.ws.messages.includes(described(Buffer.from("three"), false)), result.ws.messages.join());
		});

		it("A subprotocol that it has not is refused.", async () => {
			const result = await runWs(run, port, { protocol: "no-such-protocol", stays: true });
			ok(/^(ws:|h1:|tcp:)/.test(result.error), result.error);
			strictEqual(result.ws.count, 0);
		});
	});

	describe(`mosquitto's WebSocket listener (${run.name})`, function () {
		this.timeout(60_000);
		let service: Service | undefined;
		let port = 0;
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			skipUnlessThere(this, "mosquitto");
			service = await startMosquitto();
			port = service.ports[0] as number;
		});
		after(() => service?.stop());

		it("CONNECT, SUBSCRIBE and PUBLISH are understood, and what was published comes.", async () => {
			const payload = "x".repeat(5000);
			const publish = `0${lengthOf(payload.length + 3)}\x00\x01a${payload}`;
			const send = [
				say("\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04wire"),
				say("\x82\x06\x00\x01\x00\x01a\x00"),
				{ ...say(publish), piece: 700 },
			];
			const result = await runWs(run, port, { protocol: "mqtt", send, receive: 3, status: 1000 });
			strictEqual(result.message, "");
			strictEqual(result.ws.protocol, "mqtt");
			deepStrictEqual(
				result.ws.messages,
				["\x20\x02\x00\x00", "\x90\x03\x00\x01\x00", publish].map((packet) =>
					described(Buffer.from(packet, "latin1"), true),
				),
			);
			const heard = () => service?.output ?? "";
			await until(() => / (Client wire|client wire).*(clos|disconnect)/i.test(heard()));
			match(heard(), /New client connected from ::ffff:127\.0\.0\.1:\d+ as wire/);
			match(heard(), /Received SUBSCRIBE from wire/);
			match(heard(), /Received PUBLISH from wire \(d0, q0, r0, m0, 'a', \.\.\. \(5000 bytes\)\)/);
		});
	});

	describe(`WebSocket through nginx (${run.name})`, function () {
		this.timeout(60_000);
		let proxy: WebSocketProxy | undefined;
		let trusted = "";
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			skipUnlessThere(this, "nginx");
			proxy = await WebSocketProxy.start();
			trusted = (await authorities.root()).pem;
		});
		beforeEach(() => {
			proxy?.backend.begin(echo);
			proxy?.log.begin();
		});
		after(() => proxy?.stop());

		const size = 300_000;
		for (const isSecure of [false, true]) {
			for (const deflate of [undefined, {}]) {
				const how = `${isSecure ? "wss" : "ws"}${deflate ? ", compressed" : ""}`;
				it(`${size} bytes go out and come back (${how}).`, async () => {
					const { ports, backend, log } = proxy as WebSocketProxy;
					const secure = isSecure ? secureContext(trusted) : {};
					const more = isSecure ? { host: "localhost", sslConnection: USE_SSL } : {};
					const ws = { send: [{ size }, { size: 10, isText: true }], receive: 2, protocol: "wire" };
					const result = await runWs(run, ports[isSecure ? 1 : 0], ws, more, { ...secure, deflate });
					strictEqual(result.message, "");
					strictEqual(result.ws.messages[0], described(pattern(size), true));
					const [connection] = backend.connections;
					deepStrictEqual(connection?.messages, result.ws.messages);
					strictEqual(
						`${connection.protocol} ${connection.socket.extensions}`,
						`wire ${deflate ? "permessage-deflate" : ""}`,
					);
					await until(() => connection.close === "1000");
					const [line = ""] = await log.lines(1);
					match(line, isSecure ? /^GET \/ HTTP\/1\.1\|101\|TLSv1\.[23]$/ : /^GET \/ HTTP\/1\.1\|101\|-$/);
				});
			}
		}

		it("A place that does not pass the upgrade on answers by another status, with its page.", async () => {
			const { ports, backend, log } = proxy as WebSocketProxy;
			const result = await runWs(run, ports[0], { stays: true }, { path: "/without/" });
			strictEqual(`${result.error} ${result.status}`, "ws:refused 426");
			deepStrictEqual(backend.connections, []);
			deepStrictEqual(await log.lines(1), ["GET /without/ HTTP/1.1|426|-"]);
		});

		it("A redirect is one, with its Location.", async () => {
			const { ports } = proxy as WebSocketProxy;
			const result = await runWs(run, ports[0], { stays: true }, { path: "/moved" });
			strictEqual(result.error, "ws:redirected");
			ok(
				result.fields.some((field) => field.startsWith("location: ") && field.endsWith("/elsewhere")),
				result.fields.join("\n"),
			);
		});

		it("A silence that is too long for nginx ends without a Close frame; Ping frames keep it open.", async () => {
			const { ports, backend } = proxy as WebSocketProxy;
			const silent = await runWs(run, ports[0], { stays: true }, { path: "/short/" });
			strictEqual(silent.error, "ws:abnormal-closure");
			backend.begin((socket) => {
				const timer = setInterval(() => socket.ping(), 300);
				setTimeout(() => socket.close(1000), 2500);
				socket.on("close", () => clearInterval(timer));
			});
			const kept = await runWs(run, ports[0], { stays: true }, { path: "/short/" });
			strictEqual(kept.message, "");
			ok((backend.connections[0]?.pongs.length ?? 0) >= 5);
		});

		it("A backend that is gone is 502.", async () => {
			const { ports, backend } = proxy as WebSocketProxy;
			await backend.close();
			const result = await runWs(run, ports[0], { stays: true });
			strictEqual(`${result.error} ${result.status}`, "ws:refused 502");
		});
	});
}

/** The Remaining Length of MQTT, of two bytes. */
function lengthOf(length: number): string {
	return String.fromCharCode((length & 127) | 128, length >> 7);
}
