/** The byte machines of WebSocket in TypeScript, for Node; `../ws.d.ts` says what they do, `../lwsWs.c` is the same in C. */

import { Frame, FrameBits, FrameEvent, FrameHead, FrameState, WsFault } from "lws-xs/native/ws";
import { checkInteger, checkSpan } from "./checks.js";
import { checkUtf8, copyBytes, copyMasked } from "./kernels.js";

const FIN = 0x80;
const RESERVED = 0x70;
const RSV1 = 0x40;
const MASKED = 0x80;
const MEDIUM = 126;
const TEXT = 1;
const BINARY = 2;
/** The bit of their opcodes. */
const CONTROL = 8;
const CLOSE = 8;
const PING = 9;
const CONTROL_LIMIT = 125;
const HALF = 2 ** 26;
const LENGTH_LIMIT = 2 ** 53 - 1;

/** RFC 6455 section 7.4, and what IANA has registered since: 1012 to 1014. */
function maySend(code: number): boolean {
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

/** What one call works on. Steps move `at`; a fault or an event is the end. */
class Scan {
	readonly frame: Int32Array;
	readonly control: Uint8Array;
	readonly bytes: Uint8Array;
	readonly end: number;
	readonly allowCompressed: number;
	at: number;

	constructor(state: ArrayBuffer, bytes: Uint8Array, start: number, end: number, allowCompressed: number) {
		checkInteger(allowCompressed, 0, 1);
		checkSpan(bytes, start, end);
		if (state.byteLength < 4 * Frame.Words) throw new RangeError("no state");
		this.frame = new Int32Array(state, 0, Frame.Words);
		this.control = new Uint8Array(state, 4 * Frame.Control);
		this.bytes = bytes;
		this.at = start;
		this.end = end;
		this.allowCompressed = allowCompressed;
		if (!this.#isPossible()) throw new RangeError("no state");
	}

	get(word: Frame): number {
		return this.frame[word] as number;
	}

	set(word: Frame, value: number): void {
		this.frame[word] = value;
	}

	/** No scanner left anything else. */
	#isPossible(): boolean {
		const within = (word: Frame, most: number) => this.get(word) >= 0 && this.get(word) <= most;
		return (
			within(Frame.State, FrameState.Control) &&
			within(Frame.RemainingHigh, 2 * HALF - 1) &&
			within(Frame.RemainingLow, HALF - 1) &&
			within(Frame.First, 0xff) &&
			(this.get(Frame.Message) & ~(FrameBits.First | FrameBits.Binary | FrameBits.Compressed | TEXT | BINARY)) === 0 &&
			within(Frame.Utf8, 7) &&
			within(Frame.Missing, 8) &&
			within(Frame.ControlLength, CONTROL_LIMIT) &&
			(this.get(Frame.State) !== FrameState.LongLength || this.get(Frame.Missing) > 0) &&
			(this.get(Frame.State) !== FrameState.Control ||
				this.get(Frame.ControlLength) + this.get(Frame.RemainingLow) <= CONTROL_LIMIT)
		);
	}

	get #remaining(): number {
		return this.get(Frame.RemainingHigh) * HALF + this.get(Frame.RemainingLow);
	}

	#setRemaining(remaining: number): void {
		this.set(Frame.RemainingHigh, Math.floor(remaining / HALF));
		this.set(Frame.RemainingLow, remaining % HALF);
	}

	get #isControl(): boolean {
		return (this.get(Frame.First) & CONTROL) !== 0;
	}

	get #isFinal(): boolean {
		return (this.get(Frame.First) & FIN) !== 0;
	}

	run(): number {
		const start = this.at;
		let fault = 0;
		this.set(Frame.Event, FrameEvent.None);
		this.set(Frame.Length, 0);
		this.set(Frame.From, 0);
		while (this.at < this.end && fault === 0 && this.get(Frame.Event) === FrameEvent.None) fault = this.#step();
		return fault === 0 ? this.at - start : fault;
	}

	/** Steps return a fault or 0. */
	#step(): number {
		switch (this.get(Frame.State)) {
			case FrameState.Opcode:
				return this.#takeOpcode(this.#take());
			case FrameState.Length:
				return this.#takeLength(this.#take());
			case FrameState.LongLength:
				return this.#takeLongLength(this.#take());
			case FrameState.Payload:
				return this.#takePayload();
			default:
				return this.#takeControl();
		}
	}

	#take(): number {
		return this.bytes[this.at++] as number;
	}

	#takeOpcode(byte: number): number {
		const opcode = byte & 0x0f;
		const reserved = byte & RESERVED;
		const message = this.get(Frame.Message);
		const begins = opcode === TEXT || opcode === BINARY;
		if (reserved !== 0 && (reserved !== RSV1 || this.allowCompressed === 0 || !begins)) return WsFault.ReservedBits;
		if ((opcode & 7) > BINARY) return WsFault.BadOpcode;
		if ((opcode & CONTROL) !== 0) {
			if ((byte & FIN) === 0) return WsFault.BadControlFrame;
		} else if (begins !== (message === 0)) return WsFault.BadContinuation;
		else if (begins) {
			const bits = FrameBits.First | (opcode === BINARY ? FrameBits.Binary : 0);
			this.set(Frame.Message, opcode | bits | (reserved === 0 ? 0 : FrameBits.Compressed));
		}
		this.set(Frame.First, byte);
		this.set(Frame.State, FrameState.Length);
		return 0;
	}

	#takeLength(byte: number): number {
		if ((byte & MASKED) !== 0) return WsFault.MaskedFrame;
		if (this.#isControl && byte > CONTROL_LIMIT) return WsFault.BadControlFrame;
		this.set(Frame.ControlLength, 0);
		this.#setRemaining(byte < MEDIUM ? byte : 0);
		if (byte >= MEDIUM) {
			this.set(Frame.Missing, byte === MEDIUM ? 2 : 8);
			this.set(Frame.State, FrameState.LongLength);
			return 0;
		}
		if (byte > 0) {
			this.set(Frame.State, this.#isControl ? FrameState.Control : FrameState.Payload);
			return 0;
		}
		if (this.#isControl) return this.#giveControl();
		this.set(Frame.State, FrameState.Opcode);
		return this.#isFinal ? this.#givePiece(0, 0, true) : 0;
	}

	#takeLongLength(byte: number): number {
		const missing = this.get(Frame.Missing) - 1;
		const length = this.#remaining * 256 + byte;
		this.set(Frame.Missing, missing);
		const isTooLong = length > Math.floor(LENGTH_LIMIT / 256 ** missing);
		// Of eight bytes the first six may not be all 0, and two must say more than the seven bits before them could.
		if (isTooLong || (missing === 2 && length === 0) || (missing === 0 && length < MEDIUM)) return WsFault.BadLength;
		this.#setRemaining(length);
		if (missing === 0) this.set(Frame.State, FrameState.Payload);
		return 0;
	}

	#takePayload(): number {
		const from = this.at;
		const count = Math.min(this.#remaining, this.end - from);
		const remaining = this.#remaining - count;
		this.at += count;
		this.#setRemaining(remaining);
		if (remaining === 0) this.set(Frame.State, FrameState.Opcode);
		return this.#givePiece(from, count, remaining === 0 && this.#isFinal);
	}

	/** What there is of a frame's payload, or its end, is the next event. */
	#givePiece(from: number, count: number, isLast: boolean): number {
		const message = this.get(Frame.Message);
		if ((message & (FrameBits.Binary | FrameBits.Compressed)) === 0) {
			const next = checkUtf8(this.get(Frame.Utf8), this.bytes, from, from + count);
			this.set(Frame.Utf8, next);
			if (next < 0 || (isLast && next > 0)) return WsFault.BadUtf8;
		}
		this.set(Frame.Event, FrameEvent.Data | (message & ~FrameEvent.Kind) | (isLast ? FrameBits.Final : 0));
		this.set(Frame.Message, isLast ? 0 : message & ~FrameBits.First);
		this.set(Frame.Length, count);
		if ((message & FrameBits.Compressed) !== 0) this.set(Frame.From, from);
		else copyBytes(this.bytes, 0, this.bytes, from, from + count);
		return 0;
	}

	#takeControl(): number {
		const length = this.get(Frame.ControlLength);
		const remaining = this.get(Frame.RemainingLow);
		const count = Math.min(remaining, this.end - this.at);
		copyBytes(this.control, length, this.bytes, this.at, this.at + count);
		this.at += count;
		this.set(Frame.ControlLength, length + count);
		this.set(Frame.RemainingLow, remaining - count);
		return count < remaining ? 0 : this.#giveControl();
	}

	#giveControl(): number {
		const opcode = this.get(Frame.First) & 0x0f;
		const length = this.get(Frame.ControlLength);
		const { control } = this;
		if (opcode === CLOSE && length > 0) {
			if (length === 1 || !maySend(((control[0] as number) << 8) | (control[1] as number))) return WsFault.BadClose;
			if (checkUtf8(0, control, 2, length) !== 0) return WsFault.BadUtf8;
		}
		this.set(Frame.State, FrameState.Opcode);
		this.set(Frame.Event, opcode === CLOSE ? FrameEvent.Close : opcode === PING ? FrameEvent.Ping : FrameEvent.Pong);
		this.set(Frame.Length, length);
		return 0;
	}
}

