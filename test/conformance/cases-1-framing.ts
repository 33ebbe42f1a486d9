/** Group 1: messages of every form of length. */
import { type Case, CLOSED_BY_JUDGE } from "./case.js";
import { BINARY, TEXT } from "./frames.js";

const LENGTHS = [0, 125, 126, 127, 128, 65535, 65536];
const CHOP = 997;

function makeCase(id: string, isBinary: boolean, length: number, chop: number): Case {
	const payload = isBinary ? "\xfe".repeat(length) : "*".repeat(length);
	const kind = isBinary ? "binary" : "text";
	return {
		id,
		title: `a ${kind} message of ${length} bytes${chop ? ` in chops of ${chop}` : ""} comes back.`,
		expected: [`${kind}:${payload}`],
		ending: CLOSED_BY_JUDGE,
		play(judge) {
			judge.send(isBinary ? BINARY : TEXT, payload, { chop });
			judge.killAfter(length > 128 ? 10 : 1);
		},
	};
}

export const FRAMING: readonly Case[] = [false, true].flatMap((isBinary) => {
	const group = isBinary ? "1.2" : "1.1";
	return [
		...LENGTHS.map((length, i) => makeCase(`${group}.${i + 1}`, isBinary, length, 0)),
		makeCase(`${group}.8`, isBinary, 65536, CHOP),
	];
});
