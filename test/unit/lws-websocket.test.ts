/** What is said of a WebSocket besides its callbacks: its arguments, and what can be asked of it. */
import assert from "node:assert/strict";
import * as lws from "lws-xs";
import { doubling } from "../double/extension.js";
import { text } from "../double/websocket.js";
import { sized } from "../golden/scenario.js";
import { type RequestOptions, Stage } from "../golden/stage.js";
import { serveWebSocket, websocket } from "../golden/websocket.js";

/** Refused at the call: no callback, no socket. */
function refuses(options: RequestOptions & Record<string, unknown>, message: RegExp, error = TypeError): void {
	for (const how of ["request", "keep"] as const) {
		const stage = new Stage();
		assert.throws(
			() => stage[how]({ method: undefined, ...options }),
			(thrown: Error) => thrown instanceof error && message.test(thrown.message),
			JSON.stringify(options),
		);
		stage.advance(100_000);
		assert.deepEqual(stage.log, []);
		assert.equal(stage.network.peers.length, 0);
	}
}

/** The fields of a handshake that is answered in order. */
function handshake(options: RequestOptions = {}): string {
	const stage = new Stage();
	serveWebSocket(stage, (server) => {
		server.open();
		server.close(1000);
	});
	const session = websocket(stage, options);
	stage.advance();
	assert.equal(session.wsi.error, undefined);
	stage.finish();
	assert.deepEqual(stage.witness.complaints, []);
	return stage.requests[0] as string;
}

function field(request: string, name: string): string | undefined {
	return new RegExp(`^${name}: (.*)\r$`, "im").exec(request)?.[1];
}

describe("clientConnectViaInfo without a method", () => {
	it("needs address, path and host like a request.", () => {
		for (const name of ["address", "path", "host"]) refuses({ [name]: undefined }, new RegExp(`${name} is missing`));
	});

	it("refuses lists of subprotocols that cannot be offered.", () => {
		for (const protocol of [",", "a,", ",a", "a,,b", "a b", "a;b", 'a"b', "\u00e9", "a\r\nb"]) {
			refuses({ protocol }, /no name of a subprotocol/);
		}
		for (const protocol of ["a,a", "a, b ,a"]) refuses({ protocol }, /a is offered twice/);
	});

	it("offers the subprotocols of the list, as they stand there, or none.", () => {
		for (const [protocol, offer] of [
			[undefined, undefined],
			["", undefined],
			["a", "a"],
			["a,A", "a, A"],
			[" chat.v2 ,chat.v1", "chat.v2, chat.v1"],
		] as const) {
			assert.equal(field(handshake({ protocol }), "Sec-WebSocket-Protocol"), offer);
		}
	});

	it("refuses times of silence that are none.", () => {
		for (const name of ["secsSinceValidPing", "secsSinceValidHangup"]) {
			for (const value of [-1, 1.5, Number.NaN, 2 ** 31, "10"]) {
				refuses({ retryAndIdlePolicy: { [name]: value } }, new RegExp(name), RangeError);
			}
		}
	});

	it("refuses a deadline `close` that is none.", () => {
		for (const close of [-1, 0.5, "1"]) refuses({ deadlines: { close: close as number } }, /close/, RangeError);
	});

	it("uses the protocol that is named, else the first of those offered that the vhost has, else the vhost's first.", () => {
		for (const [protocol, localProtocolName, name] of [
			[undefined, undefined, "first"],
			["other", undefined, "first"],
			["other, second", undefined, "second"],
			["third, second", undefined, "third"],
			["second", "third", "third"],
			["second", "other", "first"],
		] as const) {
			const stage = new Stage();
			const protocols = ["first", "second", "third"].map((each) => ({ name: each, callback: () => 0 }));
			const vhost = lws.createVhost(stage.context, { protocols });
			const session = websocket(stage, {
				vhost,
				...(protocol !== undefined && { protocol }),
				...(localProtocolName !== undefined && { localProtocolName }),
			});
			assert.equal(lws.getProtocol(session.wsi).name, name);
		}
	});

	it("sends credentials like a request.", () => {
		assert.equal(
			field(handshake({ authUsername: "user", authPassword: "pass" }), "Authorization"),
			"Basic dXNlcjpwYXNz",
		);
	});
});

describe("addHttpHeaderByName for a WebSocket", () => {
	it("refuses the fields of the handshake, in any case, and what frames a body.", () => {
		let count = 0;
		handshake({
			on: {
				CLIENT_APPEND_HANDSHAKE_HEADER({ stage, session }) {
					for (const name of [
						"Connection",
						"UPGRADE",
						"upgrade:",
						"Sec-WebSocket-Key",
						"sec-websocket-version",
						"Sec-WebSocket-Protocol",
						"Sec-WebSocket-Extensions",
						"Sec-WebSocket-Anything",
						"Content-Length",
						"Transfer-Encoding",
						"Host",
					]) {
						assert.throws(() => stage.addField(session, name, "0"), TypeError, name);
						count++;
					}
				},
			},
		});
		assert.equal(count, 11);
	});

	it("adds others, and a body is none of a handshake.", () => {
		const request = handshake({
			on: {
				CLIENT_APPEND_HANDSHAKE_HEADER({ stage, session }) {
					stage.addField(session, "Cookie", "a=b");
					stage.addField(session, "X-Sec-WebSocket-Key", "x");
					stage.bodyPending(session, true);
				},
			},
		});
		assert.equal(field(request, "Cookie"), "a=b");
		assert.equal(field(request, "X-Sec-WebSocket-Key"), "x");
		assert.equal(field(request, "Transfer-Encoding"), undefined);
		assert.ok(request.endsWith("\r\n\r\n"));
	});
});

