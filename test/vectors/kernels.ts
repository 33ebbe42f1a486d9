/**
 * Vectors for the byte kernels; `kernel-check.ts` says how they are run. A module, not JSON, because the programs for
 * XS can import it, and because a comment can tell where a vector comes from.
 */

export interface Input {
	/** The buffer that is read, in hexadecimal; `text` is the same in ASCII. */
	readonly bytes?: string;
	readonly text?: string;
	/** The span; the whole buffer when absent. */
	readonly start?: number;
	readonly end?: number;
	readonly byte?: number;
	readonly name?: string;
	/** The string to write, in parts to be joined when the test runs. */
	readonly parts?: readonly string[];
	/** The buffer that is written to, in hexadecimal; of copies, when absent, the one that is read. */
	readonly target?: string;
	/** The place in it, default 0. */
	readonly at?: number;
	readonly key?: string;
	/** Default 0, as is `state`. */
	readonly phase?: number;
	readonly state?: number;
}

/** The result, or the class of the error as `{ error }`. */
export type Expectation = number | boolean | string | { readonly error: "RangeError" };

export interface Vector {
	/** What holds, as a sentence. */
	readonly name: string;
	readonly kernel: keyof typeof import("lws-xs/native/kernels");
	readonly input: Input;
	readonly expect: Expectation;
	/** What is then in the buffer that is written to, in hexadecimal. */
	readonly after?: string | undefined;
}

/** Name, input, expectation, what is then in the buffer. */
export type Row = readonly [string, Input, Expectation, string?];

export const OUT = { error: "RangeError" } as const;
const KEY = "01 02 03 04";

const FIND_BYTE: readonly Row[] = [
	["The first of several is found.", { text: "a:b:c", byte: 58 }, 1],
	["None is -1.", { text: "abc", byte: 58 }, -1],
	["An empty span holds none.", { text: ":", byte: 58, end: 0 }, -1],
	["An empty buffer holds none.", { text: "", byte: 0 }, -1],
	["What stands before the start is not found.", { text: ":a", byte: 58, start: 1 }, -1],
	["What stands at the end is not found.", { text: "a:", byte: 58, end: 1 }, -1],
	["The last byte is found, and counted from the start of the buffer.", { text: "abcd", byte: 100, start: 2 }, 3],
	["A byte is unsigned.", { bytes: "7f ff", byte: 255 }, 1],
	["A byte may be zero.", { bytes: "01 00", byte: 0 }, 1],
	["256 is no byte.", { bytes: "00", byte: 256 }, OUT],
	["-1 is no byte.", { bytes: "ff", byte: -1 }, OUT],
	["A negative start is refused.", { text: "abc", byte: 97, start: -1 }, OUT],
	["An end beyond the buffer is refused.", { text: "abc", byte: 97, end: 4 }, OUT],
	["A start beyond the end is refused.", { text: "abc", byte: 97, start: 2, end: 1 }, OUT],
	["A start beyond an empty rest is refused.", { text: "abc", byte: 97, start: 4, end: 4 }, OUT],
	["No position wraps around at 32 bits.", { text: "abc", byte: 97, end: 4294967299 }, OUT],
	["A position is an integer.", { text: "abc", byte: 97, end: 2.5 }, OUT],
];

