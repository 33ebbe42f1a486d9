/** Groups 3 and 4: reserved bits and reserved opcodes, which nothing was agreed for. */
import { type Case, FAILED_BY_CLIENT, type SendOptions } from "./case.js";
import { BINARY, CLOSE, PING, TEXT } from "./frames.js";

const HELLO = "Hello, world!";
const BYTES = "\x00\xff\xfe\xfd\xfc\xfb\x00\xff";

/** The frame alone. */
function alone(id: string, what: string, opcode: number, payload: string, rsv = 0): Case {
	return {
		id,
		title: `${what} is a protocol error.`,
		expected: [],
		ending: FAILED_BY_CLIENT,
		play(judge) {
			judge.send(opcode, payload, { rsv });
			judge.killAfter(1);
		},
	};
}

/** The frame between a message, which is answered, and a ping, which is not. */
function between(id: string, what: string, opcode: number, payload: string, rsv: number, how: SendOptions = {}): Case {
	const chops = how.chop ? ", byte by byte" : how.sync ? ", frame by frame" : "";
	return {
		id,
		title: `${what} behind a message${chops} is a protocol error after the echo; the ping behind is not answered.`,
		expected: [`text:${HELLO}`],
		nonStrict: [],
		ending: FAILED_BY_CLIENT,
		play(judge) {
			judge.send(TEXT, HELLO, how);
			judge.send(opcode, payload, { ...how, rsv });
			judge.send(PING, "", how);
			judge.killAfter(1);
		},
	};
}

export const RESERVED_BITS: readonly Case[] = [
	alone("3.1", "a text with RSV 1", TEXT, HELLO, 1),
	between("3.2", "a text with RSV 2", TEXT, HELLO, 2),
	between("3.3", "a text with RSV 3", TEXT, HELLO, 3, { sync: true }),
	between("3.4", "a text with RSV 4", TEXT, HELLO, 4, { chop: 1 }),
	alone("3.5", "a binary message with RSV 5", BINARY, BYTES, 5),
	// Autobahn's title says ping, its case sends this
	alone("3.6", "a binary message with RSV 6", BINARY, HELLO, 6),
	alone("3.7", "a Close with RSV 7", CLOSE, "", 7),
];

const PAYLOAD = "reserved opcode payload";

/** `base`: the first reserved opcode of the kind. */
function opcodes(group: string, kind: string, base: number): Case[] {
	const name = (i: number) => `a ${kind} frame with the opcode ${base + i}`;
	return [
		alone(`${group}.1`, `${name(0)}, empty,`, base, ""),
		alone(`${group}.2`, name(1), base + 1, PAYLOAD),
		between(`${group}.3`, `${name(2)}, empty,`, base + 2, "", 0),
		between(`${group}.4`, name(3), base + 3, HELLO, 0),
		between(`${group}.5`, name(4), base + 4, HELLO, 0, { chop: 1 }),
	];
}

export const OPCODES: readonly Case[] = [...opcodes("4.1", "data", 3), ...opcodes("4.2", "control", 11)];
