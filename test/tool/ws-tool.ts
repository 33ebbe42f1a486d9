/** How the tool is run as a WebSocket, and what a scripted server answers; for the tests here. */
import { match, strictEqual } from "node:assert";
import { createHash } from "node:crypto";
import { type Outcome, type RunOptions, run, TOOL } from "./tool.js";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** The environment without proxies. */
const { http_proxy: _, https_proxy: __, all_proxy: ___, ...ENV } = process.env;

export { ENV };

export function hash(data: Buffer | string): string {
	return createHash("sha1").update(data).digest("hex");
}

/** The answer that opens a WebSocket, with more fields if need be. */
export function opening(head: string, fields = ""): string {
	const key = /^sec-websocket-key: (.*)\r$/im.exec(head)?.[1] ?? "";
	const accept = createHash("sha1").update(`${key}${GUID}`).digest("base64");
	return `HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${fields}\r\n`;
}

/** Standard input that stays open. */
export const OPEN: RunOptions = { withChild: () => {} };

export async function passes(args: string[], options: RunOptions = {}): Promise<Outcome> {
	const outcome = await run(TOOL, args, { env: ENV, ...options });
	strictEqual(outcome.code, 0, outcome.stderr);
	return outcome;
}

export async function fails(args: string[], code: number, line: RegExp, options: RunOptions = {}): Promise<Outcome> {
	const outcome = await run(TOOL, args, { env: ENV, ...options });
	strictEqual(outcome.code, code, outcome.stderr);
	match(outcome.stderr, new RegExp(`^lws-xs: \\(${code}\\) `, "m"));
	match(outcome.stderr, line);
	return outcome;
}
