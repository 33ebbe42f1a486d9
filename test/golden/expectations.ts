/** Uploads that wait for 100. */
import {
	at,
	BEGUN,
	CLOSED,
	COMPLETED,
	FIN,
	failed,
	got,
	HEAD,
	head,
	of,
	received,
	type Scenario,
	sized,
	WRITEABLE,
} from "./scenario.js";
import type { RequestOptions, Stage } from "./stage.js";
import {
	CONTINUE,
	LENGTH_6,
	NO,
	OK,
	POST,
	PROCESSING,
	REFUSED,
	sayBody,
	sayEnd,
	silent,
	take,
	WRITTEN,
	waits,
	writePiece,
} from "./upload.js";

const waiting: Scenario[] = [
	waits(
		"The body waits for 100.",
		silent,
		(stage) => {
			stage.advance(900);
			sayBody(stage);
			stage.network.peer.deliver(CONTINUE);
			stage.advance();
			take(stage);
			sayEnd(stage);
		},
		at(900, "body none", ...WRITTEN, "body abcdef", ...OK, "1 connections, the last one open"),
	),
	waits(
		"100 that comes at once lets the body go at once.",
		(peer) => peer.deliver(CONTINUE),
		(stage) => take(stage),
		[...WRITTEN, "body abcdef", ...OK],
	),
	waits(
		"So does the field Expect, in any case.",
		(peer) => peer.deliver(CONTINUE),
		(stage) => take(stage),
		[...WRITTEN, "body abcdef", ...OK],
		{
			expectContinue: 0,
			fields: [...LENGTH_6, ["expect", "100-Continue"]],
		},
	),
	waits(
		"A body in chunks waits, too.",
		silent,
		(stage) => {
			sayBody(stage);
			stage.network.peer.deliver(CONTINUE);
			stage.advance();
			stage.say(`${stage.network.peer.text.length} bytes`);
			stage.network.peer.deliver(sized("ok"));
			stage.advance();
		},
		["body none", ...WRITTEN, "21 bytes", ...OK],
		{ fields: [] },
	),
	waits(
		"After a second without 100 the body is sent.",
		silent,
		(stage) => {
			stage.advance(999);
			sayBody(stage);
			stage.advance(1);
			take(stage);
		},
		[...at(999, "body none"), ...at(1000, ...WRITTEN, "body abcdef", ...OK)],
	),
	waits(
		"expectContinue says after how long.",
		silent,
		(stage) => {
			stage.advance(299);
			sayBody(stage);
			stage.advance(1);
			take(stage);
		},
		[...at(299, "body none"), ...at(300, ...WRITTEN, "body abcdef", ...OK)],
		{ expectContinue: 300 },
	),
	waits(
		"100 that comes after the body has been sent changes nothing.",
		silent,
		(stage) => {
			stage.advance(1000);
			stage.network.peer.deliver(CONTINUE);
			stage.advance();
			take(stage);
			sayEnd(stage);
		},
		at(1000, ...WRITTEN, "body abcdef", ...OK, "1 connections, the last one open"),
	),
	waits(
		"Other interim responses neither begin the body nor restart the wait.",
		silent,
		(stage) => {
			for (let i = 0; i < 3; i++) {
				stage.advance(300);
				stage.network.peer.deliver(PROCESSING);
			}
			sayBody(stage);
			stage.advance(100);
			take(stage);
		},
		[...at(900, "body none"), ...at(1000, ...WRITTEN, "body abcdef", ...OK)],
	),
	waits(
		"An interim response leaves the wait its clock where there are no others.",
		(peer) => peer.deliver(PROCESSING),
		(stage) => {
			stage.advance(1000);
			take(stage);
		},
		at(1000, ...WRITTEN, "body abcdef", ...OK),
		{ deadlines: { firstByte: 0, idle: 0 } },
	),
	waits(
		"Several interim responses, 100 among them, begin the body once.",
		(peer) => {
			peer.deliver(PROCESSING + CONTINUE + PROCESSING, CONTINUE);
		},
		(stage) => take(stage),
		[...WRITTEN, "body abcdef", ...OK],
	),
	waits(
		"100 in single bytes is one.",
		(peer) => peer.deliver(...CONTINUE),
		(stage) => take(stage),
		[...WRITTEN, "body abcdef", ...OK],
	),
	waits(
		"100 and the final response in one segment: the body is not begun.",
		(peer) => {
			peer.deliver(`${CONTINUE}${NO}no`);
		},
		(stage) => {
			sayBody(stage);
			sayEnd(stage);
		},
		[...REFUSED, "body none", "1 connections, the last one closed"],
	),
	waits(
		"A refusal instead of 100: nothing of the body is sent, and the connection closed.",
		(peer) => {
			peer.deliver(`${NO}no`);
		},
		(stage) => {
			stage.advance(5000);
			sayBody(stage);
			sayEnd(stage);
		},
		[...REFUSED, ...at(5000, "body none", "1 connections, the last one closed")],
	),
	waits(
		"Any other final response is one, too.",
		(peer) => peer.deliver(sized("ok")),
		(stage) => {
			stage.advance(5000);
			sayBody(stage);
			sayEnd(stage);
		},
		[...OK, ...at(5000, "body none", "1 connections, the last one closed")],
	),
	waits(
		"While the body waits, and when it will never be sent, a write gives 0.",
		silent,
		(stage, session) => {
			const write = () => stage.say(`write gives ${stage.write(session, "abc")}`);
			write();
			stage.network.peer.deliver(NO);
			stage.advance();
			write();
			stage.wantWritable(session);
			stage.advance(1000);
			stage.network.peer.deliver("no");
			stage.advance();
			write();
		},
		["write gives 0", ...HEAD, "write gives 0", ...at(1000, ...received("no"), COMPLETED, ...CLOSED, "write gives -1")],
	),
	waits(
		"Whoever does not ask hears of no WRITEABLE, and the end of the body is kept until it can be written.",
		silent,
		(stage, session) => {
			stage.bodyPending(session, false);
			stage.advance(500);
			sayBody(stage);
			stage.network.peer.deliver(CONTINUE);
			stage.advance();
			stage.say(`${stage.network.peer.text.length} bytes`);
			stage.network.peer.deliver(sized("ok"));
			stage.advance();
		},
		at(500, "body none", "5 bytes", ...OK),
		{ fields: [], on: { CLIENT_APPEND_HANDSHAKE_HEADER: ({ stage, session }) => stage.bodyPending(session, true) } },
	),
	waits(
		"The application may close it while it waits.",
		silent,
		(stage, session) => {
			stage.close(session);
			stage.advance(5000);
			sayBody(stage);
		},
		[...failed("app:closed maybe"), ...at(5000, "body none")],
	),
	waits(
		"The server ends while the body waits.",
		(peer) => peer.finish(),
		(stage) => stage.advance(5000),
		failed("h1:empty-reply maybe"),
	),
	waits(
		"The server ends inside of 100.",
		(peer) => peer.finish(CONTINUE.slice(0, 9)),
		(stage) => stage.advance(5000),
		failed("h1:truncated-head maybe"),
	),
	waits(
		"The first byte's clock begins with the last byte of the body; 100 before, and 102 after, do not restart it.",
		(peer) => {
			peer.deliver(CONTINUE);
		},
		(stage) => {
			for (let i = 0; i < 3; i++) {
				stage.advance(9000);
				stage.network.peer.deliver(PROCESSING);
			}
			stage.advance();
		},
		[...WRITTEN, ...at(20_000, ...failed("timeout:first-byte maybe"))],
	),
	{
		title: "Without a body there is nothing to wait for, and no field says so.",
		run(stage) {
			stage.serve([sized("ok")], [sized("ok")]);
			stage.request({ expectContinue: 1000 });
			stage.advance();
			stage.request({
				method: "PUT",
				fields: [
					["Content-Length", "0"],
					["Expect", "100-continue"],
				],
			});
			stage.advance();
			for (const request of stage.requests) stage.say(`${/expect/i.test(request)}`);
		},
		trace: [...got(received("ok")), ...of("b", ...got(received("ok"))), "false", "false"],
	},
	{
		title: "A kept connection that is dead is replaced, for nothing of the body was sent; the new one waits again.",
		run(stage) {
			stage.serve([sized("one")], [FIN], [CONTINUE]);
			stage.request();
			stage.advance();
			stage.isHeadEnough = true;
			stage.request({ ...POST, method: "PUT" });
			stage.advance();
			take(stage);
			sayEnd(stage);
		},
		trace: [
			...got(received("one")),
			...of("b", ...BEGUN, ...WRITTEN),
			"body abcdef",
			...of("b", ...OK),
			"2 connections, the last one open",
		],
	},
];

