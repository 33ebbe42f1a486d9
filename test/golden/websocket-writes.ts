/** What goes out on a WebSocket: messages in frames, control frames, and when there is no room for them. */
import * as lws from "lws-xs";
import { frame, Op, text, type WebSocketServer } from "../double/websocket.js";
import { at, type Scenario } from "./scenario.js";
import type { Handler, Handlers, Session, Stage } from "./stage.js";
import { message, OPEN, opened, WE_CLOSED, WS_CLOSED, WS_WRITEABLE, ws, wsClosed } from "./websocket.js";

const NO_FIN = lws.LWS_WRITE_NO_FIN;

function say(stage: Stage, what: string, body: () => unknown): void {
	try {
		stage.say(`${what} gives ${body()}`);
	} catch (error) {
		stage.say(`${what} throws ${(error as Error).name}`);
	}
}

/** Writes, says what came of it, and closes. */
function writes(title: string, body: (stage: Stage, session: Session) => void, trace: readonly string[]): Scenario {
	return opened(
		title,
		(stage, session) => {
			body(stage, session);
			stage.advance();
			stage.close(session);
		},
		[...trace, ...WE_CLOSED],
	);
}

const writing: Scenario[] = [
	writes(
		"Messages of text and of bytes, whole and in fragments.",
		(stage, session) => {
			stage.send(session, "text", lws.LWS_WRITE_TEXT);
			stage.send(session, "\x00\xff", lws.LWS_WRITE_BINARY);
			stage.send(session, "a", lws.writeWsFlags(lws.LWS_WRITE_BINARY, true, false));
			stage.send(session, "b", lws.writeWsFlags(lws.LWS_WRITE_BINARY, false, false));
			stage.send(session, "c", lws.writeWsFlags(lws.LWS_WRITE_BINARY, false, true));
			stage.send(session, "d", lws.writeWsFlags(lws.LWS_WRITE_TEXT, true, true));
		},
		["> TEXT text", "> BINARY \\x00\\xff", "> BINARY+ a", "> CONTINUATION+ b", "> CONTINUATION c", "> TEXT d"],
	),
	writes(
		"An empty message, and empty fragments.",
		(stage, session) => {
			say(stage, "write", () => stage.send(session, ""));
			stage.send(session, "", lws.LWS_WRITE_BINARY | NO_FIN);
			stage.send(session, "", lws.LWS_WRITE_CONTINUATION);
		},
		["write gives 0", "> TEXT", "> BINARY+", "> CONTINUATION"],
	),
	writes(
		"A Ping and a Pong frame between the fragments of a message.",
		(stage, session) => {
			stage.send(session, "a", lws.LWS_WRITE_TEXT | NO_FIN);
			say(stage, "ping", () => stage.send(session, "p".repeat(125), lws.LWS_WRITE_PING));
			say(stage, "pong", () => stage.send(session, "", lws.LWS_WRITE_PONG));
			stage.send(session, "b", lws.LWS_WRITE_CONTINUATION);
		},
		["ping gives 125", "pong gives 0", "> TEXT+ a", "> PING pppppppp...", "> PONG", "> CONTINUATION b"],
	),
	writes(
		"Lengths at the ends of the forms that they have.",
		(stage, session) => {
			for (const length of [125, 126, 248]) say(stage, "write", () => stage.send(session, "x".repeat(length)));
			say(stage, "write of more than the buffer", () => stage.send(session, "x".repeat(249)));
			stage.say(`room for ${lws.peerWriteAllowance(session.wsi)}`);
		},
		[
			"write gives 125",
			"write gives 126",
			"write gives 248",
			"write of more than the buffer gives 0",
			"room for 248",
			...Array(3).fill("> TEXT xxxxxxxx..."),
		],
	),
	writes(
		"What may not follow throws, and sends nothing.",
		(stage, session) => {
			const { LWS_WRITE_TEXT: TEXT, LWS_WRITE_CONTINUATION: MORE, LWS_WRITE_PING: PING } = lws;
			say(stage, "a continuation of nothing", () => stage.send(session, "x", MORE));
			stage.send(session, "a", TEXT | NO_FIN);
			say(stage, "a message inside another", () => stage.send(session, "x", TEXT));
			say(stage, "a ping of 126 bytes", () => stage.send(session, "x".repeat(126), PING));
			say(stage, "a fragmented ping", () => stage.send(session, "x", PING | NO_FIN));
			say(stage, "a mode of HTTP", () => stage.send(session, "x", lws.LWS_WRITE_HTTP_FINAL));
			say(stage, "no mode", () => lws.write(session.wsi, new Uint8Array(1)));
			for (const status of [0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 1000.5, 3000.5, Number.NaN]) {
				say(stage, `status ${status}`, () => lws.closeReason(session.wsi, status));
			}
			say(stage, "a long reason", () => lws.closeReason(session.wsi, 1000, `${"x".repeat(122)}\xe9`));
			say(stage, "the longest reason", () => lws.closeReason(session.wsi, 1000, "x".repeat(123)));
			lws.closeReason(session.wsi, 1000);
			stage.send(session, "b", MORE);
		},
		[
			"a continuation of nothing throws RangeError",
			"a message inside another throws RangeError",
			"a ping of 126 bytes throws RangeError",
			"a fragmented ping throws RangeError",
			"a mode of HTTP throws RangeError",
			"no mode throws RangeError",
			...["0", "999", "1004", "1005", "1006", "1015", "2999", "5000", "1000.5", "3000.5", "NaN"].map(
				(status) => `status ${status} throws RangeError`,
			),
			"a long reason throws RangeError",
			"the longest reason gives undefined",
			"> TEXT+ a",
			"> CONTINUATION b",
		],
	),
	opened(
		"A write outside of a callback, before the handshake is done, and after the end.",
		(stage, session) => {
			stage.say(`write gives ${stage.send(session, "x")}`);
			stage.advance();
			stage.close(session);
			stage.advance();
			stage.say(`write gives ${stage.send(session, "x")}`);
		},
		["write gives 1", "> TEXT x", ...WE_CLOSED, "write gives -1"],
	),
	ws(
		"A write in CLIENT_APPEND_HANDSHAKE_HEADER finds no room; in CLIENT_ESTABLISHED it does.",
		(server) => server.open(),
		[...OPEN.slice(0, 3), "write gives 0", ...OPEN.slice(3), "write gives 1", "> TEXT x", ...WE_CLOSED],
		{
			on: {
				CLIENT_APPEND_HANDSHAKE_HEADER: ({ stage, session }) => say(stage, "write", () => stage.send(session, "x")),
				CLIENT_ESTABLISHED({ stage, session }) {
					say(stage, "write", () => stage.send(session, "x"));
				},
			},
			later: (stage, session) => stage.close(session),
		},
	),
];

