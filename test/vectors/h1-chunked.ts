/** Vectors for the chunked coding (RFC 9112 section 7.1), every character a byte. */
import type { Vector } from "./h1-check.js";

/** Name, bytes, expectation. */
type Row = readonly [string, string, string];

const END = "0\r\n\r\n";
const EXTENSIONS = 4096;
const TRAILERS = 16 * 1024;

const SIZES: readonly Row[] = [
	["The last chunk alone is an empty body.", END, 'complete ""'],
	["A chunk is its content.", `3\r\nabc\r\n${END}`, 'complete "abc"'],
	["Chunks are one after another.", `3\r\nabc\r\n1\r\nd\r\n${END}`, 'complete "abcd"'],
	["What follows the last chunk is left.", `1\r\na\r\n${END}HTTP`, 'complete "a" left=4'],
	["Content may look like framing.", `7\r\n0\r\n\r\n\r\n\r\n${END}`, 'complete "0\\r\\n\\r\\n\\r\\n"'],
	["Digits may be lower case.", `a\r\n0123456789\r\n${END}`, 'complete "0123456789"'],
	["Digits may be upper case.", `A\r\n0123456789\r\n${END}`, 'complete "0123456789"'],
	["A size may have two digits.", `1F\r\n${"x".repeat(31)}\r\n${END}`, `complete "${"x".repeat(31)}"`],
	["A size may have three digits.", `2bC\r\n${"x".repeat(700)}\r\n${END}`, 'complete "xxxx"…(700)'],
	["A size may be padded to 16 digits.", `0000000000000003\r\nabc\r\n${END}`, 'complete "abc"'],
	["The last size may be padded, too.", "0000000000000000\r\n\r\n", 'complete ""'],
	["17 digits are refused, whatever they are.", `00000000000000003\r\nabc\r\n${END}`, 'h1:bad-chunk-size ""'],
	["Zeros without an end are refused.", "0".repeat(500), 'h1:bad-chunk-size ""'],
	["A size of 2^52 - 1 is waited for.", "fffffffffffff\r\nabc", 'more "abc"'],
	["That size padded is waited for.", "000fffffffffffff\r\nabc", 'more "abc"'],
	["A size of 2^52 is refused.", "10000000000000\r\nabc", 'h1:bad-chunk-size ""'],
	["A size of 2^64 is refused.", "10000000000000000\r\nabc", 'h1:bad-chunk-size ""'],
	["A size of 2^64 - 1 is refused.", "ffffffffffffffff\r\nabc", 'h1:bad-chunk-size ""'],
	["A prefix is refused.", `0x3\r\nabc\r\n${END}`, 'h1:bad-chunk-size ""'],
	["A negative size is refused.", `-3\r\nabc\r\n${END}`, 'h1:bad-chunk-size ""'],
	["A sign is refused.", `+3\r\nabc\r\n${END}`, 'h1:bad-chunk-size ""'],
	["An empty size is refused.", `\r\nabc\r\n${END}`, 'h1:bad-chunk-size ""'],
	["An extension without a size is refused.", `;a=b\r\nabc\r\n${END}`, 'h1:bad-chunk-size ""'],
	["A space before the size is refused.", ` 3\r\nabc\r\n${END}`, 'h1:bad-chunk-size ""'],
	["A space within the size is refused.", "1 1\r\nabc", 'h1:bad-chunk-size ""'],
	["White space after the size is skipped.", `3 \t \r\nabc\r\n${END}`, 'complete "abc"'],
	["A letter that is no digit is refused.", `3g\r\nabc\r\n${END}`, 'h1:bad-chunk-size ""'],
	["A comma is refused.", `1,1\r\nabc\r\n${END}`, 'h1:bad-chunk-size ""'],
	["A NUL is refused.", `3\0\r\nabc\r\n${END}`, 'h1:bad-chunk-size ""'],
	["A vertical tab is refused.", `3\x0b\r\nabc\r\n${END}`, 'h1:bad-chunk-size ""'],
	["A body that stops in the size is waited for.", "3\r\nabc\r\n1", 'more "abc"'],
	["A body that stops in the content is waited for.", "3\r\nab", 'more "ab"'],
	["A body that stops in its last line is waited for.", "0\r\n\r", 'more ""'],
];

