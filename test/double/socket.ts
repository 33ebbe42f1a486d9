/**
 * Our end of a scripted connection: the class has the shape of `embedded:io/socket/tcp`, and behaves as the device's
 * does (modules/io/socket/lwip/tcp.c): the same flags, delivered by a posted turn, and the same small windows.
 */
import type HostTCP from "embedded:io/socket/tcp";
import type { ByteBuffer, TCPFailure, TCPOptions } from "embedded:io/socket/tcp";
import { Clock } from "./clock.js";
import { Faults } from "./faults.js";
import { Peer } from "./peer.js";

/** The device's TCP_WND and TCP_SND_BUF: four segments of 1436 bytes. */
export const WINDOW = 5744;

const WRITABLE = 1;
const READABLE = 2;
const ERROR = 4;

export interface NetworkOptions {
	/**
	 * True: also what the contract leaves out and the device does. `onError` never gets a reason; it comes in the very
	 * turn of the last `onReadable` when that has read everything, and once more afterwards; a write that fails does
	 * not throw but comes as `onError`; `remoteAddress` of a connection that was reset is gone (there, a crash).
	 */
	device?: boolean;
}

export class Network {
	readonly clock: Clock;
	readonly faults: Faults;
	readonly device: boolean;
	/** One for each socket that was made, in that order. */
	readonly peers: Peer[] = [];
	/** How many sockets were made and not closed. */
	open = 0;
	/** What the far end does with an attempt; undefined: it accepts. A function that does nothing never answers. */
	onConnect: ((peer: Peer) => void) | undefined;
	/** The class for the code under test. */
	readonly TCP: typeof HostTCP;

	constructor(clock = new Clock(), faults = new Faults(), options: NetworkOptions = {}) {
		this.clock = clock;
		this.faults = faults;
		this.device = options.device ?? false;
		const network = this;
		this.TCP = class extends Socket {
			static readonly extras = ["localAddress"];

			constructor(options: TCPOptions) {
				super(network, options);
			}
		} as unknown as typeof HostTCP;
	}

	/** The peer of the last socket that was made. */
	get peer(): Peer {
		const peer = this.peers[this.peers.length - 1];
		if (peer === undefined) throw new Error("no socket was made");
		return peer;
	}

	/** Runs all turns that are posted, and those that these post. */
	run(): number {
		return this.clock.run();
	}
}

function checkCallback(callback: unknown): void {
	if (callback !== undefined && callback !== null && typeof callback !== "function") throw new Error("not a function");
}

