/** Uploads that are answered before all of the body has been sent. */
import type { Peer } from "../double/peer.js";
import {
	at,
	BEGUN,
	BOUND,
	CLOSED,
	COMPLETED,
	HEAD,
	head,
	of,
	received,
	type Scenario,
	sized,
	WRITEABLE,
} from "./scenario.js";

import { type Handler, RESET, type RequestOptions, type Session, type Stage } from "./stage.js";
import {
	CONTINUE,
	NO,
	OK,
	POST,
	REFUSED,
	sayBody,
	sayEnd,
	silent,
	take,
	WRITTEN,
	waits,
	writePiece,
} from "./upload.js";

const APPEND = "CLIENT_APPEND_HANDSHAKE_HEADER";
const PIPELINE = 1 << 16;

/** A POST of 6 bytes that has sent 3 when the server answers. */
function answered(
	title: string,
	answer: (peer: Peer) => void,
	then: (stage: Stage, session: Session) => void,
	trace: readonly string[],
	options: RequestOptions = {},
): Scenario {
	return waits(
		title,
		silent,
		(stage, session) => {
			answer(stage.network.peer);
			stage.advance();
			then(stage, session);
		},
		[WRITEABLE, ...trace],
		{ expectContinue: 0, ...options, on: { CLIENT_HTTP_WRITEABLE: writePiece, ...options.on } },
	);
}

function goOn(stage: Stage, session: Session): void {
	stage.wantWritable(session);
	stage.advance();
	stage.say(`write gives ${stage.write(session, "def")}`);
	stage.advance();
}

const writes: Handler = ({ stage, session }) => {
	stage.say(`write gives ${stage.write(session, "def")}`);
	stage.wantWritable(session);
};