export function scanFrame(
	state: ArrayBuffer,
	bytes: Uint8Array,
	start: number,
	end: number,
	allowCompressed: number,
): number {
	return new Scan(state, bytes, start, end, allowCompressed).run();
}

export function writeFrame(
	target: Uint8Array,
	at: number,
	first: number,
	source: Uint8Array,
	start: number,
	end: number,
	keys: Uint8Array,
	keyAt: number,
): number {
	checkInteger(first, 0, 0xff);
	checkInteger(keyAt, 0, keys.length - 4);
	checkSpan(source, start, end);
	checkSpan(target, at, target.length);
	const count = end - start;
	const head =
		count <= FrameHead.ShortPayload
			? FrameHead.Short
			: count <= FrameHead.MediumPayload
				? FrameHead.Medium
				: FrameHead.Long;
	const payload = at + head;
	if (payload + count > target.length) throw new RangeError("frame outside of buffer");
	// Key and source may lie in the target: the key is kept, and the payload moved before the head is written.
	const key = keys.slice(keyAt, keyAt + 4);
	copyBytes(target, payload, source, start, end);
	copyMasked(target, payload, target, payload, payload + count, key, 0);
	target[at] = first;
	writeLength(target, at + 1, count);
	target.set(key, payload - 4);
	return head + count;
}

/** RFC 6455 section 5.2: a client masks, and a length is in its shortest form. */
function writeLength(target: Uint8Array, at: number, length: number): void {
	const bytes = length <= FrameHead.ShortPayload ? 0 : length <= FrameHead.MediumPayload ? 2 : 8;
	target[at] = MASKED | (bytes === 0 ? length : bytes === 2 ? MEDIUM : MEDIUM + 1);
	for (let rest = length, i = bytes; i > 0; i--, rest = Math.floor(rest / 256)) target[at + i] = rest % 256;
}
