/** The checks of arguments that all twins share, as `../lwsSpan.h` does for C. */

/** C has 32-bit positions: what changes when it is made one is no position. */
export function checkInteger(value: number, least: number, most: number): void {
	if (value !== (value | 0) || value < least || value > most) throw new RangeError("out of range");
}

export function checkSpan(buffer: Uint8Array, start: number, end: number): void {
	if (start !== (start | 0) || end !== (end | 0) || start < 0 || start > end || end > buffer.length)
		throw new RangeError("span outside of buffer");
}

export function checkCopy(target: Uint8Array, at: number, source: Uint8Array, start: number, end: number): void {
	checkSpan(source, start, end);
	checkSpan(target, at, target.length);
	if (end - start > target.length - at) throw new RangeError("span outside of buffer");
}

/** ASCII letters in lower case, anything else as it is. */
export function fold(code: number): number {
	return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
}
