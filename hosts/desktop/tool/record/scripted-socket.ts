/** Our end of a connection that is played from a record; the player is the other end. */
import type { TCPFailure, TCPOptions } from "embedded:io/socket/tcp";
import { copyBytes } from "lws-xs/native/kernels";
import { Masker } from "./masker.js";
import { frame, type Kind, type SessionFacts } from "./scripted-session.js";

/** What a socket takes at least when the record has more for it to send. */
const ROOM = 65536;

/** The player, as its sockets know it. */
export interface Network {
	/** The socket of which a callback is running. */
	current: ScriptedSocket | undefined;
	/** Gives its number, or throws what it threw. */
	connecting(socket: ScriptedSocket, address: string, port: number): number;
	/** For a later turn. */
	post(work: () => void): void;
}

export class ScriptedSocket implements SessionFacts {
	readonly address: string;
	readonly port: number;
	readonly number: number;
	isClosed = false;
	/** A session of TLS runs over it. */
	isSecure = false;
	tls: Readonly<Record<string, unknown>> = {};
	readonly #network: Network;
	readonly #options: TCPOptions;
	#incoming: Uint8Array[] = [];
	/** Of the first of them, that was read. */
	#read = 0;
	#available = 0;
	#state: "connecting" | "open" | "ended" = "connecting";
	#failure: string | undefined;
	#room = 0;
	#masker = new Masker(true);
	/** What the client has sent and the record has not been compared with, masked. */
	#sent: Uint8Array[] = [];
	#compared = 0;

	constructor(network: Network, options: TCPOptions) {
		this.#network = network;
		this.#options = { ...options };
		this.address = options.address;
		this.port = Number(options.port);
		if ("target" in options) Object.assign(this, { target: options.target });
		this.number = network.connecting(this, this.address, this.port);
	}

	get remoteAddress(): string {
		return this.address;
	}

	get remotePort(): number {
		return this.port;
	}

	read(buffer: Uint8Array): number | undefined {
		if (this.isClosed) throw new Error("closed");
		if (this.#available === 0) return undefined;
		const { length } = buffer;
		if (length === 0 || length > this.#available) throw new Error("invalid");
		for (let at = 0; at < length; ) {
			const first = this.#incoming[0] as Uint8Array;
			const count = Math.min(length - at, first.length - this.#read);
			copyBytes(buffer, at, first, this.#read, this.#read + count);
			at += count;
			this.#read += count;
			if (this.#read < first.length) continue;
			this.#incoming.shift();
			this.#read = 0;
		}
		this.#available -= length;
		if (this.#available === 0 && this.#state === "ended") this.#network.post(() => this.#tellEnd());
		return length;
	}

	write(buffer: Uint8Array): number | undefined {
		if (this.isClosed) throw new Error("closed");
		if (this.#state !== "open") throw new Error("not ready");
		if (buffer.length > this.#room) throw new Error("would block");
		this.#room -= buffer.length;
		this.#keep(this.#masker.feed(buffer, buffer.length));
		return this.#room;
	}

	close(): void {
		if (this.isClosed) return;
		this.isClosed = true;
		this.#incoming.length = 0;
		this.#keep(this.#masker.flush());
	}

	// the other end

	/** A session begins: other bytes, and nothing of what was held back. */
	secure(): void {
		this.isSecure = true;
		this.#keep(this.#masker.flush());
		this.#masker = new Masker(false);
	}

	open(room: number): void {
		if (this.#state !== "connecting") return;
		this.#state = "open";
		this.giveRoom(room);
	}

	giveRoom(room: number): void {
		if (this.isClosed || this.#state !== "open") return;
		this.#room = room;
		const { onWritable } = this.#options;
		this.#call(() => onWritable?.call(this as never, room));
	}

	/** The record has more to be sent than there was room for; true: now there is more. */
	makeRoom(): boolean {
		if (this.isClosed || this.#state !== "open" || this.#room >= ROOM) return false;
		this.giveRoom(ROOM);
		return true;
	}

	deliver(bytes: Uint8Array): void {
		if (this.isClosed || this.#state !== "open") return;
		this.#incoming.push(bytes);
		this.#available += bytes.length;
		const { onReadable } = this.#options;
		this.#call(() => onReadable?.call(this as never, this.#available));
	}

	deliverRecord(kind: Kind, content?: Uint8Array): void {
		this.deliver(frame(kind, content));
	}

	end(failure: string | undefined): void {
		if (this.isClosed || this.#state === "ended") return;
		this.#state = "ended";
		this.#failure = failure;
		if (this.#available === 0) this.#tellEnd();
	}

	#tellEnd(): void {
		if (this.isClosed) return;
		const { onError } = this.#options;
		this.#call(() => onError?.call(this as never, this.#failure as TCPFailure | undefined));
	}

	#call(work: () => void): void {
		this.#network.current = this;
		try {
			work();
		} finally {
			this.#network.current = undefined;
		}
	}

	#keep(masked: Uint8Array): void {
		const { length } = this.#masker;
		if (length > 0) this.#sent.push(masked.slice(0, length));
	}

	/** Bytes that the client has sent beyond the record. */
	get unexpected(): number {
		let count = -this.#compared;
		for (const { length } of this.#sent) count += length;
		return count;
	}

	/** Takes what is there of [from, end) of `expected`; gives where it ends, negative (-1 - place) where it is another byte. */
	compare(expected: Uint8Array, from: number): number {
		let at = from;
		while (at < expected.length) {
			const first = this.#sent[0];
			if (!first) break;
			for (; at < expected.length && this.#compared < first.length; at++, this.#compared++) {
				if (first[this.#compared] !== expected[at]) return -1 - at;
			}
			if (this.#compared < first.length) break;
			this.#sent.shift();
			this.#compared = 0;
		}
		return at;
	}

	/** The next bytes that it has sent, for a message. */
	get excerpt(): Uint8Array {
		return this.#sent[0]?.subarray(this.#compared) ?? new Uint8Array(0);
	}
}
