/** Vectors for the scanning kernels, as those in `kernels.ts`; the classes are those of RFC 9110 and RFC 5234. */
import { type Input, OUT, type Row, type Vector, vectors } from "./kernels.js";

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";

/** tchar (RFC 9110 section 5.6.2). */
const TOKEN = `!#$%&'*+-.^_\`|~${DIGITS}${LETTERS}${LETTERS.toUpperCase()}`;
/** HEXDIG (RFC 5234 appendix B.1), in either case. */
const HEX = `${DIGITS}abcdefABCDEF`;
/** What spoils a field value (RFC 9110 section 5.5). */
const NO_TEXT = "\0\r\n";

const SKIP_TOKEN: readonly Row[] = [
	["A token ends at its colon.", { text: "Content-Length: 5" }, 14],
	["A token ends at a space.", { text: "Host : a" }, 4],
	["A token ends where the span does.", { text: "Host: a", end: 3 }, 3],
	["The position counts from the start of the buffer.", { text: ": Host:", start: 2 }, 6],
	["What stands before the start is not seen.", { text: ":Host", start: 1 }, 5],
	["An empty span gives its end.", { text: "Host", start: 2, end: 2 }, 2],
	["An empty buffer gives 0.", { text: "" }, 0],
	["A byte above ASCII ends a token.", { bytes: "61 e1 61" }, 1],
];

const SKIP_TEXT: readonly Row[] = [
	["Text ends at CR.", { text: "a value\r\n" }, 7],
	["Text ends at LF.", { text: "a value\n" }, 7],
	["Text ends at NUL.", { bytes: "61 00 62" }, 1],
	["Controls and obs-text are text.", { bytes: "01 09 0b 1f 7f 80 8d 8a ff 0d" }, 9],
	["Text ends where the span does.", { text: "abc", end: 2 }, 2],
	["An empty span gives its end.", { text: "\r", start: 0, end: 0 }, 0],
];

const SKIP_HEX: readonly Row[] = [
	["Digits end at CR.", { text: "1aF\r\n" }, 3],
	["Digits end at a semicolon.", { text: "FF;x" }, 2],
	["An x is no digit.", { text: "0x10" }, 1],
	["A sign is no digit.", { text: "-1" }, 0],
	["Full-width digits are none.", { bytes: "31 ef bc 91" }, 1],
	["An empty span gives its end.", { text: "12", start: 1, end: 1 }, 1],
];

const PARSE_HEX: readonly Row[] = [
	["An empty span is 0.", { text: "" }, 0],
	["Both cases are read.", { text: "aBcDeF" }, 0xabcdef],
	["Leading zeros count for nothing.", { text: "000001f" }, 31],
	["Only the span is read.", { text: "x10x", start: 1, end: 3 }, 16],
	["The largest 31 bits are exact.", { text: "7fffffff" }, 0x7fffffff],
	["The 32nd bit is no sign.", { text: "80000000" }, 0x80000000],
	["All 32 bits are read.", { text: "ffffffff" }, 0xffffffff],
	["The 33rd bit is read.", { text: "100000000" }, 0x100000000],
	["13 digits are exact.", { text: "fffffffffffff" }, 0xfffffffffffff],
	["14 digits are refused.", { text: "10000000000000" }, OUT],
	["14 digits are refused even if they are zeros.", { text: "00000000000000" }, OUT],
	["More digits than 64 bits are refused.", { text: "10000000000000001" }, OUT],
	["What is no digit is refused.", { text: "12g4" }, OUT],
	["A space is refused.", { text: "1 " }, OUT],
	["A byte that is a digit but for its highest bit is refused.", { bytes: "b1" }, OUT],
];

const COPY_FOLDED: readonly Row[] = [
	[
		"Letters become lower case, the rest stays.",
		{ text: "AZ-az_09", target: "ee ee ee ee ee ee ee ee" },
		8,
		"61 7a 2d 61 7a 5f 30 39",
	],
	["Neighbours of the letters are no letters.", { text: "@[`{", target: "ee ee ee ee" }, 4, "40 5b 60 7b"],
	["Bytes above ASCII are no letters.", { bytes: "c1 da", target: "ee ee" }, 2, "c1 da"],
	[
		"Only the span is copied, to its place.",
		{ text: "XABX", start: 1, end: 3, at: 1, target: "ee ee ee ee" },
		2,
		"ee 61 62 ee",
	],
	["An empty span changes nothing.", { text: "", target: "ee", at: 1 }, 0, "ee"],
	["A copy to itself folds in place.", { text: "Host" }, 4, "68 6f 73 74"],
	["An overlap towards the end is copied backwards.", { text: "ABCD..", end: 4, at: 2 }, 4, "41 42 61 62 63 64"],
	["An overlap towards the start is copied forwards.", { text: "..ABCD", start: 2, at: 0 }, 4, "61 62 63 64 43 44"],
	["What does not fit is refused whole.", { text: "AB", target: "ee" }, OUT, "ee"],
	["A place beyond the target is refused.", { text: "", target: "ee", at: 2 }, OUT, "ee"],
	["A negative place is refused.", { text: "A", target: "ee", at: -1 }, OUT, "ee"],
];

/** Of every kernel. */
const OUTSIDE: readonly (readonly [string, Input])[] = [
	["A negative start is refused.", { text: "abc", start: -1 }],
	["An end beyond the buffer is refused.", { text: "abc", end: 4 }],
	["A start beyond the end is refused.", { text: "abc", start: 2, end: 1 }],
	["A start beyond an empty rest is refused.", { text: "abc", start: 4, end: 4 }],
	["No position wraps around at 32 bits.", { text: "abc", end: 4294967299 }],
	["A position is an integer.", { text: "abc", start: 0.5 }],
];
const outside: readonly Row[] = OUTSIDE.map(([name, input]) => [name, input, OUT]);

/** All bytes of the class together are skipped, and each of the others alone stops. */
function classRows(inside: (byte: number) => boolean): Row[] {
	const members: string[] = [];
	const others: Row[] = [];
	for (let byte = 0; byte < 256; byte++) {
		const hex = byte.toString(16).padStart(2, "0");
		if (inside(byte)) members.push(hex);
		else others.push([`0x${hex} is none of them.`, { bytes: `61 ${hex} 61` }, 1]);
	}
	return [["All of the class are skipped.", { bytes: members.join(" ") }, members.length], ...others];
}

const isIn = (characters: string) => (byte: number) => characters.includes(String.fromCharCode(byte));

export const SCAN_VECTORS: readonly Vector[] = [
	...vectors("skipToken", [...SKIP_TOKEN, ...outside, ...classRows(isIn(TOKEN))]),
	...vectors("skipText", [...SKIP_TEXT, ...outside, ...classRows((byte) => !isIn(NO_TEXT)(byte))]),
	...vectors("skipHex", [...SKIP_HEX, ...outside, ...classRows(isIn(HEX))]),
	...vectors("parseHex", [...PARSE_HEX, ...outside]),
	...vectors("copyFolded", [...COPY_FOLDED, ...outside]),
];
