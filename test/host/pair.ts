/**
 * What the differential tests of byte machines stand on: memory that exists twice, for a machine and for its twin, and the
 * comparison of what they return and leave in it.
 */
import type { Random } from "../vectors/random.js";
import { fail, test } from "./harness.js";

/** Milliseconds: an emulated machine that collects at every allocation takes long. */
const PATIENCE = 300_000;

/** What a machine works on, in words, because comparing is what takes the time. */
export class Side<Machines> {
	readonly machines: Machines;
	readonly memory: ArrayBuffer;
	readonly words: Int32Array;

	constructor(machines: Machines, size: number) {
		this.machines = machines;
		this.memory = new ArrayBuffer(size);
		this.words = new Int32Array(this.memory);
	}
}

/** `Machines` is the type of the twin, so that the compiler compares it with the contract. */
export class Pair<Machines> {
	calls = 0;
	readonly actual: Side<Machines>;
	readonly expected: Side<Machines>;
	readonly #seed: number;

	/** Each side has a memory of `size` bytes, a multiple of 4. */
	constructor(machines: Machines, twin: Machines, size: number, seed: number) {
		this.actual = new Side(machines, size);
		this.expected = new Side(twin, size);
		this.#seed = seed;
	}

	get(word: number): number {
		return this.expected.words[word] as number;
	}

	set(word: number, value: number): void {
		this.actual.words[word] = value;
		this.expected.words[word] = value;
	}

	/** Gives what both return or throw. Compares the first `words` of the memory, all when absent. */
	agree(call: (side: Side<Machines>) => unknown, what: () => string, words?: number): unknown {
		this.calls++;
		const actual = outcome(call, this.actual);
		const expected = outcome(call, this.expected);
		const differ = (how: string) => fail(`${what()} ${how} (seed ${this.#seed}, call ${this.calls})`);
		if (actual !== expected) differ(`is ${String(actual)}, for the twin ${String(expected)}`);
		const actualWords = this.actual.words;
		const twinWords = this.expected.words;
		const count = words ?? actualWords.length;
		for (let i = 0; i < count; i++) {
			if (actualWords[i] !== twinWords[i]) differ(`leaves ${actualWords[i]} in word ${i}, the twin ${twinWords[i]}`);
		}
		return actual;
	}
}

function outcome<Machines>(call: (side: Side<Machines>) => unknown, side: Side<Machines>): unknown {
	try {
		return call(side);
	} catch (error) {
		return `throws ${(error as Error).constructor.name}`;
	}
}

/** How a text is cut: whole, byte by byte, or at random; gives the end of the piece that begins at `at`. */
export function cutter(chance: Random, length: number): (at: number) => number {
	switch (chance.random(3)) {
		case 0:
			return () => length;
		case 1:
			return length < 300 ? (at) => at + 1 : (at) => Math.min(length, at + 40);
		default: {
			const most = chance.oneOf([2, 20, 200]);
			// none at all now and then
			return (at) => Math.min(length, at + chance.random(most + 1));
		}
	}
}

/** A test that gives the pairs that it has used. */
export function compare<Machines>(title: string, run: () => Pair<Machines>[]): void {
	const body = () => {
		const calls = run().reduce((sum, pair) => sum + pair.calls, 0);
		console.log(`# ${calls} calls`);
	};
	test(title, body, PATIENCE);
}
