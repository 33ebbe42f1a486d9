/**
 * The byte kernels: what may not be done byte by byte in JavaScript on XS. The same names exist twice, in C
 * (`lwsKernels.c`, reached through `kernels.js` on XS) and in TypeScript (`twin/kernels.ts`, for Node), and a
 * differential test holds them equal. Spans are `[start, end)` in bytes of a `Uint8Array`, or where that is allowed of an
 * ArrayBuffer.
 *
 * All throw RangeError when a span does not lie inside its buffer (a position that is no integer never does), or when
 * another number is outside of the values given for it; then nothing has been written. On XS none allocates,
 * `bytesToString` excepted.
 */

/** Position of the first `byte` (0-255) in the span, or -1. */
export function findByte(buffer: Uint8Array, byte: number, start: number, end: number): number;

/**
 * Position just after the first empty line: the end of a message head. A line ends with LF or CRLF (RFC 9112
 * section 2.2 lets a recipient accept a single LF); a CR that is not followed by LF is an ordinary byte. The span
 * must start at the beginning of a line, so an empty first line counts. -1 when the span holds no empty line.
 */
export function findHeadEnd(buffer: Uint8Array, start: number, end: number): number;

/**
 * True when the span equals `name`, ASCII letters compared without case (field names, RFC 9110 section 5.1). A name
 * with a character outside U+0001-U+007F equals nothing.
 */
export function equalsFolded(buffer: Uint8Array | ArrayBuffer, start: number, end: number, name: string): boolean;

/**
 * The span as a string: as UTF-8 when it is well-formed UTF-8 (RFC 3629), otherwise every byte one code point
 * (ISO-8859-1, RFC 9110 section 5.5). It never throws on content; NUL bytes and a byte order mark are kept.
 */
export function bytesToString(buffer: Uint8Array | ArrayBuffer, start: number, end: number): string;

/**
 * Writes `text` as UTF-8 at `start`; returns how many bytes that were, or -1 when they do not all fit before the end
 * of the buffer (then nothing is written). A lone surrogate becomes U+FFFD; NUL is one zero byte.
 */
export function stringToBytes(text: string, buffer: Uint8Array, start: number): number;

/** Copies `[start, end)` of `source` to `target` at `at`; the two may overlap. Returns the count. */
export function copyBytes(target: Uint8Array, at: number, source: Uint8Array, start: number, end: number): number;

/**
 * As `copyBytes`, every byte XORed with `key[(phase + i) % 4]` (RFC 6455 section 5.3), `i` counted from 0. `key` has
 * four bytes, as they are when the call begins, and `phase` is 0-3. Masking in place is
 * `copyMasked(b, start, b, start, end, …)`; spans that overlap in another way throw RangeError. Returns the phase for
 * the next call, 0-3.
 */
export function copyMasked(
	target: Uint8Array,
	at: number,
	source: Uint8Array,
	start: number,
	end: number,
	key: Uint8Array,
	phase: number,
): number;

/**
 * One step of incremental UTF-8 validation (RFC 3629). `state` is 0 at first, later the last result: 0 when the span
 * ended between characters, 1-7 inside one, -1 when the bytes can no longer become well-formed (given -1 it stays -1).
 * 1, 2, 3: that many continuation bytes are missing; 4: two, after E0; 5: two, after ED; 6: three, after F0;
 * 7: three, after F4.
 */
export function checkUtf8(state: number, buffer: Uint8Array, start: number, end: number): number;
