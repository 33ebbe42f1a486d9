/**
 * The differential test of the byte kernels: what the host has (on XS the C) against the twin, in one process, on
 * random and on adversarial input. Arguments: see `differential.ts`.
 */
import * as kernels from "lws-xs/native/kernels";
import * as twin from "lws-xs/native/twin/kernels";
import { Differential, type Place, SIZE } from "./differential.js";

const both = new Differential<typeof twin>(kernels, twin);
const random = (below: number) => both.random(below);

/** Bytes at which the kernels decide something: the ends of lines, of ASCII and its letters, of the ranges of UTF-8. */
const LINES = [0x0a, 0x0d, 0x61];
const LETTERS = [0x2d, 0x40, 0x41, 0x5a, 0x5b, 0x60, 0x61, 0x7a, 0x7b, 0x0d, 0x5f];
const UTF8 = [
	0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef,
	0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
];
const anything = () => random(256);
const lines = () => both.oneOf(LINES);
const letters = () => both.oneOf(LETTERS);
const pieces = () => both.oneOf(UTF8);
/** Long runs of ASCII with something else now and then, which end the loops over words. */
const runs = () => (random(12) === 0 ? pieces() : 0x61);
const FILLINGS = [anything, lines, letters, pieces, runs, characters()];

/** Characters of every length, now and then broken. */
function characters(): () => number {
	let rest: number[] = [];
	return () => {
		if (rest.length === 0) rest = encode(character());
		if (random(60) === 0) return pieces();
		return rest.shift() as number;
	};
}

/** Code points of every length, surrogates included. */
function character(): number {
	return both.oneOf([
		0,
		0x61,
		random(0x80),
		0x80 + random(0x780),
		0x800 + random(0xf800),
		0xd7fe + random(0x804),
		0x10000 + random(0x100000),
	]);
}

function encode(code: number): number[] {
	if (code < 0x80) return [code];
	if (code < 0x800) return [0xc0 | (code >> 6), 0x80 | (code & 0x3f)];
	if (code < 0x10000) return [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)];
	return [0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)];
}

/** Keys and targets are never all zeros, with which much would be equal by chance. */
function fill(): void {
	both.fill(0, both.oneOf(FILLINGS));
	both.fill(1, anything);
	both.fill(2, anything);
}

function repeatedly(title: string, body: (place: Place) => void): void {
	both.repeatedly(title, fill, body);
}

function walk(title: string, total: number, body: (index: number) => void): void {
	both.walk(title, total, fill, body);
}

repeatedly("findByte and its twin agree.", (place) => {
	const { space, offset, length, start, end } = place;
	const byte =
		random(40) === 0 ? both.oneOf([-1, 256, 0.5]) : random(2) === 0 ? both.byteAt(0, random(SIZE)) : anything();
	both.agree(
		(kernels, memory) => kernels.findByte(memory.view(space, offset, length), byte, start, end),
		() => `findByte of ${byte} in ${place}`,
	);
});

repeatedly("findHeadEnd and its twin agree.", (place) => {
	const { space, offset, length, start, end } = place;
	both.agree(
		(kernels, memory) => kernels.findHeadEnd(memory.view(space, offset, length), start, end),
		() => `findHeadEnd in ${place}`,
	);
});

/** All ways in which the head may end within eight bytes, or only seem to. */
walk("findHeadEnd and its twin agree on every sequence of eight CRs, LFs and letters.", 3 ** 8, (index) => {
	for (let at = 0, rest = index; at < 8; at++, rest = Math.floor(rest / 3)) both.put(0, at, LINES[rest % 3] as number);
	both.agree(
		(kernels, memory) => kernels.findHeadEnd(memory.view(0, 0, 8), 0, 8),
		() => `findHeadEnd in sequence ${index}`,
	);
});

