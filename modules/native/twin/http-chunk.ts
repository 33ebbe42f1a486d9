/** The framing of the chunked coding in TypeScript, for Node; `../lwsHttpChunk.c` is the same in C, function by function. */
import { Chunk, ChunkNext, ChunkState, HttpFault, HttpLimit } from "lws-xs/native/http";
import { checkSpan } from "./checks.js";
import { hexValue } from "./http-text.js";

const HT = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SP = 0x20;
const SEMICOLON = 0x3b;
const HALF = 2 ** 26;
/** Of the upper half. */
const BOUND = 2 ** 26;

/** What one call works on. Steps move `at`; a fault is the end. */
class Scan {
	readonly chunk: Int32Array;
	readonly bytes: Uint8Array;
	readonly end: number;
	at: number;
	fault = 0;

	constructor(state: ArrayBuffer, bytes: Uint8Array, start: number, end: number) {
		checkSpan(bytes, start, end);
		if (state.byteLength < 4 * Chunk.Words) throw new RangeError("no state");
		this.chunk = new Int32Array(state, 0, Chunk.Words);
		this.bytes = bytes;
		this.at = start;
		this.end = end;
		if (!this.#isPossible()) throw new RangeError("no state");
	}

	get(word: Chunk): number {
		return this.chunk[word] as number;
	}

	set(word: Chunk, value: number): void {
		this.chunk[word] = value;
	}

	/** No scanner left anything else. */
	#isPossible(): boolean {
		const within = (word: Chunk, most: number) => this.get(word) >= 0 && this.get(word) <= most;
		return (
			within(Chunk.State, ChunkState.Done) &&
			within(Chunk.Digits, HttpLimit.ChunkDigits) &&
			within(Chunk.Length, HttpLimit.Trailer) &&
			within(Chunk.SizeHigh, BOUND - 1) &&
			within(Chunk.SizeLow, HALF - 1) &&
			within(Chunk.TotalHigh, BOUND - 1) &&
			within(Chunk.TotalLow, HALF - 1)
		);
	}

	run(): number {
		const start = this.at;
		if (this.get(Chunk.State) === ChunkState.Data) this.set(Chunk.State, ChunkState.DataReturn);
		while (this.at < this.end && this.fault === 0) {
			const state = this.get(Chunk.State);
			if (state === ChunkState.Data || state === ChunkState.Done) break;
			this.#step(state);
		}
		this.set(Chunk.Next, this.fault === 0 ? this.#next() : ChunkNext.Framing);
		return this.fault === 0 ? this.at - start : this.fault;
	}

	/** What comes next, for the owner of the machine. */
	#next(): number {
		const state = this.get(Chunk.State);
		if (state === ChunkState.Done) return ChunkNext.End;
		if (state !== ChunkState.Data) return ChunkNext.Framing;
		const high = this.get(Chunk.SizeHigh);
		return high < 32 ? high * HALF + this.get(Chunk.SizeLow) : ChunkNext.Large;
	}

