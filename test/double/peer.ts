/**
 * The far end of one connection. The test (or `network.onConnect`) says what it does; everything it does reaches the
 * socket in a later turn, one segment a turn, in order, and never more than the socket's window holds.
 */
import type { TCPFailure } from "embedded:io/socket/tcp";
import type { Clock } from "./clock.js";

/** Bytes of a script; in a string each character is one byte. */
export type Bytes = string | Uint8Array | readonly number[];

/** What the peer's end needs of the socket: see `socket.ts`. */
export interface Wire {
	/** Free bytes of the receive window. */
	readonly window: number;
	connected(): void;
	/** `end`: the FIN is in the same segment. */
	arrived(bytes: Uint8Array, end: boolean): void;
	/** A reset, a refusal, a route that has gone: the connection is no more. */
	broken(failure: TCPFailure): void;
	acknowledged(count: number): void;
}

/** What is spoken between the peer and the connection: TLS, or what stands for it. */
export interface Layer {
	/** What is to be sent for these bytes; with `end` nothing follows them. */
	seal(bytes: Uint8Array, end: boolean): Uint8Array;
	/** The bytes of the application in what has come. */
	open(bytes: Uint8Array): Uint8Array;
}

interface Segment {
	bytes: Uint8Array;
	end: boolean;
}

export function bytesOf(bytes: Bytes): Uint8Array {
	if (typeof bytes !== "string") return Uint8Array.from(bytes);
	const result = new Uint8Array(bytes.length);
	for (let i = 0; i < bytes.length; i++) result[i] = bytes.charCodeAt(i);
	return result;
}

export class Peer {
	readonly address: string;
	readonly port: number;
	readonly localAddress: string | undefined;
	readonly nodelay: boolean | undefined;
	/** Whether what arrives is acknowledged at once; false: the test calls `acknowledge`. */
	automatic = true;
	/** Called in a turn of its own with bytes that have come. */
	onReceive: ((peer: this, bytes: Uint8Array) => void) | undefined;
	/** Called in a turn of its own when the client has closed. */
	onClose: ((peer: this) => void) | undefined;
	/** Around all that is delivered and received. */
	layer: Layer | undefined;
	/** How the client's end stands; "reset": it has closed with bytes unread, as lwIP does it. */
	client: "open" | "closed" | "reset" = "open";

	readonly #clock: Clock;
	readonly #wire: Wire;
	#state: "connecting" | "open" | "finished" | "broken" = "connecting";
	#outgoing: Segment[] = [];
	#pumping = false;
	#received: Uint8Array[] = [];
	#unacknowledged = 0;

	constructor(
		clock: Clock,
		wire: Wire,
		options: { address: string; port: number; localAddress?: string | undefined; nodelay?: boolean | undefined },
	) {
		this.#clock = clock;
		this.#wire = wire;
		this.address = options.address;
		this.port = options.port;
		this.localAddress = options.localAddress;
		this.nodelay = options.nodelay;
	}

	/** Bytes that wait here for the client to read. */
	get unsent(): number {
		return this.#outgoing.reduce((sum, segment) => sum + segment.bytes.length, 0);
	}

	/** Bytes that have come and are not acknowledged. */
	get unacknowledged(): number {
		return this.#unacknowledged;
	}

