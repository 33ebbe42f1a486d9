/**
 * The differential test of the byte machines of HTTP/1: what the host has (on XS the C) against the twin, in one process,
 * on heads and chunked bodies that are well-formed, nearly so, and not at all, in pieces of any size. After every call the
 * result and all that was written must be the same. Arguments: the seed, and the number of rounds (default 2000).
 */
import { Fault } from "lws-xs/engines/errors";
import * as http from "lws-xs/native/http";
import { Chunk, ChunkState, Head, HeadState, HttpFault, HttpLimit, TextSet } from "lws-xs/native/http";
import * as twin from "lws-xs/native/twin/http";
import { Random } from "../vectors/random.js";
import { argument, equal, test } from "./harness.js";
import { HttpText } from "./http-text.js";
import { compare, cutter, Pair, type Side } from "./pair.js";

const seed = Number(argument(0) ?? 20150515) | 0;
const rounds = Number(argument(1) ?? 2000);
const chance = new Random(seed);
const random = (below: number) => chance.random(below);
const oneOf = <T>(values: readonly T[]) => chance.oneOf(values);
/** True once in `times`. */
const rarely = (times: number) => random(times) === 0;

/** The type of the twin, so that the compiler compares it with the contract. */
type Machines = typeof twin;

/** Both sides; their memory has so many bytes, a multiple of 4. */
class Both extends Pair<Machines> {
	constructor(size: number) {
		super(http, twin, size, seed);
	}
}

/** Scans a text in pieces: to its end, to a fault, or until nothing is consumed. */
function scanText(
	both: Both,
	text: HttpText,
	scan: (side: Side<Machines>, start: number, end: number) => unknown,
): void {
	const next = cutter(chance, text.length);
	for (let at = 0, idle = 0; at < text.length && idle < 4; ) {
		const end = next(at);
		const result = both.agree(
			(side) => scan(side, at, end),
			() => `[${at}, ${end}) of ${text}`,
		);
		// after a fault there is no sense in going on, but there may be no difference either
		if (typeof result !== "number" || (result < 0 && !rarely(8))) return;
		if (result === 0) idle++;
		at = result < 0 ? end : at + result;
	}
}

const KEEPS = ["content-type\0", "etag\0x\0", "", "x", "\0\0", "content-typ\0connection\0n\0"];

function toBytes(text: string): Uint8Array {
	return Uint8Array.from([...text].map((character) => character.charCodeAt(0)));
}

/** Of the text of a table, and fields. */
interface TableSize {
	text: number;
	fields: number;
}

/** Memory for a table, and some that is none of its own. */
function tableMemory({ text, fields }: TableSize): Both {
	const both = new Both(4 * (Head.Words + 3 * fields + Math.ceil(text / 4) + 5));
	setSize(both, { text, fields });
	return both;
}

function setSize(both: Both, { text, fields }: TableSize): void {
	both.set(Head.Fields, fields);
	both.set(Head.TextSize, text);
}

const TABLES: readonly TableSize[] = [
	{ text: 256, fields: 0 },
	{ text: 300, fields: 3 },
	{ text: 511, fields: 6 },
	{ text: 697, fields: 32 },
	{ text: 2048, fields: 32 },
];

const NAMES = ["content-type", "Connection", "KEEP-ALIVE", "etag", "x", "n", "", "\u00e9", "a\0"];

/** What is there now, and what is not. */
function findFields(both: Both): void {
	const name = oneOf(NAMES);
	const nth = random(4) - 1;
	both.agree(
		({ machines, memory }) => machines.findField(memory, name, nth),
		() => `findField ${JSON.stringify(name)} ${nth}`,
	);
}

compare("scanHead and its twin agree.", () => {
	const machines = TABLES.map(tableMemory);
	for (let round = 0; round < rounds; round++) {
		const both = oneOf(machines);
		const keep = rarely(3) ? toBytes(oneOf(KEEPS)) : undefined;
		const text = new HttpText(chance).addHead();
		both.agree(
			({ machines, memory }) => machines.resetState(memory, Head.Fields),
			() => "resetState",
		);
		// as if much had been skipped already
		if (rarely(20)) both.set(Head.Size, HttpLimit.Head - random(300));
		scanText(both, text, ({ machines, memory }, start, end) => machines.scanHead(memory, text.bytes, start, end, keep));
		findFields(both);
	}
	return machines;
});

compare("scanHead and its twin agree on states that no scanner has left.", () => {
	const machines = TABLES.map(tableMemory);
	for (let round = 0; round < rounds; round++) {
		const which = random(TABLES.length);
		const both = machines[which] as Both;
		const table = TABLES[which] as TableSize;
		const text = new HttpText(chance).addHead();
		for (let i = 0; i < Head.Words; i++) both.set(i, 0);
		setSize(both, table);
		both.set(Head.State, random(HeadState.Done + 1));
		const size = table.text;
		for (let count = random(4); count > 0; count--) {
			both.set(random(Head.Words), oneOf([random(20), random(size + 2), -1, 2 ** 31 - 1, -(2 ** 31), 78]));
		}
		scanText(both, text, ({ machines, memory }, start, end) =>
			machines.scanHead(memory, text.bytes, start, end, undefined),
		);
		findFields(both);
	}
	return machines;
});

