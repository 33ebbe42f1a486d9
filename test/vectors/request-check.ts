/** Checks of what a request is written by, in Node as on XS; each gives what is printed of it, or throws. */
import { isFieldValue, isTarget, isToken, RequestWriter } from "lws-xs/engines/h1/request";
import { stringToBytes } from "lws-xs/native/kernels";
import { decodeChunked } from "./h1-check.js";
import { encodeChunks } from "./h1-encode.js";

export interface Check {
	readonly title: string;
	readonly run: () => string;
}

/** The smallest buffer that is tried; a character has four bytes at most. */
const LEAST = 8;

const REQUESTS: readonly { name: string; target: string; fields: readonly string[] }[] = [
	{ name: "without fields", target: "/", fields: [] },
	{ name: "with fields, one of them empty", target: "/a?b=c", fields: ["Host", "a.example", "X", "", "Y", " z "] },
	{
		name: "with characters of every length",
		target: "/ä",
		fields: ["X", "aä€😀", "Y", "😀😀😀😀😀😀😀😀😀", "Z", "€€€"],
	},
	{ name: "with lone surrogates", target: "/", fields: ["X", "\ud83d\ud83d€\ud83d", "Y", "\ude00a\ude00😀\ud83d😀"] },
	{ name: "with a long value", target: "/", fields: ["Host", "a", "X", "0123456789abcdefghij".repeat(20), "Y", "z"] },
];

/** As one string, encoded at once. */
function whole(target: string, fields: readonly string[]): Uint8Array {
	let text = `POST ${target} HTTP/1.1\r\n`;
	for (let i = 0; i < fields.length; i += 2) text += `${fields[i]}: ${fields[i + 1]}\r\n`;
	const bytes = new Uint8Array(3 * text.length + 6);
	return bytes.slice(0, stringToBytes(`${text}\r\n`, bytes, 0));
}

/** Into buffers of `size` bytes from `start` on in a larger one, of which nothing else may change. */
function written(writer: RequestWriter, size: number, start: number, most: number): Uint8Array {
	const out = new Uint8Array(start + size + 1);
	const all = new Uint8Array(most + size);
	let total = 0;
	for (let calls = 0; !writer.done; calls++) {
		out.fill(0xa5);
		const count = writer.emit(out, start, start + size);
		if (count <= 0 || count > size) throw new Error(`${count} bytes into ${size}`);
		if (total + count > most || calls > most) throw new Error("it does not end");
		for (let i = 0; i < out.length; i++) {
			if ((i < start || i >= start + count) && out[i] !== 0xa5) throw new Error(`written at ${i}`);
		}
		all.set(out.subarray(start, start + count), total);
		total += count;
	}
	return all.slice(0, total);
}

function equal(actual: Uint8Array, expected: Uint8Array, what: string): void {
	if (actual.length !== expected.length) throw new Error(`${what}: ${actual.length} bytes, not ${expected.length}`);
	for (let i = 0; i < actual.length; i++) if (actual[i] !== expected[i]) throw new Error(`${what}: differs at ${i}`);
}

function checkHead(target: string, fields: readonly string[]): string {
	const expected = whole(target, fields);
	// from the length of the whole on, all sizes are alike
	for (let size = LEAST; size <= expected.length + 1; size++) {
		for (const start of [0, 3]) {
			const writer = new RequestWriter("POST", target, fields);
			equal(written(writer, size, start, expected.length), expected, `${size} bytes from ${start}`);
		}
	}
	return `${expected.length} bytes`;
}

/** The bytes for which `holds` as `a BYTE b`, in hexadecimal and ranges. */
function accepted(holds: (text: string) => boolean): string {
	let ranges = "";
	let from = -1;
	for (let code = 0; code <= 256; code++) {
		const character = String.fromCharCode(code);
		const here = code < 256 && holds(`a${character}b`);
		if (here !== holds(character) && code < 256) throw new Error(`${code} alone is something else`);
		if (here && from < 0) from = code;
		if (here || from < 0) continue;
		ranges += `${ranges && " "}${from.toString(16)}${code - 1 > from ? `-${(code - 1).toString(16)}` : ""}`;
		from = -1;
	}
	return ranges;
}

