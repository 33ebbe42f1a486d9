/** One connection of a client on which one case is played: what is sent, what comes back, and the verdict. */
import type { Socket } from "node:net";
import { type Case, type Judge, NORMAL, type Scale, type SendOptions, type Verdict } from "./case.js";
import type { Compression } from "./deflate.js";
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
	TEXT,
} from "./frames.js";

export interface Report {
	id: string;
	/** Of what came back, and of how the connection ended. */
	behavior: Verdict;
	close: Verdict;
	/** Why, and what was on the wire. */
	detail: string;
	milliseconds: number;
}

export function passes({ behavior, close }: Report): boolean {
	return [behavior, close].every((verdict) => verdict === "OK" || verdict === "INFORMATIONAL");
}

const enum State {
	Open,
	/** Our Close has been sent. */
	Closing,
	/** The client's Close has come. */
	Closed,
	Ended,
}

/** Milliseconds in which the client answers a Close. */
const CLOSE_LIMIT = 1000;
const GOING_AWAY = 1001;

export class Play implements Judge {
	readonly events: string[] = [];
	behavior: Verdict = "FAILED";
	result = "";
	count = 0;
	readonly scale: Scale;
	readonly #case: Case;
	readonly #socket: Socket;
	readonly #compression: Compression | undefined;
	readonly #done: (report: Report) => void;
	readonly #start = Date.now();
	readonly #reader = new FrameReader();
	readonly #timers = new Set<NodeJS.Timeout>();
	readonly #wire: string[] = [];
	#state = State.Open;
	#queue: Buffer[] = [];
	#queued = 0;
	#opcode = 0;
	#isCompressed = false;
	#fragments: Buffer[] = [];
	/** Who sent the first Close. */
	#closedBy: "judge" | "client" | undefined;
	#code: number | undefined;
	#isClean = false;
	/** Something that no client may do. */
	#violation = "";

	constructor(
		the: Case,
		scale: Scale,
		socket: Socket,
		compression: Compression | undefined,
		done: (report: Report) => void,
	) {
		this.#case = the;
		this.scale = scale;
		this.#socket = socket;
		this.#compression = compression;
		this.#done = done;
	}

	get isOpen(): boolean {
		return this.#state === State.Open;
	}

	begin(): void {
		if (this.#case.deflate && !this.#compression) {
			this.behavior = "UNIMPLEMENTED";
			this.sendClose();
		} else {
			this.#case.play(this);
		}
	}

	send(opcode: number, payload: Buffer | string = "", options: SendOptions = {}): void {
		const bytes = typeof payload === "string" ? Buffer.from(payload, "latin1") : payload;
		const { fin = true, rsv = 0, chop = 0, sync = false } = options;
		this.#log(">", { fin, rsv, opcode, masked: false, payload: bytes });
		this.sendBytes(encodeFrame(opcode, bytes, fin, rsv), chop, sync);
	}

	sendMessage(message: Buffer, isBinary: boolean, fragment = 0): void {
		const payload = this.#compression ? this.#compression.deflate(message) : message;
		const rsv = this.#compression ? 4 : 0;
		const opcode = isBinary ? BINARY : TEXT;
		if (fragment === 0 || payload.length <= fragment) {
			this.send(opcode, payload, { rsv });
			return;
		}
		// As Autobahn: where the length is a multiple, an empty frame follows.
		for (let at = 0; at <= payload.length; at += fragment) {
			const isFirst = at === 0;
			const fin = at + fragment > payload.length;
			this.send(isFirst ? opcode : CONTINUATION, payload.subarray(at, at + fragment), { fin, rsv: isFirst ? rsv : 0 });
		}
	}

	sendBytes(bytes: Buffer, chop = 0, sync = false): void {
		if (chop === 0 && !sync && this.#queue.length === 0) {
			this.#socket.write(bytes);
			return;
		}
		const size = chop === 0 ? bytes.length : chop;
		for (let at = 0; at < bytes.length; at += size) this.#queue.push(bytes.subarray(at, at + size));
		if (this.#queued === 0 && this.#queue.length > 0) setImmediate(() => this.#pump());
		this.#queued ||= 1;
	}

	sendClose(code: number = NORMAL, reason: Buffer | string = ""): void {
		if (this.#state === State.Open) this.sendCloseFrame(code, reason);
	}

	sendCloseFrame(code?: number, reason: Buffer | string = ""): void {
		const text = typeof reason === "string" ? Buffer.from(reason) : reason;
		const head = code === undefined ? Buffer.alloc(0) : Buffer.of(code >> 8, code & 255);
		this.#state = State.Closing;
		this.#closedBy ??= "judge";
		this.send(CLOSE, Buffer.concat([head, text]));
		this.#after(CLOSE_LIMIT, () => {
			this.result ||= "the Close was not answered";
			this.#end();
		});
	}

