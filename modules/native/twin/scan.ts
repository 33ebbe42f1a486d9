/** The scanning kernels in TypeScript, for Node; `../scan.d.ts` says what they do, `../lwsScan.c` is the same in C. */
import { checkCopy, checkSpan, fold } from "./checks.js";

const NUL = 0x00;
const LF = 0x0a;
const CR = 0x0d;
const HEX_DIGITS = 13;

/** The characters of a token that are neither letters nor digits (RFC 9110 section 5.6.2). */
const MARKS = "!#$%&'*+-.^_`|~";

function isDigit(byte: number): boolean {
	return byte >= 0x30 && byte <= 0x39;
}

function isToken(byte: number): boolean {
	const letter = byte | 0x20;
	if (isDigit(byte) || (letter >= 0x61 && letter <= 0x7a)) return true;
	return byte > 0x20 && byte < 0x7f && MARKS.includes(String.fromCharCode(byte));
}

/** -1: no digit. */
function hexValue(byte: number): number {
	if (isDigit(byte)) return byte - 0x30;
	const letter = byte | 0x20;
	return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

export function skipToken(buffer: Uint8Array, start: number, end: number): number {
	checkSpan(buffer, start, end);
	let at = start;
	while (at < end && isToken(buffer[at] as number)) at++;
	return at;
}

export function skipText(buffer: Uint8Array, start: number, end: number): number {
	checkSpan(buffer, start, end);
	let at = start;
	while (at < end && buffer[at] !== NUL && buffer[at] !== CR && buffer[at] !== LF) at++;
	return at;
}

export function skipHex(buffer: Uint8Array, start: number, end: number): number {
	checkSpan(buffer, start, end);
	let at = start;
	while (at < end && hexValue(buffer[at] as number) >= 0) at++;
	return at;
}

export function parseHex(buffer: Uint8Array, start: number, end: number): number {
	checkSpan(buffer, start, end);
	if (end - start > HEX_DIGITS) throw new RangeError("out of range");
	let value = 0;
	for (let at = start; at < end; at++) {
		const digit = hexValue(buffer[at] as number);
		if (digit < 0) throw new RangeError("no hexadecimal digit");
		value = value * 16 + digit;
	}
	return value;
}

export function copyFolded(target: Uint8Array, at: number, source: Uint8Array, start: number, end: number): number {
	checkCopy(target, at, source, start, end);
	target.set(source.subarray(start, end), at);
	const stop = at + end - start;
	for (let i = at; i < stop; i++) target[i] = fold(target[i] as number);
	return end - start;
}
