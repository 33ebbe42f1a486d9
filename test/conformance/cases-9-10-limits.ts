/** Groups 9 and 10: long messages, many fragments, many round trips. What comes back is compared by type and length. */
import { type Case, CLOSED_BY_JUDGE, type Judge } from "./case.js";
import { BINARY, TEXT } from "./frames.js";

const KILO = 1024;
const MEGA = KILO * KILO;

const TEXT_PATTERN = Buffer.from("BAsd7&jh23");
const BINARY_PATTERN = Buffer.from([0, 0xfe, 0x23, 0xfa, 0xf0]);

function fill(isBinary: boolean, length: number): Buffer {
	return Buffer.alloc(length, isBinary ? BINARY_PATTERN : TEXT_PATTERN);
}

function kindOf(isBinary: boolean): string {
	return isBinary ? "binary message" : "text";
}

/** Sends once; `length` by Autobahn. */
function once(
	id: string,
	title: string,
	isBinary: boolean,
	length: number,
	seconds: number,
	send: (judge: Judge, message: Buffer) => void,
): Case {
	const scaled = (judge: Judge) => length / judge.scale.divisor;
	return {
		id,
		title,
		ending: CLOSED_BY_JUDGE,
		play(judge) {
			send(judge, fill(isBinary, scaled(judge)));
			judge.closeAfter(seconds);
		},
		message(judge, payload, isBinaryMessage) {
			// Stricter than Autobahn, which has "check actual content" as a task.
			if (isBinaryMessage === isBinary && payload.equals(fill(isBinary, scaled(judge)))) judge.behavior = "OK";
			else judge.result = `${payload.length} bytes came back, binary: ${isBinaryMessage}`;
			judge.sendClose();
		},
	};
}

const LENGTHS = [64 * KILO, 256 * KILO, MEGA, 4 * MEGA, 8 * MEGA, 16 * MEGA];

function inOneFrame(isBinary: boolean): Case[] {
	const limits = isBinary ? [10, 10, 10, 10, 100, 100] : [10, 10, 100, 100, 100, 100];
	return LENGTHS.map((length, i) => {
		const title = `a ${kindOf(isBinary)} of ${nameOf(length)} in one frame comes back.`;
		return once(`9.${isBinary ? 2 : 1}.${i + 1}`, title, isBinary, length, limits[i] as number, (judge, message) => {
			judge.send(isBinary ? BINARY : TEXT, message);
		});
	});
}

const FRAGMENTS = [64, 256, KILO, 4 * KILO, 16 * KILO, 64 * KILO, 256 * KILO, MEGA, 4 * MEGA];

function inFragments(isBinary: boolean): Case[] {
	return FRAGMENTS.map((fragment, i) => {
		const title = `a ${kindOf(isBinary)} of 4 MB in fragments of ${nameOf(fragment)} comes back.`;
		return once(`9.${isBinary ? 4 : 3}.${i + 1}`, title, isBinary, 4 * MEGA, 100, (judge, message) => {
			// Few large fragments stay few, small ones stay small.
			judge.sendMessage(message, isBinary, fragment < 64 * KILO ? fragment : fragment / judge.scale.divisor);
		});
	});
}

const CHOPS = [64, 128, 256, 512, KILO, 2 * KILO];

function inChops(isBinary: boolean): Case[] {
	return CHOPS.map((chop, i) => {
		const title = `a ${kindOf(isBinary)} of 1 MB in chops of ${nameOf(chop)} comes back.`;
		return once(`9.${isBinary ? 6 : 5}.${i + 1}`, title, isBinary, MEGA, 1000, (judge, message) => {
			judge.send(isBinary ? BINARY : TEXT, message, { chop });
		});
	});
}

const ROUNDS: readonly (readonly [length: number, seconds: number])[] = [
	[0, 60],
	[16, 60],
	[64, 60],
	[256, 120],
	[1024, 240],
	[4096, 480],
];

function roundTrips(isBinary: boolean): Case[] {
	return ROUNDS.map(([length, seconds], i) => {
		const send = (judge: Judge) => {
			judge.count++;
			judge.send(isBinary ? BINARY : TEXT, Buffer.alloc(length, isBinary ? 0xfe : "*"));
		};
		return {
			id: `9.${isBinary ? 8 : 7}.${i + 1}`,
			title: `a ${kindOf(isBinary)} of ${length} bytes goes there and back a thousand times.`,
			ending: CLOSED_BY_JUDGE,
			play(judge) {
				send(judge);
				judge.closeAfter(seconds);
			},
			message(judge, payload, isBinaryMessage) {
				if (isBinaryMessage !== isBinary || payload.length !== length) {
					judge.result = `${payload.length} bytes came back, binary: ${isBinaryMessage}`;
					judge.sendClose();
				} else if (judge.count < judge.scale.roundTrips) {
					send(judge);
				} else {
					judge.behavior = "OK";
					judge.sendClose();
				}
			},
		};
	});
}

function nameOf(length: number): string {
	return length < KILO ? `${length} bytes` : length < MEGA ? `${length / KILO} KB` : `${length / MEGA} MB`;
}

export const LIMITS: readonly Case[] = [
	...inOneFrame(false),
	...inOneFrame(true),
	...inFragments(false),
	...inFragments(true),
	...inChops(false),
	...inChops(true),
	...roundTrips(false),
	...roundTrips(true),
];

const AUTOMATIC = Buffer.alloc(65536, "*");

export const MISCELLANEOUS: readonly Case[] = [
	{
		id: "10.1.1",
		title: "a text of 64 KB in fragments of 1,300 bytes comes back.",
		expected: [`text:${AUTOMATIC.toString()}`],
		ending: CLOSED_BY_JUDGE,
		play(judge) {
			judge.sendMessage(AUTOMATIC, false, 1300);
			judge.killAfter(10);
		},
	},
];
