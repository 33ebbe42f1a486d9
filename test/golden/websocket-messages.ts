/** WebSockets: the handshake that succeeds, and messages both ways. */
import * as lws from "lws-xs";
import { closeFrame, frame, Op, text } from "../double/websocket.js";
import { at, of, type Scenario } from "./scenario.js";
import type { Handler, Session } from "./stage.js";
import {
	ANSWERED,
	message,
	OPEN,
	opened,
	PEER_CLOSED,
	piece,
	serveWebSocket,
	WE_CLOSED,
	WS_CLOSED,
	WS_WRITEABLE,
	websocket,
	ws,
	wsFailed,
} from "./websocket.js";

const ends: Handler = () => -1;

function saying(what: (wsi: lws.Wsi<never>) => unknown): Handler {
	return ({ stage, wsi }) => stage.say(`${what(wsi)}`);
}

const handshakes: Scenario[] = [
	ws(
		"A WebSocket: it opens, a message each way, and the server closes it.",
		(server) => {
			server.open();
			server.onFrame = (op) => {
				if (op !== Op.Text) return;
				server.send(text("hello"));
				server.close(1000);
			};
		},
		[...OPEN, WS_WRITEABLE, "> TEXT hi", message("hello"), ...PEER_CLOSED],
		{ body: ["hi"] },
	),
	{
		title: "The request of a handshake has the fields of RFC 6455, the application's before them.",
		run(stage) {
			serveWebSocket(stage, (server) => server.openWith("Sec-WebSocket-Protocol: two"));
			websocket(stage, {
				path: "/chat?x",
				host: "server.example",
				origin: "home",
				protocol: "one, two",
				fields: [["X-Token", "abc"]],
				on: {
					CLIENT_FILTER_PRE_ESTABLISH: saying((wsi) => {
						const status = lws.httpClientHttpResponse(wsi);
						return `${status} ${lws.headerValue(wsi, "sec-websocket-protocol")}`;
					}),
					CLIENT_ESTABLISHED: ends,
				},
			});
			stage.advance();
			const key = /^Sec-WebSocket-Key: ([A-Za-z0-9+/]{22}==)$/;
			for (const line of (stage.requests[0] as string).trimEnd().split("\r\n")) {
				stage.say(`  ${line.replace(key, "Sec-WebSocket-Key: KEY")}`);
			}
		},
		trace: [
			...ANSWERED,
			"CLIENT_FILTER_PRE_ESTABLISH",
			"101 two",
			"CLIENT_ESTABLISHED",
			...wsFailed("app:callback-refused yes"),
			"> CLOSE 1001",
			"  GET /chat?x HTTP/1.1",
			"  Host: server.example",
			"  Origin: http://home",
			"  X-Token: abc",
			"  Connection: Upgrade",
			"  Upgrade: websocket",
			"  Sec-WebSocket-Version: 13",
			"  Sec-WebSocket-Key: KEY",
			"  Sec-WebSocket-Protocol: one, two",
		],
	},
	ws(
		"Frames that come with 101 are told after CLIENT_ESTABLISHED.",
		(server) => {
			server.open(text("one"), frame(Op.Ping, "p"), text("two"));
			server.close(1000);
		},
		[...OPEN, message("one"), message("two"), "> PONG p", ...PEER_CLOSED],
	),
	ws(
		"A Close frame that comes with 101, and more behind it, which is thrown away.",
		(server) => server.open(closeFrame(1000), text("late")),
		[...OPEN, "WS_PEER_INITIATED_CLOSE 2 1000", ...WE_CLOSED],
	),
	ws(
		"Handshake and frames may come byte by byte.",
		(server) => {
			for (const byte of server.answer) server.send(byte);
			for (const byte of frame(Op.Text, "he", false) + frame(Op.Ping, "ping") + frame(Op.Continuation, "y"))
				server.send(byte);
			server.close(1000);
		},
		[...OPEN, piece("h", "first +1"), piece("e"), "> PONG ping", piece("y", "final"), ...PEER_CLOSED],
	),
	ws(
		"Names in the answer come in any case, and in lists.",
		(server) => {
			server.send(
				server.answer
					.replace("Upgrade: websocket", "UPGRADE: h2c, WebSocket")
					.replace("Connection: Upgrade", "connection: keep-alive\r\nConnection: x , uPGRADE"),
			);
			server.close(1000);
		},
		[...OPEN, ...PEER_CLOSED],
	),
	ws(
		"Interim responses come before 101.",
		(server) => {
			server.send("HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n", server.answer);
			server.close(1000);
		},
		[...OPEN, ...PEER_CLOSED],
	),
	ws(
		"keepHeaders keeps what the handshake needs, and no more than is asked for.",
		(server) => {
			server.openWith("X-A: a", "X-B: b");
			server.close(1000);
		},
		[...ANSWERED, "CLIENT_FILTER_PRE_ESTABLISH", "undefined b", "CLIENT_ESTABLISHED", ...PEER_CLOSED],
		{
			keepHeaders: ["X-B"],
			on: {
				CLIENT_FILTER_PRE_ESTABLISH: saying((wsi) => `${lws.headerValue(wsi, "x-a")} ${lws.headerValue(wsi, "x-b")}`),
			},
		},
	),
	{
		title: "A WebSocket has its connection to itself, also with LCCSCF_PIPELINE; no other gets it afterwards.",
		stage: { connections: 3 },
		run(stage) {
			for (let i = 0; i < 3; i++) serveWebSocket(stage, (server) => server.open());
			const sessions = [1, 2].map(() => websocket(stage, { sslConnection: lws.LCCSCF_PIPELINE }));
			stage.advance();
			stage.say(`${stage.network.peers.length} connections`);
			for (const session of sessions) stage.close(session);
			stage.advance();
			websocket(stage);
			stage.advance();
			stage.say(`${stage.network.peers.length} connections, ${stage.network.open} open`);
			stage.log.splice(0, stage.log.indexOf("2 connections"));
			stage.close(stage.sessions[2] as Session);
			stage.advance();
		},
		trace: [
			"2 connections",
			"> CLOSE 1000",
			"> CLOSE 1000",
			...WS_CLOSED,
			...of("b", ...WS_CLOSED),
			...of("c", ...OPEN),
			"3 connections, 1 open",
			"> CLOSE 1000",
			...of("c", ...WS_CLOSED),
		],
	},
];

