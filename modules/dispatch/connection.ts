/**
 * One connection: the byte stream, the buffers, and the role that speaks on it. To the stream it is the sink, to the role
 * the carrier; the pool decides what it does next.
 */
import type { HeadTable } from "../engines/head-table.js";
import { H1Role } from "../roles/h1/role.js";
import type { Carrier, Role } from "../roles/role.js";
import type { TCPClass } from "../transport/host.js";
import type { Lookup } from "../transport/resolver.js";
import type { Secured } from "../transport/security.js";
import type { ByteStream, StreamSink } from "../transport/stream.js";
import { constructorFailure, TCPStream } from "../transport/tcp.js";
import { type CipherBuffers, TLSStream } from "../transport/tls.js";
import { TLSFailure } from "../transport/tls-failure.js";
import type { Destination, Transaction } from "./transaction.js";
import type { Posted, TimerClass, Turn } from "./turn.js";

/** The memory of one connection, made once and lent to one connection after another. */
export interface Berth {
	readonly input: Uint8Array;
	readonly output: Uint8Array;
	readonly table: HeadTable;
	/** Only where there is TLS. */
	cipher: CipherBuffers | undefined;
}

/** What the connection tells the pool. */
export interface ConnectionOwner {
	/** It can take its transaction. */
	opened(connection: Connection): void;
	/** It could not be made; the connection is closed. */
	unopened(connection: Connection, code: string, detail?: unknown): void;
	/** Its exchange is over. When it is not reusable, it is closed. */
	released(connection: Connection, reusable: boolean): void;
	/** It has been kept warm for as long as was asked. */
	cooled(connection: Connection): void;
}

export interface ConnectionHost {
	readonly Timer: TimerClass;
	readonly turn: Turn;
}

export class Connection implements Carrier, StreamSink, Posted {
	readonly destination: Destination;
	readonly input: Uint8Array;
	readonly output: Uint8Array;
	readonly table: HeadTable;
	readonly berth: Berth;
	inputStart = 0;
	inputEnd = 0;
	postedNext: Posted | undefined;
	isPosted = false;
	/** The transaction that it is made for, or serves. */
	transaction: Transaction | undefined;
	stream: ByteStream | undefined;
	/** Of its address, while that goes on. */
	lookup: Lookup | undefined;
	/** Exchanges so far. */
	served = 0;
	readonly #owner: ConnectionOwner;
	readonly #turn: Turn;
	readonly #Timer: TimerClass;
	#warm: ReturnType<TimerClass["set"]> | undefined;
	#role: Role | undefined;
	#addresses: readonly string[] = Object.freeze([]);
	#tried = 0;
	#Socket: TCPClass | undefined;
	#secured: Secured | undefined;
	/** The peer has answered at one of its addresses, whatever comes of it. */
	#isConnected = false;
	/** The end was found in a call to the stream, and is told later. */
	#isBroken = false;
	#brokenCode: string | undefined;
	#brokenDetail: unknown;
	#closed = false;

	constructor(owner: ConnectionOwner, host: ConnectionHost, destination: Destination, berth: Berth) {
		this.#owner = owner;
		this.#turn = host.turn;
		this.#Timer = host.Timer;
		this.destination = destination;
		this.berth = berth;
		this.input = berth.input;
		this.output = berth.output;
		this.table = berth.table;
	}

