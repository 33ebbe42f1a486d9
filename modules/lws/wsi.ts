/**
 * The handle of one request, for its whole life: what the application holds, and what it is told through its protocol's
 * callback. It never points to a connection; its transaction does, now and then.
 *
 * The order of callbacks is lws 4.1's:
 *
 *     BIND_PROTOCOL WSI_CREATE APPEND_HANDSHAKE_HEADER HTTP_WRITEABLE* (HTTP_REDIRECT HTTP_WRITEABLE*)*
 *     FILTER_PRE_ESTABLISH ESTABLISHED
 *     (RECEIVE READ+)* COMPLETED DROP_PROTOCOL CLOSED WSI_DESTROY
 *
 * or, from anywhere before ESTABLISHED: CLIENT_CONNECTION_ERROR DROP_PROTOCOL WSI_DESTROY. Other protocols have other reasons
 * (face.ts), and classes of their own (raw-wsi.ts, ws-wsi.ts).
 */
import type { Observer } from "../dispatch/observer.js";
import type { Transaction } from "../dispatch/transaction.js";
import type { Posted } from "../dispatch/turn.js";
import { LwsError } from "../engines/errors.js";
import { BodyKind, type Exchange } from "../roles/role.js";
import {
	LWS_CALLBACK_CHILD_CLOSING,
	LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER,
	LWS_CALLBACK_CLIENT_CONNECTION_ERROR,
	LWS_CALLBACK_CLIENT_HTTP_REDIRECT,
	LWS_CALLBACK_COMPLETED_CLIENT_HTTP,
	LWS_CALLBACK_RECEIVE_CLIENT_HTTP,
	LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ,
	LWS_CALLBACK_WSI_CREATE,
	LWS_CALLBACK_WSI_DESTROY,
} from "./constants.js";
import { type Face, HTTP_FACE } from "./face.js";
import type { CallbackResult, Protocol, Reason, ReasonInput, Vhost, Wsi } from "./protocol.js";
import { type HeadOutline, RequestHead } from "./request-head.js";

/** A protocol whose callback takes whatever belongs to a reason that is known only at run time. */
interface AnyProtocol {
	callback(wsi: unknown, reason: Reason, user: unknown, input: unknown, length: number): CallbackResult;
}

/** In this order. */
export const enum Life {
	New,
	/** Its protocol has been told of it. */
	Bound,
	Established,
	Ended,
}

const NONE: readonly Wsi[] = Object.freeze([]);

export class ClientWsi<User = unknown> implements Wsi<User>, Observer, Posted {
	readonly vhost: Vhost;
	readonly protocol: Protocol<User>;
	user: User;
	// a wsi may wait in the queue for long: what it has none of until it is served, or ever, is not there before that
	declare readonly parent: Wsi | undefined;
	declare offspring: Wsi[] | undefined;
	declare error: LwsError | undefined;
	transaction: Transaction | undefined;
	declare exchange: Exchange | undefined;
	/** Until the head has been completed. */
	declare outline: HeadOutline | undefined;
	declare private draft: RequestHead | undefined;
	postedNext: Posted | undefined;
	/** @internal */
	life: Life = Life.New;
	/** An exception of the callback is caught further out. */
	declare private isGuarded: boolean | undefined;
	declare isWriteableWanted: boolean | undefined;
	/** WRITEABLE is under way, and comes again from there when that is wanted. */
	declare private isTelling: boolean | undefined;
	/** The application has said that nothing is left to send, and the last bytes had no room yet. */
	declare private isFinishing: boolean | undefined;
	/** What a callback threw after the response was complete. */
	declare private late: LwsError | undefined;
	/** Who is told, last of all, that it is over. */
	declare keeper: (() => void) | undefined;

	constructor(vhost: Vhost, protocol: Protocol<User>, user: User, parent: Wsi | undefined) {
		this.vhost = vhost;
		this.protocol = protocol;
		this.user = user;
		if (!parent) return;
		this.parent = parent;
		parent.offspring ??= [];
		parent.offspring.unshift(this as Wsi);
	}

	get head(): RequestHead | undefined {
		const { outline, transaction } = this;
		if (!outline || !transaction) return undefined;
		this.draft ??= new RequestHead(transaction.request.method, outline);
		return this.draft;
	}

	get children(): readonly Wsi[] {
		return this.offspring ?? NONE;
	}

	/** A getter, for it is the same for all of a class: so it takes no slot of a wsi. */
	protected get face(): Face {
		return HTTP_FACE;
	}

	get isEnded(): boolean {
		return this.life === Life.Ended || (this.transaction?.isEnded ?? true);
	}

	/** Calls the protocol. True: it wants to go on. An exception ends this wsi, and nothing else. */
	call<R extends Reason>(reason: R, input: ReasonInput[R], length: number): boolean {
		try {
			return !(this.protocol as AnyProtocol).callback(this, reason, this.user, input, length);
		} catch (exception) {
			this.threw(exception);
			return false;
		}
	}

	/** Begins in the next turn of the loop. */
	begin(transaction: Transaction, outline: HeadOutline | undefined): void {
		this.transaction = transaction;
		if (outline) this.outline = outline;
		this.vhost.turn.post(this);
	}

	runPosted(): void {
		if (this.life !== Life.New) {
			this.bodyWritable(this.exchange?.worthwhile ?? 0);
			return;
		}
		if (this.isEnded) return;
		this.life = Life.Bound;
		this.vhost.initProtocols();
		// each of them may end it
		const bound = this.call(this.face.bind, undefined, 0) && !this.isEnded;
		if (!bound || !this.call(LWS_CALLBACK_WSI_CREATE, undefined, 0)) this.refuse();
		else if (!this.isEnded) this.transaction?.begin();
	}

