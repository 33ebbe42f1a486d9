/**
 * TLS over a byte stream, itself a byte stream. Ciphertext is read into `input` and handed to the session, which keeps a
 * record until it is whole; it decrypts the next one only when the last has been read, so who does not read holds up the
 * peer. What it encrypts it puts into `output`, a record at a time, and a record is begun only when the stream below has
 * room for all of it.
 *
 * Nothing of the application leaves before the handshake is done and everything that is asked for is verified. The end is
 * one in order only after close_notify (RFC 8446 section 6.1): without it anybody may have cut the stream.
 */
import { Event, type PeerCertificate, type Session, type SessionInfo } from "lws-xs/native/tls/session";
import type { Secured, Security } from "./security.js";
import type { ByteStream, Source, StreamSink } from "./stream.js";
import { TLSFailure } from "./tls-failure.js";

/** The memory of one stream, which may be lent to one after another. */
export interface CipherBuffers {
	readonly input: Uint8Array;
	readonly output: Uint8Array;
}

/**
 * What a record is longer than its plaintext: header 5, explicit nonce 8, tag 16, and in TLS 1.3 the content type with
 * padding to 16 bytes (RFC 8446 section 5.2, RFC 5288 section 3).
 */
export const RECORD_OVERHEAD = 48;

const NOTHING = new Uint8Array(0);

/** Who has given up a stream hears nothing more of it. */
const DEAF: StreamSink = Object.freeze({ opened() {}, readable() {}, writable() {}, ended() {}, broken() {} });

const enum State {
	/** `opened` is awaited. */
	Waiting,
	Handshake,
	Open,
	/** Nothing goes on any more; the sink has been told, or does not want to be. */
	Over,
}

export class TLSStream implements ByteStream, StreamSink, Secured {
	available = 0;
	room = 0;
	readonly source: Source | undefined = undefined;
	#state: State = State.Waiting;
	readonly #security: Security;
	sink: StreamSink;
	readonly #lower: ByteStream;
	#session: Session | undefined;
	readonly #input: Uint8Array;
	/** Costs more to ask for than to keep. */
	readonly #inputSize: number;
	readonly #output: Uint8Array;
	/** Ciphertext that has come: [start, end) of the input. */
	#start = 0;
	#end = 0;
	/** Ciphertext that the stream below had no room for: [sent, unsent) of the output. */
	#sent = 0;
	#unsent = 0;
	/** The stream below has ended, in whatever way. */
	#isCut = false;
	#cutCode: string | undefined;

	/** `lower` is from now on this stream's; when it stands already, whoever gives it calls `opened`. */
	constructor(security: Security, buffers: CipherBuffers, sink: StreamSink, lower: ByteStream) {
		this.#security = security;
		this.sink = sink;
		this.#input = buffers.input;
		this.#inputSize = buffers.input.length;
		this.#output = buffers.output;
		this.#lower = lower;
		lower.sink = this;
	}

