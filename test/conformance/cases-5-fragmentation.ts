/** Group 5: fragments, and what may and may not stand between them. */
import { type Case, CLOSED_BY_JUDGE, type Ending, FAILED_BY_CLIENT, type SendOptions } from "./case.js";
import { CONTINUATION, PING, PONG, TEXT } from "./frames.js";

/** A frame: its opcode, whether it is the last fragment, its payload. */
type Part = readonly [opcode: number, fin: boolean, payload: string];

const WHOLE: SendOptions = {};
const FRAMES: SendOptions = { sync: true };
const BYTES: SendOptions = { chop: 1 };
const WAYS = [
	{ how: WHOLE, name: "in one piece" },
	{ how: FRAMES, name: "frame by frame" },
	{ how: BYTES, name: "byte by byte" },
];

function makeCase(
	id: string,
	title: string,
	parts: readonly Part[],
	expected: readonly string[],
	ending: Ending,
	how = WHOLE,
	nonStrict?: readonly string[],
): Case {
	return {
		id,
		title,
		expected,
		nonStrict,
		ending,
		play(judge) {
			for (const [opcode, fin, payload] of parts) judge.send(opcode, payload, { ...how, fin });
			if (ending.by === "judge") judge.closeAfter(1);
			else judge.killAfter(1);
		},
	};
}

const FIRST: Part = [TEXT, false, "fragment1"];
const SECOND: Part = [CONTINUATION, true, "fragment2"];
const JOINED = "text:fragment1fragment2";
const PINGED: Part = [PING, true, "ping payload"];
const HELLO: Part = [TEXT, true, "Hello, world!"];

/** The same three times, cut in three ways. */
function inAllWays(
	number: number,
	title: string,
	parts: readonly Part[],
	expected: readonly string[],
	ending: Ending,
): Case[] {
	return WAYS.map(({ how, name }, i) => makeCase(`5.${number + i}`, `${name}, ${title}`, parts, expected, ending, how));
}

function inTwoHalves(id: string, how: SendOptions, name: string): Case {
	const pings = ["pongme 1!", "pongme 2!"];
	return {
		id,
		title: `pings between five fragments, ${name}, are answered at once, before the message has ended.`,
		expected: [...pings.map((ping) => `pong:${ping}`), "text:fragment1fragment2fragment3fragment4fragment5"],
		ending: CLOSED_BY_JUDGE,
		play(judge) {
			judge.send(TEXT, "fragment1", { ...how, fin: false });
			judge.send(CONTINUATION, "fragment2", { ...how, fin: false });
			judge.send(PING, pings[0], how);
			judge.whenAnswered(1, () => {
				judge.send(CONTINUATION, "fragment3", { ...how, fin: false });
				judge.send(CONTINUATION, "fragment4", { ...how, fin: false });
				judge.send(PING, pings[1], how);
				judge.send(CONTINUATION, "fragment5", how);
				judge.closeAfter(1);
			});
		},
	};
}

function continuation(fin: boolean): Part {
	return [CONTINUATION, fin, "non-continuation payload"];
}

/** What continues nothing, twice before a message of two fragments. */
function twice(fin: boolean): Part[] {
	const once: Part[] = [
		[CONTINUATION, fin, "fragment1"],
		[TEXT, false, "fragment2"],
		[CONTINUATION, true, "fragment3"],
	];
	return [...once, ...once];
}

const NOTHING = "a continuation of nothing is a protocol error";

export const FRAGMENTATION: readonly Case[] = [
	makeCase("5.1", "a fragmented ping is a protocol error.", [[PING, false, "fragment1"], SECOND], [], FAILED_BY_CLIENT),
	makeCase("5.2", "a fragmented pong is a protocol error.", [[PONG, false, "fragment1"], SECOND], [], FAILED_BY_CLIENT),
	...inAllWays(3, "a text in two fragments comes back.", [FIRST, SECOND], [JOINED], CLOSED_BY_JUDGE),
	...inAllWays(
		6,
		"a ping between two fragments is answered before the message comes back.",
		[FIRST, PINGED, SECOND],
		["pong:ping payload", JOINED],
		CLOSED_BY_JUDGE,
	),
	...inAllWays(9, `${NOTHING}, with FIN.`, [continuation(true), HELLO], [], FAILED_BY_CLIENT),
	...inAllWays(12, `${NOTHING}, without FIN.`, [continuation(false), HELLO], [], FAILED_BY_CLIENT),
	makeCase(
		"5.15",
		`${NOTHING}, after the echo of the message before it.`,
		[FIRST, SECOND, [CONTINUATION, false, "fragment3"], [TEXT, true, "fragment4"]],
		[JOINED],
		FAILED_BY_CLIENT,
		WHOLE,
		[],
	),
	makeCase("5.16", `${NOTHING}, without FIN, before fragments.`, twice(false), [], FAILED_BY_CLIENT),
	makeCase("5.17", `${NOTHING}, with FIN, before fragments.`, twice(true), [], FAILED_BY_CLIENT),
	makeCase(
		"5.18",
		"a second fragment with the opcode of a text is a protocol error.",
		[FIRST, [TEXT, true, "fragment2"]],
		[],
		FAILED_BY_CLIENT,
	),
	inTwoHalves("5.19", WHOLE, "in one piece"),
	inTwoHalves("5.20", FRAMES, "frame by frame"),
];
