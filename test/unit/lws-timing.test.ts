/** transactionInfo, on a scripted network with a scripted clock. */
import assert from "node:assert/strict";
import * as lws from "lws-xs";
import type { Peer } from "../double/peer.js";
import { Kind, record, Theatre } from "../double/tls.js";
import { CHUNKED, chunk, head, LAST_CHUNK, sized } from "../golden/scenario.js";
import { FIN, RESET, type Session, Stage, type StageOptions } from "../golden/stage.js";

type Moment = "queued" | "assigned" | "resolved" | "connected" | "secured" | "requested" | "answered" | "ended";
const MOMENTS: readonly Moment[] = [
	"queued",
	"assigned",
	"resolved",
	"connected",
	"secured",
	"requested",
	"answered",
	"ended",
];

/** All servers accept after 20 ms; what `answers` sends comes 30 ms after the request. */
function stageOf(options: StageOptions = {}, ...answers: ((peer: Peer) => void)[]): Stage {
	const stage = new Stage(options);
	stage.advance(5000);
	stage.connect = (peer) => later(stage, 20, () => peer.accept());
	stage.serve(...answers.map((answer) => (peer: Peer) => later(stage, 30, () => answer(peer))));
	return stage;
}

function later(stage: Stage, milliseconds: number, body: () => void): void {
	stage.clock.Timer.set(body, milliseconds);
}

const says =
	(...segments: string[]) =>
	(peer: Peer) =>
		peer.deliver(...segments);

function infoOf(session: Session): lws.TransactionInfo {
	const info = lws.transactionInfo(session.wsi);
	assert.ok(info);
	return info;
}

/** What has happened, with its time: "queued 0 assigned 0 …". */
function storyOf(session: Session): string {
	const info = infoOf(session);
	return MOMENTS.filter((name) => info[name] !== undefined)
		.map((name) => `${name} ${info[name]}`)
		.join(" ");
}

function finish(stage: Stage): void {
	stage.finish();
	assert.deepEqual(stage.witness.complaints, []);
}

