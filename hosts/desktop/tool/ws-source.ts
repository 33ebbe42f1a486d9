/** What a WebSocket of the tool sends: messages in pieces, so that one of any length needs no more memory than a piece. */
import { Input } from "desktop/stdio";
import { checkUtf8, copyBytes, findByte, stringToBytes } from "lws-xs/native/kernels";
import { type Body, uploadBody } from "./body.js";
import { Exit, Failure, messageOf } from "./exit.js";
import type { WsMessage } from "./ws-options.js";

const LF = 0x0a;
/** Of a code point in UTF-8. */
const LONGEST = 4;
const NOTHING = new Uint8Array(0);

export interface Source {
	/** Called when a piece waits that was not there before; set by whoever reads. */
	onReady: () => void;
	/** Of the piece that was read last. */
	readonly isFirst: boolean;
	readonly isLast: boolean;
	readonly isText: boolean;
	/** There is no other one. */
	readonly isDone: boolean;
	/** The next piece, of `room` bytes at most, which stays as it is until the next call; undefined: none now. Throws a Failure. */
	next(room: number): Uint8Array | undefined;
	close(): void;
}

/** The messages of --ws-send and --ws-send-file, in their order. */
export class GivenMessages implements Source {
	onReady: () => void = () => {};
	isFirst = false;
	isLast = true;
	isText = false;
	readonly #buffer: Uint8Array;
	readonly #messages: { bytes?: Uint8Array; body?: Body }[];
	/** The present message, and how much of it was given. */
	#at = 0;
	#given = 0;

	/** Opens the files: throws a Failure. */
	constructor(messages: readonly WsMessage[], buffer: Uint8Array) {
		this.#buffer = buffer;
		this.#messages = messages.map(({ value, isFile }) =>
			isFile ? { body: this.#open(value) } : { bytes: encode(value) },
		);
	}

	#open(path: string): Body {
		const body = uploadBody(path);
		body.onReady = () => this.onReady();
		return body;
	}

	get isDone(): boolean {
		return this.#at === this.#messages.length;
	}

	next(room: number): Uint8Array | undefined {
		const message = this.#messages[this.#at];
		if (!message) return undefined;
		const { bytes = NOTHING, body } = message;
		const from = this.#given;
		// the end of the piece before was not that of its message
		const isInside = !this.isLast;
		const piece = body ? this.#read(body, room) : bytes.subarray(from, from + room);
		if (!piece) return undefined;
		this.isText = !body;
		this.isFirst = !isInside;
		this.#given = from + piece.length;
		// of a pipe the end is only known when it has come, as nothing
		this.isLast = body ? this.#given === body.length || piece.length === 0 : this.#given === bytes.length;
		if (this.isLast) {
			this.#at++;
			this.#given = 0;
		}
		return piece;
	}

	#read(body: Body, room: number): Uint8Array | undefined {
		const count = body.read(room < this.#buffer.length ? this.#buffer.subarray(0, room) : this.#buffer);
		if (count === 0) return undefined;
		return count < 0 ? NOTHING : this.#buffer.subarray(0, count);
	}

	close(): void {
		for (const { body } of this.#messages) body?.close();
	}
}

/** The lines of standard input, a text message each. */
export class Lines implements Source {
	onReady: () => void = () => {};
	isFirst = false;
	isLast = true;
	readonly isText = true;
	isDone = false;
	readonly #input: Input;
	readonly #buffer: Uint8Array;
	/** What was read and not given. */
	#from = 0;
	#to = 0;
	#isEnded = false;
	#utf8 = 0;

	constructor(buffer: Uint8Array) {
		this.#buffer = buffer;
		this.#input = new Input({ onReadable: () => this.onReady() });
	}

	next(room: number): Uint8Array | undefined {
		const buffer = this.#buffer;
		let lineEnd = findByte(buffer, LF, this.#from, this.#to);
		// a line that has a place in the buffer is one piece
		while (lineEnd < 0 && !this.#isEnded && this.#to - this.#from < buffer.length) {
			if (!this.#fill()) return undefined;
			lineEnd = findByte(buffer, LF, this.#from, this.#to);
		}
		const isInside = !this.isLast;
		if (this.#from === this.#to && !isInside) {
			this.isDone = true;
			return undefined;
		}
		const from = this.#from;
		const end = lineEnd < 0 ? this.#to : lineEnd;
		const to = Math.min(end, from + room);
		this.isFirst = !isInside;
		this.isLast = to === end && (lineEnd >= 0 || this.#isEnded);
		this.#from = this.isLast && lineEnd >= 0 ? to + 1 : to;
		this.#check(from, to);
		return buffer.subarray(from, to);
	}

	/** False: nothing is there now. */
	#fill(): boolean {
		const buffer = this.#buffer;
		const kept = this.#to - this.#from;
		if (this.#from > 0 && kept > 0) copyBytes(buffer, 0, buffer, this.#from, this.#to);
		this.#from = 0;
		this.#to = kept;
		let count: number;
		try {
			count = this.#input.read(kept > 0 ? buffer.subarray(kept) : buffer);
		} catch (error) {
			throw new Failure(Exit.Input, "input:unreadable", messageOf(error));
		}
		if (count < 0) this.#isEnded = true;
		else this.#to += count;
		return count !== 0;
	}

	/** What is no text would be refused by the server, which could not say where it was (RFC 6455 section 8.1). */
	#check(from: number, to: number): void {
		this.#utf8 = checkUtf8(this.#utf8, this.#buffer, from, to);
		if (this.#utf8 >= 0 && (!this.isLast || this.#utf8 === 0)) return;
		throw new Failure(Exit.Input, "input:not-text", "a line is not UTF-8: --ws-send-file - sends what is no text");
	}

	close(): void {
		this.#input.close();
	}
}

function encode(text: string): Uint8Array {
	const bytes = new Uint8Array(LONGEST * text.length);
	return bytes.subarray(0, stringToBytes(text, bytes, 0));
}
