/**
 * What the client needs of the host's socket and resolver, of all that ECMA-419 gives them: hosts/typings has the rest, and
 * the rules. They are declared here, too, because the SDK's declarations of the same modules differ, and those of the
 * library must hold beside both.
 */

/** Why a connection failed; the device does not say. */
export type SocketFailure = "refused" | "reset" | "timed-out" | "unreachable" | "address" | "other";

export interface SocketOptions {
	/** Numeric. */
	address: string;
	port: number;
	nodelay: boolean;
	localAddress?: string;
	target: unknown;
	onReadable: (this: Socket, bytes: number) => void;
	onWritable: (this: Socket, bytes: number) => void;
	onError: (this: Socket, failure?: SocketFailure) => void;
}

export interface Socket {
	target?: unknown;
	/** Fills the buffer, and gives its length. */
	read(buffer: Uint8Array): number | undefined;
	/** Takes all of it, and gives how much may still be written. */
	write(buffer: Uint8Array): number | undefined;
	close(): void;
}

/** `embedded:io/socket/tcp`. */
export interface TCPClass {
	new (options: SocketOptions): Socket;
	/** What it knows beyond the SDK's. */
	readonly extras?: readonly string[];
}

export interface ResolverOptions {
	/** Name servers, where the resolver needs to be told. */
	servers?: readonly string[];
	/** What it asks them by. */
	socket?: unknown;
}

export interface Resolver {
	resolve(request: {
		host: string;
		onResolved: (host: string, address: string, addresses?: readonly string[]) => void;
		onError: (host: string) => void;
	}): void;
	close(): void;
}

/** `embedded:network/dns/resolver/udp`. */
export type ResolverClass = new (options: ResolverOptions) => Resolver;
