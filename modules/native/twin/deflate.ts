/** Compressed messages in TypeScript, for Node; `../deflate.d.ts` says what is done, `../lwsDeflate.c` is the same in C. */
import { Deflate, DeflateBound } from "lws-xs/native/deflate";
import { checkInteger, checkSpan } from "./checks.js";

export { inflate } from "./inflate.js";

/** Words of the state, behind Deflate.Have. */
const enum Word {
	Place = 1,
	Open,
	Bits,
	Hold,
	Words = 8,
}

const HASH_BITS = 9;
const LEAST_WINDOW = 512;
const MOST_WINDOW = 1024;
const LEAST_MATCH = 3;
const LONGEST_MATCH = 258;

/** What one call works on: the window lies behind the state, and is followed by the source. */
class Flow {
	readonly words: Int32Array;
	readonly heads: Uint16Array;
	readonly window: Uint8Array;
	readonly source: Uint8Array;
	readonly target: Uint8Array;
	out: number;
	hold: number;
	bits: number;

	constructor(state: ArrayBuffer, source: Uint8Array, target: Uint8Array, at: number) {
		const size = state.byteLength - Deflate.Size;
		if (size < LEAST_WINDOW || size > MOST_WINDOW || (size & (size - 1)) !== 0) throw new RangeError("no state");
		this.words = new Int32Array(state, 0, Word.Words);
		this.heads = new Uint16Array(state, 4 * Word.Words, 1 << HASH_BITS);
		this.window = new Uint8Array(state, Deflate.Size);
		this.source = source;
		this.target = target;
		this.out = at;
		this.hold = this.get(Word.Hold);
		this.bits = this.get(Word.Bits);
		if (!this.#isPossible(size)) throw new RangeError("no state");
	}

	get(word: number): number {
		return this.words[word] as number;
	}

	set(word: number, value: number): void {
		this.words[word] = value;
	}

	/** No call left anything else. */
	#isPossible(size: number): boolean {
		const within = (word: number, most: number) => this.get(word) >= 0 && this.get(word) <= most;
		return (
			within(Deflate.Have, size) && within(Word.Place, 0xffff) && within(Word.Bits, 7) && this.hold >>> this.bits === 0
		);
	}

	put(value: number, count: number): void {
		this.hold |= value << this.bits;
		for (this.bits += count; this.bits >= 8; this.bits -= 8) {
			this.target[this.out++] = this.hold & 0xff;
			this.hold >>>= 8;
		}
	}

	/** Codes begin with their highest bit (RFC 1951 section 3.1.1). */
	putCode(code: number, count: number): void {
		let reversed = 0;
		for (let i = 0; i < count; i++) reversed = (reversed << 1) | ((code >> i) & 1);
		this.put(reversed, count);
	}

	/** RFC 1951 section 3.2.6 */
	putSymbol(symbol: number): void {
		if (symbol < 144) this.putCode(0x30 + symbol, 8);
		else if (symbol < 256) this.putCode(0x190 - 144 + symbol, 9);
		else if (symbol < 280) this.putCode(symbol - 256, 7);
		else this.putCode(0xc0 - 280 + symbol, 8);
	}

	/** RFC 1951 section 3.2.5: from the fourth on, 2^k symbols for each count of extra bits. */
	#putMatch(length: number, distance: number): void {
		let value = length - 3;
		let extra = 0;
		while (value >> extra >= 8) extra++;
		if (length === LONGEST_MATCH) this.putSymbol(285);
		else {
			this.putSymbol(257 + 4 * extra + (value >> extra));
			this.put(value & ((1 << extra) - 1), extra);
		}
		value = distance - 1;
		for (extra = 0; value >> extra >= 4; ) extra++;
		this.putCode(2 * extra + (value >> extra), 5);
		this.put(value & ((1 << extra) - 1), extra);
	}

	/** A byte of the source, or before it. */
	#byteAt(at: number): number {
		if (at >= 0) return this.source[at] as number;
		return this.window[(this.get(Word.Place) + at) & (this.window.length - 1)] as number;
	}

	/** Remembers the place, and gives how far before it the same three bytes may have been: 0: nowhere. */
	#remember(at: number): number {
		const { source } = this;
		const three = (source[at] as number) | ((source[at + 1] as number) << 8) | ((source[at + 2] as number) << 16);
		const hash = Math.imul(three, 0x9e3779b1) >>> (32 - HASH_BITS);
		const place = this.get(Word.Place) + at;
		const distance = (place - (this.heads[hash] as number)) & 0xffff;
		this.heads[hash] = place;
		return distance <= this.window.length && distance <= this.get(Deflate.Have) + at ? distance : 0;
	}

	#matchLength(at: number, distance: number): number {
		const most = Math.min(LONGEST_MATCH, this.source.length - at);
		let length = 0;
		while (length < most && this.#byteAt(at - distance + length) === this.source[at + length]) length++;
		return length;
	}

	compress(): void {
		const last = this.source.length - LEAST_MATCH;
		for (let at = 0; at < this.source.length; ) {
			const distance = at <= last ? this.#remember(at) : 0;
			let length = distance === 0 ? 0 : this.#matchLength(at, distance);
			if (length < LEAST_MATCH) this.putSymbol(this.source[at++] as number);
			else {
				this.#putMatch(length, distance);
				for (at++; --length > 0; at++) if (at <= last) this.#remember(at);
			}
		}
	}

	/** What was compressed is what the next call may go back to. */
	keep(): void {
		const { source, window } = this;
		const size = window.length;
		const place = this.get(Word.Place);
		for (let at = Math.max(0, source.length - size); at < source.length; at++)
			window[(place + at) & (size - 1)] = source[at] as number;
		this.set(Word.Place, (place + source.length) & 0xffff);
		this.set(Deflate.Have, Math.min(size, this.get(Deflate.Have) + source.length));
	}
}

export function deflate(
	state: ArrayBuffer,
	source: Uint8Array,
	start: number,
	end: number,
	target: Uint8Array,
	at: number,
	limit: number,
	last: number,
): number {
	checkSpan(source, start, end);
	checkSpan(target, at, limit);
	checkInteger(last, 0, 1);
	const flow = new Flow(state, source.subarray(start, end), target, at);
	const count = end - start;
	if (((count * DeflateBound.ByteBits + DeflateBound.CallBits + 7) / 8) >> 0 > limit - at) return 0;
	// RFC 1951 section 3.2.3: no last block, fixed codes
	if (count > 0 && flow.get(Word.Open) === 0) {
		flow.put(2, 3);
		flow.set(Word.Open, 1);
	}
	flow.compress();
	if (last === 1) {
		if (flow.get(Word.Open) !== 0) flow.putSymbol(256);
		// RFC 7692 section 7.2.1: an empty block without compression, less its last four bytes
		flow.put(0, 3);
		if (flow.bits > 0) flow.put(0, 8 - flow.bits);
		flow.set(Word.Open, 0);
	}
	flow.set(Word.Hold, flow.hold);
	flow.set(Word.Bits, flow.bits);
	flow.keep();
	return flow.out - at;
}