describe("transactionInfo", () => {
	it("has the moments of a request over a connection that is made for it.", () => {
		const stage = stageOf({}, says(sized("ok")));
		const session = stage.request();
		stage.advance(100);
		assert.equal(storyOf(session), "queued 0 assigned 0 connected 20 requested 20 answered 50 ended 50");
		const { began, isReused, attempts, remoteAddress, remotePort } = infoOf(session);
		assert.deepEqual(
			{ began, isReused, attempts, remoteAddress, remotePort },
			{ began: 5000, isReused: false, attempts: 1, remoteAddress: "192.0.2.1", remotePort: 80 },
		);
		finish(stage);
	});

	it("has the moment when the name was resolved, and the address that answered.", () => {
		const stage = stageOf({}, says(sized("ok")));
		stage.names.answer("name.test", "192.0.2.7", "192.0.2.8");
		stage.names.hold("name.test");
		later(stage, 7, () => stage.names.release("name.test"));
		stage.connect = (peer) => later(stage, 20, () => (peer.address === "192.0.2.7" ? peer.refuse() : peer.accept()));
		const session = stage.request({ address: "name.test" });
		stage.advance(100);
		assert.equal(storyOf(session), "queued 0 assigned 0 resolved 7 connected 47 requested 47 answered 77 ended 77");
		assert.equal(infoOf(session).remoteAddress, "192.0.2.8");
		finish(stage);
	});

	it("has the moment when TLS stood, besides that of the connection.", () => {
		const tls = new Theatre();
		const stage = stageOf({ tls }, says(sized("ok")));
		stage.connect = (peer) => {
			const deliver = peer.deliverRaw.bind(peer);
			// the ServerHello
			peer.deliverRaw = (bytes) => later(stage, 15, () => deliver(bytes));
			later(stage, 20, () => peer.accept());
		};
		const session = stage.request();
		stage.advance(100);
		assert.equal(storyOf(session), "queued 0 assigned 0 connected 20 secured 35 requested 35 answered 65 ended 65");
		finish(stage);
	});

	it("tells a kept connection from one that was made, and where it goes.", () => {
		const stage = stageOf({}, says(sized("one")), says(sized("two")));
		stage.names.answer("name.test", "192.0.2.7");
		stage.request({ address: "name.test" });
		stage.advance(100);
		const session = stage.request({ address: "name.test" });
		stage.advance(100);
		assert.equal(storyOf(session), "queued 0 assigned 0 requested 0 answered 30 ended 30");
		const { began, isReused, attempts, remoteAddress } = infoOf(session);
		assert.deepEqual([began, isReused, attempts, remoteAddress], [5100, true, 1, "192.0.2.7"]);
		finish(stage);
	});

	for (const [how, step] of Object.entries({ closed: FIN, reset: RESET })) {
		it(`has the last attempt when a kept connection turned out to be ${how}.`, () => {
			const stage = stageOf({}, says(sized("one")));
			stage.serve(
				(peer) => later(stage, 3, () => stage.play(peer, [step])),
				(peer) => later(stage, 30, () => peer.deliver(sized("two"))),
			);
			stage.request();
			stage.advance(100);
			const session = stage.request();
			stage.advance(100);
			assert.equal(storyOf(session), "queued 3 assigned 3 connected 23 requested 23 answered 53 ended 53");
			const { isReused, attempts, sentHead, received } = infoOf(session);
			assert.deepEqual([isReused, attempts, received], [false, 2, 3]);
			assert.equal(sentHead, stage.requests.at(-1)?.length);
			finish(stage);
		});
	}

	it("shows how long a request waited for a connection.", () => {
		const stage = stageOf({ connections: 1 }, says(sized("one")), says(sized("two")));
		stage.request();
		const session = stage.request();
		stage.advance(10);
		assert.equal(storyOf(session), "queued 0");
		const { attempts, remoteAddress, isReused } = infoOf(session);
		assert.deepEqual([attempts, remoteAddress, isReused], [0, undefined, false]);
		stage.advance(100);
		assert.equal(storyOf(session), "queued 0 assigned 50 requested 50 answered 80 ended 80");
		finish(stage);
	});

	it("is there from the first callback to the last, and after it; not for the wsi of the protocol.", () => {
		const stories: string[] = [];
		const tell = ({ session }: { session: Session }): void => void stories.push(storyOf(session));
		const protocols: unknown[] = [];
		const stage = stageOf(
			{ on: { PROTOCOL_INIT: ({ wsi }) => void protocols.push(lws.transactionInfo(wsi)) } },
			says(head("200 OK", "Content-Length: 2")),
		);
		const on = { CLIENT_HTTP_BIND_PROTOCOL: tell, ESTABLISHED_CLIENT_HTTP: tell, WSI_DESTROY: tell };
		const session = stage.request({ on });
		later(stage, 60, () => stage.network.peers[0]?.deliver("ok"));
		stage.advance(100);
		assert.deepEqual(stories, [
			"",
			"queued 0 assigned 0 connected 20 requested 20 answered 50",
			"queued 0 assigned 0 connected 20 requested 20 answered 50 ended 60",
		]);
		assert.deepEqual(protocols, [undefined]);
		finish(stage);
		assert.equal(infoOf(session).ended, 60);
	});

	describe("of a failure", () => {
		it("has no more than happened: no such name.", () => {
			const stage = stageOf();
			const session = stage.request({ address: "missing.test" });
			stage.advance(100);
			assert.equal(storyOf(session), "queued 0 assigned 0 ended 0");
			assert.equal(infoOf(session).remoteAddress, undefined);
			finish(stage);
		});

		it("has no more than happened: refused.", () => {
			const stage = stageOf();
			stage.connect = (peer) => later(stage, 20, () => peer.refuse());
			const session = stage.request();
			stage.advance(100);
			assert.equal(storyOf(session), "queued 0 assigned 0 ended 20");
			assert.equal(infoOf(session).remoteAddress, "192.0.2.1");
			finish(stage);
		});

		it("has no more than happened: no TLS.", () => {
			const stage = stageOf({ tls: new Theatre() });
			stage.connect = (peer) => {
				peer.layer = undefined;
				later(stage, 20, () => peer.accept());
				later(stage, 25, () => peer.deliver(record(Kind.Alert)));
			};
			const session = stage.request();
			stage.advance(100);
			assert.equal(storyOf(session), "queued 0 assigned 0 connected 20 ended 25");
			finish(stage);
		});

		it("has no more than happened: no answer.", () => {
			const stage = stageOf();
			const session = stage.request({ deadlines: { firstByte: 500 } });
			stage.advance(1000);
			assert.equal(storyOf(session), "queued 0 assigned 0 connected 20 requested 20 ended 520");
			finish(stage);
		});

		it("has the bytes that had come.", () => {
			const answers = [head("200 OK", "Content-Length: 9"), CHUNKED + chunk("ab"), head("200 OK")];
			for (const answer of answers) {
				const stage = stageOf({}, (peer) => {
					peer.deliver(answer, answer.includes("chunked") ? "5\r\nc" : "abc");
					later(stage, 5, () => peer.reset());
				});
				const session = stage.request();
				stage.advance(100);
				assert.equal(session.wsi.error?.code, "tcp:reset");
				assert.equal(infoOf(session).received, 3, answer);
				assert.equal(infoOf(session).ended, 55);
				finish(stage);
			}
		});
	});

	describe("counts bytes", () => {
		it("of heads and content, exactly when COMPLETED comes, for every framing.", () => {
			const LONG = "x".repeat(300);
			const LENGTH = head("200 OK", "Content-Length: 300");
			const close = (peer: Peer) => {
				peer.deliver(head("200 OK"), LONG);
				peer.finish();
			};
			const answers = [
				{ name: "length", start: LENGTH, answer: says(head(103), LENGTH + LONG) },
				{ name: "chunks", start: CHUNKED, answer: says(CHUNKED, chunk("ab"), chunk(LONG.slice(2)), LAST_CHUNK) },
				{ name: "close", start: head("200 OK"), answer: close },
			];
			for (const { name, start, answer } of answers) {
				for (const buffer of [7, 64, 1000]) {
					const counts: unknown[] = [];
					const stage = stageOf({}, answer);
					const session = stage.request({
						buffer,
						on: {
							COMPLETED_CLIENT_HTTP: ({ session }) => {
								const { received, receivedHead, sent, sentHead } = infoOf(session);
								counts.push([received, receivedHead, sent, sentHead]);
							},
						},
					});
					stage.advance(100);
					assert.deepEqual(counts, [[300, start.length, 0, stage.requests[0]?.length]], `${name}, ${buffer}`);
					assert.equal(infoOf(session).received, 300);
					finish(stage);
				}
			}
		});

		it("of what was written, chunks without their framing.", () => {
			for (const fields of [[], [["Content-Length", "5"]]] as const) {
				const stage = stageOf({}, says(sized("ok")));
				const session = stage.request({ method: "POST", body: ["ab", "cde"], fields });
				stage.advance(100);
				const { sent, sentHead } = infoOf(session);
				assert.equal(sent, 5);
				assert.equal(sentHead, (stage.requests[0]?.indexOf("\r\n\r\n") ?? 0) + 4);
				finish(stage);
			}
		});

		it("while they move, and up to the read in which the application ended it.", () => {
			const counts: number[] = [];
			const stage = stageOf({}, says(`${head("200 OK", "Content-Length: 300")}${"x".repeat(100)}`));
			const session = stage.request({
				buffer: 40,
				on: {
					RECEIVE_CLIENT_HTTP_READ: ({ stage, session }) => {
						counts.push(infoOf(session).received);
						if (counts.length === 2) stage.close(session);
					},
				},
			});
			stage.advance(100);
			assert.deepEqual(counts, [40, 80]);
			assert.equal(infoOf(session).received, 80);
			finish(stage);
		});
	});

	describe("goes by the host's clock", () => {
		/** The end of a request that takes 50 ms, by a clock that shows `ticks(5000)` at its beginning. */
		function endBy(ticks: (now: number) => number): number | undefined {
			let stage: Stage | undefined;
			const Time = {
				get ticks() {
					return ticks(stage?.clock.now ?? 0);
				},
			};
			stage = stageOf({ clock: Time }, says(sized("ok")));
			const session = stage.request();
			stage.advance(100);
			finish(stage);
			return infoOf(session).ended;
		}

		it("a device's, which starts over after 2^31 or 2^32.", () => {
			assert.equal(
				endBy((now) => (2 ** 31 - 5010 + now) | 0),
				50,
			);
			assert.equal(
				endBy((now) => (2 ** 32 - 5010 + now) >>> 0),
				50,
			);
		});

		it("one that is set back: no time has passed.", () => {
			assert.equal(
				endBy((now) => (now > 5030 ? now - 3000 : now)),
				0,
			);
		});

		it("one with fractions.", () => {
			assert.equal(
				endBy((now) => now / 8),
				6.25,
			);
		});
	});
});
