/**
 * HTTP/1.1 on one connection (RFC 9112): its exchanges in the order of their requests, which is that of the responses
 * (section 9.3.2). The first one's response is awaited, the last one's request is on its way; between two exchanges whatever
 * comes is unsolicited.
 *
 * When the connection cannot go on, those behind the first have not been answered, and their orders are told so.
 */
import { type Carrier, type Exchange, type Order, type StreamEnd, Taking, type Upgradable } from "../role.js";
import { H1Exchange } from "./exchange.js";
import type { ExchangeOwner } from "./request.js";

export class H1Role implements Upgradable, ExchangeOwner {
	readonly #carrier: Carrier;
	/** The others follow it by `next`. */
	#first: H1Exchange | undefined;
	/** How the stream has ended, once it has: what was read before is all that is left. */
	declare end: StreamEnd | undefined;

	constructor(carrier: Carrier) {
		this.#carrier = carrier;
	}

	get isIdle(): boolean {
		return this.#first === undefined;
	}

	takes(order: Order, depth: number): Taking {
		let last = this.#first;
		if (!last || this.end) return Taking.Never;
		let count = 1;
		for (; last.next; last = last.next) {
			// whom nobody waits for any more, the connection ends with
			if (!last.order) return Taking.Never;
			count++;
		}
		const before = last.order;
		if (!before?.request.isPipelined) return Taking.Never;
		// RFC 9112 section 9.3.2: nothing follows a method that is not idempotent before its response is there
		if (count >= depth || !order.isReplayable || !before.isReplayable || !last.request.isDone) return Taking.Later;
		return Taking.Now;
	}

	submit(order: Order): Exchange {
		const exchange = new H1Exchange(this, this.#carrier, order);
		let last = this.#first;
		if (last) {
			while (last.next) last = last.next;
			last.next = exchange;
		} else {
			this.#first = exchange;
			exchange.begin();
		}
		exchange.writable();
		return exchange;
	}

	received(): void {
		this.#first?.received();
		// RFC 9112 section 9.2: bytes without a request cannot be trusted to answer the next one
		if (!this.#first && this.#carrier.available > 0) this.#carrier.finished(false);
	}

	writable(): void {
		let last = this.#first;
		while (last?.next) last = last.next;
		if (!last) return;
		last.writable();
		if (last.request.isDone) this.#carrier.ready();
	}

	/** The exchange stays, so that what follows is not taken for unsolicited. */
	detach(): void {
		this.#first?.detach();
	}

	ended(code: string | undefined, detail?: unknown): void {
		this.end = { code, detail };
		if (this.#first) this.#first.ended(this.end);
		else this.#carrier.finished(false);
	}

	fail(code: string, detail?: unknown): void {
		for (let each = this.takeAll(); each; each = each.next) each.leave()?.failed(code, detail);
	}

	// the owner of the exchanges

	isFirst(exchange: H1Exchange): boolean {
		return exchange === this.#first;
	}

	left(exchange: H1Exchange): void {
		if (exchange === this.#first) this.#first = exchange.next;
	}

	finished(isPersistent: boolean, keepAlive: number, order?: Order): void {
		const { buffers, available } = this.#carrier;
		const waits = buffers.inputStart < buffers.inputEnd || available > 0;
		const next = this.#first;
		const end = this.end;
		if (!next) this.#carrier.finished(isPersistent && !waits && !end, keepAlive);
		// what came before its request is no answer to it
		else if (isPersistent && next.order && (waits ? next.request.hasBegun : !end)) {
			next.begin(end, order);
			if (waits) this.#carrier.again();
			this.#carrier.ready();
		} else this.abandon();
	}

	/** The connection is of no use any more to those that are left. */
	private abandon(): void {
		for (let each = this.takeAll(); each; each = each.next) {
			each.leave()?.unanswered("h1:empty-reply", undefined, true);
		}
		this.#carrier.finished(false);
	}

	private takeAll(): H1Exchange | undefined {
		const first = this.#first;
		this.#first = undefined;
		return first;
	}
}
