/**
 * The chunked transfer coding (RFC 9112 section 7.1), decoded in place: the decoder consumes the framing and says how
 * much content follows; who reads the content tells it how much was taken, and may read that from wherever it lies.
 *
 * Refused: a size that is no hexadecimal number, of 2^52 or more, or of more than SIZE_DIGITS digits with its leading
 * zeros (section 7.1 asks to expect large numerals; servers pad them to 8 or 16 digits, and zeros without end must have
 * one), a bare LF in the framing (it is how requests and responses are smuggled past a proxy), content that is not
 * followed by CR LF.
 * Chunk extensions are ignored, as section 7.1.1 allows, up to EXTENSION_LIMIT bytes a chunk; trailer fields are consumed
 * and dropped (section 7.1.2), up to TRAILER_LIMIT. No server has reason for more, and both are ways to make a client
 * read for ever.
 *
 * | state | awaits | then |
 * |---|---|---|
 * | Size | hexadecimal digits | ExtensionStart |
 * | ExtensionStart | white space, then CR or a semicolon | SizeLineFeed, Extension |
 * | Extension | anything to CR | SizeLineFeed |
 * | SizeLineFeed | LF | Data, or TrailerStart after size 0 |
 * | Data | `remaining` bytes of content (`took`) | DataReturn |
 * | DataReturn, DataLineFeed | CR, LF | Size |
 * | TrailerStart | CR of the last line, or a trailer line | LastLineFeed, Trailer |
 * | Trailer | anything to CR | TrailerLineFeed |
 * | TrailerLineFeed | LF | TrailerStart |
 * | LastLineFeed | LF | Done |
 */
import { Chunk, ChunkNext, HttpLimit, resetState, scanChunk } from "lws-xs/native/http";

export const EXTENSION_LIMIT: number = HttpLimit.ChunkExtension;
export const TRAILER_LIMIT: number = HttpLimit.Trailer;

/** Of a size. */
const HALF = 0x4000000;

export const enum ChunkedEvent {
	None,
	/** `remaining` bytes of content come next. */
	Data,
	/** The last line of the trailer section has come: the body is complete. */
	Complete,
}

export class ChunkedDecoder {
	readonly #state = new ArrayBuffer(4 * Chunk.Words);
	readonly #words = new Int32Array(this.#state);
	/** Content of this chunk that has not been taken. */
	remaining = 0;
	event: ChunkedEvent = ChunkedEvent.None;

	reset(): void {
		resetState(this.#state, Chunk.Words);
		this.remaining = 0;
		this.event = ChunkedEvent.None;
	}

	/** Content that has been taken. */
	get received(): number {
		const words = this.#words;
		return (words[Chunk.TotalHigh] as number) * HALF + (words[Chunk.TotalLow] as number) - this.remaining;
	}

	/** `count` bytes of content have been taken. */
	took(count: number): void {
		this.remaining -= count;
		if (this.remaining === 0) this.event = ChunkedEvent.None;
	}

	/** Consumes framing up to the next content or the end; gives the count of bytes, or a Fault. */
	feed(bytes: Uint8Array, start: number, end: number): number {
		if (this.remaining > 0) return 0;
		const count = scanChunk(this.#state, bytes, start, end);
		const next = this.#words[Chunk.Next] as number;
		if (next > 0) {
			this.event = ChunkedEvent.Data;
			this.remaining = next;
		} else if (next !== ChunkNext.Framing) this.endOrLarge(next);
		return count;
	}

	private endOrLarge(next: number): void {
		const words = this.#words;
		this.event = next === ChunkNext.End ? ChunkedEvent.Complete : ChunkedEvent.Data;
		if (next === ChunkNext.End) return;
		this.remaining = (words[Chunk.SizeHigh] as number) * HALF + (words[Chunk.SizeLow] as number);
	}
}
