/**
 * Which transaction goes to which connection. A connection whose exchange is over is kept warm for a while and serves the
 * next transaction to the same destination; the number of connections is bounded by the berths that the context has
 * reserved, and what finds none waits in one queue, first come, first served.
 */
import type Timer from "timer";
import type { CipherBuffers } from "../transport/tls.js";
import type { Berth } from "./berth.js";
import { Connection, type ConnectionOwner } from "./connection.js";
import type { OpeningHost } from "./opening.js";
import { type Destination, isSameDestination } from "./request.js";
import type { Placer, Transaction } from "./transaction.js";
import type { Posted } from "./turn.js";

export class Pool implements Placer, ConnectionOwner, Posted {
	readonly #host: OpeningHost;
	readonly #berths: Berth[];
	/** Milliseconds that an idle connection is kept. */
	readonly #keepWarm: number;
	readonly #queue: Transaction[] = [];
	/** All that are open: those without a transaction are idle, and the one that has been so for longest comes first. */
	readonly #connections: Connection[] = [];
	postedNext: Posted | undefined;
	/** For the timers of all idle connections, made when the first one is idle: each function costs 144 bytes. */
	#cool: ((timer: Timer) => void) | undefined;

	constructor(host: OpeningHost, berths: Berth[], keepWarm: number) {
		this.#host = host;
		this.#berths = berths;
		this.#keepWarm = keepWarm;
	}

	/** Reserves what TLS needs besides; connections that stand have it when they are made anew. */
	secure(makeBuffers: (berth: Berth) => CipherBuffers): void {
		for (const berth of this.#berths) berth.cipher ??= makeBuffers(berth);
		for (const { buffers } of this.#connections) buffers.cipher ??= makeBuffers(buffers);
	}

	/** Open connections, busy and idle. */
	get connections(): number {
		return this.#connections.length;
	}

	place(transaction: Transaction): void {
		this.#queue.push(transaction);
		this.serveQueue();
	}

	withdraw(transaction: Transaction): void {
		remove(this.#queue, transaction);
		const connection = this.#connections.find((each) => each.transaction === transaction);
		if (connection) {
			connection.transaction = undefined;
			connection.close();
			this.released(connection, false);
		}
	}

	runPosted(): void {
		this.serveQueue();
	}

	private serveQueue(): void {
		for (let i = 0; i < this.#queue.length; ) {
			const transaction = this.#queue[i] as Transaction;
			const warm = this.findIdle(transaction.request.destination);
			if (warm) {
				this.#queue.splice(i, 1);
				this.wake(warm);
				warm.serve(transaction);
			} else if (this.#berths.length > 0 || this.evict()) {
				this.#queue.splice(i, 1);
				this.connect(transaction, this.#berths.pop() as Berth);
			} else i++;
		}
	}

	/** The one to that destination, or any, that has been idle longest. */
	private findIdle(destination?: Destination): Connection | undefined {
		for (let i = 0; i < this.#connections.length; i++) {
			const connection = this.#connections[i] as Connection;
			if (connection.transaction) continue;
			if (!destination || isSameDestination(connection.destination, destination)) return connection;
		}
		return undefined;
	}

	private wake({ warm }: Connection): void {
		try {
			if (warm) this.#host.Timer.schedule(warm);
		} catch {
			// then it fires, and finds none that is idle
		}
	}

	/** Gives up the connection that has been idle longest, for one to another destination. */
	private evict(): boolean {
		const connection = this.findIdle();
		if (!connection) return false;
		connection.close();
		this.free(connection);
		return true;
	}

	private connect(transaction: Transaction, berth: Berth): void {
		const { destination } = transaction.request;
		const connection = new Connection(this, this.#host.turn, destination, berth);
		connection.transaction = transaction;
		this.#connections.push(connection);
		connection.open(this.#host);
	}

	opened(connection: Connection): void {
		const transaction = connection.transaction;
		if (transaction) connection.serve(transaction);
	}

	unopened(connection: Connection, code: string, detail?: unknown): void {
		const transaction = connection.transaction;
		this.free(connection);
		const { address, port } = connection.destination;
		transaction?.failed(code, detail ?? `${address} port ${port}`);
	}

	released(connection: Connection, reusable: boolean): void {
		if (reusable && this.#keepWarm > 0 && this.startCooling(connection)) {
			remove(this.#connections, connection);
			this.#connections.push(connection);
		} else {
			connection.close();
			this.free(connection);
		}
		if (this.#queue.length > 0) this.#host.turn.post(this);
	}

	/** False: the host has no timer for it. */
	private startCooling(connection: Connection): boolean {
		const { Timer } = this.#host;
		this.#cool ??= (timer) => this.cooled(timer);
		try {
			if (connection.warm) Timer.schedule(connection.warm, this.#keepWarm);
			else connection.warm = Timer.set(this.#cool, this.#keepWarm);
			return true;
		} catch {
			return false;
		}
	}

	/** A connection has been idle for long enough. */
	private cooled(timer: Timer): void {
		const connection = this.#connections.find((each) => each.warm === timer);
		if (!connection || connection.transaction) return;
		// a timer that fires once is gone by that
		connection.warm = undefined;
		this.#host.turn.enter();
		connection.close();
		this.free(connection);
		this.#host.turn.leave();
	}

	private free(connection: Connection): void {
		if (connection.warm) this.#host.Timer.clear(connection.warm);
		connection.warm = undefined;
		if (remove(this.#connections, connection)) this.#berths.push(connection.buffers);
	}

	/** Closes everything; transactions must have ended before. */
	close(): void {
		for (const connection of [...this.#connections]) {
			connection.close();
			this.free(connection);
		}
	}
}

function remove<T>(list: T[], item: T): boolean {
	const index = list.indexOf(item);
	if (index >= 0) list.splice(index, 1);
	return index >= 0;
}
