/**
 * The contract between a connection and the protocol that is spoken on it. Types only.
 *
 * A role owns the protocol's state on one connection; of the connection it sees a Carrier, of the transaction that it
 * serves an Order. So any role works on any byte stream, and can be tested without either.
 */
import type { HeadTable } from "../engines/head-table.js";

/** Where the bytes of a connection come from, for whole buffers (see ByteStream). */
export interface CarrierStream {
	available: number;
	/** Bytes that `write` takes now. */
	readonly room: number;
	/** Reads at most `available` bytes; gives the count. */
	read(buffer: Uint8Array, start: number, end: number): number;
	/** Writes all of it, or nothing and gives 0. */
	write(buffer: Uint8Array, start: number, end: number): number;
	readonly source: { read(buffer: Uint8Array): number | undefined } | undefined;
}

/** How a stream has ended; both as for StreamSink. */
export interface StreamEnd {
	readonly code: string | undefined;
	readonly detail: unknown;
}

/** The memory of a connection, as its role sees it. */
export interface Buffers {
	/** What was read from the stream and not consumed: [inputStart, inputEnd) of `input`. The role moves inputStart. */
	readonly input: Uint8Array;
	inputStart: number;
	inputEnd: number;
	/** Where the role puts together what it writes. */
	readonly output: Uint8Array;
	/** Where the fields of a response go. */
	readonly table: HeadTable;
}

/** The connection, as its role sees it. */
export interface Carrier {
	/** The stream: bodies go through it with nothing between; undefined after its end. */
	readonly stream: CarrierStream | undefined;
	readonly buffers: Buffers;
	/** Bytes that wait in the stream, behind those of `input`. */
	readonly available: number;
	/** Reads from the stream into `input`, which must be empty; gives the count. */
	fill(): number;
	/** Reads from the stream past `input`, which must be empty. */
	read(buffer: Uint8Array, start: number, end: number): number;
	/** Asks for a call of `received` in a later turn. */
	again(): void;
	/** From now on it is that role which speaks on the connection; absent where nothing can follow. */
	become?(role: Role): void;
	/** The peer has said whether the connection stays for more, by HTTP/1.1: then more may be sent before it has answered. */
	persists(isPersistent: boolean): void;
	/** Another order can perhaps be taken. */
	ready(): void;
	/**
	 * No exchange is under way any more, and the connection is usable for another one, or not; `keepAlive`: the milliseconds
	 * that the peer keeps it, as far as it said so.
	 */
	finished(isReusable: boolean, keepAlive?: number): void;
}

/** Which protocol is spoken on a connection. */
export const enum RoleKind {
	H1,
	Raw,
	WS,
}

/** How the request body is framed. */
export const enum BodyKind {
	None,
	/** `bodyLength` bytes, by Content-Length. */
	Length,
	Chunked,
}

/** Who writes the body of the request and reads that of the response. */
export interface BodyHandler {
	/** It waits for `bodyWritable`; absent: it does, perhaps. */
	readonly isWriteableWanted?: boolean | undefined;
	/** More of the request body can be written than before: `allowance` bytes in one piece. */
	bodyWritable(allowance: number): void;
	/**
	 * Content of the response waits to be read from `exchange`; told once until it is read. When it has been read, and
	 * `exchange.announce()` says that more waits, that has been told as well.
	 */
	announced(exchange: Exchange): void;
	/** `count` bytes of content lie at the start of `buffer`; false: the reader no longer wants the rest. */
	content(buffer: Uint8Array, count: number): boolean;
	// of WebSocket
	/** The handshake is done, and messages go through `exchange`. */
	upgraded?(exchange: Exchange): void;
	/** A Pong frame has come, its payload is the first `count` bytes of `payload`. */
	ponged?(payload: Uint8Array, count: number): void;
	/** A Close frame has come, as above; false: the connection is closed without a reply. */
	closing?(payload: Uint8Array, count: number): boolean;
}

