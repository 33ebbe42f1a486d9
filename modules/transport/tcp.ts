/** A byte stream over the host's ECMA-419 TCP socket. Nothing that the socket throws leaves this file. */
import type TCP from "embedded:io/socket/tcp";
import type { TCPFailure } from "embedded:io/socket/tcp";
import type { ByteStream, StreamSink } from "./stream.js";

/** The socket class is given, not imported, so that a test can give its own. */
export type TCPClass = typeof TCP;

export interface TCPTarget {
	/** Numeric. */
	address: string;
	port: number;
	/** Numeric address of the local interface, where the host can bind to one. */
	localAddress: string | undefined;
}

export class TCPStream implements ByteStream {
	#socket: TCP | undefined;
	readonly #sink: StreamSink;
	#opened = false;
	available = 0;
	room = 0;

	/** Throws what the socket's constructor throws: there may be no socket left. */
	constructor(Socket: TCPClass, target: TCPTarget, sink: StreamSink) {
		const stream = this;
		this.#sink = sink;
		this.#socket = new Socket({
			address: target.address,
			port: target.port,
			// requests and their ends go out at once; what is written in one turn is put together above
			nodelay: true,
			...(target.localAddress === undefined ? undefined : { localAddress: target.localAddress }),
			onReadable(bytes) {
				stream.available = bytes;
				sink.readable();
			},
			onWritable(bytes) {
				stream.room = bytes;
				if (stream.#opened) sink.writable();
				else {
					stream.#opened = true;
					sink.opened();
				}
			},
			onError(failure) {
				stream.#end(failure);
			},
		});
	}

	read(buffer: Uint8Array, start: number, end: number): number {
		const count = Math.min(end - start, this.available);
		if (count <= 0 || !this.#socket) return 0;
		// the socket fills exactly what it is given, so a part needs a view of its own
		const whole = count === buffer.length;
		this.#socket.read(whole ? buffer : new Uint8Array(buffer.buffer, buffer.byteOffset + start, count));
		this.available -= count;
		return count;
	}

	write(buffer: Uint8Array, start: number, end: number): number {
		const count = end - start;
		if (count > this.room || count <= 0 || !this.#socket) return 0;
		const whole = count === buffer.length;
		try {
			const room = this.#socket.write(whole ? buffer : new Uint8Array(buffer.buffer, buffer.byteOffset + start, count));
			this.room = room ?? 0;
		} catch {
			// the end has come and its onError is on the way
			this.room = 0;
			return 0;
		}
		return count;
	}

	abort(): void {
		const socket = this.#socket;
		this.#socket = undefined;
		this.available = this.room = 0;
		socket?.close();
	}

	#end(failure: TCPFailure | undefined): void {
		const opened = this.#opened;
		this.abort();
		// the device gives no reason; before the connection stood it can only have been refused it
		this.#sink.ended(failure === undefined ? (opened ? undefined : "tcp:other") : `tcp:${failure}`);
	}
}
