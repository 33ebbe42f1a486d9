/**
 * The fields of a message head in a fixed table: bytes of names (in lower case) and values one after another, and three
 * positions for each field. No string is made until somebody asks for one.
 *
 * The parser of heads writes it (`lws-xs/native/http` says what goes where). Fields that the client needs itself may use
 * a reserve at the end of the table, so that no number of other fields can push them out.
 */
import { Head, resetState } from "lws-xs/native/http";
import { bytesToString, equalsFolded } from "lws-xs/native/kernels";

/** What a table takes besides its text: three positions of four bytes for each field, and the parser's state. */
export const FIELD_BYTES = 12;
export const HEAD_STATE_BYTES: number = 4 * Head.Words;

export class HeadTable {
	/** For the parser and for the framing: the state of the machine, its words, and what it fills. */
	readonly state = new ArrayBuffer(HEAD_STATE_BYTES);
	readonly words = new Int32Array(this.state);
	readonly bytes: Uint8Array;
	readonly spans: ArrayBuffer;
	/** For each field: start of the name, its end (the start of the value), end of the value. */
	readonly #spans: Int32Array;

	/** `bytes` (at least 512) and `fields` are the whole of it; nothing grows. */
	constructor(bytes: number, fields: number) {
		this.bytes = new Uint8Array(bytes);
		this.spans = new ArrayBuffer(FIELD_BYTES * fields);
		this.#spans = new Int32Array(this.spans);
	}

	get count(): number {
		return this.words[Head.Count] as number;
	}

	/** Fields that did not fit. */
	get dropped(): number {
		return this.words[Head.Dropped] as number;
	}

	reset(): void {
		resetState(this.state);
	}

	/** Index of the `nth` field (0: the first) of that name, or -1. */
	find(name: string, nth = 0): number {
		const bytes = this.bytes;
		const spans = this.#spans;
		const count = this.count;
		const length = name.length;
		let left = nth;
		for (let i = 0, at = 0; i < count; i++, at += 3) {
			const start = spans[at] as number;
			const end = spans[at + 1] as number;
			if (end - start === length && equalsFolded(bytes, start, end, name) && left-- === 0) return i;
		}
		return -1;
	}

	name(index: number): string {
		return bytesToString(this.bytes, this.#spans[3 * index] as number, this.#spans[3 * index + 1] as number);
	}

	value(index: number): string {
		return bytesToString(this.bytes, this.#spans[3 * index + 1] as number, this.#spans[3 * index + 2] as number);
	}

	/** Whether the value is `text`, ASCII letters without case: no other letter becomes one of them. */
	valueIs(index: number, text: string): boolean {
		return equalsFolded(this.bytes, this.#spans[3 * index + 1] as number, this.#spans[3 * index + 2] as number, text);
	}
}
