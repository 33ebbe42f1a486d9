/** The codes of a block in TypeScript (RFC 1951 section 3.2.2), for `inflate.ts`; `../lwsDeflateCode.h` is the same in C. */
import { DeflateFault } from "lws-xs/native/deflate";

const LONGEST_CODE = 15;

/** RFC 1951 section 3.2.5: extra bits and base of a length, of which `symbol` is less than 29, and of a distance. */
export function lengthBits(symbol: number): number {
	return symbol < 8 || symbol === 28 ? 0 : (symbol >> 2) - 1;
}

export function lengthBase(symbol: number): number {
	if (symbol < 8) return symbol + 3;
	return symbol === 28 ? 258 : 3 + ((4 + (symbol & 3)) << lengthBits(symbol));
}

export function distanceBits(symbol: number): number {
	return symbol < 4 ? 0 : (symbol >> 1) - 1;
}

export function distanceBase(symbol: number): number {
	return symbol < 4 ? symbol + 1 : 1 + ((2 + (symbol & 1)) << distanceBits(symbol));
}

/** Words begin with their highest bit (RFC 1951 section 3.1.1): 16 bits in the other order. */
function reverse(bits: number): number {
	let reversed = 0;
	for (let i = 0; i < 16; i++) reversed = (reversed << 1) | ((bits >> i) & 1);
	return reversed;
}

/**
 * A code in a table for its first bits (symbol and length, 0: look further), and by its lengths: the word behind the last one
 * of that length, and what must be added to a word to find its symbol.
 */
export class Code {
	readonly #ends: Uint16Array;
	readonly #offsets: Int16Array;
	readonly #symbols: Uint16Array;
	readonly #fast: Uint16Array;
	readonly #fastBits: number;

	constructor(state: ArrayBuffer, at: number, symbols: number, fastBits: number) {
		this.#ends = new Uint16Array(state, at, LONGEST_CODE + 1);
		this.#offsets = new Int16Array(state, at + 2 * (LONGEST_CODE + 1), LONGEST_CODE + 1);
		this.#symbols = new Uint16Array(state, at + 4 * (LONGEST_CODE + 1), symbols);
		this.#fast = new Uint16Array(state, at + 4 * (LONGEST_CODE + 1) + 2 * symbols, 1 << fastBits);
		this.#fastBits = fastBits;
	}

	/**
	 * Gives 0: every word stands for something; 1: there are words that do not, which may only be where one alone has one bit,
	 * or where there is none (RFC 1951 section 3.2.7); negative: it is no code.
	 */
	make(lengths: Uint8Array, at: number, count: number): number {
		const counts = new Uint16Array(LONGEST_CODE + 1);
		const place = new Uint16Array(LONGEST_CODE + 1);
		let free = 1;
		let word = 0;
		let before = 0;
		let longest = 0;
		this.#fast.fill(0);
		for (let i = 0; i < count; i++) (counts[(lengths[at + i] as number) & 15] as number)++;
		this.#ends[0] = this.#offsets[0] = 0;
		for (let length = 1; length <= LONGEST_CODE; length++) {
			const used = counts[length] as number;
			free = 2 * free - used;
			if (free < 0) return -1;
			if (used > 0) longest = length;
			place[length] = before;
			this.#offsets[length] = before - word;
			word += used;
			before += used;
			this.#ends[length] = word;
			word <<= 1;
		}
		if (free > 0 && longest > 1) return -1;
		for (let i = 0; i < count; i++) {
			const length = (lengths[at + i] as number) & 15;
			if (length === 0) continue;
			word = (place[length] as number) - (this.#offsets[length] as number);
			this.#symbols[(place[length] as number)++] = i;
			if (length > this.#fastBits) continue;
			for (let reversed = reverse(word) >> (16 - length); reversed < 1 << this.#fastBits; reversed += 1 << length)
				this.#fast[reversed] = (i << 4) | length;
		}
		return free > 0 ? 1 : 0;
	}

	/** Gives the symbol, and its length in the lowest four bits; 0: there are too few bits. */
	find(hold: number, bits: number, count: number): number {
		const found = this.#fast[hold & ((1 << this.#fastBits) - 1)] as number;
		if (found !== 0) return (found & 15) <= bits ? found : 0;
		const reversed = reverse(hold);
		for (let length = this.#fastBits + 1; length <= LONGEST_CODE; length++) {
			if (length > bits) return 0;
			const word = reversed >> (16 - length);
			if (word >= (this.#ends[length] as number)) continue;
			const index = word + (this.#offsets[length] as number);
			return index >= 0 && index < count ? ((this.#symbols[index] as number) << 4) | length : DeflateFault.BadDeflate;
		}
		// RFC 1951 section 3.2.7: a word that stands for nothing
		return DeflateFault.BadDeflate;
	}
}