/** The server sends these segments, each of them in a turn of its own, and closes. */
function told(title: string, segments: readonly string[], trace: readonly string[], receiveBuffer?: number): Scenario {
	return ws(
		title,
		(server) => {
			server.open();
			server.send(...segments);
			server.close(1000);
		},
		[...OPEN, ...trace, ...PEER_CLOSED],
		receiveBuffer ? { stage: { receiveBuffer } } : {},
	);
}

const receiving: Scenario[] = [
	told(
		"Messages of text and of bytes.",
		[text("text"), frame(Op.Binary, "\x00\xff")],
		[message("text"), "CLIENT_RECEIVE 2 \\x00\\xff first final binary"],
	),
	told(
		"A message in fragments: first and final are those of the message, binary of all.",
		[frame(Op.Binary, "ab", false) + frame(Op.Continuation, "cd", false) + frame(Op.Continuation, "ef")],
		[piece("ab", "first binary"), piece("cd", "binary"), piece("ef", "final binary")],
	),
	told(
		"Several messages in one segment.",
		[text("one") + text("two") + text("six")],
		[message("one"), message("two"), message("six")],
	),
	told(
		"A frame in several segments is told as it comes.",
		[text("hello").slice(0, 4), "ll", "o"],
		[piece("he", "first +3"), piece("ll", "+1"), piece("o", "final")],
	),
	told(
		"A message longer than the receive buffer comes in pieces, of which none is longer.",
		[frame(Op.Binary, "x".repeat(150))],
		[
			"CLIENT_RECEIVE 60 xxxxxxxx... first binary +90",
			"CLIENT_RECEIVE 64 xxxxxxxx... binary +26",
			"CLIENT_RECEIVE 26 xxxxxxxxxxxxxxxxxxxxxxxxxx final binary",
		],
		64,
	),
	told(
		"An empty message is one piece.",
		[text(""), frame(Op.Binary)],
		["CLIENT_RECEIVE 0 first final", "CLIENT_RECEIVE 0 first final binary"],
	),
	told(
		"Empty fragments are told when they end the message, or are all of it.",
		[
			frame(Op.Text, "", false) +
				frame(Op.Continuation, "a", false) +
				frame(Op.Continuation, "", false) +
				frame(Op.Continuation),
			frame(Op.Text, "", false) + frame(Op.Continuation, "", false) + frame(Op.Continuation),
		],
		[piece("a", "first"), "CLIENT_RECEIVE 0 final", "CLIENT_RECEIVE 0 first final"],
	),
	told(
		"Characters of text may be cut, between fragments too.",
		[
			frame(Op.Text, "\xe2\x82", false) + frame(Op.Continuation, "\xac"),
			text("\xf0\x9f\x98\x80").slice(0, 4),
			"\x98\x80",
		],
		[
			"CLIENT_RECEIVE 2 \\xe2\\x82 first",
			"CLIENT_RECEIVE 1 \\xac final",
			"CLIENT_RECEIVE 2 \\xf0\\x9f first +2",
			"CLIENT_RECEIVE 2 \\x98\\x80 final",
		],
	),
	told(
		"A Ping frame inside a message is answered at once, and told to nobody.",
		[frame(Op.Text, "one", false) + frame(Op.Ping, "\x01\x02"), frame(Op.Continuation, "two")],
		[piece("one", "first"), "> PONG \\x01\\x02", piece("two", "final")],
	),
	told(
		"A Pong frame is told, also inside a message, and also one that nobody has asked for.",
		[frame(Op.Text, "one", false) + frame(Op.Pong, "p") + frame(Op.Continuation, "two"), frame(Op.Pong)],
		[piece("one", "first"), "CLIENT_RECEIVE_PONG 1 p", piece("two", "final"), "CLIENT_RECEIVE_PONG 0"],
	),
	told(
		"More segments than one turn takes are all told.",
		[text("x".repeat(30)).repeat(40)],
		Array(40).fill(message("x".repeat(30))),
		64,
	),
	ws(
		"A burst of small messages: each one is told.",
		(server) => {
			server.open(text("ab").repeat(30));
			server.close(1000);
		},
		[...OPEN, ...Array(30).fill(message("ab")), ...PEER_CLOSED],
	),
];

