/**
 * Runs a vector of the engines of HTTP/1, in Node as on XS: whole, one byte at a time, and cut at each position; all
 * must come to the same. What a parser is given lies between two line feeds, which end lines if they are read.
 */
import { faultCode } from "lws-xs/engines/errors";
import { ChunkedDecoder, ChunkedEvent } from "lws-xs/engines/h1/chunked";
import { contentLength, Framing, FramingBits, readFraming } from "lws-xs/engines/h1/framing";
import { feedHead, joinNames, reasonPhrase } from "lws-xs/engines/h1/head";
import { keepAliveTime } from "lws-xs/engines/h1/keep-alive";
import { HeadTable } from "lws-xs/engines/head-table";
import { stringToBytes } from "lws-xs/native/kernels";
import { encodeChunks } from "./h1-encode.js";

/** The input of a vector of the head; every character is a byte. */
export interface HeadInput {
	readonly text: string;
	/** The table; 2048 bytes and 32 fields when absent. */
	readonly bytes?: number;
	readonly fields?: number;
	readonly keep?: readonly string[];
}

export interface FramingInput {
	readonly method: string;
	readonly text: string;
}

export interface Vector<Input> {
	/** What holds, as a sentence. */
	readonly name: string;
	readonly input: Input;
	/** As `headOutcome`, `framingOutcome` or `chunkedOutcome` gives it. */
	readonly expect: string;
}

/** Given to `run`: the positions at which the pieces end. */
export type Ends = readonly number[];

/** Longer input is not cut everywhere. */
const SHORT = 600;
/** Of longer input: how much of its end goes byte by byte, and the size of the pieces before (four of them are less). */
const TAIL = 300;
const PIECE = 61;
const CUTS = 4;
/** Of input at the limit of a head every pass takes long on a slow host. */
const HUGE = 100_000;

const LF = 0x0a;

export function checkHead({ input, expect }: Vector<HeadInput>): string {
	return expected(
		expect,
		everyCut(toBytes(input.text), (bytes, ends) => headOutcome(input, bytes, ends)),
	);
}

export function checkFraming({ input, expect }: Vector<FramingInput>): string {
	return expected(
		expect,
		everyCut(toBytes(input.text), (bytes, ends) => framingOutcome(input, bytes, ends)),
	);
}

/** Content is taken one byte at a time, in pieces of three and as it comes; what is valid is also encoded again. */
export function checkChunked({ input, expect }: Vector<string>): string {
	const bytes = toBytes(input);
	for (const most of [1, 3, Infinity]) {
		expected(
			expect,
			everyCut(bytes, (bytes, ends) => chunkedOutcome(bytes, ends, most)),
		);
	}
	const { outcome, content } = decodeChunked(bytes, [bytes.length], Infinity);
	if (outcome === "complete") {
		for (const size of [1, 3, content.length]) {
			const encoded = encodeChunks(content, size);
			expected(`complete ${show(content)}`, chunkedOutcome(encoded, [encoded.length], Infinity));
		}
	}
	return expect;
}

/** `STATUS VERSION "REASON" name="value"… dropped=N left=N`, a code, or `more`. */
export function headOutcome(input: HeadInput, bytes: Uint8Array, ends: Ends): string {
	const table = new HeadTable(input.bytes ?? 2048, input.fields ?? 32);
	return headEnd(table, input.keep, bytes, ends, (left) => {
		let text = `${table.status} 1.${table.minor} ${quote(reasonPhrase(table))}`;
		for (let i = 0; i < table.count; i++) text += ` ${short(table.name(i))}=${quote(table.value(i))}`;
		if (table.dropped > 0) text += ` dropped=${table.dropped}`;
		return left > 0 ? `${text} left=${left}` : text;
	});
}

/** `none`, `length N`, `chunked` or `until-close`, then `keep` or `close`; or a code. */
export function framingOutcome({ method }: FramingInput, bytes: Uint8Array, ends: Ends): string {
	const table = new HeadTable(2048, 32);
	return headEnd(table, undefined, bytes, ends, () => {
		const framing = readFraming(table, method, table.status, table.minor);
		if (framing < 0) return faultCode(framing);
		const time = keepAliveTime(table);
		const kept = (framing & FramingBits.KeepAlive) !== 0 ? "keep" : "close";
		return `${framingName(table, framing)} ${kept}${time < 0 ? "" : ` for ${time}`}`;
	});
}

/** `complete`, `more` or a code, the content until then, and `left=N`. */
function chunkedOutcome(bytes: Uint8Array, ends: Ends, most: number): string {
	const { outcome, content, left } = decodeChunked(bytes, ends, most);
	return `${outcome} ${show(content)}${left > 0 ? ` left=${left}` : ""}`;
}

