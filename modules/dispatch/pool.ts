/**
 * Which transaction goes to which connection. A connection whose exchanges are over is kept warm for a while and serves the
 * next transaction to the same destination; the number of connections is bounded by the berths that the context has
 * reserved, and what finds none waits in one queue, first come, first served. A pipelined transaction rather waits for a
 * connection to its destination than have one of its own, and is sent behind others there.
 */
import type Timer from "timer";
import { Taking } from "../roles/role.js";
import type { CipherBuffers } from "../transport/tls.js";
import type { Berth } from "./berth.js";
import { Connection, type ConnectionOwner } from "./connection.js";
import type { Placer } from "./observer.js";
import type { OpeningHost } from "./opening.js";
import { type Destination, isSameDestination } from "./request.js";
import type { Transaction } from "./transaction.js";
import type { Posted } from "./turn.js";

export interface PoolLimits {
	/** Milliseconds that an idle connection is kept. */
	readonly keepWarm: number;
	/** Requests on one connection that have not been answered. */
	readonly pipelineDepth: number;
}

export class Pool implements Placer<Transaction>, ConnectionOwner, Posted {
	readonly #host: OpeningHost;
	readonly #berths: Berth[];
	/** Milliseconds that an idle connection is kept. */
	readonly #keepWarm: number;
	readonly #depth: number;
	readonly #queue: Transaction[] = [];
	/** One in the queue waits for a berth, and all behind it with it. */
	#isCrowded = false;
	/** All that are open, the one that has been idle longest before the others that are. */
	readonly #connections: Connection[] = [];
	postedNext: Posted | undefined;
	/** For the timers of all idle connections, made when the first one is idle: each function costs 144 bytes. */
	#cool: ((timer: Timer) => void) | undefined;