repeatedly("equalsFolded and its twin agree.", (place) => {
	const { space, offset, length, start } = place;
	const end = Math.min(place.end, start + 20);
	let name = "";
	for (let at = Math.max(0, Math.floor(start)); at < end && at < length; at++) {
		const byte = both.byteAt(space, offset + at);
		// Most often the same letter, of any case; a code point takes its place now and then, or one more follows.
		name += String.fromCodePoint(random(30) === 0 ? character() : random(3) === 0 ? byte ^ 0x20 : byte);
	}
	if (random(10) === 0) name += String.fromCodePoint(character());
	// The very string of the span: equal only if that is ASCII.
	const isSame = random(4) === 0;
	both.agree(
		(kernels, memory) => {
			const buffer = memory.view(space, offset, length);
			return kernels.equalsFolded(buffer, start, end, isSame ? kernels.bytesToString(buffer, start, end) : name);
		},
		() => `equalsFolded with ${isSame ? "its own string" : JSON.stringify(name)} of ${place}`,
	);
});

walk(
	"equalsFolded and its twin agree on every byte beside every letter and what is next to letters.",
	256 * 11,
	(index) => {
		const letter = LETTERS[index >> 8] as number;
		both.put(0, 5, index & 255);
		both.agree(
			(kernels, memory) => kernels.equalsFolded(memory.view(0, 0, SIZE), 5, 6, String.fromCodePoint(letter)),
			() => `equalsFolded of ${index & 255} and ${letter}`,
		);
	},
);

repeatedly("bytesToString and its twin agree, and the string becomes the same bytes on both.", (place) => {
	const { space, offset, length, start, end } = place;
	let text = "";
	both.agree(
		(kernels, memory) => {
			text = kernels.bytesToString(memory.view(space, offset, length), start, end);
			return text;
		},
		() => `bytesToString of ${place}`,
	);
	both.agree(
		(kernels, memory) => kernels.stringToBytes(text, memory.view(1, offset, SIZE - offset), 0),
		() => `stringToBytes of the string of ${place}`,
	);
});

repeatedly("stringToBytes and its twin agree.", (place) => {
	const { offset, length, start } = place;
	let text = "";
	for (let count = random(40); count > 0; count--) text += String.fromCodePoint(random(3) === 0 ? character() : 0x61);
	both.agree(
		(kernels, memory) => kernels.stringToBytes(text, memory.view(1, offset, length), start),
		() => `stringToBytes of ${JSON.stringify(text)} to ${place}`,
	);
});

/** Every sequence of four parts: surrogates beside each other in all orders, whole characters between. */
walk("stringToBytes and its twin agree on every order of surrogates.", 6 ** 4, (index) => {
	const parts = ["", "\ud83d", "\ude00", "a", "😀", "\0"];
	let text = "";
	for (let rest = index + 6 ** 4; rest > 1; rest = Math.floor(rest / 6)) text += parts[rest % 6];
	both.agree(
		(kernels, memory) => kernels.stringToBytes(text, memory.view(1, 0, SIZE), 0),
		() => `stringToBytes of ${JSON.stringify(text)}`,
	);
});

repeatedly("copyBytes and its twin agree.", (source) => {
	const { target, at } = both.copyPlaces(source);
	const oneView = random(8) === 0;
	both.agree(
		(kernels, memory) => {
			const from = memory.view(source.space, source.offset, source.length);
			const to = oneView ? from : memory.view(target.space, target.offset, target.length);
			return kernels.copyBytes(to, at, from, source.start, source.end);
		},
		() => `copyBytes to ${at} of ${target} from ${source}`,
	);
});

repeatedly("copyMasked and its twin agree.", (source) => {
	const inPlace = random(4) === 0;
	const { target, at } = inPlace ? { target: source, at: source.start } : both.copyPlaces(source);
	const phase = random(20) === 0 ? both.oneOf([-1, 4, 0.5]) : random(4);
	const keyLength = random(20) === 0 ? random(8) : 4;
	const keySpace = random(3);
	const keyOffset = random(SIZE - keyLength + 1);
	both.agree(
		(kernels, memory) => {
			const from = memory.view(source.space, source.offset, source.length);
			const to = memory.view(target.space, target.offset, target.length);
			const key = memory.view(keySpace, keyOffset, keyLength);
			return kernels.copyMasked(to, at, from, source.start, source.end, key, phase);
		},
		() => `copyMasked to ${at} of ${target} from ${source} with ${keyLength} at ${keyOffset} of ${keySpace}, ${phase}`,
	);
});

