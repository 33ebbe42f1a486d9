/** One field of the head of a response; `../lwsHttpField.c` is the same in C. */
import { ConnectionOption, Head, HttpFault, HttpLimit, NeededField, TransferCoding } from "lws-xs/native/http";
import { equals, isDigit, skipSpace, trimEnd } from "./http-text.js";

const COMMA = 0x2c;
const EQUAL = 0x3d;
const ZERO = 0x30;
const HALF = 2 ** 26;

export function neededField(table: Uint8Array, start: number, end: number): NeededField {
	if (equals(table, start, end, "connection")) return NeededField.Connection;
	if (equals(table, start, end, "keep-alive")) return NeededField.KeepAlive;
	if (equals(table, start, end, "content-length")) return NeededField.ContentLength;
	if (equals(table, start, end, "transfer-encoding")) return NeededField.TransferEncoding;
	return NeededField.None;
}

/** 1, or a fault. */
function addContentLength(head: Int32Array, table: Uint8Array, start: number, end: number): number {
	for (let at = start; ; at++) {
		at = skipSpace(table, at, end);
		if (at === end || !isDigit(table[at] as number)) return HttpFault.BadContentLength;
		let value = 0;
		for (; at < end && isDigit(table[at] as number); at++) {
			// the digit first: with its code added, the greatest number would not be exact
			value = 10 * value + ((table[at] as number) - ZERO);
			if (value > Number.MAX_SAFE_INTEGER) return HttpFault.BadContentLength;
		}
		const high = Math.floor(value / HALF);
		const low = value % HALF;
		if (head[Head.Length] !== 0 && (head[Head.LengthHigh] !== high || head[Head.LengthLow] !== low)) {
			return HttpFault.BadContentLength;
		}
		head[Head.Length] = 1;
		head[Head.LengthHigh] = high;
		head[Head.LengthLow] = low;
		at = skipSpace(table, at, end);
		if (at === end) return 1;
		if (table[at] !== COMMA) return HttpFault.BadContentLength;
	}
}

function connectionOptions(table: Uint8Array, start: number, end: number): number {
	let options = 0;
	for (let at = start; at < end; ) {
		let next = at;
		while (next < end && table[next] !== COMMA) next++;
		const first = skipSpace(table, at, next);
		const stop = trimEnd(table, first, next);
		if (equals(table, first, stop, "close")) options |= ConnectionOption.Close;
		else if (equals(table, first, stop, "keep-alive")) options |= ConnectionOption.KeepAlive;
		at = next + 1;
	}
	return options;
}

/** Keep-Alive: timeout=seconds, max=requests (RFC 2068 section 19.7.1.1); 0, or one more than the seconds. */
function keepAlive(table: Uint8Array, start: number, end: number): number {
	let result = 0;
	for (let at = start; at < end; ) {
		let next = at;
		while (next < end && table[next] !== COMMA) next++;
		const first = skipSpace(table, at, next);
		const stop = trimEnd(table, first, next);
		let equal = first;
		while (equal < stop && table[equal] !== EQUAL) equal++;
		at = next + 1;
		let digit = equal + 1;
		let value = 0;
		while (digit < stop && isDigit(table[digit] as number) && value <= HttpLimit.KeepAlive) {
			value = 10 * value + (table[digit++] as number) - ZERO;
		}
		if (digit < stop || digit <= equal + 1 || value > HttpLimit.KeepAlive) continue;
		const isTimeout = equals(table, first, equal, "timeout");
		if (value === 0 && (isTimeout || equals(table, first, equal, "max"))) return 1;
		if (isTimeout) result = value + 1;
	}
	return result;
}

/** The field under construction is complete. */
export function commitField(head: Int32Array, table: Uint8Array, spans: Int32Array): void {
	const value = head[Head.NameEnd] as number;
	const end = trimEnd(table, value, head[Head.End] as number);
	const count = head[Head.Count] as number;
	spans[3 * count] = head[Head.Used] as number;
	spans[3 * count + 1] = value;
	spans[3 * count + 2] = end;
	head[Head.Count] = count + 1;
	head[Head.Used] = head[Head.End] = end;
	head[Head.Open] = 0;
	switch (head[Head.Needed]) {
		case NeededField.Connection:
			(head[Head.Connection] as number) |= connectionOptions(table, value, end);
			break;
		case NeededField.KeepAlive:
			head[Head.Connection] =
				((head[Head.Connection] as number) & (ConnectionOption.Close | ConnectionOption.KeepAlive)) |
				(keepAlive(table, value, end) << ConnectionOption.KeepAliveShift);
			break;
		case NeededField.ContentLength:
			if ((head[Head.Length] as number) >= 0) head[Head.Length] = addContentLength(head, table, value, end);
			break;
		case NeededField.TransferEncoding:
			head[Head.Coding] =
				head[Head.Coding] === TransferCoding.None && equals(table, value, end, "chunked")
					? TransferCoding.Chunked
					: TransferCoding.Other;
			break;
	}
}
