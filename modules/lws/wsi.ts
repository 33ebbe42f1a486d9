/**
 * The handle of one request, for its whole life: what the application holds, and what it is told through its protocol's
 * callback. It never points to a connection; its transaction does, now and then.
 *
 * The order of callbacks is lws 4.1's:
 *
 *     BIND_PROTOCOL WSI_CREATE APPEND_HANDSHAKE_HEADER HTTP_WRITEABLE* FILTER_PRE_ESTABLISH ESTABLISHED
 *     (RECEIVE READ+)* COMPLETED DROP_PROTOCOL CLOSED WSI_DESTROY
 *
 * or, from anywhere before ESTABLISHED: CLIENT_CONNECTION_ERROR DROP_PROTOCOL WSI_DESTROY.
 */
import type { Observer, Transaction } from "../dispatch/transaction.js";
import type { Posted } from "../dispatch/turn.js";
import { LwsError } from "../engines/errors.js";
import { BodyKind } from "../roles/role.js";
import {
	LWS_CALLBACK_CHILD_CLOSING,
	LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER,
	LWS_CALLBACK_CLIENT_CONNECTION_ERROR,
	LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH,
	LWS_CALLBACK_CLIENT_HTTP_BIND_PROTOCOL,
	LWS_CALLBACK_CLIENT_HTTP_DROP_PROTOCOL,
	LWS_CALLBACK_CLIENT_HTTP_WRITEABLE,
	LWS_CALLBACK_CLOSED_CLIENT_HTTP,
	LWS_CALLBACK_COMPLETED_CLIENT_HTTP,
	LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP,
	LWS_CALLBACK_RECEIVE_CLIENT_HTTP,
	LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ,
	LWS_CALLBACK_WSI_CREATE,
	LWS_CALLBACK_WSI_DESTROY,
} from "./constants.js";
import type { Protocol, Reason, ReasonInput, Vhost, Wsi } from "./protocol.js";
import type { RequestHead } from "./request-head.js";

export class ClientWsi<User = unknown> implements Wsi<User>, Observer, Posted {
	readonly vhost: Vhost;
	readonly protocol: Protocol<User>;
	user: User;
	readonly parent: Wsi | undefined;
	readonly children: Wsi[] = [];
	error: LwsError | undefined;
	transaction: Transaction | undefined;
	head: RequestHead | undefined;
	postedNext: Posted | undefined;
	isPosted = false;
	#bound = false;
	#established = false;
	#ended = false;
	#isWriteableWanted = false;
	/** The application has said that nothing is left to send, and the last bytes had no room yet. */
	#isFinishing = false;

	constructor(vhost: Vhost, protocol: Protocol<User>, user: User, parent: Wsi | undefined) {
		this.vhost = vhost;
		this.protocol = protocol;
		this.user = user;
		this.parent = parent;
		parent?.children.unshift(this as Wsi);
	}

	get isEnded(): boolean {
		return this.#ended || (this.transaction?.isEnded ?? true);
	}

	/** Calls the protocol. True: it wants to go on. An exception ends this wsi, and nothing else. */
	call<R extends Reason>(reason: R, input: ReasonInput[R], length: number): boolean {
		try {
			const callback = this.protocol.callback as (...event: unknown[]) => number | undefined;
			return !callback.call(this.protocol, this, reason, this.user, input, length);
		} catch (exception) {
			this.end(new LwsError("app:callback-threw", this.transaction?.delivered ?? "no", exception));
			return false;
		}
	}

	/** Begins in the next turn of the loop. */
	begin(transaction: Transaction, head: RequestHead): void {
		this.transaction = transaction;
		this.head = head;
		this.vhost.turn.post(this);
	}

	runPosted(): void {
		if (this.#bound) {
			this.#tellWriteable();
			return;
		}
		if (this.isEnded) return;
		this.#bound = true;
		this.vhost.initProtocols();
		const agreed =
			this.call(LWS_CALLBACK_CLIENT_HTTP_BIND_PROTOCOL, undefined, 0) &&
			this.call(LWS_CALLBACK_WSI_CREATE, undefined, 0);
		if (agreed) this.transaction?.begin();
		else this.end(new LwsError("app:callback-refused", "no"));
	}

