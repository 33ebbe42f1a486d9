/**
 * Runs a vector of the byte kernels, in Node as on XS: as it stands, and wherever a kernel can be resumed also cut at
 * each position and byte by byte; what can be undone is undone.
 */
import type { Vector } from "./kernels.js";

export type Kernels = typeof import("lws-xs/native/kernels");

/** No buffer begins or ends where its memory does: what is written beside it is noticed. */
const MARGIN = 3;
const GUARD = 0xa5;

export function titleOf(vector: Vector): string {
	return `${vector.kernel}: ${vector.name}`;
}

/** What else must hold of a vector that is no error. */
const MORE: { readonly [kernel in Vector["kernel"]]?: (kernels: Kernels, vector: Vector) => void } = {
	findByte: cutFindByte,
	findHeadEnd: cutFindHeadEnd,
	checkUtf8: cutCheckUtf8,
	equalsFolded: compareStarts,
	copyMasked: cutCopyMasked,
	bytesToString: encodeAgain,
	stringToBytes: decodeAgain,
};

/** Throws an error that says what differs. */
export function check(kernels: Kernels, vector: Vector): void {
	expect("as it stands", new Call(vector).run(kernels), expectationOf(vector));
	if (typeof vector.expect !== "object") MORE[vector.kernel]?.(kernels, vector);
}

function expectationOf({ expect, after }: Vector): string {
	const result = typeof expect === "object" ? expect.error : JSON.stringify(expect);
	return after === undefined ? result : `${result}, then ${after}`;
}

function expect(what: string, actual: unknown, expected: unknown): void {
	if (actual !== expected) throw new Error(`${what}: ${actual}, not ${expected}`);
}

/** The arguments of a vector, fresh buffers every time. */
class Call {
	readonly #vector: Vector;
	readonly source: Uint8Array;
	readonly target: Uint8Array;
	readonly key: Uint8Array;
	readonly text: string;
	readonly name: string;
	readonly start: number;
	readonly end: number;
	readonly at: number;
	readonly byte: number;
	readonly state: number;
	readonly phase: number;

	constructor(vector: Vector) {
		const { bytes, text, start, end, at, byte, name, parts, target, key, phase, state } = vector.input;
		this.#vector = vector;
		this.source = text === undefined ? fromHex(bytes ?? "") : fromAscii(text);
		this.target = target === undefined ? this.source : fromHex(target);
		this.key = fromHex(key ?? "");
		this.text = (parts ?? []).join("");
		this.name = name ?? "";
		this.start = start ?? 0;
		this.end = end ?? this.source.length;
		this.at = at ?? 0;
		this.byte = byte ?? 0;
		this.phase = phase ?? 0;
		this.state = state ?? 0;
	}

	run(kernels: Kernels): string {
		let outcome: string;
		try {
			outcome = JSON.stringify(this.#result(kernels));
		} catch (error) {
			outcome = (error as Error).constructor.name;
		}
		checkMargins(this.source);
		checkMargins(this.target);
		return this.#vector.after === undefined ? outcome : `${outcome}, then ${toHex(this.target)}`;
	}

	#result(kernels: Kernels): number | boolean | string {
		const { source, start, end, target, at } = this;
		switch (this.#vector.kernel) {
			case "findByte":
				return kernels.findByte(source, this.byte, start, end);
			case "findHeadEnd":
				return kernels.findHeadEnd(source, start, end);
			case "equalsFolded":
				return kernels.equalsFolded(source, start, end, this.name);
			case "bytesToString":
				return kernels.bytesToString(source, start, end);
			case "stringToBytes":
				return kernels.stringToBytes(this.text, target, at);
			case "copyBytes":
				return kernels.copyBytes(target, at, source, start, end);
			case "copyMasked":
				return kernels.copyMasked(target, at, source, start, end, this.key, this.phase);
			case "checkUtf8":
				return kernels.checkUtf8(this.state, source, start, end);
		}
	}
}

function cutFindByte(kernels: Kernels, vector: Vector): void {
	const { source, byte, start, end } = new Call(vector);
	for (let cut = start; cut <= end; cut++) {
		const found = kernels.findByte(source, byte, start, cut);
		expect(`cut at ${cut}`, found < 0 ? kernels.findByte(source, byte, cut, end) : found, vector.expect);
	}
}

