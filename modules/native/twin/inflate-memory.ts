/** The state of the decompressor in TypeScript, for `inflate.ts`: the structure and `isPossible` of `../lwsInflate.c`. */
import { Inflate, InflateState } from "lws-xs/native/deflate";
import { Code } from "./deflate-code.js";

/** Words of the state, behind Inflate.Left and Inflate.Have. */
export const enum Word {
	State = 2,
	Next,
	Length,
	Distance,
	Final,
	Fixed,
	Literals,
	Distances,
	Codes,
	Index,
	Tail,
	Bits,
	Hold,
	Words = 16,
}

export const LITERALS = 288;
export const USED_LITERALS = 286;
export const DISTANCES = 30;
export const CODE_SIZES = 19;
export const TAIL_LENGTH = 4;
const LEAST_WINDOW = 512;
const MOST_WINDOW = 32768;

/** The window lies behind the state. */
export class InflateMemory {
	readonly words: Int32Array;
	readonly literal: Code;
	readonly distance: Code;
	readonly lengths: Uint8Array;
	readonly window: Uint8Array;

	constructor(state: ArrayBuffer) {
		const size = state.byteLength - Inflate.Size;
		if (size < LEAST_WINDOW || size > MOST_WINDOW || (size & (size - 1)) !== 0) throw new RangeError("no state");
		this.words = new Int32Array(state, 0, Word.Words);
		this.literal = new Code(state, 64, LITERALS, 8);
		this.distance = new Code(state, 1216, DISTANCES + 2, 5);
		this.lengths = new Uint8Array(state, 1408, LITERALS + 32);
		this.window = new Uint8Array(state, Inflate.Size);
		if (!this.#isPossible()) throw new RangeError("no state");
	}

	get(word: number): number {
		return this.words[word] as number;
	}

	set(word: number, value: number): void {
		this.words[word] = value;
	}

	/** No call left anything else. */
	#isPossible(): boolean {
		const within = (word: number, most: number) => this.get(word) >= 0 && this.get(word) <= most;
		const state = this.get(Word.State);
		const size = this.window.length;
		return (
			within(Word.State, InflateState.Bad) &&
			within(Word.Next, size - 1) &&
			within(Inflate.Have, size) &&
			within(Word.Bits, 32) &&
			within(Word.Tail, TAIL_LENGTH) &&
			within(Word.Length, 0xffff) &&
			(state !== InflateState.Match ||
				(within(Word.Distance, this.get(Inflate.Have)) &&
					this.get(Word.Distance) !== 0 &&
					this.get(Word.Length) !== 0)) &&
			(state !== InflateState.DistanceBits || within(Word.Distance, DISTANCES - 1)) &&
			within(Word.Literals, USED_LITERALS) &&
			within(Word.Distances, DISTANCES) &&
			within(Word.Codes, CODE_SIZES) &&
			within(Word.Index, USED_LITERALS + DISTANCES) &&
			(state !== InflateState.CodeSizes || this.get(Word.Index) <= this.get(Word.Codes))
		);
	}
}
