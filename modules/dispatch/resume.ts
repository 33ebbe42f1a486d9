/**
 * Resuming (RFC 9110 section 14): the body of a GET that broke off is continued by a request for what is missing, with
 * If-Range (section 13.1.5), so that it comes of the same representation or not at all. The application hears nothing of
 * it: what it is given goes on where it stopped.
 *
 * It takes a validator that is strong, an ETag or a Last-Modified (sections 8.8.2.2 and 8.8.3), and a server that does not
 * say `Accept-Ranges: none`. Positions are those of the content in its coding, whatever frames it. Where the application
 * asked for a range itself, Content-Range says which one it got, and that is continued; several ranges are not.
 */
import { isText, TextSet } from "lws-xs/native/http";
import { parseDate } from "../engines/date.js";
import type { HeadTable } from "../engines/head-table.js";
import { BodyKind } from "../roles/role.js";
import type { Recovery } from "./request.js";
import { isRetried, type Retried, type RetryHost, retryAfter, waitFor } from "./retry.js";

/** Attempts one after another that bring nothing new; with a table of retries its count decides. */
export const RESUME_ATTEMPTS = 3;
/** Milliseconds before such an attempt, when there is no table. */
export const RESUME_WAIT = 1000;
/** RFC 9110 section 8.8.2.2: a Last-Modified so much older than Date, in milliseconds, is not of the second of a change. */
const STRONG_AGE = 60_000;
/** Such a number can be counted exactly. */
const DIGITS = 15;

/** What the client needs of the fields to continue. */
export const RESUME_FIELDS: readonly string[] = Object.freeze([
	"accept-ranges",
	"content-length",
	"content-range",
	"content-type",
	"date",
	"etag",
	"last-modified",
]);

/** `bytes FIRST-LAST/SIZE`; -1: not known. */
interface Range {
	readonly first: number;
	readonly last: number;
	readonly size: number;
}

/** The transaction whose body breaks off. */
export interface Resumed extends Retried {
	readonly fields: readonly string[];
	readonly status: number;
	readonly table: HeadTable | undefined;
	readonly bodyReceived: number | undefined;
}

/** The number that all of `text` is; NaN: it is none. */
function numberOf(text: string): number {
	return text.length <= DIGITS && isText(text, TextSet.Digits) ? Number(text) : Number.NaN;
}

function textOf(table: HeadTable, name: string): string {
	const index = table.find(name);
	return index < 0 ? "" : table.value(index);
}

/** RFC 9110 section 14.4; undefined: it is malformed, of another unit, or there are several ranges. */
function contentRange(table: HeadTable): Range | undefined {
	const text = textOf(table, "content-range");
	const dash = text.indexOf("-");
	const slash = text.indexOf("/");
	if (text.slice(0, 6).toLowerCase() !== "bytes " || table.find("content-range", 1) >= 0) return undefined;
	// section 15.3.7.2: several parts have no Content-Range in the head
	if (textOf(table, "content-type").toLowerCase().startsWith("multipart/byteranges")) return undefined;
	const first = numberOf(text.slice(6, dash));
	const last = numberOf(text.slice(dash + 1, slash));
	const end = text.slice(slash + 1);
	const size = end === "*" ? -1 : numberOf(end);
	// false for what is no number
	return first <= last && (size === -1 || last < size) ? { first, last, size } : undefined;
}

/** What If-Range takes; "": nothing that is strong. */
function validatorOf(table: HeadTable, now: number): string {
	const tag = textOf(table, "etag");
	if (tag.startsWith('"')) return tag;
	const modified = textOf(table, "last-modified");
	const age = parseDate(textOf(table, "date"), now) - parseDate(modified, now);
	return tag === "" && age >= STRONG_AGE ? modified : "";
}

/** Where a body stands that is continued. */
export class Resume {
	/** Bytes of content that the application has. */
	received = 0;
	/** The present attempt brings content. */
	isFlowing = true;
	/** Continued so often, and so often in a row without anything new. */
	count = 0;
	fruitless = 0;
	/** What broke it off last. */
	code = "";
	detail: unknown;
	/** Position of the first byte that the application was given, and of the last one that it asked for; -1: not known. */
	private readonly first: number;
	private readonly last: number;
	/** Of the whole representation; -1: not known. */
	private size: number;
	private readonly validator: string;

	constructor(first: number, last: number, size: number, validator: string) {
		this.first = first;
		this.last = last;
		this.size = size;
		this.validator = validator;
	}

