/**
 * The head of a response in TypeScript, for Node: `../http.d.ts` says what it does, `../lwsHttpHead.c` is the same in C,
 * function by function, with the clause of the RFC at each rejection.
 */
import { ConnectionOption, Head, HeadState, HeadSummary, HttpFault, HttpLimit, NeededField } from "lws-xs/native/http";
import { checkInteger, checkSpan } from "./checks.js";
import { commitField, neededField } from "./http-field.js";
import { copyFolded, isDigit, isSpace, isToken, lineBytes, skipSpace, skipText, trimEnd } from "./http-text.js";
import { equalsFolded } from "./kernels.js";

const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const DOT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
/** Three words. */
const FIELD_SIZE = 12;

/** "HTTP/" */
const HTTP: readonly number[] = Object.freeze([0x48, 0x54, 0x54, 0x50, 0x2f]);

function byteAt(bytes: Uint8Array, at: number): number {
	return bytes[at] as number;
}

const NOTHING = new Uint8Array(0);

/** What one call works on. Steps move `at`; a fault is the end. */
class Scan {
	readonly head: Int32Array;
	readonly line: Uint8Array;
	readonly table: Uint8Array;
	readonly spans: Int32Array;
	readonly fields: number;
	readonly keep: Uint8Array | undefined;
	readonly bytes: Uint8Array;
	at: number;
	end: number;
	fault = 0;

	constructor(table: ArrayBuffer, bytes: Uint8Array, start: number, end: number, keep: Uint8Array | undefined) {
		checkSpan(bytes, start, end);
		const stateSize = 4 * Head.Words;
		if (table.byteLength < stateSize) throw new RangeError("no words");
		this.head = new Int32Array(table, 0, Head.Words);
		this.line = lineBytes(table);
		this.fields = this.get(Head.Fields);
		const textSize = this.get(Head.TextSize);
		const isSound = this.fields >= 0 && textSize >= HttpLimit.ReservedBytes;
		if (!isSound || stateSize + FIELD_SIZE * this.fields + textSize > table.byteLength) {
			throw new RangeError("table too short");
		}
		this.spans = new Int32Array(table, stateSize, 3 * this.fields);
		this.table = new Uint8Array(table, stateSize + FIELD_SIZE * this.fields, textSize);
		this.keep = keep;
		this.bytes = bytes;
		this.at = start;
		this.end = end;
		if (!this.#isPossible()) throw new RangeError("no state");
	}

	get(word: Head): number {
		return this.head[word] as number;
	}

	set(word: Head, value: number): void {
		this.head[word] = value;
	}

	/** No scanner left anything else. */
	#isPossible(): boolean {
		const within = (word: Head, most: number) => this.get(word) >= 0 && this.get(word) <= most;
		return (
			within(Head.State, HeadState.Done) &&
			within(Head.Size, HttpLimit.Head) &&
			within(Head.Count, this.fields) &&
			(this.get(Head.Open) === 0 || this.get(Head.Count) < this.fields) &&
			within(Head.End, this.table.length) &&
			within(Head.Used, this.get(Head.End)) &&
			within(Head.NameEnd, this.get(Head.End)) &&
			within(Head.Dropped, HttpLimit.Head) &&
			within(Head.LineLength, HttpLimit.StatusLine)
		);
	}

	run(): number {
		const start = this.at;
		const room = HttpLimit.Head - this.get(Head.Size);
		if (this.end - start > room) this.end = start + room;
		while (this.at < this.end && this.fault === 0 && this.get(Head.State) !== HeadState.Done) this.#step();
		const size = this.get(Head.Size) + this.at - start;
		this.set(Head.Size, size);
		const done = this.get(Head.State) === HeadState.Done;
		if (this.fault === 0 && size === HttpLimit.Head && !done) this.fault = HttpFault.HeadTooLong;
		this.set(Head.Summary, this.fault === 0 && done ? this.#summary() : 0);
		return this.fault === 0 ? this.at - start : this.fault;
	}

	#summary(): number {
		const length = this.get(Head.Length);
		return (
			(this.get(Head.Status) & HeadSummary.StatusBits) |
			((this.get(Head.Minor) & 1) << HeadSummary.MinorShift) |
			(this.#isPersistent() ? HeadSummary.Persistent : 0) |
			(this.get(Head.LengthHigh) > 0 ? HeadSummary.LargeLength : 0) |
			((this.get(Head.Coding) & HeadSummary.CodingBits) << HeadSummary.CodingShift) |
			(length !== 0 ? HeadSummary.Length : 0) |
			(length < 0 ? HeadSummary.BadLength : 0)
		);
	}

	/** RFC 9112 section 9.3 */
	#isPersistent(): boolean {
		const options = this.get(Head.Connection);
		if ((options & ConnectionOption.Close) !== 0) return false;
		return this.get(Head.Minor) !== 0 || (options & ConnectionOption.KeepAlive) !== 0;
	}

