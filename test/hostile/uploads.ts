/** What a hostile server says to an upload that waits for 100 (for a tenth of a second). */
import { FIN, RESET, type Script, type Step } from "./scripts.js";

const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
const NO = "HTTP/1.1 413 Content Too Large\r\n";
const SLOW = { firstByte: 150, idle: 150, total: 2000 };

function upload(name: string, error: string, ...steps: Step[]): Script {
	return { name, steps, error, isUpload: true, whole: true };
}

function refused(name: string, length: number, ...steps: Step[]): Script {
	return { ...upload(name, "", ...steps), status: 413, length, reused: false };
}

export const UPLOADS: Script[] = [
	upload("100 for ever", "h1:too-many-interim", { endless: CONTINUE }),
	upload("102 for ever", "h1:too-many-interim", { endless: "HTTP/1.1 102 Processing\r\n\r\n" }),
	upload("100 with fields without end", "h1:head-too-long", CONTINUE.slice(0, -2), { endless: "X-Y: some value\r\n" }),
	upload("100 with a field without end", "h1:head-too-long", `${CONTINUE.slice(0, -2)}X: `, {
		endless: "y".repeat(4096),
	}),
	upload("101 instead of 100", "h1:unexpected-upgrade", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
	upload("099 instead of 100", "h1:bad-status-line", "HTTP/1.1 099 No\r\n\r\n"),
	upload("garbage instead of 100", "h1:not-http", "CONTINUE\r\n\r\n"),
	upload("100 with NUL in it", "h1:bad-head-byte", "HTTP/1.1 100 Con\0tinue\r\n\r\n"),
	upload("a close instead of 100", "h1:empty-reply", FIN),
	upload("a reset instead of 100", "tcp:reset", RESET),
	upload("a close inside of 100", "h1:truncated-head", CONTINUE.slice(0, 12), FIN),
	upload("a close after 100 and the body", "h1:truncated-head", CONTINUE, { pause: 50 }, FIN),
	refused("a refusal, and garbage behind it", 2, `${CONTINUE}${NO}Content-Length: 2\r\n\r\nno`, CONTINUE.repeat(200)),
	refused("a refusal in single bytes", 2, ...`${NO}Content-Length: 2\r\n\r\nno`),
	refused("a refusal until the end", 2, `${NO}\r\nno`, FIN),
	{
		...upload("a refusal cut off by a close", "h1:truncated-body", `${NO}Content-Length: 9\r\n\r\nno`, FIN),
		status: 413,
	},
	{ ...upload("a refusal cut off by a reset", "tcp:reset", `${NO}\r\nno`, { pause: 20 }, RESET), status: 413 },
];

/** As those of scripts.ts, where clocks decide. */
export const SLOW_UPLOADS: Script[] = [
	upload("silence instead of 100", "timeout:first-byte", { pause: 3000 }),
	upload("100 and silence", "timeout:first-byte", CONTINUE, { pause: 3000 }),
	upload("half of 100 and silence", "timeout:first-byte", CONTINUE.slice(0, 12), { pause: 3000 }),
	upload(
		"102 each 20 ms",
		"timeout:first-byte",
		...Array(50)
			.fill(["HTTP/1.1 102 P\r\n\r\n", { pause: 20 }])
			.flat(),
	),
].map((script) => ({ ...script, deadlines: SLOW, limit: 1500 }));