	killAfter(seconds: number): void {
		this.#after(Math.min(seconds, this.scale.limit) * 1000, () => {
			if (this.#state === State.Open) {
				this.result ||= `the client did not react within ${seconds} s`;
				this.sendClose(GOING_AWAY);
			}
		});
	}

	closeAfter(seconds: number): void {
		this.#after(Math.min(seconds, this.scale.limit) * 1000, () => {
			if (this.#state === State.Open) this.result ||= `what should come did not come within ${seconds} s`;
			this.sendClose();
		});
	}

	later(milliseconds: number, next: () => void): void {
		const timer = setTimeout(() => {
			this.#timers.delete(timer);
			if (this.#state !== State.Ended) next();
		}, milliseconds);
		this.#timers.add(timer);
	}

	/** As later, after a wait that is a limit for the client: it is longer than the case says. */
	#after(milliseconds: number, next: () => void): void {
		this.later(milliseconds * this.scale.patience, next);
	}

	afterLimit(next: () => void): void {
		this.#after(1000, next);
	}

	whenAnswered(count: number, next: () => void): void {
		const start = Date.now();
		const look = () => {
			if (this.events.length < count && Date.now() - start < 1000 * this.scale.patience) {
				this.later(10, look);
				return;
			}
			if (this.events.length < count) this.events.push("timeout:no answer before the message ended");
			next();
		};
		this.later(this.scale.pause, look);
	}

	/** What the client sends. */
	received(bytes: Buffer): void {
		this.#reader.read(bytes, (frame) => {
			this.#log("<", frame);
			const violation = this.#received(frame) ?? (this.#reader.isLong ? "a length of needless bytes" : undefined);
			if (violation !== undefined) {
				this.#violation ||= violation;
				this.#closedBy ??= "judge";
				this.#end();
			}
			return this.#state !== State.Ended;
		});
	}

	/** The connection has ended, by whomever. */
	ended(): void {
		for (const timer of this.#timers) clearTimeout(timer);
		const { isInformational } = this.#case;
		const { behavior, result } = this.#judgeBehavior();
		const { close, reason } = this.#judgeClose();
		const wire = this.#wire.length > 24 ? [...this.#wire.slice(0, 12), "…", ...this.#wire.slice(-12)] : this.#wire;
		this.#done({
			id: this.#case.id,
			behavior: isInformational && !this.#violation ? "INFORMATIONAL" : behavior,
			close: isInformational && (this.#isClean || this.result === "") ? "INFORMATIONAL" : close,
			detail: `${[result, reason].filter((part) => part !== "").join("; ")}\n${wire.join("\n")}`,
			milliseconds: Date.now() - this.#start,
		});
		this.#state = State.Ended;
	}

	#pump(): void {
		const bytes = this.#queue[this.#queued - 1];
		if (bytes === undefined || this.#socket.destroyed) {
			this.#queue = [];
			this.#queued = 0;
			if (this.#state === State.Ended) this.#socket.end();
			return;
		}
		this.#queued++;
		this.#socket.write(bytes);
		setImmediate(() => this.#pump());
	}

	/** Ends the TCP connection behind all that was sent; the client must end its side, too. */
	#end(): void {
		if (this.#state === State.Ended) return;
		this.#state = State.Ended;
		if (this.#queue.length === 0) this.#socket.end();
		const timer = setTimeout(() => {
			this.#violation ||= "the client did not end its TCP connection";
			this.#socket.destroy();
		}, CLOSE_LIMIT * this.scale.patience);
		this.#timers.add(timer);
	}

	/** Gives what is wrong with a frame. */
	#received(frame: Frame): string | undefined {
		const { opcode, masked, fin, rsv, payload } = frame;
		if (!masked) return "a frame without mask (RFC 6455 section 5.1)";
		if (this.#state >= State.Closed) return "a frame after the Close (section 5.5.1)";
		if (opcode < CLOSE) return this.#data(frame);
		if (rsv !== 0) return "a reserved bit in a control frame";
		if (!fin || payload.length > 125) return "a control frame in fragments or of more than 125 bytes (section 5.5)";
		switch (opcode) {
			case CLOSE:
				return this.#close(payload);
			case PING:
				this.#event(`ping:${payload.toString("latin1")}`);
				if (this.#state === State.Open) this.send(PONG, payload);
				return;
			case PONG:
				this.#event(`pong:${payload.toString("latin1")}`);
				return;
		}
		return `the opcode ${opcode}`;
	}

	#close(payload: Buffer): string | undefined {
		if (payload.length === 1) return "a Close of one byte";
		if (payload.length > 1) {
			this.#code = payload.readUInt16BE(0);
			if (!isStatus(this.#code)) return `the status ${this.#code} in a Close (section 7.4)`;
			if (!isUtf8(payload.subarray(2))) return "a reason that is not UTF-8";
		}
		this.#isClean = true;
		if (this.#state === State.Open) {
			this.#closedBy = "client";
			this.send(CLOSE, Buffer.of(NORMAL >> 8, NORMAL & 255));
		}
		this.#state = State.Closed;
		// What the client sends in one piece behind its Close is still looked at.
		setImmediate(() => this.#end());
	}

	#data({ opcode, rsv, fin, payload }: Frame): string | undefined {
		const isFirst = this.#fragments.length === 0;
		if (opcode > BINARY) return `the opcode ${opcode}`;
		if ((opcode === CONTINUATION) === isFirst) return isFirst ? "a continuation of nothing" : "a message in a message";
		if (isFirst) {
			this.#opcode = opcode;
			this.#isCompressed = rsv === 4 && this.#compression !== undefined;
		}
		if (rsv !== 0 && !(isFirst && this.#isCompressed)) return "a reserved bit";
		this.#fragments.push(payload);
		if (!fin) return;
		let message: Buffer = Buffer.concat(this.#fragments);
		this.#fragments = [];
		if (this.#isCompressed) {
			try {
				message = (this.#compression as Compression).inflate(message);
			} catch (error) {
				return `what cannot be inflated: ${(error as Error).message}`;
			}
		}
		const isBinary = this.#opcode === BINARY;
		if (!isBinary && !isUtf8(message)) return "a text that is not UTF-8 (section 5.6)";
		if (this.#case.message) {
			if (this.#state === State.Open) this.#case.message(this, message, isBinary);
		} else {
			this.#event(`${isBinary ? "binary" : "text"}:${message.toString("latin1")}`);
		}
	}

	#event(event: string): void {
		this.events.push(event);
		const { expected, nonStrict, ending, isClosing = false } = this.#case;
		if (!expected || nonStrict || isClosing || ending.by !== "judge") return;
		if (isSame(this.events, expected)) this.sendClose(ending.codes[0]);
	}

	#judgeBehavior(): { behavior: Verdict; result: string } {
		const { expected, nonStrict } = this.#case;
		if (this.#violation !== "") return { behavior: "FAILED", result: `the client sent ${this.#violation}` };
		if (!expected) return { behavior: this.behavior, result: this.result };
		if (isSame(this.events, expected)) return { behavior: "OK", result: this.result };
		if (nonStrict && isSame(this.events, nonStrict)) return { behavior: "NON-STRICT", result: this.result };
		const came = this.events.map((event) => event.slice(0, 60)).join(", ");
		return { behavior: "FAILED", result: `${this.result}; what came is not what is expected: [${came}]` };
	}

	#judgeClose(): { close: Verdict; reason: string } {
		const { by, codes, isClean } = this.#case.ending;
		if (this.#closedBy !== by && (this.#closedBy !== undefined || by === "judge")) {
			return { close: "FAILED", reason: `the connection was closed by the ${this.#closedBy ?? "client"}` };
		}
		// Stricter than Autobahn: a Close that is neither answered nor followed by an end is never all right.
		if (!this.#isClean && (isClean || this.result !== "")) {
			return { close: "UNCLEAN", reason: "no close handshake" };
		}
		if (this.#code !== undefined && !codes.includes(this.#code)) {
			return { close: "WRONG CODE", reason: `the status was ${this.#code}, not ${codes.join(" or ")}` };
		}
		return { close: "OK", reason: "" };
	}

	#log(direction: string, { fin, rsv, opcode, payload }: Frame): void {
		if (this.#wire.length > 1000) this.#wire.splice(100, 800);
		const bytes = payload.subarray(0, 24).toString("hex");
		this.#wire.push(
			`${direction} ${fin ? "fin " : ""}${rsv ? `rsv=${rsv} ` : ""}opcode=${opcode} length=${payload.length} ${bytes}`,
		);
	}
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
	return some.length === others.length && some.every((event, i) => event === others[i]);
}
