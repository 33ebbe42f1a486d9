/**
 * Compressed messages of WebSocket (RFC 7692): DEFLATE (RFC 1951), in streams that end with no block but with a message. As
 * `http.d.ts`, in C (`lwsInflate.c`, `lwsDeflate.c`) and in TypeScript (`twin/inflate.ts`, `twin/deflate.ts`), with all that
 * is kept in one ArrayBuffer of the caller: words of 32 bits, tables, and at its end the window. All zeros is the
 * beginning; how long the buffer is says how large the window is. None allocates on XS.
 *
 * It is not miniz's `tinfl`, which XS and the SDK have: that one keeps 11 KB beside its window; the length codes 286 and 287
 * of a hostile server make it write behind its output, and a code of one symbol makes it give output for ever. This one has
 * a sixth of the state.
 */

/** The number of `Fault` in `engines/errors.ts`, which has a sentence for it. */
export const enum DeflateFault {
	BadDeflate = -21,
}

/** Words of the state of a decompressor that its owner looks at. */
export const enum Inflate {
	/** Of the last call: bytes of input that wait for room in the output, 0 or more; -1: nothing waits. */
	Left,
	/** Bytes that the window holds: 0 forgets them (RFC 7692 section 7.1.1.1). */
	Have,
	/** Bytes before the window, of 2^9 to 2^15 bytes. */
	Size = 1728,
}

/** What an inflater awaits; the table of transitions stands in `engines/ws/deflate.ts`. */
export const enum InflateState {
	/** The three bits at the beginning of a block. */
	Header,
	StoredLength,
	Stored,
	/** How many lengths of codes there are. */
	Sizes,
	/** Lengths of the code in which these are written. */
	CodeSizes,
	Lengths,
	/** A literal, a length, the end of the block. */
	Symbol,
	Distance,
	DistanceBits,
	/** Room for the rest of a match. */
	Match,
	/** There was a fault. */
	Bad,
}

/**
 * Decompresses `[start, end)` of `input` to `[at, limit)` of `output`, which do not overlap; gives the count of bytes
 * written, or DeflateFault.BadDeflate, after which there is no going on. `last`: 1 when a message ends at `end`, else 0.
 *
 * When less has been written than there was room for, all input has been consumed, and with `last` the message was whole.
 * Otherwise Inflate.Left says whether something waits; then the next call goes on with the last so many bytes of the input.
 * The window is that of all messages, unless Inflate.Have is set to 0 between two of them.
 *
 * A message may be cut anywhere, and end in a block that says it is the last one (RFC 7692 section 7.2.3.4).
 * Throws RangeError for a span outside of its buffer, a state of another size, or words in it that no call has left there.
 */
export function inflate(
	state: ArrayBuffer,
	input: Uint8Array,
	start: number,
	end: number,
	output: Uint8Array,
	at: number,
	limit: number,
	last: number,
): number;

/** Words of the state of a compressor that its owner looks at. */
export const enum Deflate {
	/** Bytes that the window holds: 0 forgets them (RFC 7692 section 7.1.1.2). */
	Have,
	/** Bytes before the window, of 2^9 or 2^10 bytes. */
	Size = 1056,
}

/** The most that a compressor writes: so many bits for a call, and for each byte. */
export const enum DeflateBound {
	/** Seven of the call before, the header of a block, its end, and the header of the empty block at the end of a message. */
	CallBits = 7 + 3 + 7 + 3,
	ByteBits = 9,
}

/**
 * Compresses `[start, end)` of `source` to `[at, limit)` of `target`; gives the count of bytes written. `last`: 1 when a
 * message ends at `end`; several calls may make one message. Where the most that it can be (DeflateBound) does not fit, it
 * gives 0 and does nothing. One block of fixed Huffman codes for each message: what is written while nothing is known of what
 * follows, without tables to be kept.
 *
 * Throws RangeError as `inflate` does.
 */
export function deflate(
	state: ArrayBuffer,
	source: Uint8Array,
	start: number,
	end: number,
	target: Uint8Array,
	at: number,
	limit: number,
	last: number,
): number;