/** The end of the head is found as soon as it is there, wherever the rest ends. */
function cutFindHeadEnd(kernels: Kernels, vector: Vector): void {
	const { source, start, end } = new Call(vector);
	const expected = vector.expect as number;
	for (let cut = start; cut <= end; cut++) {
		const complete = expected >= 0 && cut >= expected;
		expect(`up to ${cut}`, kernels.findHeadEnd(source, start, cut), complete ? expected : -1);
	}
}

function cutCheckUtf8(kernels: Kernels, vector: Vector): void {
	const { source, start, end, state } = new Call(vector);
	let next = state;
	for (let cut = start; cut <= end; cut++) {
		const between = kernels.checkUtf8(state, source, start, cut);
		expect(`cut at ${cut}`, kernels.checkUtf8(between, source, cut, end), vector.expect);
		if (cut < end) next = kernels.checkUtf8(next, source, cut, cut + 1);
	}
	expect("byte by byte", next, vector.expect);
}

/** When the whole is equal, so is every start of it to the same start of the name, and to no shorter one. */
function compareStarts(kernels: Kernels, vector: Vector): void {
	const { source, start, end, name } = new Call(vector);
	if (vector.expect === false) return;
	for (let cut = start; cut <= end; cut++) {
		const part = name.slice(0, cut - start);
		expect(`up to ${cut}`, kernels.equalsFolded(source, start, cut, part), true);
		if (cut > start) expect(`before ${cut}`, kernels.equalsFolded(source, start, cut - 1, part), false);
	}
}

function cutCopyMasked(kernels: Kernels, vector: Vector): void {
	const { start, end } = new Call(vector);
	for (let cut = start; cut <= end; cut++) {
		const { target, at, source, key, phase } = new Call(vector);
		const next = kernels.copyMasked(target, at, source, start, cut, key, phase);
		const last = kernels.copyMasked(target, at + cut - start, source, cut, end, key, next);
		expect(`cut at ${cut}`, `${last}, then ${toHex(target)}`, expectationOf(vector));
	}
	const { target, at, source, key, phase } = new Call(vector);
	let next = phase;
	for (let i = start; i < end; i++) next = kernels.copyMasked(target, at + i - start, source, i, i + 1, key, next);
	expect("byte by byte", `${next}, then ${toHex(target)}`, expectationOf(vector));
	if (target === source) return;
	kernels.copyMasked(target, at, target, at, at + end - start, key, phase);
	expect("unmasked", toHex(target.subarray(at, at + end - start)), toHex(source.subarray(start, end)));
}

/** The string of well-formed UTF-8 becomes these very bytes again. */
function encodeAgain(kernels: Kernels, vector: Vector): void {
	const { source, start, end } = new Call(vector);
	if (kernels.checkUtf8(0, source, start, end) !== 0) return;
	const bytes = new Uint8Array(end - start);
	expect("the count of bytes", kernels.stringToBytes(vector.expect as string, bytes, 0), bytes.length);
	expect("encoded", toHex(bytes), toHex(source.subarray(start, end)));
}

/** What was written is well-formed, and its string is written the same. */
function decodeAgain(kernels: Kernels, vector: Vector): void {
	const { target, at, text } = new Call(vector);
	const count = kernels.stringToBytes(text, target, at);
	if (count < 0) return;
	expect("the state after all bytes", kernels.checkUtf8(0, target, at, at + count), 0);
	const bytes = new Uint8Array(count);
	expect("the count of bytes", kernels.stringToBytes(kernels.bytesToString(target, at, at + count), bytes, 0), count);
	expect("encoded", toHex(bytes), toHex(target.subarray(at, at + count)));
}

function allocate(length: number): Uint8Array {
	return new Uint8Array(new Uint8Array(length + 2 * MARGIN).fill(GUARD).buffer, MARGIN, length);
}

function checkMargins(bytes: Uint8Array): void {
	const all = new Uint8Array(bytes.buffer);
	for (let i = 0; i < MARGIN; i++) {
		if (all[i] !== GUARD || all[all.length - 1 - i] !== GUARD) throw new Error("written outside of the buffer");
	}
}

function fromAscii(text: string): Uint8Array {
	const bytes = allocate(text.length);
	for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
	return bytes;
}

function fromHex(hex: string): Uint8Array {
	const bytes = allocate(Math.ceil(hex.length / 3));
	for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(3 * i, 3 * i + 2), 16);
	return bytes;
}

function toHex(bytes: Uint8Array): string {
	let hex = "";
	for (const byte of bytes) hex += `${hex && " "}${byte.toString(16).padStart(2, "0")}`;
	return hex;
}