	/** Ends it; the callbacks that tell so come in a later turn. */
	end(error: LwsError): void {
		this.transaction?.end(error);
	}

	wantWriteable(): void {
		this.#isWriteableWanted = true;
		if (this.#bound) this.vhost.turn.post(this);
	}

	finishBody(): void {
		this.#isFinishing = true;
		this.#tryFinish();
	}

	#tryFinish(): void {
		if (this.#isFinishing && this.transaction?.write(EMPTY, true)) this.#isFinishing = false;
	}

	#tellWriteable(): void {
		this.#tryFinish();
		const allowance = this.transaction?.allowance ?? 0;
		if (!this.#isWriteableWanted || allowance === 0) return;
		this.#isWriteableWanted = false;
		this.#require(this.call(LWS_CALLBACK_CLIENT_HTTP_WRITEABLE, undefined, allowance));
	}

	// the observer of the transaction

	prepare(): boolean {
		const head = this.head;
		const transaction = this.transaction;
		if (!head || !transaction) return false;
		if (!this.call(LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER, undefined, 0)) return false;
		this.head = undefined;
		head.complete(transaction);
		if (transaction.bodyKind === BodyKind.None) this.#isFinishing = false;
		return true;
	}

	bodyWritable(): void {
		this.#tellWriteable();
	}

	responded(): boolean {
		if (!this.call(LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH, undefined, 0)) return false;
		this.#established = true;
		if (this.call(LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP, undefined, 0)) return true;
		// lws: refusing here is a connection error
		this.#established = false;
		return false;
	}

	announced(): void {
		this.#require(this.call(LWS_CALLBACK_RECEIVE_CLIENT_HTTP, undefined, 0));
	}

	content(buffer: Uint8Array, count: number): boolean {
		return this.#require(this.call(LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ, buffer, count));
	}

	completed(): void {
		this.call(LWS_CALLBACK_COMPLETED_CLIENT_HTTP, undefined, 0);
	}

	ended(error: LwsError | undefined): void {
		if (this.#ended) return;
		for (const child of [...this.children]) child.endNow();
		this.#ended = true;
		this.error = error;
		if (this.#established) {
			this.call(LWS_CALLBACK_CLIENT_HTTP_DROP_PROTOCOL, undefined, 0);
			this.call(LWS_CALLBACK_CLOSED_CLIENT_HTTP, error, 0);
		} else {
			this.call(LWS_CALLBACK_CLIENT_CONNECTION_ERROR, error as LwsError, 0);
			if (this.#bound) this.call(LWS_CALLBACK_CLIENT_HTTP_DROP_PROTOCOL, undefined, 0);
		}
		this.#leaveParent();
		this.call(LWS_CALLBACK_WSI_DESTROY, undefined, 0);
		this.vhost.forget(this as Wsi);
		this.head = undefined;
	}

	/** A parent ends: its children end before it, in the same turn. */
	endNow(): void {
		const transaction = this.transaction;
		if (!transaction) return;
		transaction.end(new LwsError("app:closed", transaction.delivered, "its parent ended"));
		transaction.tell();
	}

	#leaveParent(): void {
		const parent = this.parent;
		if (!parent) return;
		const index = parent.children.indexOf(this as Wsi);
		if (index >= 0) parent.children.splice(index, 1);
		parent.call(LWS_CALLBACK_CHILD_CLOSING, this as Wsi, 0);
	}

	/** The callback's wish for the end is granted. */
	#require(wished: boolean): boolean {
		if (!wished) this.end(new LwsError("app:callback-refused", this.transaction?.delivered ?? "no"));
		return wished && !this.isEnded;
	}
}

/** What ends a body without adding to it. */
const EMPTY = new Uint8Array(0);