/** What a request has besides when a proxy forwards it. */
export interface Forwarding {
	/** What stands before the target, which is in absolute-form then (RFC 9112 section 3.2.2). */
	readonly prefix: string;
	/** Names and values in turn, for the proxy alone. */
	readonly fields: readonly string[];
}

/** What messages can be compressed by (RFC 6455 section 9, RFC 7692). */
export interface Extension {
	readonly name: string;
	/** Its element of Sec-WebSocket-Extensions. */
	readonly offer: string;
	/** The server has taken the offer, with these parameters, as they stand behind the name; undefined: it may not do so. */
	accept(parameters: string): MessageCodec | undefined;
}

/** The compression of the messages of one connection. */
export interface MessageCodec {
	readonly inflater: MessageInflater;
	/** Absent: messages are sent as they are. */
	readonly deflater: MessageDeflater | undefined;
}

export interface MessageInflater {
	/** Bytes of input that the last call consumed. */
	readonly consumed: number;
	/** More output waits, and comes without further input. */
	readonly isPending: boolean;
	/**
	 * Decompresses from [start, end) of `input` into [at, limit) of `output`; gives the count of bytes produced, or a Fault.
	 * `last`: the message ends with that input, and is whole when nothing is pending.
	 */
	inflate(
		input: Uint8Array,
		start: number,
		end: number,
		output: Uint8Array,
		at: number,
		limit: number,
		last: boolean,
	): number;
}

export interface MessageDeflater {
	/** The longest piece that surely fits `room` bytes when it is compressed. */
	fitting(room: number): number;
	/**
	 * Compresses all of `source` into [at, limit) of `target`; gives the count of bytes, which can be 0 but with `last`: the
	 * message ends.
	 */
	deflate(source: Uint8Array, target: Uint8Array, at: number, limit: number, last: boolean): number;
}

/** What a WebSocket is asked for with; times in milliseconds. */
export interface WebSocketRequest {
	/** Names to offer, the preferred one first. */
	readonly subprotocols: readonly string[];
	extension: Extension | undefined;
	/** Silence after which the peer is asked for a sign of life, and after which it counts as gone; 0: never. */
	readonly ping: number;
	readonly hangup: number;
	/** How long the peer's Close frame is waited for. */
	readonly close: number;
}

/** What is asked for, and stays as it is. */
export interface OrderRequest {
	readonly method: string;
	readonly target: string;
	/** Lower-case names of the response fields to keep; absent: all that fit. */
	keepHeaders?: readonly string[] | undefined;
	/** It may be sent behind others on a connection, and rather waits for one than have a connection of its own. */
	readonly isPipelined: boolean;
	/** Absent: it goes to the origin. */
	forwarding?: Forwarding | undefined;
	/** It asks to switch to WebSocket. */
	websocket?: WebSocketRequest | undefined;
}

/** A request and who waits for its response: a transaction, as the role sees it. */
export interface Order {
	readonly request: OrderRequest;
	/** Names and values in turn, the framing fields included. */
	readonly fields: readonly string[];
	readonly bodyKind: BodyKind;
	readonly bodyLength: number;
	/** It can be sent again should no answer come, and so be sent before those in front of it are answered. */
	readonly isReplayable: boolean;
	/** The fields of its response, for as long as they can be asked for: then no other response may take their place. */
	readonly table: HeadTable | undefined;
	/** Milliseconds that the body waits for 100 (RFC 9110 section 10.1.1); undefined: it does not wait. */
	readonly expectTimeout?: number | undefined;
	/** Bytes of content that were read and written, when the exchange is over. */
	bodyReceived: number | undefined;
	bodySent: number | undefined;
	/** `count` bytes of the request's head have left. */
	sending(count: number): void;
	/** Something is waited for whose absence is no failure: after so many milliseconds the order calls `proceed`. */
	awaits?(milliseconds: number): void;
	/** That is over, and the body can be written. */
	continued?(): void;
	/** All of it has left, and those in front of it have been answered. */
	sent(): void;
	/** The first byte of a response has come. */
	answering(): void;
	/**
	 * The final head has come, its fields are in `table` until the order has ended. Where there are no heads the stream
	 * stands: status 0, and no table. False: it no longer wants the rest.
	 */
	responded(status: number, minor: number, reason: string, table: HeadTable | undefined): boolean;
	/** Who is told of the bodies, with nothing between: every call more costs time and stack for each piece. */
	readonly handler: BodyHandler;
	/** The response is complete. */
	completed(): void;
	/**
	 * The connection ended before any byte of a response; `code` is that of an LwsError. `isBehind`: others in front of it
	 * had not been answered either.
	 */
	unanswered(code: string, detail?: unknown, isBehind?: boolean): void;
	/** It failed; `code` is that of an LwsError. */
	failed(code: string, detail?: unknown): void;
}

