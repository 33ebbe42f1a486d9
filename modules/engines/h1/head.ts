/**
 * The head of an HTTP/1 response: status line and fields up to the empty line (RFC 9112 sections 2-5), fed in pieces of any
 * size, into a HeadTable.
 *
 * Accepted beyond the grammar, as RFC 9112 section 2.2 and RFC 9110 section 5.5 allow a recipient: a bare LF as line end,
 * empty lines before the status line, obs-fold (becomes one space), bytes above 0x7F and controls in values, a status
 * code above 599 (RFC 9110 section 15).
 * Refused: NUL, a CR that ends no line (section 2.2), a space before the colon, a line without a colon (section 5.1).
 *
 * Limits: a head of HEAD_LIMIT bytes, whatever is kept of it; curl and the browsers stop at 300 and 256 KB. Of the reason
 * phrase, which means nothing (section 4), REASON_LIMIT bytes are kept. A field that does not fit the table is dropped
 * and counted; where the client needs it, the head is refused, because a body whose framing was dropped is read wrong.
 *
 * | state | awaits | then |
 * |---|---|---|
 * | StatusStart | empty lines, or the first byte | Status |
 * | Status | the status line to its LF | FieldStart |
 * | StatusStartLineFeed, StatusLineFeed | the LF after a CR | StatusStart, FieldStart |
 * | FieldStart | empty line, white space (fold), or a name | Done, ValueStart or SkipValue, Name |
 * | Name | token characters and the colon | ValueStart or SkipValue |
 * | SkipName | token characters and the colon | SkipValue |
 * | ValueStart | the first byte that is no white space | Value |
 * | Value, SkipValue | text to CR or LF | LineFeed, FieldStart |
 * | LineFeed | the LF after a CR | FieldStart |
 * | LastLineFeed | the LF of the empty line | Done |
 */
import { bytesToString, copyBytes } from "lws-xs/native/kernels";
import { skipText, skipToken } from "lws-xs/native/scan";
import { Fault } from "../errors.js";
import type { HeadTable } from "../head-table.js";

export const HEAD_LIMIT = 256 * 1024;
const REASON_LIMIT = 64;
/** "HTTP/1.1 200 " and the reason. */
const STATUS_LIMIT = 13 + REASON_LIMIT;

/** "HTTP/" */
const HTTP: readonly number[] = Object.freeze([0x48, 0x54, 0x54, 0x50, 0x2f]);

const HT = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const COLON = 0x3a;
const ZERO = 0x30;

const enum State {
	StatusStart,
	StatusStartLineFeed,
	Status,
	StatusLineFeed,
	FieldStart,
	Name,
	SkipName,
	ValueStart,
	Value,
	SkipValue,
	LineFeed,
	LastLineFeed,
	Done,
}

export const enum HeadEvent {
	None,
	/** The empty line has come; `status`, `minor` and the table are complete. */
	Complete,
}

/** The field names that the client reads itself, by their lengths; they may use the table's reserve. */
function isNeeded(table: HeadTable): boolean {
	switch (table.nameLength()) {
		case 10:
			return table.nameIs("connection") || table.nameIs("keep-alive");
		case 14:
			return table.nameIs("content-length");
		case 17:
			return table.nameIs("transfer-encoding");
		default:
			return false;
	}
}

export class HeadParser {
	readonly #table: HeadTable;
	readonly #line = new Uint8Array(STATUS_LIMIT);
	#lineLength = 0;
	#state: State = State.StatusStart;
	/** Bytes of this head so far. */
	#size = 0;
	/** A field is under construction: its line may be folded. */
	#open = false;
	/** That field is one of those that the client reads itself. */
	#needed = false;
	/** Field lines so far. */
	#lines = 0;
	/** Lower-case names to keep; undefined: all that fit. */
	#keep: readonly string[] | undefined;
	event: HeadEvent = HeadEvent.None;
	status = 0;
	/** Minor version: 0 or 1; anything above counts as 1 (RFC 9110 section 2.5). */
	minor = 0;