	/** All that has come since the last `take`. */
	get received(): Uint8Array {
		if (this.#received.length > 1) {
			const all = new Uint8Array(this.#received.reduce((sum, bytes) => sum + bytes.length, 0));
			let end = 0;
			for (const bytes of this.#received) {
				all.set(bytes, end);
				end += bytes.length;
			}
			this.#received = [all];
		}
		return this.#received[0] ?? new Uint8Array(0);
	}

	/** The same as text, a character for each byte. */
	get text(): string {
		let text = "";
		for (const byte of this.received) text += String.fromCharCode(byte);
		return text;
	}

	/** Gives what has come, and forgets it. */
	take(): Uint8Array {
		const bytes = this.received;
		this.#received = [];
		return bytes;
	}

	/** Lets the connection stand. What was delivered before waits for it. */
	accept(): void {
		this.#expect("connecting");
		this.#state = "open";
		this.#clock.post(() => this.#wire.connected());
		this.#pump();
	}

	refuse(): void {
		this.fail("refused");
	}

	/** The connection, or the attempt, fails. What still waits here is lost; what the client has not read is not. */
	fail(failure: TCPFailure): void {
		if (this.#state === "broken") return;
		this.#state = "broken";
		this.#outgoing = [];
		this.#clock.post(() => this.#wire.broken(failure));
	}

	reset(): void {
		this.fail("reset");
	}

	/** Sends each argument as a segment, which the client gets in a turn of its own. */
	deliver(...segments: Bytes[]): void {
		for (const segment of segments) this.#sendSealed(bytesOf(segment), false);
	}

	/** The same, past the layer. */
	deliverRaw(bytes: Bytes): void {
		this.#send(bytesOf(bytes), false);
	}

	/** Sends FIN alone, past the layer. */
	finishRaw(): void {
		this.#send(new Uint8Array(0), true);
	}

	/** Sends FIN after all that waits. With `bytes` it comes in the same segment as these, so in the same turn. */
	finish(bytes: Bytes = []): void {
		this.#sendSealed(bytesOf(bytes), true);
	}

	/** Acknowledges `count` bytes of what has come, so that the client may write as many more. */
	acknowledge(count = this.#unacknowledged): void {
		if (count > this.#unacknowledged) throw new Error(`only ${this.#unacknowledged} bytes have come`);
		if (count === 0) return;
		this.#unacknowledged -= count;
		this.#clock.post(() => this.#wire.acknowledged(count));
	}

	/** For the socket: bytes that the client has written. */
	receive(bytes: Uint8Array): void {
		const opened = this.layer ? this.layer.open(bytes) : bytes;
		this.#received.push(opened);
		this.#unacknowledged += bytes.length;
		this.#clock.post(() => {
			if (this.automatic) this.acknowledge(Math.min(bytes.length, this.#unacknowledged));
			if (opened.length > 0) this.onReceive?.(this, opened);
		});
	}

	/** For the socket: the client has read, so the window is open again. */
	windowOpened(): void {
		this.#pump();
	}

	/** For the socket: the client has closed. */
	closed(unread: boolean): void {
		this.client = unread ? "reset" : "closed";
		this.#outgoing = [];
		this.#clock.post(() => this.onClose?.(this));
	}

	#expect(state: "connecting" | "open"): void {
		if (this.#state !== state) throw new Error(`the connection is ${this.#state}, not ${state}`);
	}

	#sendSealed(bytes: Uint8Array, end: boolean): void {
		this.#send(this.layer && (bytes.length > 0 || end) ? this.layer.seal(bytes, end) : bytes, end);
	}

	#send(bytes: Uint8Array, end: boolean): void {
		// A script may be written down before the connection stands; it is sent then.
		if (this.#state !== "connecting") this.#expect("open");
		if (this.#outgoing[this.#outgoing.length - 1]?.end) throw new Error("nothing can follow a FIN");
		if (bytes.length === 0 && !end) return;
		if (this.client !== "open") return;
		this.#outgoing.push({ bytes, end });
		this.#pump();
	}

	/** One segment a turn, so that the client's own turn for it comes before the next. */
	#pump(): void {
		if (this.#pumping || this.#state !== "open" || this.#outgoing.length === 0) return;
		this.#pumping = true;
		this.#clock.post(() => {
			this.#pumping = false;
			// With the window shut it goes on when the client has read.
			if (this.#forward()) this.#pump();
		});
	}

	#forward(): boolean {
		const segment = this.#outgoing[0];
		const window = this.#wire.window;
		// A FIN is within the window too.
		if (segment === undefined || this.#state !== "open" || window === 0) return false;
		const count = Math.min(segment.bytes.length, window);
		const whole = count === segment.bytes.length;
		const bytes = segment.bytes.subarray(0, count);
		if (whole) this.#outgoing.shift();
		else segment.bytes = segment.bytes.subarray(count);
		if (whole && segment.end) this.#state = "finished";
		this.#wire.arrived(bytes, whole && segment.end);
		return true;
	}
}
