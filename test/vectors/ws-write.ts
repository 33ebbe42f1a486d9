/** Checks of how frames are written, in Node as on XS; each gives what is printed of it, or throws. */
import { frameSize, payloadRoom } from "lws-xs/engines/ws/frame";
import { FrameHead, writeFrame } from "lws-xs/native/ws";
import type { Check } from "./request-check.js";
import { framesOutcome, mirror, readFrame } from "./ws-check.js";

/** Where the length changes its form. */
const LENGTHS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 124, 125, 126, 127, 128, 255, 256, 65535, 65536];
/** Text with FIN. */
const FIRST = 0x81;
const KEYS = Uint8Array.of(0, 1, 0x80, 0xff, 0x5a, 0xa5, 0);
const FILL = 0xa5;

/** Text that differs at every place nearby. */
function content(length: number): Uint8Array {
	const bytes = new Uint8Array(length);
	for (let i = 0; i < length; i++) bytes[i] = 0x20 + ((i * 7 + (i >> 8)) % 0x5f);
	return bytes;
}

function equal(actual: unknown, expected: unknown, what: string): void {
	if (actual !== expected) throw new Error(`${what} is ${actual}, not ${expected}`);
}

function same(actual: Uint8Array, expected: Uint8Array, what: string): void {
	equal(actual.length, expected.length, `the length of ${what}`);
	for (let i = 0; i < actual.length; i++) equal(actual[i], expected[i], `byte ${i} of ${what}`);
}

function checkLengths(): string {
	for (const length of LENGTHS) {
		const payload = content(length);
		for (const at of length > 1000 ? [3] : [0, 3]) {
			const size = frameSize(length);
			const target = new Uint8Array(at + size + 1).fill(FILL);
			const count = writeFrame(target, at, FIRST, payload, 0, length, KEYS, at);
			equal(count, size, `the size of ${length} bytes`);
			for (let i = 0; i < at; i++) equal(target[i], FILL, "a byte before the frame");
			equal(target[at + size], FILL, "the byte after the frame");
			const frame = target.slice(at, at + size);
			equal(frame[0], FIRST, "the first byte");
			const head = size - length;
			same(frame.slice(head - 4, head), KEYS.slice(at, at + 4), "the key");
			for (let i = 0; i < length; i++) {
				const byte = (payload[i] as number) ^ (KEYS[at + (i & 3)] as number);
				if (frame[head + i] !== byte) throw new Error(`byte ${i} of ${length} is not masked`);
			}
			const { payload: from, end } = readFrame(frame, 0);
			equal(from, head, "where the payload begins");
			equal(end, size, "where the frame ends");
			const outcome = framesOutcome(false, mirror(frame), [size - 4]);
			const whole = framesOutcome(
				false,
				mirror(frame),
				[1, 2, size - 4].filter((end) => end <= size - 4),
			);
			equal(outcome, whole, "the outcome in pieces");
			if (!outcome.endsWith(" end")) throw new Error(outcome);
		}
	}
	return `${LENGTHS.length} lengths`;
}

/** Payload and key before, inside and after the place where the frame goes. */
function checkOverlaps(): string {
	let cases = 0;
	for (const length of [1, 6, 125, 126, 300]) {
		const payload = content(length);
		const size = frameSize(length);
		const expected = new Uint8Array(size);
		writeFrame(expected, 0, FIRST, payload, 0, length, KEYS, 0);
		for (const at of [0, 5, 20]) {
			for (const from of [0, 1, at, at + 2, at + 6, at + 8, at + 14, at + 40]) {
				for (const keyAt of [at, at + 2, at + 4, at + 100, at + size]) {
					const memory = new Uint8Array(at + size + length + 200);
					memory.set(payload, from);
					const isClear = keyAt + 4 <= from || keyAt >= from + length;
					if (!isClear) continue;
					memory.set(KEYS.subarray(0, 4), keyAt);
					writeFrame(memory, at, FIRST, memory, from, from + length, memory, keyAt);
					same(memory.slice(at, at + size), expected, `${length} bytes from ${from} to ${at}, key at ${keyAt}`);
					cases++;
				}
			}
		}
	}
	return `${cases} places`;
}

function checkRefusals(): string {
	const source = content(200);
	const target = new Uint8Array(140).fill(FILL);
	const rows: readonly (readonly [number, number, number, number, number])[] = [
		// target, first byte, source, key
		[0, 0x81, 0, 133, 0],
		[9, 0x81, 0, 126, 0],
		[7, 0x81, 0, 126, 0],
		[10, 0x81, 0, 125, 0],
		[135, 0x81, 0, 0, 0],
		[140, 0x81, 0, 0, 0],
		[141, 0x81, 0, 0, 0],
		[-1, 0x81, 0, 0, 0],
		[0, 0x81, 0, 201, 0],
		[0, 0x81, 2, 1, 0],
		[0, 0x81, -1, 1, 0],
		[0, 0x100, 0, 1, 0],
		[0, -1, 0, 1, 0],
		[0, 0.5, 0, 1, 0],
		[0, 0x81, 0, 1, 4],
		[0, 0x81, 0, 1, -1],
		[0, 0x81, 0, 1, 0.5],
		[0, 0x81, 0, 1, 2 ** 31],
	];
	for (const [at, first, start, end, keyAt] of rows) {
		let thrown: unknown;
		try {
			writeFrame(target, at, first, source, start, end, KEYS, keyAt);
		} catch (error) {
			thrown = error;
		}
		if (!(thrown instanceof RangeError)) throw new Error(`[${at}, ${first}, ${start}, ${end}, ${keyAt}]: ${thrown}`);
		for (const byte of target) equal(byte, FILL, "a byte of the target");
	}
	equal(writeFrame(target, 6, 0x81, source, 0, 126, KEYS, 3), 134, "what just fits");
	equal(writeFrame(target, 134, 0x81, source, 200, 200, KEYS, 3), FrameHead.Short, "an empty frame at the end");
	return `${rows.length} refused`;
}

function checkRoom(): string {
	const around = [...Array(300).keys(), ...[...Array(60).keys()].map((i) => 65520 + i), 1e6];
	for (const room of around) {
		let most = 0;
		// no longer payload has a smaller frame
		for (let length = Math.max(0, room - 20); length <= room; length++) if (frameSize(length) <= room) most = length;
		equal(payloadRoom(room), most, `the payload that ${room} bytes hold`);
	}
	return `${around.length} rooms`;
}

export const WRITE_CHECKS: readonly Check[] = [
	{
		title: "A frame has the shortest header, its key, and its payload masked; a mirror reads what was written.",
		run: checkLengths,
	},
	{ title: "Payload and key may lie where the frame goes.", run: checkOverlaps },
	{ title: "What does not fit is refused, and nothing is written.", run: checkRefusals },
	{ title: "The room of a payload is the longest whose frame fits.", run: checkRoom },
];
