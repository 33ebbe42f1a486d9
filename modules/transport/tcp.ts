/**
 * A byte stream over the host's ECMA-419 TCP socket. Nothing that the socket throws leaves this file: a socket that fails
 * where its contract says it cannot is broken, and its stream ends.
 */
import type { Socket, SocketFailure, TCPClass } from "./host.js";
import type { ByteStream, StreamSink } from "./stream.js";

export interface TCPTarget {
	/** Numeric. */
	address: string;
	port: number;
	/** Numeric address of the local interface, where the host can bind to one. */
	localAddress: string | undefined;
}

/** Why there is no socket, by the words of the SDK's sockets: on lwIP a connection without a network fails at once. */
export function constructorFailure(exception: unknown): string {
	const words = String(exception);
	if (words.includes("connect error")) return "tcp:unreachable";
	return words.includes("invalid address") ? "tcp:address" : "tcp:no-socket";
}

// One function for all sockets, which find their stream as their `target`: closures would cost each stream 500 bytes.

function onReadable(this: Socket, bytes: number): void {
	const stream = this.target as TCPStream;
	stream.available = bytes;
	// not by a method of the stream: the application goes deep from here, and a device has 384 slots of stack
	if (stream.isOpened) stream.sink.readable();
	else stream.arrivedFirst();
}

function onWritable(this: Socket, bytes: number): void {
	(this.target as TCPStream).drained(bytes);
}

function onError(this: Socket, failure?: SocketFailure): void {
	(this.target as TCPStream).failed(failure);
}

export class TCPStream implements ByteStream {
	available = 0;
	room = 0;
	/** The socket itself, which fills what it is given; undefined after the end. */
	source: Socket | undefined;
	sink: StreamSink;
	/** @internal The connection stands. */
	isOpened = false;

	/** The class is given, not imported, so that a test can give its own. Throws what its constructor throws: there may be no socket left. */
	constructor(TCP: TCPClass, { address, port, localAddress }: TCPTarget, sink: StreamSink) {
		this.sink = sink;
		this.source = new TCP({
			address,
			port,
			// requests and their ends go out at once; what is written in one turn is put together above
			nodelay: true,
			...(localAddress === undefined ? undefined : { localAddress }),
			target: this,
			onReadable,
			onWritable,
			onError,
		});
	}

	read(buffer: Uint8Array, start: number, end: number): number {
		const { available } = this;
		const count = end - start < available ? end - start : available;
		if (count <= 0 || !this.source) return 0;
		// the socket fills exactly what it is given, so a part needs a view of its own
		const whole = count === buffer.length;
		try {
			this.source.read(whole ? buffer : new Uint8Array(buffer.buffer, buffer.byteOffset + start, count));
		} catch {
			this.broken();
			return 0;
		}
		this.available -= count;
		return count;
	}

	write(buffer: Uint8Array, start: number, end: number): number {
		const count = end - start;
		if (count > this.room || count <= 0 || !this.source) return 0;
		const whole = count === buffer.length;
		try {
			const room = this.source.write(whole ? buffer : new Uint8Array(buffer.buffer, buffer.byteOffset + start, count));
			this.room = room ?? 0;
		} catch (exception) {
			// the peer may have answered and gone: what waits is read first, and the socket tells of the end behind it
			if (this.available > 0 || String(exception).includes("not ready")) this.room = 0;
			else this.broken();
			return 0;
		}
		return count;
	}

	abort(): void {
		const socket = this.source;
		this.source = undefined;
		this.available = this.room = 0;
		try {
			socket?.close();
		} catch {
			// it is given up all the same
		}
	}

	/** @internal A peer that speaks at once, and has perhaps ended already: then `onWritable` never comes. */
	arrivedFirst(): void {
		this.isOpened = true;
		this.sink.opened();
		if (this.source) this.sink.readable();
	}

	/** @internal From the socket. */
	drained(bytes: number): void {
		this.room = bytes;
		if (this.isOpened) this.sink.writable();
		else {
			this.isOpened = true;
			this.sink.opened();
		}
	}

	/** @internal From the socket. */
	failed(failure: SocketFailure | undefined): void {
		this.abort();
		// the device gives no reason; before the connection stood it cannot have been a FIN
		this.sink.ended(failure === undefined ? (this.isOpened ? undefined : "tcp:other") : `tcp:${failure}`);
	}

	private broken(): void {
		this.abort();
		this.sink.broken("tcp:other");
	}
}
