import { closeFrame, frame, Op, rawFrame, text } from "../double/websocket.js";
import { at, of, type Scenario } from "./scenario.js";
import type { Handler } from "./stage.js";
import {
	type Meet,
	message,
	OPEN,
	opened,
	PEER,
	PEER_CLOSED,
	piece,
	says,
	serveWebSocket,
	silent,
	WS_BOUND,
	WS_CLOSED,
	WS_WRITEABLE,
	websocket,
	ws,
	wsClosed,
} from "./websocket.js";

/** What the server must not send, and the status of the Close frame that it gets. */
function violation(title: string, bytes: string, status: number, code: string, told: readonly string[] = []): Scenario {
	return ws(
		title,
		silent(text("one") + bytes),
		[
			...OPEN,
			message("one"),
			...told,
			`> CLOSE ${status}`,
			"silence @500",
			...at(1000, ...wsClosed(`${code} yes`)),
			"0 open @2000",
		],
		{
			later(stage) {
				stage.advance(500);
				stage.say("silence");
				stage.advance(1500);
				stage.say(`${stage.network.open} open`);
			},
		},
	);
}

const violations: Scenario[] = [
	violation("A reserved bit that no extension has given a meaning.", rawFrame(0xc1, "x"), 1002, "ws:reserved-bits"),
	violation("The other reserved bits.", rawFrame(0xa1, "x"), 1002, "ws:reserved-bits"),
	violation("A reserved opcode.", rawFrame(0x83, "x"), 1002, "ws:bad-opcode"),
	violation("A reserved opcode of a control frame.", rawFrame(0x8b, ""), 1002, "ws:bad-opcode"),
	violation("A fragmented control frame.", rawFrame(0x09, "x"), 1002, "ws:bad-control-frame"),
	violation("A control frame longer than 125 bytes.", rawFrame(0x89, "x".repeat(126)), 1002, "ws:bad-control-frame"),
	violation("A masked frame.", "\x81\x81abcdx", 1002, "ws:masked-frame"),
	violation("A length that is not in its shortest form.", "\x81\x7e\x00\x05hello", 1002, "ws:bad-length"),
	violation("A length of 2^63.", "\x81\x7f\x80\x00\x00\x00\x00\x00\x00\x00", 1002, "ws:bad-length"),
	violation("A continuation of nothing.", rawFrame(0x80, "x"), 1002, "ws:bad-continuation"),
	violation("A message inside another.", rawFrame(0x01, "x") + text("y"), 1002, "ws:bad-continuation", [
		piece("x", "first"),
	]),
	violation("Text that is no UTF-8.", text("\xff"), 1007, "ws:bad-utf8"),
	violation("Text that ends inside a character.", text("\xe2\x82"), 1007, "ws:bad-utf8"),
	violation("A surrogate in text.", text("\xed\xa0\x80"), 1007, "ws:bad-utf8"),
	violation("A Close frame of one byte.", rawFrame(0x88, "\x03"), 1002, "ws:bad-close"),
	violation("A Close frame with a status that may not be sent.", closeFrame(1005), 1002, "ws:bad-close"),
	violation("A Close frame with a status that nobody has defined.", closeFrame(2000), 1002, "ws:bad-close"),
	violation("A Close frame whose reason is no UTF-8.", closeFrame(1000, "\xff"), 1007, "ws:bad-utf8"),
	ws("A violation that comes with 101.", (server) => server.open("\x83\x00"), [
		...OPEN,
		"> CLOSE 1002",
		...wsClosed("ws:bad-opcode yes"),
	]),
	ws(
		"What is owed for the messages before a violation goes out before the Close frame.",
		says(`${text("one")}\x83\x00`),
		[...OPEN, message("one"), WS_WRITEABLE, "> TEXT echo", "> CLOSE 1002", ...wsClosed("ws:bad-opcode yes")],
		{
			on: {
				CLIENT_RECEIVE: ({ stage, session }) => stage.wantWritable(session),
				CLIENT_WRITEABLE: ({ stage, session }) => void stage.send(session, "echo"),
			},
		},
	),
];

