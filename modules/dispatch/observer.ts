/** Whom a transaction tells, and what of the host it needs. Types only. */
import type { LwsError } from "../engines/errors.js";
import type { BodyHandler, Exchange } from "../roles/role.js";
import type { Clock } from "./timing.js";
import type { Posted, TimerClass, Turn } from "./turn.js";

/** Who asked for it. Nothing of this is called from inside a call of the application, `content` and `completed` excepted. */
export interface Observer extends BodyHandler, Posted {
	/** There is an exchange to read from and to write to, or none any more. */
	exchange: Exchange | undefined;
	/**
	 * The head is about to be sent: completes `fields`, and says how the body is framed. After a redirect both are there,
	 * and the body begins anew. False: give up.
	 */
	prepare(): boolean;
	/** False: give up. */
	responded(): boolean;
	/** The response is a redirect, and is followed to `uri`. False: give up. */
	redirected(uri: string): boolean;
	/** The response is complete; `ended` follows. */
	completed(): void;
	/** Nothing comes after this. It is never told from inside a call. */
	ended(error: LwsError | undefined): void;
}

export interface TransactionHost {
	readonly Timer: TimerClass;
	readonly Time: Clock;
	readonly turn: Turn;
	/** The time of the day, in milliseconds since 1970. */
	readonly now: () => number;
}

/** Whoever brings transactions to connections. */
export interface Placer<Transaction> {
	place(transaction: Transaction): void;
	/** It ended while it waited for a connection. */
	withdraw(transaction: Transaction): void;
}
