/**
 * The differential test of the byte machines of HTTP/1: what the host has (on XS the C) against the twin, in one process,
 * on heads and chunked bodies that are well-formed, nearly so, and not at all, in pieces of any size. After every call the
 * result and all that was written must be the same. Arguments: the seed, and the number of rounds (default 2000).
 */
import { Fault } from "lws-xs/engines/errors";
import * as http from "lws-xs/native/http";
import { Chunk, ChunkState, Head, HeadState, HttpFault, HttpLimit } from "lws-xs/native/http";
import * as twin from "lws-xs/native/twin/http";
import { Random } from "../vectors/random.js";
import { argument, equal, fail, test } from "./harness.js";
import { HttpText } from "./http-text.js";

const seed = Number(argument(0) ?? 20150515) | 0;
const rounds = Number(argument(1) ?? 2000);
/** Milliseconds: an emulated machine that collects at every allocation takes long. */
const PATIENCE = 300_000;

const chance = new Random(seed);
const random = (below: number) => chance.random(below);
const oneOf = <T>(values: readonly T[]) => chance.oneOf(values);
/** True once in `times`. */
const rarely = (times: number) => random(times) === 0;

/** The type of the twin, so that the compiler compares it with the contract. */
type Machines = typeof twin;

/** What a machine works on, in words, because comparing is what takes the time. */
class Side {
	readonly machines: Machines;
	readonly memory: readonly ArrayBuffer[];
	readonly words: readonly Int32Array[];
	readonly table: Uint8Array;
	state: Int32Array;

	constructor(machines: Machines, sizes: readonly number[], offset: number) {
		this.machines = machines;
		this.memory = sizes.map((size) => new ArrayBuffer(size));
		this.words = this.memory.map((memory) => new Int32Array(memory));
		this.state = this.words[0] as Int32Array;
		const table = this.memory[1] as ArrayBuffer;
		this.table = new Uint8Array(table, offset, table.byteLength - offset);
	}
}

/** Both sides; the sizes in bytes are those of state, table and spans. */
class Both {
	calls = 0;
	readonly actual: Side;
	readonly expected: Side;

	constructor(sizes: readonly number[], offset = 0) {
		this.actual = new Side(http, sizes, offset);
		this.expected = new Side(twin, sizes, offset);
	}

	get(word: number): number {
		return this.expected.state[word] as number;
	}

	set(word: number, value: number): void {
		this.actual.state[word] = value;
		this.expected.state[word] = value;
	}

	/** Gives what both return or throw. */
	agree(call: (side: Side) => unknown, what: () => string): unknown {
		this.calls++;
		const actual = outcome(call, this.actual);
		const expected = outcome(call, this.expected);
		const differ = (how: string) => fail(`${what()} ${how} (seed ${seed}, call ${this.calls})`);
		if (actual !== expected) differ(`is ${String(actual)}, for the twin ${String(expected)}`);
		for (let space = 0; space < this.actual.words.length; space++) {
			const words = this.actual.words[space] as Int32Array;
			const twinWords = this.expected.words[space] as Int32Array;
			for (let i = 0; i < words.length; i++) {
				if (words[i] !== twinWords[i]) {
					differ(`leaves ${words[i]} in word ${i} of ${space}, the twin ${twinWords[i]}`);
				}
			}
		}
		return actual;
	}
}

function outcome(call: (side: Side) => unknown, side: Side): unknown {
	try {
		return call(side);
	} catch (error) {
		return `throws ${(error as Error).constructor.name}`;
	}
}

/** How a text is cut: whole, byte by byte, or at random; gives the end of the piece that begins at `at`. */
function cutter(length: number): (at: number) => number {
	switch (random(3)) {
		case 0:
			return () => length;
		case 1:
			return length < 300 ? (at) => at + 1 : (at) => Math.min(length, at + 40);
		default: {
			const most = oneOf([2, 20, 200]);
			// none at all now and then
			return (at) => Math.min(length, at + random(most + 1));
		}
	}
}

