/** What a case is: played by a Judge (judge.ts), listed in cases.ts. */
import type { Agreement, Offer } from "./deflate.js";

export type Verdict = "OK" | "NON-STRICT" | "INFORMATIONAL" | "UNIMPLEMENTED" | "FAILED" | "UNCLEAN" | "WRONG CODE";

/** How a connection should end. */
export interface Ending {
	/** Who sends the first Close frame. */
	readonly by: "judge" | "client";
	/** What the client's Close may say; it may also say nothing. */
	readonly codes: readonly number[];
	/** Both Close frames must be exchanged; else it may also be dropped. */
	readonly isClean: boolean;
}

export const NORMAL = 1000;
export const PROTOCOL_ERROR = 1002;
export const INVALID_PAYLOAD = 1007;

/** The judge closes when it has seen what it expects, and the client answers. */
export const CLOSED_BY_JUDGE: Ending = Object.freeze({ by: "judge", codes: [NORMAL], isClean: true });
/** The client fails the connection. */
export const FAILED_BY_CLIENT: Ending = Object.freeze({ by: "client", codes: [PROTOCOL_ERROR], isClean: false });

export interface SendOptions {
	fin?: boolean;
	rsv?: number;
	/** Sent in pieces of so many bytes. */
	chop?: number;
	/** Sent in a segment of its own. */
	sync?: boolean;
}

/** What a case does with its connection. */
export interface Judge {
	/**
	 * What has come back, in this order: `text:…` and `binary:…` with the message as ISO-8859-1, `ping:…` and `pong:…`
	 * with the payload, `timeout:…` for a wait in which the client did not close.
	 */
	readonly events: string[];
	/** Of a case that decides by itself: FAILED until it says OK, and why it is not. */
	behavior: Verdict;
	result: string;
	/** Messages that were sent, for the cases that count them. */
	count: number;
	readonly scale: Scale;
	/** No Close has been sent. */
	readonly isOpen: boolean;
	/** Sends a frame; a string is ISO-8859-1. */
	send(opcode: number, payload?: Buffer | string, options?: SendOptions): void;
	/** Sends a message, compressed where that is agreed, in frames of at most `fragment` bytes. */
	sendMessage(message: Buffer, isBinary: boolean, fragment?: number): void;
	/** Sends bytes as they are. */
	sendBytes(bytes: Buffer): void;
	/** Begins the close handshake; later calls do nothing. */
	sendClose(code?: number, reason?: Buffer | string): void;
	/** A Close of whatever content. */
	sendCloseFrame(code?: number, reason?: Buffer | string): void;
	/** Fails the connection after so many seconds. */
	killAfter(seconds: number): void;
	/** Closes after so many seconds. */
	closeAfter(seconds: number): void;
	/** Goes on after so many milliseconds, unless the connection has ended. */
	later(milliseconds: number, next: () => void): void;
	/** Goes on when a second of the client's is over in which it may close. */
	afterLimit(next: () => void): void;
	/** Goes on when something has come back, not before the scale's pause; that it has not come in time is an event, too. */
	whenAnswered(count: number, next: () => void): void;
}

export interface Case {
	/** Autobahn's number. */
	readonly id: string;
	readonly title: string;
	/** What must come back, as Judge.events; absent: the case decides by itself. */
	readonly expected?: readonly string[];
	/** What may come back, but should not. */
	readonly nonStrict?: readonly string[];
	readonly ending: Ending;
	/** Whatever comes is all right, for nothing says what should. */
	readonly isInformational?: boolean;
	/** The judge does not close by itself when what is expected has come. */
	readonly isClosing?: boolean;
	/** The answer to an offer of compression; absent: the offer is left unanswered. */
	readonly deflate?: (offer: Offer) => Agreement | undefined;
	/** Sends what the case is about. */
	play(judge: Judge): void;
	/** What becomes of a message, instead of being an event. */
	message?(judge: Judge, payload: Buffer, isBinary: boolean): void;
}

/** How much is sent. The cases themselves are the same. */
export interface Scale {
	readonly name: string;
	/** The lengths of 9.1 to 9.6 are divided by so much. */
	readonly divisor: number;
	/** Messages there and back in 9.7 and 9.8. */
	readonly roundTrips: number;
	/** Messages in each case of 12 and 13, the longest of them, and the most in bytes if that are more than two. */
	readonly messages: number;
	readonly longest: number;
	readonly volume: number;
	/** Milliseconds between the parts of a message that is sent in parts. */
	readonly pause: number;
	/**
	 * Autobahn's limits of time count so many times: they are meant for a machine that does nothing else. A client that is
	 * late by less is still OK.
	 */
	readonly patience: number;
	/** Seconds that a case may take at most, but for patience. */
	readonly limit: number;
}

/** Autobahn's numbers. */
export const FULL: Scale = Object.freeze({
	name: "Autobahn's sizes",
	divisor: 1,
	roundTrips: 1000,
	messages: 1000,
	longest: 131_072,
	volume: Number.POSITIVE_INFINITY,
	pause: 1000,
	patience: 3,
	limit: Number.POSITIVE_INFINITY,
});

/** For `npm test`. */
export const SHORT: Scale = Object.freeze({
	name: "a sixteenth",
	divisor: 16,
	roundTrips: 100,
	messages: 20,
	longest: 16_384,
	volume: 131_072,
	pause: 250,
	patience: 3,
	limit: 10,
});

/** For small buffers, where each byte costs more. */
export const SHORTER: Scale = Object.freeze({
	name: "a sixty-fourth",
	divisor: 64,
	roundTrips: 50,
	messages: 10,
	longest: 4096,
	volume: 16_384,
	pause: 250,
	patience: 3,
	limit: 10,
});

/** Of a case's number the groups that it is in: "9.3" of "9.3.1", "2" of "2.1". */
export function groupOf(id: string): string {
	const parts = id.split(".");
	return parts.slice(0, Math.max(1, parts.length - 1)).join(".");
}