	/** Ends it; the callbacks that tell so come in a later turn. */
	end(error: LwsError): void {
		this.transaction?.end(error);
	}

	wantWriteable(): void {
		this.isWriteableWanted = true;
		if (this.life !== Life.New && !this.isTelling) this.vhost.turn.post(this);
	}

	finishBody(): void {
		this.isFinishing = true;
		this.tryFinish();
	}

	private tryFinish(): void {
		if (this.isFinishing && this.exchange?.write(EMPTY, true)) this.isFinishing = false;
	}

	// the observer of the transaction

	prepare(): boolean {
		const head = this.head;
		const transaction = this.transaction;
		if (!transaction) return false;
		if (!head) return this.prepareAgain(transaction);
		if (!this.call(LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER, undefined, 0)) return false;
		this.outline = this.draft = undefined;
		head.complete(transaction);
		if (transaction.bodyKind === BodyKind.None) this.isFinishing = false;
		return true;
	}

	private prepareAgain({ bodyKind, request }: Transaction): boolean {
		this.isFinishing = false;
		if (bodyKind === BodyKind.None) return true;
		try {
			request.rewind?.();
		} catch (exception) {
			this.threw(exception);
		}
		this.wantWriteable();
		return true;
	}

	redirected(uri: string): boolean {
		return this.call(LWS_CALLBACK_CLIENT_HTTP_REDIRECT, uri, this.transaction?.status ?? 0);
	}

	bodyWritable(allowance: number): void {
		if (this.isFinishing) this.tryFinish();
		// in the middle of `submit` there is no exchange yet; what is wanted then has been posted
		if (!this.isWriteableWanted || allowance === 0 || this.isTelling || !this.exchange) return;
		this.isTelling = true;
		let room = allowance;
		// not by way of `call`: the application goes deep from here, and a device has 384 slots of stack
		try {
			const { protocol, user } = this;
			const { writeable } = this.face;
			for (let i = 0; i < WRITES && room > 0 && this.isWriteableWanted; i++) {
				this.isWriteableWanted = false;
				if ((protocol as AnyProtocol).callback(this, writeable, user, undefined, room)) this.refuse();
				room = this.exchange?.worthwhile ?? 0;
			}
		} catch (exception) {
			this.threw(exception);
		}
		this.isTelling = false;
		// without room the stream says when there is some
		if (this.isWriteableWanted && (room > 0 || !this.exchange)) this.vhost.turn.post(this);
	}

	responded(): boolean {
		const { filter, established } = this.face;
		if (filter !== undefined && (!this.call(filter, undefined, 0) || this.isEnded)) return false;
		this.life = Life.Established;
		if (this.call(established, undefined, 0)) return true;
		// lws: refusing here is a connection error
		this.life = Life.Bound;
		return false;
	}

	/** One guard for all announcements of a turn: entering `try` costs more than a callback. */
	announced(exchange: Exchange): void {
		const protocol = this.protocol;
		this.isGuarded = true;
		try {
			do {
				if (protocol.callback(this, LWS_CALLBACK_RECEIVE_CLIENT_HTTP, this.user, undefined, 0)) {
					this.refuse();
					break;
				}
			} while (exchange.announce());
		} catch (exception) {
			this.threw(exception);
		}
		this.isGuarded = false;
	}

	content(buffer: Uint8Array, count: number): boolean {
		if (!this.isGuarded) {
			if (!this.call(LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ, buffer, count)) this.refuse();
		} else if (this.protocol.callback(this, LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ, this.user, buffer, count)) {
			this.refuse();
		}
		return this.exchange !== undefined;
	}

	completed(): void {
		this.call(LWS_CALLBACK_COMPLETED_CLIENT_HTTP, undefined, 0);
	}

	ended(cause: LwsError | undefined): void {
		const { life } = this;
		if (life === Life.Ended) return;
		const error = cause ?? this.late;
		const { drop, closed } = this.face;
		for (const child of [...this.children]) child.endNow();
		this.life = Life.Ended;
		this.error = error;
		if (life === Life.Established) {
			this.call(drop, undefined, 0);
			this.call(closed, error, 0);
		} else {
			this.call(LWS_CALLBACK_CLIENT_CONNECTION_ERROR, error as LwsError, 0);
			if (life !== Life.New) this.call(drop, undefined, 0);
		}
		this.leaveParent();
		this.call(LWS_CALLBACK_WSI_DESTROY, undefined, 0);
		this.vhost.forget(this as Wsi);
		this.keeper?.();
		this.outline = this.draft = undefined;
	}

	/** A parent ends: its children end before it, in the same turn. */
	endNow(): void {
		const transaction = this.transaction;
		if (!transaction) return;
		transaction.end(new LwsError("app:closed", transaction.delivered, "its parent ended"));
		transaction.tell();
	}

	private leaveParent(): void {
		const parent = this.parent;
		if (!parent) return;
		const siblings = parent.offspring as Wsi[];
		const index = siblings.indexOf(this as Wsi);
		if (index >= 0) siblings.splice(index, 1);
		if (!parent.call(LWS_CALLBACK_CHILD_CLOSING, this as Wsi, 0)) {
			parent.end(new LwsError("app:callback-refused", parent.transaction?.delivered ?? "no"));
		}
	}

	/** @internal A callback wants no more. */
	protected refuse(): void {
		this.end(new LwsError("app:callback-refused", this.transaction?.delivered ?? "no"));
	}

	protected threw(exception: unknown): void {
		const error = new LwsError("app:callback-threw", this.transaction?.delivered ?? "no", exception);
		if (this.isEnded) this.late ??= error;
		else this.end(error);
	}
}

/** WRITEABLE callbacks in one turn, before other connections have theirs. */
const WRITES = 16;

/** What ends a body without adding to it. */
const EMPTY = new Uint8Array(0);