/** Scans a text in pieces: to its end, to a fault, or until nothing is consumed. */
function scanText(both: Both, text: HttpText, scan: (side: Side, start: number, end: number) => unknown): void {
	const next = cutter(text.length);
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

const HEAD_SIZE = 4 * Head.Words;

function compare(title: string, run: () => Both[]): void {
	const body = () => {
		const calls = run().reduce((sum, both) => sum + both.calls, 0);
		console.log(`# ${calls} calls`);
	};
	test(title, body, PATIENCE);
}

function headMachines(): Both[] {
	return [
		[256, 0, 0],
		[300, 36, 0],
		[512, 72, 1],
		[700, 384, 3],
		[2048, 384, 0],
	].map(([table, spans, offset]) => new Both([HEAD_SIZE, table as number, spans as number], offset));
}

compare("scanHead and its twin agree.", () => {
	const machines = headMachines().filter(({ expected }) => expected.table.length >= HttpLimit.ReservedBytes);
	for (let round = 0; round < rounds; round++) {
		const both = oneOf(machines);
		const keep = rarely(3) ? toBytes(oneOf(KEEPS)) : undefined;
		const text = new HttpText(chance).addHead();
		both.agree(
			({ machines, memory }) => machines.resetState(memory[0] as ArrayBuffer),
			() => "resetState",
		);
		// as if much had been skipped already
		if (rarely(20)) both.set(Head.Size, HttpLimit.Head - random(300));
		scanText(both, text, ({ machines, memory, table }, start, end) =>
			machines.scanHead(memory[0] as ArrayBuffer, text.bytes, start, end, table, memory[2] as ArrayBuffer, keep),
		);
	}
	return machines;
});

compare("scanHead and its twin agree on states that no scanner has left.", () => {
	const machines = headMachines();
	for (let round = 0; round < rounds; round++) {
		const both = oneOf(machines);
		const text = new HttpText(chance).addHead();
		for (let i = 0; i < Head.Words; i++) both.set(i, 0);
		both.set(Head.State, random(HeadState.Done + 1));
		const size = both.expected.table.length;
		for (let count = random(4); count > 0; count--) {
			both.set(random(Head.Words), oneOf([random(20), random(size + 2), -1, 2 ** 31 - 1, -(2 ** 31), 78]));
		}
		scanText(both, text, ({ machines, memory, table }, start, end) =>
			machines.scanHead(memory[0] as ArrayBuffer, text.bytes, start, end, table, memory[2] as ArrayBuffer, undefined),
		);
	}
	return machines;
});

compare("scanHead and its twin refuse the same arguments.", () => {
	const both = new Both([HEAD_SIZE + 400, 512, 96]);
	const bytes = toBytes("HTTP/1.1 200 OK\r\nA: b\r\n\r\n");
	const call = (start: unknown, end: unknown, table: (side: Side) => unknown, state = 0, spans = 2) =>
		both.agree(
			(side) => {
				const { machines, memory } = side;
				const [first, last] = [memory[state] as ArrayBuffer, memory[spans] as ArrayBuffer];
				machines.resetState(first);
				return machines.scanHead(
					first,
					bytes,
					start as number,
					end as number,
					table(side) as Uint8Array,
					last,
					undefined,
				);
			},
			() => `scanHead from ${start} to ${end}`,
		);
	const table = (side: Side) => side.table;
	equal(call(0, bytes.length, table), bytes.length);
	equal(call(bytes.length, bytes.length, table), 0);
	for (const [start, end] of [
		[-1, 3],
		[4, 3],
		[0, bytes.length + 1],
		[0.5, 3],
		[0, 2 ** 32],
		[NaN, 3],
	]) {
		equal(call(start, end, table), "throws RangeError", `from ${start} to ${end}`);
	}
	const view = (space: number, offset: number, length: number) => (side: Side) =>
		new Uint8Array(side.memory[space] as ArrayBuffer, offset, length);
	equal(call(0, 3, view(1, 0, 255)), "throws RangeError", "a table too short");
	equal(call(0, 3, table, 2), "throws RangeError", "a state too short");
	equal(call(0, 3, table, 0, 0), "throws RangeError", "spans in the state");
	equal(call(0, 3, view(0, HEAD_SIZE - 1, 256)), "throws RangeError", "a table in the state");
	equal(call(0, 3, view(0, HEAD_SIZE, 256)), 3, "a table behind the state");
	return [both];
});

function scanChunks(both: Both, text: HttpText): void {
	scanText(both, text, ({ machines, memory }, start, end) =>
		machines.scanChunk(memory[0] as ArrayBuffer, text.bytes, start, end),
	);
}

compare("scanChunk and its twin agree.", () => {
	const both = new Both([4 * Chunk.Words, 4]);
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
	const both = new Both([4 * Chunk.Words, 4]);
	for (let round = 0; round < rounds; round++) {
		const text = new HttpText(chance).addChunks();
		for (let i = 0; i < Chunk.Words; i++) both.set(i, 0);
		both.set(Chunk.State, random(ChunkState.Done + 1));
		for (let count = random(3); count > 0; count--) {
			both.set(random(Chunk.Words), oneOf([random(20), 2 ** 26 - random(3), -1, 2 ** 31 - 1, HttpLimit.Trailer + 1]));
		}
		scanChunks(both, text);
	}
	const short = new Both([4 * Chunk.Words - 4, 4]);
	const refused = short.agree(
		({ machines, memory }) => machines.scanChunk(memory[0] as ArrayBuffer, new Uint8Array(4), 0, 4),
		() => "scanChunk",
	);
	equal(refused, "throws RangeError", "a state too short");
	return [both, short];
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
