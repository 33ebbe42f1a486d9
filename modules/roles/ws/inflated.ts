/**
 * Compressed messages on their way in (RFC 7692): what comes is read into the rear half of the connection's input, and the
 * pieces of the message appear in the front half, from its start, as pieces of other messages do. So no byte of memory
 * comes to the connection's but the state of the inflater, and however much a peer's bytes grow, a piece is at most half
 * the buffer.
 */
import { checkUtf8 } from "lws-xs/native/kernels";
import { FrameBits } from "lws-xs/native/ws";
import { Fault } from "../../engines/errors.js";
import type { MessageInflater } from "../role.js";

export class InflatedPieces {
	readonly #inflater: MessageInflater;
	readonly #input: Uint8Array;
	/** Where the rear half begins. */
	readonly #middle: number;
	/** What of the present frame is still compressed. */
	#start = 0;
	#end = 0;
	/** FrameBits of that frame's piece; First goes with the first piece that comes of it, Final with the last. */
	#event = 0;
	#isFirst = false;
	#utf8 = 0;
	/** There is more to come of what was begun. */
	isPending = false;
	/** `next` has found a piece, and these are its FrameBits. */
	isPiece = false;
	bits = 0;

	constructor(inflater: MessageInflater, input: Uint8Array, middle: number) {
		this.#inflater = inflater;
		this.#input = input;
		this.#middle = middle;
	}

	/** A piece of a compressed message lies at [from, from + length) of the input. */
	begin(event: number, from: number, length: number): void {
		this.#event = event;
		this.#start = from;
		this.#end = from + length;
		this.#isFirst ||= (event & FrameBits.First) !== 0;
		this.isPending = true;
	}

	/** Nobody wants it any more. */
	drop(): void {
		this.isPending = this.isPiece = false;
	}

	/** The next piece, at the start of the input: the count of its bytes, or a Fault. */
	next(): number {
		const inflater = this.#inflater;
		const input = this.#input;
		const isLast = (this.#event & FrameBits.Final) !== 0;
		// what came with the answer to the handshake can lie in the front half
		const limit = this.#start < this.#middle ? this.#start : this.#middle;
		const count = inflater.inflate(input, this.#start, this.#end, input, 0, limit, isLast);
		if (count < 0) return count;
		this.#start += inflater.consumed;
		this.isPending = inflater.isPending || this.#start < this.#end;
		const isFinal = isLast && !this.isPending;
		if ((this.#event & FrameBits.Binary) === 0) {
			const state = checkUtf8(this.#utf8, input, 0, count);
			// RFC 6455 section 8.1, of what was decompressed (RFC 7692 section 6.2)
			if (state < 0 || (isFinal && state > 0)) return Fault.BadUtf8;
			this.#utf8 = state;
		}
		this.isPiece = count > 0 || isFinal;
		if (this.isPiece) {
			this.bits =
				(this.#event & FrameBits.Binary) | (this.#isFirst ? FrameBits.First : 0) | (isFinal ? FrameBits.Final : 0);
			this.#isFirst = false;
		}
		return count;
	}
}
