/** Group 2: pings and pongs. */
import { type Case, CLOSED_BY_JUDGE, FAILED_BY_CLIENT } from "./case.js";
import { PING, PONG } from "./frames.js";

const UNSOLICITED = "unsolicited pong payload";

function ping(id: string, what: string, payload: string, chop = 0, seconds = 1): Case {
	return {
		id,
		title: `a ping ${what} is answered by a pong with the same.`,
		expected: [`pong:${payload}`],
		ending: CLOSED_BY_JUDGE,
		play(judge) {
			judge.send(PING, payload, { chop });
			judge.closeAfter(seconds);
		},
	};
}

function pong(id: string, what: string, payload: string): Case {
	return {
		id,
		title: `a pong ${what} that nobody asked for is ignored.`,
		expected: [],
		ending: CLOSED_BY_JUDGE,
		play(judge) {
			judge.send(PONG, payload);
			judge.sendClose();
		},
	};
}

function pings(id: string, chop: number): Case {
	const payloads = Array.from({ length: 10 }, (_, i) => `payload-${i}`);
	return {
		id,
		title: `ten pings${chop ? ", byte by byte," : ""} are answered by ten pongs in their order.`,
		expected: payloads.map((payload) => `pong:${payload}`),
		ending: CLOSED_BY_JUDGE,
		play(judge) {
			for (const payload of payloads) judge.send(PING, payload, { chop });
			judge.closeAfter(3);
		},
	};
}

export const PINGS: readonly Case[] = [
	ping("2.1", "without payload", ""),
	ping("2.2", "with a short text", "Hello, world!"),
	ping("2.3", "with bytes that are not UTF-8", "\x00\xff\xfe\xfd\xfc\xfb\x00\xff"),
	ping("2.4", "of 125 bytes", "\xfe".repeat(125)),
	{
		id: "2.5",
		title: "a ping of 126 bytes is a protocol error.",
		expected: [],
		ending: FAILED_BY_CLIENT,
		play(judge) {
			judge.send(PING, "\xfe".repeat(126));
			judge.killAfter(1);
		},
	},
	ping("2.6", "of 125 bytes, byte by byte,", "\xfe".repeat(125), 1, 2),
	pong("2.7", "without payload", ""),
	pong("2.8", "with payload", UNSOLICITED),
	{
		id: "2.9",
		title: "a pong that nobody asked for is ignored, the ping behind it answered.",
		expected: ["pong:ping payload"],
		ending: CLOSED_BY_JUDGE,
		play(judge) {
			judge.send(PONG, UNSOLICITED);
			judge.send(PING, "ping payload");
			judge.closeAfter(1);
		},
	},
	pings("2.10", 0),
	pings("2.11", 1),
];
