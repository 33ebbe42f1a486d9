/**
 * One request and its response, from the call that asks for it to the one end that it has. It survives the connection
 * that it runs on: `exchange` is its present attempt, or nothing.
 *
 * `end` is the only exit.
 */
import { type Delivered, LwsError } from "../engines/errors.js";
import type { HeadTable } from "../engines/head-table.js";
import { BodyKind, type Exchange, type Order } from "../roles/role.js";
import { Deadline, type Deadlines } from "./deadline.js";
import type { Posted, TimerClass, Turn } from "./turn.js";

/** Where a request goes: connections to equal destinations are interchangeable. */
export interface Destination {
	/** A name or a numeric address. */
	readonly address: string;
	readonly port: number;
	readonly localAddress: string | undefined;
	/** Says the same in one string. */
	readonly key: string;
}

/** The request as it was asked for; the face completes the fields when its head is made. */
export interface Request {
	readonly method: string;
	readonly target: string;
	readonly destination: Destination;
	readonly deadlines: Deadlines;
	readonly keepHeaders: readonly string[] | undefined;
}

/** Who asked for it. Nothing of this is called from inside a call of the application, `content` and `completed` excepted. */
export interface Observer {
	/** The head is about to be sent: completes `fields`, and says how the body is framed. False: give up. */
	prepare(): boolean;
	bodyWritable(): void;
	/** False: give up. */
	responded(): boolean;
	announced(): void;
	content(buffer: Uint8Array, count: number): boolean;
	/** The response is complete; `ended` follows. */
	completed(): void;
	/** Nothing comes after this. It is never told from inside a call. */
	ended(error: LwsError | undefined): void;
}

/** Whoever brings transactions to connections. */
export interface Placer {
	place(transaction: Transaction): void;
	/** It ended while it waited for a connection. */
	withdraw(transaction: Transaction): void;
}

export const enum TransactionState {
	/** Waits for a turn, or for a connection. */
	Queued,
	Exchanging,
	Ended,
}

