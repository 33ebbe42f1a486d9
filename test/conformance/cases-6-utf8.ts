/** Group 6: text that is UTF-8, and text that is not. The sequences are in utf8-sequences.ts. */
import { type Case, CLOSED_BY_JUDGE, type Ending, FAILED_BY_CLIENT, INVALID_PAYLOAD, type Judge } from "./case.js";
import { CONTINUATION, encodeFrame, TEXT } from "./frames.js";
import { SEQUENCES } from "./utf8-sequences.js";

const INVALID: Ending = { ...FAILED_BY_CLIENT, codes: [INVALID_PAYLOAD] };
const GREEK = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";
const EDITED = "edited";

function latin1(text: string): Buffer {
	return Buffer.from(text, "latin1");
}

function utf8(text: string): string {
	return Buffer.from(text).toString("latin1");
}

/** A text, as ISO-8859-1, in fragments of so many bytes, that comes back. */
function valid(id: string, title: string, payloads: readonly string[]): Case {
	return {
		id,
		title,
		expected: [`text:${payloads.join("")}`],
		ending: CLOSED_BY_JUDGE,
		play(judge) {
			payloads.forEach((payload, i) => {
				judge.send(i === 0 ? TEXT : CONTINUATION, payload, { fin: i === payloads.length - 1 });
			});
			judge.closeAfter(1);
		},
	};
}

function message(id: string, title: string, payload: string, isValid: boolean, fragment = 0): Case {
	return {
		id,
		title,
		expected: isValid ? [`text:${payload}`] : [],
		ending: isValid ? CLOSED_BY_JUDGE : INVALID,
		play(judge) {
			judge.sendMessage(latin1(payload), false, fragment);
			if (isValid && fragment > 0) judge.closeAfter(1);
			else judge.killAfter(1);
		},
	};
}

const UMLAUTS = utf8("Hello-µ@ßöäüàá-UTF-8!!");
const SURROGATE = `${GREEK}\xed\xa0\x80${EDITED}`;
/** Impossible from its 13th byte on, the second of U+110000. */
const TOO_GREAT = `${GREEK}\xf4\x90\x80\x80${EDITED}`;

/** In three parts, with waits between them: the second one makes it impossible, and must be rejected at once. */
function failFast(id: string, title: string, cuts: readonly [number, number], isOneFrame: boolean): Case {
	const parts = [TOO_GREAT.slice(0, cuts[0]), TOO_GREAT.slice(cuts[0], cuts[1]), TOO_GREAT.slice(cuts[1])];
	const send = (judge: Judge, i: number) => {
		const part = parts[i] as string;
		if (!isOneFrame) {
			judge.send(i === 0 ? TEXT : CONTINUATION, part, { fin: i === 2 });
			return;
		}
		const head = encodeFrame(TEXT, latin1(TOO_GREAT)).subarray(0, i === 0 ? 2 : 0);
		judge.sendBytes(Buffer.concat([head, latin1(part)]));
	};
	return {
		id,
		title: `${title} is rejected by the byte that cannot be, not only at its end.`,
		expected: ["timeout:A"],
		nonStrict: ["timeout:A", "timeout:B"],
		ending: INVALID,
		play(judge) {
			send(judge, 0);
			judge.later(judge.scale.pause, () => {
				if (!judge.isOpen) return;
				judge.events.push("timeout:A");
				send(judge, 1);
				judge.afterLimit(() => {
					if (!judge.isOpen) return;
					judge.events.push("timeout:B");
					send(judge, 2);
					judge.killAfter(1);
				});
			});
		},
	};
}

export const UTF8: readonly Case[] = [
	valid("6.1.1", "an empty text comes back.", [""]),
	valid("6.1.2", "a text of three empty fragments comes back.", ["", "", ""]),
	valid("6.1.3", "a text with an empty fragment on each side comes back.", ["", "middle frame payload", ""]),
	message("6.2.1", "a text with umlauts comes back.", UMLAUTS, true),
	valid("6.2.2", "a text cut between two characters comes back.", [utf8("Hello-µ@ßöä"), utf8("üàá-UTF-8!!")]),
	message("6.2.3", "a text with umlauts in fragments of one byte comes back.", UMLAUTS, true, 1),
	message("6.2.4", "a Greek text in fragments of one byte comes back.", GREEK, true, 1),
	message("6.3.1", "a text with a surrogate is invalid.", SURROGATE, false),
	message("6.3.2", "a text with a surrogate in fragments of one byte is invalid.", SURROGATE, false, 1),
	failFast("6.4.1", "a fragment with U+110000", [11, 15], false),
	failFast("6.4.2", "a fragment with the second byte of U+110000", [12, 13], false),
	failFast("6.4.3", "a piece of a frame with U+110000", [11, 15], true),
	failFast("6.4.4", "a piece of a frame with the second byte of U+110000", [12, 13], true),
	...SEQUENCES.flatMap(({ name, sequences }, i) =>
		sequences.map(({ isValid, bytes }, j) => {
			const title = `${name}: ${latin1(bytes).toString("hex").slice(0, 40)} is ${isValid ? "valid" : "invalid"}.`;
			return message(`6.${i + 5}.${j + 1}`, title, bytes, isValid);
		}),
	),
];