	/** Connects to one address after another until one answers. */
	open(Socket: TCPClass, addresses: readonly string[]): void {
		if (this.#closed) return;
		this.#Socket = Socket;
		this.#addresses = addresses;
		this.tryNext("tcp:address");
	}

	private tryNext(last: string): void {
		const address = this.#addresses[this.#tried++];
		const Socket = this.#Socket;
		if (address === undefined || !Socket) {
			this.close();
			this.#owner.unopened(this, last);
			return;
		}
		const { port, localAddress, security } = this.destination;
		const target = { address, port, localAddress };
		const { cipher } = this.berth;
		try {
			if (security && cipher) {
				const stream = new TLSStream(security, cipher, this, (sink) => new TCPStream(Socket, target, sink));
				this.stream = this.#secured = stream;
			} else this.stream = new TCPStream(Socket, target, this);
		} catch (exception) {
			this.tryNext(constructorFailure(exception));
		}
	}

	/** Runs a transaction; it must be able to take one. */
	serve(transaction: Transaction): void {
		if (!this.#role) return;
		this.transaction = transaction;
		this.served++;
		transaction.secured = this.#secured;
		const started = transaction.start(this.#role, this.served > 1);
		if (!started && this.transaction === transaction) this.finished(true);
	}

	/** Idle for so many milliseconds at most; 0: not idle any more. False: the host has no timer for it. */
	keepWarm(milliseconds: number): boolean {
		const warm = this.#warm;
		try {
			if (milliseconds === 0) {
				// held, not cleared: it is set again after each exchange
				if (warm) this.#Timer.schedule(warm);
			} else if (warm) this.#Timer.schedule(warm, milliseconds);
			else this.#warm = this.#Timer.set(() => this.cool(), milliseconds);
			return true;
		} catch {
			return false;
		}
	}

	private cool(): void {
		this.#warm = undefined;
		this.#turn.enter();
		this.#owner.cooled(this);
		this.#turn.leave();
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		if (this.#warm) this.#Timer.clear(this.#warm);
		this.#warm = undefined;
		this.inputStart = this.inputEnd = 0;
		this.stream?.abort();
		this.stream = undefined;
	}

	// the sink of the stream

	connected(): void {
		this.#turn.enter();
		this.#isConnected = true;
		this.transaction?.securing();
		this.#turn.leave();
	}

	opened(): void {
		this.#turn.enter();
		try {
			this.#role = new H1Role(this);
			this.#owner.opened(this);
		} catch (exception) {
			this.fault(exception);
		}
		this.#turn.leave();
	}

	readable(): void {
		this.#turn.enter();
		try {
			this.#role?.received();
		} catch (exception) {
			this.fault(exception);
		}
		this.#turn.leave();
	}

	writable(): void {
		this.#turn.enter();
		try {
			this.#role?.writable();
		} catch (exception) {
			this.fault(exception);
		}
		this.#turn.leave();
	}

	ended(code: string | undefined, detail?: unknown): void {
		this.#turn.enter();
		this.stream = undefined;
		if (this.#role) this.#role.ended(code, detail);
		else if (this.#isConnected && !this.fallsBack(detail)) {
			this.close();
			this.#owner.unopened(this, code ?? "tcp:reset", detail);
		} else this.tryNext(code ?? "tcp:reset");
		this.#turn.leave();
	}

	/** The same address once more, with an older version of TLS. */
	private fallsBack(detail: unknown): boolean {
		if (!(detail instanceof TLSFailure && detail.isOfVersion)) return false;
		if (!this.destination.security?.fallBack()) return false;
		this.#tried--;
		this.#isConnected = false;
		return true;
	}

	broken(code: string | undefined, detail?: unknown): void {
		this.stream = undefined;
		this.#isBroken = true;
		this.#brokenCode = code;
		this.#brokenDetail = detail;
		this.#turn.post(this);
	}

	/** A fault of ours or of the host's may end this connection, but never the program. */
	private fault(exception: unknown): void {
		const transaction = this.transaction;
		this.finished(false);
		transaction?.failed("internal:fault", exception);
	}

	// the carrier of the role

	get available(): number {
		return this.stream?.available ?? 0;
	}

	fill(): number {
		const count = this.stream?.read(this.input, 0, this.input.length) ?? 0;
		this.inputStart = 0;
		this.inputEnd = count;
		return count;
	}

	read(buffer: Uint8Array, start: number, end: number): number {
		return this.stream?.read(buffer, start, end) ?? 0;
	}

	again(): void {
		this.#turn.post(this);
	}

	runPosted(): void {
		if (this.#closed) return;
		if (this.#isBroken) this.ended(this.#brokenCode, this.#brokenDetail);
		else this.readable();
	}

	finished(reusable: boolean): void {
		if (this.#closed) return;
		this.transaction = undefined;
		if (!reusable) this.close();
		this.#owner.released(this, reusable);
	}
}