function isNumericAddress(address: unknown): address is string {
	if (typeof address !== "string") return false;
	const parts = address.split(".");
	if (parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return true;
	return /^[0-9a-fA-F:]*:[0-9a-fA-F:.]*(%\w+)?$/.test(address) && address.split(":").length > 2;
}

function viewOf(buffer: unknown): Uint8Array {
	if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
	if (ArrayBuffer.isView(buffer)) return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
	throw new TypeError("not a buffer");
}

/** Bytes that arrived together. The window opens by a segment as a whole, when its last byte was read. */
interface Arrived {
	bytes: Uint8Array;
	read: number;
}

class Socket {
	readonly #network: Network;
	readonly #peer: Peer;
	readonly #options: TCPOptions;
	#format: "buffer" | "number";
	#arrived: Arrived[] = [];
	#available = 0;
	#window = WINDOW;
	#room = WINDOW;
	#triggered = 0;
	#posted = false;
	/** Connected, and the end not yet delivered. */
	#ready = false;
	/** The FIN or the failure has had its turn; with bytes unread it is not told yet. */
	#ended = false;
	#closed = false;
	/** The connection itself: "finished" after the peer's FIN, "gone" after a failure. */
	#connection: "up" | "finished" | "gone" = "up";
	#failure: TCPFailure | undefined;

	constructor(network: Network, options: TCPOptions) {
		network.faults.count("constructor");
		const { address, format } = options;
		if (format !== undefined && format !== "buffer" && format !== "number") throw new RangeError("unimplemented");
		checkCallback(options.onReadable);
		checkCallback(options.onWritable);
		checkCallback(options.onError);
		if (!isNumericAddress(address)) throw new Error("invalid address");
		if (options.port === undefined) throw new Error("invalid");
		const port = Math.trunc(Number(options.port)) || 0;
		if (port < 0 || port > 65535) throw new RangeError("invalid port");

		this.#network = network;
		this.#options = { ...options };
		this.#format = format ?? "buffer";
		if ("target" in options) Object.assign(this, { target: options.target });
		const socket = this;
		this.#peer = new Peer(
			network.clock,
			{
				get window() {
					return socket.#window;
				},
				connected: () => this.#connected(),
				arrived: (bytes, end) => this.#arrive(bytes, end),
				broken: (failure) => this.#broken(failure),
				acknowledged: (count) => this.#acknowledged(count),
			},
			{ address, port, localAddress: options.localAddress, nodelay: options.nodelay },
		);
		network.peers.push(this.#peer);
		network.open++;
		network.clock.post(() => {
			if (this.#closed) return;
			if (network.onConnect) network.onConnect(this.#peer);
			else this.#peer.accept();
		});
	}

	get remoteAddress(): string {
		this.#check();
		if (this.#connection === "gone" && this.#network.device) throw new Error("the device crashes here");
		return this.#peer.address;
	}

	get remotePort(): number {
		this.#check();
		if (this.#connection === "gone" && this.#network.device) throw new Error("the device crashes here");
		return this.#peer.port;
	}

	get format(): "buffer" | "number" {
		this.#check();
		return this.#format;
	}

	set format(format: "buffer" | "number") {
		this.#check();
		if (format !== "buffer" && format !== "number") throw new RangeError("unimplemented");
		this.#format = format;
	}

	read(...args: unknown[]): ArrayBuffer | number | undefined {
		this.#check();
		this.#network.faults.count("read");
		if (this.#available === 0) return undefined;
		if (this.#format === "number") return this.#take(new Uint8Array(1))[0];

		const [wanted] = args;
		if (typeof wanted === "object" && wanted !== null) return this.#take(viewOf(wanted)).length;
		const count = args.length === 0 ? this.#available : Math.trunc(Number(wanted)) || 0;
		if (count <= 0 || count > this.#available) throw new Error("invalid");
		const result = new ArrayBuffer(count);
		this.#take(new Uint8Array(result));
		return result;
	}

	write(data: ByteBuffer | number): number | undefined {
		this.#check();
		try {
			this.#network.faults.count("write");
		} catch (error) {
			if (!this.#network.device) throw error;
			this.#trigger(ERROR);
			return undefined;
		}
		if (!this.#ready) throw new Error("not ready");
		// The failure is there, but its turn has not come: the device drops the bytes and says nothing.
		if (this.#connection === "gone") return undefined;
		const bytes = this.#format === "number" ? Uint8Array.of(Number(data)) : viewOf(data).slice();
		if (bytes.length > this.#room) throw new Error("would block");
		if (bytes.length > 0) {
			this.#room -= bytes.length;
			this.#peer.receive(bytes);
		}
		return this.#room;
	}

	/** When it is the operation that fails, the socket is closed all the same: only the caller is told otherwise. */
	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#network.open--;
		this.#peer.closed(this.#available > 0);
		this.#arrived = [];
		this.#network.faults.count("close");
	}

	#check(): void {
		if (this.#closed) throw new Error("closed");
	}

	#take(out: Uint8Array): Uint8Array {
		if (out.length === 0 || out.length > this.#available) throw new Error("invalid");
		let opened = 0;
		for (let filled = 0; filled < out.length; ) {
			const segment = this.#arrived[0];
			if (segment === undefined) break;
			const part = segment.bytes.subarray(segment.read, segment.read + out.length - filled);
			out.set(part, filled);
			filled += part.length;
			segment.read += part.length;
			if (segment.read < segment.bytes.length) continue;
			this.#arrived.shift();
			opened += segment.bytes.length;
		}
		this.#available -= out.length;
		this.#window += opened;
		if (opened > 0) this.#peer.windowOpened();
		if (this.#available === 0 && this.#ended) this.#trigger(ERROR);
		return out;
	}

	#connected(): void {
		if (this.#closed) return;
		this.#ready = true;
		this.#trigger(WRITABLE);
	}

	#arrive(bytes: Uint8Array, end: boolean): void {
		if (this.#closed) return;
		if (bytes.length > 0) {
			this.#arrived.push({ bytes, read: 0 });
			this.#available += bytes.length;
			this.#window -= bytes.length;
			this.#trigger(READABLE);
		}
		if (!end) return;
		this.#connection = "finished";
		this.#trigger(ERROR);
	}

	#broken(failure: TCPFailure): void {
		if (this.#closed) return;
		const finished = this.#connection === "finished";
		this.#connection = "gone";
		// With the peer's FIN the device stops listening, to failures as well as to acknowledgements.
		if (finished) return;
		if (!this.#network.device) this.#failure = failure;
		this.#trigger(ERROR);
	}

	#acknowledged(count: number): void {
		this.#room += count;
		if (this.#connection === "up") this.#trigger(WRITABLE);
	}

	#trigger(flag: number): void {
		if (this.#closed) return;
		this.#triggered |= flag;
		if (this.#posted) return;
		this.#posted = true;
		this.#network.clock.post(() => this.#deliver());
	}

	#deliver(): void {
		const triggered = this.#triggered;
		this.#triggered = 0;
		this.#posted = false;
		if (this.#closed) return;
		const { onReadable, onWritable, onError } = this.#options;
		const self = this as unknown as HostTCP;
		if (triggered & ERROR) {
			this.#ended = true;
			this.#ready = false;
		}

		const announces = (triggered & READABLE) !== 0 && this.#available > 0;
		if (announces) onReadable?.call(self, this.#available);
		if (this.#closed) return;

		if (!this.#ended) {
			if (triggered & WRITABLE) onWritable?.call(self, this.#room);
		} else if (this.#available === 0) {
			// The read that took the last byte has posted a turn for this; the device tells it now and then, too.
			if (announces && !this.#network.device) return;
			onError?.call(self, this.#failure);
		}
	}
}
