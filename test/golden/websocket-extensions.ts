/** WebSockets whose messages are compressed, by an extension that doubles each byte. */
import * as lws from "lws-xs";
import { doubling } from "../double/extension.js";
import { frame, Op, rawFrame, text } from "../double/websocket.js";
import type { Scenario } from "./scenario.js";
import type { Handler, RequestOptions } from "./stage.js";
import {
	type Meet,
	type More,
	message,
	PEER_CLOSED,
	piece,
	WE_CLOSED,
	WS_BEGUN,
	WS_WRITEABLE,
	ws,
	wsClosed,
	wsFailed,
} from "./websocket.js";

const CONFIRM = "CLIENT_CONFIRM_EXTENSION_SUPPORTED 0 x-double";
const BEGUN = [...WS_BEGUN.slice(0, 2), CONFIRM, "CLIENT_APPEND_HANDSHAKE_HEADER"];
const ANSWERED = [...BEGUN, "ESTABLISHED_CLIENT_HTTP"];
const OPEN = [...ANSWERED, "CLIENT_FILTER_PRE_ESTABLISH", "CLIENT_ESTABLISHED"];
const AGREED = "Sec-WebSocket-Extensions: x-double";

const stage = { extensions: [doubling()] };

function compressed(payload: string, first = 0xc1): string {
	return rawFrame(first, payload);
}

/** The server has agreed, and says these segments. */
function told(title: string, segments: readonly string[], trace: readonly string[], more: More = {}): Scenario {
	return ws(
		title,
		(server) => {
			server.openWith(AGREED);
			server.send(...segments);
			server.close(1000);
		},
		[...OPEN, ...trace],
		{ stage, ...more },
	);
}

function refused(title: string, meet: Meet, trace: readonly string[] = ["ws:bad-extension yes"]): Scenario {
	return ws(title, meet, [...ANSWERED, ...wsFailed(trace[0] as string)], { stage });
}

const sayOffer = (title: string, trace: readonly string[], meet: Meet, options: RequestOptions): Scenario =>
	ws(title, meet, trace, {
		stage,
		...options,
		later: (each) =>
			each.say(/^sec-websocket-extensions: .*(?=\r$)/im.exec(each.requests[0] ?? "")?.[0] ?? "nothing offered"),
	});

const closing: Meet = (server) => {
	server.open();
	server.close(1000);
};

const writesAll: Handler = ({ stage, session }) => {
	stage.send(session, "aabb", lws.LWS_WRITE_TEXT);
	stage.send(session, "aab", lws.LWS_WRITE_BINARY | lws.LWS_WRITE_NO_FIN);
	stage.send(session, "b", lws.LWS_WRITE_CONTINUATION);
	stage.send(session, "ping", lws.LWS_WRITE_PING);
};

