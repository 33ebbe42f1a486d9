/**
 * One connection: the byte stream, the buffers, and the role that speaks on it. To the stream it is the sink, to the role
 * the carrier; the pool decides what it does next.
 */
import type { HeadTable } from "../engines/head-table.js";
import { H1Role } from "../roles/h1/role.js";
import type { Carrier, Role } from "../roles/role.js";
import type { ByteStream, StreamSink } from "../transport/stream.js";
import { type TCPClass, TCPStream } from "../transport/tcp.js";
import type { Destination, Transaction } from "./transaction.js";
import type { Posted, Turn } from "./turn.js";

/** The memory of one connection, made once and lent to one connection after another. */
export interface Berth {
	readonly input: Uint8Array;
	readonly output: Uint8Array;
	readonly table: HeadTable;
}

/** What the connection tells the pool. */
export interface ConnectionOwner {
	/** It can take its transaction. */
	opened(connection: Connection): void;
	/** It could not be made; the connection is closed. */
	unopened(connection: Connection, code: string): void;
	/** Its exchange is over. When it is not reusable, it is closed. */
	released(connection: Connection, reusable: boolean): void;
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
	/** Exchanges so far. */
	served = 0;
	readonly #owner: ConnectionOwner;
	readonly #turn: Turn;
	#stream: ByteStream | undefined;
	#role: Role | undefined;
	#addresses: readonly string[] = Object.freeze([]);
	#tried = 0;
	#closed = false;

	constructor(owner: ConnectionOwner, turn: Turn, destination: Destination, berth: Berth) {
		this.#owner = owner;
		this.#turn = turn;
		this.destination = destination;
		this.berth = berth;
		this.input = berth.input;
		this.output = berth.output;
		this.table = berth.table;
	}

	get isClosed(): boolean {
		return this.#closed;
	}

	/** Connects to one address after another until one answers. */
	open(Socket: TCPClass, addresses: readonly string[]): void {
		this.#addresses = addresses;
		this.#tryNext(Socket, "tcp:address");
	}

	#tryNext(Socket: TCPClass, last: string): void {
		const address = this.#addresses[this.#tried++];
		if (address === undefined) {
			this.close();
			this.#owner.unopened(this, last);
			return;
		}
		const { port, localAddress } = this.destination;
		const sink: StreamSink = {
			opened: () => this.opened(),
			readable: () => this.readable(),
			writable: () => this.writable(),
			ended: (code) => {
				if (this.#role) this.ended(code);
				else this.#retryNext(Socket, code ?? "tcp:reset");
			},
		};
		try {
			this.#stream = new TCPStream(Socket, { address, port, localAddress }, sink);
		} catch {
			this.#tryNext(Socket, "tcp:no-socket");
		}
	}

	#retryNext(Socket: TCPClass, code: string): void {
		this.#turn.enter();
		this.#stream = undefined;
		this.#tryNext(Socket, code);
		this.#turn.leave();
	}

	/** Runs a transaction; it must be able to take one. */
	serve(transaction: Transaction): void {
		const role = this.#role;
		if (!role) return;
		this.transaction = transaction;
		this.served++;
		const started = transaction.start((order) => role.submit(order), this.served > 1);
		if (!started && this.transaction === transaction) this.finished(true);
	}

	get canTake(): boolean {
		return !this.#closed && (this.#role?.canTake ?? false);
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.inputStart = this.inputEnd = 0;
		this.#stream?.abort();
		this.#stream = undefined;
	}

	// the sink of the stream

	opened(): void {
		this.#turn.enter();
		this.#role = new H1Role(this);
		this.#owner.opened(this);
		this.#turn.leave();
	}

	readable(): void {
		this.#turn.enter();
		this.#role?.received();
		this.#turn.leave();
	}

	writable(): void {
		this.#turn.enter();
		this.#role?.writable();
		this.#turn.leave();
	}

	ended(code: string | undefined): void {
		this.#turn.enter();
		this.#stream = undefined;
		this.#role?.ended(code);
		this.#turn.leave();
	}

	// the carrier of the role

	get available(): number {
		return this.#stream?.available ?? 0;
	}

	get room(): number {
		return this.#stream?.room ?? 0;
	}

	fill(): number {
		const count = this.#stream?.read(this.input, 0, this.input.length) ?? 0;
		this.inputStart = 0;
		this.inputEnd = count;
		return count;
	}

	read(buffer: Uint8Array, start: number, end: number): number {
		return this.#stream?.read(buffer, start, end) ?? 0;
	}

	write(buffer: Uint8Array, start: number, end: number): number {
		return this.#stream?.write(buffer, start, end) ?? 0;
	}

	again(): void {
		this.#turn.post(this);
	}

	runPosted(): void {
		if (!this.#closed) this.#role?.received();
	}

	finished(reusable: boolean): void {
		if (this.#closed) return;
		this.transaction = undefined;
		if (!reusable) this.close();
		this.#owner.released(this, reusable);
	}
}
