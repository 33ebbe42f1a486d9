/** Group 7: the close handshake. */
import {
	type Case,
	CLOSED_BY_JUDGE,
	type Ending,
	INVALID_PAYLOAD,
	type Judge,
	NORMAL,
	PROTOCOL_ERROR,
} from "./case.js";
import { CLOSE, CONTINUATION, PING, TEXT } from "./frames.js";

const HELLO = "Hello World!";
/** It fails the close handshake, or drops the connection. */
const PROTOCOL: Ending = { by: "judge", codes: [PROTOCOL_ERROR], isClean: false };
const SURROGATE = Buffer.from("cebae1bdb9cf83cebcceb5eda080656469746564", "hex");

function makeCase(id: string, title: string, play: (judge: Judge) => void, ending = CLOSED_BY_JUDGE): Case {
	return {
		id,
		title,
		expected: [],
		ending,
		isClosing: true,
		play(judge) {
			play(judge);
			judge.killAfter(1);
		},
	};
}

const VALID = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
const INVALID = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999];

function informational(id: string, code: number): Case {
	return {
		...makeCase(
			id,
			`the status ${code} is answered somehow, for nothing says how.`,
			(judge) => judge.sendCloseFrame(code),
			{
				by: "judge",
				codes: [NORMAL, code, PROTOCOL_ERROR],
				isClean: false,
			},
		),
		isInformational: true,
	};
}

export const CLOSING: readonly Case[] = [
	{
		id: "7.1.1",
		title: "a message comes back, then the Close is answered.",
		expected: [`text:${HELLO}`],
		ending: CLOSED_BY_JUDGE,
		play(judge) {
			judge.send(TEXT, HELLO);
			judge.killAfter(1);
		},
	},
	makeCase("7.1.2", "a second Close is ignored.", (judge) => {
		judge.sendClose();
		judge.send(CLOSE);
	}),
	makeCase("7.1.3", "a ping behind a Close is not answered.", (judge) => {
		judge.sendClose();
		judge.send(PING);
	}),
	makeCase("7.1.4", "a message behind a Close does not come back.", (judge) => {
		judge.sendClose();
		judge.send(TEXT, HELLO);
	}),
	makeCase("7.1.5", "a Close between two fragments is answered.", (judge) => {
		judge.send(TEXT, "fragment1", { fin: false });
		judge.sendClose();
		judge.send(CONTINUATION, "fragment2");
	}),
	{
		id: "7.1.6",
		title: "a long message, a short one, a Close and a ping in one piece: the Close is answered.",
		expected: [`text:${HELLO}`],
		nonStrict: [],
		ending: CLOSED_BY_JUDGE,
		isInformational: true,
		play(judge) {
			judge.send(TEXT, "BAsd7&jh23".repeat(26_215).slice(0, 262_144));
			judge.send(TEXT, HELLO);
			judge.sendClose();
			judge.send(PING);
			judge.killAfter(1);
		},
	},
	makeCase("7.3.1", "an empty Close is answered.", (judge) => judge.sendCloseFrame()),
	makeCase(
		"7.3.2",
		"a Close of one byte is a protocol error.",
		(judge) => judge.sendCloseFrame(undefined, "a"),
		PROTOCOL,
	),
	makeCase("7.3.3", "a Close with a status is answered.", (judge) => judge.sendClose()),
	makeCase("7.3.4", "a Close with status and reason is answered.", (judge) => judge.sendClose(NORMAL, HELLO)),
	makeCase("7.3.5", "a Close with a reason of 123 bytes is answered.", (judge) => {
		judge.sendClose(NORMAL, "*".repeat(123));
	}),
	makeCase(
		"7.3.6",
		"a Close with a reason of 124 bytes is a protocol error.",
		(judge) => judge.sendCloseFrame(NORMAL, "*".repeat(124)),
		PROTOCOL,
	),
	makeCase(
		"7.5.1",
		"a Close with a reason that is not UTF-8 is an error.",
		(judge) => judge.sendCloseFrame(NORMAL, SURROGATE),
		{
			...PROTOCOL,
			codes: [PROTOCOL_ERROR, INVALID_PAYLOAD],
		},
	),
	...VALID.map((code, i) =>
		makeCase(`7.7.${i + 1}`, `the valid status ${code} is answered.`, (judge) => judge.sendCloseFrame(code), {
			...CLOSED_BY_JUDGE,
			codes: [NORMAL, code],
		}),
	),
	...INVALID.map((code, i) =>
		makeCase(
			`7.9.${i + 1}`,
			`the invalid status ${code} is a protocol error.`,
			(judge) => judge.sendCloseFrame(code),
			PROTOCOL,
		),
	),
	informational("7.13.1", 5000),
	informational("7.13.2", 65535),
];
