/**
 * One request and its response, from the call that asks for it to the one end that it has. It survives the connection
 * that it runs on: `exchange` is its present attempt, or nothing.
 *
 * `end` is the only exit.
 */
import { type Delivered, LwsError } from "../engines/errors.js";
import type { HeadTable } from "../engines/head-table.js";
import { type BodyHandler, BodyKind, type Exchange, type Order, type Role } from "../roles/role.js";
import type { Secured } from "../transport/security.js";
import { Deadline, type DeadlineOwner } from "./deadline.js";
import type { Observer, Placer, TransactionHost } from "./observer.js";
import { Drain, type Hop, planHop, REDIRECT_BODY_TIME } from "./redirect.js";
import { type Request, withoutExpectation } from "./request.js";
import { beginResume, type Resume } from "./resume.js";
import { isBodyBegun, isIdempotent, isRepeatable, isTransient, Left, planAnswer, planRetry } from "./retry.js";
import type { Timing } from "./timing.js";
import type { Posted } from "./turn.js";

/** In this order. */
export const enum TransactionState {
	/** Waits for a turn, for a connection, or for the time of its next attempt. */
	Queued,
	Exchanging,
	/** Over, which the observer has yet to be told. */
	Ended,
	Told,
}

/** From then on a request is not sent behind others any more: the server does not answer what is. */
const RESENDS = 2;
/** The clock of the wait for 100, whose end is no failure. */
const CONTINUE = "continue";

/**
 * It may wait in the queue for long: what it has none of until it is served, or ever, is not there before that, and takes no
 * memory.
 */
export class Transaction implements Order, Posted, DeadlineOwner {
	/** Another one after a redirect, as are the fields and the framing. */
	request: Request;
	readonly observer: Observer;
	/** The observer, but for the body of a response that is not delivered. */
	declare handler: BodyHandler;
	/** Names and values in turn; complete when the observer has prepared the head. */
	declare fields: readonly string[];
	bodyKind: BodyKind = BodyKind.None;
	declare bodyLength: number;
	declare expectTimeout: number | undefined;
	declare bodyReceived: number | undefined;
	declare bodySent: number | undefined;
	/** Names of fields, in lower case, that are for this origin only. */
	declare secrets: readonly string[];
	/** Redirects that have been followed. */
	declare hops: number | undefined;
	state: TransactionState = TransactionState.Queued;
	/** 0 until the final head has come. */
	status = 0;
	declare minor: number;
	declare reason: string | undefined;
	/** The fields of the response, from then on until `ended` has been told. */
	declare table: HeadTable | undefined;
	/** The connection's TLS, while it has that connection. */
	declare secured: Secured | undefined;
	timing: Timing;
	/** The connection of the present attempt had served before. */
	declare isReused: boolean | undefined;
	/** The present attempt is the second, at once, after a kept connection that turned out to be dead. */
	declare isRetried: boolean | undefined;
	/** How often connections ended before they came to it. */
	declare resends: number | undefined;
	/** Attempts before the present one, and those of them that were retries by the policy. */
	declare attempts: number | undefined;
	declare retries: number | undefined;
	/** The response had begun when its connection was lost, and is being continued. */
	declare resume: Resume | undefined;
	declare hasLeft: Left | undefined;
	postedNext: Posted | undefined;
	/** Its exchange waits for 100, by a clock that nothing else is to touch. */
	declare private isAwaiting: boolean | undefined;
	/** The observer has been asked to complete the head. */
	declare private isPrepared: boolean | undefined;
	/**
	 * Of earlier attempts; "yes" too when a peer has done what it was asked for, and its redirect leads to what came of
	 * that.
	 */
	declare private past: Delivered | undefined;
	declare private drain: Drain | undefined;
	/** Why it ended, until that is told. */
	declare private error: LwsError | undefined;
	readonly #placer: Placer<Transaction>;
	readonly #host: TransactionHost;
	/** Its clocks, from the first that runs. */
	declare private deadline: Deadline | undefined;

	constructor(request: Request, observer: Observer, placer: Placer<Transaction>, host: TransactionHost) {
		this.request = request;
		this.observer = observer;
		this.#placer = placer;
		this.#host = host;
		this.timing = { began: host.Time.ticks };
	}

