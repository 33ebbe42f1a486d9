/** Clients that judge the judge: the `ws` package, which is right, and one that is wrong in a chosen way. */
import { randomBytes } from "node:crypto";
import net from "node:net";
import { WebSocket } from "ws";
import {
	BINARY,
	CLOSE,
	CONTINUATION,
	encodeFrame,
	type Frame,
	FrameReader,
	isStatus,
	isUtf8,
	PING,
	PONG,
} from "./frames.js";

export interface ReferenceOptions {
	/** An offer of compression with these parameters; absent: none. */
	serverMaxWindowBits?: number;
	serverNoContextTakeover?: boolean;
	compresses?: boolean;
}

/** Plays a case as `ws` does. */
export async function playReference(port: number, id: string, options?: ReferenceOptions): Promise<void> {
	const perMessageDeflate = options && {
		serverMaxWindowBits: options.serverMaxWindowBits,
		serverNoContextTakeover: options.serverNoContextTakeover,
		threshold: options.compresses === false ? Number.POSITIVE_INFINITY : 0,
	};
	const socket = new WebSocket(`ws://127.0.0.1:${port}/runCase?case=${id}&agent=ws`, {
		perMessageDeflate: perMessageDeflate ?? false,
	});
	socket.on("message", (data, isBinary) => socket.send(data as Buffer, { binary: isBinary }));
	// The judge says what was wrong.
	socket.on("error", () => {});
	await new Promise((resolve) => socket.on("close", resolve));
}

/** What a client may do wrong. */
export type Fault =
	| "none"
	| "ignores reserved bits"
	| "ignores reserved opcodes"
	| "ignores pings"
	| "cuts pongs"
	| "answers pings late"
	| "answers pings behind a Close"
	| "echoes what is not UTF-8"
	| "never answers a Close"
	| "drops the connection for a Close"
	| "answers with another status"
	| "accepts every status"
	| "never ends TCP"
	| "sends no mask"
	| "echoes as binary"
	| "loses empty messages"
	| "loses the last byte"
	| "continues nothing"
	| "echoes before it fails, never";

/** A client for groups 1 to 9 that is right but for its fault. */
class Client {
	readonly #fault: Fault;
	readonly #socket: net.Socket;
	readonly #reader = new FrameReader();
	readonly #fragments: Buffer[] = [];
	readonly #owed: (() => void)[] = [];
	#opcode = 0;
	#isClosed = false;

	constructor(port: number, id: string, fault: Fault) {
		this.#fault = fault;
		this.#socket = net.connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
		const lines = [
			`GET /runCase?case=${id}&agent=wrong HTTP/1.1`,
			"Host: localhost",
			"Upgrade: websocket",
			"Connection: Upgrade",
			"Sec-WebSocket-Version: 13",
			`Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
		];
		this.#socket.write(`${lines.join("\r\n")}\r\n\r\n`);
	}

	async play(): Promise<void> {
		const socket = this.#socket;
		let head: Buffer | undefined = Buffer.alloc(0);
		socket.on("data", (bytes) => {
			let rest: Buffer = bytes;
			if (head) {
				head = Buffer.concat([head, bytes]);
				const end = head.indexOf("\r\n\r\n");
				if (end < 0) return;
				rest = head.subarray(end + 4);
				head = undefined;
			}
			this.#reader.read(rest, (frame) => this.#received(frame));
			for (const owed of this.#owed.splice(0)) owed();
		});
		socket.on("end", () => {
			if (this.#fault !== "never ends TCP") socket.end();
			else setTimeout(() => socket.destroy(), 2000);
		});
		socket.on("error", () => {});
		await new Promise((resolve) => socket.on("close", resolve));
	}

	#send(opcode: number, payload: Buffer): void {
		if (this.#isClosed && !this.#fault.endsWith("behind a Close")) return;
		if (opcode === CLOSE) this.#isClosed = true;
		const frame = encodeFrame(opcode, payload);
		if (this.#fault === "sends no mask") {
			this.#socket.write(frame);
			return;
		}
		const mask = randomBytes(4);
		const head = frame.subarray(0, frame.length - payload.length);
		head[1] = (head[1] as number) | 0x80;
		this.#socket.write(Buffer.concat([head, mask, payload.map((byte, i) => byte ^ (mask[i & 3] as number))]));
	}

	#fail(code: number): boolean {
		if (this.#fault === "echoes before it fails, never") this.#owed.length = 0;
		for (const owed of this.#owed.splice(0)) owed();
		this.#send(CLOSE, Buffer.of(code >> 8, code & 255));
		return false;
	}

	#received({ fin, rsv, opcode, payload }: Frame): boolean {
		const fault = this.#fault;
		if (this.#isClosed && fault !== "answers pings behind a Close") return false;
		if (rsv !== 0 && fault !== "ignores reserved bits") return this.#fail(1002);
		if (opcode > PONG || (opcode > BINARY && opcode < CLOSE)) {
			return fault === "ignores reserved opcodes" ? true : this.#fail(1002);
		}
		if (opcode >= CLOSE) {
			if (!fin || payload.length > 125) return this.#fail(1002);
			return this.#control(opcode, payload);
		}
		const isFirst = this.#fragments.length === 0;
		if ((opcode === CONTINUATION) === isFirst) return fault === "continues nothing" ? true : this.#fail(1002);
		if (isFirst) this.#opcode = opcode;
		this.#fragments.push(payload);
		return fin ? this.#message(Buffer.concat(this.#fragments.splice(0))) : true;
	}

	#message(message: Buffer): boolean {
		const fault = this.#fault;
		if (this.#opcode !== BINARY && fault !== "echoes what is not UTF-8" && !isUtf8(message)) return this.#fail(1007);
		if (fault === "loses empty messages" && message.length === 0) return true;
		const opcode = fault === "echoes as binary" ? BINARY : this.#opcode;
		this.#owed.push(() => this.#send(opcode, fault === "loses the last byte" ? message.subarray(0, -1) : message));
		return true;
	}

	#control(opcode: number, payload: Buffer): boolean {
		const fault = this.#fault;
		if (opcode === PONG || (opcode === PING && fault === "ignores pings")) return true;
		if (opcode === PING) {
			const pong = () => this.#send(PONG, fault === "cuts pongs" ? payload.subarray(0, 64) : payload);
			if (fault === "answers pings late") setTimeout(pong, 200);
			else pong();
			return true;
		}
		if (fault === "never answers a Close") return false;
		if (fault === "drops the connection for a Close") {
			this.#socket.destroy();
			return false;
		}
		if (payload.length === 1) return this.#fail(1002);
		const status = payload.length > 1 ? payload.readUInt16BE(0) : 1000;
		if (fault !== "accepts every status" && (!isStatus(status) || !isUtf8(payload.subarray(2))))
			return this.#fail(1002);
		for (const owed of this.#owed.splice(0)) owed();
		const reply = fault === "answers with another status" ? 3001 : fault === "accepts every status" ? 1000 : status;
		this.#send(CLOSE, Buffer.of(reply >> 8, reply & 255));
		return true;
	}
}

export async function playWrong(port: number, id: string, fault: Fault): Promise<void> {
	await new Client(port, id, fault).play();
}
