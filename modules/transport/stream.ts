/**
 * A byte stream, as everything above the sockets sees it: TCP, later TLS over any of these, tunnels, streams of HTTP/2.
 */
import type { Secured } from "./security.js";

/** Who is told what happens to a stream. No call comes from inside a call to the stream, and none after `abort`. */
export interface StreamSink {
	/** The stream stands; `room` bytes may be written, which can be none yet. */
	opened(): void;
	/** New bytes have arrived; `available` is all that wait. */
	readable(): void;
	/** There is more room than before. */
	writable(): void;
	/**
	 * The end, after the last byte was read. `code` is undefined when the peer ended the stream in order, otherwise the
	 * code of an LwsError (`tcp:reset`), and `detail` what there is to say besides.
	 */
	ended(code: string | undefined, detail?: unknown): void;
	/** The same, found by a call to the stream. Unlike the others this comes from inside that call. */
	broken(code: string | undefined, detail?: unknown): void;
}

/** What fills a whole buffer, at most `available` bytes of it, and gives its length. */
export interface Source {
	read(buffer: Uint8Array): number | undefined;
}

export interface ByteStream {
	/** Who is told; whoever makes a stream may hand it on. */
	sink: StreamSink;
	/** Bytes that can be read now; who reads from `source` takes them off. */
	available: number;
	/** The shortest way to the bytes, for whole buffers; undefined when there is none, and after the end. */
	readonly source: Source | undefined;
	/** What there is to ask about its TLS, where there is some. */
	readonly secured?: Secured;
	/** Bytes that `write` takes now; 0 before `opened` and after the end. */
	readonly room: number;
	/** Reads up to `end - start` bytes, never more than `available`; gives the count. */
	read(buffer: Uint8Array, start: number, end: number): number;
	/** Takes all of [start, end) and gives its length, or nothing and gives 0. */
	write(buffer: Uint8Array, start: number, end: number): number;
	/** Gives the stream up; what was written before is still sent where the host does so. The sink hears nothing more. */
	abort(): void;
}