	private get clock(): Deadline {
		this.deadline ??= new Deadline(this.#host.Timer, this);
		return this.deadline;
	}

	get exchange(): Exchange | undefined {
		return this.observer.exchange;
	}

	get isEnded(): boolean {
		return this.state >= TransactionState.Ended;
	}

	get delivered(): Delivered {
		if (this.status > 0) return "yes";
		const { past = "no", hasLeft = Left.Nothing } = this;
		return hasLeft > Left.Nothing && past === "no" ? "maybe" : past;
	}

	get isReplayable(): boolean {
		return (this.resends ?? 0) < RESENDS && isIdempotent(this.request.method);
	}

	/** Begins in the next turn. */
	begin(): void {
		this.#host.turn.post(this);
		const { total } = this.request.deadlines;
		if (total > 0) this.clock.begin(total);
	}

	runPosted(): void {
		if (this.state === TransactionState.Queued) {
			this.timing.queued = this.#host.Time.ticks;
			this.#placer.place(this);
		} else if (this.isEnded) this.tell();
	}

	/** Tells the end, once, now. */
	tell(): void {
		if (this.state !== TransactionState.Ended) return;
		this.state = TransactionState.Told;
		this.observer.ended(this.error);
		this.table = this.secured = undefined;
	}

	/** A connection for it is being made. */
	connecting(): void {
		this.timing.assigned = this.#host.Time.ticks;
		this.clock.phase("timeout:connect", this.request.deadlines.connect);
	}

	/** The peer has answered, and TLS begins. */
	securing(): void {
		this.timing.connected = this.#host.Time.ticks;
		this.clock.phase("timeout:tls", this.request.deadlines.tls);
	}

	/** A connection is there: the head is made, once, and goes out. False: it has ended instead. */
	start(role: Pick<Role, "submit">, isReused: boolean): boolean {
		const { timing } = this;
		const now = this.#host.Time.ticks;
		this.handler = this.observer;
		this.isReused = isReused;
		if (isReused) timing.assigned = now;
		else {
			timing.connections = (timing.connections ?? 0) + 1;
			timing[this.secured ? "secured" : "connected"] = now;
		}
		if (!this.isPrepared) {
			this.isPrepared = true;
			if (!this.observer.prepare()) this.end(new LwsError("app:callback-refused", this.delivered));
			if (this.isEnded) return false;
		}
		this.state = TransactionState.Exchanging;
		this.clock.idle(this.request.deadlines.idle);
		if (this.isEnded) return false;
		const exchange = role.submit(this);
		// it may have failed already, and begun another attempt
		if (this.state === TransactionState.Exchanging) this.observer.exchange = exchange;
		else exchange.cancel();
		return true;
	}

	sending(count: number): void {
		this.hasLeft = Left.Some;
		const { timing } = this;
		timing.sentHead = (timing.sentHead ?? 0) + count;
		timing.requested = this.#host.Time.ticks;
	}

	sent(): void {
		this.hasLeft = Left.All;
		if (!this.table) this.clock.phase("timeout:first-byte", this.request.deadlines.firstByte);
		else this.exchange?.proceed?.();
	}

	responded(status: number, minor: number, reason: string, table: HeadTable | undefined): boolean {
		this.table = table;
		const { resume } = this;
		if (!resume) {
			this.status = status;
			this.minor = minor;
			this.reason = reason;
		}
		this.clock.idle(this.request.deadlines.idle);
		if (status === 417 && this.expectTimeout !== undefined && !isBodyBegun(this)) {
			this.dropExpectation();
			return false;
		}
		const host = this.#host;
		const next =
			resume && table
				? resume.answered(this, host, status, table)
				: table && (planHop(this, table) ?? planAnswer(this, host, status, table));
		if (next !== undefined) return this.diverted(next);
		if (!resume && !this.observer.responded()) {
			this.end(new LwsError("app:callback-refused", this.delivered));
			return false;
		}
		return !this.isEnded;
	}

	/** The response is not delivered: an error, another request, or the same once more. */
	private diverted(next: Hop | string | number): boolean {
		if (typeof next === "string") this.failed(next);
		else if (typeof next !== "number" && !this.observer.redirected(next.uri)) {
			this.end(new LwsError("app:callback-refused", "yes"));
		}
		const { exchange } = this;
		if (this.isEnded || !exchange || typeof next === "string") return false;
		this.observer.exchange = undefined;
		this.handler = this.drain = new Drain(exchange, next, this);
		this.clock.phase("", REDIRECT_BODY_TIME);
		return true;
	}

	/** What is left of the body of such a response is not worth waiting for, if anything is. */
	private follow({ next }: Drain): void {
		if (typeof next === "number") {
			this.retry(next);
			return;
		}
		this.abandon();
		if (next.request.method !== this.request.method) this.past = "yes";
		this.request = next.request;
		this.fields = next.fields;
		if (next.isBodiless) this.bodyKind = BodyKind.None;
		this.hops = (this.hops ?? 0) + 1;
		if (this.attempts) this.attempts = 0;
		this.isPrepared = this.isRetried = false;
		this.requeue(0);
	}

	/** The present attempt is over. */
	private abandon(): void {
		const exchange = this.drain?.exchange ?? this.exchange;
		this.observer.exchange = this.drain = undefined;
		this.handler = this.observer;
		exchange?.cancel();
	}

	private retry(wait: number): void {
		if (!this.resume) this.retries = (this.retries ?? 0) + 1;
		this.isRetried = false;
		this.again(wait);
	}

	/** The same request, after so many milliseconds. */
	private again(wait: number): void {
		const { resume } = this;
		this.attempts = (this.attempts ?? 0) + 1;
		if (!this.past && this.delivered !== "no") this.past = "maybe";
		if (resume) this.fields = resume.ask(this.fields);
		if (isBodyBegun(this)) this.isPrepared = false;
		if (this.state === TransactionState.Queued) this.#placer.withdraw(this);
		this.abandon();
		this.requeue(wait);
	}

	private requeue(wait: number): void {
		this.isAwaiting &&= false;
		this.hasLeft = Left.Nothing;
		if (!this.resume) {
			this.status = 0;
			this.reason = "";
		}
		this.table = this.secured = this.bodyReceived = this.bodySent = undefined;
		const { began, connections } = this.timing;
		this.timing = connections ? { began, connections } : { began };
		this.isReused = false;
		this.state = TransactionState.Queued;
		if (this.deadline || wait > 0) this.clock.phase("", wait);
		if (wait === 0) this.#host.turn.post(this);
	}

	completed(): void {
		if (this.drain) {
			this.follow(this.drain);
			return;
		}
		const missing = this.resume?.missing(this.bodyReceived ?? 0) ?? 0;
		if (missing !== 0) {
			this.failed(missing > 0 ? "h1:truncated-body" : "h1:resume-mismatch");
			return;
		}
		this.observer.exchange = undefined;
		this.end(undefined);
		this.observer.completed();
	}

	failed(code: string, detail?: unknown): void {
		if (this.drain && code !== "timeout:total") this.follow(this.drain);
		else if (!this.isEnded && !this.recovers(code, detail)) {
			const { resume } = this;
			// why it broke off says more than why it could not be continued
			const isOld = resume !== undefined && isTransient(code);
			this.end(new LwsError(isOld ? resume.code : code, this.delivered, isOld ? resume.detail : detail));
		}
	}

	/** True: there is another attempt. */
	private recovers(code: string, detail?: unknown): boolean {
		if (!this.request.recovery || !isTransient(code, detail)) return false;
		const host = this.#host;
		const resume = this.status === 0 ? undefined : (this.resume ?? beginResume(this, host));
		const wait = this.status === 0 ? planRetry(this, host) : resume?.plan(this, host, code, detail);
		if (wait === undefined) return false;
		if (resume) this.resume = resume;
		this.retry(wait);
		return true;
	}

	/**
	 * A connection that had served before turned out to be dead, or ended before it came to this request, which goes out
	 * again when the peer cannot mind (RFC 9110 section 9.2.2, RFC 9112 section 9.3.1): the former once.
	 */
	unanswered(code: string, detail?: unknown, isBehind = false): void {
		if (this.isEnded) return;
		if ((isBehind || (this.isReused && !this.isRetried)) && isRepeatable(this)) {
			if (isBehind) this.resends = (this.resends ?? 0) + 1;
			else this.isRetried = true;
			this.again(0);
		} else this.failed(code, detail);
	}

	/** The first byte of a response has come. */
	answering(): void {
		this.timing.answered = this.#host.Time.ticks;
		// with no limit for the first byte, silence in the middle of the head has one
		if (this.request.deadlines.firstByte === 0 && !this.isAwaiting) this.clock.idle(this.request.deadlines.idle);
	}

	end(error: LwsError | undefined): void {
		if (this.isEnded) return;
		if (this.state === TransactionState.Queued) this.#placer.withdraw(this);
		this.state = TransactionState.Ended;
		this.deadline?.end();
		this.error = error;
		this.timing.ended = this.#host.Time.ticks;
		this.abandon();
		this.#host.turn.post(this);
	}

	expired(code: string): void {
		const { turn } = this.#host;
		turn.enter();
		// a server need not know the expectation, and 100 passes no proxy of HTTP/1.0 (RFC 9110 section 10.1.1)
		if (code === CONTINUE) this.exchange?.proceed?.();
		// the time for the next attempt has come, or that for a body which nobody waits for is over
		else if (code === "" && !this.drain) turn.post(this);
		else this.failed(code);
		turn.leave();
	}

	unclocked(): void {
		this.failed("internal:fault", "the host has no timer");
	}

	progress(): number {
		const exchange = this.exchange;
		if (!exchange || exchange.isAnnounced) return -1;
		if (this.bodyKind !== BodyKind.None && exchange.worthwhile > 0) return -1;
		return exchange.progress;
	}

	// rarely called, so behind the others: XS looks for a method from the first one on

	awaits(milliseconds: number): void {
		if (this.drain) return;
		this.isAwaiting = true;
		this.clock.phase(CONTINUE, milliseconds);
	}

	continued(): void {
		this.isAwaiting = false;
		this.clock.idle(this.request.deadlines.idle);
		// it may write: not from in here, where the stack is deeper than there
		this.#host.turn.post(this.observer);
	}

	/**
	 * Somebody on the way does not know the expectation: once more without it (RFC 9110 section 10.1.1), on another
	 * connection, for what was said of the body holds on this one.
	 */
	private dropExpectation(): void {
		const past = this.past;
		this.fields = withoutExpectation(this.fields);
		this.expectTimeout = undefined;
		this.again(0);
		// nothing was done
		this.past = past;
	}
}