	/** The request's fields, asking for what is missing. */
	ask(fields: readonly string[]): string[] {
		const asked: string[] = [];
		for (let i = 0; i < fields.length; i += 2) {
			const name = (fields[i] as string).toLowerCase();
			if (name !== "range" && name !== "if-range") asked.push(fields[i] as string, fields[i + 1] as string);
		}
		const end = this.last < 0 ? "" : this.last;
		asked.push("Range", `bytes=${this.first + this.received}-${end}`, "If-Range", this.validator);
		return asked;
	}

	/**
	 * The answer to a request for what is missing: milliseconds before the next one, the code of an LwsError when it does
	 * not continue, undefined when it does.
	 */
	answered(from: Resumed, host: RetryHost, status: number, table: HeadTable): number | string | undefined {
		const wait = isRetried(status) ? this.plan(from, host, "", undefined, retryAfter(table, host)) : undefined;
		return wait ?? this.check(status, table);
	}

	private check(status: number, table: HeadTable): string | undefined {
		// the whole: it is another one, or the server has no ranges, and what was delivered cannot be taken back
		if (status === 200) return "h1:resume-changed";
		if (status !== 206) return "h1:resume-refused";
		const range = contentRange(table);
		if (!range || range.first !== this.first + this.received) return "h1:resume-mismatch";
		const { first, last, size } = range;
		const length = numberOf(textOf(table, "content-length"));
		// somebody has to say where it ends: a server may give less than it is asked for
		const isOfSize = size < 0 ? this.size >= 0 || this.last >= 0 : this.size < 0 || size === this.size;
		if (!isOfSize || (this.last >= 0 && last > this.last) || length < last - first + 1 || length > last - first + 1) {
			return "h1:resume-mismatch";
		}
		// sections 15.3.7 and 15.3.7.3: it repeats the validator, and without the same one the two are not to be combined
		const name = this.validator.startsWith('"') ? "etag" : "last-modified";
		if (textOf(table, name) !== this.validator) return "h1:resume-changed";
		if (size >= 0) this.size = size;
		this.isFlowing = true;
		return undefined;
	}

	/** Bytes that are missing behind the `received` of this attempt; below 0: there are too many. 0 also when nobody knows. */
	missing(received: number): number {
		const end = this.last >= 0 ? this.last + 1 : this.size;
		return end < 0 ? 0 : end - this.first - this.received - received;
	}

	/** An attempt has ended by `code`. Milliseconds before the next one; undefined: there is none. */
	plan(from: Resumed, host: RetryHost, code: string, detail?: unknown, least = 0): number | undefined {
		const recovery = from.request.recovery as Recovery;
		let gained = 0;
		if (this.isFlowing) {
			gained = from.exchange?.bodyReceived ?? from.bodyReceived ?? 0;
			this.code = code;
			this.detail = detail;
		}
		const fruitless = gained > 0 ? 0 : this.fruitless + 1;
		const { table, count, resumes } = recovery;
		const isVain = fruitless > 0 && fruitless >= (table ? count : RESUME_ATTEMPTS);
		if (this.count >= resumes || isVain) return undefined;
		const wait = waitFor(
			from,
			recovery,
			fruitless,
			host,
			table || fruitless === 0 ? least : Math.max(least, RESUME_WAIT),
		);
		if (wait === undefined) return undefined;
		this.received += gained;
		this.fruitless = fruitless;
		this.count++;
		this.isFlowing = false;
		return wait;
	}
}

/** What is known of a body that has broken off; undefined: it cannot be continued. */
export function beginResume(from: Resumed, host: RetryHost): Resume | undefined {
	const { request, status, table, bodyKind } = from;
	if (!request.recovery?.resumes || request.method !== "GET" || bodyKind !== BodyKind.None || !table) return undefined;
	const validator = validatorOf(table, host.now());
	if (validator === "" || textOf(table, "accept-ranges").toLowerCase() === "none") return undefined;
	const length = numberOf(textOf(table, "content-length"));
	if (status === 200) return new Resume(0, -1, length >= 0 ? length : -1, validator);
	// nobody has asked for this one, so nobody knows what it is part of
	if (status !== 206 || !from.fields.some((name, i) => i % 2 === 0 && name.toLowerCase() === "range")) return undefined;
	const range = contentRange(table);
	return range && new Resume(range.first, range.last, range.size, validator);
}