const EXPECTATION_FAILED = head(417, "Content-Length: 0");

function sayExpectations(stage: Stage): void {
	stage.say(
		stage.requests.map((request) => (/^expect: 100-continue\r$/im.test(request) ? "with" : "without")).join(" "),
	);
}

/** 417 to the first request; the next one is answered by `then`. */
function unmet(title: string, then: string, trace: readonly string[], options: RequestOptions = {}): Scenario {
	return {
		title,
		trace: [...BEGUN, ...trace],
		run(stage) {
			stage.isHeadEnough = true;
			stage.serve([EXPECTATION_FAILED], []);
			stage.request({ ...POST, ...options });
			stage.advance();
			take(stage, then);
			sayExpectations(stage);
			sayEnd(stage);
		},
	};
}

const unmetExpectations: Scenario[] = [
	unmet("417: the request is repeated without the expectation, on a new connection, and its body sent.", sized("ok"), [
		...WRITTEN,
		"body abcdef",
		...OK,
		"with without",
		"2 connections, the last one open",
	]),
	unmet(
		"A value that is the word Expect stays.",
		sized("ok"),
		[...WRITTEN, "body abcdef", ...OK, "with without", "2 connections, the last one open"],
		{
			fields: [["X-Note", "Expect"], ["Expect", "100-continue"], ...LENGTH_6],
			expectContinue: 0,
		},
	),
	unmet("417 to that, too, is delivered.", `${head(417, "Content-Length: 2")}no`, [
		...WRITTEN,
		"body abcdef",
		...REFUSED,
		"with without",
		"2 connections, the last one open",
	]),
	waits(
		"417 after the body has been begun is delivered.",
		silent,
		(stage) => {
			stage.advance(1000);
			stage.network.peer.deliver(EXPECTATION_FAILED);
			stage.advance();
			sayEnd(stage);
		},
		at(1000, WRITEABLE, ...HEAD, COMPLETED, ...CLOSED, "1 connections, the last one closed"),
		{ on: { CLIENT_HTTP_WRITEABLE: writePiece } },
	),
	{
		title: "417 to a request that had no expectation is delivered.",
		run(stage) {
			stage.serve([EXPECTATION_FAILED]);
			stage.request({ ...POST, expectContinue: 0 });
			stage.advance();
			sayEnd(stage);
		},
		trace: [...BEGUN, ...WRITTEN, ...HEAD, COMPLETED, ...CLOSED, "1 connections, the last one open"],
	},
];

function redirected(title: string, status: number, method: string, trace: readonly string[]): Scenario {
	return {
		title,
		trace: [...BEGUN, `CLIENT_HTTP_REDIRECT ${status} http://h/new`, ...trace],
		run(stage) {
			stage.isHeadEnough = true;
			stage.serve([head(status, "Location: /new", "Content-Length: 0")], [method === "GET" ? sized("ok") : CONTINUE]);
			stage.request({ ...POST, rewind: () => stage.say("rewind") });
			stage.advance();
			if (method !== "GET") take(stage);
			sayExpectations(stage);
			stage.say(`${stage.requests[1]?.split(" ", 1)}`);
		},
	};
}

export const redirectedExpectations: Scenario[] = [
	redirected("A redirect instead of 100 that keeps the body waits for 100 again.", 307, "POST", [
		"rewind",
		...WRITTEN,
		"body abcdef",
		...OK,
		"with with",
		"POST",
	]),
	redirected("A redirect instead of 100 that takes the body away takes the expectation along.", 303, "GET", [
		...OK,
		"with without",
		"GET",
	]),
];

export const expectations: Scenario[] = [...waiting, ...unmetExpectations];
