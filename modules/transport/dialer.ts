/**
 * From a name and a port to a TCP connection: the name is looked up, and its addresses are tried as RFC 8305 says, one a
 * little later than the other, until a peer answers.
 *
 * All addresses come with one answer of the host's resolver, so section 3 (two queries that race) has no place here. Where
 * there is one address, there is one stream and no timer.
 */
import type Timer from "timer";
import type { TCPClass } from "./host.js";
import { isNumeric, type Lookup, type NameResolver } from "./resolver.js";
import type { ByteStream, StreamSink } from "./stream.js";
import { constructorFailure, TCPStream } from "./tcp.js";

export interface DialerHost {
	readonly TCP: TCPClass;
	readonly resolver: NameResolver;
	readonly Timer: typeof Timer;
}

/** Where to. */
export interface Endpoint {
	/** A name or a numeric address. */
	readonly address: string;
	readonly port: number;
	/** Numeric address of the local interface. */
	readonly localAddress?: string | undefined;
}

/** Who wants the connection. All but `trying` come in an event of the host, or from inside `dial` and `again`. */
export interface DialerOwner {
	/** The addresses of the name are there. */
	resolved(): void;
	/** An attempt begins, or is the one that was answered. */
	trying(address: string): void;
	/** The peer at `address` has answered; from now on the stream is the owner's, who gives it a sink at once. */
	dialed(stream: ByteStream, address: string): void;
	/** Nobody has; `code` is that of an LwsError. */
	undialed(code: string, detail?: unknown): void;
}

/** Milliseconds between two attempts: the Connection Attempt Delay that RFC 8305 section 5 recommends. */
const ATTEMPT_DELAY = 250;
/**
 * Attempts under way, each of which is a socket: one for each family, and one more, for a server that is down besides a
 * family that leads nowhere. Two connections at a time, the default, then take 6 of the 16 sockets that lwIP has on ESP32.
 */
const MOST_ATTEMPTS = 3;
/**
 * When there are so many, the oldest gives way after this, so that all addresses have their turn before the deadline. It is
 * the longest delay of RFC 8305 section 8; a SYN that was lost is sent once more in it, after a second (RFC 6298).
 */
const LONGEST_DELAY = 2000;
/** Addresses that are tried: more than a name has in general; whoever answers with hundreds is up to something. */
const MOST_ADDRESSES = 8;

const NO_ADDRESSES: readonly string[] = Object.freeze([]);

/** Failures in which no peer had a part. */
const LOCAL_FAILURES: readonly string[] = Object.freeze(["tcp:unreachable", "tcp:address", "tcp:no-socket"]);

function isIPv6(address: string): boolean {
	return address.includes(":");
}

/**
 * The families in turn, that of the first address first, each in its own order (RFC 8305 section 4). From a local address
 * there is a way to its own family only.
 */
function sortAddresses(addresses: readonly string[], localAddress: string | undefined): readonly string[] {
	const family = isIPv6(localAddress ?? (addresses[0] as string));
	const preferred = addresses.filter((address) => isIPv6(address) === family);
	const others = localAddress === undefined ? addresses.filter((address) => isIPv6(address) !== family) : NO_ADDRESSES;
	const sorted: string[] = [];
	for (let i = 0; i < addresses.length && sorted.length < MOST_ADDRESSES; i++) {
		sorted.push(...preferred.slice(i, i + 1), ...others.slice(i, i + 1));
	}
	return sorted.slice(0, MOST_ADDRESSES);
}

export class Dialer implements StreamSink {
	readonly #host: DialerHost;
	readonly #owner: DialerOwner;
	readonly #endpoint: Endpoint;
	/** Of the name, while that goes on. */
	#lookup: Lookup | undefined;
	#addresses: readonly string[] = NO_ADDRESSES;
	#tried = 0;
	/** The last attempt, while it goes on. */
	#stream: TCPStream | undefined;
	/** Attempts before it that still go on, each at the index of its address. */
	declare private earlier: (TCPStream | undefined)[] | undefined;
	/** Of the next attempt, or of none when there is none. */
	declare private timer: Timer | undefined;
	/** What there is to say, should no attempt be answered. */
	declare private failure: string | undefined;

	constructor(host: DialerHost, endpoint: Endpoint, owner: DialerOwner) {
		this.#host = host;
		this.#endpoint = endpoint;
		this.#owner = owner;
	}

