/**
 * What one transaction has gone through: moments by the clock of the host. They are those of its last attempt, and what
 * has not happened is not there, so that it costs nothing. Types only: a class of its own would be more code.
 */

/** As the SDK's `time`. */
export interface Clock {
	/** Milliseconds from an arbitrary start; on a device a whole number of 32 bits that starts over. */
	readonly ticks: number;
}

/** In their order. */
export type Moment = "queued" | "assigned" | "resolved" | "connected" | "secured" | "requested" | "answered" | "ended";

export interface Timing extends Partial<Record<Moment, number>> {
	readonly began: number;
	/** Bytes of the request's head that have left. */
	sentHead?: number;
	/** Connections that were made for it, in all attempts and for all redirects. */
	connections?: number;
	/** The address that was tried last. */
	address?: string;
}