	#step(state: ChunkState): void {
		switch (state) {
			case ChunkState.Size:
				this.#takeSize();
				break;
			case ChunkState.ExtensionStart:
				this.#takeExtensionStart(this.bytes[this.at++] as number);
				break;
			case ChunkState.Extension:
				this.#takeLine(HttpLimit.ChunkExtension, HttpFault.ChunkExtensionTooLong, ChunkState.SizeLineFeed);
				break;
			case ChunkState.SizeLineFeed: {
				const isLast = this.get(Chunk.SizeHigh) === 0 && this.get(Chunk.SizeLow) === 0;
				this.set(Chunk.Length, 0);
				this.#expect(LF, isLast ? ChunkState.TrailerStart : ChunkState.Data);
				if (this.fault === 0) this.#addSize();
				break;
			}
			case ChunkState.DataReturn:
				this.set(Chunk.SizeHigh, 0);
				this.set(Chunk.SizeLow, 0);
				this.#expect(CR, ChunkState.DataLineFeed);
				break;
			case ChunkState.DataLineFeed:
				this.#expect(LF, ChunkState.Size);
				break;
			case ChunkState.TrailerStart:
				this.set(Chunk.State, ChunkState.Trailer);
				if (this.bytes[this.at] === CR) this.#expect(CR, ChunkState.LastLineFeed);
				break;
			case ChunkState.Trailer:
				this.#takeLine(HttpLimit.Trailer, HttpFault.TrailerTooLong, ChunkState.TrailerLineFeed);
				break;
			case ChunkState.TrailerLineFeed:
				this.#expect(LF, ChunkState.TrailerStart);
				if (this.fault !== 0) break;
				this.set(Chunk.Length, this.get(Chunk.Length) + 2);
				if (this.get(Chunk.Length) > HttpLimit.Trailer) this.fault = HttpFault.TrailerTooLong;
				break;
			case ChunkState.LastLineFeed:
				this.#expect(LF, ChunkState.Done);
				break;
		}
	}

	#addSize(): void {
		const low = this.get(Chunk.TotalLow) + this.get(Chunk.SizeLow);
		const high = this.get(Chunk.TotalHigh) + this.get(Chunk.SizeHigh) + Math.floor(low / HALF);
		this.set(Chunk.TotalHigh, high % BOUND);
		this.set(Chunk.TotalLow, low % HALF);
	}

	#takeSize(): void {
		for (; this.at < this.end; this.at++) {
			const digit = hexValue(this.bytes[this.at] as number);
			if (digit < 0) break;
			const digits = this.get(Chunk.Digits) + 1;
			this.set(Chunk.Digits, digits);
			if (digits > HttpLimit.ChunkDigits) {
				this.fault = HttpFault.BadChunkSize;
				return;
			}
			const low = this.get(Chunk.SizeLow) * 16 + digit;
			const high = this.get(Chunk.SizeHigh) * 16 + Math.floor(low / HALF);
			if (high >= BOUND) {
				this.fault = HttpFault.BadChunkSize;
				return;
			}
			this.set(Chunk.SizeHigh, high);
			this.set(Chunk.SizeLow, low % HALF);
		}
		if (this.at === this.end) return;
		if (this.get(Chunk.Digits) === 0) {
			this.fault = HttpFault.BadChunkSize;
			return;
		}
		this.set(Chunk.Digits, 0);
		this.set(Chunk.State, ChunkState.ExtensionStart);
	}

	#takeExtensionStart(byte: number): void {
		switch (byte) {
			case CR:
				this.set(Chunk.State, ChunkState.SizeLineFeed);
				break;
			case SP:
			case HT:
				this.set(Chunk.Length, this.get(Chunk.Length) + 1);
				if (this.get(Chunk.Length) > HttpLimit.ChunkExtension) this.fault = HttpFault.ChunkExtensionTooLong;
				break;
			case SEMICOLON:
				this.set(Chunk.State, ChunkState.Extension);
				break;
			case LF:
				this.fault = HttpFault.BadChunkFraming;
				break;
			default:
				this.fault = HttpFault.BadChunkSize;
		}
	}

	#takeLine(limit: number, tooLong: HttpFault, next: ChunkState): void {
		for (; this.at < this.end; this.at++) {
			const byte = this.bytes[this.at];
			if (byte === CR) {
				this.at++;
				this.set(Chunk.State, next);
				return;
			}
			const length = this.get(Chunk.Length);
			if (byte === LF || length >= limit) {
				this.fault = byte === LF ? HttpFault.BadChunkFraming : tooLong;
				return;
			}
			this.set(Chunk.Length, length + 1);
		}
	}

	#expect(byte: number, next: ChunkState): void {
		if (this.bytes[this.at++] !== byte) this.fault = HttpFault.BadChunkFraming;
		else this.set(Chunk.State, next);
	}
}

export function scanChunk(state: ArrayBuffer, bytes: Uint8Array, start: number, end: number): number {
	return new Scan(state, bytes, start, end).run();
}
