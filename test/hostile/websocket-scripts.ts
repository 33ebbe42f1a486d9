/** What a hostile or clumsy server of WebSocket says, and what must come of it: one script for each line of the table. */
import { createHash } from "node:crypto";
import { BINARY, CLOSE, CONTINUATION, encodeFrame, PING, PONG, TEXT } from "../conformance/frames.js";
import type { PlannedRequest, PlannedWs } from "../wire/plan.js";

/** "101" is the answer in order; a function makes one of the key; `until`: the client has sent such a frame. */
export type WSStep =
	| string
	| Buffer
	| ((key: string) => string)
	| { pause: number }
	| { until: string }
	| { endless: string | Buffer };

export interface WSScript {
	name: string;
	steps: WSStep[];
	/** The code of the error, or "" for an end in order. */
	error: string;
	/** The Close frame that the client must have sent: its status; "" for one without; absent: none at all. */
	close?: string;
	/** Or nothing: the server had gone by then. */
	isUnheard?: boolean;
	/** Messages that must have come. */
	count?: number;
	/** What the client does; absent: nothing but to stay. */
	client?: PlannedWs;
	/** "yes" but before a head has come. */
	delivered?: string;
	keepHeaders?: string[];
	deadlines?: PlannedRequest["deadlines"];
	/** The server does not end the connection when both have sent their Close frames, or one would be due. */
	isRude?: boolean;
	/** Its whole point is volume or time, so it is not sent again in single bytes. */
	whole?: boolean;
	/** The least and the most that it may take, in milliseconds. */
	least?: number;
	limit?: number;
}

export const FIN = "FIN";
export const RESET = "RESET";
const OK = "101";
const EMPTY = Buffer.alloc(0);
const MEGABYTE = 1024 * 1024;
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