/** The running of one order on one connection. */
export interface Exchange {
	/** Bytes of request body that `write` takes now. */
	readonly allowance: number;
	/** Content waits for the application, or would have to; the peer's silence is not its fault. */
	readonly isAnnounced: boolean;
	/** Changes whenever bytes have come, or have left: the peer is alive. Negative while others in front are answered. */
	readonly progress: number;
	/** Bytes of the request body that have been written. */
	readonly bodySent: number;
	/** Bytes of content that have been read. */
	readonly bodyReceived: number;
	/** The same, but 0 where there is no more than a refused write has found: to ask again would only spin. */
	readonly worthwhile: number;
	/** Inside `BodyHandler.announced`, after a read: more content waits, and counts as announced. */
	announce(): boolean;
	/** Content of the response, into `buffer`; gives the count of bytes. Calls `content`, `completed` and `failed`. */
	read(buffer: Uint8Array): number;
	/**
	 * All of `bytes`, or nothing and false. `last`: the body ends with them. Throws RangeError for more than the
	 * Content-Length.
	 */
	write(bytes: Uint8Array, last: boolean): boolean;
	/** Content is not to be delivered, or again; only where that happens unasked. */
	hold?(isHeld: boolean): void;
	// of WebSocket
	/** Of the piece that is being told: it begins, it ends its message, which is binary; bytes of its frame that have not come. */
	readonly isFirst?: boolean;
	readonly isFinal?: boolean;
	readonly isBinary?: boolean;
	readonly remaining?: number;
	/**
	 * A frame of that opcode (RFC 6455 section 5.2), or nothing and false for want of room. Throws RangeError for what may not
	 * follow what was sent.
	 */
	send?(payload: Uint8Array, opcode: number, isFinal: boolean): boolean;
	/** Begins the close handshake; false: it is too late for that. Throws RangeError for what may not be sent. */
	close?(status: number, reason: string): boolean;
	/**
	 * What waits goes on: the body that waited for 100, the end of a response that came before all of the request had
	 * left, a WebSocket that waited for its peer.
	 */
	proceed?(): void;
	/** Nobody waits for the response any more. */
	cancel(): void;
}

/** Whether a role can take an order. */
export const enum Taking {
	/** Its connection has to end first, or to be idle. */
	Never,
	Later,
	Now,
}

export interface Role {
	/** Nothing waits for room: `writable` need not be called. */
	readonly isContent?: boolean;
	/** No exchange is under way. */
	readonly isIdle: boolean;
	/** With `depth` exchanges at most; while it is not idle. */
	takes(order: Order, depth: number): Taking;
	submit(order: Order): Exchange;
	/** Bytes wait in the stream. */
	received(): void;
	/** The stream has room. */
	writable(): void;
	/** The stream has ended; `code` as for StreamSink. */
	ended(code: string | undefined, detail?: unknown): void;
	/** All exchanges fail; the connection is closed next. */
	fail(code: string, detail?: unknown): void;
}

/** A role that something else can follow on the same connection. */
export interface Upgradable extends Role {
	/**
	 * Lets go of the connection, from inside `Order.responded`: something else is spoken on it from then on, and nobody is
	 * told of an end. What was read ahead stays in the input of the buffers, for whoever takes over (AheadStream).
	 */
	detach(): void;
}
