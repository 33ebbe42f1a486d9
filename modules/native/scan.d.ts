/**
 * The scanning kernels, for the parsers of HTTP: as `kernels.d.ts`, in C (`lwsScan.c`) and in TypeScript
 * (`twin/scan.ts`). Spans are `[start, end)` in bytes; all throw RangeError when a span does not lie inside its buffer, and
 * none allocates.
 */

/** Position of the first byte that is no token character (RFC 9110 section 5.6.2), or `end`. */
export function skipToken(buffer: Uint8Array, start: number, end: number): number;

/** Position of the first NUL, CR or LF, which end or spoil a field value (RFC 9110 section 5.5), or `end`. */
export function skipText(buffer: Uint8Array, start: number, end: number): number;

/** Position of the first byte that is no hexadecimal digit, or `end`. */
export function skipHex(buffer: Uint8Array, start: number, end: number): number;

/** The value of the span, all hexadecimal digits, at most 13 of them (52 bits); 0 when it is empty. RangeError otherwise. */
export function parseHex(buffer: Uint8Array, start: number, end: number): number;

/**
 * Copies `[start, end)` of `source` to `target` at `at`, ASCII letters in lower case; the two may overlap. Returns the
 * count.
 */
export function copyFolded(target: Uint8Array, at: number, source: Uint8Array, start: number, end: number): number;
