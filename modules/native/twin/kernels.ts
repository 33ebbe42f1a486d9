/**
 * The byte kernels in TypeScript, for Node; `../kernels.d.ts` says what they do, `../lwsKernels.c` is the same in C.
 * They also run on XS, where the differential test compares the two in one process: so there is no TextDecoder here,
 * and strings are walked by code points, which XS counts where Node counts UTF-16 units.
 */

import { checkCopy, checkInteger, checkSpan, fold } from "./checks.js";

const LF = 0x0a;
const CR = 0x0d;
const REPLACEMENT = 0xfffd;

export function findByte(buffer: Uint8Array, byte: number, start: number, end: number): number {
	checkInteger(byte, 0, 255);
	checkSpan(buffer, start, end);
	for (let at = start; at < end; at++) {
		if (buffer[at] === byte) return at;
	}
	return -1;
}

export function findHeadEnd(buffer: Uint8Array, start: number, end: number): number {
	checkSpan(buffer, start, end);
	let line = start;
	for (let at = start; at < end; at++) {
		if (buffer[at] !== LF) continue;
		if (at === line || (at === line + 1 && buffer[line] === CR)) return at + 1;
		line = at + 1;
	}
	return -1;
}

/** In C a view and its buffer are the same. */
function viewOf(buffer: Uint8Array | ArrayBuffer): Uint8Array {
	return buffer instanceof ArrayBuffer ? new Uint8Array(buffer) : buffer;
}

export function equalsFolded(buffer: Uint8Array | ArrayBuffer, start: number, end: number, name: string): boolean {
	const bytes = viewOf(buffer);
	checkSpan(bytes, start, end);
	let at = start;
	for (const character of name) {
		const code = character.codePointAt(0) as number;
		if (at === end || code === 0 || code > 0x7f || fold(bytes[at] as number) !== fold(code)) return false;
		at++;
	}
	return at === end;
}

export function bytesToString(buffer: Uint8Array | ArrayBuffer, start: number, end: number): string {
	const bytes = viewOf(buffer);
	const isUtf8 = checkUtf8(0, bytes, start, end) === 0;
	let text = "";
	for (let at = start; at < end; ) {
		let code = bytes[at++] as number;
		if (isUtf8 && code >= 0x80) {
			let more = code < 0xe0 ? 1 : code < 0xf0 ? 2 : 3;
			code &= 0x3f >> more;
			for (; more > 0; more--) code = (code << 6) | ((bytes[at++] as number) & 0x3f);
		}
		text += String.fromCodePoint(code);
	}
	return text;
}

export function stringToBytes(text: string, buffer: Uint8Array, start: number): number {
	checkSpan(buffer, start, buffer.length);
	const count = writeUtf8(text, undefined, 0);
	if (count > buffer.length - start) return -1;
	writeUtf8(text, buffer, start);
	return count;
}

/** Writes unless `buffer` is absent; returns how many bytes it is. */
function writeUtf8(text: string, buffer: Uint8Array | undefined, start: number): number {
	let at = start;
	let high = 0;
	for (const character of text) {
		let code = character.codePointAt(0) as number;
		if (code >= 0xdc00 && code <= 0xdfff && high !== 0) {
			// On XS a pair that was joined from two strings arrives as two: it takes the place of the U+FFFD before it.
			code = 0x10000 + ((high & 0x3ff) << 10) + (code & 0x3ff);
			at -= 3;
		}
		high = code >= 0xd800 && code <= 0xdbff ? code : 0;
		// RFC 3629 section 3 prohibits surrogates: one that is left alone has no UTF-8.
		if (code >= 0xd800 && code <= 0xdfff) code = REPLACEMENT;
		at += buffer ? writeCharacter(code, buffer, at) : sizeOf(code);
	}
	return at - start;
}

function sizeOf(code: number): number {
	return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

function writeCharacter(code: number, buffer: Uint8Array, at: number): number {
	const size = sizeOf(code);
	if (size === 1) {
		buffer[at] = code;
		return 1;
	}
	let rest = code;
	for (let i = size - 1; i > 0; i--, rest >>= 6) buffer[at + i] = 0x80 | (rest & 0x3f);
	buffer[at] = ((0xf00 >> size) & 0xff) | rest; // C0, E0, F0: as many high bits as bytes
	return size;
}

export function copyBytes(target: Uint8Array, at: number, source: Uint8Array, start: number, end: number): number {
	checkCopy(target, at, source, start, end);
	if (target === source) target.copyWithin(at, start, end);
	else target.set(source.subarray(start, end), at);
	return end - start;
}

export function copyMasked(
	target: Uint8Array,
	at: number,
	source: Uint8Array,
	start: number,
	end: number,
	key: Uint8Array,
	phase: number,
): number {
	checkInteger(phase, 0, 3);
	if (key.length !== 4) throw new RangeError("key has not four bytes");
	checkCopy(target, at, source, start, end);
	const count = end - start;
	if (target.buffer === source.buffer) {
		const to = target.byteOffset + at;
		const from = source.byteOffset + start;
		if (to !== from && to < from + count && from < to + count) throw new RangeError("spans overlap");
	}
	// The key may lie in the target, as it does in a frame.
	const keys = [key[phase], key[(phase + 1) & 3], key[(phase + 2) & 3], key[(phase + 3) & 3]] as number[];
	for (let i = 0; i < count; i++) target[at + i] = (source[start + i] as number) ^ (keys[i & 3] as number);
	return (phase + count) & 3;
}

export function checkUtf8(state: number, buffer: Uint8Array, start: number, end: number): number {
	checkInteger(state, -1, 7);
	checkSpan(buffer, start, end);
	let next = state;
	for (let at = start; at < end && next >= 0; at++) next = stepUtf8(next, buffer[at] as number);
	return next;
}

/** What is awaited after `byte` (RFC 3629 section 4); the table stands in `lwsKernels.c`. */
function stepUtf8(state: number, byte: number): number {
	switch (state) {
		case 0:
			return byte < 0x80 ? 0 : lead(byte);
		case 1:
		case 2:
		case 3:
			return byte >= 0x80 && byte <= 0xbf ? state - 1 : -1;
		case 4: // less would be overlong
			return byte >= 0xa0 && byte <= 0xbf ? 1 : -1;
		case 5: // more would be a surrogate
			return byte >= 0x80 && byte <= 0x9f ? 1 : -1;
		case 6: // less would be overlong
			return byte >= 0x90 && byte <= 0xbf ? 2 : -1;
		default: // more would be above U+10FFFF
			return byte >= 0x80 && byte <= 0x8f ? 2 : -1;
	}
}

function lead(byte: number): number {
	if (byte < 0xc2) return -1;
	if (byte < 0xe0) return 1;
	if (byte < 0xf0) return byte === 0xe0 ? 4 : byte === 0xed ? 5 : 2;
	if (byte < 0xf5) return byte === 0xf0 ? 6 : byte === 0xf4 ? 7 : 3;
	return -1;
}
