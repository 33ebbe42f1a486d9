/**
 * The differential test of the scanning kernels: what the host has (on XS the C) against the twin, in one process.
 * Arguments: see `differential.ts`.
 */
import * as kernels from "lws-xs/native/scan";
import * as twin from "lws-xs/native/twin/scan";
import { Differential, type Place, SIZE } from "./differential.js";

const both = new Differential<typeof twin>(kernels, twin);
const random = (below: number) => both.random(below);

const SKIPS = ["skipToken", "skipText", "skipHex"] as const;

/** Where the classes begin and end, and their neighbours. */
const EDGES = [
	0x00, 0x01, 0x09, 0x0a, 0x0d, 0x20, 0x21, 0x22, 0x2d, 0x2f, 0x30, 0x39, 0x3a, 0x40, 0x41, 0x46, 0x47, 0x5a, 0x5b,
	0x5e, 0x60, 0x61, 0x66, 0x67, 0x7a, 0x7b, 0x7c, 0x7e, 0x7f, 0x80, 0xff,
];
const HEX = [..."0123456789abcdefABCDEF"].map((digit) => digit.charCodeAt(0));

const anything = () => random(256);
const edges = () => both.oneOf(EDGES);
const digits = () => both.oneOf(HEX);
/** Long runs of what all kernels skip, with something else now and then. */
const runs = () => (random(16) === 0 ? edges() : digits());

function fill(): void {
	both.fill(0, both.oneOf([anything, edges, digits, runs]));
	both.fill(1, anything);
	both.fill(2, anything);
}

function repeatedly(title: string, body: (place: Place) => void): void {
	both.repeatedly(title, fill, body);
}

function walk(title: string, total: number, body: (index: number) => void): void {
	both.walk(title, total, fill, body);
}

for (const name of SKIPS) {
	repeatedly(`${name} and its twin agree.`, (place) => {
		const { space, offset, length, start, end } = place;
		both.agree(
			(kernels, memory) => kernels[name](memory.view(space, offset, length), start, end),
			() => `${name} in ${place}`,
		);
	});
}

walk("All that skip agree with their twins on every byte.", 256 * SKIPS.length, (index) => {
	const name = SKIPS[index >> 8] as (typeof SKIPS)[number];
	both.put(0, 0, 0x61);
	both.put(0, 1, index & 255);
	both.put(0, 2, 0x61);
	both.agree(
		(kernels, memory) => kernels[name](memory.view(0, 0, 3), 0, 3),
		() => `${name} of ${index & 255}`,
	);
});

repeatedly("parseHex and its twin agree.", (place) => {
	const { space, offset, length, start } = place;
	// most spans would be too long
	const end = random(4) === 0 ? place.end : Math.min(place.end, start + random(15));
	if (random(2) === 0) {
		for (let at = Math.max(0, Math.ceil(start)); at < end && at < length; at++) both.put(space, offset + at, digits());
	}
	both.agree(
		(kernels, memory) => kernels.parseHex(memory.view(space, offset, length), start, end),
		() => `parseHex of [${start}, ${end}) in ${place}`,
	);
});

walk("parseHex and its twin agree on every byte.", 256, (index) => {
	both.put(0, 0, index);
	both.agree(
		(kernels, memory) => kernels.parseHex(memory.view(0, 0, 1), 0, 1),
		() => `parseHex of ${index}`,
	);
});

repeatedly("copyFolded and its twin agree.", (source) => {
	const { target, at } = both.copyPlaces(source);
	const oneView = random(8) === 0;
	both.agree(
		(kernels, memory) => {
			const from = memory.view(source.space, source.offset, source.length);
			const to = oneView ? from : memory.view(target.space, target.offset, target.length);
			return kernels.copyFolded(to, at, from, source.start, source.end);
		},
		() => `copyFolded to ${at} of ${target} from ${source}`,
	);
});

walk("copyFolded and its twin agree on every byte.", 256, (index) => {
	both.put(0, 0, index);
	both.agree(
		(kernels, memory) => kernels.copyFolded(memory.view(1, 0, 1), 0, memory.view(0, 0, 1), 0, 1),
		() => `copyFolded of ${index}`,
	);
});

/** 12 lengths, and the target from 12 before the source to 12 after it: all ways to overlap, and none. */
walk("copyFolded and its twin agree on spans in one buffer.", 12 * 25, (index) => {
	const length = index % 12;
	const at = 20 + Math.floor(index / 12);
	for (let i = 0; i < length; i++) both.put(0, 32 + i, 0x41 + random(32));
	both.agree(
		(kernels, memory) => {
			const buffer = memory.view(0, 0, SIZE);
			return kernels.copyFolded(buffer, at, buffer, 32, 32 + length);
		},
		() => `copyFolded of ${length} by ${at - 32}`,
	);
});