function expecting(expected: string, actual: string): string {
	if (actual !== expected) throw new Error(`${actual}, not ${expected}`);
	return actual;
}

function isEmpty(expected: boolean, holds: (text: string) => boolean): string {
	return expecting(String(expected), String(holds("")));
}

export const REQUEST_CHECKS: readonly Check[] = [
	...REQUESTS.map(({ name, target, fields }) => ({
		title: `A head ${name} is the same, written into buffers of every size.`,
		run: () => checkHead(target, fields),
	})),
	{
		title: "Room for less than a character is waited with, and nothing lost.",
		run() {
			const fields = ["X", "😀".repeat(10)];
			const expected = whole("/", fields);
			const writer = new RequestWriter("POST", "/", fields);
			const out = new Uint8Array(expected.length);
			let total = 0;
			for (let room = 0; !writer.done; room = (room + 1) % 9) {
				total += writer.emit(out, total, Math.min(out.length, total + room));
			}
			equal(out, expected, "in rooms of 0 to 8 bytes");
			return `${total} bytes`;
		},
	},
	{
		title: "A writer knows whether it has begun, and whether it is done.",
		run() {
			const writer = new RequestWriter("POST", "/", []);
			const expected = whole("/", []);
			const is = (begun: boolean, done: boolean, when: string) => {
				if (writer.begun !== begun || writer.done !== done) throw new Error(`begun or done is wrong ${when}`);
			};
			is(false, false, "at first");
			const out = new Uint8Array(expected.length);
			if (writer.emit(out, 0, 3) !== 0) throw new Error("something was written without room");
			is(false, false, "without room");
			let total = writer.emit(out, 0, 5);
			is(true, false, "after a part of the line");
			total += writer.emit(out, total, out.length);
			is(true, true, "after all of it");
			equal(out, expected, `in two pieces, ${total} bytes`);
			if (writer.emit(out, 0, out.length) !== 0) throw new Error("something was written after the end");
			return "ok";
		},
	},
	{
		// tchar, RFC 9110 section 5.6.2
		title: "A token is made of token characters.",
		run: () => expecting("21 23-27 2a-2b 2d-2e 30-39 41-5a 5e-7a 7c 7e", accepted(isToken)),
	},
	{ title: "A token is not empty.", run: () => isEmpty(false, isToken) },
	{
		title: "A field value is made of anything but NUL, CR and LF.",
		run: () => expecting("1-9 b-c e-ff", accepted(isFieldValue)),
	},
	{ title: "A field value may be empty.", run: () => isEmpty(true, isFieldValue) },
	{
		title: "A target is made of anything but white space and controls.",
		run: () => expecting("21-7e 80-ff", accepted(isTarget)),
	},
	{ title: "A target is not empty.", run: () => isEmpty(false, isTarget) },
	{
		title: "A line end behind a text is not overlooked.",
		run() {
			for (const tail of ["\n", "\r", "\r\n", "\0"]) {
				for (const holds of [isToken, isFieldValue, isTarget]) {
					if (holds(`a${tail}`)) throw new Error(`${holds.name} takes ${JSON.stringify(tail)}`);
				}
			}
			return "ok";
		},
	},
	...[1, 15, 16, 255, 256, 65535].map((size) => ({
		title: `A chunk of ${size} bytes is written as it is read.`,
		run() {
			const content = new Uint8Array(size);
			for (let i = 0; i < size; i++) content[i] = i;
			const bytes = encodeChunks(content, size);
			const line = `${size.toString(16)}\r\n`;
			for (let i = 0; i < line.length; i++) if (bytes[i] !== line.charCodeAt(i)) throw new Error(`at ${i}`);
			const read = decodeChunked(bytes, [bytes.length], Infinity);
			if (read.outcome !== "complete") throw new Error(read.outcome);
			equal(read.content, content, "the content");
			return `${bytes.length} bytes`;
		},
	})),
];
