/** What is said of a raw connection besides its callbacks. */
import assert from "node:assert/strict";
import * as lws from "lws-xs";
import { answers, raw, serve } from "../golden/raw.js";
import { Stage } from "../golden/stage.js";

describe("A raw connection", () => {
	it("has in transactionInfo when it stood, when bytes first went and came, and their counts.", () => {
		const stage = new Stage();
		let connects = 0;
		serve(stage, (peer, text) => stage.clock.Timer.set(() => answers(peer, text), 30));
		const accept = stage.connect;
		stage.connect = (peer) => {
			connects++;
			stage.clock.Timer.set(() => accept(peer), 20);
		};
		const session = raw(stage, {
			on: {
				RAW_CONNECTED: () => 0,
				RAW_RX({ stage, session }) {
					if (session.content.length < 5) stage.write(session, "bye.");
				},
			},
		});
		stage.advance(100);
		assert.equal(stage.write(session, "abc"), 3);
		stage.advance(100);
		stage.finish();
		assert.deepEqual(stage.witness.complaints, []);
		assert.equal(connects, 1);
		assert.equal(session.content, "ABCBYE.");
		assert.deepEqual(lws.transactionInfo(session.wsi), {
			began: 0,
			queued: 0,
			assigned: 0,
			connected: 20,
			requested: 100,
			answered: 130,
			ended: 160,
			received: 7,
			sent: 7,
			sentHead: 0,
			receivedHead: 0,
			isReused: false,
			connections: 1,
			attempts: 1,
			remoteAddress: "192.0.2.1",
			remotePort: 7,
		});
	});

	it("counts what has moved while it goes on.", () => {
		const stage = new Stage();
		serve(stage, answers);
		const session = raw(stage);
		stage.advance();
		stage.write(session, "abc");
		stage.advance();
		const { received, sent } = lws.transactionInfo(session.wsi) ?? {};
		assert.deepEqual({ received, sent }, { received: 3, sent: 3 });
		stage.finish();
	});

	it("has no idle deadline of the context's, but one of its own.", () => {
		for (const [idle, code] of [
			[undefined, undefined],
			[100, "timeout:idle"],
		] as const) {
			const stage = new Stage({ deadlines: { idle: 50 } });
			serve(stage);
			const session = raw(stage, { deadlines: { idle } });
			stage.advance(10_000);
			assert.equal(session.wsi.error?.code, code);
			stage.finish();
		}
	});

	it("needs neither path nor host; HTTP does.", () => {
		const stage = new Stage();
		assert.throws(() => stage.request({ path: undefined }), /path is missing/);
		assert.throws(() => stage.request({ host: undefined }), /host is missing/);
		raw(stage);
		stage.finish();
	});
});