export function switching(key: string, accept = acceptFor(key)): string {
	return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n`;
}

export function acceptFor(key: string): string {
	return createHash("sha1")
		.update(key + GUID)
		.digest("base64");
}

export function text(content: string | Buffer, fin = true, rsv = 0): Buffer {
	return encodeFrame(TEXT, Buffer.from(content as string), fin, rsv);
}

function more(content: string | Buffer, fin = true): Buffer {
	return encodeFrame(CONTINUATION, Buffer.from(content as string), fin);
}

export function close(status?: number, reason: string | Buffer = ""): Buffer {
	if (status === undefined) return encodeFrame(CLOSE, EMPTY);
	return encodeFrame(CLOSE, Buffer.concat([Buffer.of(status >> 8, status & 255), Buffer.from(reason as string)]));
}

/** A header with a length of eight bytes. */
function long(first: number, length: bigint): Buffer {
	const bytes = Buffer.alloc(10);
	bytes[0] = first;
	bytes[1] = 127;
	bytes.writeBigUInt64BE(length, 2);
	return bytes;
}

function fail(name: string, error: string, ...steps: WSStep[]): WSScript {
	return { name, error, steps };
}

/** An answer that is 101 with these lines only, "ACCEPT" being the right one. */
function answer(...lines: string[]): (key: string) => string {
	return (key) =>
		`HTTP/1.1 101 Switching Protocols\r\n${lines.join("\r\n").replaceAll("ACCEPT", acceptFor(key))}\r\n\r\n`;
}

const UPGRADE = "Upgrade: websocket";
const CONNECTION = "Connection: Upgrade";
const ACCEPT = "Sec-WebSocket-Accept: ACCEPT";
/** With more fields than a table holds before those that count. */
const CROWDED = answer(
	...Array.from({ length: 100 }, (_, i) => `X-${i}: ${"x".repeat(50)}`),
	UPGRADE,
	CONNECTION,
	ACCEPT,
);

/** Before there is a WebSocket. */
export const HANDSHAKES: WSScript[] = [
	fail("another protocol", "h1:not-http", "SSH-2.0-OpenSSH_9.2\r\n"),
	fail("a status line that is none", "h1:bad-status-line", "HTTP/1.1 1x1 Switching\r\n\r\n"),
	fail("a NUL in the answer", "h1:bad-head-byte", "HTTP/1.1 101 Switching\r\nUpgrade: web\0socket\r\n\r\n"),
	fail("no Upgrade", "ws:bad-upgrade", answer(CONNECTION, ACCEPT)),
	fail("another upgrade", "ws:bad-upgrade", answer("Upgrade: h2c", CONNECTION, ACCEPT)),
	fail("no Connection", "ws:bad-upgrade", answer(UPGRADE, ACCEPT)),
	fail("Connection: close", "ws:bad-upgrade", answer(UPGRADE, "Connection: close", ACCEPT)),
	fail("no Sec-WebSocket-Accept", "ws:bad-accept", answer(UPGRADE, CONNECTION)),
	fail("an empty Sec-WebSocket-Accept", "ws:bad-accept", answer(UPGRADE, CONNECTION, "Sec-WebSocket-Accept:")),
	fail("an accept that is the key", "ws:bad-accept", (key) => `${switching(key, key)}\r\n`),
	fail("an accept of another key", "ws:bad-accept", () => `${switching("dGhlIHNhbXBsZSBub25jZQ==")}\r\n`),
	fail("an accept in lower case", "ws:bad-accept", (key) => `${switching(key, acceptFor(key).toLowerCase())}\r\n`),
	fail("an accept with something behind it", "ws:bad-accept", answer(UPGRADE, CONNECTION, `${ACCEPT}=`)),
	fail("an accept twice", "ws:bad-accept", answer(UPGRADE, CONNECTION, ACCEPT, ACCEPT)),
	fail(
		"a subprotocol without an offer",
		"ws:bad-subprotocol",
		answer(UPGRADE, CONNECTION, ACCEPT, "Sec-WebSocket-Protocol: x"),
	),
	{
		...fail(
			"a subprotocol that was not offered",
			"ws:bad-subprotocol",
			answer(UPGRADE, CONNECTION, ACCEPT, "Sec-WebSocket-Protocol: c"),
		),
		client: { protocol: "a, b", stays: true },
	},
	{
		...fail(
			"both of those that were offered",
			"ws:bad-subprotocol",
			answer(UPGRADE, CONNECTION, ACCEPT, "Sec-WebSocket-Protocol: a, b"),
		),
		client: { protocol: "a, b", stays: true },
	},
	fail(
		"an extension without an offer",
		"ws:bad-extension",
		answer(UPGRADE, CONNECTION, ACCEPT, "Sec-WebSocket-Extensions: permessage-deflate"),
	),
	fail("200 with a body", "ws:refused", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
	fail("204", "ws:refused", "HTTP/1.1 204 No\r\n\r\n"),
	fail("404 with a body that is cut off", "ws:refused", "HTTP/1.1 404 No\r\nContent-Length: 500\r\n\r\nhello", FIN),
	fail(
		"404 with a body that is malformed",
		"ws:refused",
		"HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
	),
	fail("404, then a reset", "ws:refused", "HTTP/1.1 404 No\r\nContent-Length: 500\r\n\r\nhello", { pause: 30 }, RESET),
	fail("401 with a head that is malformed", "h1:bad-field-name", "HTTP/1.1 401 No\r\nWWW Authenticate: Basic\r\n\r\n"),
	fail("an end at once", "h1:empty-reply", FIN),
	fail("a reset at once", "tcp:reset", RESET),
	fail("an end inside the head", "h1:truncated-head", "HTTP/1.1 101 Switching Protocols\r\nUpgr", FIN),
	fail("a reset inside the head", "tcp:reset", "HTTP/1.1 101 Switching Protocols\r\nUpgr", { pause: 30 }, RESET),
	fail("an end behind the head", "ws:abnormal-closure", OK, FIN),
	{
		...fail(
			"fields in whatever case and order",
			"",
			answer("SEC-WEBSOCKET-accept: ACCEPT  ", "connection: keep-alive, UPGRADE", "upgrade: h2c, WebSocket"),
			close(1000),
		),
		close: "1000",
	},
	{
		...fail(
			"a hundred fields more than anybody needs",
			"",
			(key) => `${switching(key)}${"X-More: nothing of interest\r\n".repeat(100)}\r\n`,
			close(1000),
		),
		close: "1000",
	},
	{
		...fail("the fields behind others that fill the table", "h1:head-too-long", CROWDED, close(1000)),
		delivered: "yes",
	},
	{
		...fail("the same, where nobody has asked for the others", "", CROWDED, close(1000)),
		close: "1000",
		keepHeaders: [],
	},
	{
		...fail(
			"interim responses before it",
			"",
			"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n".repeat(3),
			OK,
			close(1000),
		),
		close: "1000",
	},
];
for (const script of HANDSHAKES) if (/^(h1|tcp):/.test(script.error)) script.delivered ??= "maybe";

const LONG_FIELD = `X-Y: ${"z".repeat(500)}\r\n`;

/** The same without end. */
export const ENDLESS_HANDSHAKES: WSScript[] = [
	{
		...fail("fields without end", "h1:head-too-long", "HTTP/1.1 101 S\r\n", { endless: LONG_FIELD }),
		delivered: "maybe",
	},
	{ ...fail("a name without end", "h1:head-too-long", "HTTP/1.1 101 S\r\n", { endless: "X" }), delivered: "maybe" },
	{ ...fail("a reason without end", "h1:head-too-long", "HTTP/1.1 101 ", { endless: "because " }), delivered: "maybe" },
	{
		...fail("interim responses without end", "h1:too-many-interim", { endless: "HTTP/1.1 100 Continue\r\n\r\n" }),
		delivered: "maybe",
	},
	fail("a page of 10 MB, for 404", "ws:refused", `HTTP/1.1 404 No\r\nContent-Length: ${10 * MEGABYTE}\r\n\r\n`, {
		endless: "not found ",
	}),
	fail("a page without end, for 404", "ws:refused", "HTTP/1.1 404 No\r\n\r\n", { endless: "not found " }),
	fail("chunks without end, for 404", "ws:refused", "HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n", {
		endless: "1\r\nx\r\n",
	}),
];

/** Frames that may not be: the client says so, and the server has been told. */
export const VIOLATIONS: WSScript[] = [
	...[1, 2, 3, 4, 5, 6, 7].map((rsv) => fail(`reserved bits ${rsv}`, "ws:reserved-bits", OK, text("x", true, rsv))),
	...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) =>
		fail(`opcode ${opcode}`, "ws:bad-opcode", OK, encodeFrame(opcode, Buffer.from("x"))),
	),
	fail("reserved bits of a ping", "ws:reserved-bits", OK, encodeFrame(PING, EMPTY, true, 4)),
	fail("a ping that is not final", "ws:bad-control-frame", OK, encodeFrame(PING, EMPTY, false)),
	fail("a Close frame that is not final", "ws:bad-control-frame", OK, encodeFrame(CLOSE, EMPTY, false)),
	fail("a ping of 126 bytes", "ws:bad-control-frame", OK, encodeFrame(PING, Buffer.alloc(126))),
	fail("a pong of 65,536 bytes", "ws:bad-control-frame", OK, encodeFrame(PONG, Buffer.alloc(65_536))),
	fail("a Close frame of 126 bytes", "ws:bad-control-frame", OK, close(1000, "x".repeat(124))),
	fail("a masked frame", "ws:masked-frame", OK, Buffer.of(0x81, 0x81, 1, 2, 3, 4, 5)),
	fail("a masked frame of no bytes", "ws:masked-frame", OK, Buffer.of(0x89, 0x80, 1, 2, 3, 4)),
	fail("a length of two bytes that needs one", "ws:bad-length", OK, Buffer.of(0x82, 126, 0, 125)),
	fail("a length of eight bytes that needs two", "ws:bad-length", OK, long(0x82, 65_535n)),
	fail("a length of 2^53", "ws:bad-length", OK, long(0x82, 2n ** 53n)),
	fail("a length of 2^63", "ws:bad-length", OK, long(0x82, 2n ** 63n)),
	fail("a length of 2^64 - 1", "ws:bad-length", OK, long(0x82, 2n ** 64n - 1n)),
	fail("a continuation of nothing", "ws:bad-continuation", OK, more("x")),
	fail("a continuation behind a message", "ws:bad-continuation", OK, text("x"), more("x")),
	fail("a message inside another", "ws:bad-continuation", OK, text("x", false), text("y")),
	fail("a binary message inside a text", "ws:bad-continuation", OK, text("x", false), encodeFrame(BINARY, EMPTY)),
	fail("text that is not UTF-8", "ws:bad-utf8", OK, text(Buffer.of(0x61, 0xff, 0x62))),
	fail("text with half a character at its end", "ws:bad-utf8", OK, text(Buffer.of(0xe2, 0x82))),
	fail("a surrogate", "ws:bad-utf8", OK, text(Buffer.of(0xed, 0xa0, 0x80))),
	fail(
		"a character cut between frames, wrong in the second",
		"ws:bad-utf8",
		OK,
		text(Buffer.of(0xe2, 0x82), false),
		more(Buffer.of(0x61), false),
	),
	fail(
		"text that is wrong long before its end",
		"ws:bad-utf8",
		OK,
		long(0x81, 1_000_000n),
		Buffer.alloc(300, "a"),
		Buffer.of(0xc0),
	),
	fail("a Close frame of one byte", "ws:bad-close", OK, encodeFrame(CLOSE, Buffer.of(3))),
	...[0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map((status) =>
		fail(`a Close frame with ${status}`, "ws:bad-close", OK, close(status)),
	),
	fail("a Close frame whose reason is not UTF-8", "ws:bad-utf8", OK, close(1000, Buffer.of(0xff))),
	fail("a Close frame whose reason ends in half a character", "ws:bad-utf8", OK, close(1000, Buffer.of(0x61, 0xc3))),
];
for (const script of VIOLATIONS) script.close = script.error === "ws:bad-utf8" ? "1007" : "1002";

function taken(name: string, count: number, ...steps: WSStep[]): WSScript {
	return { name, error: "", close: "1000", count, steps: [OK, ...steps, close(1000)] };
}

/** What may be, however strange. */
export const TOLERATED: WSScript[] = [
	taken("a message of nothing", 1, text("")),
	taken("a fragmented message of nothing", 1, text("", false), more("", false), more("")),
	taken("empty fragments about one byte", 1, text("", false), more("x", false), more("", false), more("")),
	taken(
		"pings between the fragments",
		1,
		text("a", false),
		encodeFrame(PING, Buffer.from("1")),
		more("b"),
		encodeFrame(PING, EMPTY),
	),
	taken("a pong that nobody asked for", 0, encodeFrame(PONG, Buffer.alloc(125))),
	taken(
		"a character cut into frames",
		1,
		text(Buffer.of(0xf0), false),
		more(Buffer.of(0x9f), false),
		more("", false),
		more(Buffer.of(0x98, 0x80)),
	),
	taken("what is a handshake once more, as binary", 1, encodeFrame(BINARY, Buffer.from("HTTP/1.1 101 S\r\n\r\n"))),
	taken(
		"lengths where the header grows",
		3,
		...[125, 126, 65_536].map((size) => encodeFrame(BINARY, Buffer.alloc(size))),
	),
	...[1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999].map((status) => ({
		...fail(`a Close frame with ${status}`, "", OK, close(status, "a reason")),
		close: `${status}`,
	})),
	{ ...fail("a Close frame without a status", "", OK, close()), close: "" },
	{ ...fail("a Close frame of 125 bytes", "", OK, close(1000, "x".repeat(123))), close: "1000" },
	{ ...fail("a message behind the Close frame", "", OK, close(1000), text("more")), close: "1000", count: 0 },
	{ ...fail("a second Close frame", "", OK, close(1000), close(1001)), close: "1000" },
	{
		...fail("bytes that are no frames behind the Close frame", "", OK, close(1000), Buffer.alloc(300, 0xff)),
		close: "1000",
	},
	{ ...fail("a Close frame, then an end", "", OK, close(1000), { pause: 30 }, FIN), close: "1000" },
	{ ...fail("a Close frame, and an end at once", "", OK, close(1000), FIN), close: "1000", isUnheard: true },
	{
		...fail("an answer that is late", "", OK, text("x"), { until: "close" }, { pause: 50 }, close(1000), FIN),
		close: "1000",
		client: { receive: 1 },
		isRude: true,
	},
	{
		...fail(
			"messages before the answer",
			"",
			OK,
			text("x"),
			{ until: "close" },
			text("y"),
			text("z"),
			close(1000),
			FIN,
		),
		close: "1000",
		client: { receive: 1 },
		count: 1,
		isRude: true,
	},
];
