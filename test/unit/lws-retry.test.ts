/** retryAndIdlePolicy, replayable and maxResumes, on a scripted network with virtual time. */
import assert from "node:assert/strict";
import * as lws from "lws-xs";
import { isTransient } from "lws-xs/dispatch/retry";
import { refusing } from "../golden/retries.js";
import { head, sized } from "../golden/scenario.js";
import { FIN, type RequestOptions, type Script, Stage, type StageOptions } from "../golden/stage.js";

const OK = sized("ok");
const BUSY = refusing(503);
const RETRIED: RequestOptions = { retryAndIdlePolicy: { retryMsTable: [100], jitterPercent: 0 } };

function finish(stage: Stage): void {
	stage.finish();
	assert.deepEqual(stage.witness.complaints, []);
}

/** When each request came. */
function timesOf(
	scripts: Script[],
	options: RequestOptions,
	stageOptions: StageOptions = {},
	time = 100_000_000,
): number[] {
	const stage = new Stage(stageOptions);
	const times: number[] = [];
	stage.serve(
		...scripts.map((script) => (peer: Parameters<typeof stage.play>[0]) => {
			times.push(stage.clock.now);
			stage.play(peer, script);
		}),
	);
	stage.request(options);
	stage.advance(time);
	finish(stage);
	return times;
}

function withRandom<T>(value: number, body: () => T): T {
	const { random } = Math;
	Math.random = () => value;
	try {
		return body();
	} finally {
		Math.random = random;
	}
}

