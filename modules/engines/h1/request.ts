/**
 * The head of an HTTP/1.1 request (RFC 9112 section 3), written in pieces into whatever room there is: a transmit buffer
 * may be far smaller than the head.
 *
 * The parts are strings that were checked before (`isToken`, `isFieldValue`, `isTarget`); this writes what it is given.
 */
import { stringToBytes } from "lws-xs/native/kernels";

/** Bytes of a code point in UTF-8, at most. */
const LONGEST_CHARACTER = 4;

const enum Part {
	Line,
	Name,
	Value,
	End,
	Done,
}

export class RequestWriter {
	#line = "";
	/** Names and values in turn; the transaction's own array. */
	#fields: readonly string[] = Object.freeze([]);
	#part: Part = Part.Done;
	#index = 0;
	/** Of the present part, what did not fit and is left to write. */
	#rest = "";

	begin(method: string, target: string, fields: readonly string[]): void {
		this.#line = `${method} ${target} HTTP/1.1\r\n`;
		this.#fields = fields;
		this.#index = 0;
		this.#part = Part.Line;
		this.#rest = "";
	}

	/** Something of it has been written. */
	get begun(): boolean {
		return this.#part !== Part.Line || this.#rest !== "";
	}

	get done(): boolean {
		return this.#part === Part.Done;
	}

	/** Writes what fits into [start, end) of `out`; gives the count of bytes. */
	emit(out: Uint8Array, start: number, end: number): number {
		const room = end === out.length ? out : new Uint8Array(out.buffer, out.byteOffset, end);
		let at = start;
		while (this.#part !== Part.Done) {
			const text = this.#rest || this.#text();
			const count = stringToBytes(text, room, at);
			if (count < 0) {
				// only a part that is longer than all the room is split; others wait for the next call
				if ((at > start && this.#rest === "") || end - at < LONGEST_CHARACTER) break;
				const fitting = this.#fitting(text, end - at);
				at += stringToBytes(text.slice(0, fitting), room, at);
				this.#rest = text.slice(fitting);
				continue;
			}
			at += count;
			this.#rest = "";
			this.#advance();
		}
		return at - start;
	}

	#text(): string {
		switch (this.#part) {
			case Part.Line:
				return this.#line;
			case Part.Name:
				return `${this.#fields[this.#index]}: `;
			case Part.Value:
				return `${this.#fields[this.#index + 1]}\r\n`;
			default:
				return "\r\n";
		}
	}

	#advance(): void {
		if (this.#part === Part.Name) {
			this.#part = Part.Value;
			return;
		}
		if (this.#part === Part.End) {
			this.#part = Part.Done;
			this.#fields = Object.freeze([]);
			return;
		}
		if (this.#part === Part.Value) this.#index += 2;
		this.#part = this.#index < this.#fields.length ? Part.Name : Part.End;
	}

	/** How many characters of `text` surely fit into `room` bytes, of which there are enough for one. */
	#fitting(text: string, room: number): number {
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

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// what may not be there: a negated class that has NUL in it matches NUL on XS, and what else is in its range
const NO_VALUE = /[\0\r\n]/;
const NO_TARGET = /[\0-\x20\x7f]/;

/** A method or a field name (RFC 9110 section 5.6.2). */
export function isToken(text: string): boolean {
	return TOKEN.test(text);
}

/** A field value that cannot end its line (RFC 9110 section 5.5). */
export function isFieldValue(text: string): boolean {
	return !NO_VALUE.test(text);
}

/** A request target without white space and controls: it cannot end the request line (RFC 9112 section 3.2). */
export function isTarget(text: string): boolean {
	return text !== "" && !NO_TARGET.test(text);
}
