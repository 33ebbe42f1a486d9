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
import { findByte } from "lws-xs/native/kernels";
import { parseHex, skipHex } from "lws-xs/native/scan";
import { Fault } from "../errors.js";

export const EXTENSION_LIMIT = 4096;
export const TRAILER_LIMIT = 16 * 1024;
const SIZE_DIGITS = 16;
/** Of 52 bits, which a double holds exactly. */
const SIGNIFICANT_DIGITS = 13;
const SIZE_BOUND = 2 ** 52;

const HT = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const ZERO = 0x30;
const SEMICOLON = 0x3b;

const enum State {
	Size,
	ExtensionStart,
	Extension,
	SizeLineFeed,
	Data,
	DataReturn,
	DataLineFeed,
	TrailerStart,
	Trailer,
	TrailerLineFeed,
	LastLineFeed,
	Done,
}

export const enum ChunkedEvent {
	None,
	/** `remaining` bytes of content come next. */
	Data,
	/** The last line of the trailer section has come: the body is complete. */
	Complete,
}

export class ChunkedDecoder {
	#state: State = State.Size;
	#digits = 0;
	/** Bytes of the extension, then of the trailer section. */
	#length = 0;
	/** Content of this chunk that has not been taken. */
	remaining = 0;
	event: ChunkedEvent = ChunkedEvent.None;

	reset(): void {
		this.#state = State.Size;
		this.#digits = this.#length = this.remaining = 0;
		this.event = ChunkedEvent.None;
	}

	/** `count` bytes of content have been taken. */
	took(count: number): void {
		this.remaining -= count;
		if (this.remaining === 0) {
			this.#state = State.DataReturn;
			this.event = ChunkedEvent.None;
		}
	}

	/** Consumes framing up to the next content or the end; gives the count of bytes, or a Fault. */
	feed(bytes: Uint8Array, start: number, end: number): number {
		let at = start;
		let state = this.#state;
		while (at < end && state !== State.Data && state !== State.Done) {
			switch (state) {
				case State.Size: {
					const stop = skipHex(bytes, at, end);
					if (stop > at) {
						this.#digits += stop - at;
						if (this.#digits > SIZE_DIGITS) return Fault.BadChunkSize;
						while (at < stop && this.remaining === 0 && bytes[at] === ZERO) at++;
						// RFC 9112 section 7.1: a recipient must prevent errors of too large numerals
						if (stop - at > SIGNIFICANT_DIGITS) return Fault.BadChunkSize;
						this.remaining = this.remaining * 16 ** (stop - at) + parseHex(bytes, at, stop);
						if (this.remaining >= SIZE_BOUND) return Fault.BadChunkSize;
						at = stop;
						if (at === end) break;
					}
					// RFC 9112 section 7.1: 1*HEXDIG
					if (this.#digits === 0) return Fault.BadChunkSize;
					this.#digits = 0;
					state = State.ExtensionStart;
					break;
				}
				case State.ExtensionStart:
					// white space before the extension is bad but tolerable (RFC 9112 section 7.1.1); anything else is no part of
					// a chunk-size line (section 7.1)
					switch (bytes[at]) {
						case CR:
							state = State.SizeLineFeed;
							break;
						case SP:
						case HT:
							if (++this.#length > EXTENSION_LIMIT) return Fault.ChunkExtensionTooLong;
							break;
						case SEMICOLON:
							state = State.Extension;
							break;
						case LF:
							return Fault.BadChunkFraming;
						default:
							return Fault.BadChunkSize;
					}
					at++;
					break;
				case State.Extension: {
					const stop = this.#line(bytes, at, end, EXTENSION_LIMIT, Fault.ChunkExtensionTooLong);
					if (stop < 0) return stop;
					at = stop;
					if (at < end) {
						state = State.SizeLineFeed;
						at++;
					}
					break;
				}
				case State.SizeLineFeed:
					// RFC 9112 section 7.1: CR LF ends every line of the framing; section 2.2 allows a bare LF in heads only
					if (bytes[at++] !== LF) return Fault.BadChunkFraming;
					this.#length = 0;
					state = this.remaining > 0 ? State.Data : State.TrailerStart;
					break;
				case State.DataReturn:
					// RFC 9112 section 7.1: and it follows the content
					if (bytes[at++] !== CR) return Fault.BadChunkFraming;
					state = State.DataLineFeed;
					break;
				case State.DataLineFeed:
					if (bytes[at++] !== LF) return Fault.BadChunkFraming;
					state = State.Size;
					break;
				case State.TrailerStart:
					if (bytes[at] === CR) {
						state = State.LastLineFeed;
						at++;
					} else state = State.Trailer;
					break;
				case State.Trailer: {
					const stop = this.#line(bytes, at, end, TRAILER_LIMIT, Fault.TrailerTooLong);
					if (stop < 0) return stop;
					at = stop;
					if (at < end) {
						state = State.TrailerLineFeed;
						at++;
					}
					break;
				}
				case State.TrailerLineFeed:
					if (bytes[at++] !== LF) return Fault.BadChunkFraming;
					this.#length += 2;
					if (this.#length > TRAILER_LIMIT) return Fault.TrailerTooLong;
					state = State.TrailerStart;
					break;
				case State.LastLineFeed:
					if (bytes[at++] !== LF) return Fault.BadChunkFraming;
					state = State.Done;
					break;
			}
		}
		this.#state = state;
		this.event =
			state === State.Data ? ChunkedEvent.Data : state === State.Done ? ChunkedEvent.Complete : ChunkedEvent.None;
		return at - start;
	}

	/** The CR that ends this line, or `end`; a Fault when an LF comes first, or more than `limit` bytes. */
	#line(bytes: Uint8Array, start: number, end: number, limit: number, tooLong: Fault): number {
		const room = limit - this.#length;
		const last = end - start > room ? start + room : end;
		const found = findByte(bytes, CR, start, last);
		const stop = found < 0 ? last : found;
		if (findByte(bytes, LF, start, stop) >= 0) return Fault.BadChunkFraming;
		if (stop < end && bytes[stop] !== CR) return bytes[stop] === LF ? Fault.BadChunkFraming : tooLong;
		this.#length += stop - start;
		return stop;
	}
}
