/** Vectors for the length of a response's body and the reuse of its connection (RFC 9112 sections 6.3 and 9.3). */
import type { FramingInput, Vector } from "./h1-check.js";

/** Name, fields, expectation, status line, method. */
type Row = readonly [string, string, string, string?, string?];

const OLD = "HTTP/1.0 200 OK";

const ROWS: readonly Row[] = [
	["Without fields the body ends with the connection.", "", "until-close close"],
	["A length counts.", "Content-Length: 5\r\n", "length 5 keep"],
	["A length may be zero.", "Content-Length: 0\r\n", "length 0 keep"],
	["A length may have leading zeros.", "Content-Length: 00000000000000000000005\r\n", "length 5 keep"],
	["A length may have white space around it.", "Content-Length: \t 5 \t\r\n", "length 5 keep"],
	["A length may be 2^53 - 1.", "Content-Length: 9007199254740991\r\n", "length 9007199254740991 keep"],
	["A length of 2^53 is refused.", "Content-Length: 9007199254740992\r\n", "h1:bad-content-length"],
	["A length of 2^53 + 1 is refused.", "Content-Length: 9007199254740993\r\n", "h1:bad-content-length"],
	["A length of 2^64 is refused.", "Content-Length: 18446744073709551616\r\n", "h1:bad-content-length"],
	["A list of equal lengths is one.", "Content-Length: 5, 5,5\r\n", "length 5 keep"],
	["Equal lengths in two fields are one.", "Content-Length: 5\r\nA: b\r\nContent-Length: 5\r\n", "length 5 keep"],
	["Equal is what has the same value.", "Content-Length: 5, 05\r\n", "length 5 keep"],
	["Different lengths in a list are refused.", "Content-Length: 5, 6\r\n", "h1:bad-content-length"],
	[
		"Different lengths in two fields are refused.",
		"Content-Length: 5\r\nContent-Length: 6\r\n",
		"h1:bad-content-length",
	],
	["An empty length is refused.", "Content-Length:\r\n", "h1:bad-content-length"],
	["An empty element is refused.", "Content-Length: 5,\r\n", "h1:bad-content-length"],
	["A second field that is empty is refused.", "Content-Length: 5\r\nContent-Length:\r\n", "h1:bad-content-length"],
	["A negative length is refused.", "Content-Length: -5\r\n", "h1:bad-content-length"],
	["A sign is refused.", "Content-Length: +5\r\n", "h1:bad-content-length"],
	["A fraction is refused.", "Content-Length: 5.0\r\n", "h1:bad-content-length"],
	["An exponent is refused.", "Content-Length: 1e3\r\n", "h1:bad-content-length"],
	["A hexadecimal length is refused.", "Content-Length: 0x5\r\n", "h1:bad-content-length"],
	["Two numbers with a space between are refused.", "Content-Length: 5 5\r\n", "h1:bad-content-length"],
	["Letters are refused.", "Content-Length: five\r\n", "h1:bad-content-length"],
	["A no-break space is no white space of HTTP.", "Content-Length: \xa05\r\n", "h1:bad-content-length"],
	["A vertical tab is no white space of HTTP.", "Content-Length: 5\x0b\r\n", "h1:bad-content-length"],
	["Chunked is chunked.", "Transfer-Encoding: chunked\r\n", "chunked keep"],
	["Case does not matter.", "transfer-ENCODING: CHUNKED\r\n", "chunked keep"],
	["Another coding is refused.", "Transfer-Encoding: gzip\r\n", "h1:bad-transfer-encoding"],
	["Identity is no coding any more.", "Transfer-Encoding: identity\r\n", "h1:bad-transfer-encoding"],
	["A coding before chunked is refused.", "Transfer-Encoding: gzip, chunked\r\n", "h1:bad-transfer-encoding"],
	["Chunked twice is refused.", "Transfer-Encoding: chunked, chunked\r\n", "h1:bad-transfer-encoding"],
	[
		"Chunked in two fields is refused.",
		"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
		"h1:bad-transfer-encoding",
	],
	["A parameter is refused.", "Transfer-Encoding: chunked;q=1\r\n", "h1:bad-transfer-encoding"],
	["An empty coding is refused.", "Transfer-Encoding:\r\n", "h1:bad-transfer-encoding"],
	["A Kelvin sign is no k.", "Transfer-Encoding: chun\xe2\x84\xaaed\r\n", "h1:bad-transfer-encoding"],
	["A vertical tab is part of a coding.", "Transfer-Encoding: \x0bchunked\r\n", "h1:bad-transfer-encoding"],
	["A coding may be folded.", "Transfer-Encoding:\r\n chunked\r\n", "chunked keep"],
	[
		"Chunked wins over a length, then the connection closes.",
		"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
		"chunked close",
	],
	[
		"A bad length beside chunked is refused.",
		"Content-Length: x\r\nTransfer-Encoding: chunked\r\n",
		"h1:bad-content-length",
	],
	["Chunked from HTTP/1.0 closes.", "Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n", "chunked close", OLD],
	["Close is obeyed.", "Content-Length: 5\r\nConnection: close\r\n", "length 5 close"],
	["Close is found in a list, of any case.", "Content-Length: 5\r\nConnection: a ,\tCLOSE , b\r\n", "length 5 close"],
	[
		"Close is found in a second field.",
		"Content-Length: 5\r\nConnection: a\r\nConnection: close\r\n",
		"length 5 close",
	],
	["Close wins over keep-alive.", "Content-Length: 5\r\nConnection: keep-alive, close\r\n", "length 5 close"],
	[
		"A part of an option is another option.",
		"Content-Length: 5\r\nConnection: closed, not close, xclose\r\n",
		"length 5 keep",
	],
	["Empty elements of a list are none.", "Content-Length: 5\r\nConnection: , ,,close\r\n", "length 5 close"],
	["HTTP/1.0 closes.", "Content-Length: 5\r\n", "length 5 close", OLD],
	["HTTP/1.0 keeps when it says so.", "Content-Length: 5\r\nConnection: Keep-Alive\r\n", "length 5 keep", OLD],
	["HTTP/1.0 that says both closes.", "Content-Length: 5\r\nConnection: keep-alive, close\r\n", "length 5 close", OLD],
	[
		"A Kelvin sign keeps nothing alive.",
		"Content-Length: 5\r\nConnection: \xe2\x84\xaaeep-alive\r\n",
		"length 5 close",
		OLD,
	],
	["HEAD has no body, whatever its length.", "Content-Length: 5\r\n", "none keep", "HTTP/1.1 200 OK", "HEAD"],
	["HEAD has no body, whatever its coding.", "Transfer-Encoding: gzip\r\n", "none keep", "HTTP/1.1 200 OK", "HEAD"],
	["HEAD with a bad length is not trusted further.", "Content-Length: x\r\n", "none close", "HTTP/1.1 200 OK", "HEAD"],
	["204 has no body.", "Content-Length: 5\r\n", "none keep", "HTTP/1.1 204 No Content"],
	["304 has no body.", "Transfer-Encoding: chunked\r\n", "none keep", "HTTP/1.1 304 Not Modified"],
	["205 has the body that it says.", "Content-Length: 0\r\n", "length 0 keep", "HTTP/1.1 205 Reset Content"],
	["An interim response has no body.", "Content-Length: 5\r\n", "none keep", "HTTP/1.1 103 Early Hints"],
];

export const FRAMING_VECTORS: readonly Vector<FramingInput>[] = ROWS.map(
	([name, fields, expect, line = "HTTP/1.1 200 OK", method = "GET"]) => ({
		name,
		input: { method, text: `${line}\r\n${fields}\r\n` },
		expect,
	}),
);
