/**
 * The fields of a message head in a fixed table: bytes of names (in lower case) and values one after another, and three
 * positions for each field. No string is made until somebody asks for one.
 *
 * The parser of heads writes it (`lws-xs/native/http` says what goes where). Fields that the client needs itself may use
 * a reserve at the end of the table, so that no number of other fields can push them out.
 */
import { findField, Head, resetState } from "lws-xs/native/http";
import { bytesToString, equalsFolded } from "lws-xs/native/kernels";

/** What a table takes besides its text: three positions of four bytes for each field, and the parser's state. */
export const FIELD_BYTES = 12;
export const HEAD_STATE_BYTES: number = 4 * Head.Words;

/** Bytes of a table with so many bytes of text and fields. */
export function headTableSize(text: number, fields: number): number {
	return HEAD_STATE_BYTES + FIELD_BYTES * fields + text;
}

export class HeadTable {
	/** The parser's state, and for each field: start of the name, its end (the start of the value), end of the value. */
	readonly words: Int32Array<ArrayBuffer>;

	/**
	 * `text` bytes (at least 512) and `fields` are the whole of it; nothing grows. It takes the first `headTableSize` bytes
	 * of `memory`.
	 */
	constructor(text: number, fields: number, memory: ArrayBuffer = new ArrayBuffer(headTableSize(text, fields))) {
		this.words = new Int32Array(memory, 0, Head.Words + 3 * fields);
		this.words[Head.Fields] = fields;
		this.words[Head.TextSize] = text;
	}

	/** State, positions and text, as the parser takes it. */
	get memory(): ArrayBuffer {
		return this.words.buffer;
	}

	/** Whether any byte of a head has come. */
	get isStarted(): boolean {
		return (this.words[Head.Size] as number) > 0;
	}

	/** The empty line has come: status, version and fields are complete. */
	get isComplete(): boolean {
		return (this.words[Head.Summary] as number) > 0;
	}

	get status(): number {
		return this.words[Head.Status] as number;
	}

	/** Minor version: 0 or 1; anything above counts as 1 (RFC 9110 section 2.5). */
	get minor(): number {
		return this.words[Head.Minor] as number;
	}

	get count(): number {
		return this.words[Head.Count] as number;
	}

	/** Fields that did not fit. */
	get dropped(): number {
		return this.words[Head.Dropped] as number;
	}

	reset(): void {
		resetState(this.memory, Head.Fields);
	}

	/** Index of the `nth` field (0: the first) of that name, or -1. */
	find(name: string, nth = 0): number {
		return findField(this.memory, name, nth);
	}

	name(index: number): string {
		return bytesToString(this.memory, this.position(index, 0), this.position(index, 1));
	}

	value(index: number): string {
		return bytesToString(this.memory, this.position(index, 1), this.position(index, 2));
	}

	/** Whether the value is `text`, ASCII letters without case: no other letter becomes one of them. */
	valueIs(index: number, text: string): boolean {
		return equalsFolded(this.memory, this.position(index, 1), this.position(index, 2), text);
	}

	/** One of the three positions of a field, from the beginning of the memory: the text lies behind the words. */
	private position(index: number, which: number): number {
		return this.words.byteLength + (this.words[Head.Words + 3 * index + which] as number);
	}
}
