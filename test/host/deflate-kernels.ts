/**
 * The differential test of decompressor and compressor: what the host has (on XS the C) against the twin, in one process,
 * on messages of random blocks, on such with bits flipped, and on random bytes, in pieces of any size and into outputs of any
 * size. After every call the result, the output and the whole state must be the same, and what is well-formed must come to
 * its content. Arguments: the seed, and the number of rounds (default 2000).
 */
import { Fault } from "lws-xs/engines/errors";
import * as kernels from "lws-xs/native/deflate";
import { Deflate, DeflateBound, DeflateFault, Inflate, InflateState } from "lws-xs/native/deflate";
import * as twin from "lws-xs/native/twin/deflate";
import { RandomMessages } from "../vectors/deflate-writer.js";
import { Random } from "../vectors/random.js";
import { argument, equal, fail, same, test } from "./harness.js";

const seed = Number(argument(0) ?? 20151201) | 0;
const rounds = Number(argument(1) ?? 2000);
/** Milliseconds: an emulated machine that collects at every allocation takes long. */
const PATIENCE = 300_000;
const GUARD = 0xa5;
/** The word that says which InflateState it is. */
const STATE = 2;
/** Words of the state before its tables. */
const WORDS = 16;
/** Of so many calls one is followed by a look at all memory. */
const WHOLE = 8;
/** Of a lying message more bytes are the same again. */
const MOST = 3000;

const chance = new Random(seed);
const random = (below: number) => chance.random(below);
const oneOf = <T>(values: readonly T[]) => chance.oneOf(values);
/** True once in `times`. */
const rarely = (times: number) => random(times) === 0;

/** The type of the twin, so that the compiler compares it with the contract. */
type Kernels = typeof twin;

class Side {
	readonly kernels: Kernels;
	readonly state: ArrayBuffer;
	readonly words: Int32Array;
	readonly output: Uint8Array;
	readonly #outputWords: Int32Array;

	constructor(kernels: Kernels, size: number, room: number) {
		this.kernels = kernels;
		this.state = new ArrayBuffer(size);
		this.words = new Int32Array(this.state);
		const memory = new ArrayBuffer((room + 8) & ~3);
		this.output = new Uint8Array(memory).fill(GUARD);
		this.#outputWords = new Int32Array(memory);
	}

	/** Where so many words of the state, or of the output, differ: a sentence, or "". */
	difference(other: Side, words: number, outputWords: number): string {
		for (let i = 0; i < words; i++)
			if (this.words[i] !== other.words[i]) return `word ${i} is ${this.words[i]}, for the twin ${other.words[i]}`;
		for (let i = 0; i < outputWords; i++)
			if (this.#outputWords[i] !== other.#outputWords[i]) return `the output differs at ${4 * i}`;
		return "";
	}
}

/** Both sides; the output has `room` bytes, and one more before and behind it. */
class Both {
	readonly actual: Side;
	readonly expected: Side;
	readonly room: number;
	calls = 0;

	constructor(size: number, room: number) {
		this.actual = new Side(kernels, size, room);
		this.expected = new Side(twin, size, room);
		this.room = room;
	}

	set(word: number, value: number): void {
		this.actual.words[word] = value;
		this.expected.words[word] = value;
	}

	/** Gives what both return or throw. */
	agree(call: (side: Side) => unknown, what: string): unknown {
		this.calls++;
		const actual = outcome(call, this.actual);
		const expected = outcome(call, this.expected);
		const differ = (how: string) => fail(`${what} ${how} (seed ${seed}, call ${this.calls})`);
		if (actual !== expected) differ(`is ${String(actual)}, for the twin ${String(expected)}`);
		// comparing all of it takes the time of many calls; after a fault nothing is left to go on with
		const isWhole = this.calls % WHOLE === 0;
		const words = typeof actual === "number" && actual < 0 ? 0 : isWhole ? this.actual.words.length : WORDS;
		const written = typeof actual === "number" && actual > 0 ? actual : 0;
		const outputWords = isWhole ? (this.room + 8) >> 2 : (written + 4) >> 2;
		const difference = this.actual.difference(this.expected, words, outputWords);
		if (difference) differ(difference);
		const { output } = this.actual;
		if (output[0] !== GUARD || output[1 + this.room] !== GUARD) differ("has written outside of its room");
		return actual;
	}

