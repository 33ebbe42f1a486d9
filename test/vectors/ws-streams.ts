/** Streams of frames, sound, nearly so, and not, for the fuzz of the decoder and the differential test of its kernel. */
import type { Random } from "./random.js";

const LENGTH = 4096;
/** Bytes that decide something: opcodes, lengths, codes, parts of characters. */
const BYTES = [
	0, 1, 2, 3, 8, 9, 10, 0x7d, 0x7e, 0x7f, 0x80, 0x81, 0x82, 0x88, 0x89, 0x8a, 0xa1, 0xc1, 0xc2, 0xc3, 0xed, 0xf4, 0xff,
];
const LENGTHS = [0, 0, 1, 2, 5, 30, 125, 126, 127, 300];
const CODES = [0x3e8, 0x3e9, 0x3ed, 0x3f0, 0xbb8, 0x1387, 0x1388, 0];
/** Extended lengths, as they come. */
const ODD_LENGTHS: readonly (readonly number[])[] = [
	[0x7e, 0, 0x7d],
	[0x7e, 0, 0x7e],
	[0x7f, 0, 0, 0, 0, 0, 0, 0xff, 0xff],
	[0x7f, 0, 0, 0, 0, 0, 1, 0, 0],
	[0x7f, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
	[0x7f, 0, 0x20, 0, 0, 0, 0, 0, 0],
	[0x7f, 0x80, 0, 0, 0, 0, 0, 0, 0],
	[0xfe, 1, 0],
	[0x85],
];
const CHARACTERS: readonly (readonly number[])[] = [
	[0x41],
	[0],
	[0xc3, 0xa9],
	[0xe2, 0x82, 0xac],
	[0xed, 0x9f, 0xbf],
	[0xf0, 0x9f, 0x98, 0x80],
	[0xf4, 0x8f, 0xbf, 0xbf],
];

/** Bytes under construction. */
export class FrameStream {
	readonly #chance: Random;
	readonly bytes = new Uint8Array(LENGTH);
	length = 0;

	constructor(chance: Random) {
		this.#chance = chance;
	}

	/** A few messages with control frames amid; with `compressed` some have RSV1. */
	addFrames(compressed: boolean): this {
		for (let count = this.#chance.random(5) + 1; count > 0; count--) {
			this.#addMessage(compressed && this.#rarely(2));
			if (this.#rarely(12)) this.#addOdd();
		}
		if (this.#rarely(4)) this.#addClose();
		if (this.#rarely(8)) this.length = this.#chance.random(this.length + 1);
		if (this.#rarely(3)) this.#spoil();
		return this;
	}

	#addMessage(isCompressed: boolean): void {
		const opcode = 1 + this.#chance.random(2);
		const isText = opcode === 1 && !isCompressed;
		const content = this.#content(this.#chance.oneOf(LENGTHS), isText);
		const frames = this.#rarely(2) ? 1 : 1 + this.#chance.random(4);
		let at = 0;
		for (let i = 0; i < frames; i++) {
			while (this.#rarely(4)) this.#addControl();
			const isLast = i === frames - 1;
			const end = isLast ? content.length : at + this.#chance.random(content.length - at + 1);
			const first = (isLast ? 0x80 : 0) | (i === 0 ? opcode | (isCompressed ? 0x40 : 0) : 0);
			this.#addFrame(first, content.slice(at, end));
			at = end;
		}
	}

	#addControl(): void {
		const payload = this.#content(this.#rarely(3) ? this.#chance.random(126) : this.#chance.random(4), false);
		this.#addFrame(0x89 + this.#chance.random(2), payload);
	}

	#addClose(): void {
		const code = this.#rarely(4) ? this.#chance.random(0x10000) : this.#chance.oneOf(CODES);
		const reason = this.#content(this.#chance.oneOf([0, 0, 5, 100]), true);
		this.#addFrame(0x88, this.#rarely(5) ? [] : [code >> 8, code & 0xff, ...reason]);
	}

	/** A header that is rarely good, and little that belongs to it. */
	#addOdd(): void {
		this.#add([
			this.#rarely(2) ? this.#chance.random(256) : this.#chance.oneOf(BYTES),
			...this.#chance.oneOf(ODD_LENGTHS),
		]);
		this.#add(this.#content(this.#chance.random(10), true));
	}

	#addFrame(first: number, payload: readonly number[]): void {
		const { length } = payload;
		this.#add([first, ...(length < 126 ? [length] : [126, length >> 8, length & 0xff])]);
		this.#add(payload);
	}

	#content(length: number, isText: boolean): number[] {
		const bytes: number[] = [];
		while (bytes.length < length) {
			if (!isText) bytes.push(this.#chance.random(256));
			else if (this.#rarely(3)) bytes.push(...this.#chance.oneOf(CHARACTERS));
			else bytes.push(0x61);
		}
		return bytes;
	}

	#add(bytes: readonly number[]): void {
		for (let i = 0; i < bytes.length && this.length < LENGTH; i++) this.bytes[this.length++] = bytes[i] as number;
	}

	/** A few bytes become others, are lost or doubled. */
	#spoil(): void {
		for (let count = this.#chance.random(3) + 1; count > 0 && this.length > 1; count--) {
			const at = this.#chance.random(this.length);
			if (this.#rarely(4)) {
				this.bytes.copyWithin(at, at + 1, this.length--);
			} else if (this.#rarely(3) && this.length < LENGTH) {
				this.bytes.copyWithin(at + 1, at, this.length++);
			} else this.bytes[at] = this.#rarely(3) ? this.#chance.random(256) : this.#chance.oneOf(BYTES);
		}
	}

	/** True once in `times`. */
	#rarely(times: number): boolean {
		return this.#chance.random(times) === 0;
	}

	/** For messages. */
	toString(): string {
		let text = "";
		for (let i = 0; i < this.length; i++) text += ` ${(this.bytes[i] as number).toString(16)}`;
		return text;
	}
}
