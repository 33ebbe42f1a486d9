/** Responses of every framing. */
import {
	BEGUN,
	CHUNKED,
	CLOSED,
	COMPLETED,
	chunk,
	closed,
	FIN,
	failed,
	got,
	HEAD,
	head,
	LAST_CHUNK,
	one,
	received,
	type Scenario,
	sized,
} from "./scenario.js";
import { RESET } from "./stage.js";

const EMPTY = [...BEGUN, ...HEAD, COMPLETED, ...CLOSED];

export const bodies: Scenario[] = [
	one("A body with Content-Length is announced, read, and complete.", [sized("hello")], got(received("hello"))),
	one(
		"A body that comes in several segments is announced for each.",
		[`${head("200 OK", "Content-Length: 9")}one`, "two", "six"],
		got(received("one"), received("two"), received("six")),
	),
	one(
		"A body that comes after its head is announced when it comes.",
		[head("200 OK", "Content-Length: 5"), "hello"],
		got(received("hello")),
	),
	one(
		"A buffer that is smaller than what waits is filled, and the rest announced again.",
		[sized("hello world")],
		got(received("hell"), received("o wo"), received("rld")),
		{ buffer: 4 },
	),
	one(
		"Several chunks in one segment bring a READ each.",
		[CHUNKED + chunk("one") + chunk("three") + LAST_CHUNK],
		got(received("one", "three")),
	),
	one(
		"A chunk in parts brings a READ for each part.",
		[`${CHUNKED}b\r\nhello`, " wor", "ld\r\n", LAST_CHUNK],
		got(received("hello"), received(" wor"), received("ld")),
	),
	one(
		"Chunk framing in pieces is never content, nor announced.",
		[CHUNKED, "0", "0", "2", "\r", "\n", "a", "b", "\r", "\n", "0", "\r", "\n", "\r", "\n"],
		got(received("a"), received("b")),
	),
	one(
		"Chunk extensions are left out.",
		[CHUNKED + chunk("one", ";name=value") + chunk("two", ' ; n="v;w"') + LAST_CHUNK],
		got(received("one", "two")),
	),
	one(
		"Trailer fields are left out.",
		[`${CHUNKED}${chunk("one")}0\r\nDigest: x\r\nExpires: never\r\n\r\n`],
		got(received("one")),
	),
	one("A chunked body of nothing is complete at once.", [CHUNKED + LAST_CHUNK], EMPTY),
	one(
		"A buffer that is smaller than a chunk is filled, and the rest announced again.",
		[CHUNKED + chunk("hello world") + LAST_CHUNK],
		got(received("hell"), received("o wo"), received("rld")),
		{ buffer: 4 },
	),
	one(
		"A body without framing ends with the connection.",
		[`${head("200 OK")}one`, "two", FIN],
		got(received("one"), received("two")),
	),
	one("A body without framing may be empty.", [head("200 OK"), FIN], EMPTY),
	one("An HTTP/1.0 body ends with the connection.", ["HTTP/1.0 200 OK\r\n\r\nold", FIN], got(received("old"))),
	one(
		"An HTTP/1.0 body with Content-Length does not wait for that.",
		["HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold"],
		got(received("old")),
	),
	one("Content-Length 0 completes the response right after its head.", [head("200 OK", "Content-Length: 0")], EMPTY),
	one("HEAD has no body, whatever its Content-Length.", [head("200 OK", "Content-Length: 5")], EMPTY, {
		method: "HEAD",
	}),
	one("HEAD has no body, also when it would be chunked.", [CHUNKED], EMPTY, { method: "HEAD" }),
	one("204 has no body.", [head(204)], EMPTY),
	one("304 has no body, whatever its Content-Length.", [head(304, "Content-Length: 5")], EMPTY),
	one(
		"One interim response is skipped.",
		[head("103 Early Hints", "Link: </a>"), sized("hello")],
		got(received("hello")),
	),
	one(
		"100 interim responses are skipped, in whatever segments they come.",
		[...Array.from({ length: 50 }, () => head(102) + head("100 Continue")), sized("hello")],
		got(received("hello")),
	),
	one(
		"The 101st interim response ends the request.",
		Array.from({ length: 101 }, () => head(102)),
		[...BEGUN, ...failed("h1:too-many-interim maybe")],
	),
	one(
		"101 is refused: nobody asked for it.",
		[head("101 Switching Protocols", "Upgrade: x")],
		[...BEGUN, ...failed("h1:unexpected-upgrade maybe")],
	),
	one(
		"A server that speaks something else is a connection error.",
		["220 smtp\r\n"],
		[...BEGUN, ...failed("h1:not-http maybe")],
	),
	one("Bytes after the end do not disturb the response.", [`${sized("hello")}rubbish`], got(received("hello"))),
	one(
		"A reset before the response is a connection error.",
		[RESET],
		[...BEGUN, ...failed("tcp:reset maybe")],
		// a POST, as a GET is not repeated on a fresh connection either
		{ method: "POST" },
	),
	one("A reset in the head is a connection error.", ["HTTP/1.1 200", RESET], [...BEGUN, ...failed("tcp:reset maybe")]),
	one(
		"A reset in the body closes, after what had come.",
		[`${head(200, "Content-Length: 9")}one`, RESET],
		[...BEGUN, ...HEAD, ...received("one"), ...closed("tcp:reset yes")],
	),
	one(
		"A reset in a body without framing is not its end.",
		[`${head(200)}one`, RESET],
		[...BEGUN, ...HEAD, ...received("one"), ...closed("tcp:reset yes")],
	),
	one(
		"Malformed chunk framing closes, after the content before it.",
		[`${CHUNKED}${chunk("one")}x\r\n`],
		[...BEGUN, ...HEAD, ...received("one"), ...closed("h1:bad-chunk-size yes")],
	),
	one("An empty reply is a connection error.", [FIN], [...BEGUN, ...failed("h1:empty-reply maybe")]),
];

