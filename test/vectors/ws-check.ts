/**
 * Runs a vector of the frames of WebSocket, in Node as on XS: whole, one byte at a time, and cut at each position; all must
 * come to the same. What is whole is also written again, frame by frame, as a client would, and must be what it was.
 */
import { faultCode } from "lws-xs/engines/errors";
import { FrameDecoder } from "lws-xs/engines/ws/frame";
import { FrameBits, FrameEvent, WsFault, writeFrame } from "lws-xs/native/ws";
import { checkProgress, type Ends, eachPiece, everyCut, expected, show, toBytes, type Vector } from "./h1-check.js";

export interface FramesInput {
	/** Every character a byte. */
	readonly text: string;
	/** Compression has been agreed. */
	readonly compressed?: boolean;
}

const STATUS_BYTES = 2;

export function checkFrames({ input, expect }: Vector<FramesInput>): string {
	const bytes = toBytes(input.text);
	const outcome = everyCut(bytes, (bytes, ends) => framesOutcome(input.compressed === true, bytes, ends));
	if (!isFault(outcome)) checkBackwards(bytes);
	return expected(expect, outcome);
}

function isFault(outcome: string): boolean {
	return outcome.slice(outcome.lastIndexOf(" ") + 1).startsWith("ws:");
}

/**
 * `[deflated ]text "CONTENT"` or `binary`, and `end` when the message ends; content that comes after a control frame is in
 * quotes of its own. `ping "…"`, `pong "…"`, `close [CODE "REASON"]`. Then a code, or `inside` a message and the payload of
 * the frame that has not come.
 */
export function framesOutcome(compressed: boolean, bytes: Uint8Array, ends: Ends): string {
	const decoder = new FrameDecoder(compressed);
	const log = new FrameLog(decoder, bytes.length);
	eachPiece(bytes, ends, (buffer, start, end) => {
		for (let at = start; at < end; ) {
			const count = decoder.feed(buffer, at, end);
			if (count < 0) {
				if (decoder.event !== FrameEvent.None) throw new Error("a fault is an event");
				log.fail(count);
				return false;
			}
			checkProgress(count, end - at);
			at += count;
			if (decoder.event === FrameEvent.None && at < end) throw new Error("bytes are left, and nothing has happened");
			log.take(buffer, at);
		}
		return true;
	});
	return log.end();
}

class FrameLog {
	readonly #decoder: FrameDecoder;
	readonly #words: string[] = [];
	/** Content since the last control frame; `#kind` stands before it, and undefined says that there is none. */
	readonly #content: Uint8Array;
	#length = 0;
	#kind: string | undefined;
	/** FrameBits of the message that is under way. */
	#message: number | undefined;
	#isOver = false;

	constructor(decoder: FrameDecoder, most: number) {
		this.#decoder = decoder;
		this.#content = new Uint8Array(most);
	}

	/** An event, after bytes of `buffer` until `at` have been consumed. */
	take(buffer: Uint8Array, at: number): void {
		const { event, length, control } = this.#decoder;
		switch (event & FrameEvent.Kind) {
			case FrameEvent.None:
				break;
			case FrameEvent.Data:
				this.#takePiece(event & ~FrameEvent.Kind, buffer, at);
				break;
			case FrameEvent.Close: {
				this.#flush();
				const code = ((control[0] as number) << 8) | (control[1] as number);
				this.#words.push("close");
				if (length > 0) this.#words.push(`${code} ${show(control.subarray(STATUS_BYTES, length))}`);
				break;
			}
			default: {
				this.#flush();
				const name = (event & FrameEvent.Kind) === FrameEvent.Ping ? "ping" : "pong";
				this.#words.push(`${name} ${show(control.subarray(0, length))}`);
			}
		}
	}

