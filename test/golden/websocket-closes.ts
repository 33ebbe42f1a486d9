/** Close frames of WebSocket, of either side, and what takes their place. */
import * as lws from "lws-xs";
import { closeFrame, frame, Op, text } from "../double/websocket.js";
import { at, type Scenario } from "./scenario.js";
import { type Handler, STANDARD } from "./stage.js";
import {
	message,
	OPEN,
	opened,
	PEER,
	piece,
	says,
	WE_CLOSED,
	WS_CLOSED,
	WS_WRITEABLE,
	ws,
	wsClosed,
} from "./websocket.js";

const closes: Handler = () => -1;
const closesWith =
	(status: number, reason?: string): Handler =>
	({ wsi }) => {
		lws.closeReason(wsi, status, reason);
		return -1;
	};

const ours: Scenario[] = [
	ws("A callback that returns -1 closes with 1000.", says(text("one")), [...OPEN, message("one"), ...WE_CLOSED], {
		on: { CLIENT_RECEIVE: closes },
	}),
	ws("closeReason says with what.", says(text("one")), [...OPEN, message("one"), "> CLOSE 3001 enough", ...WS_CLOSED], {
		on: { CLIENT_RECEIVE: closesWith(3001, "enough") },
	}),
	ws(
		"The last closeReason counts, and it closes nothing by itself.",
		says(text("one"), text("two")),
		[...OPEN, message("one"), message("two"), "> CLOSE 1001", ...WS_CLOSED],
		{
			on: {
				CLIENT_RECEIVE({ wsi, session }) {
					lws.closeReason(wsi, session.content === "one" ? 1008 : 1001, session.content === "one" ? "first" : "");
					return session.content === "one" ? 0 : -1;
				},
			},
		},
	),
	ws(
		"CLIENT_WRITEABLE that returns -1 after a write: the message goes out first.",
		says(),
		[...OPEN, WS_WRITEABLE, "> TEXT bye", ...WE_CLOSED],
		{
			body: ["bye"],
			on: {
				CLIENT_WRITEABLE(call) {
					STANDARD.CLIENT_WRITEABLE?.(call);
					return -1;
				},
			},
		},
	),
	ws(
		"CLIENT_RECEIVE_PONG that returns -1 closes.",
		says(frame(Op.Pong)),
		[...OPEN, "CLIENT_RECEIVE_PONG 0", ...WE_CLOSED],
		{
			on: { CLIENT_RECEIVE_PONG: closes },
		},
	),
	opened(
		"close outside a callback does the same handshake.",
		(stage, session) => {
			lws.closeReason(session.wsi, 1001, "sleep");
			stage.close(session);
			stage.say(`called, ended: ${session.wsi.isEnded}`);
		},
		["called, ended: false", "> CLOSE 1001 sleep", ...WS_CLOSED],
	),
	opened(
		"close twice closes once; nothing can be written then, and WRITEABLE does not come.",
		(stage, session) => {
			stage.close(session);
			stage.close(session);
			stage.wantWritable(session);
			stage.say(`write gives ${stage.send(session, "x")}, room for ${lws.peerWriteAllowance(session.wsi)}`);
			stage.say(`ping gives ${stage.send(session, "x", lws.LWS_WRITE_PING)}`);
			stage.advance();
			stage.say(`write gives ${stage.send(session, "x")}`);
		},
		["write gives 0, room for 0", "ping gives 0", ...WE_CLOSED, "write gives -1"],
	),
	opened("close in CLIENT_ESTABLISHED.", () => {}, WE_CLOSED, {
		on: { CLIENT_ESTABLISHED: ({ stage, session }) => stage.close(session) },
	}),
	opened(
		"While the server's Close frame is awaited its messages, pings and pongs are thrown away.",
		(stage, session, server) => {
			stage.close(session);
			server.answersClose = false;
			server.send(text("one"), frame(Op.Ping, "p"), frame(Op.Pong), frame(Op.Text, "", false));
			stage.advance(4000);
			server.close(1000);
			server.peer.finish();
		},
		["> CLOSE 1000", ...at(4000, ...WS_CLOSED)],
	),
	opened(
		"The status of the server's answer may be another one, or none.",
		(stage, session, server) => {
			server.answersClose = false;
			stage.close(session);
			stage.advance();
			server.send(closeFrame());
			server.peer.finish();
		},
		WE_CLOSED,
	),
	opened(
		"A server that never answers the Close frame has five seconds for it.",
		(stage, session, server) => {
			server.answersClose = false;
			stage.close(session);
			stage.advance(10_000);
		},
		["> CLOSE 1000", ...at(5000, ...wsClosed("timeout:close yes"))],
	),
	opened(
		"The deadline `close` says how many.",
		(stage, session, server) => {
			server.answersClose = false;
			stage.close(session);
			stage.advance(10_000);
		},
		["> CLOSE 1000", ...at(300, ...wsClosed("timeout:close yes"))],
		{ deadlines: { close: 300 } },
	),
	opened(
		"A server that answers and does not end the stream has one second.",
		(stage, session, server) => {
			server.endsStream = false;
			stage.close(session);
			stage.advance(10_000);
			stage.say(`${stage.network.open} open`);
		},
		["> CLOSE 1000", ...at(1000, ...WS_CLOSED), "0 open @10000"],
	),
	opened(
		"A server that ends the stream instead of answering.",
		(stage, session, server) => {
			server.answersClose = false;
			stage.close(session);
			stage.advance();
			server.peer.finish();
		},
		["> CLOSE 1000", ...wsClosed("ws:abnormal-closure yes")],
	),
	opened(
		"A reset instead of an answer.",
		(stage, session, server) => {
			server.answersClose = false;
			stage.close(session);
			stage.advance();
			server.peer.reset();
		},
		["> CLOSE 1000", ...wsClosed("tcp:reset yes")],
	),
	opened(
		"A reset after the answer is as good as an end.",
		(stage, session, server) => {
			server.endsStream = false;
			stage.close(session);
			stage.advance();
			server.peer.reset();
		},
		["> CLOSE 1000", ...WS_CLOSED],
	),
	opened(
		"What the server sends behind its Close frame is thrown away, however much it is.",
		(stage, session, server) => {
			server.endsStream = false;
			stage.close(session);
			stage.advance();
			server.send(...Array(20).fill("x".repeat(100)));
			stage.advance();
			server.peer.finish();
		},
		["> CLOSE 1000", ...WS_CLOSED],
	),
	opened(
		"A violation while its Close frame is awaited is the error, and no other Close frame goes out.",
		(stage, session, server) => {
			server.answersClose = false;
			stage.close(session);
			stage.advance();
			server.send("\x83\x00");
			server.peer.finish();
		},
		["> CLOSE 1000", ...wsClosed("ws:bad-opcode yes")],
	),
];