describe("retryAndIdlePolicy", () => {
	it("waits as its table says, whose last entry repeats.", () => {
		const policy = { retryMsTable: [100, 200, 400], concealCount: 5, jitterPercent: 0 };
		const scripts: Script[] = [1, 2, 3, 4, 5, 6, 7].map(() => [BUSY]);
		assert.deepEqual(timesOf(scripts, { retryAndIdlePolicy: policy }), [0, 100, 300, 700, 1100, 1500]);
	});

	for (const [percent, random, wait] of [
		[undefined, 0, 1000],
		[undefined, 0.999999, 1300],
		[0, 0.999999, 1000],
		[50, 0.5, 1250],
		[100, 0.999999, 2000],
	] as const) {
		it(`adds to 1000 ms up to ${percent ?? "30, the default,"} per cent: ${wait} with a random number of ${random}.`, () => {
			const policy = { retryMsTable: [1000], ...(percent !== undefined && { jitterPercent: percent }) };
			const times = withRandom(random, () => timesOf([[BUSY], [OK]], { retryAndIdlePolicy: policy }));
			assert.deepEqual(times, [0, wait]);
		});
	}

	it("adds to Retry-After, too, and never goes below.", () => {
		const script: Script = [refusing(503, "Retry-After: 10")];
		const policy = { retryMsTable: [1000], jitterPercent: 20 };
		const times = (random: number) => withRandom(random, () => timesOf([script, [OK]], { retryAndIdlePolicy: policy }));
		assert.deepEqual(times(0), [0, 10_000]);
		assert.deepEqual(times(0.5), [0, 11_000]);
	});

	const day = Date.UTC(2026, 10, 24, 12, 0, 0);
	for (const [text, wait] of [
		["Tue, 24 Nov 2026 12:00:30 GMT", 30_000],
		["Tuesday, 24-Nov-26 12:00:30 GMT", 30_000],
		["Tue Nov 24 12:00:30 2026", 30_000],
		["Tue, 24 Nov 2026 12:00:00 GMT", 100],
		["Tue, 24 Nov 2026 11:00:00 GMT", 100],
		["Thu, 01 Jan 1970 00:00:00 GMT", 100],
		["Tue, 24 Nov 2026 12:00:30 UTC", 100],
		["Tue, 24 Nov 2026 13:00:00 GMT", 3_600_000],
	] as const) {
		it(`waits ${wait} ms for Retry-After: ${text} at 12:00:00.`, () => {
			assert.deepEqual(timesOf([[refusing(503, `Retry-After: ${text}`)], [OK]], RETRIED, { day }), [0, wait]);
		});
	}

	for (const text of ["Tue, 24 Nov 2026 13:00:01 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "3601", "9".repeat(400)]) {
		it(`delivers the response with Retry-After: ${text.slice(0, 40)}, which is too late.`, () => {
			assert.deepEqual(timesOf([[refusing(503, `Retry-After: ${text}`)], [OK]], RETRIED, { day }), [0]);
		});
	}

	it("takes no date from Retry-After while the clock is not set.", () => {
		const script: Script = [refusing(503, "Retry-After: Tue, 24 Nov 2026 12:00:30 GMT")];
		assert.deepEqual(timesOf([script, [OK]], RETRIED, { day: 1_000_000 }), [0, 100]);
	});

	it("takes what passes, and only that, of all errors.", () => {
		const transient = lws.errorCodes().filter(isTransient);
		assert.deepEqual(transient, [
			"dns:not-found",
			"dns:no-server",
			"tcp:refused",
			"tcp:reset",
			"tcp:timed-out",
			"tcp:unreachable",
			"tcp:other",
			"tcp:no-socket",
			"tls:clock-not-set",
			"tls:closed",
			"tls:truncated",
			"tls:out-of-memory",
			"proxy:not-found",
			"proxy:not-connected",
			"proxy:closed",
			"socks:failure",
			"socks:network-unreachable",
			"socks:host-unreachable",
			"socks:refused",
			"socks:ttl-expired",
			"socks:closed",
			"timeout:connect",
			"timeout:tls",
			"timeout:first-byte",
			"timeout:idle",
			"h1:empty-reply",
			"h1:truncated-head",
			"h1:truncated-body",
		]);
	});

	it("is checked at the call.", () => {
		const stage = new Stage();
		const refused = (options: RequestOptions, what: RegExp) =>
			assert.throws(() => stage.request(options), { name: "RangeError", message: what });
		const policy = (more: Partial<lws.RetryPolicy>) => ({ retryAndIdlePolicy: { retryMsTable: [1], ...more } });
		refused(policy({ retryMsTable: [] }), /empty/);
		for (const wait of [-1, 0.5, Number.NaN, 0x20000000]) refused(policy({ retryMsTable: [1, wait] }), /retryMsTable/);
		for (const count of [-1, 0.5, Number.NaN]) refused(policy({ concealCount: count }), /concealCount/);
		for (const jitter of [-1, 101, Number.NaN]) refused(policy({ jitterPercent: jitter }), /jitterPercent/);
		for (const count of [-1, 0.5, Number.NaN]) refused({ maxResumes: count }, /maxResumes/);
		stage.finish();
	});

	it("has its attempts in transactionInfo, and the figures of the last one.", () => {
		const stage = new Stage();
		stage.serve([BUSY], [FIN], [BUSY], [OK]);
		const session = stage.request({
			retryAndIdlePolicy: { retryMsTable: [100], concealCount: 5, jitterPercent: 0 },
		});
		stage.advance(50);
		const waiting = lws.transactionInfo(session.wsi);
		assert.deepEqual([waiting?.attempts, waiting?.received, waiting?.assigned], [1, 0, undefined]);
		stage.advance(1000);
		const info = lws.transactionInfo(session.wsi);
		assert.deepEqual([info?.attempts, info?.received, info?.ended], [4, 2, 200]);
		finish(stage);
	});

	it("does not say that nothing was delivered when the last attempt could not even connect.", () => {
		const stage = new Stage();
		stage.serve([FIN]);
		stage.connect = (peer) => (stage.requests.length === 0 ? peer.accept() : peer.refuse());
		const session = stage.request(RETRIED);
		stage.advance(1000);
		assert.equal(session.wsi.error?.code, "tcp:refused");
		assert.equal(session.wsi.error?.delivered, "maybe");
		finish(stage);
	});

	it("is one budget for all redirects, which else would go on for ever.", () => {
		const stage = new Stage();
		const moved = head(302, "Location: /", "Content-Length: 0");
		stage.serve(...Array.from({ length: 20 }, (_, i): Script => [i % 2 === 0 ? BUSY : moved]));
		stage.request({ retryAndIdlePolicy: { retryMsTable: [1], concealCount: 3, jitterPercent: 0 }, maxRedirects: 50 });
		stage.advance(1000);
		assert.equal(stage.requests.length, 7);
		finish(stage);
	});

	it("ends the wsi when the host has no timer for the wait.", () => {
		const stage = new Stage();
		stage.serve([BUSY], [OK]);
		const session = stage.request({ ...RETRIED, deadlines: { connect: 0, tls: 0, firstByte: 0, idle: 0 } });
		const { set } = stage.clock.Timer;
		stage.clock.Timer.set = ((callback: never, interval: number) => {
			if (interval === 100) throw new Error("no timer");
			return set(callback, interval);
		}) as typeof set;
		stage.clock.Timer.schedule = (() => {
			throw new Error("no timer");
		}) as typeof stage.clock.Timer.schedule;
		stage.advance(1000);
		assert.equal(session.wsi.error?.code, "internal:fault");
		assert.equal(stage.requests.length, 1);
		finish(stage);
	});
});

describe("maxResumes", () => {
	const TAG = 'ETag: "v"';
	const begun: Script = [`${head(200, "Content-Length: 10", TAG)}01234`, FIN];
	const rest = `${head(206, "Content-Length: 5", "Content-Range: bytes 5-9/10", TAG)}56789`;

	it("counts all content, and the status stays that of the first response.", () => {
		const stage = new Stage();
		stage.serve(begun, [rest]);
		const session = stage.request({ maxResumes: 1, ...RETRIED });
		stage.advance(50);
		assert.equal(lws.httpClientHttpResponse(session.wsi), 200);
		assert.equal(lws.transactionInfo(session.wsi)?.received, 5);
		assert.equal(lws.httpClientRead(session.wsi, session.buffer), 0);
		stage.advance(100);
		const info = lws.transactionInfo(session.wsi);
		assert.deepEqual([info?.attempts, info?.received, info?.connections], [2, 10, 2]);
		assert.equal(lws.httpClientHttpResponse(session.wsi), 200);
		assert.equal(session.content, "0123456789");
		finish(stage);
	});

	it("counts content once when it gives up.", () => {
		const stage = new Stage();
		const again: Script = [`${head(206, "Content-Length: 5", "Content-Range: bytes 5-9/10", TAG)}56`, FIN];
		stage.serve(begun, again);
		const session = stage.request({ maxResumes: 1 });
		stage.advance(50);
		assert.equal(session.wsi.error?.code, "h1:truncated-body");
		assert.equal(lws.transactionInfo(session.wsi)?.received, 7);
		finish(stage);
	});

	it("continues wherever the body is cut, in the application's buffer of any size.", () => {
		const body = "0123456789abcdefghij";
		for (let cut = 1; cut < body.length; cut++) {
			for (const buffer of [1, 7, 64]) {
				const stage = new Stage();
				const range = `Content-Range: bytes ${cut}-19/20`;
				stage.serve(
					[`${head(200, "Content-Length: 20", TAG)}${body.slice(0, cut)}`, FIN],
					[`${head(206, `Content-Length: ${20 - cut}`, range, TAG)}${body.slice(cut)}`],
				);
				const session = stage.request({ maxResumes: 1, buffer });
				stage.advance(50);
				assert.equal(session.content, body);
				assert.equal(session.wsi.error, undefined);
				finish(stage);
			}
		}
	});

	it("does not go on beyond the total deadline.", () => {
		const stage = new Stage();
		stage.serve(begun, [rest]);
		const session = stage.request({ maxResumes: 1, ...RETRIED, deadlines: { total: 90 } });
		stage.advance(50);
		assert.equal(session.wsi.error?.code, "h1:truncated-body");
		finish(stage);
	});
});