describe("extensions", () => {
	it("can be one for a vhost, or none.", () => {
		const info = { protocols: [{ name: "x", callback: () => 0 }] };
		const two = [doubling(), doubling()];
		assert.throws(() => new Stage({ extensions: two }), /one extension/);
		const stage = new Stage({ extensions: [doubling()] });
		assert.throws(() => lws.createVhost(stage.context, { ...info, extensions: two }), RangeError);
		const [first] = stage.context.vhosts;
		assert.equal(first?.extension?.name, "x-double");
		// that of the context is its default vhost's alone
		assert.equal(lws.createVhost(stage.context, info).extension, undefined);
		assert.equal(lws.createVhost(stage.context, { ...info, extensions: [] }).extension, undefined);
	});
});

describe("What belongs to WebSocket", () => {
	it("says nothing of a request, and closes none.", () => {
		const stage = new Stage();
		stage.serve([sized("ok")]);
		const session = stage.request();
		const { wsi } = session;
		const says = () => {
			assert.equal(lws.isFirstFragment(wsi), false);
			assert.equal(lws.isFinalFragment(wsi), false);
			assert.equal(lws.frameIsBinary(wsi), false);
			assert.equal(lws.remainingPacketPayload(wsi), 0);
		};
		says();
		lws.closeReason(wsi, 1001, "away");
		stage.advance();
		says();
		assert.equal(session.content, "ok");
		assert.equal(wsi.error, undefined);
	});

	it("throws for a close status or reason that may not be sent, before and after the end, too.", () => {
		const stage = new Stage();
		const { wsi } = websocket(stage);
		for (let i = 0; i < 2; i++) {
			assert.throws(() => lws.closeReason(wsi, 1005), RangeError);
			assert.throws(() => lws.closeReason(wsi, 1000, "\u20ac".repeat(42)), RangeError);
			lws.closeReason(wsi, 1000, "\u20ac".repeat(41));
			stage.destroy();
			stage.advance();
		}
	});

	it("gives the flags that lws gives for the parts of a message.", () => {
		const {
			LWS_WRITE_TEXT: TEXT,
			LWS_WRITE_BINARY: BINARY,
			LWS_WRITE_CONTINUATION: MORE,
			LWS_WRITE_NO_FIN: NO_FIN,
		} = lws;
		assert.equal(lws.writeWsFlags(TEXT, true, true), TEXT);
		assert.equal(lws.writeWsFlags(TEXT, true, false), TEXT | NO_FIN);
		assert.equal(lws.writeWsFlags(BINARY, false, false), MORE | NO_FIN);
		assert.equal(lws.writeWsFlags(BINARY, false, true), MORE);
	});

	it("does not change the bytes that are written.", () => {
		const stage = new Stage();
		serveWebSocket(stage, (server) => server.open());
		const { wsi } = websocket(stage);
		stage.advance();
		const bytes = Uint8Array.from({ length: 200 }, (_, i) => i);
		assert.equal(lws.write(wsi, bytes, lws.LWS_WRITE_BINARY), 200);
		assert.deepEqual([...bytes.keys()], [...bytes]);
	});

	it("has a key of its own for each frame.", () => {
		const stage = new Stage();
		serveWebSocket(stage, (server) => {
			server.open();
			server.peer.onReceive = undefined;
		});
		const { wsi } = websocket(stage);
		stage.advance();
		const keys = new Set<string>();
		for (let i = 0; i < 100; i++) {
			stage.network.peer.take();
			lws.write(wsi, Uint8Array.of(i), lws.LWS_WRITE_BINARY);
			const frame = stage.network.peer.take();
			assert.equal((frame[6] as number) ^ (frame[2] as number), i);
			keys.add(frame.subarray(2, 6).join());
			stage.advance();
		}
		assert.equal(keys.size, 100);
	});
});

describe("transactionInfo of a WebSocket", () => {
	it("has when it was answered, and counts payload as the application reads and writes it.", () => {
		const stage = new Stage();
		serveWebSocket(stage, (server) => {
			stage.clock.Timer.set(() => server.open(), 30);
		});
		let last: lws.TransactionInfo | undefined;
		const session = websocket(stage, {
			on: {
				WSI_DESTROY({ wsi }) {
					last = lws.transactionInfo(wsi);
				},
			},
		});
		stage.advance(100);
		stage.send(session, "hello");
		stage.network.peer.deliver(text("abc") + text("de"));
		stage.advance(100);
		const open = lws.transactionInfo(session.wsi);
		assert.deepEqual([open?.received, open?.sent, open?.ended], [5, 5, undefined]);
		stage.close(session);
		stage.advance();
		stage.finish();
		assert.deepEqual(stage.witness.complaints, []);
		const { sentHead, receivedHead, ...info } = (last as lws.TransactionInfo | undefined) ?? assert.fail();
		assert.ok(sentHead > 100 && receivedHead > 100);
		assert.deepEqual(info, {
			began: 0,
			queued: 0,
			assigned: 0,
			connected: 0,
			requested: 0,
			answered: 30,
			ended: 200,
			received: 5,
			sent: 5,
			isReused: false,
			connections: 1,
			attempts: 1,
			remoteAddress: "192.0.2.1",
			remotePort: 80,
		});
	});
});
