/**
 * Runs a vector of compressed messages, in Node as on XS: whole, one byte at a time, and cut at each position, with outputs
 * of one byte, three, and more; all must come to the same, and what stands beside the output must not change.
 */
import { faultCode } from "lws-xs/engines/errors";
import { Inflater } from "lws-xs/engines/ws/deflate";

export interface MessagesVector {
	/** What holds, as a sentence. */
	readonly name: string;
	/** One after another, in hexadecimal. */
	readonly messages: readonly string[];
	/** Of the window; 10 when absent. */
	readonly bits?: number;
	/** Each message begins with an empty window. */
	readonly forgets?: boolean;
	/** The content of each, in ASCII, or the code of the error, which is the end. */
	readonly expect: readonly string[];
}

/** Longer messages are not cut everywhere. */
const SHORT = 100;
const OUTPUTS: readonly number[] = [1, 3, 700];
const GUARD = 0xa5;

export function checkMessages({ name, messages, bits = 10, forgets = false, expect }: MessagesVector): string {
	const parts = messages.map(fromHex);
	const expected = JSON.stringify(expect);
	const total = parts.reduce((sum, part) => Math.max(sum, part.length), 0);
	const step = total > SHORT ? Math.ceil(total / 20) : 1;
	for (const room of OUTPUTS) {
		for (let cut = 0; cut <= total; cut += step) {
			const outcome = run(new Inflater(bits, !forgets), parts, cut, room);
			if (outcome !== expected)
				throw new Error(`${name} cut at ${cut}, output of ${room}: ${outcome}, not ${expected}`);
		}
	}
	return expected;
}

/** `cut`: 0: byte by byte. */
function run(inflater: Inflater, messages: readonly Uint8Array[], cut: number, room: number): string {
	const contents: string[] = [];
	for (const bytes of messages) {
		const content: number[] = [];
		const next = (at: number) => Math.min(bytes.length, cut === 0 ? at + 1 : at < cut ? cut : bytes.length);
		const fault = inflateMessage(inflater, bytes, next, room, content);
		if (fault < 0) return JSON.stringify([...contents, faultCode(fault)]);
		contents.push(String.fromCharCode(...content));
	}
	return JSON.stringify(contents);
}

/** Appends what a message comes to, which is given in pieces; gives a Fault, or 0. */
export function inflateMessage(
	inflater: Inflater,
	bytes: Uint8Array,
	next: (at: number) => number,
	room: number,
	content: number[],
): number {
	const output = new Uint8Array(room + 2).fill(GUARD);
	for (let at = 0; ; ) {
		const end = next(at);
		for (;;) {
			const count = inflater.inflate(bytes, at, end, output, 1, 1 + room, end === bytes.length);
			if (output[0] !== GUARD || output[room + 1] !== GUARD) throw new Error("written outside of the output");
			if (count < 0) return count;
			for (let i = 1; i <= count; i++) content.push(output[i] as number);
			at += inflater.consumed;
			if (!inflater.isPending) break;
			if (count < room) throw new Error("there was room, and more is pending");
		}
		if (at !== end) throw new Error(`${end - at} bytes are left, and nothing is pending`);
		if (end === bytes.length) return 0;
	}
}

function fromHex(hex: string): Uint8Array {
	return Uint8Array.from(hex === "" ? [] : hex.split(" "), (byte) => Number.parseInt(byte, 16));
}
