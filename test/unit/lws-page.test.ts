/** lws's page on its client functions, sentence by sentence; those about TLS belong to TLS. */
import assert from "node:assert/strict";
import * as lws from "lws-xs";
import { CHUNKED, chunk, FIN, head, LAST_CHUNK, received, sized } from "../golden/scenario.js";
import {
	type Handlers,
	type RequestOptions,
	type Script,
	type Session,
	Stage,
	type StageOptions,
} from "../golden/stage.js";

/** One request to its end. */
function exchange(script: Script, options: RequestOptions = {}, stageOptions: StageOptions = {}): [Stage, Session] {
	const stage = new Stage(stageOptions);
	stage.serve(script);
	const session = stage.request(options);
	stage.advance();
	return [stage, session];
}

function finish(stage: Stage): void {
	stage.finish();
	assert.deepEqual(stage.witness.complaints, []);
}

const waits: Handlers = { RECEIVE_CLIENT_HTTP: () => 0 };

describe("lws_http_client_read", () => {
	it("consumes waiting received http client data.", () => {
		const [stage, session] = exchange([sized("hello")], { on: waits });
		assert.equal(session.content, "");
		assert.equal(stage.read(session), 5);
		assert.equal(session.content, "hello");
		finish(stage);
	});

	it("is called when the user code is notified client http data has arrived.", () => {
		const [stage] = exchange([sized("hello")]);
		assert.deepEqual(
			stage.log.filter((line) => line.startsWith("RECEIVE")),
			received("hello"),
		);
		finish(stage);
	});

	it("may be delayed, for example until an onward connection is writeable.", () => {
		const [stage, origin] = exchange([sized("forwarded")], { on: waits });
		// the onward connection: an upload, which reads from the origin when it is writeable
		stage.serve([sized("thanks")]);
		stage.request({
			method: "POST",
			fields: [["Content-Length", "9"]],
			body: [],
			on: {
				CLIENT_APPEND_HANDSHAKE_HEADER({ stage, session }) {
					stage.addField(session, "Content-Length", "9");
					stage.wantWritable(session);
				},
				CLIENT_HTTP_WRITEABLE({ stage, session }) {
					assert.equal(stage.read(origin), 9);
					stage.write(session, origin.content, true);
				},
			},
		});
		stage.advance();
		assert.match(stage.requests[1] ?? "", /\r\n\r\nforwarded$/);
		assert.ok(stage.log.includes("COMPLETED_CLIENT_HTTP"));
		finish(stage);
	});

	it("leaves the data where it is while it is delayed: the server is held up by TCP.", () => {
		const body = "x".repeat(50_000);
		const [stage, session] = exchange([sized(body)], { on: waits, buffer: 1000 });
		const { peer } = stage.network;
		const unsent = peer.unsent;
		assert.ok(unsent > 40_000, `${unsent} bytes wait at the server`);
		stage.advance(3_600_000);
		assert.equal(peer.unsent, unsent);
		while (stage.read(session) >= 0) stage.advance();
		assert.equal(session.content, body);
		finish(stage);
	});

	it("fills up to len bytes of buf with the received content for non-chunked connections.", () => {
		const [stage, session] = exchange([sized("hello world")], { on: waits, buffer: 8 });
		assert.equal(stage.read(session), 8);
		assert.equal(session.content, "hello wo");
		stage.advance();
		assert.equal(stage.read(session), 3);
		assert.equal(session.content, "hello world");
		finish(stage);
	});

	it("calls READ exactly once for a call on a non-chunked connection.", () => {
		for (const script of [[sized("hello world")], [`${head(200)}hello world`, FIN]]) {
			const [stage, session] = exchange(script, { on: waits, buffer: 8 });
			stage.read(session);
			assert.equal(session.word.match(/D/g)?.length, 1);
			stage.close(session);
			finish(stage);
		}
	});

	it("gives the actual amount filled (lws: sets len to it).", () => {
		const [stage, session] = exchange([sized("abc")], { on: waits, buffer: 100 });
		assert.equal(stage.read(session), 3);
		finish(stage);
	});

	it("takes the chunking headers out of a chunked connection's content.", () => {
		const [stage, session] = exchange([CHUNKED + chunk("hello ", ";x=y") + chunk("world") + LAST_CHUNK]);
		assert.equal(session.content, "hello world");
		finish(stage);
	});

	it("calls READ with in pointing to the chunk start and len set to the chunk length.", () => {
		let seen = 0;
		const [stage, session] = exchange([CHUNKED + chunk("hello") + LAST_CHUNK], {
			on: {
				RECEIVE_CLIENT_HTTP_READ({ session, input, length }) {
					assert.equal(input, session.buffer);
					assert.equal(String.fromCharCode(...session.buffer.subarray(0, length)), "hello");
					seen++;
				},
			},
		});
		assert.equal(seen, 1);
		assert.equal(session.content, "hello");
		finish(stage);
	});

	it("calls READ as often as there are chunks or partial chunks in the buffer.", () => {
		const partial = `${CHUNKED + chunk("one") + chunk("two")}5\r\nth`;
		const [stage, session] = exchange([partial], { on: waits });
		assert.equal(stage.read(session), 8);
		assert.deepEqual(stage.log.slice(-3), received("one", "two", "th").slice(1));
		finish(stage);
	});
});