const SHORT = sized("hello");
const SHORT_HEAD = SHORT.length - 5;
const SHORT_CHUNKED = CHUNKED + chunk("hello", ";x") + LAST_CHUNK;

/** The server closes after `length` bytes of a response with Content-Length. */
function early(length: number): Scenario {
	const body = SHORT.slice(SHORT_HEAD, length);
	let trace = failed(length === 0 ? "h1:empty-reply maybe" : "h1:truncated-head maybe");
	if (body === "hello") trace = [...HEAD, ...received(body), COMPLETED, ...CLOSED];
	else if (length >= SHORT_HEAD) {
		trace = [...HEAD, ...(body === "" ? [] : received(body)), ...closed("h1:truncated-body yes")];
	}
	return one(
		`The server closes after ${length} bytes of a body with Content-Length.`,
		[SHORT.slice(0, length), FIN],
		[...BEGUN, ...trace],
	);
}

/** The same with a chunked body. */
function earlyChunked(length: number): Scenario {
	const start = CHUNKED.length + "5;x\r\n".length;
	const content = SHORT_CHUNKED.slice(start, Math.min(length, start + 5));
	const announced = content === "" ? [] : received(content);
	const trace =
		length === SHORT_CHUNKED.length
			? [...HEAD, ...announced, COMPLETED, ...CLOSED]
			: [...HEAD, ...announced, ...closed("h1:truncated-body yes")];
	const script = [SHORT_CHUNKED.slice(0, length), FIN];
	return one(`The server closes after ${length} bytes of a chunked response.`, script, [...BEGUN, ...trace]);
}

for (let length = 0; length <= SHORT.length; length++) bodies.push(early(length));
for (let length = CHUNKED.length; length <= SHORT_CHUNKED.length; length++) bodies.push(earlyChunked(length));
