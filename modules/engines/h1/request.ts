/**
 * The head of an HTTP/1.1 request (RFC 9112 section 3), written in pieces into whatever room there is: a transmit buffer
 * may be far smaller than the head.
 *
 * The parts are strings that were checked before (`isToken`, `isFieldValue`, `isTarget`); this writes what it is given.
 */
import { stringToBytes } from "lws-xs/native/kernels";

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
				// only a part that is longer than the whole buffer is split; others wait for the next one
				if (at > start || room.length - at < 4) break;
				const half = this.#fitting(text, room, at);
				at += stringToBytes(text.slice(0, half), room, at);
				this.#rest = text.slice(half);
				break;
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

	/** How many characters of `text` fit; a character has at most four bytes, and surrogates are not torn apart. */
	#fitting(text: string, room: Uint8Array, at: number): number {
		let count = Math.max(1, Math.min(text.length, (room.length - at) >> 2));
		const code = text.charCodeAt(count - 1);
		if (code >= 0xd800 && code <= 0xdbff) count++;
		return count;
	}
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[^\0\r\n]*$/;
const TARGET = /^[^\0-\x20\x7f]+$/;

/** A method or a field name (RFC 9110 section 5.6.2). */
export function isToken(text: string): boolean {
	return TOKEN.test(text);
}

/** A field value that cannot end its line (RFC 9110 section 5.5). */
export function isFieldValue(text: string): boolean {
	return VALUE.test(text);
}

/** A request target without white space and controls: it cannot end the request line (RFC 9112 section 3.2). */
export function isTarget(text: string): boolean {
	return TARGET.test(text);
}
