/** Writes streams of DEFLATE (RFC 1951) bit by bit: well-formed ones at random, and what no compressor writes. */
import type { Random } from "./random.js";

/** Lengths of a complete code of nineteen words: that of the lengths of codes. */
const LENGTH_CODE: readonly number[] = Array.from({ length: 19 }, (_, symbol) => (symbol < 13 ? 4 : 5));
const ORDER: readonly number[] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
export const FIXED: readonly number[] = Array.from({ length: 288 }, (_, symbol) =>
	symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
);
export const FIXED_DISTANCES: readonly number[] = Array.from({ length: 32 }, () => 5);

/** The words of a code with those lengths (RFC 1951 section 3.2.2). */
function wordsOf(lengths: readonly number[]): number[] {
	let word = 0;
	const words = lengths.map(() => 0);
	for (let length = 1; length <= 15; length++) {
		for (let symbol = 0; symbol < lengths.length; symbol++) if (lengths[symbol] === length) words[symbol] = word++;
		word *= 2;
	}
	return words;
}

export class DeflateWriter {
	readonly bytes: number[] = [];
	#bits = 0;

	put(value: number, count: number): this {
		for (let i = 0; i < count; i++, this.#bits++) {
			const at = this.#bits >> 3;
			this.bytes[at] = (this.bytes[at] ?? 0) | (((value >> i) & 1) << (this.#bits & 7));
		}
		return this;
	}

	putWord(word: number, length: number): this {
		for (let i = length - 1; i >= 0; i--) this.put(word >> i, 1);
		return this;
	}

	/** A symbol of the code with those lengths. */
	putSymbol(symbol: number, lengths: readonly number[]): this {
		return this.putWord(wordsOf(lengths)[symbol] as number, lengths[symbol] as number);
	}

	toBoundary(): this {
		this.#bits = 8 * this.bytes.length;
		return this;
	}

	stored(content: readonly number[], final = 0): this {
		this.put(final, 3).toBoundary();
		this.put(content.length, 16).put(content.length ^ 0xffff, 16);
		this.bytes.push(...content);
		return this.toBoundary();
	}

	/** What ends a message, less its last four bytes. */
	end(): this {
		return this.put(0, 3).toBoundary();
	}

	/** The head of a block with codes of its own. */
	codes(literals: readonly number[], distances: readonly number[], final = 0): this {
		this.put(final, 1).put(2, 2);
		this.put(literals.length - 257, 5)
			.put(distances.length - 1, 5)
			.put(15, 4);
		for (const symbol of ORDER) this.put(LENGTH_CODE[symbol] as number, 3);
		return this.lengths([...literals, ...distances]);
	}

	/** Runs are shortened where they are of zeros, or repeat what was before. */
	private lengths(lengths: readonly number[]): this {
		const words = wordsOf(LENGTH_CODE);
		const put = (symbol: number) => this.putWord(words[symbol] as number, LENGTH_CODE[symbol] as number);
		for (let at = 0; at < lengths.length; ) {
			const length = lengths[at] as number;
			let run = 1;
			while (lengths[at + run] === length && run < 138) run++;
			if (length === 0 && run >= 11) put(18).put(run - 11, 7);
			else if (length === 0 && run >= 3) {
				run = Math.min(run, 10);
				put(17).put(run - 3, 3);
			} else if (at > 0 && lengths[at - 1] === length && run >= 3) {
				run = Math.min(run, 6);
				put(16).put(run - 3, 2);
			} else {
				run = 1;
				put(length);
			}
			at += run;
		}
		return this;
	}
}

/** Lengths of a complete code of so many words, at most 15 bits. */
function completeCode(chance: Random, count: number): number[] {
	const lengths = [1, 1];
	while (lengths.length < count) {
		// mostly a deep one, so that there are words of many lengths
		let at = chance.random(lengths.length);
		if (chance.random(2) === 0) at = lengths.length - 1;
		const length = lengths[at] as number;
		if (length >= 15) continue;
		lengths.splice(at, 1);
		lengths.push(length + 1, length + 1);
	}
	return lengths;
}

/** Lengths for an alphabet of which only those symbols are used. */
function codeOf(chance: Random, symbols: readonly number[]): number[] {
	const all = symbols.length === 1 ? [1] : completeCode(chance, symbols.length);
	const lengths = Array.from({ length: Math.max(...symbols) + 1 }, () => 0);
	symbols.forEach((symbol, index) => {
		lengths[symbol] = all[index] as number;
	});
	return lengths;
}

function extraOfLength(symbol: number): number {
	return symbol < 265 || symbol === 285 ? 0 : (symbol - 261) >> 2;
}

function extraOfDistance(symbol: number): number {
	return symbol < 4 ? 0 : (symbol >> 1) - 1;
}

function baseOf(symbol: number, first: number, extra: (symbol: number) => number): number {
	let base = first;
	for (let i = first === 3 ? 257 : 0; i < symbol; i++) base += 1 << extra(i);
	return symbol === 285 ? 258 : base;
}

/** Messages of any blocks, one after another, and what they come to. */
export class RandomMessages {
	readonly #chance: Random;
	readonly #window: number;
	/** What all of them have come to. */
	#history: number[] = [];

	constructor(chance: Random, window: number) {
		this.#chance = chance;
		this.#window = window;
	}

	/** The next message, and its content. */
	next(): { bytes: Uint8Array; content: Uint8Array } {
		const chance = this.#chance;
		const writer = new DeflateWriter();
		const start = this.#history.length;
		for (let count = chance.random(4); count > 0; count--) this.block(writer);
		if (chance.random(5) > 0) writer.end();
		else {
			// a last block with nothing behind it ends a message as well
			writer.put(3, 3).putSymbol(256, FIXED);
		}
		const content = Uint8Array.from(this.#history.slice(start));
		// no more is needed than the window
		this.#history = this.#history.slice(-this.#window);
		return { bytes: Uint8Array.from(writer.bytes), content };
	}

	private block(writer: DeflateWriter): void {
		const chance = this.#chance;
		const final = chance.random(6) === 0 ? 1 : 0;
		switch (chance.random(4)) {
			case 0: {
				const content = Array.from({ length: chance.random(chance.oneOf([3, 30, 300])) }, () => chance.random(256));
				writer.stored(content, final);
				this.#history.push(...content);
				return;
			}
			case 1:
				writer.put(final, 1).put(1, 2);
				this.symbols(writer, FIXED, FIXED_DISTANCES);
				break;
			default: {
				const used = new Set([256, 257 + chance.random(29)]);
				for (let count = chance.random(chance.oneOf([4, 40, 286])); count > 0; count--) used.add(chance.random(286));
				const distances = new Set([chance.random(30)]);
				for (let count = chance.random(20); count > 0; count--) distances.add(chance.random(30));
				const literals = codeOf(chance, [...used]);
				const others = codeOf(chance, [...distances]);
				writer.codes(literals, others, final);
				this.symbols(writer, literals, others);
			}
		}
		if (final) writer.toBoundary();
	}

	private symbols(writer: DeflateWriter, literals: readonly number[], distances: readonly number[]): void {
		const chance = this.#chance;
		const words = wordsOf(literals);
		const distanceWords = wordsOf(distances);
		for (let count = chance.random(chance.oneOf([5, 20, 50])); count > 0; count--) {
			const symbol = chance.random(Math.min(286, literals.length));
			const length = literals[symbol] as number;
			if (length === 0 || symbol === 256) continue;
			if (symbol < 256) {
				writer.putWord(words[symbol] as number, length);
				this.#history.push(symbol);
				continue;
			}
			const distance = chance.random(Math.min(30, distances.length));
			if (distances[distance] === 0) continue;
			const far = baseOf(distance, 1, extraOfDistance);
			const most = Math.min(this.#history.length, this.#window) - far;
			if (most < 0) continue;
			const farther = chance.random(Math.min(most + 1, 1 << extraOfDistance(distance)));
			const extra = chance.random(1 << extraOfLength(symbol));
			writer.putWord(words[symbol] as number, length).put(extra, extraOfLength(symbol));
			writer.putWord(distanceWords[distance] as number, distances[distance] as number);
			writer.put(farther, extraOfDistance(distance));
			const from = this.#history.length - far - farther;
			const end = baseOf(symbol, 3, extraOfLength) + extra;
			for (let i = 0; i < end; i++) this.#history.push(this.#history[from + i] as number);
		}
		writer.putWord(words[256] as number, literals[256] as number);
	}
}