	constructor(host: OpeningHost, berths: Berth[], { keepWarm, pipelineDepth }: PoolLimits) {
		this.#host = host;
		this.#berths = berths;
		this.#keepWarm = keepWarm;
		this.#depth = pipelineDepth;
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

	get isWaitedFor(): boolean {
		return this.#queue.length > 0;
	}

	/** In the order of their beginnings: what has been on the way before does not wait behind all that came since. */
	place(transaction: Transaction): void {
		const queue = this.#queue;
		const { began } = transaction.timing;
		let at = queue.length;
		while (at > 0) {
			const other = queue[at - 1] as Transaction;
			// the clock does not tell those apart that began in one millisecond
			if (other.timing.began < began || (other.timing.began === began && isAgain(other) >= isAgain(transaction))) break;
			at--;
		}
		queue.splice(at, 0, transaction);
		if (at < queue.length - 1) this.serveQueue();
		else if (!this.#isCrowded) this.#isCrowded = this.tryServe(transaction, at) === Taking.Never;
	}

	/** Those that wait for the same connections are served in their order, when such a connection is ready. */
	private isBehindAlike({ request }: Transaction, at: number): boolean {
		while (request.isPipelined && at-- > 0) {
			const { destination } = (this.#queue[at] as Transaction).request;
			if (!isSameDestination(destination, request.destination)) continue;
			// one object for all of them is less memory, and sooner compared; behind a proxy they may be different origins
			if (!destination.proxy) request.destination = destination;
			return true;
		}
		return false;
	}

	withdraw(transaction: Transaction): void {
		const connection = this.#connections.find((each) => each.transaction === transaction);
		if (connection) {
			connection.transaction = undefined;
			connection.close();
			this.released(connection, false);
		} else if (remove(this.#queue, transaction) && this.isWaitedFor) this.#host.turn.post(this);
	}

	runPosted(): void {
		this.serveQueue();
	}

	private serveQueue(): void {
		this.#isCrowded = false;
		for (let i = 0; i < this.#queue.length; ) {
			const taking = this.tryServe(this.#queue[i] as Transaction, i);
			if (taking === Taking.Later) i++;
			// whoever waits for a berth is not overtaken
			else if (taking === Taking.Never) {
				this.#isCrowded = true;
				return;
			}
		}
	}

	/** Serves the one at that place in the queue; `Later`: a connection will become ready for it. */
	private tryServe(transaction: Transaction, at: number): Taking {
		if (this.isBehindAlike(transaction, at)) return Taking.Later;
		const { destination } = transaction.request;
		// where one connection was dead others are likely to be, and it has only this attempt
		const warm = transaction.isRetried ? undefined : this.findIdle(destination);
		const shared = warm ?? (transaction.request.isPipelined ? this.findShared(transaction) : Taking.Never);
		if (shared === Taking.Later) return shared;
		if (shared !== Taking.Never) {
			this.#queue.splice(at, 1);
			this.wake(shared);
			shared.serve(transaction);
		} else if (this.#berths.length > 0 || this.evict()) {
			this.#queue.splice(at, 1);
			this.connect(transaction, this.#berths.pop() as Berth);
		} else return Taking.Never;
		return Taking.Now;
	}

	/** A connection that takes it now, or whether one will. */
	private findShared(transaction: Transaction): Connection | Taking.Later | Taking.Never {
		const { destination } = transaction.request;
		let found: Taking.Later | Taking.Never = Taking.Never;
		for (let i = 0; i < this.#connections.length; i++) {
			const connection = this.#connections[i] as Connection;
			if (connection.isIdle || !isSameDestination(connection.destination, destination)) continue;
			const taking = connection.takes(transaction, this.#depth);
			if (taking === Taking.Now) return connection;
			if (taking === Taking.Later) found = taking;
		}
		return found;
	}

	ready(connection: Connection): void {
		const queue = this.#queue;
		for (let i = 0; i < queue.length && !this.#isCrowded; ) {
			const transaction = queue[i] as Transaction;
			if (
				!transaction.request.isPipelined ||
				!isSameDestination(connection.destination, transaction.request.destination)
			) {
				i++;
				continue;
			}
			const taking = connection.isIdle ? Taking.Later : connection.takes(transaction, this.#depth);
			if (taking === Taking.Never) this.#host.turn.post(this);
			if (taking !== Taking.Now) return;
			queue.splice(i, 1);
			connection.serve(transaction);
		}
	}

	/** The one to that destination, or any, that has been idle longest. */
	private findIdle(destination?: Destination): Connection | undefined {
		for (let i = 0; i < this.#connections.length; i++) {
			const connection = this.#connections[i] as Connection;
			if (!connection.isIdle) continue;
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

	unopened(connection: Connection, code: string, detail?: unknown): void {
		const transaction = connection.transaction;
		this.free(connection);
		const { address, port } = connection.destination;
		transaction?.failed(code, detail ?? `${address} port ${port}`);
		if (this.isWaitedFor) this.#host.turn.post(this);
	}

	released(connection: Connection, isReusable: boolean, keepAlive = -1): void {
		const time = keepAlive >= 0 && keepAlive < this.#keepWarm ? keepAlive : this.#keepWarm;
		if (isReusable && time > 0 && this.startCooling(connection, time)) {
			remove(this.#connections, connection);
			this.#connections.push(connection);
		} else {
			connection.close();
			this.free(connection);
		}
		if (this.isWaitedFor) this.#host.turn.post(this);
	}

	/** False: the host has no timer for it. */
	private startCooling(connection: Connection, time: number): boolean {
		const { Timer } = this.#host;
		this.#cool ??= (timer) => this.cooled(timer);
		try {
			if (connection.warm) Timer.schedule(connection.warm, time);
			else connection.warm = Timer.set(this.#cool, time);
			return true;
		} catch {
			return false;
		}
	}

	/** A connection has been idle for long enough. */
	private cooled(timer: Timer): void {
		const connection = this.#connections.find((each) => each.warm === timer);
		if (!connection?.isIdle) return;
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

/** It has been on the way before. */
function isAgain({ isRetried, resends }: Transaction): boolean {
	return isRetried || resends !== undefined;
}

function remove<T>(list: T[], item: T): boolean {
	const index = list.indexOf(item);
	if (index >= 0) list.splice(index, 1);
	return index >= 0;
}