// RFC 9112 sections 2.1 and 2.2.
const FIND_HEAD_END: readonly Row[] = [
	["A head ends after its empty line.", { text: "HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody" }, 25],
	["A head may have no fields.", { text: "HTTP/1.1 200 OK\r\n\r\n" }, 19],
	["Lines may end with LF alone.", { text: "HTTP/1.1 200 OK\nA: b\n\nbody" }, 22],
	["Only the empty line may end with LF alone.", { text: "A: b\r\n\n" }, 7],
	["Only the empty line may end with CRLF.", { text: "A: b\n\r\n" }, 7],
	["The first line may be the empty one (CRLF).", { text: "\r\nrest" }, 2],
	["The first line may be the empty one (LF).", { text: "\nrest" }, 1],
	["The first of two empty lines ends the head.", { text: "A: b\r\n\r\n\r\n" }, 8],
	["Without an empty line there is no end.", { text: "HTTP/1.1 200 OK\r\nA: b\r\n" }, -1],
	["The CR of an empty line is not its end.", { text: "A: b\r\n\r" }, -1],
	["A line with two CRs is not empty.", { text: "A: b\r\n\r\r\n" }, -1],
	["A line with a space is not empty.", { text: "A: b\r\n \r\n" }, -1],
	["Lines of one character are not empty.", { text: "a\nb\n" }, -1],
	["CRs without LF end no line.", { text: "A: b\r\r\rC: d\r\n" }, -1],
	["A CR at the end of a line's content is part of it.", { text: "A: b\r\r\n\r\n" }, 9],
	["A NUL is a byte like any other.", { bytes: "00 0d 0a 00 0d 0a 0d 0a" }, 8],
	["The span begins a line, whatever stands before.", { text: "A: b\r\n\r\n", start: 4 }, 6],
	["What is beyond the end is not seen.", { text: "A: b\r\n\r\n", end: 7 }, -1],
	["An empty span holds no line.", { text: "" }, -1],
	["A span outside of the buffer is refused.", { text: "\r\n", end: 3 }, OUT],
];

const EQUALS_FOLDED: readonly Row[] = [
	["Equal is equal.", { text: "content-length", name: "content-length" }, true],
	["Case does not count in the buffer.", { text: "Content-LENGTH", name: "content-length" }, true],
	["Case does not count in the name.", { text: "content-length", name: "CONTENT-Length" }, true],
	["A longer name is another.", { text: "content", name: "content-length" }, false],
	["A shorter name is another.", { text: "content-length", name: "content" }, false],
	["Only the span is compared.", { text: "xhostx", start: 1, end: 5, name: "Host" }, true],
	["Nothing equals the empty name.", { text: "", name: "" }, true],
	["A byte does not equal the empty name.", { bytes: "00", name: "" }, false],
	["A and Z are letters.", { text: "AZaz", name: "azAZ" }, true],
	["@ and ` are no letters.", { text: "@", name: "`" }, false],
	["[ and { are no letters.", { text: "[", name: "{" }, false],
	["- and CR differ by case only, and are no letters.", { bytes: "0d", name: "-" }, false],
	["A name with NUL equals nothing.", { bytes: "61 00", name: "a\0" }, false],
	["A name with NUL does not equal how XS stores it.", { bytes: "61 c0 80", name: "a\0" }, false],
	["A name that is not ASCII equals nothing.", { bytes: "c3 a4", name: "ä" }, false],
	["Latin letters are not folded.", { bytes: "e4", name: "Ä" }, false],
	["The Kelvin sign is no k.", { text: "k", name: "\u212a" }, false],
	["A span outside of the buffer is refused.", { text: "host", end: 5, name: "host" }, OUT],
];