	#step(): void {
		const byte = byteAt(this.bytes, this.at);
		switch (this.get(Head.State)) {
			case HeadState.StatusStart:
				if (byte === CR) this.set(Head.State, HeadState.StatusStartLineFeed);
				else if (byte !== LF) {
					this.set(Head.State, HeadState.Status);
					break;
				}
				this.at++;
				break;
			case HeadState.StatusStartLineFeed:
				this.#takeLineFeed(HeadState.StatusStart, HttpFault.NotHttp);
				break;
			case HeadState.Status:
				this.#takeStatusLine();
				break;
			case HeadState.StatusLineFeed:
				this.#takeLineFeed(HeadState.FieldStart, HttpFault.BadHeadByte);
				if (this.fault === 0) this.fault = this.#parseStatusLine();
				break;
			case HeadState.FieldStart:
				this.#takeFieldStart(byte);
				break;
			case HeadState.Name:
				this.#takeName();
				break;
			case HeadState.SkipName:
				this.#skipName();
				break;
			case HeadState.ValueStart:
				this.at = skipSpace(this.bytes, this.at, this.end);
				if (this.at < this.end) this.set(Head.State, HeadState.Value);
				break;
			case HeadState.Value:
			case HeadState.SkipValue:
				this.#takeValue();
				break;
			case HeadState.LineFeed:
				this.#takeLineFeed(HeadState.FieldStart, HttpFault.BadHeadByte);
				break;
			case HeadState.LastLineFeed:
				this.#takeLineFeed(HeadState.Done, HttpFault.BadHeadByte);
				break;
		}
	}

	#takeLineFeed(next: HeadState, fault: HttpFault): void {
		if (byteAt(this.bytes, this.at++) !== LF) this.fault = fault;
		else this.set(Head.State, next);
	}

	#takeStatusLine(): void {
		const next = skipText(this.bytes, this.at, this.end);
		let length = this.get(Head.LineLength);
		const count = Math.min(next - this.at, HttpLimit.StatusLine - length);
		this.line.set(this.bytes.subarray(this.at, this.at + count), length);
		length += count;
		this.set(Head.LineLength, length);
		this.at = next;
		if (!this.#isHttp() || (next < this.end && length < HTTP.length)) this.fault = HttpFault.NotHttp;
		else if (next < this.end) {
			const stopper = byteAt(this.bytes, this.at++);
			if (stopper === LF) this.fault = this.#parseStatusLine();
			else if (stopper === CR) this.set(Head.State, HeadState.StatusLineFeed);
			else this.fault = HttpFault.BadHeadByte;
		}
	}

	#isHttp(): boolean {
		const count = Math.min(this.get(Head.LineLength), HTTP.length);
		for (let i = 0; i < count; i++) if (this.line[i] !== HTTP[i]) return false;
		return true;
	}

	#parseStatusLine(): number {
		const line = this.line;
		const length = this.get(Head.LineLength);
		const digit = (at: number) => isDigit(byteAt(line, at));
		if (length < 8 || line[6] !== DOT || !digit(5) || !digit(7)) return HttpFault.BadStatusLine;
		if (line[5] !== 0x31) return HttpFault.BadVersion;
		if (length < 12 || line[8] !== SP || (length > 12 && line[12] !== SP)) return HttpFault.BadStatusLine;
		if (!digit(9) || !digit(10) || !digit(11) || line[9] === ZERO) return HttpFault.BadStatusLine;
		this.set(Head.Status, 100 * byteAt(line, 9) + 10 * byteAt(line, 10) + byteAt(line, 11) - 111 * ZERO);
		this.set(Head.Minor, line[7] === ZERO ? 0 : 1);
		this.set(Head.State, HeadState.FieldStart);
		return 0;
	}

	/** Where the table ends for the field under construction. */
	#limit(): number {
		const reserve = this.get(Head.Needed) === NeededField.None ? HttpLimit.ReservedBytes : HttpLimit.NameRoom;
		return this.table.length - reserve;
	}

	#drop(): void {
		this.set(Head.Dropped, this.get(Head.Dropped) + 1);
		this.set(Head.Open, 0);
		this.set(Head.State, HeadState.SkipValue);
		if (this.get(Head.Needed) !== NeededField.None) this.fault = HttpFault.HeadTooLong;
	}

	#fold(): void {
		this.at++;
		this.set(Head.State, HeadState.ValueStart);
		if (this.get(Head.Open) === 0) {
			this.set(Head.State, HeadState.SkipValue);
			if (this.get(Head.Lines) === 0) this.fault = HttpFault.BadFieldName;
			return;
		}
		const start = this.get(Head.NameEnd);
		const end = trimEnd(this.table, start, this.get(Head.End));
		this.set(Head.End, end);
		if (end === start) return;
		if (end >= this.#limit()) this.#drop();
		else {
			this.table[end] = SP;
			this.set(Head.End, end + 1);
		}
	}

	#takeFieldStart(byte: number): void {
		if (isSpace(byte)) {
			this.#fold();
			return;
		}
		if (this.get(Head.Open) !== 0) commitField(this.head, this.table, this.spans);
		if (byte === CR || byte === LF) {
			this.at++;
			this.set(Head.State, byte === CR ? HeadState.LastLineFeed : HeadState.Done);
			return;
		}
		this.set(Head.End, this.get(Head.Used));
		this.set(Head.NameEnd, this.get(Head.Used));
		this.set(Head.Needed, NeededField.None);
		this.set(Head.Lines, 1);
		this.set(Head.State, HeadState.Name);
	}

	#takeName(): void {
		const { bytes, table, end } = this;
		const start = this.at;
		const room = table.length - this.get(Head.End);
		while (this.at < end && this.at - start < room && isToken(byteAt(bytes, this.at))) this.at++;
		const stop = this.get(Head.End) + copyFolded(table, this.get(Head.End), bytes, start, this.at);
		this.set(Head.End, stop);
		if (this.at === end) return;
		if (stop === table.length && isToken(byteAt(bytes, this.at))) {
			this.set(Head.Dropped, this.get(Head.Dropped) + 1);
			this.set(Head.State, HeadState.SkipName);
			return;
		}
		const name = this.get(Head.Used);
		if (byteAt(bytes, this.at++) !== COLON || stop === name) {
			this.fault = HttpFault.BadFieldName;
			return;
		}
		this.set(Head.NameEnd, stop);
		const needed = neededField(table, name, stop);
		this.set(Head.Needed, needed);
		const fields = this.fields - (needed === NeededField.None ? HttpLimit.ReservedFields : 0);
		if (needed === NeededField.None && !this.#isWanted(name, stop)) this.set(Head.State, HeadState.SkipValue);
		else if (stop > this.#limit() || this.get(Head.Count) >= fields) this.#drop();
		else {
			this.set(Head.Open, 1);
			this.set(Head.State, HeadState.ValueStart);
		}
	}

	#isWanted(start: number, end: number): boolean {
		const { keep, table } = this;
		if (keep === undefined) return true;
		for (let at = 0; at < keep.length; ) {
			let stop = at;
			while (stop < keep.length && keep[stop] !== 0) stop++;
			let same = 0;
			while (same < stop - at && keep[at + same] === table[start + same]) same++;
			if (same === stop - at && same === end - start) return true;
			at = stop + 1;
		}
		return false;
	}

	#skipName(): void {
		while (this.at < this.end && isToken(byteAt(this.bytes, this.at))) this.at++;
		if (this.at === this.end) return;
		this.set(Head.State, HeadState.SkipValue);
		if (byteAt(this.bytes, this.at++) !== COLON) this.fault = HttpFault.BadFieldName;
	}

	#takeValue(): void {
		const next = skipText(this.bytes, this.at, this.end);
		if (this.get(Head.State) === HeadState.Value) {
			const end = this.get(Head.End);
			const count = next - this.at;
			if (count > this.#limit() - end) this.#drop();
			else {
				this.table.set(this.bytes.subarray(this.at, next), end);
				this.set(Head.End, end + count);
			}
		}
		this.at = next;
		if (this.fault !== 0 || next === this.end) return;
		const stopper = byteAt(this.bytes, this.at++);
		if (stopper === LF) this.set(Head.State, HeadState.FieldStart);
		else if (stopper === CR) this.set(Head.State, HeadState.LineFeed);
		else this.fault = HttpFault.BadHeadByte;
	}
}

export function resetState(state: ArrayBuffer, words: number): void {
	checkInteger(words, 0, state.byteLength >> 2);
	new Int32Array(state, 0, words).fill(0);
}

export function findField(table: ArrayBuffer, name: string, nth: number): number {
	const { spans, table: text, head } = new Scan(table, NOTHING, 0, 0, undefined);
	let left = nth;
	for (let i = 0; i < (head[Head.Count] as number); i++) {
		const start = spans[3 * i] as number;
		const end = spans[3 * i + 1] as number;
		if (start < 0 || start > end || end > text.length) throw new RangeError("no state");
		if (equalsFolded(text, start, end, name) && left-- === 0) return i;
	}
	return -1;
}

export function scanHead(
	table: ArrayBuffer,
	bytes: Uint8Array,
	start: number,
	end: number,
	keep: Uint8Array | undefined,
): number {
	return new Scan(table, bytes, start, end, keep).run();
}