const OPEN_REASONS = ["CLIENT_RECEIVE", "CLIENT_RECEIVE_PONG", "CLIENT_WRITEABLE", PEER];
const LINES: Readonly<Record<string, string>> = {
	CLIENT_RECEIVE: message("one"),
	CLIENT_RECEIVE_PONG: "CLIENT_RECEIVE_PONG 0",
	CLIENT_WRITEABLE: WS_WRITEABLE,
	[PEER]: `${PEER} 2 1000`,
};

/** In `reason` the application does what ends it at once. */
function inReason(how: string, code: string, act: Handler): Scenario[] {
	return OPEN_REASONS.map((reason) => {
		const meet: Meet = (server) => {
			server.open();
			if (reason === "CLIENT_RECEIVE") server.send(text("one"));
			else if (reason === "CLIENT_RECEIVE_PONG") server.send(frame(Op.Pong));
			else if (reason === PEER) server.close(1000);
		};
		return ws(
			`The application ${how} in ${reason}.`,
			meet,
			[...OPEN, LINES[reason] as string, ...wsClosed(`${code} yes`), "> CLOSE 1001"],
			{ body: reason === "CLIENT_WRITEABLE" ? ["x"] : [], on: { [reason]: act } },
		);
	});
}

/** At the end it makes no difference any more. */
function late(how: string, act: Handler): Scenario[] {
	return WS_CLOSED.map((reason) =>
		ws(
			`The application ${how} in ${reason}, when it has closed in order.`,
			(server) => {
				server.open();
				server.close(1000);
			},
			[...OPEN, ...PEER_CLOSED],
			{ on: { [reason]: act } },
		),
	);
}

const threw: Handler = () => {
	throw new Error("thrown");
};

const acts: Scenario[] = [
	...inReason("throws", "app:callback-threw", threw),
	...inReason("calls contextDestroy", "app:context-destroyed", ({ stage }) => stage.destroy()),
	...late("returns 1", () => 1),
	...late("throws", threw),
	...late("calls close", ({ stage, session }) => stage.close(session)),
	opened("contextDestroy tells the server 1001, if that can be done at once.", (stage) => stage.destroy(), [
		"> CLOSE 1001",
		...wsClosed("app:context-destroyed yes"),
	]),
	opened(
		"contextDestroy while the server's Close frame is awaited.",
		(stage, session, server) => {
			server.answersClose = false;
			stage.close(session);
			stage.advance(100);
			stage.destroy();
			stage.advance(100);
		},
		["> CLOSE 1000", ...at(100, ...wsClosed("app:context-destroyed yes"))],
	),
	opened(
		"The total deadline ends it, however lively it is.",
		(stage, _session, server) => {
			for (let i = 0; i < 3; i++) {
				stage.advance(100);
				server.send(text(`${i}`));
			}
			stage.advance(300);
		},
		[
			...at(100, message("0")),
			...at(200, message("1")),
			...at(300, message("2")),
			...at(350, ...wsClosed("timeout:total yes"), "> CLOSE 1001"),
		],
		{ deadlines: { total: 350 } },
	),
	{
		title: "A child ends before its parent, at once.",
		run(stage) {
			serveWebSocket(stage, says(), says());
			const parent = websocket(stage);
			websocket(stage, { parentWsi: parent.wsi });
			stage.advance();
			stage.close(parent);
			stage.advance();
		},
		trace: [
			...WS_BOUND,
			...of("b", ...WS_BOUND),
			...OPEN.slice(2, 3),
			...of("b", ...OPEN.slice(2, 3)),
			...OPEN.slice(3),
			...of("b", ...OPEN.slice(3)),
			"> CLOSE 1000",
			...of("b", ...wsClosed("app:closed yes").slice(0, 2)),
			"CHILD_CLOSING 0 b",
			...of("b", "WSI_DESTROY"),
			...WS_CLOSED,
			"> CLOSE 1001",
		],
	},
];

export const wsEnds: readonly Scenario[] = [...violations, ...acts];
