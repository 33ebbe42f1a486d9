/**
 * The head of an HTTP/1.1 request (RFC 9112 section 3), written in pieces into whatever room there is: a transmit buffer
 * may be far smaller than the head.
 *
 * The parts are strings that were checked before (`isToken`, `isFieldValue`, `isTarget`); this writes what it is given.
 */
import { isText, TextSet } from "lws-xs/native/http";
import { stringToBytes } from "lws-xs/native/kernels";

/** Bytes of a code point in UTF-8, at most. */
const LONGEST_CHARACTER = 4;

/** Behind the last field. */
const END = "\r\n";

export class RequestWriter {
	/** Names and values in turn; the transaction's own array. */
	readonly #fields: readonly string[];
	/** What is written next: the present part, or what did not fit of it; "" when all is done. */
	#text: string;
	/** The part after that: an index of `#fields`. */
	#next = 0;
	/** Something of the present part has been written. */
	#isSplit = false;

	constructor(method: string, target: string, fields: readonly string[]) {
		this.#fields = fields;
		this.#text = `${method} ${target} HTTP/1.1\r\n${fields.length > 0 ? "" : END}`;
	}

	/** Something of it has been written. */
	get begun(): boolean {
		return this.#next > 0 || this.#isSplit || this.done;
	}

	get done(): boolean {
		return this.#text === "";
	}

	/** Writes what fits into [start, end) of `out`; gives the count of bytes. */
	emit(out: Uint8Array, start: number, end: number): number {
		const room = end === out.length ? out : new Uint8Array(out.buffer, out.byteOffset, end);
		let at = start;
		while (this.#text !== "") {
			const text = this.#text;
			const count = stringToBytes(text, room, at);
			if (count < 0) {
				// only a part that is longer than all the room is split; others wait for the next call
				if ((at > start && !this.#isSplit) || end - at < LONGEST_CHARACTER) break;
				const fitting = this.fitting(text, end - at);
				at += stringToBytes(text.slice(0, fitting), room, at);
				this.#text = text.slice(fitting);
				this.#isSplit = true;
				continue;
			}
			at += count;
			this.#isSplit = false;
			this.#text = this.takePart();
		}
		return at - start;
	}

	private takePart(): string {
		const fields = this.#fields;
		const next = this.#next;
		if (next >= fields.length) return "";
		this.#next = next + 2;
		return `${fields[next]}: ${fields[next + 1]}\r\n${next + 2 < fields.length ? "" : END}`;
	}

	/** How many characters of `text` surely fit into `room` bytes, of which there are enough for one. */
	private fitting(text: string, room: number): number {
		const count = Math.min(text.length, Math.floor(room / LONGEST_CHARACTER));
		// where strings are UTF-16, a surrogate pair is not torn apart; where they are code points, there is none
		if (!isWithin(text.charCodeAt(count - 1), 0xd800) || !isWithin(text.charCodeAt(count), 0xdc00)) return count;
		return count > 1 ? count - 1 : 2;
	}
}

/** Whether `code` is one of the 1024 surrogates from `first` on. */
function isWithin(code: number, first: number): boolean {
	return code >= first && code < first + 0x400;
}

/** A method or a field name (RFC 9110 section 5.6.2). */
export function isToken(text: string): boolean {
	return isText(text, TextSet.Token);
}

/** A field value that cannot end its line (RFC 9110 section 5.5). */
export function isFieldValue(text: string): boolean {
	return isText(text, TextSet.FieldValue);
}

/** A request target without white space and controls: it cannot end the request line (RFC 9112 section 3.2). */
export function isTarget(text: string): boolean {
	return isText(text, TextSet.Target);
}
