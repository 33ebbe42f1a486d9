/** The characters of HTTP/1, for the twins of its machines. */
import { Head, HttpLimit, TextSet } from "lws-xs/native/http";
import { fold } from "./checks.js";

/** The characters of a token that are neither letters nor digits (RFC 9110 section 5.6.2). */
const MARKS = "!#$%&'*+-.^_`|~";

export function isDigit(byte: number): boolean {
	return byte >= 0x30 && byte <= 0x39;
}

export function isSpace(byte: number): boolean {
	return byte === 0x20 || byte === 0x09;
}

export function isToken(byte: number): boolean {
	const letter = byte | 0x20;
	if (isDigit(byte) || (letter >= 0x61 && letter <= 0x7a)) return true;
	return byte > 0x20 && byte < 0x7f && MARKS.includes(String.fromCharCode(byte));
}

/** -1: no digit. */
export function hexValue(byte: number): number {
	if (isDigit(byte)) return byte - 0x30;
	const letter = byte | 0x20;
	return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** RFC 9110 section 5.6.3: OWS */
export function skipSpace(bytes: Uint8Array, start: number, end: number): number {
	let at = start;
	while (at < end && isSpace(bytes[at] as number)) at++;
	return at;
}

export function trimEnd(bytes: Uint8Array, start: number, end: number): number {
	let at = end;
	while (at > start && isSpace(bytes[at - 1] as number)) at--;
	return at;
}

/** Whether the span is `text`, which is in lower case, ASCII letters compared without case. */
export function equals(bytes: Uint8Array, start: number, end: number, text: string): boolean {
	if (end - start !== text.length) return false;
	for (let i = 0; i < text.length; i++) if (fold(bytes[start + i] as number) !== text.charCodeAt(i)) return false;
	return true;
}

/** The status line in the state of a head. */
export function lineBytes(state: ArrayBuffer): Uint8Array {
	return new Uint8Array(state, 4 * Head.Line, HttpLimit.StatusLine);
}

/** To the first NUL, CR or LF, which end or spoil a field value (RFC 9110 section 5.5). */
export function skipText(bytes: Uint8Array, start: number, end: number): number {
	let at = start;
	while (at < end && bytes[at] !== 0x00 && bytes[at] !== 0x0d && bytes[at] !== 0x0a) at++;
	return at;
}

/** As copyBytes, letters in lower case. */
export function copyFolded(target: Uint8Array, at: number, source: Uint8Array, start: number, end: number): number {
	for (let i = start; i < end; i++) target[at + i - start] = fold(source[i] as number);
	return end - start;
}

export function isText(text: string, set: TextSet): boolean {
	for (let i = 0; i < text.length; i++) if (!isOf(set, text.charCodeAt(i))) return false;
	return text !== "" || set === TextSet.FieldValue;
}

function isOf(set: TextSet, code: number): boolean {
	switch (set) {
		case TextSet.Token:
			return isToken(code);
		case TextSet.FieldValue:
			return code !== 0x00 && code !== 0x0d && code !== 0x0a;
		case TextSet.Target:
			return code > 0x20 && code !== 0x7f;
		case TextSet.Digits:
			return isDigit(code);
	}
}
