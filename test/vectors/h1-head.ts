/** Vectors for the head of a response (RFC 9112 sections 2-5); `h1-check.ts` says how they are run. */
import type { HeadInput, Vector } from "./h1-check.js";

/** Name, bytes, expectation, more of the input. */
type Row = readonly [string, string, string, Omit<HeadInput, "text">?];

const OK = "HTTP/1.1 200 OK\r\n";
const END = "\r\n\r\n";
const LIMIT = 256 * 1024;

const STATUS_LINES: readonly Row[] = [
	["A head may have no fields.", `${OK}\r\n`, '200 1.1 "OK"'],
	["What follows the head is left.", `${OK}\r\nbody`, '200 1.1 "OK" left=4'],
	["A reason may have spaces, tabs and obs-text.", `HTTP/1.1 404 Not \tf\xf6und${END}`, '404 1.1 "Not \\tföund"'],
	["A reason may be empty.", `HTTP/1.1 200 ${END}`, '200 1.1 ""'],
	["A reason may be missing with its space.", `HTTP/1.1 200${END}`, '200 1.1 ""'],
	["Of a long reason 64 bytes are kept.", `HTTP/1.1 200 ${"r".repeat(100)}${END}`, '200 1.1 "rrrr…(64)"'],
	["Version 1.0 is told.", `HTTP/1.0 200 OK${END}`, '200 1.0 "OK"'],
	["Version 1.2 counts as 1.1.", `HTTP/1.2 200 OK${END}`, '200 1.1 "OK"'],
	["Version 1.9 counts as 1.1.", `HTTP/1.9 200 OK${END}`, '200 1.1 "OK"'],
	["Version 0.9 is another protocol.", `HTTP/0.9 200 OK${END}`, "h1:bad-version"],
	["Version 2.0 is another protocol.", `HTTP/2.0 200 OK${END}`, "h1:bad-version"],
	["A version has two numbers.", `HTTP/2 200 OK${END}`, "h1:bad-status-line"],
	["A version has one digit before the point.", `HTTP/11.1 200 OK${END}`, "h1:bad-status-line"],
	["A version has one digit behind the point.", `HTTP/1.10 200 OK${END}`, "h1:bad-status-line"],
	["A version is made of digits.", `HTTP/1.x 200 OK${END}`, "h1:bad-status-line"],
	["A version has no sign.", `HTTP/+1.1 200 OK${END}`, "h1:bad-status-line"],
	["A version is not empty.", `HTTP/ 200 OK${END}`, "h1:bad-status-line"],
	["A line that is only a version is no status line.", `HTTP/1.1${END}`, "h1:bad-status-line"],
	["A line that ends after the version's space is no status line.", `HTTP/1.1 ${END}`, "h1:bad-status-line"],
	["A code follows one space.", `HTTP/1.1  200 OK${END}`, "h1:bad-status-line"],
	["A code follows a space, not a tab.", `HTTP/1.1\t200 OK${END}`, "h1:bad-status-line"],
	["A code has three digits, not two.", `HTTP/1.1 20 OK${END}`, "h1:bad-status-line"],
	["A code has three digits, not two at the end.", `HTTP/1.1 20${END}`, "h1:bad-status-line"],
	["A code has three digits, not four.", `HTTP/1.1 2000 OK${END}`, "h1:bad-status-line"],
	["A code is made of digits.", `HTTP/1.1 2x0 OK${END}`, "h1:bad-status-line"],
	["A code has no sign.", `HTTP/1.1 -20 OK${END}`, "h1:bad-status-line"],
	["A code and its reason have a space between them.", `HTTP/1.1 200OK${END}`, "h1:bad-status-line"],
	["A code and its reason have no tab between them.", `HTTP/1.1 200\tOK${END}`, "h1:bad-status-line"],
	["A code below 100 is none.", `HTTP/1.1 099 OK${END}`, "h1:bad-status-line"],
	["The smallest code is 100.", `HTTP/1.1 100 Continue${END}`, '100 1.1 "Continue"'],
	["A code of no class is passed on.", `HTTP/1.1 999 Odd${END}`, '999 1.1 "Odd"'],
	["A request is no response.", `GET / HTTP/1.1${END}`, "h1:not-http"],
	["The protocol's name is in upper case.", `http/1.1 200 OK${END}`, "h1:not-http"],
	["ICY is another protocol.", `ICY 200 OK${END}`, "h1:not-http"],
	["A space before the status line is no HTTP.", ` ${OK}\r\n`, "h1:not-http"],
	["A line shorter than the protocol's name is no HTTP.", "HTT\r\n\r\n", "h1:not-http"],
	["A NUL in the protocol's name is no HTTP.", "HT\0TP/1.1 200 OK\r\n\r\n", "h1:not-http"],
	["A TLS alert is known at its first byte.", "\x15", "h1:not-http"],
	["An SSH server is known at its first byte.", "S", "h1:not-http"],
	["A binary greeting is known at its first byte.", "\0", "h1:not-http"],
	["A greeting that begins alike is known at the first other byte.", "HTTQ", "h1:not-http"],
	["The beginning of a status line is waited on.", "HTTP/1.1 200 OK\r", "more"],
	["A head without its empty line is waited for.", `${OK}A: b\r\n`, "more"],
	["A head waits for the LF of its empty line.", `${OK}A: b\r\n\r`, "more"],
	["An empty line before the status line is skipped.", `\r\n${OK}\r\n`, '200 1.1 "OK"'],
	["Several empty lines before it are, too.", `\n\r\n\n${OK}\r\n`, '200 1.1 "OK"'],
	["A CR alone before the status line is no empty line.", `\r${OK}\r\n`, "h1:not-http"],
	["A NUL in the reason is refused.", `HTTP/1.1 200 O\0K${END}`, "h1:bad-head-byte"],
	["A CR in the reason is refused.", `HTTP/1.1 200 O\rK${END}`, "h1:bad-head-byte"],
];

