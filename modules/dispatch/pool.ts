/**
 * Which transaction goes to which connection. A connection whose exchange is over is kept warm for a while and serves the
 * next transaction to the same destination; the number of connections is bounded by the berths that the context has
 * reserved, and what finds none waits in one queue, first come, first served.
 */

import type { TCPClass } from "../transport/host.js";
import { isNumeric, type NameResolver } from "../transport/resolver.js";
import type { CipherBuffers } from "../transport/tls.js";
import { type Berth, Connection, type ConnectionHost, type ConnectionOwner } from "./connection.js";
import { type Destination, isSameDestination, type Placer, type Transaction } from "./transaction.js";
import type { Posted } from "./turn.js";

export interface PoolHost extends ConnectionHost {
	readonly TCP: TCPClass;
	readonly resolver: NameResolver;
}

export class Pool implements Placer, ConnectionOwner, Posted {
	readonly #host: PoolHost;
	readonly #berths: Berth[];
	/** Milliseconds that an idle connection is kept. */
	readonly #keepWarm: number;
	readonly #queue: Transaction[] = [];
	/** The one that has been idle longest is the first. */
	readonly #idle: Connection[] = [];
	readonly #busy: Connection[] = [];
	postedNext: Posted | undefined;
	isPosted = false;

	constructor(host: PoolHost, berths: Berth[], keepWarm: number) {
		this.#host = host;
		this.#berths = berths;
		this.#keepWarm = keepWarm;
	}

	/** Reserves what TLS needs besides; connections that stand have it when they are made anew. */
	secure(makeBuffers: () => CipherBuffers): void {
		for (const berth of this.#berths) berth.cipher ??= makeBuffers();
		for (const { berth } of [...this.#busy, ...this.#idle]) berth.cipher ??= makeBuffers();
	}

	/** Open connections, busy and idle. */
	get connections(): number {
		return this.#busy.length + this.#idle.length;
	}

	place(transaction: Transaction): void {
		this.#queue.push(transaction);
		this.serveQueue();
	}

	withdraw(transaction: Transaction): void {
		remove(this.#queue, transaction);
		const connection = this.#busy.find((each) => each.transaction === transaction);
		if (connection) {
			connection.transaction = undefined;
			connection.lookup?.cancel();
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
			const warm = this.findWarm(transaction.request.destination);
			if (warm >= 0) {
				this.#queue.splice(i, 1);
				this.wake(warm).serve(transaction);
			} else if (this.#berths.length > 0 || this.evict()) {
				this.#queue.splice(i, 1);
				this.connect(transaction, this.#berths.pop() as Berth);
			} else i++;
		}
	}

	private findWarm(destination: Destination): number {
		for (let i = 0; i < this.#idle.length; i++) {
			if (isSameDestination((this.#idle[i] as Connection).destination, destination)) return i;
		}
		return -1;
	}

	private wake(index: number): Connection {
		const [connection] = this.#idle.splice(index, 1) as [Connection];
		connection.keepWarm(0);
		this.#busy.push(connection);
		return connection;
	}

	/** Gives up the connection that has been idle longest, for one to another destination. */
	private evict(): boolean {
		if (this.#idle.length === 0) return false;
		const connection = this.wake(0);
		connection.close();
		this.free(connection);
		return true;
	}

	private connect(transaction: Transaction, berth: Berth): void {
		const { destination } = transaction.request;
		const connection = new Connection(this, this.#host, destination, berth);
		connection.transaction = transaction;
		this.#busy.push(connection);
		transaction.connecting();
		// without a clock it has ended there, and the connection with it
		if (transaction.isEnded) return;
		if (isNumeric(destination.address)) {
			connection.open(this.#host.TCP, [destination.address]);
			return;
		}
		try {
			connection.lookup = this.#host.resolver.resolve(destination.address, (addresses) => {
				this.#host.turn.enter();
				connection.lookup = undefined;
				if (addresses && addresses.length > 0) connection.open(this.#host.TCP, addresses);
				else this.unresolved(connection);
				this.#host.turn.leave();
			});
		} catch (exception) {
			connection.close();
			this.unopened(connection, "dns:no-server", exception);
		}
	}

	private unresolved(connection: Connection): void {
		connection.close();
		this.unopened(connection, "dns:not-found");
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
		if (reusable && this.#keepWarm > 0 && connection.keepWarm(this.#keepWarm)) {
			remove(this.#busy, connection);
			this.#idle.push(connection);
		} else {
			connection.close();
			this.free(connection);
		}
		if (this.#queue.length > 0) this.#host.turn.post(this);
	}

	/** It has been idle for long enough. */
	cooled(connection: Connection): void {
		connection.close();
		this.free(connection);
	}

	private free(connection: Connection): void {
		const index = this.#idle.indexOf(connection);
		if (index >= 0) this.wake(index);
		if (remove(this.#busy, connection)) this.#berths.push(connection.berth);
	}

	/** Closes everything; transactions must have ended before. */
	close(): void {
		for (const connection of [...this.#busy, ...this.#idle]) {
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
