/** The lines of a record: what each event has, and how a line is written and read. docs/record.md explains them. */
import Base64 from "base64";
import { bytesToString, checkUtf8, findByte, stringToBytes } from "lws-xs/native/kernels";

export const FORMAT = 1;
/** Bytes of the wire in one line; a longer read or write has several. */
export const PIECE = 16384;
/** A line of PIECE bytes is shorter, whatever they are; the first one has all arguments. */
export const LINE = 262_144;
/** Milliseconds: 24 days, the longest that a timer takes. */
const TIMES = 0x7fff_ffff;
/** An object, and in it an array or an object. */
const DEPTH = 2;
/** Text before bytes that are none has a line of its own when it is at least as long: a head before its content. */
const READABLE = 16;
const LF = 0x0a;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/;

export type EventName = keyof typeof EVENTS;

/** One line, with the members that its event has. */
export interface Entry {
	time: number;
	event: EventName;
	connection: number;
	transfer: number;
	address: string;
	port: number;
	room: number;
	host: string;
	addresses: string[];
	bytes: Uint8Array;
	/** More had come already: the next line belongs to the same segment. */
	more: boolean;
	/** Why a connection ended, or a socket could not be made. */
	failure: string | undefined;
	/** What a session of TLS came to. */
	tls: Readonly<Record<string, unknown>>;
	/** Of a body: null is not known. */
	length: number | null;
	repeatable: boolean;
	exit: number;
	/** Of an error, `phase:cause`; undefined without. */
	code: string | undefined;
	sentence: string;
	/** Bytes that were written to the output before it failed. */
	after: number | undefined;
	url: string;
	status: number;
	version: string;
	redirects: number;
	received: number;
	sent: number;
}

export interface Heading {
	version: string;
	/** Milliseconds since 1970. */
	date: number;
	arguments: string[];
}

type Kind = "count" | "count?" | "count|null" | "text" | "text?" | "texts" | "flag" | "flag?" | "object" | "bytes";
type Members = Readonly<Record<string, Kind>>;

const CONNECTION: Members = Object.freeze({ connection: "count" });
const BYTES: Members = Object.freeze({ connection: "count", bytes: "bytes", more: "flag?" });
const TLS: Members = Object.freeze({ connection: "count", tls: "object" });
const FAILURE: Members = Object.freeze({ transfer: "count", exit: "count", code: "text", sentence: "text" });

const EVENTS = Object.freeze({
	resolve: Object.freeze({ host: "text" }),
	resolved: Object.freeze({ host: "text", addresses: "texts" }),
	unresolved: Object.freeze({ host: "text" }),
	connect: Object.freeze({ connection: "count", address: "text", port: "count", failure: "text?" }),
	opened: Object.freeze({ connection: "count", room: "count" }),
	room: Object.freeze({ connection: "count", room: "count" }),
	secured: TLS,
	unsecured: TLS,
	sent: BYTES,
	received: BYTES,
	finished: CONNECTION,
	ended: Object.freeze({ connection: "count", failure: "text?" }),
	closed: CONNECTION,
	body: Object.freeze({ transfer: "count", length: "count|null", repeatable: "flag" }),
	input: Object.freeze({ transfer: "count", bytes: "bytes", more: "flag?" }),
	exhausted: Object.freeze({ transfer: "count" }),
	unreadable: FAILURE,
	rewound: Object.freeze({ transfer: "count" }),
	fault: Object.freeze({ ...FAILURE, after: "count?" }),
	result: Object.freeze({
		transfer: "count",
		url: "text",
		exit: "count",
		code: "text?",
		status: "count",
		version: "text",
		redirects: "count",
		received: "count",
		sent: "count",
	}),
	exit: Object.freeze({ exit: "count" }),
} satisfies Record<string, Members>);

/** What is wrong with a line. */
export class Malformed extends Error {}

/** The line of an event, without the bytes of `members`, which `bytesLines` adds. */
export function eventLine(time: number, event: EventName, members: Readonly<Record<string, unknown>>): string {
	return `${JSON.stringify({ time, event, ...members })}\n`;
}

export function headingLine({ version, date, arguments: given }: Heading): string {
	const heading = { record: FORMAT, "lws-xs": version, date: new Date(date).toISOString(), arguments: given };
	return `${JSON.stringify(heading)}\n`;
}

/** Gives `write` the lines of [0, end) of `bytes`. */
export function bytesLines(
	write: (members: { text?: string; base64?: string; more?: boolean }) => void,
	bytes: Uint8Array,
	end: number,
	hasMore: boolean,
): void {
	for (let at = 0; at < end; ) {
		const limit = Math.min(end, at + PIECE);
		const to = textEnd(bytes, at, limit);
		const isText = to === limit || to - at >= READABLE;
		const last = isText ? to : limit;
		const members = isText
			? { text: bytesToString(bytes, at, last) }
			: { base64: Base64.encode(bytes.slice(at, last).buffer as ArrayBuffer) };
		write({ ...members, ...((hasMore || last < end) && { more: true }) });
		at = last;
	}
}

