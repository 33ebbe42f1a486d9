/**
 * What the differential tests of the kernels stand on: memory that exists twice, spans of it, the comparison, and how
 * cases become tests. A program gives the two sets of kernels; its arguments are the seed, and the number of rounds
 * (default 2000). What is walked completely with that many is sampled with fewer, for runs in which every allocation
 * costs a garbage collection.
 */
import { Random } from "../vectors/random.js";
import { argument, fail, test } from "./harness.js";

/** Milliseconds: an emulated machine that collects at every allocation takes long. */
const PATIENCE = 300_000;

export const SIZE = 128;
/** A source, a target, a key: each in a memory of its own, or some of them in one. */
const SPACES = 3;

export class Memory {
	readonly bytes: readonly Uint8Array[];
	/** The same memory: comparing is what takes the time. */
	readonly words: readonly Int32Array[];

	constructor() {
		const spaces = [...Array(SPACES)].map(() => new ArrayBuffer(SIZE));
		this.bytes = spaces.map((space) => new Uint8Array(space));
		this.words = spaces.map((space) => new Int32Array(space));
	}

	view(space: number, offset: number, length: number): Uint8Array {
		return new Uint8Array((this.bytes[space] as Uint8Array).buffer, offset, length);
	}
}

/** No positions in a buffer here, some only after they have wrapped around. */
const NOWHERE = [
	-1,
	-SIZE,
	SIZE + 1,
	0.5,
	2 ** 31 - 1,
	2 ** 31,
	-(2 ** 31),
	2 ** 32,
	2 ** 32 + 1,
	2 ** 53,
	1e300,
	Infinity,
];

export type Call<Kernels> = (kernels: Kernels, memory: Memory) => unknown;

/** `Kernels` is the type of the twin, so that the compiler compares it with the contract. */
export class Differential<Kernels> extends Random {
	cases = 0;
	readonly #rounds = Number(argument(1) ?? 2000);
	readonly #memory = new Memory();
	readonly #twinMemory = new Memory();
	readonly #kernels: Kernels;
	readonly #twin: Kernels;

	constructor(kernels: Kernels, twin: Kernels) {
		super(Number(argument(0) ?? 20150515) | 0);
		this.#kernels = kernels;
		this.#twin = twin;
	}

	put(space: number, at: number, byte: number): void {
		(this.#memory.bytes[space] as Uint8Array)[at] = byte;
		(this.#twinMemory.bytes[space] as Uint8Array)[at] = byte;
	}

	fill(space: number, next: () => number): void {
		for (let i = 0; i < SIZE; i++) this.put(space, i, next());
	}

	byteAt(space: number, at: number): number {
		return (this.#memory.bytes[space] as Uint8Array)[at] as number;
	}

	/** Runs one case on both; they must return or throw the same, and leave the same. `what` is for the message. */
	agree(call: Call<Kernels>, what: () => string): void {
		this.cases++;
		const actual = outcome(call, this.#kernels, this.#memory);
		const expected = outcome(call, this.#twin, this.#twinMemory);
		if (actual !== expected) this.#differ(what, `is ${String(actual)}, for the twin ${String(expected)}`);
		for (let space = 0; space < SPACES; space++) {
			const words = this.#memory.words[space] as Int32Array;
			const twinWords = this.#twinMemory.words[space] as Int32Array;
			for (let i = 0; i < SIZE / 4; i++) {
				if (words[i] !== twinWords[i]) this.#differ(what, `writes something else at ${4 * i} of ${space}`);
			}
		}
	}

	/** A test with a random span in every round, and memory that `fill` makes anew now and then. */
	repeatedly(title: string, fill: () => void, body: (place: Place) => void): void {
		this.#compare(title, () => {
			for (let round = 0; round < this.#rounds; round++) {
				if (round % 16 === 0) fill();
				body(new Place(this, 0));
			}
		});
	}

	/** A test of all of `total` combinations; with few rounds of a part of them, evenly spread. */
	walk(title: string, total: number, fill: () => void, body: (index: number) => void): void {
		const step = Math.floor(total / (this.#rounds * 10)) | 1;
		this.#compare(title, () => {
			fill();
			for (let index = 0; index < total; index += step) body(index);
		});
	}

	/** Source and target of a copy in different memories, or in one, through one view or two. */
	copyPlaces(source: Place): { target: Place; at: number } {
		const target = new Place(this, this.random(3));
		const fits = target.length - (source.end - source.start);
		// Left to chance few would fit.
		const at = this.random(4) > 0 && fits >= 0 ? this.random(Math.floor(fits) + 1) : target.start;
		return { target, at };
	}

	#compare(title: string, run: () => void): void {
		const body = () => {
			const before = this.cases;
			run();
			console.log(`# ${this.cases - before} cases`);
		};
		test(title, body, PATIENCE);
	}

	#differ(what: () => string, how: string): never {
		fail(`${what()} ${how} (seed ${this.seed}, case ${this.cases})`);
	}
}

/** A view of a space, and a span of it; now and then that lies elsewhere. */
export class Place {
	readonly space: number;
	readonly offset: number;
	readonly length: number;
	start: number;
	end: number;
	readonly #both: Differential<unknown>;

	constructor(both: Differential<unknown>, space: number) {
		this.#both = both;
		this.space = space;
		this.offset = both.random(17);
		this.length = both.random(2) === 0 ? SIZE - this.offset : both.random(SIZE - this.offset + 1);
		this.start = both.random(this.length + 1);
		this.end = both.random(2) === 0 ? this.length : this.start + both.random(this.length - this.start + 1);
		if (both.random(16) === 0) this.start = both.oneOf(NOWHERE);
		if (both.random(16) === 0) this.end = both.random(2) === 0 ? this.start - 1 : both.oneOf(NOWHERE);
	}

	toString(): string {
		let bytes = "";
		for (let i = Math.max(0, Math.ceil(this.start)); i < this.end && i < this.length; i++)
			bytes += ` ${this.#both.byteAt(this.space, this.offset + i).toString(16)}`;
		return `[${this.start}, ${this.end}) of ${this.length} from ${this.offset} of ${this.space}:${bytes}`;
	}
}

function outcome<Kernels>(call: Call<Kernels>, kernels: Kernels, memory: Memory): unknown {
	try {
		return call(kernels, memory);
	} catch (error) {
		return `throws ${(error as Error).constructor.name}`;
	}
}