export const wsExtensions: readonly Scenario[] = [
	sayOffer(
		"An extension is offered, and a server need not take it.",
		[...OPEN, ...PEER_CLOSED, "Sec-WebSocket-Extensions: x-double; way=both"],
		closing,
		{},
	),
	sayOffer("The application leaves it away.", [...OPEN, ...PEER_CLOSED, "nothing offered"], closing, {
		on: { CLIENT_CONFIRM_EXTENSION_SUPPORTED: () => 1 },
	}),
	refused("A server that takes the extension with parameters that cannot be.", (server) =>
		server.openWith(`${AGREED}; bad`),
	),
	refused("A server that takes another one.", (server) =>
		server.openWith("Sec-WebSocket-Extensions: permessage-deflate"),
	),
	refused("A server that takes it twice.", (server) => server.openWith(`${AGREED}, x-double`)),
	refused("A server that takes it in two fields.", (server) => server.openWith(AGREED, AGREED)),
	ws(
		"A server that takes what the application has left away.",
		(server) => server.openWith(AGREED),
		[...ANSWERED, ...wsFailed("ws:bad-extension yes")],
		{
			stage,
			on: { CLIENT_CONFIRM_EXTENSION_SUPPORTED: () => 1 },
		},
	),
	told(
		"A compressed message, and one that is not.",
		[compressed("ab"), text("plain")],
		[message("aabb"), message("plain"), ...PEER_CLOSED],
	),
	told(
		"Several in one segment.",
		[compressed("ab") + text("plain") + compressed("cd", 0xc2) + frame(Op.Ping) + compressed("ef")],
		[message("aabb"), message("plain"), piece("ccdd", "first final binary"), message("eeff"), "> PONG", ...PEER_CLOSED],
	),
	told(
		"Fragments: first and final are those of the message.",
		[compressed("a", 0x41) + compressed("b", 0x00) + compressed("c", 0x80)],
		[piece("aa", "first"), piece("bb"), piece("cc", "final"), ...PEER_CLOSED],
	),
	told(
		"Empty messages and fragments.",
		[compressed(""), compressed("", 0x41) + compressed("a", 0x80), compressed("a", 0x41) + compressed("", 0x80)],
		[
			"CLIENT_RECEIVE 0 first final",
			piece("aa", "first final"),
			piece("aa", "first"),
			"CLIENT_RECEIVE 0 final",
			...PEER_CLOSED,
		],
	),
	told(
		"What grows beyond half of the buffer comes in pieces of it.",
		[compressed("x".repeat(50), 0xc2) + text("next")],
		[
			piece("x".repeat(32), "first binary +20"),
			piece("x".repeat(28), "binary +20"),
			piece("x".repeat(32), "binary"),
			piece("x".repeat(8), "final binary"),
			message("next"),
			...PEER_CLOSED,
		],
		{ stage: { ...stage, receiveBuffer: 64 } },
	),
	told(
		"Characters are looked at as they are decompressed.",
		[compressed("\xc3")],
		["> CLOSE 1007", ...wsClosed("ws:bad-utf8 yes")],
	),
	told(
		"What cannot be decompressed.",
		[compressed("ab?") + text("late")],
		["> CLOSE 1007", ...wsClosed("ws:bad-deflate yes")],
	),
	told(
		"A reserved bit on a continuation.",
		[compressed("a", 0x41) + compressed("b", 0xc0)],
		[piece("aa", "first"), "> CLOSE 1002", ...wsClosed("ws:reserved-bits yes")],
	),
	told(
		"It is held up between two pieces of a message, and closed before the next.",
		[compressed("x".repeat(50), 0xc2)],
		[piece("x".repeat(32), "first binary +20"), "held @10", ...WE_CLOSED.map((line) => `${line} @10`)],
		{
			stage: { ...stage, receiveBuffer: 64 },
			on: { CLIENT_RECEIVE: ({ stage, session }) => void stage.flow(session, 0) },
			later(stage, session) {
				stage.advance(10);
				stage.say("held");
				stage.close(session);
			},
		},
	),
	told(
		"It is held up between two messages of a segment.",
		[compressed("ab") + compressed("cd")],
		[message("aabb"), `${message("ccdd")} @10`, ...PEER_CLOSED.map((line) => `${line} @20`)],
		{
			on: {
				CLIENT_RECEIVE({ stage, session }) {
					stage.flow(session, 0);
					stage.clock.Timer.set(() => stage.flow(session, 1), 10);
				},
			},
			later: (stage) => stage.advance(50),
		},
	),
	told(
		"What is written is compressed, control frames are not.",
		[],
		[
			WS_WRITEABLE,
			"> a frame with reserved bits",
			"> TEXT ab",
			"> a frame with reserved bits",
			"> BINARY+ ab",
			"> CONTINUATION",
			"> PING ping",
			...PEER_CLOSED,
		],
		{
			body: ["x"],
			on: { CLIENT_WRITEABLE: writesAll },
		},
	),
	ws(
		"Only what comes is compressed, where that is all that was agreed upon.",
		(server) => {
			server.openWith(AGREED);
			server.send(compressed("ab"));
		},
		[...OPEN, message("aabb"), "> TEXT aabb", ...WE_CLOSED],
		{
			stage: { extensions: [doubling(false)] },
			on: { CLIENT_RECEIVE: ({ stage, session }) => void stage.send(session, "aabb") },
			later: (stage, session) => stage.close(session),
		},
	),
];