	read(buffer: Uint8Array, start: number, end: number): number {
		const session = this.#session;
		if (this.#state !== State.Open || !session || end <= start) return 0;
		const count = this.decrypt(session, buffer, start, end);
		if (this.#isCut && this.available === 0) this.lost(this.#cutCode ?? "tls:truncated");
		return count;
	}

	write(buffer: Uint8Array, start: number, end: number): number {
		const session = this.#session;
		const count = end - start;
		if (count > this.room || count <= 0 || !session) return 0;
		session.write(buffer, start, end, this.#output);
		this.send(session);
		// sending may find the end, here and below, and the session is closed then
		this.measure(session);
		const failure = this.failureOf(session);
		if (failure) this.lost(failure.code, failure);
		return count;
	}

	abort(): void {
		const session = this.#session;
		this.sink = DEAF;
		if (session && this.#state === State.Open && !this.#isCut) {
			// what a server has sent last is often the ticket for the next session
			if (this.available === 0) this.decrypt(session, NOTHING, 0, 0);
			if (this.#state === State.Open && this.#unsent === 0) {
				session.finish(this.#output);
				this.send(session);
			}
		}
		this.leave();
		this.#lower.abort();
	}

	get secured(): Secured {
		return this;
	}

	info(): SessionInfo | undefined {
		return this.#state === State.Open ? this.#session?.info() : undefined;
	}

	peerCertificate(): PeerCertificate | undefined {
		return this.#state === State.Open ? this.#session?.peerCertificate() : undefined;
	}

	private leave(): void {
		this.#state = State.Over;
		this.available = this.room = 0;
		this.#start = this.#end = this.#sent = this.#unsent = 0;
		this.#session?.close();
		this.#session = undefined;
	}

	/** The end, found in an event of the stream below. */
	private over(code: string | undefined, detail?: unknown): void {
		if (this.#state === State.Over) return;
		this.leave();
		this.#lower.abort();
		this.sink.ended(code, detail);
	}

	/** The end, found in a call to this stream. */
	private lost(code: string | undefined, detail?: unknown): void {
		if (this.#state === State.Over) return;
		this.leave();
		this.#lower.abort();
		this.sink.broken(code, detail);
	}

	// ciphertext in

	/** Reads ciphertext, when there is none left; false: none has come. */
	private fill(): boolean {
		if (this.#start < this.#end) return true;
		this.#start = 0;
		this.#end = this.#lower.read(this.#input, 0, this.#inputSize);
		return this.#end > 0;
	}

	/**
	 * Fills [start, end) of `buffer` with plaintext, and goes on to the next record, so that `available` is known; the
	 * stream below is read for that as far as need be. Every record goes through here several times: hence one function,
	 * and fields copied to variables.
	 */
	private decrypt(session: Session, buffer: Uint8Array, start: number, end: number): number {
		const input = this.#input;
		let from = this.#start;
		let to = this.#end;
		let available = this.available;
		let at = start;
		do {
			if (available === 0 && from === to) {
				from = 0;
				to = this.#lower.read(input, 0, this.#inputSize);
				if (to === 0) break;
			}
			at += session.read(buffer, at, end, input, from, to, this.#unsent > 0 ? NOTHING : this.#output);
			from += session.consumed;
			available = session.available;
			if (session.events !== 0 || session.produced > 0) {
				if (session.produced > 0) this.send(session);
				this.meet(session);
				if (this.#state !== State.Open) return at - start;
			}
		} while (available === 0);
		this.#start = from;
		this.#end = to;
		this.available = available;
		return at - start;
	}

	/** What a read has met besides content. An end waits until all that came before it has been read. */
	private meet(session: Session): void {
		if (this.#state !== State.Open) return;
		const { events } = session;
		if ((events & Event.Ticket) !== 0) this.#security.keep(session);
		if ((events & Event.Closed) !== 0) this.lost(undefined);
		const failure = this.failureOf(session);
		if (failure) this.lost(failure.code, failure);
	}

	private failureOf(session: Session): TLSFailure | undefined {
		if (this.#state === State.Over || (session.events & Event.Failed) === 0) return undefined;
		return new TLSFailure(session.failure());
	}

	// ciphertext out

	/** Sends what the session has just put into the output; what finds no room stays there. */
	private send(session: Session): void {
		this.#sent = 0;
		this.#unsent = session.produced;
		this.flush();
	}

	/** True: nothing is left in the output. */
	private flush(): boolean {
		while (this.#sent < this.#unsent) {
			const count = Math.min(this.#unsent - this.#sent, this.#lower.room);
			if (count <= 0 || this.#lower.write(this.#output, this.#sent, this.#sent + count) === 0) return false;
			this.#sent += count;
		}
		this.#sent = this.#unsent = 0;
		return true;
	}

	/** What of a record did not fit in the output follows. True: nothing is left. */
	private drain(session: Session): boolean {
		while (this.flush() && this.#state === State.Open) {
			if ((session.events & Event.More) === 0) return true;
			session.write(NOTHING, 0, 0, this.#output);
			this.send(session);
		}
		return false;
	}

	/** A record must fit in the output, and the stream below have room for it: then it is sent in one piece. */
	private measure(session: Session): void {
		if (this.#state !== State.Open || this.#unsent > 0) {
			this.room = 0;
			return;
		}
		const output = this.#output.length;
		const below = this.#lower.room;
		const room = (output < below ? output : below) - RECORD_OVERHEAD;
		const { longest } = session;
		this.room = room < 0 ? 0 : room < longest ? room : longest;
	}

	// the handshake

	private shake(): void {
		const session = this.#session as Session;
		while (this.#state === State.Handshake) {
			if (!this.flush()) {
				// it ended before it had taken anything
				if (this.#isCut) this.over(this.#cutCode ?? "tls:closed");
				return;
			}
			const isDone = session.handshake(this.#input, this.#start, this.#end, this.#output);
			this.#start += session.consumed;
			this.send(session);
			if (this.#state !== State.Handshake) return;
			const failure = this.failureOf(session);
			if (failure) this.over(failure.code, failure);
			else if ((session.events & Event.Closed) !== 0) this.over("tls:closed");
			else if (isDone) {
				this.#state = State.Open;
				if ((session.events & Event.Ticket) !== 0) this.#security.keep(session);
				this.measure(session);
				// not by a method: the application goes deep from here, and a device has 384 slots of stack
				this.sink.opened();
				this.readable();
				return;
			} else if ((session.events & Event.More) === 0 && !this.fill()) {
				if (this.#isCut) this.over(this.#cutCode ?? "tls:closed");
				return;
			}
		}
	}

	// the sink of the stream below

	opened(): void {
		if (this.#security.isClockWrong) {
			this.over("tls:clock-not-set");
			return;
		}
		try {
			this.#session = this.#security.begin();
		} catch (exception) {
			this.over("tls:set-up", exception);
			return;
		}
		this.#state = State.Handshake;
		this.shake();
	}

	readable(): void {
		if (this.#state === State.Handshake) this.shake();
		const session = this.#session;
		if (this.#state !== State.Open || !session || this.available > 0) return;
		this.decrypt(session, NOTHING, 0, 0);
		if (this.#state !== State.Open) return;
		if (this.available > 0) this.sink.readable();
		else if (this.#isCut) this.over(this.#cutCode ?? "tls:truncated");
	}

	writable(): void {
		const session = this.#session;
		if (this.#state === State.Handshake) this.shake();
		if (this.#state !== State.Open || !session || !this.drain(session)) return;
		this.measure(session);
		// also when a record has no more room than before: who was refused a longer one may try a shorter one
		if (this.room > 0) this.sink.writable();
	}

	ended(code: string | undefined): void {
		this.#isCut = true;
		this.#cutCode = code;
		if (this.#state === State.Waiting) this.over(code ?? "tcp:reset");
		else if (this.#state === State.Handshake) this.shake();
		// what has come is read first
		else if (this.available === 0) this.readable();
	}

	/** Found by a call of ours; a write may find it while what came before is still to be read. */
	broken(code: string | undefined, detail?: unknown): void {
		this.#isCut = true;
		this.#cutCode = code;
		if (this.available === 0) this.lost(code, detail);
	}
}