const theirs: Scenario[] = [
	ws(
		"The server closes with status and reason; its status is echoed.",
		(server) => {
			server.open();
			server.close(3333, "bye bye");
		},
		[...OPEN, `${PEER} 9 3333 bye bye`, "> CLOSE 3333", ...WS_CLOSED],
	),
	ws(
		"An empty Close frame is answered by one.",
		(server) => {
			server.open();
			server.close();
		},
		[...OPEN, `${PEER} 0`, "> CLOSE", ...WS_CLOSED],
	),
	ws(
		"A server that does not end the stream after our answer has one second.",
		(server) => {
			server.endsStream = false;
			server.open();
			server.close(1001);
		},
		[...OPEN, `${PEER} 2 1001`, "> CLOSE 1001", ...at(1000, ...WS_CLOSED)],
		{ later: (stage) => stage.advance(5000) },
	),
	ws(
		"A Close frame and the end of the stream in one segment.",
		(server) => {
			server.open();
			server.peer.finish(closeFrame(1000));
		},
		[...OPEN, `${PEER} 2 1000`, ...WS_CLOSED],
	),
	ws(
		"A result other than 0 of WS_PEER_INITIATED_CLOSE closes without an answer.",
		says(closeFrame(1000)),
		[...OPEN, `${PEER} 2 1000`, ...WS_CLOSED],
		{ on: { WS_PEER_INITIATED_CLOSE: () => 1 } },
	),
	ws(
		"closeReason and close in WS_PEER_INITIATED_CLOSE answer with another status.",
		(server) => {
			server.open();
			server.close(1001);
		},
		[...OPEN, `${PEER} 2 1001`, "> CLOSE 1008 no", ...WS_CLOSED],
		{
			on: {
				WS_PEER_INITIATED_CLOSE({ stage, session, wsi }) {
					lws.closeReason(wsi, 1008, "no");
					stage.close(session);
				},
			},
		},
	),
	opened(
		"Both close at once.",
		(stage, session, server) => {
			server.close(1001);
			stage.close(session);
		},
		WE_CLOSED,
	),
	ws(
		"Messages before a Close frame are told, those behind it are not.",
		says(text("one") + closeFrame(1000) + text("two")),
		[...OPEN, message("one"), `${PEER} 2 1000`, ...WE_CLOSED],
	),
	ws("A Close frame in the middle of a message ends it.", says(frame(Op.Text, "one", false), closeFrame(1001)), [
		...OPEN,
		piece("one", "first"),
		`${PEER} 2 1001`,
		"> CLOSE 1001",
		...WS_CLOSED,
	]),
	ws(
		"What WRITEABLE was asked for is written before a Close frame is answered.",
		says(text("one") + closeFrame(1000)),
		[...OPEN, message("one"), WS_WRITEABLE, `${PEER} 2 1000`, "> TEXT echo", ...WE_CLOSED],
		{
			on: {
				CLIENT_RECEIVE: ({ stage, session }) => stage.wantWritable(session),
				CLIENT_WRITEABLE: ({ stage, session }) => void stage.send(session, "echo"),
			},
		},
	),
	ws(
		"It can still be written in WS_PEER_INITIATED_CLOSE.",
		says(closeFrame(1000)),
		[...OPEN, `${PEER} 2 1000`, "> TEXT last", ...WE_CLOSED],
		{ on: { WS_PEER_INITIATED_CLOSE: ({ stage, session }) => void stage.send(session, "last") } },
	),
	ws(
		"An end of the stream without a Close frame is an error.",
		(server) => {
			server.open();
			server.send(text("one"));
			server.peer.finish();
		},
		[...OPEN, message("one"), ...wsClosed("ws:abnormal-closure yes")],
	),
	ws(
		"So it is in the middle of a frame.",
		(server) => {
			server.open();
			server.peer.finish(text("hello").slice(0, 4));
		},
		[...OPEN, piece("he", "first +3"), ...wsClosed("ws:abnormal-closure yes")],
	),
	ws(
		"A reset is an error, after what came before it.",
		(server) => {
			server.open(text("one"));
			server.peer.onClose = undefined;
		},
		[...OPEN, message("one"), ...wsClosed("tcp:reset yes")],
		{ later: (_stage, _session, server) => server.peer.reset() },
	),
	ws(
		"An end of the stream is told while what comes is held up, once that has been read.",
		(server) => {
			server.open();
			server.send(text("one"));
		},
		[...OPEN, "held @50", ...at(50, message("one"), ...wsClosed("ws:abnormal-closure yes"))],
		{
			on: { CLIENT_ESTABLISHED: ({ stage, session }) => void stage.flow(session, 0) },
			later(stage, session, server) {
				server.peer.finish();
				stage.advance(50);
				stage.say("held");
				stage.flow(session, 1);
			},
		},
	),
];

export const wsCloses: readonly Scenario[] = [...ours, ...theirs];
