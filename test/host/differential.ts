/**
 * What the differential test of the kernels stands on: memory that exists twice, input that repeats for a seed, and
 * the comparison.
 */
import type * as twin from "lws-xs/native/twin/kernels";
import { fail } from "./harness.js";

/** The type of the twin, so that the compiler compares it with the contract. */
export type Kernels = typeof twin;

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

export type Call = (kernels: Kernels, memory: Memory) => unknown;

export class Differential {
	cases = 0;
	readonly #memory = new Memory();
	readonly #twinMemory = new Memory();
	readonly #kernels: Kernels;
	readonly #twin: Kernels;
	readonly #seed: number;
	#state: number;

	constructor(kernels: Kernels, twin: Kernels, seed: number) {
		this.#kernels = kernels;
		this.#twin = twin;
		this.#seed = seed;
		this.#state = seed || 1;
	}

	/** An integer from 0 on that is less than `below`; Marsaglia's xorshift. */
	random(below: number): number {
		let state = this.#state;
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		this.#state = state;
		return (state >>> 8) % below;
	}

	oneOf<T>(values: readonly T[]): T {
		return values[this.random(values.length)] as T;
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
	agree(call: Call, what: () => string): void {
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

	#differ(what: () => string, how: string): never {
		fail(`${what()} ${how} (seed ${this.#seed}, case ${this.cases})`);
	}
}

function outcome(call: Call, kernels: Kernels, memory: Memory): unknown {
	try {
		return call(kernels, memory);
	} catch (error) {
		return `throws ${(error as Error).constructor.name}`;
	}
}
