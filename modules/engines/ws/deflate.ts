/**
 * The two halves of permessage-deflate (RFC 7692 section 7.2) on one connection: messages that come are decompressed in
 * pieces of any size into buffers of any size, messages that go are compressed in pieces. How they were agreed upon is in
 * `permessage-deflate.ts`.
 *
 * Accepted is DEFLATE (RFC 1951), of which each message is a part that ends where a block does, once the four bytes 00 00 FF
 * FF have been put behind it (section 7.2.2); or behind a block that says it is the last one, where others may follow (section
 * 7.2.3.4). Refused, with Fault.BadDeflate, is what zlib refuses: blocks of type 3, a stored length that is not given twice,
 * codes of more or fewer words than their lengths allow, codes without the end of a block, more than 286 and 30 of them,
 * words that stand for nothing, and distances to before the window or the first byte. And a message that ends elsewhere.
 *
 * The memory of a decompressor is its window, of 2^9 to 2^15 bytes, and 1.7 KB; that of a compressor 2^9 or 2^10 bytes, and
 * 1.1 KB. However much a message grows (at most by 1032), no more is written than there is room for, and what a call costs
 * grows with its input and its output only.
 *
 * | state of the decompressor | awaits | then |
 * |---|---|---|
 * | Header | 3 bits | StoredLength, Symbol (fixed codes), Sizes (other codes); the end of the message |
 * | StoredLength | the length, and its complement | Stored |
 * | Stored | that many bytes, and room for them | Header |
 * | Sizes | 14 bits: the counts of lengths | CodeSizes |
 * | CodeSizes | 3 bits for each length of the code of lengths | Lengths |
 * | Lengths | the lengths of both codes | Symbol |
 * | Symbol | a literal and room for it, a length, or the end of the block | Symbol, Distance, Header |
 * | Distance, DistanceBits | a distance, and its extra bits | Match |
 * | Match | room | Symbol |
 */
import { Deflate, DeflateBound, deflate, Inflate, inflate } from "lws-xs/native/deflate";

/** Decompresses the messages of one connection. */
export class Inflater {
	readonly #state: ArrayBuffer;
	readonly #words: Int32Array;
	readonly #keepsContext: boolean;
	/** Bytes of input that the last call consumed. */
	consumed = 0;
	/** More output waits, and comes without further input. */
	isPending = false;

	/** `bits`: the window has 2^bits bytes, 9 to 15. Without context each message begins with nothing in it. */
	constructor(bits: number, keepsContext: boolean) {
		this.#state = new ArrayBuffer(Inflate.Size + (1 << bits));
		this.#words = new Int32Array(this.#state, 0, 2);
		this.#keepsContext = keepsContext;
	}

	/** Bytes of memory. */
	get size(): number {
		return this.#state.byteLength;
	}

	/**
	 * Decompresses from [start, end) of `input` into [at, limit) of `output`; gives the count of bytes produced, or a Fault.
	 * `last`: the message ends with that input, and is whole when nothing is pending and all was consumed.
	 */
	inflate(
		input: Uint8Array,
		start: number,
		end: number,
		output: Uint8Array,
		at: number,
		limit: number,
		last: boolean,
	): number {
		const count = inflate(this.#state, input, start, end, output, at, limit, last ? 1 : 0);
		// only a full output leaves anything: otherwise the word need not be read
		const left = count === limit - at ? (this.#words[Inflate.Left] as number) : -1;
		this.isPending = left >= 0;
		this.consumed = left > 0 ? end - start - left : end - start;
		if (last && left < 0 && !this.#keepsContext) this.#words[Inflate.Have] = 0;
		return count;
	}
}

/** Compresses the messages of one connection. */
export class Deflater {
	readonly #state: ArrayBuffer;
	readonly #words: Int32Array;
	readonly #keepsContext: boolean;

	/** `bits`: the window has 2^bits bytes, 9 or 10. Without context each message begins with nothing in it. */
	constructor(bits: number, keepsContext: boolean) {
		this.#state = new ArrayBuffer(Deflate.Size + (1 << bits));
		this.#words = new Int32Array(this.#state, 0, 1);
		this.#keepsContext = keepsContext;
	}

	/** Bytes of memory. */
	get size(): number {
		return this.#state.byteLength;
	}

	/** The longest piece that surely fits `room` bytes when it is compressed. */
	fitting(room: number): number {
		const bits = 8 * room - DeflateBound.CallBits;
		return bits > 0 ? Math.floor(bits / DeflateBound.ByteBits) : 0;
	}

	/**
	 * Compresses all of `source` into [at, limit) of `target`; gives the count of bytes, which without `last` can be 0: nothing
	 * to send. `last`: the message ends. What does not surely fit is not compressed, and gives 0.
	 */
	deflate(source: Uint8Array, target: Uint8Array, at: number, limit: number, last: boolean): number {
		const count = deflate(this.#state, source, 0, source.length, target, at, limit, last ? 1 : 0);
		if (last && count > 0 && !this.#keepsContext) this.#words[Deflate.Have] = 0;
		return count;
	}
}
