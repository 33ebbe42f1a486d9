/**
 * One connection: a stream, the role that speaks on it, and the memory that both use. It translates between the three:
 * events of the stream into calls of the role, wishes of the role into calls of the stream.
 */
import type Timer from "timer";
import { H1Role } from "../roles/h1/role.js";
import { RawRole } from "../roles/raw/role.js";
import { type Carrier, type Role, RoleKind, type StreamEnd, Taking } from "../roles/role.js";
import type { ByteStream, StreamSink } from "../transport/stream.js";
import type { Berth } from "./berth.js";
import { Opening, type OpeningHost, type OpeningOwner } from "./opening.js";
import type { Destination } from "./request.js";
import type { Transaction } from "./transaction.js";
import type { Posted, Turn } from "./turn.js";
import { UpgradeRole } from "./upgrade.js";

/** What the connection tells the pool. */
export interface ConnectionOwner {
	/** It could not be made; the connection is closed. */
	unopened(connection: Connection, code: string, detail?: unknown): void;
	/** There are transactions without a connection. */
	readonly isWaitedFor: boolean;
	/** Another transaction can perhaps be sent behind those that are under way. */
	ready(connection: Connection): void;
	/** Its exchanges are over. When it is not reusable, it is closed; `keepAlive` as for Carrier.finished. */
	released(connection: Connection, isReusable: boolean, keepAlive?: number): void;
}

const enum State {
	New,
	/** It serves its first transaction. */
	Used,
	/** The peer keeps it by HTTP/1.1. */
	Persistent,
	/** The peer does not. */
	Last,
	Closed,
}

function makeRole(carrier: Carrier, kind: RoleKind = RoleKind.H1): Role {
	switch (kind) {
		case RoleKind.Raw:
			return new RawRole(carrier);
		case RoleKind.WS:
			return new UpgradeRole(carrier);
		default:
			return new H1Role(carrier);
	}
}

export class Connection implements Carrier, StreamSink, Posted, OpeningOwner {
	readonly destination: Destination;
	readonly buffers: Berth;
	postedNext: Posted | undefined;
	/** The transaction that it is made for. */
	transaction: Transaction | undefined;
	stream: ByteStream | undefined;
	/** The timer of an idle connection; held, not cleared, when it serves again: it is set anew after each exchange. */
	warm: Timer | undefined;
	readonly #owner: ConnectionOwner;
	readonly #turn: Turn;
	/** How it is being made; once it stands, the address that it goes to, which has no room of its own. */
	#way: Opening | string = "";
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

	/** Begins to make it. */
	open(host: OpeningHost): void {
		const opening = new Opening(this, host);
		this.#way = opening;
		opening.begin();
	}

	stands(stream: ByteStream, address: string): void {
		stream.sink = this;
		this.stream = stream;
		this.#way = address;
		try {
			this.#role = makeRole(this, this.destination.role);
			const { transaction } = this;
			this.transaction = undefined;
			if (transaction) this.serve(transaction);
		} catch (exception) {
			this.fault(exception);
		}
	}

	fell(code: string, detail?: unknown): void {
		this.close();
		this.#owner.unopened(this, code, detail);
	}

	/** It stands, and serves nobody. */
	get isIdle(): boolean {
		return this.#role?.isIdle ?? false;
	}

	/** Whether it can serve a transaction besides those that it is made for, or serves, `depth` at most. */
	takes(transaction: Transaction, depth: number): Taking {
		const role = this.#role;
		if (!role) return this.transaction?.request.isPipelined ? Taking.Later : Taking.Never;
		if (this.#state >= State.Last) return Taking.Never;
		const taking = role.takes(transaction, depth);
		return taking === Taking.Now && this.#state !== State.Persistent ? Taking.Later : taking;
	}

	/** Runs a transaction; it must be able to take one. */
	serve(transaction: Transaction): void {
		const role = this.#role;
		if (!role) return;
		transaction.secured = this.stream?.secured;
		transaction.timing.address = this.#way as string;
		const isNew = this.#state === State.New;
		if (isNew) this.#state = State.Used;
		if (!transaction.start(role, !isNew) && role.isIdle) this.finished(true);
	}

	close(): void {
		if (this.#state === State.Closed) return;
		this.#state = State.Closed;
		this.buffers.inputStart = this.buffers.inputEnd = 0;
		if (typeof this.#way !== "string") this.#way.cancel();
		this.#way = "";
		this.stream?.abort();
		this.stream = undefined;
	}

	// the sink of the stream

	/** Not while it stands: the opening has heard it. */
	opened(): void {}

	readable(): void {
		this.#turn.enter();
		try {
			// what is posted comes first: it may be the end of the transaction that the next bytes are not for
			if (!this.postedNext) this.#role?.received();
		} catch (exception) {
			this.fault(exception);
		}
		this.#turn.leave();
	}

	writable(): void {
		if (this.#role?.isContent) return;
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
		this.#role?.ended(code, detail);
		this.#turn.leave();
	}

	broken(code: string | undefined, detail?: unknown): void {
		this.stream = undefined;
		this.#end = { code, detail };
		this.#turn.post(this);
	}

	/** A fault of ours or of the host's may end this connection, but never the program. */
	private fault(exception: unknown): void {
		this.#role?.fail("internal:fault", exception);
		this.finished(false);
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

	ready(): void {
		if (this.#owner.isWaitedFor) this.#turn.post(this);
	}

	runPosted(): void {
		const end = this.#end;
		this.#end = undefined;
		if (this.#state === State.Closed) return;
		if (end) this.ended(end.code, end.detail);
		// what was read before the end is there to be gone on with
		this.readable();
		if (this.#owner.isWaitedFor && this.stream) this.#owner.ready(this);
	}

	become(role: Role): void {
		this.#role = role;
	}

	persists(isPersistent: boolean): void {
		const state = isPersistent ? State.Persistent : State.Last;
		if (this.#state === State.Closed || this.#state === state) return;
		this.#state = state;
		this.ready();
	}

	finished(isReusable: boolean, keepAlive?: number): void {
		if (this.#state === State.Closed) return;
		if (!isReusable) this.close();
		this.#owner.released(this, isReusable, keepAlive);
	}
}
