/** Request bodies in pieces: texts, files and standard input, one after another. Nothing is loaded whole. */
import File from "desktop/file";
import { Input } from "desktop/stdio";
import { copyBytes, findByte, stringToBytes } from "lws-xs/native/kernels";
import { Exit, Failure, messageOf } from "./exit.js";
import type { Data } from "./options.js";

const CR = 0x0d;
const LF = 0x0a;
/** Of a code point in UTF-8. */
const LONGEST = 4;
const PIECE = 16384;

interface Part {
	/** Bytes; undefined when only reading tells. */
	readonly length: number | undefined;
	/** Bytes put at the start of `buffer`; 0: none now; -1: the end. */
	read(buffer: Uint8Array): number;
	/** It can be read again, from its beginning. */
	readonly isRepeatable: boolean;
	rewind(): void;
	close(): void;
}

class TextPart implements Part {
	readonly length: number;
	readonly #bytes: Uint8Array;
	#at = 0;

	constructor(text: string) {
		const bytes = new Uint8Array(text.length * LONGEST);
		this.length = stringToBytes(text, bytes, 0);
		this.#bytes = bytes;
	}

	read(buffer: Uint8Array): number {
		const count = Math.min(buffer.length, this.length - this.#at);
		if (count === 0) return -1;
		copyBytes(buffer, 0, this.#bytes, this.#at, this.#at + count);
		this.#at += count;
		return count;
	}

	readonly isRepeatable = true;

	rewind(): void {
		this.#at = 0;
	}

	close(): void {}
}

class FilePart implements Part {
	readonly length: number | undefined;
	readonly #file: File;
	readonly #isStripped: boolean;

	constructor(path: string, isStripped: boolean) {
		this.#file = guarded(() => new File({ path }));
		this.#isStripped = isStripped;
		const size = guarded(() => this.#file.size);
		if (size === undefined || !isStripped) this.length = size;
		else {
			// Content-Length comes before the content: a first pass counts what is left of it
			const buffer = new Uint8Array(PIECE);
			let length = 0;
			for (let count = this.read(buffer); count >= 0; count = this.read(buffer)) length += count;
			this.#file.position = 0;
			this.length = length;
		}
	}

	read(buffer: Uint8Array): number {
		const count = guarded(() => this.#file.read(buffer));
		if (count === 0) return -1;
		if (!this.#isStripped) return count;
		const left = strip(buffer, count);
		return left > 0 ? left : this.read(buffer);
	}

	/** A pipe has no size. */
	get isRepeatable(): boolean {
		return this.length !== undefined;
	}

	rewind(): void {
		this.#file.position = 0;
	}

	close(): void {
		this.#file.close();
	}
}

class InputPart implements Part {
	readonly length = undefined;
	readonly #input: Input;
	readonly #isStripped: boolean;

	constructor(isStripped: boolean, onReady: () => void) {
		this.#isStripped = isStripped;
		this.#input = new Input({ onReadable: onReady });
	}

	read(buffer: Uint8Array): number {
		const count = guarded(() => this.#input.read(buffer));
		return count > 0 && this.#isStripped ? strip(buffer, count) : count;
	}

	readonly isRepeatable = false;

	rewind(): void {}

	close(): void {
		this.#input.close();
	}
}

function guarded<T>(work: () => T): T {
	try {
		return work();
	} catch (error) {
		throw new Failure(Exit.Input, "input:unreadable", messageOf(error));
	}
}

/** Takes CR and LF out of the first `count` bytes; gives how many are left. */
function strip(buffer: Uint8Array, count: number): number {
	return remove(buffer, remove(buffer, count, LF), CR);
}

function remove(buffer: Uint8Array, count: number, byte: number): number {
	let target = findByte(buffer, byte, 0, count);
	if (target < 0) return count;
	for (let from = target + 1; from < count; ) {
		const next = findByte(buffer, byte, from, count);
		const end = next < 0 ? count : next;
		target += copyBytes(buffer, target, buffer, from, end);
		from = end + 1;
	}
	return target;
}

/** All parts in their order, as one. */
export class Body {
	readonly length: number | undefined;
	/** Called when content waits that was not there before; set by whoever reads. */
	onReady: () => void = () => {};
	readonly #parts: Part[];
	#at = 0;

	constructor(makeParts: (onReady: () => void) => Part[]) {
		this.#parts = makeParts(() => this.onReady());
		let length: number | undefined = 0;
		for (const part of this.#parts) {
			length = length === undefined || part.length === undefined ? undefined : length + part.length;
		}
		this.length = length;
	}

	/** Bytes put at the start of `buffer`; 0: none now, `onReady` tells; -1: the end. Throws a Failure. */
	read(buffer: Uint8Array): number {
		for (;;) {
			const part = this.#parts[this.#at];
			if (!part) return -1;
			const count = part.read(buffer);
			if (count >= 0) return count;
			this.#at++;
		}
	}

	get isRepeatable(): boolean {
		return this.#parts.every((part) => part.isRepeatable);
	}

	/** The next byte is the first again. */
	rewind(): void {
		for (const part of this.#parts) part.rewind();
		this.#at = 0;
	}

	close(): void {
		for (const part of this.#parts) part.close();
		this.#parts.length = 0;
	}
}

/** Of all -d and --data-binary, joined with "&". */
export function dataBody(data: readonly Data[]): Body {
	return new Body((onReady) =>
		data.flatMap(({ value, isFile, isStripped }, index) => {
			const part = isFile ? openPart(value, isStripped, onReady) : new TextPart(value);
			return index === 0 ? [part] : [new TextPart("&"), part];
		}),
	);
}

/** Of -T. */
export function uploadBody(path: string): Body {
	return new Body((onReady) => [openPart(path, false, onReady)]);
}

function openPart(path: string, isStripped: boolean, onReady: () => void): Part {
	return path === "-" ? new InputPart(isStripped, onReady) : new FilePart(path, isStripped);
}