	/** Begins. */
	dial(): void {
		const { address, localAddress } = this.#endpoint;
		if (isNumeric(address)) {
			this.#addresses = [address];
			this.tryNext();
			return;
		}
		try {
			this.#lookup = this.#host.resolver.resolve(address, (addresses) => {
				this.#lookup = undefined;
				if (!addresses || addresses.length === 0) {
					this.#owner.undialed("dns:not-found");
					return;
				}
				const isOne = addresses.length === 1 && localAddress === undefined;
				this.#addresses = isOne ? addresses : sortAddresses(addresses, localAddress);
				this.#owner.resolved();
				this.tryNext();
			});
		} catch (exception) {
			this.#owner.undialed("dns:no-server", exception);
		}
	}

	/** The address that has answered once more. */
	again(): void {
		this.#tried--;
		this.tryNext();
	}

	/** Gives up; the owner hears nothing more. */
	cancel(): void {
		this.#lookup?.cancel();
		this.#lookup = undefined;
		this.#stream?.abort();
		this.#stream = undefined;
		const { earlier, timer } = this;
		if (timer) {
			this.timer = undefined;
			this.#host.Timer.clear(timer);
		}
		if (!earlier) return;
		this.earlier = undefined;
		for (const stream of earlier) stream?.abort();
	}

	/** Begins the next attempt beside those that go on. Without one, and when none goes on, that is the end. */
	private tryNext(): void {
		if (this.#stream) {
			this.earlier ??= [];
			this.earlier[this.#tried - 1] = this.#stream;
			this.#stream = undefined;
		}
		const addresses = this.#addresses;
		for (let i = this.#tried; i < addresses.length; ) {
			const address = addresses[i++] as string;
			this.#tried = i;
			this.#owner.trying(address);
			const { port, localAddress } = this.#endpoint;
			try {
				this.#stream = new TCPStream(this.#host.TCP, { address, port, localAddress }, this);
			} catch (exception) {
				if (!this.mustWait(constructorFailure(exception))) continue;
				this.#tried = --i;
			}
			if (i < addresses.length) this.schedule();
			return;
		}
		if (this.countEarlier() === 0) this.giveUp();
	}

	/** An address has no socket: those that go on leave it theirs, sooner or later. Any other failure is one. */
	private mustWait(code: string): boolean {
		if (code === "tcp:no-socket" && this.countEarlier() > 0) return true;
		this.noteFailure(code);
		return false;
	}

	private giveUp(): void {
		const { length } = this.#addresses;
		const { address, port } = this.#endpoint;
		this.cancel();
		if (length === 0) this.#owner.undialed("tcp:address", "the name has no address of the family of iface");
		else
			this.#owner.undialed(
				this.failure as string,
				length > 1 ? `${address} port ${port}, ${length} addresses tried` : undefined,
			);
	}

	private countEarlier(): number {
		return this.earlier?.filter((stream) => stream).length ?? 0;
	}

	/** The first that says something of a peer, or else the last. */
	private noteFailure(code: string): void {
		if (!this.failure || LOCAL_FAILURES.includes(this.failure)) this.failure = code;
	}

	/** There are as many attempts under way as there may be, that which was begun last among them. */
	private get isFull(): boolean {
		return this.countEarlier() + 1 >= MOST_ATTEMPTS;
	}

	private schedule(): void {
		const { Timer } = this.#host;
		const delay = this.isFull ? LONGEST_DELAY : ATTEMPT_DELAY;
		try {
			if (this.timer) Timer.schedule(this.timer, delay);
			else this.timer = Timer.set(() => this.expired(), delay);
		} catch {
			// then the next attempt waits for the end of another
		}
	}

	private expired(): void {
		this.timer = undefined;
		const { earlier } = this;
		if (earlier && this.isFull) {
			const oldest = earlier.findIndex((stream) => stream);
			earlier[oldest]?.abort();
			earlier[oldest] = undefined;
			this.noteFailure("tcp:timed-out");
		}
		this.tryNext();
	}

	// the sink of the streams: which of them it is, they show

	opened(): void {
		if (this.#addresses.length > 1) this.settle();
		const stream = this.#stream as TCPStream;
		this.#stream = undefined;
		this.#owner.dialed(stream, this.#addresses[this.#tried - 1] as string);
	}

	/** The stream that has opened is the only one from now on, and its address, too. */
	private settle(): void {
		const { earlier } = this;
		const index = earlier?.findIndex((each) => each?.isOpened) ?? -1;
		const last = this.#stream;
		let address = this.#addresses[this.#tried - 1] as string;
		let winner = last;
		if (earlier && index >= 0) {
			winner = earlier[index];
			earlier[index] = undefined;
			last?.abort();
			address = this.#addresses[index] as string;
			this.#owner.trying(address);
		}
		this.#stream = undefined;
		this.cancel();
		this.failure = undefined;
		this.#addresses = [address];
		this.#tried = 1;
		this.#stream = winner;
	}

	readable(): void {}

	writable(): void {}

	ended(code: string | undefined): void {
		if (!this.#stream?.source) this.#stream = undefined;
		this.earlier = this.earlier?.map((stream) => (stream?.source ? stream : undefined));
		this.noteFailure(code ?? "tcp:reset");
		this.tryNext();
	}

	/** Never, as nothing is read or written here. */
	broken(): void {}
}