const FIELDS: readonly Row[] = [
	["Names are in lower case, values as they are.", `${OK}X-Name_1: Va lue\r\n\r\n`, '200 1.1 "OK" x-name_1="Va lue"'],
	[
		"Every token character makes a name.",
		`${OK}!#$%&'*+-.^_\`|~09AZaz: v\r\n\r\n`,
		'200 1.1 "OK" !#$%&\'*+-.^_`|~09azaz="v"',
	],
	["White space around a value goes.", `${OK}A: \t b \t c\t \r\n\r\n`, '200 1.1 "OK" a="b \\t c"'],
	["A value needs no white space.", `${OK}A:b\r\n\r\n`, '200 1.1 "OK" a="b"'],
	["A value may be empty.", `${OK}A:\r\nB: \t \r\nC: d\r\n\r\n`, '200 1.1 "OK" a="" b="" c="d"'],
	["A value may have colons.", `${OK}A: b: c:\r\n\r\n`, '200 1.1 "OK" a="b: c:"'],
	["A value that is no UTF-8 is ISO-8859-1.", `${OK}A: \xe4\xff\r\n\r\n`, '200 1.1 "OK" a="äÿ"'],
	["A value may be UTF-8.", `${OK}A: \xc3\xa4\r\n\r\n`, '200 1.1 "OK" a="ä"'],
	["Controls in a value are passed on.", `${OK}A: \x01\x7f\r\n\r\n`, `200 1.1 "OK" a=${JSON.stringify("\x01\x7f")}`],
	[
		"Repeated fields stay apart, in their order.",
		`${OK}Set-Cookie: a=b\r\nX: y\r\nSET-COOKIE: c\r\n\r\n`,
		'200 1.1 "OK" set-cookie="a=b" x="y" set-cookie="c"',
	],
	["Lines may end with LF alone.", "HTTP/1.1 200 OK\nA: b\n\nrest", '200 1.1 "OK" a="b" left=4'],
	["Line ends may be mixed.", "HTTP/1.1 200 OK\nA: b\r\nC: d\n\r\n", '200 1.1 "OK" a="b" c="d"'],
	["A NUL in a value is refused.", `${OK}A: b\0c\r\n\r\n`, "h1:bad-head-byte"],
	["A NUL in a value that is not kept is refused.", `${OK}A: b\0c\r\n\r\n`, "h1:bad-head-byte", { keep: [] }],
	["A CR in a value is refused.", `${OK}A: b\rc\r\n\r\n`, "h1:bad-head-byte"],
	["Two CRs do not end a line.", `${OK}A: b\r\r\n\r\n`, "h1:bad-head-byte"],
	["A CR alone is no empty line.", `${OK}A: b\r\n\rC: d\r\n\r\n`, "h1:bad-head-byte"],
	["A NUL in a name is refused.", `${OK}A\0: b\r\n\r\n`, "h1:bad-field-name"],
	["A CR in a name is refused.", `${OK}A\r: b\r\n\r\n`, "h1:bad-field-name"],
	["A space before the colon is refused.", `${OK}A : b\r\n\r\n`, "h1:bad-field-name"],
	["A tab before the colon is refused.", `${OK}A\t: b\r\n\r\n`, "h1:bad-field-name"],
	["An empty name is refused.", `${OK}: b\r\n\r\n`, "h1:bad-field-name"],
	["A line without a colon is refused.", `${OK}A\r\n\r\n`, "h1:bad-field-name"],
	["A name with a delimiter is refused.", `${OK}A(b): c\r\n\r\n`, "h1:bad-field-name"],
	["A name with obs-text is refused.", `${OK}\xe4: c\r\n\r\n`, "h1:bad-field-name"],
	["A second status line is no field.", `${OK}${OK}\r\n`, "h1:bad-field-name"],
];

