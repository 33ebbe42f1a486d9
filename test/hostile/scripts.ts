/** What a hostile or clumsy server says, and what must come of it: one script for each line of the table. */

/** `Pause` and the ends are steps like the bytes between them. */
export type Step = string | Buffer | { pause: number } | "FIN" | "RESET" | { endless: string };

export const FIN = "FIN";
export const RESET = "RESET";

export interface Script {
	name: string;
	steps: Step[];
	/** The code of the error, or "" for a response that is taken. */
	error: string;
	/** Of a response that is taken. */
	status?: number;
	length?: number;
	/** The connection may serve another request; never after an error. */
	reused?: boolean;
	method?: string;
	/** It is told to a PUT that waits for 100. */
	isUpload?: boolean;
	deadlines?: { firstByte?: number; idle?: number; total?: number };
	/** Its whole point is volume or time, so it is not sent again in single bytes. */
	whole?: boolean;
	/** Absent: "maybe" before a head has come, then "yes". */
	delivered?: string;
	/** The most that it may take, in milliseconds. */
	limit?: number;
	/** A field that must have been kept. */
	field?: string;
}

const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
const LENGTH_5 = `${OK}Content-Length: 5\r\n\r\n`;
const MEGABYTE = 1024 * 1024;

function error(name: string, code: string, ...steps: Step[]): Script {
	return { name, steps, error: code };
}

function taken(name: string, length: number, reused: boolean, ...steps: Step[]): Script {
	return { name, steps, error: "", status: 200, length, reused };
}