	/** Decompresses a message in pieces; gives its content, or undefined after a fault. */
	inflate(bytes: Uint8Array): number[] | undefined {
		const content: number[] = [];
		const most = oneOf([bytes.length, 1, 10, 200]);
		for (let at = 0; ; ) {
			const end = Math.min(bytes.length, at + random(most + 1));
			const last = end === bytes.length && !rarely(8) ? 1 : 0;
			let left: number;
			do {
				const room = rarely(4) ? random(oneOf([3, this.room + 1])) : this.room;
				const count = this.agree(
					({ kernels, state, output }) => kernels.inflate(state, bytes, at, end, output, 1, 1 + room, last),
					`inflate [${at}, ${end}) of ${bytes.length}, ${last}`,
				);
				if (typeof count !== "number" || count < 0) {
					if (count !== DeflateFault.BadDeflate && typeof count === "number") fail(`a fault of ${count}`);
					return undefined;
				}
				for (let i = 1; i <= count; i++) content.push(this.actual.output[i] as number);
				left = this.actual.words[Inflate.Left] as number;
				if (left >= 0 && count < room) fail("there was room, and more is waiting");
				if (left > 0) at = end - left;
				else at = end;
				if (content.length > MOST) return undefined;
			} while (left >= 0);
			if (last === 1) return content;
		}
	}
}

function outcome(call: (side: Side) => unknown, side: Side): unknown {
	try {
		return call(side);
	} catch (error) {
		return `throws ${(error as Error).constructor.name}`;
	}
}

function compare(title: string, run: () => Both[]): void {
	const body = () => {
		const calls = run().reduce((sum, both) => sum + both.calls, 0);
		console.log(`# ${calls} calls`);
	};
	test(title, body, PATIENCE);
}

const inflaters = (room: number) => new Both(Inflate.Size + (1 << oneOf([9, 9, 10, 12])), room);
const ROOMS: readonly number[] = [3, 63, 300, 1000, 1000];

compare("inflate and its twin agree, and give the content.", () => {
	const all: Both[] = [];
	for (let round = 0; round < rounds; round += 100) {
		const both = inflaters(oneOf(ROOMS));
		const messages = new RandomMessages(chance, both.actual.state.byteLength - Inflate.Size);
		for (let i = 0; i < 5; i++) {
			const { bytes, content } = messages.next();
			const actual = both.inflate(bytes);
			if (!actual) {
				if (content.length > MOST) break;
				fail(`message ${i} of round ${round} is refused (seed ${seed})`);
			}
			same(Uint8Array.from(actual), content, `message ${i} of round ${round} (seed ${seed})`);
		}
		all.push(both);
		if (all.length > 20) all.splice(0, 10);
	}
	return all;
});

compare("inflate and its twin agree on messages with bits flipped.", () => {
	const all: Both[] = [];
	for (let round = 0; round < rounds; round += 5) {
		const both = inflaters(oneOf(ROOMS));
		const messages = new RandomMessages(chance, both.actual.state.byteLength - Inflate.Size);
		for (let i = 0; i < 3; i++) {
			const { bytes } = messages.next();
			for (let flips = random(4); flips > 0 && bytes.length > 0; flips--) {
				const at = random(rarely(2) ? bytes.length : Math.min(bytes.length, 40));
				bytes[at] = (bytes[at] as number) ^ (1 << random(8));
			}
			const cut = rarely(5) ? bytes.subarray(0, random(bytes.length + 1)) : bytes;
			if (!both.inflate(cut)) break;
		}
		if (all.length < 20) all.push(both);
	}
	return all;
});

compare("inflate and its twin agree on random bytes.", () => {
	const both = inflaters(300);
	for (let round = 0; round < rounds; round += 10) {
		// mostly the code of lengths that comes out well, so that more than the beginning of a block is reached
		const bytes = Uint8Array.from({ length: random(200) }, () => random(256));
		if (bytes.length > 0) bytes[0] = oneOf([0x02, 0x03, 0x04, 0x05, bytes[0] as number]);
		for (let word = 0; word < Inflate.Size / 4; word++) both.set(word, 0);
		both.inflate(bytes);
	}
	return [both];
});

compare("inflate and its twin agree on states that no call has left.", () => {
	const all: Both[] = [];
	for (let round = 0; round < rounds; round += 10) {
		const both = inflaters(400);
		if (rarely(2)) both.inflate(new RandomMessages(chance, 512).next().bytes);
		both.set(STATE, random(InflateState.Bad + 1));
		for (let count = random(6); count > 0; count--)
			both.set(
				random(rarely(3) ? Inflate.Size / 4 : 16),
				oneOf([random(20), random(600), -1, 2 ** 31 - 1, -(2 ** 31), 65536]),
			);
		both.inflate(Uint8Array.from({ length: random(60) }, () => random(256)));
		if (all.length < 20) all.push(both);
	}
	return all;
});

/** Text as it is compressed in practice, and bytes as they are not. */
function someContent(length: number): Uint8Array {
	const kind = random(4);
	const letters = 1 + random(5);
	const bytes = new Uint8Array(length);
	for (let at = 0; at < length; at++) {
		bytes[at] = kind === 0 ? random(256) : 0x61 + random(letters);
		if (kind === 3 && at > 20 && rarely(10)) {
			const from = at - 1 - random(Math.min(at - 1, 1200));
			for (let count = random(300); count > 0 && at < length - 1; count--, at++) bytes[at + 1] = bytes[from] as number;
		}
	}
	return bytes;
}

compare("deflate and its twin agree, and inflate gives the content back.", () => {
	const all: Both[] = [];
	for (let round = 0; round < rounds; round += 100) {
		const bits = 9 + random(2);
		const both = new Both(Deflate.Size + (1 << bits), 9000);
		const back = new Both(Inflate.Size + (1 << bits), 5000);
		for (let message = 0; message < 4; message++) {
			const forgets = rarely(3);
			if (forgets) {
				both.set(Deflate.Have, 0);
				back.set(Inflate.Have, 0);
			}
			const content = someContent(random(oneOf([4, 40, 400, 2000])));
			const compressed: number[] = [];
			for (let at = 0, last = 0; last === 0; ) {
				const end = rarely(3) ? Math.min(content.length, at + random(content.length + 1)) : content.length;
				last = end === content.length ? 1 : 0;
				const most = ((end - at) * DeflateBound.ByteBits + DeflateBound.CallBits + 7) >> 3;
				const room = rarely(4) ? most - 1 : most;
				const count = both.agree(
					({ kernels, state, output }) => kernels.deflate(state, content, at, end, output, 1, 1 + room, last),
					`deflate [${at}, ${end}) of ${content.length}, ${last}`,
				) as number;
				if (room < most) {
					equal(count, 0, "what does not surely fit");
					last = 0;
					continue;
				}
				for (let i = 1; i <= count; i++) compressed.push(both.actual.output[i] as number);
				at = end;
			}
			const actual = back.inflate(Uint8Array.from(compressed)) ?? fail(`what was compressed is refused (seed ${seed})`);
			same(Uint8Array.from(actual), content, `message ${message} of round ${round} (seed ${seed})`);
		}
		all.push(both);
		if (all.length > 20) all.splice(0, 10);
	}
	return all;
});

compare("Both refuse the same arguments.", () => {
	const both = new Both(Inflate.Size + 512, 10);
	const bytes = Uint8Array.from([0, 0, 0, 0]);
	const all = [both];
	for (const [start, end, at, limit, last] of [
		[-1, 3, 1, 5, 0],
		[3, 2, 1, 5, 0],
		[0, 5, 1, 5, 0],
		[0.5, 3, 1, 5, 0],
		[0, 4, -1, 5, 0],
		[0, 4, 5, 4, 0],
		[0, 4, 0, 17, 0],
		[0, 4, 0, 2 ** 32, 0],
		[0, 4, 0, 5, 2],
	] as const) {
		for (const size of [Inflate.Size + 512, Deflate.Size + 512]) {
			const one = new Both(size, 10);
			const refused = one.agree(({ kernels, state, output }) => {
				const kernel = size > Inflate.Size ? kernels.inflate : kernels.deflate;
				return kernel(state, bytes, start, end, output, at, limit, last);
			}, `${start} ${end} ${at} ${limit} ${last}`);
			equal(refused, "throws RangeError", `${start} ${end} ${at} ${limit} ${last}`);
			all.push(one);
		}
	}
	for (const size of [0, 4, Inflate.Size, Inflate.Size + 256, Inflate.Size + 516, Inflate.Size + 65536]) {
		const one = new Both(size, 10);
		const call = ({ kernels, state, output }: Side) => kernels.inflate(state, bytes, 0, 4, output, 1, 5, 0);
		equal(one.agree(call, `a state of ${size}`), "throws RangeError", `a state of ${size}`);
		all.push(one);
	}
	for (const size of [0, 4, Deflate.Size, Deflate.Size + 256, Deflate.Size + 516, Deflate.Size + 2048]) {
		const one = new Both(size, 10);
		const call = ({ kernels, state, output }: Side) => kernels.deflate(state, bytes, 0, 4, output, 1, 9, 0);
		equal(one.agree(call, `a state of ${size}`), "throws RangeError", `a state of ${size}`);
		all.push(one);
	}
	for (const [word, value] of [
		[Deflate.Have, 513],
		[Deflate.Have, -1],
		[1, 65536],
		[3, 8],
		[4, 1],
	] as const) {
		const one = new Both(Deflate.Size + 512, 20);
		one.set(word, value);
		const call = ({ kernels, state, output }: Side) => kernels.deflate(state, bytes, 0, 4, output, 1, 19, 0);
		equal(one.agree(call, `word ${word}`), "throws RangeError", `${value} in word ${word}`);
		all.push(one);
	}
	return all;
});

test("Of bytes that make 1032 each no more is written than there is room for.", () => {
	const { inflate } = kernels;
	// zeros, as zlib compresses them: a length of 258 in one bit, its distance in another
	const beginning = [0xed, 0xc1, 0x31, 1, 0, 0, 0, 0xc2, 0xa0, 0xf5, 0x4f, 0xed, 0x61, 0x0d, 0xa0];
	const state = new ArrayBuffer(Inflate.Size + 1024);
	const words = new Int32Array(state);
	const input = Uint8Array.from({ length: 100 }, (_, at) => beginning[at] ?? 0);
	const output = new Uint8Array(66).fill(GUARD);
	let total = 0;
	for (let at = 0; at < input.length; ) {
		const count = inflate(state, input, at, input.length, output, 1, 65, 0);
		if (count < 0) break;
		total += count;
		equal(output[0], GUARD);
		equal(output[65], GUARD);
		const left = words[Inflate.Left] as number;
		at = left < 0 ? input.length : input.length - left;
	}
	console.log(`# ${total} bytes`);
	if (total < 50_000) fail(`only ${total} bytes`);
});

test("The fault is that of the engines.", () => equal(DeflateFault.BadDeflate as number, Fault.BadDeflate));
