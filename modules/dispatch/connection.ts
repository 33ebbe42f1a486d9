/**
 * One connection: the byte stream, the buffers, and the role that speaks on it. To the stream it is the sink, to the role
 * the carrier; the pool decides what it does next.
 */
import type Timer from "timer";
import { H1Role } from "../roles/h1/role.js";
import type { Carrier, Role, StreamEnd } from "../roles/role.js";
import type { TCPClass } from "../transport/host.js";
import type { Lookup } from "../transport/resolver.js";
import type { ByteStream, StreamSink } from "../transport/stream.js";
import { constructorFailure, TCPStream } from "../transport/tcp.js";
import { TLSStream } from "../transport/tls.js";
import { TLSFailure } from "../transport/tls-failure.js";
import type { Berth } from "./berth.js";
import type { Destination } from "./request.js";
import type { Transaction } from "./transaction.js";
import type { Posted, Turn } from "./turn.js";

/** What the connection tells the pool. */
export interface ConnectionOwner {
	/** It can take its transaction. */
	opened(connection: Connection): void;
	/** It could not be made; the connection is closed. */
	unopened(connection: Connection, code: string, detail?: unknown): void;
	/** Its exchange is over. When it is not reusable, it is closed. */
	released(connection: Connection, reusable: boolean): void;
}

const enum State {
	New,
	/** It has served a transaction. */
	Used,
	Closed,
}

/** What is known while a connection is being made, and of no use once it stands. */
class Opening {
	Socket: TCPClass | undefined;
	/** Of the address, while that goes on. */
	lookup: Lookup | undefined;
	addresses: readonly string[] = NO_ADDRESSES;
	tried = 0;
	/** The peer has answered at one of its addresses, whatever comes of it. */
	isConnected = false;
}

const NO_ADDRESSES: readonly string[] = Object.freeze([]);

export class Connection implements Carrier, StreamSink, Posted {
	readonly destination: Destination;
	readonly buffers: Berth;
	postedNext: Posted | undefined;
	/** The transaction that it is made for, or serves. */
	transaction: Transaction | undefined;
	stream: ByteStream | undefined;
	/** The timer of an idle connection; held, not cleared, when it serves again: it is set anew after each exchange. */
	warm: Timer | undefined;
	readonly #owner: ConnectionOwner;
	readonly #turn: Turn;
	/** How it is being made; once it stands, the address that it goes to, which has no room of its own. */
	#way: Opening | string = new Opening();
	#role: Role | undefined;
	#state: State = State.New;
	/** The end was found in a call to the stream, and is told later. */
	#end: StreamEnd | undefined;

	constructor(owner: ConnectionOwner, turn: Turn, destination: Destination, berth: Berth) {
		this.#owner = owner;
		this.#turn = turn;
		this.destination = destination;
		this.buffers = berth;
	}

	/** Until it stands. */
	get opening(): Opening | undefined {
		return typeof this.#way === "string" ? undefined : this.#way;
	}

	/** Connects to one address after another until one answers. */
	open(Socket: TCPClass, addresses: readonly string[]): void {
		const { opening } = this;
		if (!opening) return;
		opening.Socket = Socket;
		opening.addresses = addresses;
		this.tryNext(opening, "tcp:address");
	}

	private tryNext(opening: Opening, last: string): void {
		const address = opening.addresses[opening.tried++];
		const { Socket } = opening;
		const { transaction } = this;
		if (address === undefined || !Socket) {
			this.close();
			this.#owner.unopened(this, last);
			return;
		}
		if (transaction) transaction.timing.address = address;
		const { port, localAddress, security } = this.destination;
		const target = { address, port, localAddress };
		const { cipher } = this.buffers;
		try {
			if (security && cipher) {
				this.stream = new TLSStream(security, cipher, this, (sink) => new TCPStream(Socket, target, sink));
			} else this.stream = new TCPStream(Socket, target, this);
		} catch (exception) {
			this.tryNext(opening, constructorFailure(exception));
		}
	}

	/** Runs a transaction; it must be able to take one. */
	serve(transaction: Transaction): void {
		if (!this.#role) return;
		this.transaction = transaction;
		transaction.secured = this.stream?.secured;
		transaction.timing.address = this.#way as string;
		const isUsed = this.#state === State.Used;
		this.#state = State.Used;
		const started = transaction.start(this.#role, isUsed);
		if (!started && this.transaction === transaction) this.finished(true);
	}

	close(): void {
		if (this.#state === State.Closed) return;
		this.#state = State.Closed;
		this.buffers.inputStart = this.buffers.inputEnd = 0;
		this.opening?.lookup?.cancel();
		this.#way = "";
		this.stream?.abort();
		this.stream = undefined;
	}

	// the sink of the stream

	connected(): void {
		this.#turn.enter();
		const { opening } = this;
		if (opening) opening.isConnected = true;
		this.transaction?.securing();
		this.#turn.leave();
	}

	opened(): void {
		this.#turn.enter();
		try {
			const { opening } = this;
			if (opening) this.#way = opening.addresses[opening.tried - 1] as string;
			this.#role = new H1Role(this);
			this.#owner.opened(this);
		} catch (exception) {
			this.fault(exception);
		}
		this.#turn.leave();
	}

	readable(): void {
		this.#turn.enter();
		try {
			this.#role?.received();
		} catch (exception) {
			this.fault(exception);
		}
		this.#turn.leave();
	}

	writable(): void {
		this.#turn.enter();
		try {
			this.#role?.writable();
		} catch (exception) {
			this.fault(exception);
		}
		this.#turn.leave();
	}

	ended(code: string | undefined, detail?: unknown): void {
		this.#turn.enter();
		this.stream = undefined;
		const { opening } = this;
		if (!opening) this.#role?.ended(code, detail);
		else if (opening.isConnected && !this.fallsBack(opening, detail)) {
			this.close();
			this.#owner.unopened(this, code ?? "tcp:reset", detail);
		} else this.tryNext(opening, code ?? "tcp:reset");
		this.#turn.leave();
	}

	/** The same address once more, with an older version of TLS. */
	private fallsBack(opening: Opening, detail: unknown): boolean {
		if (!(detail instanceof TLSFailure && detail.isOfVersion)) return false;
		if (!this.destination.security?.fallBack()) return false;
		opening.tried--;
		opening.isConnected = false;
		return true;
	}

	broken(code: string | undefined, detail?: unknown): void {
		this.stream = undefined;
		this.#end = { code, detail };
		this.#turn.post(this);
	}

	/** A fault of ours or of the host's may end this connection, but never the program. */
	private fault(exception: unknown): void {
		const transaction = this.transaction;
		this.finished(false);
		transaction?.failed("internal:fault", exception);
	}

	// the carrier of the role

	get available(): number {
		return this.stream?.available ?? 0;
	}

	fill(): number {
		const { buffers } = this;
		const count = this.stream?.read(buffers.input, 0, buffers.input.length) ?? 0;
		buffers.inputStart = 0;
		buffers.inputEnd = count;
		return count;
	}

	read(buffer: Uint8Array, start: number, end: number): number {
		return this.stream?.read(buffer, start, end) ?? 0;
	}

	again(): void {
		this.#turn.post(this);
	}

	runPosted(): void {
		if (this.#state === State.Closed) return;
		if (this.#end) this.ended(this.#end.code, this.#end.detail);
		else this.readable();
	}

	finished(reusable: boolean): void {
		if (this.#state === State.Closed) return;
		this.transaction = undefined;
		if (!reusable) this.close();
		this.#owner.released(this, reusable);
	}
}
