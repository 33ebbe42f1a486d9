/**
 * The differential test of the byte machines of WebSocket: what the host has (on XS the C) against the twin, in one process,
 * on streams of frames that are well-formed, nearly so, and not at all, in pieces of any size. After every call the result
 * and all that was written must be the same. Arguments: the seed, and the number of rounds (default 2000).
 */
import { Fault } from "lws-xs/engines/errors";
import * as twin from "lws-xs/native/twin/ws";
import * as ws from "lws-xs/native/ws";
import { Frame, FrameState, WsFault } from "lws-xs/native/ws";
import { Random } from "../vectors/random.js";
import { FrameStream } from "../vectors/ws-streams.js";
import { argument, equal, test } from "./harness.js";
import { compare, cutter, Pair, type Side } from "./pair.js";

const seed = Number(argument(0) ?? 20111206) | 0;
const rounds = Number(argument(1) ?? 2000);

const chance = new Random(seed);
const random = (below: number) => chance.random(below);
const oneOf = <T>(values: readonly T[]) => chance.oneOf(values);
/** True once in `times`. */
const rarely = (times: number) => random(times) === 0;

/** The type of the twin, so that the compiler compares it with the contract. */
type Machines = typeof twin;

const STATE_BYTES = 4 * Frame.Words;

/** The state, and after it so many bytes, a multiple of 4, which the machines write to as well. */
class Both extends Pair<Machines> {
	readonly #bytes: readonly Uint8Array[];

	constructor(size: number) {
		super(ws, twin, STATE_BYTES + size, seed);
		this.#bytes = [this.actual, this.expected].map(({ memory }) => new Uint8Array(memory, STATE_BYTES));
	}

	bytes(side: Side<Machines>): Uint8Array {
		return this.#bytes[side === this.actual ? 0 : 1] as Uint8Array;
	}