const FOLDS: readonly Row[] = [
	["A folded line is joined by one space.", `${OK}A: b\r\n c\r\n\r\n`, '200 1.1 "OK" a="b c"'],
	["All white space at the fold is that one space.", `${OK}A: b \t\r\n \t  c\r\n\r\n`, '200 1.1 "OK" a="b c"'],
	["A line may be folded by a tab, and end with LF.", `${OK}A: b\n\tc\n\n`, '200 1.1 "OK" a="b c"'],
	["Several lines may be folded.", `${OK}A: b\r\n c\r\n d\r\nE: f\r\n g\r\n\r\n`, '200 1.1 "OK" a="b c d" e="f g"'],
	[
		"A folded line may be empty, between others and last.",
		`${OK}A: b\r\n \r\n\t\r\n c\r\n \r\n\r\n`,
		'200 1.1 "OK" a="b c"',
	],
	["A value may begin in a folded line.", `${OK}A:\r\n b\r\n\r\n`, '200 1.1 "OK" a="b"'],
	["A folded line may look like a field.", `${OK}A: b\r\n C: d\r\n\r\n`, '200 1.1 "OK" a="b C: d"'],
	[
		"Of a field that is not kept, its folds are not.",
		`${OK}A: b\r\n c\r\nD: e\r\n\r\n`,
		'200 1.1 "OK" d="e"',
		{ keep: ["d"] },
	],
	["White space before the first field is refused.", `${OK} A: b\r\n\r\n`, "h1:bad-field-name"],
	["A NUL in a folded line is refused.", `${OK}A: b\r\n c\0\r\n\r\n`, "h1:bad-head-byte"],
];

/** A table of 512 bytes has 256 for anything, and 232 more for values that the client needs. */
const SMALL = { bytes: 512, fields: 8 };
const FILLER = `F: ${"f".repeat(250)}\r\n`;
const FILLED = '200 1.1 "OK" f="ffff…(250)"';
const lines = (count: number, line = "X: y\r\n") => line.repeat(count);
const LONG_LINE = `X: ${"y".repeat(123)}\r\n`;

