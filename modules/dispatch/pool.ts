/**
 * Which transaction goes to which connection. A connection whose exchange is over is kept warm for a while and serves the
 * next transaction to the same destination; the number of connections is bounded by the berths that the context has
 * reserved, and what finds none waits in one queue, first come, first served.
 */
import { isNumeric, type Lookup, type NameResolver } from "../transport/resolver.js";
import type { TCPClass } from "../transport/tcp.js";
import { type Berth, Connection, type ConnectionOwner } from "./connection.js";
import type { Placer, Transaction } from "./transaction.js";
import type { Posted, TimerClass, Turn } from "./turn.js";

export interface PoolHost {
	readonly TCP: TCPClass;
	readonly Timer: TimerClass;
	readonly resolver: NameResolver;
	readonly turn: Turn;
}

interface Idle {
	connection: Connection;
	/** Ends its being kept warm. */
	timer: ReturnType<TimerClass["set"]>;
}

export class Pool implements Placer, ConnectionOwner, Posted {
	readonly #host: PoolHost;
	readonly #berths: Berth[];
	/** Milliseconds that an idle connection is kept. */
	readonly #keepWarm: number;
	readonly #queue: Transaction[] = [];
	readonly #idle: Idle[] = [];
	readonly #busy: Connection[] = [];
	readonly #lookups = new Map<Transaction, Lookup>();
	postedNext: Posted | undefined;
	isPosted = false;

	constructor(host: PoolHost, berths: Berth[], keepWarm: number) {
		this.#host = host;
		this.#berths = berths;
		this.#keepWarm = keepWarm;
	}

	/** Open connections, busy and idle. */
	get connections(): number {
		return this.#busy.length + this.#idle.length;
	}

	place(transaction: Transaction): void {
		this.#queue.push(transaction);
		this.#serveQueue();
	}

	withdraw(transaction: Transaction): void {
		remove(this.#queue, transaction);
		this.#lookups.get(transaction)?.cancel();
		this.#lookups.delete(transaction);
		const connection = this.#busy.find((each) => each.transaction === transaction);
		if (connection) {
			connection.transaction = undefined;
			connection.close();
			this.released(connection, false);
		}
	}

	runPosted(): void {
		this.#serveQueue();
	}

	#serveQueue(): void {
		for (let i = 0; i < this.#queue.length; ) {
			const transaction = this.#queue[i] as Transaction;
			const key = transaction.request.destination.key;
			const warm = this.#idle.findIndex(({ connection }) => connection.destination.key === key);
			if (warm >= 0) {
				this.#queue.splice(i, 1);
				this.#wake(warm).serve(transaction);
			} else if (this.#berths.length > 0 || this.#evict()) {
				this.#queue.splice(i, 1);
				this.#connect(transaction, this.#berths.pop() as Berth);
			} else i++;
		}
	}

	#wake(index: number): Connection {
		const [{ connection, timer }] = this.#idle.splice(index, 1) as [Idle];
		this.#host.Timer.clear(timer);
		this.#busy.push(connection);
		return connection;
	}

	/** Gives up the connection that has been idle longest, for one to another destination. */
	#evict(): boolean {
		if (this.#idle.length === 0) return false;
		const connection = this.#wake(0);
		connection.close();
		this.#free(connection);
		return true;
	}

	#connect(transaction: Transaction, berth: Berth): void {
		const { destination } = transaction.request;
		const connection = new Connection(this, this.#host.turn, destination, berth);
		connection.transaction = transaction;
		this.#busy.push(connection);
		transaction.connecting();
		if (isNumeric(destination.address)) {
			connection.open(this.#host.TCP, [destination.address]);
			return;
		}
		const lookup = this.#host.resolver.resolve(destination.address, (addresses) => {
			this.#host.turn.enter();
			this.#lookups.delete(transaction);
			if (addresses && addresses.length > 0) connection.open(this.#host.TCP, addresses);
			else {
				connection.close();
				this.unopened(connection, "dns:not-found");
			}
			this.#host.turn.leave();
		});
		this.#lookups.set(transaction, lookup);
	}

	opened(connection: Connection): void {
		const transaction = connection.transaction;
		if (transaction) connection.serve(transaction);
	}

	unopened(connection: Connection, code: string): void {
		const transaction = connection.transaction;
		this.#free(connection);
		const { address, port } = connection.destination;
		transaction?.failed(code, `${address} port ${port}`);
	}

	released(connection: Connection, reusable: boolean): void {
		if (reusable && this.#keepWarm > 0) {
			remove(this.#busy, connection);
			const timer = this.#host.Timer.set(() => this.#cool(connection), this.#keepWarm);
			this.#idle.push({ connection, timer });
		} else {
			connection.close();
			this.#free(connection);
		}
		if (this.#queue.length > 0) this.#host.turn.post(this);
	}

	#cool(connection: Connection): void {
		const index = this.#idle.findIndex((entry) => entry.connection === connection);
		if (index < 0) return;
		this.#wake(index);
		connection.close();
		this.#free(connection);
	}

	#free(connection: Connection): void {
		const index = this.#idle.findIndex((entry) => entry.connection === connection);
		if (index >= 0) this.#wake(index);
		if (remove(this.#busy, connection)) this.#berths.push(connection.berth);
	}

	/** Closes everything; transactions must have ended before. */
	close(): void {
		for (const connection of [...this.#busy, ...this.#idle.map((entry) => entry.connection)]) {
			connection.close();
			this.#free(connection);
		}
	}
}

function remove<T>(list: T[], item: T): boolean {
	const index = list.indexOf(item);
	if (index >= 0) list.splice(index, 1);
	return index >= 0;
}
