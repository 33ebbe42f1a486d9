/**
 * The making of a connection: what is known and needed until it stands, and of no use from then on. TCP first, then TLS
 * over it where that is wanted.
 */
import { Dialer, type DialerHost, type DialerOwner } from "../transport/dialer.js";
import type { ByteStream, StreamSink } from "../transport/stream.js";
import { TLSStream } from "../transport/tls.js";
import { TLSFailure } from "../transport/tls-failure.js";
import type { Berth } from "./berth.js";
import type { Destination } from "./request.js";
import type { Transaction, TransactionHost } from "./transaction.js";

export interface OpeningHost extends TransactionHost, DialerHost {}

/** Whose connection it is; told in an event of the host, or from inside `begin`. */
export interface OpeningOwner {
	readonly destination: Destination;
	readonly buffers: Berth;
	/** The one that it is made for. */
	readonly transaction: Transaction | undefined;
	/** The stream goes to `address`; the owner gives it a sink at once. */
	stands(stream: ByteStream, address: string): void;
	/** It could not be made. */
	fell(code: string, detail?: unknown): void;
}

export class Opening implements DialerOwner, StreamSink {
	readonly #owner: OpeningOwner;
	readonly #host: OpeningHost;
	readonly #dialer: Dialer;
	/** The stream over that of the dialer, while its handshake goes on. */
	#stream: TLSStream | undefined;
	#address = "";

	constructor(owner: OpeningOwner, host: OpeningHost) {
		this.#owner = owner;
		this.#host = host;
		this.#dialer = new Dialer(host, owner.destination, this);
	}

	begin(): void {
		this.#owner.transaction?.connecting();
		// without a clock it has ended there
		if (this.#owner.transaction) this.#dialer.dial();
	}

	/** Gives up; the owner hears nothing more. */
	cancel(): void {
		this.#dialer.cancel();
		this.#stream?.abort();
		this.#stream = undefined;
	}

	// the owner of the dialer

	resolved(): void {
		const { transaction } = this.#owner;
		if (transaction) transaction.timing.resolved = this.#host.Time.ticks;
	}

	trying(address: string): void {
		const { transaction } = this.#owner;
		if (transaction) transaction.timing.address = address;
	}

	dialed(stream: ByteStream, address: string): void {
		const { turn } = this.#host;
		const { destination, buffers, transaction } = this.#owner;
		const { security } = destination;
		turn.enter();
		this.#address = address;
		if (security && buffers.cipher) {
			const secured = new TLSStream(security, buffers.cipher, this, stream);
			this.#stream = secured;
			transaction?.securing();
			// without a clock it has ended there
			if (this.#stream) secured.opened();
		} else this.#owner.stands(stream, address);
		turn.leave();
	}

	undialed(code: string, detail?: unknown): void {
		const { turn } = this.#host;
		turn.enter();
		this.#owner.fell(code, detail);
		turn.leave();
	}

	// the sink of TLS, in its handshake

	opened(): void {
		const { turn } = this.#host;
		const stream = this.#stream as TLSStream;
		turn.enter();
		this.#stream = undefined;
		this.#owner.stands(stream, this.#address);
		turn.leave();
	}

	readable(): void {}

	writable(): void {}

	ended(code: string | undefined, detail?: unknown): void {
		const { turn } = this.#host;
		turn.enter();
		this.#stream = undefined;
		if (this.fallsBack(detail)) this.#dialer.again();
		else this.#owner.fell(code ?? "tcp:reset", detail);
		turn.leave();
	}

	broken(code: string | undefined, detail?: unknown): void {
		this.ended(code, detail);
	}

	/** The same address once more, with an older version of TLS. */
	private fallsBack(detail: unknown): boolean {
		if (!(detail instanceof TLSFailure && detail.isOfVersion)) return false;
		return this.#owner.destination.security?.fallBack() ?? false;
	}
}