/** 4 phases, 8 places of the source and of the target in a word, 28 lengths: below and above three words. */
walk("copyMasked and its twin agree at every alignment and phase.", 4 * 8 * 8 * 28, (index) => {
	const phase = index & 3;
	const start = (index >> 2) & 7;
	const at = (index >> 5) & 7;
	const length = index >> 8;
	both.agree(
		(kernels, memory) => {
			const key = memory.view(2, 1, 4);
			return kernels.copyMasked(
				memory.view(1, 0, SIZE),
				at,
				memory.view(0, 0, SIZE),
				start,
				start + length,
				key,
				phase,
			);
		},
		() => `copyMasked of ${length} from ${start} to ${at}, ${phase}`,
	);
});

/** 12 lengths, and the target from 12 before the source to 12 after it: all ways to overlap, and none. */
walk("Both copies and their twins agree on spans in one buffer.", 2 * 12 * 25, (index) => {
	const length = (index >> 1) % 12;
	const at = 20 + Math.floor(index / 24);
	both.agree(
		(kernels, memory) => {
			const buffer = memory.view(0, 0, SIZE);
			if (index & 1) return kernels.copyBytes(buffer, at, buffer, 32, 32 + length);
			return kernels.copyMasked(buffer, at, buffer, 32, 32 + length, memory.view(2, 0, 4), 1);
		},
		() => `${index & 1 ? "copyBytes" : "copyMasked"} of ${length} to ${at - 32}`,
	);
});

repeatedly("checkUtf8 and its twin agree.", (place) => {
	const { space, offset, length, start, end } = place;
	const state = random(20) === 0 ? both.oneOf([-2, 8, 0.5]) : random(2) === 0 ? 0 : random(9) - 1;
	both.agree(
		(kernels, memory) => kernels.checkUtf8(state, memory.view(space, offset, length), start, end),
		() => `checkUtf8 from ${state} in ${place}`,
	);
});

walk("checkUtf8 and its twin agree on every byte in every state.", 8 * 256, (index) => {
	both.put(0, 0, index & 255);
	both.agree(
		(kernels, memory) => kernels.checkUtf8(index >> 8, memory.view(0, 0, 1), 0, 1),
		() => `checkUtf8 of ${index & 255} from ${index >> 8}`,
	);
});

/** Every sequence of three of the bytes at which ranges end, and a fourth, cut in two everywhere. */
walk("checkUtf8 and its twin agree on every cut of every sequence at the bounds.", UTF8.length ** 3, (index) => {
	const count = UTF8.length;
	const sequence = [index % count, Math.floor(index / count) % count, Math.floor(index / count ** 2), random(count)];
	for (let at = 0; at < 4; at++) both.put(0, at, UTF8[sequence[at] as number] as number);
	both.agree(
		(kernels, memory) => {
			const bytes = memory.view(0, 0, 4);
			let states = 0;
			for (let cut = 0; cut <= 4; cut++) {
				const between = kernels.checkUtf8(0, bytes, 0, cut);
				states = states * 100 + (between + 1) * 10 + kernels.checkUtf8(between, bytes, cut, 4) + 1;
			}
			return states;
		},
		() => `checkUtf8 of sequence ${sequence}`,
	);
});

/** 8 places in a word, 18 lengths, an odd byte at each position: where the loops over words begin and end. */
walk("Both decoders and their twins agree on an odd byte anywhere in a run of ASCII.", 4 * 8 * 18 * 18, (index) => {
	const odd = [0x00, 0x80, 0xc3, 0xff][index & 3] as number;
	const start = (index >> 2) & 7;
	const length = (index >> 5) % 18;
	const at = Math.floor((index >> 5) / 18);
	if (at >= length) return;
	for (let i = 0; i < length; i++) both.put(0, start + i, i === at ? odd : 0x61);
	both.agree(
		(kernels, memory) => kernels.checkUtf8(0, memory.view(0, start, length), 0, length),
		() => `checkUtf8 of ${odd} at ${at} of ${length} from ${start}`,
	);
	both.agree(
		(kernels, memory) => kernels.bytesToString(memory.view(0, start, length), 0, length),
		() => `bytesToString of ${odd} at ${at} of ${length} from ${start}`,
	);
});
