/** The options about WebSocket, and which others have no meaning there. */
import { usage } from "./exit.js";

/** One --ws-send or --ws-send-file. */
export interface WsMessage {
	/** Text, or the name of a file; "-" is standard input. */
	value: string;
	isFile: boolean;
}

export interface WsOptions {
	/** In the order of the command line; none: the lines of standard input. */
	messages: WsMessage[];
	/** It is closed when so many have come. */
	count?: number;
	/** What comes is sent back. */
	isEcho: boolean;
	protocols?: string;
	isDeflateOffered: boolean;
	/** Seconds of silence before a Ping, and as many again for its Pong. */
	ping?: number;
}

export function defaultWsOptions(): WsOptions {
	return { messages: [], isEcho: false, isDeflateOffered: true };
}

export function isWebSocket(url: string): boolean {
	return /^wss?:/i.test(url);
}

/** What the wire has to say besides messages is HTTP's, and one WebSocket may take for ever. */
const WITHOUT: readonly string[] = Object.freeze(
	`request data data-binary upload-file head location remote-name range continue-at pipeline record show-ca`.split(" "),
);

/** Throws a Failure for what does not go together. `names`: the options that were given, with their long names. */
export function checkWebSocket(ws: WsOptions, urls: readonly string[], names: readonly string[]): void {
	if (!urls.some(isWebSocket)) {
		const own = names.find((name) => name.startsWith("--ws-"));
		if (own !== undefined) throw usage("no-websocket", `${own} wants a ws or wss URL`);
		return;
	}
	if (urls.length > 1) throw usage("two-purposes", "a ws or wss URL stands alone");
	const other = names.find((name) => WITHOUT.includes(name.slice(2)));
	if (other !== undefined) throw usage("two-purposes", `${other} has no meaning with a ws or wss URL`);
	if (ws.isEcho && ws.messages.length > 0) {
		const sending = ws.messages[0]?.isFile ? "--ws-send-file" : "--ws-send";
		throw usage("two-purposes", `--ws-echo and ${sending} exclude each other`);
	}
}
