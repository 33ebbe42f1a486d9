/**
 * The server's end of a WebSocket on a scripted connection: it answers the handshake, takes the frames that come apart, and
 * sends whatever it is told to, frames that may not be among them.
 */
import Base64 from "base64";
import { Digest } from "crypt";
import type { Bytes, Peer } from "./peer.js";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const NAMES: readonly (string | undefined)[] = ["CONTINUATION", "TEXT", "BINARY"];
const CONTROL_NAMES: readonly (string | undefined)[] = ["CLOSE", "PING", "PONG"];

export const enum Op {
	Continuation = 0,
	Text = 1,
	Binary = 2,
	Close = 8,
	Ping = 9,
	Pong = 10,
}

/** Bytes of a payload that are told whole; of a longer one only the first few. */
const TOLD = 40;
const FEW = 8;

/** What is not printable is written as its number. */
export function printable(bytes: Uint8Array, start = 0, end = bytes.length): string {
	const isWhole = end - start <= TOLD;
	let text = "";
	for (let i = start; i < (isWhole ? end : start + FEW); i++) {
		const byte = bytes[i] as number;
		text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
	}
	return isWhole ? text : `${text}...`;
}

/** A character for each byte. */
function textOf(bytes: Uint8Array): string {
	let text = "";
	for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i] as number);
	return text;
}

/** Status and reason of a Close frame. */
export function closing(bytes: Uint8Array, length = bytes.length): string {
	if (length < 2) return printable(bytes, 0, length);
	const status = ((bytes[0] as number) << 8) | (bytes[1] as number);
	return `${status} ${printable(bytes, 2, length)}`.trimEnd();
}

/** The value of Sec-WebSocket-Accept (RFC 6455 section 4.2.2) for what a client has asked. */
export function acceptFor(request: string): string {
	const digest = new Digest("SHA1");
	digest.write((/^sec-websocket-key: (.*)\r$/im.exec(request)?.[1] ?? "") + GUID);
	return Base64.encode(digest.close());
}

/** 101 as it ought to be, and more fields. */
export function switching(request: string, ...fields: string[]): string {
	return [
		"HTTP/1.1 101 Switching Protocols",
		"Upgrade: websocket",
		"Connection: Upgrade",
		`Sec-WebSocket-Accept: ${acceptFor(request)}`,
		...fields,
		"",
		"",
	].join("\r\n");
}

/** A frame as servers send them; `first`: its first byte, with FIN and the reserved bits. */
export function rawFrame(first: number, payload: string): string {
	const { length } = payload;
	let head = String.fromCharCode(first);
	if (length < 126) head += String.fromCharCode(length);
	else head += String.fromCharCode(126, length >> 8, length & 0xff);
	return head + payload;
}

/** A character for each byte of the payload. */
export function frame(op: Op, payload = "", isFinal = true): string {
	return rawFrame((isFinal ? 0x80 : 0) | op, payload);
}

export function text(payload: string): string {
	return frame(Op.Text, payload);
}

/** Without a status: an empty one. */
export function closeFrame(status?: number, reason = ""): string {
	if (status === undefined) return frame(Op.Close);
	return frame(Op.Close, String.fromCharCode(status >> 8, status & 0xff) + reason);
}

export class WebSocketServer {
	readonly peer: Peer;
	readonly #request: string;
	/** Told each frame of the client, as a line. */
	readonly #say: (line: string) => void;
	/** After a frame has been told. */
	onFrame: ((op: number, payload: string, isFinal: boolean) => void) | undefined;
	/** It answers a Close frame with the same status. */
	answersClose = true;
	/** It ends the stream when both have sent a Close frame. */
	endsStream = true;
	readonly #before: Peer["onReceive"];
	#bytes: Uint8Array = new Uint8Array(0);
	#hasClosed = false;
	#isClosed = false;

	constructor(peer: Peer, request: string, say: (line: string) => void) {
		this.peer = peer;
		this.#request = request;
		this.#say = say;
		this.#before = peer.onReceive;
		peer.onReceive = () => {
			const come = peer.take();
			const bytes = new Uint8Array(this.#bytes.length + come.length);
			bytes.set(this.#bytes);
			bytes.set(come, this.#bytes.length);
			this.#bytes = bytes;
			while (this.#takeFrame());
		};
	}

	/** Answers the handshake; what follows comes in the same segment. */
	open(...frames: string[]): void {
		this.peer.deliver(switching(this.#request) + frames.join(""));
	}

	/** The same, with more fields. */
	openWith(...fields: string[]): void {
		this.peer.deliver(switching(this.#request, ...fields));
	}

	/** Each argument in a segment of its own. */
	send(...segments: Bytes[]): void {
		this.peer.deliver(...segments);
	}

	/** Answers with something else, after which another request may come. */
	refuse(answer: string): void {
		this.peer.onReceive = this.#before;
		this.send(answer);
	}

	close(status?: number, reason?: string): void {
		this.#hasClosed = true;
		this.send(closeFrame(status, reason));
	}

	/** The head of the answer, for what is to be wrong with it. */
	get answer(): string {
		return switching(this.#request);
	}

	/** False: there is no whole frame. */
	#takeFrame(): boolean {
		const bytes = this.#bytes;
		const [first, second] = bytes;
		if (first === undefined || second === undefined) return false;
		let length = second & 0x7f;
		let at = 2;
		if (length === 126) {
			length = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
			at = 4;
		} else if (length === 127) throw new Error("no scenario sends so much");
		const end = at + 4 + length;
		if (bytes.length < end) return false;
		const payload = bytes.slice(at + 4, end);
		for (let i = 0; i < length; i++) (payload[i] as number) ^= bytes[at + (i & 3)] as number;
		this.#bytes = bytes.subarray(end);
		const op = first & 0x0f;
		const isFinal = (first & 0x80) !== 0;
		this.#judge(first, second, length, at);
		const name = (op < 8 ? NAMES[op] : CONTROL_NAMES[op - 8]) ?? `opcode ${op}`;
		const told = op === Op.Close ? closing(payload) : printable(payload);
		this.#say(`> ${name}${isFinal ? "" : "+"} ${told}`.trimEnd());
		if (op === Op.Close) this.#closed(payload);
		this.onFrame?.(op, textOf(payload), isFinal);
		return true;
	}

	/** RFC 6455 sections 5.1, 5.2 and 5.5.1. */
	#judge(first: number, second: number, length: number, at: number): void {
		if (this.#isClosed) this.#say("> a frame behind the Close frame");
		if ((second & 0x80) === 0) this.#say("> a frame that is not masked");
		if ((first & 0x70) !== 0) this.#say("> a frame with reserved bits");
		if (at === 4 && length < 126) this.#say("> a length that is not in its shortest form");
	}

	#closed(payload: Uint8Array): void {
		this.#isClosed = true;
		if (!this.#hasClosed && !this.answersClose) return;
		if (!this.#hasClosed) {
			this.#hasClosed = true;
			this.send([0x88, Math.min(payload.length, 2), ...payload.subarray(0, 2)]);
		}
		if (this.endsStream) this.peer.finish();
	}
}
