/**
 * Retries: what is tried again, and after how long.
 *
 * Nobody may be asked twice for what must not be done twice. So a request goes out again only when nothing of it has left,
 * or when its method is idempotent (RFC 9110 section 9.2.2) or the application calls it replayable; and only when its body
 * can be had again, or nothing of that has left.
 *
 * What may pass is retried: connections that could not be made or broke before a response had begun, silence, and the
 * responses that say so. What is the same the next time is not: certificates, malformed responses, every other status.
 */
import { isText, TextSet } from "lws-xs/native/http";
import { parseDate } from "../engines/date.js";
import type { Delivered } from "../engines/errors.js";
import type { HeadTable } from "../engines/head-table.js";
import { BodyKind, type Exchange } from "../roles/role.js";
import type { Recovery, Request } from "./request.js";
import type { Clock, Timing } from "./timing.js";

/** Methods that may be repeated without asking (RFC 9110 section 9.2.2). */
const IDEMPOTENT: readonly string[] = Object.freeze(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/** Request Timeout, Too Many Requests, Bad Gateway, Service Unavailable, Gateway Timeout. */
const STATUSES: readonly number[] = Object.freeze([408, 429, 502, 503, 504]);

/**
 * No host says whether a name does not exist or could not be asked for; a network that is just coming up has no server for
 * names, and a device no time of the day. A socket or the memory for TLS may be free a little later.
 */
const TRANSIENT: readonly string[] = Object.freeze([
	"dns:not-found",
	"dns:no-server",
	"tcp:refused",
	"tcp:reset",
	"tcp:timed-out",
	"tcp:unreachable",
	"tcp:other",
	"tcp:no-socket",
	"tls:closed",
	"tls:truncated",
	"tls:clock-not-set",
	"tls:out-of-memory",
	"timeout:connect",
	"timeout:tls",
	"timeout:first-byte",
	"timeout:idle",
	"h1:empty-reply",
	"h1:truncated-head",
	"h1:truncated-body",
	"proxy:not-found",
	"proxy:not-connected",
	"proxy:closed",
	"socks:failure",
	"socks:network-unreachable",
	"socks:host-unreachable",
	"socks:refused",
	"socks:ttl-expired",
	"socks:closed",
]);

/**
 * Milliseconds: a Retry-After that is longer is told to the application, which knows better what to do in that time than to
 * keep a request in memory.
 */
export const RETRY_AFTER_LIMIT = 3_600_000;
/** The beginning of 2026: a clock that stands before it has not been set, and knows no dates. */
const CLOCK_IS_SET = 1_767_225_600_000;

/** How much of a request has left in this attempt. */
export const enum Left {
	Nothing,
	Some,
	All,
}

/** The transaction that is tried again. */
export interface Retried {
	readonly request: Request;
	readonly delivered: Delivered;
	readonly bodyKind: BodyKind;
	readonly exchange: Exchange | undefined;
	readonly bodySent: number | undefined;
	readonly hasLeft: Left | undefined;
	/** Retries that were made. */
	readonly retries: number | undefined;
	readonly timing: Timing;
}

/** What of the host it needs. */
export interface RetryHost {
	readonly Time: Clock;
	/** The time of the day, in milliseconds since 1970. */
	readonly now: () => number;
}

export function isIdempotent(method: string): boolean {
	return IDEMPOTENT.includes(method);
}

export function isTransient(code: string, detail?: unknown): boolean {
	// what a proxy answers to CONNECT is as good a reason as what an origin answers
	return TRANSIENT.includes(code) || (code === "proxy:refused" && isRetried(detail as number));
}

export function isRetried(status: number): boolean {
	return STATUSES.includes(status);
}

/** Something of the body, or its end, has left, so that it would have to begin anew. */
export function isBodyBegun({ bodyKind, exchange, bodySent, hasLeft }: Retried): boolean {
	return bodyKind !== BodyKind.None && (hasLeft === Left.All || (exchange?.bodySent ?? bodySent ?? 0) > 0);
}

/** The request may be sent again. */
export function isRepeatable(retried: Retried): boolean {
	const { request, delivered } = retried;
	if (delivered === "no") return true;
	if (!isIdempotent(request.method) && !request.recovery?.isReplayable) return false;
	return request.rewind !== undefined || !isBodyBegun(retried);
}

/** Milliseconds before the request is sent again; undefined: it is not. */
export function planRetry(retried: Retried, host: RetryHost, least = 0): number | undefined {
	const { recovery } = retried.request;
	const { retries = 0 } = retried;
	if (!recovery?.table || retries >= recovery.count || !isRepeatable(retried)) return undefined;
	return waitFor(retried, recovery, retries, host, least);
}

/** The same for a response that has come; undefined: it is delivered. */
export function planAnswer(retried: Retried, host: RetryHost, status: number, table: HeadTable): number | undefined {
	return retried.request.recovery && isRetried(status) ? planRetry(retried, host, retryAfter(table, host)) : undefined;
}

const NONE: readonly number[] = Object.freeze([]);

/** The `nth` wait of the table, not below `least`, and up to so many per cent more. */
export function backOff(table: readonly number[], jitter: number, nth: number, least = 0): number {
	// upwards only, as in lws: what asked for a time gets it
	const jittered = 1 + (Math.random() * jitter) / 100;
	return Math.ceil(Math.max(least, table[Math.min(nth, table.length - 1)] ?? 0) * jittered);
}

/** The `nth` wait, which is not below `least`; undefined: nobody waits for so long. */
export function waitFor(
	{ request, timing }: Pick<Retried, "request" | "timing">,
	{ table = NONE, jitter }: Recovery,
	nth: number,
	{ Time }: RetryHost,
	least = 0,
): number | undefined {
	const wait = backOff(table, jitter, nth, least);
	const { total } = request.deadlines;
	// the clock of a device starts over
	const passed = (Time.ticks - timing.began) >>> 0;
	// a failure that is known is better than to run into the deadline
	return least > RETRY_AFTER_LIMIT || (total > 0 && passed + wait >= total) ? undefined : wait;
}

/** Milliseconds that the response asks for (RFC 9110 section 10.2.3); 0 where it asks for none, or talks nonsense. */
export function retryAfter(table: HeadTable, { now }: RetryHost): number {
	const index = table.find("retry-after");
	if (index < 0) return 0;
	const text = table.value(index);
	if (isText(text, TextSet.Digits)) return Number(text) * 1000;
	const present = now();
	const date = parseDate(text, present);
	return present >= CLOCK_IS_SET && date > present ? date - present : 0;
}
