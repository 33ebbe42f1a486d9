/** Servers of WebSocket that vanish, fall silent or never stop, in every state. */
import { BINARY, CONTINUATION, encodeFrame, PING, PONG, TEXT } from "../conformance/frames.js";
import { close, FIN, RESET, text, type WSScript, type WSStep } from "./websocket-scripts.js";

const OK = "101";
const EMPTY = Buffer.alloc(0);
/** Milliseconds that a server has to end the connection: `LINGER` of the role. */
const LINGER = 1000;
/** For what takes that long, on the slowest host. */
const LIMIT = LINGER + 1500;
/** For a reset to come for itself, behind the bytes before it. */
const APART = { pause: 30 };
const CLOSES = { receive: 1 };

/** Where a server can be when it vanishes: what it has said until then. */
const PLACES: readonly { name: string; said: WSStep[] }[] = [
	{ name: "behind the handshake", said: [] },
	{ name: "behind a message", said: [text("x")] },
	{ name: "in the first byte of a header", said: [Buffer.of(0x82)] },
	{ name: "in a length", said: [Buffer.of(0x82, 127, 0, 0, 0)] },
	{ name: "behind a header", said: [Buffer.of(0x82, 5)] },
	{ name: "in a payload", said: [Buffer.of(0x81, 5, 0x61, 0x62)] },
	{ name: "in a payload of 2^53 - 1 bytes", said: [Buffer.of(0x82, 127, 0, 0x1f, 255, 255, 255, 255, 255, 255, 1)] },
	{ name: "between the fragments of a message", said: [text("x", false)] },
	{ name: "in a ping", said: [Buffer.of(0x89, 5, 1)] },
	{ name: "in a Close frame", said: [Buffer.of(0x88, 2, 3)] },
];

export const VANISHED: WSScript[] = [
	...PLACES.flatMap(({ name, said }): WSScript[] => [
		{ name: `an end ${name}`, error: "ws:abnormal-closure", steps: [OK, ...said, FIN] },
		{ name: `a reset ${name}`, error: "tcp:reset", steps: [OK, ...said, APART, RESET] },
	]),
	{
		name: "an end instead of an answer to the Close frame",
		error: "ws:abnormal-closure",
		close: "1000",
		client: CLOSES,
		steps: [OK, text("x"), { until: "close" }, FIN],
		isRude: true,
	},
	{
		name: "a reset instead of an answer to the Close frame",
		error: "tcp:reset",
		close: "1000",
		client: CLOSES,
		steps: [OK, text("x"), { until: "close" }, RESET],
		isRude: true,
	},
	{
		name: "a reset when both have closed",
		error: "",
		close: "1000",
		steps: [OK, close(1000), { until: "close" }, RESET],
		isRude: true,
	},
	{
		name: "a reset behind a violation",
		error: "ws:bad-opcode",
		close: "1002",
		steps: [OK, encodeFrame(3, EMPTY), { until: "close" }, RESET],
		isRude: true,
	},
	{
		name: "a violation instead of an answer to the Close frame",
		error: "ws:bad-opcode",
		close: "1000",
		client: CLOSES,
		steps: [OK, text("x"), { until: "close" }, encodeFrame(3, EMPTY), FIN],
		isRude: true,
	},
	{
		name: "an end inside what comes before the answer to the Close frame",
		error: "ws:abnormal-closure",
		close: "1000",
		client: CLOSES,
		steps: [OK, text("x"), { until: "close" }, Buffer.of(0x82, 5, 1), FIN],
		isRude: true,
	},
];

export const SILENT: WSScript[] = [
	{
		name: "no answer at all",
		error: "timeout:first-byte",
		steps: [],
		delivered: "maybe",
		deadlines: { firstByte: 50 },
	},
	{
		name: "no end of the head",
		error: "timeout:first-byte",
		steps: ["HTTP/1.1 101 Switching Protocols\r\nUpgr"],
		delivered: "maybe",
		deadlines: { firstByte: 50, idle: 80 },
	},
	{
		name: "no body of a 404",
		error: "ws:refused",
		steps: ["HTTP/1.1 404 No\r\nContent-Length: 10\r\n\r\nwhy"],
		limit: LIMIT,
	},
	...PLACES.map(({ name, said }) => ({
		name: `nothing more, ${name}`,
		error: "timeout:total",
		steps: [OK, ...said],
		close: "1001",
		deadlines: { total: 60 },
	})),
	{
		name: "nothing more, with an idle deadline",
		error: "timeout:idle",
		steps: [OK, text("x")],
		deadlines: { idle: 60 },
	},
	{
		name: "no answer to the Close frame",
		error: "timeout:close",
		close: "1000",
		client: CLOSES,
		steps: [OK, text("x")],
		deadlines: { close: 60 },
		isRude: true,
	},
	{
		name: "no end when both have closed",
		error: "",
		close: "1000",
		steps: [OK, close(1000)],
		isRude: true,
		least: LINGER - 50,
		limit: LIMIT,
	},
	{
		name: "no end behind a violation",
		error: "ws:masked-frame",
		close: "1002",
		steps: [OK, Buffer.of(0x81, 0x80, 1, 2, 3, 4)],
		isRude: true,
		least: LINGER - 50,
		limit: LIMIT,
	},
];

function flood(name: string, unit: Buffer, ...before: WSStep[]): WSScript {
	return {
		name: `${name} without end`,
		error: "timeout:total",
		steps: [OK, ...before, { endless: unit }],
		// unread bytes make a reset of the end, which can destroy it on its way
		close: "1001",
		isUnheard: true,
		deadlines: { total: 300 },
	};
}

export const FLOODS: WSScript[] = [
	flood("pings", encodeFrame(PING, Buffer.alloc(125))),
	flood("pings with nothing in them", encodeFrame(PING, EMPTY)),
	flood("pongs", encodeFrame(PONG, Buffer.alloc(125))),
	flood("pongs with nothing in them", encodeFrame(PONG, EMPTY)),
	flood("empty messages", text("")),
	flood("empty fragments of a message", encodeFrame(CONTINUATION, EMPTY, false), text("", false)),
	flood("fragments of one byte", encodeFrame(CONTINUATION, Buffer.from("x"), false), text("", false)),
	flood("messages", encodeFrame(TEXT, Buffer.from("flood"))),
	flood("one message", Buffer.alloc(1024, "x"), Buffer.of(0x82, 127, 0, 0x1f, 255, 255, 255, 255, 255, 255)),
	{
		name: "messages without end instead of an answer to the Close frame",
		error: "timeout:close",
		close: "1000",
		client: CLOSES,
		steps: [OK, { endless: text("x") }],
		deadlines: { close: 300 },
		isRude: true,
	},
	{
		name: "bytes without end when both have closed",
		error: "",
		close: "1000",
		steps: [OK, close(1000), { endless: Buffer.alloc(1024, 0xff) }],
		// as in `flood`: a server that floods has perhaps not read it when the reset comes
		isUnheard: true,
		isRude: true,
		least: LINGER - 50,
		limit: LIMIT,
	},
	{
		name: "violations without end",
		error: "ws:bad-opcode",
		close: "1002",
		steps: [OK, { endless: encodeFrame(BINARY + 1, EMPTY) }],
		isUnheard: true,
		isRude: true,
		least: LINGER - 50,
		limit: LIMIT,
	},
];