const BYTES_TO_STRING: readonly Row[] = [
	["ASCII is itself.", { text: "text/plain; charset=utf-8" }, "text/plain; charset=utf-8"],
	["An empty span is an empty string.", { text: "abc", start: 1, end: 1 }, ""],
	["Only the span is taken.", { text: "a: bcd\r\n", start: 3, end: 6 }, "bcd"],
	["UTF-8 of every length is decoded.", { bytes: "41 c3 a4 e2 82 ac f0 9f 98 80" }, "Aä€😀"],
	[
		"The last code point of each length is decoded.",
		{ bytes: "7f df bf ef bf bf f4 8f bf bf" },
		"\x7f\u07ff\uffff\u{10ffff}",
	],
	["A byte order mark is kept.", { bytes: "ef bb bf 61" }, "\ufeffa"],
	["NULs are kept.", { bytes: "61 00 62 00" }, "a\0b\0"],
	["NULs are kept in UTF-8.", { bytes: "00 c3 a4 00" }, "\0ä\0"],
	["NULs are kept in ISO-8859-1.", { bytes: "00 e4 00" }, "\0ä\0"],
	[
		"A NUL amid a long run is kept.",
		{ bytes: "61 61 61 61 61 61 61 61 61 00 61 61 61 61 61 61 61" },
		"aaaaaaaaa\0aaaaaaa",
	],
	[
		"A byte above ASCII amid a long run is kept.",
		{ bytes: "61 61 61 61 61 61 61 61 61 e4 61 61 61 61 61 61 61" },
		"aaaaaaaaaäaaaaaaa",
	],
	["What is no UTF-8 is ISO-8859-1.", { bytes: "66 fc 72" }, "für"],
	["One bad byte makes all of it ISO-8859-1.", { bytes: "c3 a4 20 ff" }, "Ã¤ ÿ"],
	["All of ISO-8859-1 above ASCII has its code points.", { bytes: "80 9f a0 bf c0 ff" }, "\x80\x9f\xa0\xbf\xc0\xff"],
	["An overlong NUL is no UTF-8.", { bytes: "c0 80" }, "\xc0\x80"],
	["A surrogate is no UTF-8.", { bytes: "ed a0 80" }, "\xed\xa0\x80"],
	["A character cut short is no UTF-8.", { bytes: "e2 82 ac", end: 2 }, "\xe2\x82"],
	["A span outside of the buffer is refused.", { text: "abc", start: 1, end: 4 }, OUT],
];

const STRING_TO_BYTES: readonly Row[] = [
	["ASCII is itself.", { parts: ["GET"], target: "ee ee ee ee ee", at: 1 }, 3, "ee 47 45 54 ee"],
	["An empty string is no byte.", { parts: [""], target: "ee" }, 0, "ee"],
	["An empty string fits at the end.", { parts: [""], target: "ee", at: 1 }, 0, "ee"],
	[
		"Code points of every length are encoded.",
		{ parts: ["Aä€😀"], target: "00 00 00 00 00 00 00 00 00 00" },
		10,
		"41 c3 a4 e2 82 ac f0 9f 98 80",
	],
	["What fills the buffer fits.", { parts: ["ab"], target: "ee ee ee", at: 1 }, 2, "ee 61 62"],
	["One byte too many, and nothing is written.", { parts: ["abc"], target: "ee ee ee", at: 1 }, -1, "ee ee ee"],
	["No character is cut in two.", { parts: ["aä€"], target: "ee ee ee ee ee" }, -1, "ee ee ee ee ee"],
	["NUL is one zero byte.", { parts: ["a\0b"], target: "ee ee ee" }, 3, "61 00 62"],
	["A lone high surrogate becomes U+FFFD.", { parts: ["\ud83d"], target: "ee ee ee ee" }, 3, "ef bf bd ee"],
	["A lone low surrogate becomes U+FFFD.", { parts: ["\ude00a"], target: "ee ee ee ee" }, 4, "ef bf bd 61"],
	[
		"Two low surrogates become two U+FFFD.",
		{ parts: ["\ude00", "\ude01"], target: "ee ee ee ee ee ee" },
		6,
		"ef bf bd ef bf bd",
	],
	[
		"Surrogates in the wrong order become two U+FFFD.",
		{ parts: ["\ude00", "\ud83d"], target: "ee ee ee ee ee ee" },
		6,
		"ef bf bd ef bf bd",
	],
	[
		"A pair that was joined is one character.",
		{ parts: ["\ud83d", "\ude00"], target: "ee ee ee ee" },
		4,
		"f0 9f 98 80",
	],
	[
		"The second of two high surrogates makes the pair.",
		{ parts: ["\ud83d", "\ud83d", "\ude00"], target: "ee ee ee ee ee ee ee" },
		7,
		"ef bf bd f0 9f 98 80",
	],
	[
		"A pair with a character between is none.",
		{ parts: ["\ud83d", "-", "\ude00"], target: "ee ee ee ee ee ee ee" },
		7,
		"ef bf bd 2d ef bf bd",
	],
	[
		"Characters beside the surrogates are not touched.",
		{ parts: ["\ud7ff\ue000"], target: "ee ee ee ee ee ee" },
		6,
		"ed 9f bf ee 80 80",
	],
	["A start beyond the end is refused.", { parts: [""], target: "ee", at: 2 }, OUT, "ee"],
	["A negative start is refused.", { parts: ["a"], target: "ee", at: -1 }, OUT, "ee"],
];

