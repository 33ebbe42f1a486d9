/** A raw server that plays the script of WebSocket whose number is the path: `/7` or `/7/bytes`; `/good` is one in order. */
import { once } from "node:events";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { BINARY, CLOSE, encodeFrame, type Frame, FrameReader, PING, PONG, TEXT } from "../conformance/frames.js";
import { written } from "../servers/sockets.js";
import { switching, type WSScript, type WSStep } from "./websocket-scripts.js";

const NAMES: Readonly<Record<number, string>> = {
	[TEXT]: "text",
	[BINARY]: "binary",
	[CLOSE]: "close",
	[PING]: "ping",
	[PONG]: "pong",
};
const GOOD: readonly WSStep[] = ["101", encodeFrame(TEXT, Buffer.from("good"))];

/** One handshake, and what became of it. */
export interface Played {
	path: string;
	/** What the client sent: name and length, for a Close frame its status and reason. */
	frames: string[];
	/** "ended" by FIN, "reset", or "open". */
	end: string;
}

function describe({ opcode, masked, rsv, fin, payload }: Frame): string {
	const isClose = opcode === CLOSE && payload.length >= 2;
	const content = isClose ? `${payload.readUInt16BE(0)} ${payload.subarray(2)}` : `${payload.length || ""}`;
	const wrong = `${masked ? "" : " not masked"}${rsv ? " reserved" : ""}${fin ? "" : " not final"}`;
	return `${NAMES[opcode] ?? opcode} ${content}`.trim() + wrong;
}

export class HostileWebSocketServer {
	readonly played: Played[] = [];
	/** What has been played is noted; who plays for ever does without. */
	isNoted = true;
	readonly #scripts: readonly WSScript[];
	readonly #sockets = new Set<net.Socket>();
	readonly #server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#serve(socket));

	constructor(scripts: readonly WSScript[]) {
		this.#scripts = scripts;
	}

	async listen(): Promise<number> {
		this.#server.listen({ host: "127.0.0.1", port: 0, backlog: 256 });
		await once(this.#server, "listening");
		return (this.#server.address() as net.AddressInfo).port;
	}

	async close(): Promise<void> {
		for (const socket of this.#sockets) socket.destroy();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	/** The connections that are open now. */
	get open(): number {
		return this.#sockets.size;
	}

	#serve(socket: net.Socket): void {
		this.#sockets.add(socket);
		let played: Played | undefined;
		let script: WSScript | undefined;
		socket.on("close", () => this.#sockets.delete(socket));
		socket.on("error", () => {
			if (played) played.end = "reset";
			socket.destroy();
		});
		socket.on("end", () => {
			if (played) played.end = "ended";
			socket.end();
		});
		let head = "";
		const reader = new FrameReader();
		const take = (bytes: Buffer): void => {
			reader.read(bytes, (frame) => {
				played?.frames.push(describe(frame));
				if (frame.opcode === CLOSE && !script?.isRude) socket.end(encodeFrame(CLOSE, frame.payload));
				return true;
			});
		};
		let play: Play | undefined;
		socket.on("data", (data) => {
			// after such a refusal a connection may serve again
			if (played && play?.isWhole) {
				played = undefined;
				head = "";
			}
			if (played) {
				take(data);
				return;
			}
			head += data.toString("latin1");
			const end = head.indexOf("\r\n\r\n");
			if (end < 0) return;
			const path = head.split(" ")[1] as string;
			const [number, how] = path.slice(1).split("/");
			played = { path, frames: [], end: "open" };
			if (this.isNoted) this.played.push(played);
			script = this.#scripts[Number(number)];
			const key = /^sec-websocket-key: (.*)\r$/im.exec(head)?.[1] ?? "";
			const steps = number === "good" ? GOOD : (script?.steps ?? []);
			play = new Play(socket, key, how === "bytes", played);
			play.run(steps).catch(() => socket.destroy());
			take(Buffer.from(head.slice(end + 4), "latin1"));
		});
	}
}

/** The playing of one script on one connection. */
class Play {
	readonly #socket: net.Socket;
	readonly #key: string;
	readonly #inBytes: boolean;
	readonly #played: Played;
	/** What it answers is a response that leaves the connection as it was. */
	isWhole = false;

	constructor(socket: net.Socket, key: string, inBytes: boolean, played: Played) {
		this.#socket = socket;
		this.#key = key;
		this.#inBytes = inBytes;
		this.#played = played;
	}

	async run(steps: readonly WSStep[]): Promise<void> {
		const [first] = steps;
		this.isWhole = steps.length === 1 && typeof first === "string" && first !== "101";
		// what need not be apart goes in one segment
		let bytes = Buffer.alloc(0);
		for (const step of [...steps, Buffer.alloc(0)]) {
			if (this.#socket.destroyed) return;
			const next = this.#bytesOf(step);
			if (next) bytes = Buffer.concat([bytes, next]);
			if (next && next.length > 0) continue;
			await this.#send(bytes);
			bytes = Buffer.alloc(0);
			if (!next) await this.#take(step);
		}
	}

	#bytesOf(step: WSStep): Buffer | undefined {
		if (step === "101") return Buffer.from(`${switching(this.#key)}\r\n`);
		if (step === "FIN" || step === "RESET") return undefined;
		if (typeof step === "function") return Buffer.from(step(this.#key));
		return typeof step === "string" || Buffer.isBuffer(step) ? Buffer.from(step as string) : undefined;
	}

	async #send(bytes: Buffer): Promise<void> {
		if (bytes.length === 0) return;
		if (!this.#inBytes) await written(this.#socket, bytes);
		else for (const byte of bytes) await written(this.#socket, Buffer.of(byte));
	}

	async #take(step: WSStep): Promise<void> {
		const socket = this.#socket;
		if (step === "FIN") socket.end();
		else if (step === "RESET") socket.resetAndDestroy();
		else if (typeof step !== "object" || Buffer.isBuffer(step)) return;
		else if ("pause" in step) await sleep(step.pause);
		else if ("until" in step) {
			while (!socket.destroyed && !this.#played.frames.some((frame) => frame.startsWith(step.until))) await sleep(1);
		} else {
			const unit = Buffer.from(step.endless as string);
			const bytes = Buffer.concat(Array(Math.ceil(4096 / unit.length)).fill(unit));
			while (socket.writable) await written(socket, bytes);
		}
	}
}