/** Text is UTF-8 without control characters besides HT, LF and CR. What is not ends after the last line that is. */
function textEnd(bytes: Uint8Array, from: number, to: number): number {
	if (isText(bytes, from, to)) return to;
	for (let at = from; at < to; ) {
		const found = findByte(bytes, LF, at, to);
		const next = found < 0 ? to : found + 1;
		if (!isText(bytes, at, next)) return at;
		at = next;
	}
	return to;
}

function isText(bytes: Uint8Array, from: number, to: number): boolean {
	return checkUtf8(0, bytes, from, to) === 0 && !CONTROL.test(bytesToString(bytes, from, to));
}

/** Throws Malformed. */
export function parseHeading(line: string): Heading {
	const value = parse(line);
	if (!("record" in value)) throw new Malformed("the first line is not that of a record");
	if (value.record !== FORMAT) throw new Malformed(`the version of the format is not ${FORMAT}`);
	const { date, arguments: given, "lws-xs": version } = value;
	const milliseconds = typeof date === "string" ? Date.parse(date) : Number.NaN;
	if (!Number.isFinite(milliseconds)) throw new Malformed('"date" is no date');
	if (!isKind(given, "texts")) throw new Malformed('"arguments" is no array of texts');
	return { version: String(version), date: milliseconds, arguments: given as string[] };
}

/** Throws Malformed. */
export function parseEntry(line: string): Entry {
	const value = parse(line);
	const { event } = value;
	const members: Members | undefined =
		typeof event === "string" && Object.hasOwn(EVENTS, event) ? EVENTS[event as EventName] : undefined;
	if (!members) throw new Malformed(`"event" is none that is known`);
	if (!isKind(value.time, "count") || (value.time as number) > TIMES) throw new Malformed('"time" is no time');
	for (const [name, kind] of Object.entries(members)) {
		if (kind === "bytes") value.bytes = parseBytes(value);
		else if (!isKind(value[name], kind)) throw new Malformed(`"${name}" is missing, or not what it must be`);
	}
	return value as unknown as Entry;
}

function isKind(value: unknown, kind: Kind): boolean {
	if (kind.endsWith("?") && value === undefined) return true;
	switch (kind) {
		case "count|null":
			return value === null || isKind(value, "count");
		case "count":
		case "count?":
			return Number.isSafeInteger(value) && (value as number) >= 0;
		case "text":
		case "text?":
			return typeof value === "string";
		case "texts":
			return Array.isArray(value) && value.every((each) => typeof each === "string");
		case "flag":
		case "flag?":
			return typeof value === "boolean";
		default:
			return typeof value === "object" && value !== null && !Array.isArray(value);
	}
}

function parseBytes({ text, base64 }: Record<string, unknown>): Uint8Array {
	let bytes: Uint8Array | undefined;
	if (typeof text === "string" && base64 === undefined && text.length <= PIECE) {
		const buffer = new Uint8Array(PIECE);
		const count = stringToBytes(text, buffer, 0);
		if (count > 0) bytes = buffer.subarray(0, count);
	} else if (typeof base64 === "string" && text === undefined && base64.length <= (PIECE + 2) * 4) {
		if (base64.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(base64)) bytes = new Uint8Array(Base64.decode(base64));
	}
	if (!bytes || bytes.length === 0 || bytes.length > PIECE) {
		throw new Malformed(`"text" or "base64" must be there, with 1 to ${PIECE} bytes`);
	}
	return bytes;
}

function parse(line: string): Record<string, unknown> {
	checkDepth(line);
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch {
		throw new Malformed("it is not JSON");
	}
	if (!isKind(value, "object")) throw new Malformed("it is no object");
	return value as Record<string, unknown>;
}

/** JSON.parse calls itself for each bracket, and a stack has an end. */
function checkDepth(line: string): void {
	let depth = 0;
	for (let at = 0; at < line.length; ) {
		const quote = line.indexOf('"', at);
		const outside = line.slice(at, quote < 0 ? line.length : quote);
		for (const [bracket] of outside.matchAll(/[[{\]}]/g)) {
			depth += bracket === "[" || bracket === "{" ? 1 : -1;
			if (depth > DEPTH) throw new Malformed("it is nested too deeply");
		}
		if (quote < 0) return;
		at = stringEnd(line, quote + 1);
	}
}

function stringEnd(line: string, from: number): number {
	for (let at = from; ; at++) {
		at = line.indexOf('"', at);
		if (at < 0) return line.length;
		let slashes = 0;
		while (line.charAt(at - 1 - slashes) === "\\") slashes++;
		if (slashes % 2 === 0) return at + 1;
	}
}