const LINE_ENDS: readonly Row[] = [
	["A bare LF after the size is refused.", `3\nabc\r\n${END}`, 'h1:bad-chunk-framing ""'],
	["A bare CR after the size is refused.", `3\rabc\r\n${END}`, 'h1:bad-chunk-framing ""'],
	["A bare LF after the content is refused.", `3\r\nabc\n${END}`, 'h1:bad-chunk-framing "abc"'],
	["A bare CR after the content is refused.", `3\r\nabc\r${END}`, 'h1:bad-chunk-framing "abc"'],
	["Content longer than its size is refused.", `3\r\nabcd\r\n${END}`, 'h1:bad-chunk-framing "abc"'],
	["Content without a line end is refused.", `3\r\nabc${END}`, 'h1:bad-chunk-framing "abc"'],
	["A bare LF in an extension is refused.", `3;a\nabc\r\n${END}`, 'h1:bad-chunk-framing ""'],
	["A bare CR in an extension is refused.", `3;a\rb\r\nabc\r\n${END}`, 'h1:bad-chunk-framing ""'],
	["A bare LF after white space is refused.", `3 \nabc\r\n${END}`, 'h1:bad-chunk-framing ""'],
	["A bare LF after the last size is refused.", "0\n\r\n", 'h1:bad-chunk-framing ""'],
	["A bare LF as the last line is refused.", "0\r\n\n", 'h1:bad-chunk-framing ""'],
	["A bare CR as the last line is refused.", "0\r\n\ra", 'h1:bad-chunk-framing ""'],
	["A bare LF after a trailer field is refused.", "0\r\nA: b\n\r\n", 'h1:bad-chunk-framing ""'],
	["A bare CR in a trailer field is refused.", "0\r\nA: b\rc\r\n\r\n", 'h1:bad-chunk-framing ""'],
];

const extension = (length: number) => `3;${"e".repeat(length)}\r\nabc\r\n${END}`;
const trailer = (length: number) => `0\r\n${"t".repeat(length)}\r\n\r\n`;

const IGNORED: readonly Row[] = [
	["An extension is ignored.", `3;a=b\r\nabc\r\n${END}`, 'complete "abc"'],
	["An extension may be empty.", `3;\r\nabc\r\n${END}`, 'complete "abc"'],
	["Extensions may be several, with white space.", `3 ; a = b;c ;d="e"\r\nabc\r\n${END}`, 'complete "abc"'],
	["An extension may be quoted, with semicolons in it.", `3;a="b;\\"4"\r\nabc\r\n${END}`, 'complete "abc"'],
	["A quote does not go beyond its line.", `3;a="b\r\nabc\r\n${END}`, 'complete "abc"'],
	["An extension may have obs-text.", `3;a=\xe4\r\nabc\r\n${END}`, 'complete "abc"'],
	["The last chunk may have an extension.", "0;a=b\r\n\r\n", 'complete ""'],
	["An extension may have 4096 bytes.", extension(EXTENSIONS), 'complete "abc"'],
	["An extension of 4097 bytes is refused.", extension(EXTENSIONS + 1), 'h1:chunk-extension-too-long ""'],
	["The limit is for each chunk.", `1;${"e".repeat(EXTENSIONS)}\r\na\r\n${extension(EXTENSIONS)}`, 'complete "aabc"'],
	[
		"White space before an extension counts.",
		`3 ${";".padEnd(EXTENSIONS + 1, "e")}\r\nabc`,
		'h1:chunk-extension-too-long ""',
	],
	["White space without an end is refused.", `3${" ".repeat(EXTENSIONS + 1)}`, 'h1:chunk-extension-too-long ""'],
	["A bare LF behind the limit is not reached.", `3;${"e".repeat(EXTENSIONS + 1)}\n`, 'h1:chunk-extension-too-long ""'],
	["A bare LF at the limit is one.", `3;${"e".repeat(EXTENSIONS)}\n`, 'h1:bad-chunk-framing ""'],
	["Trailer fields are dropped.", `3\r\nabc\r\n0\r\nA: b\r\nC: d\r\n\r\nrest`, 'complete "abc" left=4'],
	["A trailer may have 16 KB.", trailer(TRAILERS - 2), 'complete ""'],
	["A trailer of a byte more is refused.", trailer(TRAILERS - 1), 'h1:trailer-too-long ""'],
	["A trailer of many lines is refused.", `0\r\n${"A: b\r\n".repeat(3000)}`, 'h1:trailer-too-long ""'],
	["A trailer line without an end is refused.", `0\r\n${"A".repeat(TRAILERS + 1)}`, 'h1:trailer-too-long ""'],
	["A bare LF behind that limit is not reached.", `0\r\n${"A".repeat(TRAILERS + 1)}\n`, 'h1:trailer-too-long ""'],
];

export const CHUNKED_VECTORS: readonly Vector<string>[] = [...SIZES, ...LINE_ENDS, ...IGNORED].map(
	([name, input, expect]) => ({ name, input, expect }),
);
