/** Connections that are kept, besides their callbacks. */
import assert from "node:assert/strict";
import * as lws from "lws-xs";
import { answers, raw, serve } from "../golden/raw.js";
import { Stage } from "../golden/stage.js";
import { serveWebSocket } from "../golden/websocket.js";

describe("keepConnected", () => {
	it("is for WebSockets and raw connections.", () => {
		const stage = new Stage();
		for (const method of ["GET", "POST", ""]) assert.throws(() => stage.keep({ method }), TypeError);
	});

	it("refuses a policy that is none.", () => {
		const refusals: lws.RetryPolicy[] = [{ retryMsTable: [] }, { retryMsTable: [-1] }, { jitterPercent: 101 }];
		for (const retryAndIdlePolicy of refusals) {
			assert.throws(() => new Stage().keep({ method: undefined, retryAndIdlePolicy }), RangeError);
		}
	});

	it("makes a wsi of its own for each connection, and pwsi is the present one.", () => {
		const stage = new Stage();
		for (let i = 0; i < 3; i++) serveWebSocket(stage, (server) => server.close(1000));
		const seen = new Set<unknown>();
		const pwsi: { wsi: lws.Wsi<never> | undefined } = { wsi: undefined };
		const kept = stage.keep({
			method: undefined,
			pwsi,
			retryAndIdlePolicy: { retryMsTable: [10], jitterPercent: 0 },
			on: {
				WSI_CREATE({ wsi }) {
					assert.equal(pwsi.wsi, wsi);
					seen.add(wsi);
				},
			},
		});
		assert.equal(kept.wsi, pwsi.wsi);
		stage.advance(25);
		assert.equal(kept.wsi, pwsi.wsi);
		kept.stop();
		assert.equal(seen.size, 3);
	});

	it("adds its jitter to each wait, up to the part that is given, and never takes any away.", () => {
		const waits: number[] = [];
		for (let i = 0; i < 50; i++) {
			const stage = new Stage();
			stage.connect = (peer) => peer.refuse();
			const kept = stage.keep({ method: undefined, retryAndIdlePolicy: { retryMsTable: [100], jitterPercent: 50 } });
			stage.advance();
			waits.push(stage.clock.next as number);
			kept.stop();
		}
		assert.ok(waits.every((wait) => wait >= 100 && wait <= 150));
		assert.ok(new Set(waits).size > 10);
	});

	it("keeps a raw connection, too.", () => {
		const stage = new Stage();
		serve(stage, answers);
		const kept = stage.keep({
			method: "RAW",
			port: 7,
			path: undefined,
			host: undefined,
			retryAndIdlePolicy: { retryMsTable: [100], jitterPercent: 0 },
			on: {
				RAW_CONNECTED({ wsi }) {
					lws.write(wsi, Uint8Array.of(0x61, 0x2e));
				},
			},
		});
		stage.advance(250);
		kept.stop();
		assert.equal(stage.sessions[0]?.content, "A.A.A.");
		stage.finish();
		assert.deepEqual(stage.witness.complaints, []);
	});

	it("goes on when the application's newUser throws on the way, and lets nothing out of the timer.", () => {
		const stage = new Stage();
		for (let i = 0; i < 2; i++) serveWebSocket(stage, (server) => server.peer.finish());
		let count = 0;
		const protocol: lws.Protocol<number> = {
			name: "counted",
			callback: () => 0,
			newUser() {
				count++;
				if (count === 2) throw new Error("thrown");
				return count;
			},
		};
		const vhost = lws.createVhost(stage.context, { protocols: [protocol] });
		const kept = lws.keepConnected<number>({
			context: stage.context,
			vhost,
			address: "192.0.2.1",
			port: 80,
			path: "/",
			host: "h",
			retryAndIdlePolicy: { retryMsTable: [100, 200], jitterPercent: 0 },
		});
		stage.advance(299);
		assert.equal(count, 2);
		assert.equal(kept.wsi.user, 1);
		stage.advance(1);
		assert.equal(kept.wsi.user, 3);
		kept.stop();
	});

	it("ends with its parent.", () => {
		const stage = new Stage();
		serve(stage, answers);
		const parent = raw(stage);
		stage.advance();
		stage.connect = (peer) => peer.refuse();
		stage.keep({ method: undefined, parentWsi: parent.wsi, retryAndIdlePolicy: { retryMsTable: [100] } });
		stage.advance(50);
		stage.close(parent);
		stage.advance(10_000);
		assert.equal(stage.network.peers.length, 2);
		stage.finish();
		assert.deepEqual(stage.witness.complaints, []);
	});
});