export const early: Scenario[] = [
	answered(
		"A refusal stops the upload: no WRITEABLE comes, a write gives 0, the response is read whole.",
		(peer) => {
			peer.deliver(NO);
		},
		(stage, session) => {
			goOn(stage, session);
			stage.network.peer.deliver("no");
			stage.advance();
			sayBody(stage);
			sayEnd(stage);
		},
		[
			...HEAD,
			"write gives 0",
			...received("no"),
			COMPLETED,
			...CLOSED,
			"body abc",
			"1 connections, the last one closed",
		],
	),
	answered(
		"From the first callback on that tells of a refusal, a write gives 0.",
		(peer) => peer.deliver(`${NO}no`),
		sayEnd,
		[
			HEAD[0] as string,
			"write gives 0",
			HEAD[1] as string,
			"write gives 0",
			"RECEIVE_CLIENT_HTTP",
			"write gives 0",
			"RECEIVE_CLIENT_HTTP_READ 2 no",
			COMPLETED,
			...CLOSED,
			"1 connections, the last one closed",
		],
		{
			on: {
				CLIENT_FILTER_PRE_ESTABLISH: writes,
				ESTABLISHED_CLIENT_HTTP: writes,
				RECEIVE_CLIENT_HTTP(call) {
					writes(call);
					call.stage.read(call.session);
				},
			},
		},
	),
	answered(
		"A refusal and the end of the connection behind it: the response is whole.",
		(peer) => {
			peer.deliver(NO);
			peer.finish("no");
		},
		sayEnd,
		[...REFUSED, "1 connections, the last one closed"],
	),
	answered(
		"A refusal and a reset behind it: the response is whole.",
		silent,
		(stage) => {
			stage.play(stage.network.peer, [`${NO}no`, RESET]);
			stage.advance();
			sayEnd(stage);
		},
		[...REFUSED, "1 connections, the last one closed"],
	),
	answered(
		"A refusal after the whole body leaves the connection to the next request.",
		silent,
		(stage, session) => {
			stage.write(session, "def", true);
			stage.network.peer.deliver(`${NO}no`);
			stage.advance();
			sayEnd(stage);
		},
		[...REFUSED, "1 connections, the last one open"],
	),
	answered(
		"A refusal while the body is a chunk short: the last chunk is not sent.",
		(peer) => peer.deliver(`${NO}no`),
		(stage) => {
			stage.advance(5000);
			sayBody(stage);
		},
		[...REFUSED, ...at(5000, "body 3\r\nabc\r\n")],
		{ fields: [] },
	),
	answered(
		"A good answer does not stop it: what is left of the body is sent first, then the response counts.",
		(peer) => {
			peer.deliver(sized("ok"));
		},
		(stage, session) => {
			stage.advance(60_000);
			session.body.length = 0;
			stage.wantWritable(session);
			stage.advance();
			stage.say(`write gives ${stage.write(session, "def", true)}`);
			stage.say("not from inside");
			stage.advance();
			sayBody(stage);
			sayEnd(stage);
		},
		[
			...HEAD,
			...received("ok"),
			...at(
				60_000,
				WRITEABLE,
				"write gives 3",
				"not from inside",
				COMPLETED,
				...CLOSED,
				"body abcdef",
				"1 connections, the last one open",
			),
		],
	),
	answered(
		"A good answer without content waits for the body as well.",
		(peer) => peer.deliver(head(204)),
		(stage, session) => {
			stage.write(session, "def", true);
			stage.advance();
			sayEnd(stage);
		},
		[...HEAD, COMPLETED, ...CLOSED, "1 connections, the last one open"],
	),
	answered(
		"A good answer with Connection: close is the end of the upload.",
		(peer) => {
			peer.deliver(`${head(200, "Connection: close", "Content-Length: 2")}ok`);
		},
		(stage, session) => {
			stage.say(`write gives ${stage.write(session, "def")}`);
			sayEnd(stage);
		},
		[...OK, "write gives -1", "1 connections, the last one closed"],
	),
	answered(
		"A good answer, and the server ends: there is nobody to send the rest to.",
		(peer) => {
			peer.deliver(sized("ok"));
			peer.finish();
		},
		sayEnd,
		[...OK, "1 connections, the last one closed"],
	),
	answered(
		"A write that finds the connection ended takes nothing away from the response before that end.",
		(peer) => peer.finish(sized("x".repeat(400))),
		sayEnd,
		[...HEAD, ...received("x".repeat(400)), COMPLETED, ...CLOSED, "1 connections, the last one closed"],
		{ buffer: 512, on: { CLIENT_FILTER_PRE_ESTABLISH: ({ stage, session }) => void stage.write(session, "def") } },
	),
	answered(
		"A good answer from a server that takes no more of the body: the idle clock ends it.",
		(peer) => {
			peer.automatic = false;
			peer.deliver(sized("ok"));
		},
		(stage, session) => {
			while (stage.write(session, "x".repeat(100)) > 0);
			stage.advance(30_000);
		},
		[
			...HEAD,
			...received("ok"),
			...at(25_000, "CLIENT_HTTP_DROP_PROTOCOL", "CLOSED_CLIENT_HTTP 0 timeout:idle yes", "WSI_DESTROY"),
		],
		{ fields: [["Content-Length", "100000"]] },
	),
	answered(
		"What comes behind a good answer while the rest is sent belongs to nobody: the connection is closed.",
		(peer) => {
			peer.deliver(sized("ok"), sized("more"));
		},
		(stage, session) => {
			stage.write(session, "def", true);
			stage.advance();
			stage.say(`it is open: ${stage.network.peer.client === "open"}`);
		},
		[...OK, "it is open: false"],
	),
	answered(
		"100 that nobody has asked for changes nothing.",
		(peer) => peer.deliver(CONTINUE),
		(stage, session) => {
			stage.write(session, "def", true);
			take(stage);
			sayEnd(stage);
		},
		["body abcdef", ...OK, "1 connections, the last one open"],
	),
	waits(
		"417 after the end of a body without bytes is delivered, for that end is not sent again.",
		silent,
		(stage) => {
			stage.advance(1000);
			stage.network.peer.deliver(head(417, "Content-Length: 0"));
			stage.advance(100_000);
			sayEnd(stage);
		},
		[...at(1000, WRITEABLE, ...HEAD, COMPLETED, ...CLOSED), ...at(101_000, "1 connections, the last one closed")],
		{ fields: [], body: [""] },
	),
	{
		title: "In a pipeline an upload waits for the 100 that comes behind the responses before it.",
		run(stage) {
			const sslConnection = PIPELINE;
			const say = (peer: Peer) => {
				const parts = peer.text.split("\r\n\r\n");
				stage.say(`${parts.length - 1} heads, body ${parts.pop() || "none"}`);
			};
			stage.serve([sized("one")]);
			stage.request({ sslConnection });
			stage.advance();
			const { peer } = stage.network;
			peer.onReceive = undefined;
			stage.request({ sslConnection });
			stage.request({ ...POST, method: "PUT", expectContinue: 5000, sslConnection });
			stage.advance(2000);
			say(peer);
			peer.deliver(sized("two") + CONTINUE);
			stage.advance();
			say(peer);
			peer.deliver(sized("ok"));
			stage.advance();
			sayEnd(stage);
		},
		trace: [
			...BEGUN,
			...HEAD,
			...received("one"),
			COMPLETED,
			...CLOSED,
			...of("b", ...BOUND),
			...of("c", ...BOUND),
			...of("b", APPEND),
			...of("c", APPEND),
			...at(
				2000,
				"2 heads, body none",
				...of("b", ...HEAD, ...received("two"), COMPLETED, ...CLOSED),
				...of("c", ...WRITTEN),
				"2 heads, body abcdef",
				...of("c", ...OK),
				"1 connections, the last one open",
			),
		],
	},
];