const TABLES: readonly Row[] = [
	["Only wanted fields are kept.", `${OK}A: b\r\nETag: c\r\nD: e\r\n\r\n`, '200 1.1 "OK" etag="c"', { keep: ["etag"] }],
	[
		"Needed fields are kept, wanted or not.",
		`${OK}A: b\r\nConnection: close\r\nContent-Length: 1\r\nTransfer-Encoding: x\r\nKeep-Alive: y\r\n\r\n`,
		'200 1.1 "OK" connection="close" content-length="1" transfer-encoding="x" keep-alive="y"',
		{ keep: [] },
	],
	["A value that fits exactly is kept.", `${OK}A: ${"b".repeat(255)}\r\n\r\n`, '200 1.1 "OK" a="bbbb…(255)"', SMALL],
	[
		"A value of one byte more is dropped and counted.",
		`${OK}A: ${"b".repeat(256)}\r\nC: d\r\n\r\n`,
		'200 1.1 "OK" c="d" dropped=1',
		SMALL,
	],
	["White space before a value takes no room.", `${OK}A:${" ".repeat(300)}b\r\n\r\n`, '200 1.1 "OK" a="b"', SMALL],
	[
		"A name that does not fit is dropped and counted.",
		`${OK}${"n".repeat(600)}: b\r\nC: d\r\n\r\n`,
		'200 1.1 "OK" c="d" dropped=1',
		SMALL,
	],
	[
		"A name that fits only the reserve is dropped.",
		`${OK}${"n".repeat(300)}: b\r\nC: d\r\n\r\n`,
		'200 1.1 "OK" c="d" dropped=1',
		SMALL,
	],
	["A name that does not fit must still be one.", `${OK}${"n".repeat(600)} : b\r\n\r\n`, "h1:bad-field-name", SMALL],
	[
		"Behind a full table fields are dropped.",
		`${OK}${FILLER}A: bcdef\r\nB: c\r\n c\r\n\r\n`,
		`${FILLED} b="c c" dropped=1`,
		SMALL,
	],
	[
		"A field that its fold makes too long is dropped, not cut.",
		`${OK}${FILLER}A: bcd\r\n e\r\n\r\n`,
		`${FILLED} dropped=1`,
		SMALL,
	],
	[
		"A field that fits up to its fold is dropped, not cut.",
		`${OK}${FILLER}A: bcde\r\n f\r\n g\r\n\r\n`,
		`${FILLED} dropped=1`,
		SMALL,
	],
	[
		"A needed field uses the reserve.",
		`${OK}${FILLER}Transfer-Encoding: chunked\r\n\r\n`,
		`${FILLED} transfer-encoding="chunked"`,
		SMALL,
	],
	[
		"A needed field that does not fit the reserve is refused.",
		`${OK}${FILLER}Connection: ${"x".repeat(250)}\r\n\r\n`,
		"h1:head-too-long",
		SMALL,
	],
	[
		"A needed field whose fold does not fit is refused.",
		`${OK}${FILLER}Connection: ${"x".repeat(227)}\r\n y\r\n\r\n`,
		"h1:head-too-long",
		SMALL,
	],
	[
		"A long name behind a used reserve is dropped.",
		`${OK}${FILLER}Connection: ${"x".repeat(220)}\r\n${"n".repeat(40)}: a\r\n\r\n`,
		`${FILLED} connection="xxxx…(220)" dropped=1`,
		SMALL,
	],
	[
		"A needed name behind a used reserve is known, and refused.",
		`${OK}${FILLER}Connection: ${"x".repeat(220)}\r\nTransfer-Encoding: chunked\r\n\r\n`,
		"h1:head-too-long",
		SMALL,
	],
	[
		"Four fields of the table are for needed ones.",
		`${OK}${lines(6)}Connection: a\r\nKeep-Alive: b\r\nContent-Length: 1\r\nTransfer-Encoding: c\r\n\r\n`,
		'200 1.1 "OK" x="y" x="y" x="y" x="y" connection="a" keep-alive="b" content-length="1" transfer-encoding="c" dropped=2',
		SMALL,
	],
	[
		"A needed field for which no place is left is refused.",
		`${OK}${lines(6)}${lines(4, "Connection: a\r\n")}Transfer-Encoding: chunked\r\n\r\n`,
		"h1:head-too-long",
		SMALL,
	],
];

const head = (length: number, tail: string) => `${OK}X: ${"x".repeat(length - OK.length - 3 - tail.length)}${tail}`;

const LIMITS: readonly Row[] = [
	["A head of 256 KB is accepted.", head(LIMIT, "\r\n\r\n"), '200 1.1 "OK" dropped=1'],
	["A head of one byte more is refused.", head(LIMIT + 1, "\r\n\r\n"), "h1:head-too-long"],
	[
		"A head may end where the limit is, and its body follow.",
		`${head(LIMIT, "\n\n")}body`,
		'200 1.1 "OK" dropped=1 left=4',
	],
	["What is wrong behind the limit does not matter.", `${head(LIMIT, "\r\n")}\0`, "h1:head-too-long"],
	["A head of many lines is refused at the limit.", `${OK}${lines(LIMIT / 128, LONG_LINE)}`, "h1:head-too-long"],
	["Lines that are not kept count, too.", `${OK}${lines(LIMIT / 128, LONG_LINE)}`, "h1:head-too-long", { keep: [] }],
	["A status line without an end is refused at the limit.", `HTTP/1.1 200 ${"r".repeat(LIMIT)}`, "h1:head-too-long"],
	["A name without an end is refused at the limit.", `${OK}${"n".repeat(LIMIT)}`, "h1:head-too-long"],
	[
		"A needed value without an end is refused at the table's.",
		`${OK}Content-Length: ${"1".repeat(4096)}`,
		"h1:head-too-long",
	],
	["White space without an end is refused at the limit.", `${OK}A:${" ".repeat(LIMIT)}`, "h1:head-too-long"],
	[
		"Folds without an end are refused at the limit.",
		`${OK}A: b\r\n${lines(LIMIT / 64, `${" ".repeat(62)}\r\n`)}`,
		"h1:head-too-long",
	],
	["Empty lines without an end are refused at the limit.", lines(LIMIT, "\n"), "h1:head-too-long"],
];

export const HEAD_VECTORS: readonly Vector<HeadInput>[] = [
	...STATUS_LINES,
	...FIELDS,
	...FOLDS,
	...TABLES,
	...LIMITS,
].map(([name, text, expect, more]) => ({ name, input: { text, ...more }, expect }));
