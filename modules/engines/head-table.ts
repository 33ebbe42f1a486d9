/**
 * The fields of a message head in a fixed table: bytes of names (in lower case) and values one after another, and three
 * positions for each field. No string is made until somebody asks for one.
 *
 * A field is built in steps, because the receive buffer may end anywhere: `begin`, `appendName`…, `keepName`,
 * `appendValue`… and `fold`, `commit`; whatever was not committed is gone with the next `begin`. Fields that the client
 * needs itself may use a reserve at the end of the table, so that no number of other fields can push them out.
 */
import { bytesToString, copyBytes, equalsFolded, findByte } from "lws-xs/native/kernels";
import { copyFolded } from "lws-xs/native/scan";

/** Bytes that only needed fields may use: a Content-Length list, a Transfer-Encoding, a Connection with some options. */
const RESERVED_BYTES = 256;
const RESERVED_FIELDS = 4;
/** The end of the reserve, where no value goes: in a full table, too, the names that the client needs are known. */
const NAME_ROOM = 24;

const HT = 0x09;
const SP = 0x20;
const COMMA = 0x2c;

export class HeadTable {
	readonly #bytes: Uint8Array;
	/** For each field: start of the name, its end (the start of the value), end of the value. */
	readonly #spans: Int32Array;
	readonly #fields: number;
	#count = 0;
	/** Where the next field begins. */
	#used = 0;
	/** The field under construction. */
	#nameEnd = 0;
	#end = 0;
	#needed = false;
	/** Fields that did not fit. */
	dropped = 0;

	/** `bytes` (at least 512) and `fields` are the whole of it; nothing grows. */
	constructor(bytes: number, fields: number) {
		this.#bytes = new Uint8Array(bytes);
		this.#spans = new Int32Array(3 * fields);
		this.#fields = fields;
	}

	get count(): number {
		return this.#count;
	}

	reset(): void {
		this.#count = this.#used = this.#nameEnd = this.#end = this.dropped = 0;
		this.#needed = false;
	}

	begin(): void {
		this.#end = this.#nameEnd = this.#used;
		this.#needed = false;
	}

	/** False when the name does not fit: it is longer than NAME_ROOM then, and the field can only be skipped. */
	appendName(source: Uint8Array, start: number, end: number): boolean {
		if (end - start > this.#bytes.length - this.#end) {
			this.dropped++;
			return false;
		}
		this.#end += copyFolded(this.#bytes, this.#end, source, start, end);
		return true;
	}

	nameLength(): number {
		return this.#end - this.#used;
	}

	nameIs(name: string): boolean {
		return equalsFolded(this.#bytes, this.#used, this.#end, name);
	}

	/** The name is complete; `needed` opens the reserve. False: no room, the field is dropped. */
	keepName(needed: boolean): boolean {
		this.#needed = needed;
		this.#nameEnd = this.#end;
		if (this.#end <= this.#limit() && this.#count < this.#fields - (needed ? 0 : RESERVED_FIELDS)) return true;
		this.dropped++;
		return false;
	}

	/** False: the value does not fit; the field must be discarded. */
	appendValue(source: Uint8Array, start: number, end: number): boolean {
		if (end - start > this.#limit() - this.#end) {
			this.dropped++;
			return false;
		}
		this.#end += copyBytes(this.#bytes, this.#end, source, start, end);
		return true;
	}

	/**
	 * The value goes on in another line: one space takes the place of all white space there (RFC 9112 section 5.2), none
	 * before the first text. False: there is no room, the field must be discarded.
	 */
	fold(): boolean {
		this.#trim();
		if (this.#end === this.#nameEnd) return true;
		if (this.#end >= this.#limit()) {
			this.dropped++;
			return false;
		}
		this.#bytes[this.#end++] = SP;
		return true;
	}

	/** The field is complete: white space behind its value goes (RFC 9110 section 5.5). Gives its index. */
	commit(): number {
		this.#trim();
		const at = 3 * this.#count;
		this.#spans[at] = this.#used;
		this.#spans[at + 1] = this.#nameEnd;
		this.#spans[at + 2] = this.#end;
		this.#used = this.#end;
		return this.#count++;
	}

	/** Index of the `nth` field (0: the first) of that name, or -1. */
	find(name: string, nth = 0): number {
		const spans = this.#spans;
		const length = name.length;
		let left = nth;
		for (let i = 0, at = 0; i < this.#count; i++, at += 3) {
			const start = spans[at] as number;
			const end = spans[at + 1] as number;
			if (end - start === length && equalsFolded(this.#bytes, start, end, name) && left-- === 0) return i;
		}
		return -1;
	}

	name(index: number): string {
		return bytesToString(this.#bytes, this.#spans[3 * index] as number, this.#spans[3 * index + 1] as number);
	}

	value(index: number): string {
		return bytesToString(this.#bytes, this.#spans[3 * index + 1] as number, this.#spans[3 * index + 2] as number);
	}

	/** Whether the value is `text`, ASCII letters without case: no other letter becomes one of them. */
	valueIs(index: number, text: string): boolean {
		return equalsFolded(this.#bytes, this.#spans[3 * index + 1] as number, this.#spans[3 * index + 2] as number, text);
	}

	/** Whether `element` is in the comma-separated list (RFC 9110 section 5.6.1) that all fields of that name make. */
	listHas(name: string, element: string): boolean {
		const bytes = this.#bytes;
		for (let nth = 0, index = this.find(name); index >= 0; index = this.find(name, ++nth)) {
			const end = this.#spans[3 * index + 2] as number;
			for (let at = this.#spans[3 * index + 1] as number; at < end; ) {
				const comma = findByte(bytes, COMMA, at, end);
				const next = comma < 0 ? end : comma;
				let stop = next;
				while (at < stop && isSpace(bytes[at])) at++;
				while (stop > at && isSpace(bytes[stop - 1])) stop--;
				if (equalsFolded(bytes, at, stop, element)) return true;
				at = next + 1;
			}
		}
		return false;
	}

	#trim(): void {
		while (this.#end > this.#nameEnd && isSpace(this.#bytes[this.#end - 1])) this.#end--;
	}

	#limit(): number {
		return this.#bytes.length - (this.#needed ? NAME_ROOM : RESERVED_BYTES);
	}
}

function isSpace(byte: number | undefined): boolean {
	return byte === SP || byte === HT;
}
