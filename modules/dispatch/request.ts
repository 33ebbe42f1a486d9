/** What is asked for, and where. A redirect makes another request of it. */
import type { OrderRequest, RoleKind } from "../roles/role.js";
import type { Security } from "../transport/security.js";
import type { Deadlines } from "./deadline.js";

/** Where a request goes: connections to equal destinations are interchangeable. */
export interface Destination {
	/** A name or a numeric address. */
	readonly address: string;
	readonly port: number;
	readonly localAddress: string | undefined;
	/** undefined: no TLS. */
	readonly security: Security | undefined;
	/** Absent, for it would take room in each: HTTP/1.1. Set with the rest. */
	role?: RoleKind;
}

export function isSameDestination(a: Destination, b: Destination): boolean {
	if (a.port !== b.port || a.address !== b.address || a.localAddress !== b.localAddress) return false;
	return a.role === b.role && a.security?.identity === b.security?.identity;
}

/** How redirects are followed. */
export interface Redirects {
	/** How many, one after another. */
	readonly limit: number;
	/** From https to http, too. */
	readonly mayDowngrade: boolean;
	/** For another origin; undefined: there is no TLS. */
	secure(host: string, port: number): Security | undefined;
}

/** What is done about failures that may pass. */
export interface Recovery {
	/** Milliseconds before each retry, of which the last ones repeat; undefined: none is made. */
	readonly table: readonly number[] | undefined;
	/** The most retries. */
	readonly count: number;
	/** Of a wait so many per cent are added at most. */
	readonly jitter: number;
	/** The application says that doing it twice does no harm. */
	readonly isReplayable: boolean;
	/** How often a body that broke off is continued at most. */
	readonly resumes: number;
}

/** The request as it was asked for; the face completes the fields when its head is made. */
export interface Request extends OrderRequest {
	readonly destination: Destination;
	readonly deadlines: Deadlines;
	/** undefined: none are followed. */
	readonly redirects: Redirects | undefined;
	/** Begins the body anew; undefined: it cannot be had again. */
	readonly rewind: (() => void) | undefined;
	/** Absent: nothing is. */
	readonly recovery?: Recovery;
}