const COPY_BYTES: readonly Row[] = [
	["A span is copied.", { bytes: "01 02 03 04", start: 1, end: 3, target: "ee ee ee ee", at: 1 }, 2, "ee 02 03 ee"],
	["An empty span is copied to the end.", { bytes: "01", start: 1, target: "ee", at: 1 }, 0, "ee"],
	["Spans may overlap downwards.", { bytes: "01 02 03 04 05", start: 1, end: 5, at: 0 }, 4, "02 03 04 05 05"],
	["Spans may overlap upwards.", { bytes: "01 02 03 04 05", start: 0, end: 4, at: 1 }, 4, "01 01 02 03 04"],
	["What does not fit is refused.", { bytes: "01 02", target: "ee ee", at: 1 }, OUT, "ee ee"],
	["A place beyond the target is refused.", { bytes: "", target: "ee", at: 2 }, OUT, "ee"],
	["A negative place is refused.", { bytes: "01", target: "ee", at: -1 }, OUT, "ee"],
	["A span outside of the source is refused.", { bytes: "01", end: 2, target: "ee ee" }, OUT, "ee ee"],
];

const COPY_MASKED: readonly Row[] = [
	// RFC 6455 section 5.7.
	[
		"The masked Hello of RFC 6455 is reproduced.",
		{ text: "Hello", key: "37 fa 21 3d", target: "00 00 00 00 00" },
		1,
		"7f 9f 4d 51 58",
	],
	[
		"The masked Hello of RFC 6455 is unmasked in place.",
		{ bytes: "7f 9f 4d 51 58", key: "37 fa 21 3d" },
		1,
		"48 65 6c 6c 6f",
	],
	[
		"The phase says which byte of the key is first.",
		{ bytes: "00 00 00 00 00 00", key: KEY, phase: 3 },
		1,
		"04 01 02 03 04 01",
	],
	["An empty span keeps the phase.", { bytes: "", key: KEY, phase: 2, target: "ee" }, 2, "ee"],
	["Only the span is masked.", { bytes: "ee 00 00 ee", start: 1, end: 3, at: 1, key: KEY }, 2, "ee 01 02 ee"],
	[
		"A target after the source in one buffer is another span.",
		{ bytes: "00 00 ee ee", end: 2, at: 2, key: KEY },
		2,
		"00 00 01 02",
	],
	[
		"A target before the source in one buffer is another span.",
		{ bytes: "ee ee 00 00", start: 2, at: 0, key: KEY },
		2,
		"01 02 00 00",
	],
	["Spans that overlap are refused.", { bytes: "01 02 03", start: 0, end: 2, at: 1, key: KEY }, OUT, "01 02 03"],
	["A key of three bytes is refused.", { bytes: "00", key: "01 02 03" }, OUT, "00"],
	["A key of five bytes is refused.", { bytes: "00", key: "01 02 03 04 05" }, OUT, "00"],
	["A phase of 4 is refused.", { bytes: "00", key: KEY, phase: 4 }, OUT, "00"],
	["What does not fit is refused.", { bytes: "01 02", key: KEY, target: "ee" }, OUT, "ee"],
];

export function vectors(kernel: Vector["kernel"], rows: readonly Row[]): Vector[] {
	return rows.map(([name, input, expect, after]) => ({ name, kernel, input, expect, after }));
}

export const KERNEL_VECTORS: readonly Vector[] = [
	...vectors("findByte", FIND_BYTE),
	...vectors("findHeadEnd", FIND_HEAD_END),
	...vectors("equalsFolded", EQUALS_FOLDED),
	...vectors("bytesToString", BYTES_TO_STRING),
	...vectors("stringToBytes", STRING_TO_BYTES),
	...vectors("copyBytes", COPY_BYTES),
	...vectors("copyMasked", COPY_MASKED),
];