/** `most`: bytes of content taken at once. */
export function decodeChunked(
	bytes: Uint8Array,
	ends: Ends,
	most: number,
): { outcome: string; content: Uint8Array; left: number } {
	const decoder = new ChunkedDecoder();
	decoder.reset();
	const content = new Uint8Array(bytes.length);
	let length = 0;
	let outcome = "more";
	let consumed = 0;
	eachPiece(bytes, ends, (buffer, start, end) => {
		for (let at = start; at < end; ) {
			if (decoder.event === ChunkedEvent.Data) {
				const count = Math.min(decoder.remaining, end - at, most);
				content.set(buffer.subarray(at, at + count), length);
				length += count;
				decoder.took(count);
				at += count;
				consumed += count;
				continue;
			}
			const count = decoder.feed(buffer, at, end);
			if (count < 0) {
				outcome = faultCode(count);
				return false;
			}
			checkProgress(count, end - at);
			at += count;
			consumed += count;
			if (decoder.event === ChunkedEvent.Complete) {
				outcome = "complete";
				return false;
			}
		}
		return true;
	});
	if (decoder.received !== length) throw new Error(`the decoder has counted ${decoder.received} of ${length} bytes`);
	const left = outcome === "complete" ? bytes.length - consumed : 0;
	return { outcome, content: content.subarray(0, length), left };
}

/** Feeds a head and gives a code, `more`, or what `complete` says, which is told how many bytes are left. */
function headEnd(
	table: HeadTable,
	names: readonly string[] | undefined,
	bytes: Uint8Array,
	ends: Ends,
	complete: (left: number) => string,
): string {
	const keep = names && joinNames(names);
	let outcome = "more";
	let consumed = 0;
	eachPiece(bytes, ends, (buffer, start, end) => {
		const count = feedHead(table, buffer, start, end, keep);
		if (count < 0) {
			outcome = faultCode(count);
			return false;
		}
		checkProgress(count, end - start);
		consumed += count;
		if (!table.isComplete) {
			if (count < end - start) throw new Error("bytes are left, and nothing is complete");
			return true;
		}
		outcome = complete(bytes.length - consumed);
		return false;
	});
	return outcome;
}

export function framingName(table: HeadTable, framing: number): string {
	switch ((framing & FramingBits.Kind) as Framing) {
		case Framing.None:
			return "none";
		case Framing.Length:
			return `length ${contentLength(table)}`;
		case Framing.Chunked:
			return "chunked";
		case Framing.UntilClose:
			return "until-close";
	}
}

/** Calls `take` with each piece until it gives false. */
export function eachPiece(
	bytes: Uint8Array,
	ends: Ends,
	take: (buffer: Uint8Array, start: number, end: number) => boolean,
): void {
	let start = 0;
	for (const end of ends) {
		const piece = new Uint8Array(end - start + 2);
		piece[0] = piece[end - start + 1] = LF;
		piece.set(bytes.subarray(start, end), 1);
		if (!take(piece, 1, end - start + 1)) return;
		start = end;
	}
}

export function checkProgress(count: number, given: number): void {
	if (count === 0) throw new Error("no progress");
	if (count > given) throw new Error(`${count} bytes consumed of ${given}`);
}

/** What `run` gives for all ways to cut, which must be the same. */
export function everyCut(bytes: Uint8Array, run: (bytes: Uint8Array, ends: Ends) => string): string {
	const total = bytes.length;
	const whole = run(bytes, [total]);
	const compare = (how: string, ends: Ends) => {
		const outcome = run(bytes, ends);
		if (outcome !== whole) throw new Error(`${how}: ${outcome}, but whole: ${whole}`);
	};
	const single: number[] = [];
	for (let end = 1; end <= total; end += total > SHORT && end < total - TAIL ? (total > HUGE ? 4 * PIECE : PIECE) : 1)
		single.push(end);
	compare("byte by byte", single);
	const step = total > HUGE ? total - 1 : total > SHORT ? Math.ceil(total / CUTS) : 1;
	for (let cut = 1; cut < total; cut += step) compare(`cut at ${cut}`, [cut, total]);
	return whole;
}

export function expected(expect: string, outcome: string): string {
	if (outcome !== expect) throw new Error(`${outcome}, not ${expect}`);
	return outcome;
}

/** Every character a byte. (By way of UTF-8: XS counts the characters of a long string from its start each time.) */
export function toBytes(text: string): Uint8Array {
	const encoded = new Uint8Array(2 * text.length);
	const end = stringToBytes(text, encoded, 0);
	let length = 0;
	for (let at = 0; at < end; at++) {
		const byte = encoded[at] as number;
		encoded[length++] = byte < 0x80 ? byte : ((byte & 3) << 6) | ((encoded[++at] as number) & 0x3f);
	}
	return encoded.slice(0, length);
}

export function show(content: Uint8Array): string {
	let text = "";
	for (let i = 0; i < content.length && i < 50; i++) text += String.fromCharCode(content[i] as number);
	return content.length > 50 ? `${JSON.stringify(text.slice(0, 4))}…(${content.length})` : JSON.stringify(text);
}

function short(text: string): string {
	return text.length > 50 ? `${text.slice(0, 4)}…(${text.length})` : text;
}

function quote(text: string): string {
	return JSON.stringify(short(text));
}
