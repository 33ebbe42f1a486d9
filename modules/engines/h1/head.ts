/**
 * The head of an HTTP/1 response: status line and fields up to the empty line (RFC 9112 sections 2-5), fed in pieces of any
 * size, into a HeadTable.
 *
 * Accepted beyond the grammar, as RFC 9112 section 2.2 and RFC 9110 section 5.5 allow a recipient: a bare LF as line end,
 * empty lines before the status line, obs-fold (becomes one space), bytes above 0x7F and controls in values, a status
 * code above 599 (RFC 9110 section 15).
 * Refused: NUL, a CR that ends no line (section 2.2), a space before the colon, a line without a colon (section 5.1).
 *
 * Limits: a head of HEAD_LIMIT bytes, whatever is kept of it; curl and the browsers stop at 300 and 256 KB. Of the reason
 * phrase, which means nothing (section 4), REASON_LIMIT bytes are kept. A field that does not fit the table is dropped
 * and counted; where the client needs it, the head is refused, because a body whose framing was dropped is read wrong.
 *
 * | state | awaits | then |
 * |---|---|---|
 * | StatusStart | empty lines, or the first byte | Status |
 * | Status | the status line to its LF | FieldStart |
 * | StatusStartLineFeed, StatusLineFeed | the LF after a CR | StatusStart, FieldStart |
 * | FieldStart | empty line, white space (fold), or a name | Done, ValueStart or SkipValue, Name |
 * | Name | token characters and the colon | ValueStart or SkipValue |
 * | SkipName | token characters and the colon | SkipValue |
 * | ValueStart | the first byte that is no white space | Value |
 * | Value, SkipValue | text to CR or LF | LineFeed, FieldStart |
 * | LineFeed | the LF after a CR | FieldStart |
 * | LastLineFeed | the LF of the empty line | Done |
 */
import { Head, HttpLimit, scanHead } from "lws-xs/native/http";
import { bytesToString, stringToBytes } from "lws-xs/native/kernels";
import type { HeadTable } from "../head-table.js";

export const HEAD_LIMIT: number = HttpLimit.Head;

/**
 * Consumes up to the end of the head; gives the count of bytes, or a Fault. `keep`: what `joinNames` has made of the names
 * of the fields to keep; undefined: all that fit.
 */
export function feedHead(
	table: HeadTable,
	bytes: Uint8Array,
	start: number,
	end: number,
	keep: Uint8Array | undefined,
): number {
	return scanHead(table.memory, bytes, start, end, keep);
}

/** The reason phrase, once the status line has come. */
export function reasonPhrase({ memory, words }: HeadTable): string {
	const length = words[Head.LineLength] as number;
	if (length <= HttpLimit.ReasonStart) return "";
	return bytesToString(memory, 4 * Head.Line + HttpLimit.ReasonStart, 4 * Head.Line + length);
}

/** Names in lower case, as the parser takes them: each followed by a zero byte. */
export function joinNames(names: readonly string[]): Uint8Array {
	let size = 0;
	for (let i = 0; i < names.length; i++) size += (names[i] as string).length + 1;
	const bytes = new Uint8Array(size);
	let at = 0;
	// names are tokens: a character is a byte
	for (let i = 0; i < names.length; i++) at += stringToBytes(names[i] as string, bytes, at) + 1;
	return bytes;
}
