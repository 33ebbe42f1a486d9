/** Forms and their bytes (WHATWG URL standard, section 5.2), in Node as on XS. */
import { FormWriter } from "lws-xs/engines/form";
import type { Check } from "./request-check.js";

interface FormVector {
	readonly name: string;
	readonly fields: readonly string[];
	readonly expect: string;
}

/** Every ASCII character but NUL. */
const ASCII = Array.from({ length: 127 }, (_, i) => String.fromCharCode(i + 1)).join("");
const ENCODED =
	"%01%02%03%04%05%06%07%08%09%0A%0B%0C%0D%0E%0F%10%11%12%13%14%15%16%17%18%19%1A%1B%1C%1D%1E%1F+%21%22%23%24%25%26%27%28%29*" +
	"%2B%2C-.%2F0123456789%3A%3B%3C%3D%3E%3F%40ABCDEFGHIJKLMNOPQRSTUVWXYZ%5B%5C%5D%5E_%60abcdefghijklmnopqrstuvwxyz%7B%7C%7D%7E%7F";

export const FORM_VECTORS: readonly FormVector[] = [
	{ name: "nothing", fields: [], expect: "" },
	{ name: "one field", fields: ["a", "b"], expect: "a=b" },
	{ name: "two fields", fields: ["a", "b", "c", "d"], expect: "a=b&c=d" },
	{ name: "the same name twice", fields: ["a", "1", "a", "2"], expect: "a=1&a=2" },
	{ name: "empty values", fields: ["a", "", "b", ""], expect: "a=&b=" },
	{ name: "an empty name", fields: ["", "a"], expect: "=a" },
	{ name: "nothing but separators", fields: ["", "", "", ""], expect: "=&=" },
	{ name: "separators inside", fields: ["a=b", "c&d", "e+f", "g%h"], expect: "a%3Db=c%26d&e%2Bf=g%25h" },
	{ name: "spaces", fields: [" a ", "  "], expect: "+a+=++" },
	{ name: "line ends", fields: ["a", "b\r\nc\n"], expect: "a=b%0D%0Ac%0A" },
	{ name: "NUL", fields: ["a", "b\0c"], expect: "a=b%00c" },
	{ name: "every ASCII character", fields: [ASCII, ASCII], expect: `${ENCODED}=${ENCODED}` },
	{
		name: "characters of every length",
		fields: ["ä", "€", "😀", "aä€😀"],
		expect: "%C3%A4=%E2%82%AC&%F0%9F%98%80=a%C3%A4%E2%82%AC%F0%9F%98%80",
	},
	// a piece ends wherever it may
	...[20, 21, 22, 23, 24, 25].map((count) => ({
		name: `a surrogate pair behind ${count} characters`,
		fields: ["x".repeat(count), `${"y".repeat(count)}😀z`],
		expect: `${"x".repeat(count)}=${"y".repeat(count)}%F0%9F%98%80z`,
	})),
	{
		name: "lone surrogates",
		fields: ["\ud83d", `${"x".repeat(23)}\ud83dy\ude00`],
		expect: `%EF%BF%BD=${"x".repeat(23)}%EF%BF%BDy%EF%BF%BD`,
	},
	{
		name: "a lone surrogate before a pair, where a piece ends",
		fields: ["", `${"x".repeat(23)}\ud83d😀`, "", `${"x".repeat(22)}\ud83d😀`],
		expect: `=${"x".repeat(23)}%EF%BF%BD%F0%9F%98%80&=${"x".repeat(22)}%EF%BF%BD%F0%9F%98%80`,
	},
	{
		name: "a long value",
		fields: ["long", "0123456789 äöü ".repeat(60)],
		expect: `long=${"0123456789+%C3%A4%C3%B6%C3%BC+".repeat(60)}`,
	},
];

/** What enough room is for any byte. */
const LEAST = 3;

/** Written into rooms of `size` bytes from `start` on in a larger buffer, of which nothing else may change. */
export function encoded(fields: readonly string[], size: number, start: number): string {
	const writer = new FormWriter(fields);
	const out = new Uint8Array(start + size + 1);
	let text = "";
	while (!writer.done) {
		out.fill(0xa5);
		const count = writer.emit(out, start, start + size);
		if (count > size || (count <= 0 && !writer.done)) throw new Error(`${count} bytes into ${size}`);
		for (let i = 0; i < out.length; i++) {
			if (i >= start && i < start + count) text += String.fromCharCode(out[i] as number);
			else if (out[i] !== 0xa5) throw new Error(`written at ${i}`);
		}
	}
	if (writer.emit(out, start, start + size) !== 0) throw new Error("something was written after the end");
	return text;
}

function checkForm({ fields, expect }: FormVector): string {
	const { length } = new FormWriter(fields);
	if (length !== expect.length) throw new Error(`${length} bytes, not ${expect.length}`);
	// larger ones are alike
	for (let size = LEAST; size <= Math.min(length + 1, 160); size++) {
		for (const start of [0, 2]) {
			const text = encoded(fields, size, start);
			if (text !== expect) throw new Error(`in rooms of ${size}: ${text}, not ${expect}`);
		}
	}
	return `${length} bytes`;
}

function refuses(fields: readonly unknown[]): string {
	try {
		new FormWriter(fields as string[]);
	} catch (error) {
		if (error instanceof TypeError) return "TypeError";
	}
	throw new Error("it is taken");
}

export const FORM_CHECKS: readonly Check[] = [
	...FORM_VECTORS.map((vector) => ({ title: `A form of ${vector.name}.`, run: () => checkForm(vector) })),
	{ title: "A form with a name that has no value is none.", run: () => refuses(["a", "b", "c"]) },
	{ title: "A form with a number is none.", run: () => refuses(["a", 5]) },
	{
		title: "Room for less than a character of a form is waited with, and nothing lost.",
		run() {
			const writer = new FormWriter(["ä", " b"]);
			const out = new Uint8Array(16);
			let total = 0;
			for (let room = 0; !writer.done; room = (room + 1) % 4) total += writer.emit(out, total, total + room);
			const text = String.fromCharCode(...out.subarray(0, total));
			if (text !== "%C3%A4=+b") throw new Error(text);
			return text;
		},
	},
];