compare("scanHead and its twin refuse the same arguments.", () => {
	const both = tableMemory({ text: 512, fields: 8 });
	const size = both.actual.memory.byteLength;
	const bytes = toBytes("HTTP/1.1 200 OK\r\nA: b\r\n\r\n");
	const call = (start: unknown, end: unknown) =>
		both.agree(
			({ machines, memory }) => {
				machines.resetState(memory, Head.Fields);
				return machines.scanHead(memory, bytes, start as number, end as number, undefined);
			},
			() => `scanHead from ${start} to ${end}`,
		);
	equal(call(0, bytes.length), bytes.length);
	equal(call(bytes.length, bytes.length), 0);
	for (const [start, end] of [
		[-1, 3],
		[4, 3],
		[0, bytes.length + 1],
		[0.5, 3],
		[0, 2 ** 32],
		[NaN, 3],
	]) {
		equal(call(start, end), "throws RangeError", `from ${start} to ${end}`);
	}
	const most = size - 4 * Head.Words;
	for (const [text, fields, what] of [
		[255, 8, "too little text"],
		[-1, 8, "less text than none"],
		[512, -1, "less fields than none"],
		[most + 1, 0, "text beyond the memory"],
		[most - 11, 1, "text beyond the memory, for the fields before it"],
		[256, Math.floor(most / 12), "fields that leave nothing for the text"],
		[256, 0x7fffffff, "fields beyond all memory"],
	] as const) {
		setSize(both, { text, fields });
		equal(call(0, 3), "throws RangeError", what);
	}
	setSize(both, { text: most - 12, fields: 1 });
	equal(call(0, 3), 3, "all of the memory");
	const reset = (words: number) =>
		both.agree(
			({ machines, memory }) => machines.resetState(memory, words),
			() => `resetState of ${words} words`,
		);
	for (const words of [-1, 0.5, size / 4 + 1]) equal(reset(words), "throws RangeError", `${words} words`);
	const short = new Both(4 * Head.Words - 4);
	const refused = short.agree(
		({ machines, memory }) => machines.scanHead(memory, bytes, 0, 3, undefined),
		() => "scanHead",
	);
	equal(refused, "throws RangeError", "a state too short");
	return [both, short];
});

function scanChunks(both: Both, text: HttpText): void {
	scanText(both, text, ({ machines, memory }, start, end) => machines.scanChunk(memory, text.bytes, start, end));
}

compare("scanChunk and its twin agree.", () => {
	const both = new Both(4 * Chunk.Words);
	for (let round = 0; round < rounds; round++) {
		const text = new HttpText(chance).addChunks();
		for (let i = 0; i < Chunk.Words; i++) both.set(i, 0);
		// as if much had been skipped already
		if (rarely(10)) both.set(Chunk.Length, HttpLimit.ChunkExtension - random(20));
		if (rarely(10)) {
			both.set(Chunk.State, ChunkState.TrailerStart);
			both.set(Chunk.Length, HttpLimit.Trailer - random(50));
		}
		scanChunks(both, text);
	}
	return [both];
});

compare("scanChunk and its twin agree on states that no scanner has left.", () => {
	const both = new Both(4 * Chunk.Words);
	for (let round = 0; round < rounds; round++) {
		const text = new HttpText(chance).addChunks();
		for (let i = 0; i < Chunk.Words; i++) both.set(i, 0);
		both.set(Chunk.State, random(ChunkState.Done + 1));
		for (let count = random(3); count > 0; count--) {
			both.set(random(Chunk.Words), oneOf([random(20), 2 ** 26 - random(3), -1, 2 ** 31 - 1, HttpLimit.Trailer + 1]));
		}
		scanChunks(both, text);
	}
	const short = new Both(4 * Chunk.Words - 4);
	const refused = short.agree(
		({ machines, memory }) => machines.scanChunk(memory, new Uint8Array(4), 0, 4),
		() => "scanChunk",
	);
	equal(refused, "throws RangeError", "a state too short");
	return [both, short];
});

test("isText and its twin agree, on every character and on texts of them.", () => {
	const sets = [TextSet.Token, TextSet.FieldValue, TextSet.Target, TextSet.Digits];
	const agree = (text: string, set: TextSet) =>
		equal(http.isText(text, set), twin.isText(text, set), JSON.stringify(text));
	for (const set of sets) {
		agree("", set);
		for (let code = 0; code < 0x180; code++) agree(String.fromCharCode(code), set);
		for (let round = 0; round < rounds; round++) {
			const codes = Array.from({ length: random(20) }, () =>
				oneOf([0x30 + random(10), 0x21 + random(94), random(0x3000)]),
			);
			agree(String.fromCharCode(...codes), set);
		}
	}
});

test("The faults of the machines are those of the engines.", () => {
	const pairs: [number, number][] = [
		[HttpFault.NotHttp, Fault.NotHttp],
		[HttpFault.BadVersion, Fault.BadVersion],
		[HttpFault.BadStatusLine, Fault.BadStatusLine],
		[HttpFault.BadHeadByte, Fault.BadHeadByte],
		[HttpFault.BadFieldName, Fault.BadFieldName],
		[HttpFault.HeadTooLong, Fault.HeadTooLong],
		[HttpFault.BadChunkSize, Fault.BadChunkSize],
		[HttpFault.BadChunkFraming, Fault.BadChunkFraming],
		[HttpFault.ChunkExtensionTooLong, Fault.ChunkExtensionTooLong],
		[HttpFault.TrailerTooLong, Fault.TrailerTooLong],
		[HttpFault.BadContentLength, Fault.BadContentLength],
	];
	for (const [machine, engine] of pairs) equal(machine, engine);
});
