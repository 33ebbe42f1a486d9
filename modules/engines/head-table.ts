/**
 * The fields of a message head in a fixed table: bytes of names (in lower case) and values one after another, and three
 * positions for each field. No string is made until somebody asks for one.
 *
 * A field is built in steps, because the receive buffer may end anywhere: `begin`, `appendName`…, `keepName`,
 * `appendValue`…, `commit`; or `discard`. Fields that the client needs itself may use a reserve at the end of the
 * table, so that no number of other fields can push them out.
 */
import { bytesToString, copyBytes, equalsFolded } from "lws-xs/native/kernels";
import { copyFolded } from "lws-xs/native/scan";

/** Bytes that only needed fields may use: a Content-Length list, a Transfer-Encoding, a Connection with some options. */
const RESERVED_BYTES = 256;
const RESERVED_FIELDS = 4;

const HT = 0x09;
const SP = 0x20;

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

	/** False when the name does not fit even the reserve: the field can only be skipped. */
	appendName(source: Uint8Array, start: number, end: number): boolean {
		if (end - start > this.#bytes.length - this.#end) return false;
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

	/** One space, for a folded line (RFC 9112 section 5.2). */
	appendSpace(): boolean {
		if (this.#end === this.#limit()) return false;
		this.#bytes[this.#end++] = SP;
		return true;
	}

	/** The field is complete: white space around its value goes (RFC 9110 section 5.5). Gives its index. */
	commit(): number {
		const bytes = this.#bytes;
		let start = this.#nameEnd;
		let end = this.#end;
		while (end > start && (bytes[end - 1] === SP || bytes[end - 1] === HT)) end--;
		while (start < end && (bytes[start] === SP || bytes[start] === HT)) start++;
		if (start > this.#nameEnd) copyBytes(bytes, this.#nameEnd, bytes, start, end);
		end -= start - this.#nameEnd;
		const at = 3 * this.#count;
		this.#spans[at] = this.#used;
		this.#spans[at + 1] = this.#nameEnd;
		this.#spans[at + 2] = end;
		this.#used = end;
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

	#limit(): number {
		return this.#needed ? this.#bytes.length : this.#bytes.length - RESERVED_BYTES;
	}
}