	#takePiece(bits: number, buffer: Uint8Array, at: number): void {
		const { length, from, remaining } = this.#decoder;
		const isFirst = (bits & FrameBits.First) !== 0;
		const isFinal = (bits & FrameBits.Final) !== 0;
		const message = bits & ~(FrameBits.First | FrameBits.Final);
		const isCompressed = (message & FrameBits.Compressed) !== 0;
		if (isFirst !== (this.#message === undefined)) throw new Error("the first piece is not the first");
		if (!isFirst && this.#message !== message) throw new Error("the message has changed its kind");
		if (isFinal && remaining > 0) throw new Error("something remains after the last piece");
		if (!isFinal && length === 0) throw new Error("a piece has no bytes");
		if (from !== (isCompressed && length > 0 ? at - length : 0)) throw new Error(`the piece lies at ${from}`);
		if (isFirst)
			this.#kind = `${isCompressed ? "deflated " : ""}${(message & FrameBits.Binary) !== 0 ? "binary" : "text"} `;
		else this.#kind ??= "";
		this.#content.set(buffer.subarray(from, from + length), this.#length);
		this.#length += length;
		this.#message = isFinal ? undefined : message;
		if (!isFinal) return;
		this.#flush();
		this.#words.push("end");
	}

	#flush(): void {
		if (this.#kind === undefined) return;
		this.#words.push(this.#kind + show(this.#content.subarray(0, this.#length)));
		this.#drop();
	}

	#drop(): void {
		this.#kind = undefined;
		this.#length = 0;
	}

	fail(fault: number): void {
		// how much of a text has been seen to be good depends on how it was cut
		if (fault === WsFault.BadUtf8) this.#drop();
		this.#flush();
		this.#words.push(faultCode(fault));
		this.#isOver = true;
	}

	end(): string {
		this.#flush();
		const { remaining } = this.#decoder;
		if (!this.#isOver && this.#message !== undefined) this.#words.push("inside");
		if (!this.#isOver && remaining > 0) this.#words.push(`remaining=${remaining}`);
		return this.#words.join(" ");
	}
}

/** Each frame that is there is what the client's writer makes of it, but for the mask. */
function checkBackwards(bytes: Uint8Array): void {
	for (let at = 0; at < bytes.length; ) {
		const { payload, end } = readFrame(bytes, at);
		if (end > bytes.length) return;
		const written = new Uint8Array(end - at + 4);
		const key = Uint8Array.of(0x12, 0x00, 0xff, 0x80);
		const count = writeFrame(written, 0, bytes[at] as number, bytes, payload, end, key, 0);
		if (count !== written.length) throw new Error(`${count} bytes are written, not ${written.length}`);
		const mirrored = mirror(written);
		for (let i = 0; i < mirrored.length; i++) {
			if (mirrored[i] !== bytes[at + i]) throw new Error(`the frame at ${at} is written otherwise, at ${i}`);
		}
		at = end;
	}
}

/** Where the payload of a frame lies, masked or not. The simplest reading of RFC 6455 section 5.2. */
export function readFrame(bytes: Uint8Array, at: number): { payload: number; end: number } {
	const second = bytes[at + 1] ?? 0;
	let length = second & 0x7f;
	let payload = at + 2;
	for (let more = length === 126 ? 2 : length === 127 ? 8 : 0; more > 0; more--) {
		length = payload === at + 2 ? 0 : length;
		length = length * 256 + (bytes[payload++] ?? 0);
	}
	if (second > 0x7f) payload += 4;
	return { payload, end: payload + length };
}

/** A frame of the client, as a server would send it: without its mask. */
export function mirror(frame: Uint8Array): Uint8Array {
	const { payload, end } = readFrame(frame, 0);
	if (((frame[1] as number) & 0x80) === 0) throw new Error("a frame of the client is not masked");
	const bytes = new Uint8Array(end - 4);
	bytes.set(frame.subarray(0, payload - 4));
	bytes[1] = (frame[1] as number) & 0x7f;
	for (let i = payload; i < end; i++)
		bytes[i - 4] = (frame[i] as number) ^ (frame[payload - 4 + ((i - payload) & 3)] as number);
	return bytes;
}