/** Holds up what comes for so long after each piece. */
function pausing(milliseconds: number): Handler {
	return ({ stage, session }) => {
		stage.flow(session, 0);
		stage.clock.Timer.set(() => stage.flow(session, 1), milliseconds);
	};
}

const holds: Handler = ({ stage, session }) => void stage.flow(session, 0);

const held: Scenario[] = [
	ws(
		"What comes is held up in the middle of a burst, and so are pings and the Close frame behind it.",
		(server) => {
			server.open();
			server.send(text("one") + text("two") + frame(Op.Ping, "p"));
			server.close(1000);
		},
		[...OPEN, message("one"), ...at(10, message("two")), ...at(20, PEER_CLOSED[0] as string, "> PONG p", ...WE_CLOSED)],
		{
			on: { CLIENT_RECEIVE: pausing(10) },
			later: (stage) => stage.advance(50),
		},
	),
	opened(
		"It can be written while what comes is held up, in CLIENT_ESTABLISHED and later.",
		(stage, session, server) => {
			server.send(text("one"));
			stage.advance();
			stage.say(`write gives ${stage.send(session, "abc")}`);
			stage.advance();
			stage.say(`flow gives ${stage.flow(session, 1)}`);
			stage.advance();
			stage.close(session);
		},
		["write gives 3", "> TEXT abc", "flow gives 0", message("one"), ...WE_CLOSED],
		{ on: { CLIENT_ESTABLISHED: holds } },
	),
	opened(
		"It may be held up and let go again in one callback.",
		(stage, session, server) => {
			server.send(text("one"), text("two"));
			stage.advance();
			stage.close(session);
		},
		[message("one"), message("two"), ...WE_CLOSED],
		{
			on: {
				CLIENT_RECEIVE({ stage, session }) {
					stage.flow(session, 0);
					stage.flow(session, 1);
				},
			},
		},
	),
	opened(
		"close while it is held up throws away what was not told.",
		(stage, session, server) => {
			server.send(text("one"));
			stage.advance();
			stage.close(session);
			stage.advance();
			stage.say(`flow gives ${stage.flow(session, 1)}`);
		},
		[...WE_CLOSED, "flow gives -1"],
		{ on: { CLIENT_ESTABLISHED: holds } },
	),
	{
		title: "rxFlowControl is without effect before the handshake is done.",
		run(stage) {
			serveWebSocket(stage, (server) => {
				server.open(text("one"));
				server.close(1000);
			});
			const session = websocket(stage, {
				on: {
					CLIENT_APPEND_HANDSHAKE_HEADER: ({ stage, session }) => stage.say(`flow gives ${stage.flow(session, 0)}`),
				},
			});
			stage.say(`flow gives ${stage.flow(session, 0)}`);
			stage.advance();
		},
		trace: ["flow gives -1", ...OPEN.slice(0, 3), "flow gives -1", ...OPEN.slice(3), message("one"), ...PEER_CLOSED],
	},
];

export const wsMessages: readonly Scenario[] = [...handshakes, ...receiving, ...held];
