/**
 * The making of a connection: what is known and needed until it stands, and of no use from then on. TCP first, then the
 * way through a proxy, then TLS over it, where these are wanted.
 */
import { AheadStream } from "../transport/ahead.js";
import { Dialer, type DialerHost, type DialerOwner } from "../transport/dialer.js";
import { isNumeric, type Lookup } from "../transport/resolver.js";
import { type Passage, type PassageOwner, SocksPassage } from "../transport/socks.js";
import type { ByteStream, StreamSink } from "../transport/stream.js";
import { TLSStream } from "../transport/tls.js";
import { TLSFailure } from "../transport/tls-failure.js";
import type { Berth } from "./berth.js";
import type { TransactionHost } from "./observer.js";
import { authorityFor, type Destination, ProxyKind, type ProxyServer } from "./request.js";
import type { Transaction } from "./transaction.js";
import { TunnelPassage } from "./tunnel.js";

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

export class Opening implements DialerOwner, PassageOwner, StreamSink {
	readonly #owner: OpeningOwner;
	readonly #host: OpeningHost;
	readonly #dialer: Dialer;
	/** Of the destination's name, before anything is dialed. */
	#lookup: Lookup | undefined;
	/** What goes on over the stream of the dialer: a proxy, or a handshake. */
	#stage: Passage | TLSStream | undefined;
	/** That of the destination, for a proxy that does not look names up. */
	#target = "";
	#address = "";

	constructor(owner: OpeningOwner, host: OpeningHost) {
		this.#owner = owner;
		this.#host = host;
		const { destination } = owner;
		const { proxy, localAddress } = destination;
		const endpoint = proxy ? { address: proxy.address, port: proxy.port, localAddress } : destination;
		this.#dialer = new Dialer(host, endpoint, this);
	}

	begin(): void {
		this.#owner.transaction?.connecting();
		// without a clock it has ended there
		if (!this.#owner.transaction) return;
		const { address, proxy } = this.#owner.destination;
		this.#target = address;
		if (proxy && !proxy.resolvesNames && !isNumeric(address)) this.lookUp(address);
		else this.#dialer.dial();
	}

	private lookUp(name: string): void {
		const { turn, resolver } = this.#host;
		try {
			this.#lookup = resolver.resolve(name, (addresses) => {
				this.#lookup = undefined;
				turn.enter();
				this.#target = addresses?.[0] ?? "";
				if (this.#target === "") this.#owner.fell("dns:not-found");
				else this.#dialer.dial();
				turn.leave();
			});
		} catch (exception) {
			this.#owner.fell("dns:no-server", exception);
		}
	}

	/** Gives up; the owner hears nothing more. */
	cancel(): void {
		this.#lookup?.cancel();
		this.#dialer.cancel();
		this.#stage?.abort();
		this.#lookup = this.#stage = undefined;
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
		const { proxy } = this.#owner.destination;
		turn.enter();
		this.#address = address;
		if (!proxy || proxy.kind === ProxyKind.Forward) this.secure(stream);
		else {
			try {
				const passage = this.passageOf(proxy, stream);
				this.#stage = passage;
				passage.begin();
			} catch (exception) {
				this.#owner.fell("internal:fault", exception);
			}
		}
		turn.leave();
	}

	undialed(code: string, detail?: unknown): void {
		const { turn } = this.#host;
		const { proxy } = this.#owner.destination;
		turn.enter();
		if (!proxy || code === "dns:no-server") this.#owner.fell(code, detail);
		else {
			const where = `${proxy.address} port ${proxy.port}`;
			if (code === "dns:not-found") this.#owner.fell("proxy:not-found", where);
			else this.#owner.fell("proxy:not-connected", `${code}, ${where}`);
		}
		turn.leave();
	}

	// the proxy

	private passageOf({ kind, login, fields }: ProxyServer, stream: ByteStream): Passage {
		const { destination, buffers } = this.#owner;
		if (kind === ProxyKind.Socks) return new SocksPassage(this, stream, this.#target, destination.port, login);
		return new TunnelPassage(this, stream, buffers, authorityFor(destination), fields);
	}

	passed(stream: ByteStream): void {
		const { turn } = this.#host;
		turn.enter();
		this.#stage = undefined;
		this.secure(stream);
		// what came with the proxy's answer is told by no event; TLS has looked for it
		if (!this.#stage && stream.available > 0) stream.sink.readable();
		turn.leave();
	}

	unpassed(code: string, detail?: unknown): void {
		const { turn } = this.#host;
		turn.enter();
		this.#stage = undefined;
		this.#owner.fell(code, detail);
		turn.leave();
	}

	// TLS

	private secure(stream: ByteStream): void {
		const { destination, buffers, transaction } = this.#owner;
		const { security } = destination;
		if (security && buffers.cipher) {
			const { input, inputStart, inputEnd } = buffers;
			buffers.inputStart = buffers.inputEnd = 0;
			const lower = inputStart < inputEnd ? new AheadStream(stream, input, inputStart, inputEnd) : stream;
			const secured = new TLSStream(security, buffers.cipher, this, lower);
			this.#stage = secured;
			transaction?.securing();
			// without a clock it has ended there
			if (this.#stage) secured.opened();
		} else this.#owner.stands(stream, this.#address);
	}

	opened(): void {
		const { turn } = this.#host;
		const stream = this.#stage as TLSStream;
		turn.enter();
		this.#stage = undefined;
		this.#owner.stands(stream, this.#address);
		turn.leave();
	}

	readable(): void {}

	writable(): void {}

	ended(code: string | undefined, detail?: unknown): void {
		const { turn } = this.#host;
		turn.enter();
		this.#stage = undefined;
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