	put(bytes: Uint8Array, at = 0): void {
		for (const mine of this.#bytes) mine.set(bytes, at);
	}

	clear(): void {
		for (let i = 0; i < Frame.Words; i++) this.set(i, 0);
	}
}

/** Scans a stream in pieces: to its end, to a fault, or until nothing is consumed. */
function scanStream(both: Both, stream: FrameStream, allowCompressed: number): void {
	const { length } = stream;
	const next = cutter(chance, length);
	both.put(stream.bytes.subarray(0, length));
	for (let at = 0, idle = 0; at < length && idle < 4; ) {
		const end = next(at);
		const what = () => `[${at}, ${end}) of${stream}`;
		const result = both.agree(
			(side) => side.machines.scanFrame(side.memory, both.bytes(side), at, end, allowCompressed),
			what,
			// the state and what may have been moved to the start of the stream; the rest below
			Frame.Words + Math.ceil(Math.max(0, Math.min(both.get(Frame.Length), length)) / 4),
		);
		// after a fault there is no sense in going on, but there may be no difference either
		if (typeof result !== "number" || (result < 0 && !rarely(8))) break;
		if (result === 0) idle++;
		at = result < 0 ? end : at + result;
	}
	both.agree(
		() => 0,
		() => `the bytes of${stream}`,
		Frame.Words + Math.ceil(length / 4),
	);
}

compare("scanFrame and its twin agree.", () => {
	const both = new Both(4096);
	for (let round = 0; round < rounds; round++) {
		const allowCompressed = random(2);
		both.clear();
		scanStream(both, new FrameStream(chance).addFrames(allowCompressed === 1 || rarely(10)), allowCompressed);
	}
	return [both];
});

const STATES = [
	FrameState.Opcode,
	FrameState.Length,
	FrameState.LongLength,
	FrameState.Payload,
	FrameState.Control,
	FrameState.Control + 1,
];

compare("scanFrame and its twin agree on states that no scanner has left.", () => {
	const both = new Both(4096);
	for (let round = 0; round < rounds; round++) {
		both.clear();
		both.set(Frame.State, oneOf(STATES));
		for (let count = random(6); count > 0; count--) {
			// 8: beyond what checkUtf8 and an extended length have
			const odd = [
				8,
				9,
				random(20),
				random(256),
				random(128),
				2 ** 26 - random(3),
				2 ** 27 - random(3),
				-1,
				2 ** 31 - 1,
			];
			both.set(random(rarely(5) ? Frame.Words : Frame.Control), oneOf(odd));
		}
		scanStream(both, new FrameStream(chance).addFrames(true), random(2));
	}
	return [both];
});

compare("scanFrame and its twin refuse the same arguments.", () => {
	const both = new Both(16);
	both.put(Uint8Array.of(0x81, 2, 0x61, 0x62));
	const call = (start: unknown, end: unknown, allow: unknown = 0) =>
		both.agree(
			(side) => {
				side.words.fill(0, 0, Frame.Words);
				const [from, to, compressed] = [start, end, allow] as [number, number, number];
				return side.machines.scanFrame(side.memory, both.bytes(side), from, to, compressed);
			},
			() => `scanFrame from ${start} to ${end}, ${allow}`,
		);
	equal(call(0, 1), 1);
	equal(call(16, 16), 0);
	for (const [start, end, allow] of [
		[-1, 3],
		[4, 3],
		[0, 17],
		[17, 17],
		[0.5, 3],
		[0, 2 ** 32],
		[0, -1],
		[NaN, 3],
		[0, 3, 2],
		[0, 3, -1],
		[0, 3, 0.5],
	]) {
		equal(call(start, end, allow), "throws RangeError", `from ${start} to ${end}, ${allow}`);
	}
	for (const [word, value] of [
		[Frame.State, FrameState.Control + 1],
		[Frame.RemainingHigh, 2 ** 27],
		[Frame.RemainingLow, 2 ** 26],
		[Frame.First, 256],
		[Frame.Message, 4],
		[Frame.Message, 16],
		[Frame.Message, 128],
		[Frame.Utf8, 8],
		[Frame.Missing, 9],
		[Frame.ControlLength, 126],
	] as const) {
		for (const bad of [value, -1]) {
			both.clear();
			both.set(word, bad);
			const state = both.agree(
				(side) => side.machines.scanFrame(side.memory, both.bytes(side), 0, 4, 0),
				() => `scanFrame with ${bad} in word ${word}`,
			);
			equal(state, "throws RangeError", `${bad} in word ${word}`);
		}
	}
	both.clear();
	const refused = both.agree(
		(side) => side.machines.scanFrame(side.memory.slice(0, STATE_BYTES - 4), both.bytes(side), 0, 3, 0),
		() => "scanFrame",
	);
	equal(refused, "throws RangeError", "a state too short");
	return [both];
});

const LENGTHS = [0, 1, 3, 4, 5, 20, 125, 126, 127, 400];

compare("writeFrame and its twin agree, wherever source, target and key lie.", () => {
	const size = 1024;
	const both = new Both(size);
	for (let round = 0; round < rounds; round++) {
		if (round % 16 === 0) both.put(Uint8Array.from({ length: size }, () => random(256)));
		const length = oneOf(LENGTHS);
		const source = random(size);
		const at = random(size);
		const end = rarely(20) ? oneOf([source - 1, size + 1, 0.5]) : Math.min(size, source + length);
		const first = rarely(30) ? oneOf([-1, 256, 1.5]) : random(256);
		const key = rarely(30) ? oneOf([-1, size - 3, 2 ** 31]) : random(size - 3);
		both.agree(
			(side) => {
				const bytes = both.bytes(side);
				return side.machines.writeFrame(bytes, at, first, bytes, source, end, bytes, key);
			},
			() => `writeFrame of [${source}, ${end}) to ${at}, first byte ${first}, key at ${key}`,
		);
	}
	return [both];
});

compare("writeFrame and its twin agree on long frames.", () => {
	const both = new Both(2 * 65600);
	const bytes = Uint8Array.from({ length: 65537 }, (_value, i) => (i * 31) >> 3);
	for (const length of [65535, 65536, 65537]) {
		both.put(bytes, 65580);
		both.agree(
			(side) => {
				const mine = both.bytes(side);
				return side.machines.writeFrame(mine, 3, 0x82, mine, 65580, 65580 + length, mine, 65580);
			},
			() => `writeFrame of ${length} bytes`,
		);
	}
	return [both];
});

test("The faults of the machines are those of the engines.", () => {
	const pairs: [number, number][] = [
		[WsFault.ReservedBits, Fault.ReservedBits],
		[WsFault.BadOpcode, Fault.BadOpcode],
		[WsFault.BadControlFrame, Fault.BadControlFrame],
		[WsFault.MaskedFrame, Fault.MaskedFrame],
		[WsFault.BadLength, Fault.BadLength],
		[WsFault.BadContinuation, Fault.BadContinuation],
		[WsFault.BadUtf8, Fault.BadUtf8],
		[WsFault.BadClose, Fault.BadClose],
	];
	for (const [machine, engine] of pairs) equal(machine, engine);
});