	constructor(table: HeadTable) {
		this.#table = table;
	}

	reset(keep: readonly string[] | undefined): void {
		this.#table.reset();
		this.#keep = keep;
		this.#state = State.StatusStart;
		this.#lineLength = this.#size = this.#lines = this.status = this.minor = 0;
		this.#open = this.#needed = false;
		this.event = HeadEvent.None;
	}

	/** Whether any byte of a response has come. */
	get started(): boolean {
		return this.#size > 0;
	}

	reason(): string {
		const start = Math.min(13, this.#lineLength);
		return bytesToString(this.#line, start, this.#lineLength);
	}

	/** Consumes up to the end of the head; gives the count of bytes, or a Fault. */
	feed(bytes: Uint8Array, start: number, stop: number): number {
		const room = HEAD_LIMIT - this.#size;
		const end = stop - start > room ? start + room : stop;
		let at = start;
		let state = this.#state;
		this.event = HeadEvent.None;
		while (at < end && state !== State.Done) {
			const byte = bytes[at] as number;
			switch (state) {
				case State.StatusStart:
					if (byte === CR) {
						state = State.StatusStartLineFeed;
						at++;
					} else if (byte === LF) at++;
					else state = State.Status;
					break;
				case State.StatusStartLineFeed:
					// a response begins with "HTTP/" (RFC 9112 section 2.3)
					if (byte !== LF) return Fault.NotHttp;
					state = State.StatusStart;
					at++;
					break;
				case State.Status: {
					const next = skipText(bytes, at, end);
					this.#appendLine(bytes, at, next);
					// RFC 9112 section 2.3: the name of the protocol, case-sensitive
					if (!this.#isHttp()) return Fault.NotHttp;
					at = next;
					if (at === end) break;
					if (this.#lineLength < HTTP.length) return Fault.NotHttp;
					const stopper = bytes[at++] as number;
					if (stopper === LF) {
						const fault = this.#parseStatus();
						if (fault < 0) return fault;
						state = State.FieldStart;
					} else if (stopper === CR) state = State.StatusLineFeed;
					// NUL (RFC 9110 section 5.5)
					else return Fault.BadHeadByte;
					break;
				}
				case State.StatusLineFeed: {
					// a bare CR is invalid in any element (RFC 9112 section 2.2), here and below
					if (byte !== LF) return Fault.BadHeadByte;
					const fault = this.#parseStatus();
					if (fault < 0) return fault;
					state = State.FieldStart;
					at++;
					break;
				}
				case State.FieldStart:
					if (byte === SP || byte === HT) {
						// white space before the first field joins nothing; RFC 9112 section 2.2 lets us reject it
						if (this.#lines === 0) return Fault.BadFieldName;
						if (this.#open && !this.#table.fold()) {
							if (this.#needed) return Fault.HeadTooLong;
							this.#open = false;
						}
						state = this.#open ? State.ValueStart : State.SkipValue;
						at++;
						break;
					}
					this.#close();
					if (byte === CR) {
						state = State.LastLineFeed;
						at++;
					} else if (byte === LF) {
						state = State.Done;
						at++;
					} else {
						this.#table.begin();
						this.#lines++;
						state = State.Name;
					}
					break;
				case State.Name: {
					const next = skipToken(bytes, at, end);
					if (!this.#table.appendName(bytes, at, next)) {
						state = State.SkipName;
						break;
					}
					at = next;
					if (at === end) break;
					// RFC 9112 section 5.1: a name, and nothing between it and the colon
					if (bytes[at] !== COLON || this.#table.nameLength() === 0) return Fault.BadFieldName;
					at++;
					if (this.#keepField()) state = State.ValueStart;
					else if (this.#needed) return Fault.HeadTooLong;
					else state = State.SkipValue;
					break;
				}
				case State.SkipName:
					at = skipToken(bytes, at, end);
					if (at === end) break;
					// as above
					if (bytes[at++] !== COLON) return Fault.BadFieldName;
					state = State.SkipValue;
					break;
				case State.ValueStart:
					while (at < end && (bytes[at] === SP || bytes[at] === HT)) at++;
					if (at < end) state = State.Value;
					break;
				case State.Value:
				case State.SkipValue: {
					const next = skipText(bytes, at, end);
					if (state === State.Value && next > at && !this.#table.appendValue(bytes, at, next)) {
						// a needed field may not be lost; any other is skipped
						if (this.#needed) return Fault.HeadTooLong;
						this.#open = false;
						state = State.SkipValue;
					}
					at = next;
					if (at === end) break;
					const stopper = bytes[at++] as number;
					if (stopper === LF) state = State.FieldStart;
					else if (stopper === CR) state = State.LineFeed;
					// NUL is dangerous in any value (RFC 9110 section 5.5)
					else return Fault.BadHeadByte;
					break;
				}
				case State.LineFeed:
					if (byte !== LF) return Fault.BadHeadByte;
					state = State.FieldStart;
					at++;
					break;
				case State.LastLineFeed:
					if (byte !== LF) return Fault.BadHeadByte;
					state = State.Done;
					at++;
					break;
			}
		}
		this.#state = state;
		this.#size += at - start;
		if (state === State.Done) this.event = HeadEvent.Complete;
		// RFC 9112 section 2.2 and RFC 9110 section 5.4: a recipient has its limits, and says so
		else if (this.#size === HEAD_LIMIT) return Fault.HeadTooLong;
		return at - start;
	}

	#close(): void {
		if (this.#open) this.#table.commit();
		this.#open = false;
	}

	#keepField(): boolean {
		const table = this.#table;
		const needed = isNeeded(table);
		this.#needed = needed;
		this.#open = (needed || this.#isWanted()) && table.keepName(needed);
		return this.#open;
	}

	#isWanted(): boolean {
		const keep = this.#keep;
		if (keep === undefined) return true;
		for (let i = 0; i < keep.length; i++) if (this.#table.nameIs(keep[i] as string)) return true;
		return false;
	}

	#appendLine(bytes: Uint8Array, start: number, end: number): void {
		const room = STATUS_LIMIT - this.#lineLength;
		this.#lineLength += copyBytes(this.#line, this.#lineLength, bytes, start, Math.min(end, start + room));
	}

	/** As far as it has come: garbage is known by its first bytes, not by the line end that it may never have. */
	#isHttp(): boolean {
		const count = Math.min(this.#lineLength, HTTP.length);
		for (let i = 0; i < count; i++) if (this.#line[i] !== HTTP[i]) return false;
		return true;
	}

	/**
	 * HTTP-version SP status-code [ SP reason ] (RFC 9112 section 4; the last SP is optional for robustness), with a
	 * version of the one major number whose framing this is (RFC 9110 section 2.5), and a code of three digits that begins
	 * with no 0 (RFC 9110 section 15).
	 */
	#parseStatus(): number {
		const line = this.#line;
		const length = this.#lineLength;
		if (length < 8 || line[6] !== 0x2e || !isDigit(line[5]) || !isDigit(line[7])) return Fault.BadStatusLine;
		if (line[5] !== 0x31) return Fault.BadVersion;
		if (length < 12 || line[8] !== SP || (length > 12 && line[12] !== SP)) return Fault.BadStatusLine;
		let status = 0;
		for (let i = 9; i < 12; i++) {
			if (!isDigit(line[i])) return Fault.BadStatusLine;
			status = status * 10 + (line[i] as number) - ZERO;
		}
		if (status < 100) return Fault.BadStatusLine;
		this.status = status;
		this.minor = line[7] === ZERO ? 0 : 1;
		return 0;
	}
}

function isDigit(byte: number | undefined): boolean {
	return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