/** Methods that may be repeated without asking (RFC 9110 section 9.2.2). */
const IDEMPOTENT: readonly string[] = Object.freeze(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/** What the failure of a connection looks like that the server had given up while it was idle. */
const STALE: readonly string[] = Object.freeze(["h1:empty-reply", "tcp:reset"]);

export class Transaction implements Order, Posted {
	readonly request: Request;
	readonly fields: string[] = [];
	bodyKind: BodyKind = BodyKind.None;
	bodyLength = 0;
	state: TransactionState = TransactionState.Queued;
	exchange: Exchange | undefined;
	/** Bytes of the request body so far. */
	bodySent = 0;
	/** 0 until the final head has come. */
	status = 0;
	minor = 0;
	reason = "";
	/** The fields of the response, from then on until `ended` has been told. */
	table: HeadTable | undefined;
	postedNext: Posted | undefined;
	isPosted = false;
	/** The observer has been asked to complete the head. */
	#prepared = false;
	#isSending = false;
	#bodyTouched = false;
	/** Content waits for the application: the peer's silence is not its fault. */
	#unread = false;
	#retried = false;
	/** The present attempt is not the first exchange of its connection. */
	#onUsedConnection = false;
	/** Why it ended, until that is told. */
	#error: LwsError | undefined;
	#told = false;
	readonly #observer: Observer;
	readonly #placer: Placer;
	readonly #turn: Turn;
	readonly #deadline: Deadline;

	constructor(request: Request, observer: Observer, placer: Placer, turn: Turn, TimerClass: TimerClass) {
		this.request = request;
		this.#observer = observer;
		this.#placer = placer;
		this.#turn = turn;
		this.#deadline = new Deadline(
			TimerClass,
			(code) => {
				turn.enter();
				this.failed(code);
				turn.leave();
			},
			() => !this.#unread && !this.#isOurTurnToWrite(),
		);
	}

	get method(): string {
		return this.request.method;
	}

	get target(): string {
		return this.request.target;
	}

	get keepHeaders(): readonly string[] | undefined {
		return this.request.keepHeaders;
	}

	get isEnded(): boolean {
		return this.state === TransactionState.Ended;
	}

	get delivered(): Delivered {
		if (this.status > 0) return "yes";
		return this.#isSending ? "maybe" : "no";
	}

	/** Begins in the next turn. */
	begin(): void {
		this.#deadline.begin(this.request.deadlines.total);
		this.#turn.post(this);
	}

	runPosted(): void {
		if (this.state === TransactionState.Queued) this.#placer.place(this);
		else if (this.isEnded) this.tell();
	}

	/** Tells the end, once, now. */
	tell(): void {
		if (this.#told) return;
		this.#told = true;
		this.#observer.ended(this.#error);
		this.table = undefined;
	}

	/** A connection for it is being made. */
	connecting(): void {
		this.#deadline.phase("timeout:connect", this.request.deadlines.connect);
	}

	/** A connection is there: the head is made, once, and goes out. False: it has ended instead. */
	start(submit: (order: Order) => Exchange, onUsedConnection: boolean): boolean {
		this.#onUsedConnection = onUsedConnection;
		if (!this.#prepared) {
			this.#prepared = true;
			if (!this.#observer.prepare()) {
				this.end(new LwsError("app:callback-refused", "no"));
				return false;
			}
			if (this.isEnded) return false;
		}
		this.state = TransactionState.Exchanging;
		this.#deadline.idle(this.request.deadlines.idle);
		const exchange = submit(this);
		// it may have failed already, and begun another attempt
		if (this.state === TransactionState.Exchanging) this.exchange = exchange;
		return true;
	}

	sending(): void {
		this.#isSending = true;
	}

	sent(): void {
		if (this.status === 0) this.#deadline.phase("timeout:first-byte", this.request.deadlines.firstByte);
	}

	bodyWritable(): void {
		this.#observer.bodyWritable();
	}

	alive(): void {
		this.#deadline.alive();
	}

	responded(status: number, minor: number, reason: string, table: HeadTable): boolean {
		this.table = table;
		this.status = status;
		this.minor = minor;
		this.reason = reason;
		this.#deadline.idle(this.request.deadlines.idle);
		if (!this.#observer.responded()) {
			this.end(new LwsError("app:callback-refused", "yes"));
			return false;
		}
		return !this.isEnded;
	}

	announced(): void {
		this.#unread = true;
		this.#observer.announced();
	}

	content(buffer: Uint8Array, count: number): boolean {
		return this.#observer.content(buffer, count);
	}

	/** Content of the response; see Exchange. */
	read(buffer: Uint8Array): number {
		this.#unread = false;
		this.#deadline.alive();
		return this.exchange?.read(buffer) ?? 0;
	}

	write(bytes: Uint8Array, last: boolean): boolean {
		this.#deadline.alive();
		if (!this.exchange?.write(bytes, last)) return false;
		this.bodySent += bytes.length;
		this.#bodyTouched = true;
		return true;
	}

	get allowance(): number {
		return this.exchange?.allowance ?? 0;
	}

	completed(): void {
		this.exchange = undefined;
		this.end(undefined);
		this.#observer.completed();
	}

	failed(code: string, detail?: unknown): void {
		if (this.isEnded) return;
		if (this.#canRetry(code)) {
			this.#retried = true;
			this.#isSending = false;
			this.exchange = undefined;
			this.state = TransactionState.Queued;
			this.#turn.post(this);
		} else this.end(new LwsError(code, this.delivered, detail));
	}

	/**
	 * A connection that had served before turned out to be dead: the request goes out again, once, when the peer cannot
	 * mind (RFC 9110 section 9.2.2, RFC 9112 section 9.3.1) and nothing of its body would have to be had again.
	 */
	#canRetry(code: string): boolean {
		if (!this.#onUsedConnection || this.#retried || this.status > 0 || this.#bodyTouched) return false;
		return STALE.includes(code) && IDEMPOTENT.includes(this.method);
	}

	end(error: LwsError | undefined): void {
		if (this.isEnded) return;
		if (this.state === TransactionState.Queued) this.#placer.withdraw(this);
		this.state = TransactionState.Ended;
		this.#deadline.end();
		this.#error = error;
		const exchange = this.exchange;
		this.exchange = undefined;
		exchange?.cancel();
		this.#turn.post(this);
	}

	#isOurTurnToWrite(): boolean {
		return this.status === 0 && this.allowance > 0;
	}
}
