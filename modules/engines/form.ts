/**
 * The content of a form, application/x-www-form-urlencoded, written in pieces into whatever room there is (the serializer
 * of the WHATWG URL standard, section 5.2): names and values as UTF-8 with "=" and "&" between them, a space as "+",
 * everything but ASCII letters, digits and * - . _ as %XX.
 *
 * A form holds what an application has typed or measured, not a file: each byte is looked at here, and no text is made that
 * is longer than a piece.
 */
import { stringToBytes } from "lws-xs/native/kernels";

/** Characters that are taken at a time. */
const PIECE = 24;
/** What they are as UTF-8 at most. */
const PIECE_BYTES = 4 * PIECE;
/** For the count of bytes: written, and forgotten. */
const COUNTED = 96;

/** One bit for each character below 128 that stays as it is. */
const PLAIN: readonly number[] = Object.freeze([0, 0x03ff6400, 0x87fffffe, 0x07fffffe]);

const SPACE = 0x20;
const PERCENT = 0x25;
const AND = 0x26;
const PLUS = 0x2b;
const EQUALS = 0x3d;

/**
 * The body of a form: names and values in turn, which are kept as they are and encoded while they are written. Give its
 * `length` as Content-Length, then write what `emit` brings. A form is written once; for another time make another one.
 * Throws TypeError for a value that is no string, or a name without one. Source: lws_urlencode.
 *
 * @example
 * const form = new FormWriter(["name", "Zoë", "t", "21.5 °C"]); // name=Zo%C3%AB&t=21.5+%C2%B0C
 * addHttpHeaderByName(wsi, "Content-Length", `${form.length}`);
 * …
 * const count = form.emit(buffer, 0, Math.min(buffer.length, peerWriteAllowance(wsi)));
 * write(wsi, buffer.subarray(0, count), form.done ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP);
 */
export class FormWriter {
	readonly #fields: readonly string[];
	/** The part that is being written, and how many of its characters have been taken. */
	#part = 0;
	#taken = 0;
	/** A piece as UTF-8: [from, to) is still to be written. */
	readonly #bytes = new Uint8Array(PIECE_BYTES);
	#from = 0;
	#to = 0;

	constructor(fields: readonly string[]) {
		if (fields.length % 2 !== 0 || !fields.every((each) => typeof each === "string")) {
			throw new TypeError("the fields of a form are names and values in turn, all of them strings");
		}
		this.#fields = fields;
	}

	/** All of it has been written. */
	get done(): boolean {
		return this.#part >= this.#fields.length;
	}

	/** Bytes of the whole form, which are counted anew each time. */
	get length(): number {
		const writer = new FormWriter(this.#fields);
		const counted = new Uint8Array(COUNTED);
		let length = 0;
		while (!writer.done) length += writer.emit(counted, 0, COUNTED);
		return length;
	}

	/** Writes what fits into [start, end) of `out`, for which three bytes are enough; gives the count. */
	emit(out: Uint8Array, start: number, end: number): number {
		const fields = this.#fields;
		let at = start;
		while (!this.done) {
			at = this.escape(out, at, end);
			if (this.#from < this.#to) break;
			const text = fields[this.#part] as string;
			if (this.#taken < text.length) this.take(text);
			else {
				if (this.#part + 1 < fields.length) {
					if (at >= end) break;
					out[at++] = this.#part % 2 === 0 ? EQUALS : AND;
				}
				this.#part++;
				this.#taken = 0;
			}
		}
		return at - start;
	}

	private take(text: string): void {
		let end = this.#taken + PIECE;
		const last = text.charCodeAt(end - 1);
		// where strings are UTF-16, a surrogate pair is not torn apart: its first half waits for the next piece
		if (last >= 0xd800 && last < 0xdc00) end--;
		this.#from = 0;
		this.#to = stringToBytes(text.slice(this.#taken, end), this.#bytes, 0);
		this.#taken = end;
	}

	private escape(out: Uint8Array, at: number, end: number): number {
		const bytes = this.#bytes;
		const to = this.#to;
		let from = this.#from;
		for (; from < to && at < end; from++) {
			const byte = bytes[from] as number;
			if (byte < 0x80 && ((PLAIN[byte >> 5] as number) >>> (byte & 31)) & 1) out[at++] = byte;
			else if (byte === SPACE) out[at++] = PLUS;
			else {
				if (end - at < 3) break;
				out[at++] = PERCENT;
				out[at++] = digit(byte >> 4);
				out[at++] = digit(byte & 15);
			}
		}
		this.#from = from;
		return at;
	}
}

function digit(value: number): number {
	return value < 10 ? 0x30 + value : 0x37 + value;
}