/** The "Bad input", errors. */
export const MALFORMED: Script[] = [
	error("no status", "h1:bad-status-line", "HTTP/1.1\r\n\r\n"),
	error("status of two digits", "h1:bad-status-line", "HTTP/1.1 20 OK\r\n\r\n"),
	error("status of four digits", "h1:bad-status-line", "HTTP/1.1 2000 OK\r\n\r\n"),
	error("status of letters", "h1:bad-status-line", "HTTP/1.1 2x0 OK\r\n\r\n"),
	error("status 099", "h1:bad-status-line", "HTTP/1.1 099 No\r\n\r\n"),
	error("two spaces before the status", "h1:bad-status-line", "HTTP/1.1  200 OK\r\n\r\n"),
	error("HTTP/1", "h1:bad-status-line", "HTTP/1 200 OK\r\n\r\n"),
	error("HTTP/2.0", "h1:bad-version", "HTTP/2.0 200 OK\r\n\r\n"),
	error("HTTP/0.9", "h1:bad-version", "HTTP/0.9 200 OK\r\n\r\n"),
	error("another protocol: SSH", "h1:not-http", "SSH-2.0-OpenSSH_9.2\r\n"),
	error("another protocol: SMTP", "h1:not-http", "220 mail ESMTP\r\n"),
	error("another protocol: TLS", "h1:not-http", Buffer.from([0x15, 3, 1, 0, 2, 2, 0x46])),
	error("another protocol: h2", "h1:not-http", Buffer.from([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100])),
	error("an HTML page without a head", "h1:not-http", "<html><body>hello</body></html>", FIN),
	error("a lower-case http", "h1:not-http", "http/1.1 200 OK\r\n\r\n"),
	error("NUL in the status line", "h1:bad-head-byte", "HTTP/1.1 200 O\0K\r\n\r\n"),
	error("NUL in a field value", "h1:bad-head-byte", `${OK}X: a\0b\r\n\r\n`),
	error("NUL in a field name", "h1:bad-field-name", `${OK}X\0Y: a\r\n\r\n`),
	error("bare CR in the status line", "h1:bad-head-byte", "HTTP/1.1 200 O\rK\r\n\r\n"),
	error("bare CR in a field value", "h1:bad-head-byte", `${OK}X: a\rb\r\n\r\n`),
	error("bare CR before the end of the head", "h1:bad-head-byte", `${OK}X: a\r\n\rY: b\r\n\r\n`),
	error("a field without a colon", "h1:bad-field-name", `${OK}Nothing\r\n\r\n`),
	error("a field without a name", "h1:bad-field-name", `${OK}: value\r\n\r\n`),
	error("a space before the colon", "h1:bad-field-name", `${OK}Content-Length : 5\r\n\r\nhello`),
	error("a tab before the colon", "h1:bad-field-name", `${OK}X\t: 5\r\n\r\n`),
	error("a space inside the name", "h1:bad-field-name", `${OK}X Y: 5\r\n\r\n`),
	error("white space before the first field", "h1:bad-field-name", `${OK} X: 5\r\n\r\n`),
	error("Content-Length of letters", "h1:bad-content-length", `${OK}Content-Length: five\r\n\r\n`),
	error("Content-Length empty", "h1:bad-content-length", `${OK}Content-Length:\r\n\r\n`),
	error("Content-Length negative", "h1:bad-content-length", `${OK}Content-Length: -5\r\n\r\n`),
	error("Content-Length with a sign", "h1:bad-content-length", `${OK}Content-Length: +5\r\n\r\nhello`),
	error("Content-Length hexadecimal", "h1:bad-content-length", `${OK}Content-Length: 0x5\r\n\r\nhello`),
	error("Content-Length with a fraction", "h1:bad-content-length", `${OK}Content-Length: 5.0\r\n\r\nhello`),
	error("Content-Length with a space inside", "h1:bad-content-length", `${OK}Content-Length: 5 5\r\n\r\nhello`),
	error("Content-Length above 2^53", "h1:bad-content-length", `${OK}Content-Length: 9007199254740993\r\n\r\n`),
	error("Content-Length above 2^64", "h1:bad-content-length", `${OK}Content-Length: 18446744073709551621\r\n\r\n`),
	error("two Content-Lengths", "h1:bad-content-length", `${OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`),
	error("a list of Content-Lengths", "h1:bad-content-length", `${OK}Content-Length: 5, 6\r\n\r\nhello`),
	error("a list with an empty part", "h1:bad-content-length", `${OK}Content-Length: 5,,5\r\n\r\nhello`),
	error("Transfer-Encoding gzip", "h1:bad-transfer-encoding", `${OK}Transfer-Encoding: gzip\r\n\r\n`),
	error("gzip, chunked", "h1:bad-transfer-encoding", `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`),
	error("chunked, identity", "h1:bad-transfer-encoding", `${OK}Transfer-Encoding: chunked, identity\r\n\r\n`),
	error("chunked, chunked", "h1:bad-transfer-encoding", `${OK}Transfer-Encoding: chunked, chunked\r\n\r\n`),
	error("xchunked", "h1:bad-transfer-encoding", `${OK}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`),
	error("Transfer-Encoding empty", "h1:bad-transfer-encoding", `${OK}Transfer-Encoding:\r\n\r\n0\r\n\r\n`),
	error(
		"two Transfer-Encodings",
		"h1:bad-transfer-encoding",
		`${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
	),
	error("chunk size of letters", "h1:bad-chunk-size", `${CHUNKED}xyz\r\n`),
	error("chunk size empty", "h1:bad-chunk-size", `${CHUNKED}\r\nhello\r\n`),
	error("chunk size negative", "h1:bad-chunk-size", `${CHUNKED}-5\r\nhello\r\n`),
	error("chunk size with 0x", "h1:bad-chunk-size", `${CHUNKED}0x5\r\nhello\r\n0\r\n\r\n`),
	error("chunk size after a space", "h1:bad-chunk-size", `${CHUNKED} 5\r\nhello\r\n0\r\n\r\n`),
	error("chunk size too large", "h1:bad-chunk-size", `${CHUNKED}10000000000000\r\n`),
	error("chunk size endless", "h1:bad-chunk-size", `${CHUNKED}${"0".repeat(5000)}5\r\nhello\r\n0\r\n\r\n`),
	error("no CRLF after a chunk", "h1:bad-chunk-framing", `${CHUNKED}5\r\nhello0\r\n\r\n`),
	error("a chunk longer than its size", "h1:bad-chunk-framing", `${CHUNKED}5\r\nhello!\r\n0\r\n\r\n`),
	error("LF after a chunk", "h1:bad-chunk-framing", `${CHUNKED}5\r\nhello\n0\r\n\r\n`),
	error("LF after a chunk size", "h1:bad-chunk-framing", `${CHUNKED}5\nhello\r\n0\r\n\r\n`),
	error("LF in a chunk extension", "h1:bad-chunk-framing", `${CHUNKED}5;a=b\nhello\r\n0\r\n\r\n`),
	error("CR and no LF after a chunk size", "h1:bad-chunk-framing", `${CHUNKED}5\rhello\r\n0\r\n\r\n`),
	error("LF in the trailer", "h1:bad-chunk-framing", `${CHUNKED}5\r\nhello\r\n0\r\nX: y\n\r\n`),
	error("LF as the last line", "h1:bad-chunk-framing", `${CHUNKED}5\r\nhello\r\n0\r\n\n`),
	error("101 without having asked", "h1:unexpected-upgrade", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
	error("101 interim responses", "h1:too-many-interim", "HTTP/1.1 100 Continue\r\n\r\n".repeat(101)),
	error("a close before anything", "h1:empty-reply", FIN),
	error("a close after an empty line", "h1:truncated-head", "\r\n", FIN),
	error("a close in the status line", "h1:truncated-head", "HTTP/1.1 2", FIN),
	error("a close in the fields", "h1:truncated-head", `${OK}X: y\r\n`, FIN),
	error("a close after an interim response", "h1:truncated-head", "HTTP/1.1 100 Continue\r\n\r\n", FIN),
	error("a close in an identity body", "h1:truncated-body", `${LENGTH_5}hell`, FIN),
	error("a close before an identity body", "h1:truncated-body", LENGTH_5, FIN),
	error("a reset before anything", "tcp:reset", RESET),
	error("a reset in the head", "tcp:reset", OK, { pause: 20 }, RESET),
	error("a reset in an identity body", "tcp:reset", `${LENGTH_5}hel`, { pause: 20 }, RESET),
	error("a reset in a body until close", "tcp:reset", `${OK}\r\nhel`, { pause: 20 }, RESET),
];

/** What is strange and does no harm. */
export const TOLERATED: Script[] = [
	{ ...taken("obs-fold", 5, true, `${OK}X: a\r\n \t b\r\nContent-Length: 5\r\n\r\nhello`), field: "x: a b" },
	taken("an equal list of Content-Lengths", 5, true, `${OK}Content-Length: 5, 5\r\nContent-Length: 5\r\n\r\nhello`),
	taken("bare LF in the head", 5, true, "HTTP/1.1 200 OK\nContent-Length: 5\nX: y\n\nhello"),
	taken("empty lines before the status line", 5, true, `\r\n\n\r\n${LENGTH_5}hello`),
	taken(
		"Content-Length with chunked",
		5,
		false,
		`${CHUNKED.slice(0, -2)}Content-Length: 9\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
	),
	taken("bytes after the end", 5, false, `${LENGTH_5}hello and more`),
	taken("bytes after the last chunk", 5, false, `${CHUNKED}5\r\nhello\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n`),
	taken("two responses at once", 5, false, `${LENGTH_5}hello${LENGTH_5}wrong`),
	taken("a second response while idle", 5, false, `${LENGTH_5}hello`, { pause: 30 }, `${LENGTH_5}wrong`),
	taken("no reason phrase", 5, true, "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello"),
	taken("HTTP/1.0 until close", 5, false, "HTTP/1.0 200 OK\r\n\r\nhello", FIN),
	taken("HTTP/1.0 with a length", 5, false, "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
	taken("HTTP/1.0 keep-alive", 5, true, "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello"),
	taken("HTTP/1.2", 5, true, "HTTP/1.2 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
	taken("a close with the last byte", 5, false, `${LENGTH_5}hello`, FIN),
	taken("chunk extensions", 5, true, `${CHUNKED}5;a=b;c="d;e"\r\nhello\r\n0;last\r\n\r\n`),
	taken("white space after a chunk size", 5, true, `${CHUNKED}5  \r\nhello\r\n0\r\n\r\n`),
	taken("leading zeros and capitals in a chunk size", 10, true, `${CHUNKED}000A\r\n0123456789\r\n00\r\n\r\n`),
	taken("a trailer", 5, true, `${CHUNKED}5\r\nhello\r\n0\r\nX: y\r\nZ:\r\n\r\n`),
	taken("Chunked in capitals", 5, true, `${OK}TRANSFER-ENCODING: Chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`),
	taken("100 interim responses", 5, true, `${"HTTP/1.1 100 Continue\r\n\r\n".repeat(100)}${LENGTH_5}hello`),
	taken("a leading zero in Content-Length", 5, true, `${OK}Content-Length: 0005\r\n\r\nhello`),
	taken("an empty field value", 5, true, `${OK}X:\r\nContent-Length: 5\r\n\r\nhello`),
	taken(
		"bytes above 0x7F in a value",
		5,
		true,
		Buffer.from(`${OK}X: \xe4\xff\r\nContent-Length: 5\r\n\r\nhello`, "latin1"),
	),
	taken("a thousand fields", 5, true, `${OK}${"X-Y: z\r\n".repeat(1000)}Content-Length: 5\r\n\r\nhello`),
	taken("close among other options", 5, false, `${OK}Connection: x, Close\r\nContent-Length: 5\r\n\r\nhello`),
	{ ...taken("a body after HEAD", 0, false, `${LENGTH_5}hello`), method: "HEAD" },
];

/** What wants to go on for ever. */
export const ENDLESS: Script[] = [
	{ ...error("a head without end", "h1:head-too-long", OK, { endless: "X-Y: some value or other\r\n" }), whole: true },
	{
		...error("a header line of 100 MB", "h1:head-too-long", `${OK}X: `, { endless: "x".repeat(8192) }),
		whole: true,
	},
	{ ...error("a field name without end", "h1:head-too-long", OK, { endless: "n".repeat(8192) }), whole: true },
	{ ...error("a status line without end", "h1:head-too-long", OK.trim(), { endless: "x".repeat(8192) }), whole: true },
	{ ...error("empty lines without end", "h1:head-too-long", { endless: "\r\n".repeat(4096) }), whole: true },
	{ ...error("folds without end", "h1:head-too-long", `${OK}X: y\r\n`, { endless: " folded\r\n" }), whole: true },
	{
		...error("interim responses without end", "h1:too-many-interim", { endless: "HTTP/1.1 102 P\r\n\r\n" }),
		whole: true,
	},
	{
		...error("a chunk extension without end", "h1:chunk-extension-too-long", `${CHUNKED}5;`, {
			endless: "e".repeat(512),
		}),
		whole: true,
	},
	{
		...error("white space after a chunk size without end", "h1:chunk-extension-too-long", `${CHUNKED}5`, {
			endless: " ".repeat(512),
		}),
		whole: true,
	},
	{ ...error("a trailer without end", "h1:trailer-too-long", `${CHUNKED}0\r\n`, { endless: "X: y\r\n" }), whole: true },
	{
		...error("a trailer line without end", "h1:trailer-too-long", `${CHUNKED}0\r\nX: `, { endless: "y".repeat(512) }),
		whole: true,
	},
	{
		...taken("a head of 200 KB", 5, true, `${OK}X: ${"y".repeat(200 * 1024)}\r\n${LENGTH_5.slice(17)}hello`),
		whole: true,
	},
	{
		...taken(
			"a body of 1 MB in one chunk",
			MEGABYTE,
			true,
			CHUNKED,
			"100000\r\n",
			"z".repeat(MEGABYTE),
			"\r\n0\r\n\r\n",
		),
		whole: true,
	},
	{ ...taken("a body of chunks of one byte", 500, true, CHUNKED, "1\r\nx\r\n".repeat(500), "0\r\n\r\n"), whole: true },
];

const SLOW = { firstByte: 150, idle: 150, total: 500 };

function drip(text: string, milliseconds: number): Step[] {
	return [...text].flatMap((byte) => [byte, { pause: milliseconds }]);
}

/** Silence and slowness; deadlines are short, so these take no machine where everything is slow. */
export const SLOWNESS: Script[] = [
	{ ...error("silence", "timeout:first-byte", { pause: 2000 }), deadlines: SLOW },
	{ ...error("silence in the head", "timeout:first-byte", OK, { pause: 2000 }), deadlines: SLOW },
	{ ...error("silence in a body", "timeout:idle", `${LENGTH_5}hel`, { pause: 2000 }), deadlines: SLOW },
	{ ...error("silence in a chunk size", "timeout:idle", CHUNKED, { pause: 2000 }), deadlines: SLOW },
	{ ...error("silence in the trailer", "timeout:idle", `${CHUNKED}0\r\nX: y\r\n`, { pause: 2000 }), deadlines: SLOW },
	{ ...error("silence in a body until close", "timeout:idle", `${OK}\r\nhel`, { pause: 2000 }), deadlines: SLOW },
	{ ...error("a head, a byte each 20 ms", "timeout:first-byte", ...drip(OK.repeat(5), 20)), deadlines: SLOW },
	{
		...error("interim responses each 20 ms", "timeout:first-byte", ...drip("HTTP/1.1 100 C\r\n\r\n".repeat(4), 20)),
		deadlines: SLOW,
	},
	{
		...error("a body, a byte each 20 ms for ever", "timeout:total", `${OK}\r\n`, ...drip("x".repeat(90), 20)),
		deadlines: SLOW,
	},
	{
		...error(
			"a chunked body, a byte each 20 ms for ever",
			"timeout:total",
			CHUNKED,
			...drip("1\r\nx\r\n".repeat(15), 20),
		),
		deadlines: SLOW,
	},
	{
		...error(
			"a trailer, a byte each 20 ms for ever",
			"timeout:total",
			`${CHUNKED}0\r\n`,
			...drip("X: y\r\n".repeat(15), 20),
		),
		deadlines: SLOW,
	},
	{ ...taken("a whole response, a byte each 5 ms", 5, true, ...drip(`${LENGTH_5}hello`, 5)), deadlines: { idle: 200 } },
].map((script) => ({ ...script, whole: true, limit: 1000 }));

/** A chunked response that is cut off after each of its bytes. */
export function cuts(): Script[] {
	const head = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
	const whole = `${head}5;x\r\nhello\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\n`;
	return Array.from({ length: whole.length }, (_, cut) => {
		const code = cut === 0 ? "h1:empty-reply" : cut < head.length ? "h1:truncated-head" : "h1:truncated-body";
		return { ...error(`a close after ${cut} bytes`, code, whole.slice(0, cut), FIN), whole: true };
	});
}
