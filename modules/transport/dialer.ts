/**
 * From a name and a port to a TCP connection: the name is looked up, and one address after another is tried until a peer
 * answers.
 */
import type { TCPClass } from "./host.js";
import { isNumeric, type Lookup, type NameResolver } from "./resolver.js";
import type { ByteStream, StreamSink } from "./stream.js";
import { constructorFailure, TCPStream } from "./tcp.js";

export interface DialerHost {
	readonly TCP: TCPClass;
	readonly resolver: NameResolver;
}

/** Where to. */
export interface Endpoint {
	/** A name or a numeric address. */
	readonly address: string;
	readonly port: number;
	/** Numeric address of the local interface. */
	readonly localAddress: string | undefined;
}

/** Who wants the connection. All but `trying` come in an event of the host, or from inside `dial` and `again`. */
export interface DialerOwner {
	/** The addresses of the name are there. */
	resolved(): void;
	trying(address: string): void;
	/** The peer at `address` has answered; from now on the stream is the owner's, who gives it a sink at once. */
	dialed(stream: ByteStream, address: string): void;
	/** Nobody has; `code` is that of an LwsError. */
	undialed(code: string, detail?: unknown): void;
}

const NO_ADDRESSES: readonly string[] = Object.freeze([]);

export class Dialer implements StreamSink {
	readonly #host: DialerHost;
	readonly #owner: DialerOwner;
	readonly #endpoint: Endpoint;
	/** Of the name, while that goes on. */
	#lookup: Lookup | undefined;
	#addresses: readonly string[] = NO_ADDRESSES;
	#tried = 0;
	#stream: TCPStream | undefined;

	constructor(host: DialerHost, endpoint: Endpoint, owner: DialerOwner) {
		this.#host = host;
		this.#endpoint = endpoint;
		this.#owner = owner;
	}

	/** Begins. */
	dial(): void {
		const { address } = this.#endpoint;
		if (isNumeric(address)) {
			this.#addresses = [address];
			this.tryNext("tcp:address");
			return;
		}
		try {
			this.#lookup = this.#host.resolver.resolve(address, (addresses) => {
				this.#lookup = undefined;
				if (!addresses || addresses.length === 0) {
					this.#owner.undialed("dns:not-found");
					return;
				}
				this.#addresses = addresses;
				this.#owner.resolved();
				this.tryNext("tcp:address");
			});
		} catch (exception) {
			this.#owner.undialed("dns:no-server", exception);
		}
	}

	/** The address that has answered once more. */
	again(): void {
		this.#tried--;
		this.tryNext("tcp:address");
	}

	/** Gives up; the owner hears nothing more. */
	cancel(): void {
		this.#lookup?.cancel();
		this.#lookup = undefined;
		this.#stream?.abort();
		this.#stream = undefined;
	}

	private tryNext(last: string): void {
		const address = this.#addresses[this.#tried++];
		if (address === undefined) {
			this.#owner.undialed(last);
			return;
		}
		this.#owner.trying(address);
		const { port, localAddress } = this.#endpoint;
		try {
			this.#stream = new TCPStream(this.#host.TCP, { address, port, localAddress }, this);
		} catch (exception) {
			this.tryNext(constructorFailure(exception));
		}
	}

	// the sink of the stream

	opened(): void {
		const stream = this.#stream as TCPStream;
		this.#stream = undefined;
		this.#owner.dialed(stream, this.#addresses[this.#tried - 1] as string);
	}

	readable(): void {}

	writable(): void {}

	ended(code: string | undefined): void {
		this.#stream = undefined;
		this.tryNext(code ?? "tcp:reset");
	}

	/** Never, as nothing is read or written here. */
	broken(): void {}
}