/** Fills what room there is to the last byte that a frame can take. */
function fill(stage: Stage, session: Session): void {
	for (const length of [248, 100, 20, 1]) {
		while (stage.send(session, "x".repeat(length), lws.LWS_WRITE_BINARY) > 0);
	}
	stage.send(session, "");
}

/** Nothing is acknowledged, and no room is left, when `body` begins; there is some again behind it. */
function roomless(
	title: string,
	body: (stage: Stage, session: Session, server: WebSocketServer) => void,
	trace: readonly string[],
	on: Handlers = {},
): Scenario {
	return ws(
		title,
		(server) => {
			server.open();
			server.peer.automatic = false;
		},
		trace,
		{
			on,
			later(stage, session, server) {
				fill(stage, session);
				stage.advance();
				stage.log.length = 0;
				body(stage, session, server);
				server.peer.automatic = true;
				server.peer.acknowledge();
				stage.advance();
				stage.close(session);
			},
		},
	);
}

const writes100: Handler = ({ stage, session }) => say(stage, "write", () => stage.send(session, "x".repeat(100)));
const SENT_100 = "> TEXT xxxxxxxx...";

const withoutRoom: Scenario[] = [
	opened(
		"WRITEABLE comes once for each time it is asked for, and never unasked.",
		(stage, session) => {
			for (let i = 0; i < 2; i++) {
				stage.wantWritable(session);
				stage.wantWritable(session);
				stage.advance(1000);
			}
			stage.close(session);
		},
		[WS_WRITEABLE, `${WS_WRITEABLE} @1000`, ...at(2000, ...WE_CLOSED)],
		{ on: { CLIENT_WRITEABLE: () => 0 } },
	),
	opened(
		"Acknowledgements bring no WRITEABLE that nobody has asked for.",
		(stage, session) => {
			stage.send(session, "one");
			stage.advance();
			stage.send(session, "two");
			stage.advance();
			stage.close(session);
		},
		["> TEXT one", "> TEXT two", ...WE_CLOSED],
	),
	roomless(
		"A write that finds no room is refused whole; WRITEABLE comes when there is more, and with it the write succeeds.",
		(stage, session) => {
			say(stage, "write", () => stage.send(session, "x".repeat(100)));
			stage.wantWritable(session);
			stage.advance(1000);
			stage.say(`room for ${lws.peerWriteAllowance(session.wsi)}`);
		},
		["write gives 0", ...at(1000, "room for 0", WS_WRITEABLE, "write gives 100", SENT_100, ...WE_CLOSED)],
		{ CLIENT_WRITEABLE: writes100 },
	),
	roomless(
		"WRITEABLE that is asked for without room comes when there is some.",
		(stage, session, { peer }) => {
			stage.wantWritable(session);
			stage.advance();
			stage.say("nothing yet");
			peer.acknowledge(5);
			stage.advance();
			stage.say(`5 bytes: room for ${lws.peerWriteAllowance(session.wsi)}`);
			peer.acknowledge(200);
			stage.advance();
		},
		["nothing yet", "5 bytes: room for 0", WS_WRITEABLE, "write gives 100", SENT_100, ...WE_CLOSED],
		{ CLIENT_WRITEABLE: writes100 },
	),
	roomless(
		"After a refusal WRITEABLE does not come for room that was there before.",
		(stage, session, { peer }) => {
			peer.acknowledge(60);
			stage.advance();
			stage.wantWritable(session);
			stage.advance(1000);
			stage.say("no more room");
		},
		[
			WS_WRITEABLE,
			"write gives 0",
			"no more room @1000",
			...at(1000, WS_WRITEABLE, "write gives 100", SENT_100, ...WE_CLOSED),
		],
		{
			CLIENT_WRITEABLE(call) {
				writes100(call);
				if (lws.peerWriteAllowance(call.wsi) < 100) call.stage.wantWritable(call.session);
			},
		},
	),
	roomless(
		"Of pings that find no room the newest is answered, when there is some; the application has none before.",
		(stage, session, server) => {
			server.send(frame(Op.Ping, "oldest"), frame(Op.Ping, "old") + frame(Op.Ping, "newest"));
			stage.advance();
			server.peer.acknowledge(10);
			stage.advance();
			stage.say(`room for ${lws.peerWriteAllowance(session.wsi)}`);
			say(stage, "write", () => stage.send(session, ""));
			say(stage, "ping", () => stage.send(session, "x", lws.LWS_WRITE_PING));
		},
		["room for 0", "write gives 0", "ping gives 0", "> PONG newest", ...WE_CLOSED],
	),
	roomless(
		"A Close frame that finds no room takes the place of what waits, and nothing follows it.",
		(stage, session, server) => {
			server.send(frame(Op.Ping, "p"));
			stage.advance();
			lws.closeReason(session.wsi, 1001, "full");
			stage.close(session);
			server.send(frame(Op.Ping, "late"));
			stage.advance();
			stage.say("waits");
		},
		["waits", "> CLOSE 1001 full", ...WS_CLOSED],
	),
	roomless(
		"A peer that has room for nothing has its time for the Close frame all the same.",
		(stage, session) => {
			stage.close(session);
			stage.advance(6000);
		},
		at(5000, ...wsClosed("timeout:close yes")),
	),
	roomless(
		"The answer to a Close frame that finds no room goes out when there is some.",
		(stage, _session, server) => {
			server.close(1001);
			stage.advance();
			stage.say("waits");
		},
		["WS_PEER_INITIATED_CLOSE 2 1001", "waits", "> CLOSE 1001", ...WS_CLOSED],
	),
	ws(
		"An echo in each CLIENT_RECEIVE.",
		(server) => {
			server.open();
			server.send(text("one") + text("two"), text("six"));
		},
		[...OPEN, message("one"), message("two"), "> TEXT ONE", "> TEXT TWO", message("six"), "> TEXT SIX", ...WE_CLOSED],
		{
			on: {
				CLIENT_RECEIVE({ stage, session }) {
					stage.send(session, session.content.slice(-3).toUpperCase());
				},
			},
			later: (stage, session) => stage.close(session),
		},
	),
];

export const wsWrites: readonly Scenario[] = [...writing, ...withoutRoom];