describe("lws_http_client_http_response", () => {
	it("returns the last server response code, eg, 200 for client http connections.", () => {
		for (const status of [200, 204, 404, 599]) {
			let seen = 0;
			const [stage] = exchange([head(status, "Content-Length: 0")], {
				on: {
					ESTABLISHED_CLIENT_HTTP({ wsi }) {
						seen = lws.httpClientHttpResponse(wsi);
					},
				},
			});
			assert.equal(seen, status);
			finish(stage);
		}
	});

	it("is that of the final response, not of an interim one.", () => {
		const [stage, session] = exchange([head(103), sized("x")]);
		assert.equal(lws.httpClientHttpResponse(session.wsi), 200);
		finish(stage);
	});

	it("can be captured during ESTABLISHED_CLIENT_HTTP; here it is not lost after that.", () => {
		const seen: string[] = [];
		const note =
			(name: string): Handlers[string] =>
			({ wsi }) => {
				seen.push(`${name} ${lws.httpClientHttpResponse(wsi)}`);
			};
		const names = [
			"CLIENT_APPEND_HANDSHAKE_HEADER",
			"CLIENT_FILTER_PRE_ESTABLISH",
			"ESTABLISHED_CLIENT_HTTP",
			"RECEIVE_CLIENT_HTTP_READ",
			"COMPLETED_CLIENT_HTTP",
			"CLOSED_CLIENT_HTTP",
		];
		const [stage] = exchange([sized("x")], {
			on: Object.fromEntries(names.map((name) => [name, note(name)])) as Handlers,
		});
		assert.deepEqual(
			seen,
			names.map((name, index) => `${name} ${index === 0 ? 0 : 200}`),
		);
		finish(stage);
	});

	it("comes with the related headers, which are there from FILTER_PRE_ESTABLISH to the end.", () => {
		const fields = ["Set-Cookie: a=1", "X-Other: z", "set-cookie: b=2", "Content-Length: 1"];
		const check: Handlers[string] = ({ wsi }) => {
			assert.equal(lws.headerValue(wsi, "Set-Cookie"), "a=1");
			assert.equal(lws.headerValue(wsi, "set-cookie", 1), "b=2");
			assert.equal(lws.headerValue(wsi, "set-cookie", 2), undefined);
			assert.equal(lws.headerValue(wsi, "x-none"), undefined);
			assert.deepEqual(lws.headerNames(wsi), ["set-cookie", "x-other", "set-cookie", "content-length"]);
		};
		const names = [
			"CLIENT_FILTER_PRE_ESTABLISH",
			"ESTABLISHED_CLIENT_HTTP",
			"RECEIVE_CLIENT_HTTP_READ",
			"COMPLETED_CLIENT_HTTP",
			"CLOSED_CLIENT_HTTP",
			"WSI_DESTROY",
		];
		const on = Object.fromEntries(names.map((name) => [name, check])) as Handlers;
		const [stage, session] = exchange([`${head(200, ...fields)}x`], { on });
		assert.ok(!stage.log.some((line) => line.includes("app:callback")), stage.log.join("\n"));
		assert.equal(lws.headerValue(session.wsi, "set-cookie"), undefined, "the table serves the next request");
		finish(stage);
	});
});

describe("lws_client_http_body_pending", () => {
	function post(on: Handlers): string {
		const [stage] = exchange([sized("ok")], { method: "POST", on });
		finish(stage);
		return stage.requests[0] ?? "";
	}

	it("with something left to send announces a body.", () => {
		const request = post({
			CLIENT_APPEND_HANDSHAKE_HEADER({ stage, session }) {
				stage.bodyPending(session, true);
				stage.wantWritable(session);
			},
			CLIENT_HTTP_WRITEABLE({ stage, session }) {
				stage.write(session, "body", true);
			},
		});
		assert.ok(request.endsWith("Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"), request);
	});

	it("with nothing left to send ends the body.", () => {
		const request = post({
			CLIENT_APPEND_HANDSHAKE_HEADER({ stage, session }) {
				stage.bodyPending(session, true);
				stage.wantWritable(session);
			},
			CLIENT_HTTP_WRITEABLE({ stage, session }) {
				stage.write(session, "body");
				stage.bodyPending(session, false);
			},
		});
		assert.ok(request.endsWith("4\r\nbody\r\n0\r\n\r\n"), request);
	});

	it("leaves the framing to a Content-Length that the application gives.", () => {
		const request = post({
			CLIENT_APPEND_HANDSHAKE_HEADER({ stage, session }) {
				stage.addField(session, "Content-Length:", "4");
				stage.bodyPending(session, true);
				stage.wantWritable(session);
			},
			CLIENT_HTTP_WRITEABLE({ stage, session }) {
				stage.write(session, "body");
				stage.bodyPending(session, false);
			},
		});
		assert.ok(request.endsWith("Content-Length: 4\r\n\r\nbody"), request);
	});
});
