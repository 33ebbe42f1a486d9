/**
 * ECMA-419 TCP client socket, as the Moddable SDK's `embedded:io/socket/tcp` behaves on the device (lwIP).
 *
 * - `onReadable(bytes)` comes when *new* bytes have arrived; `bytes` is everything that waits, old and new.
 * - `read(buffer)` fills the whole buffer and returns its length; a buffer longer than what waits throws.
 *   It returns undefined when nothing waits.
 * - `onWritable(bytes)` comes once when connected and again after bytes that were written have left;
 *   `write` of more than that throws "would block", and throws "not ready" before the connection
 *   stands and after the peer has ended it.
 * - `onError` is the end, by FIN as well as by failure. It comes after the last byte has been read.
 * - No callback comes from inside a call, and none after `close()`.
 */
declare module "embedded:io/socket/tcp" {
	/** Anything whose bytes a host can reach without a copy. */
	type ByteBuffer = ArrayBuffer | Uint8Array | DataView;

	/** Why a connection failed; the device does not say, the desktop and Node do. */
	export type TCPFailure = "refused" | "reset" | "timed-out" | "unreachable" | "address" | "other";

	export interface TCPOptions {
		/** A numeric IPv4 or IPv6 address; with the extra "unix" also "+PATH", or "+@NAME" for an abstract one. */
		address: string;
		port: number;
		/** Switch Nagle's algorithm off (true) or on (false). */
		nodelay?: boolean;
		/** Numeric local address to bind to, with the extra "localAddress"; other hosts ignore it. */
		localAddress?: string;
		onReadable?: (this: TCP, bytes: number) => void;
		onWritable?: (this: TCP, bytes: number) => void;
		/** `failure` is undefined after a FIN, and always on the device. */
		onError?: (this: TCP, failure?: TCPFailure) => void;
		format?: "number" | "buffer";
		target?: unknown;
	}

	export default class TCP {
		constructor(options: TCPOptions);
		/** What the sockets of this host know beyond the SDK's, which have no such property. */
		static readonly extras?: readonly ("localAddress" | "unix")[];
		readonly remoteAddress: string;
		readonly remotePort: number;
		format: "number" | "buffer";
		target?: unknown;
		/** All that waits, as a new buffer (allocates), or one byte when the format is "number". */
		read(): ArrayBuffer | number | undefined;
		/** `count` bytes as a new buffer (allocates). */
		read(count: number): ArrayBuffer | undefined;
		/** Fills `buffer` to its end; returns its byte length. */
		read(buffer: ByteBuffer): number | undefined;
		/** Takes all of `buffer`; returns how much may still be written. */
		write(buffer: ByteBuffer | number): number | undefined;
		close(): void;
	}
}
