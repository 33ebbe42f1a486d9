/**
 * The request of an exchange, on its way out: the head in pieces as there is room, then the body as the application writes
 * it.
 *
 * | state | | ends by |
 * |---|---|---|
 * | Head | the head leaves, in pieces | its last byte |
 * | Continue | with `Expect: 100-continue`: the body waits | 100, or the time for it |
 * | Body | the application writes when told | its last byte |
 * | Done | all of it has left | |
 * | Stopped | the rest is not sent, for the final response has come: any in Continue, a refusal in Head and Body | |
 */
import { RequestWriter } from "../../engines/h1/request.js";
import { BodyKind, type Carrier, type Exchange, type Order } from "../role.js";
import { chunkAllowance, writeChunk } from "./request-body.js";

const enum State {
	Head,
	Continue,
	Body,
	Done,
	Stopped,
}

/** From here on a final status says that the request was not taken as it is. */
const REFUSALS = 300;

/** Whose exchange it is. */
export interface ExchangeOwner {
	isFirst(exchange: Exchange): boolean;
	/** It is over. */
	left(exchange: Exchange): void;
	/** The first one is over, and `order` complete; `keepAlive` as for Carrier.finished. */
	finished(isPersistent: boolean, keepAlive?: number, order?: Order): void;
}

/** Whose request it is. */
export interface RequestOwner {
	/** All of it has left. */
	sent(): void;
}

export class H1Request {
	readonly #owner: RequestOwner;
	readonly #carrier: Carrier;
	readonly #order: Order;
	#state: State = State.Head;
	/** Until the head has left. */
	#writer: RequestWriter | undefined;
	/** Bytes of the body that have been written. */
	bodySent = 0;
	/** The allowance when a write was refused: until there is more, asking again would only spin. */
	#refusedAt = 0;

	constructor(owner: RequestOwner, carrier: Carrier, order: Order) {
		this.#owner = owner;
		this.#carrier = carrier;
		this.#order = order;
		const { method, target, forwarding } = order.request;
		this.#writer = forwarding
			? // RFC 9112 section 3.2.4: what is asked of the server as a whole has no path
				new RequestWriter(method, forwarding.prefix + (target === "*" ? "" : target), [
					...order.fields,
					...forwarding.fields,
				])
			: new RequestWriter(method, target, order.fields);
	}

	/** Something of it has left. */
	get hasBegun(): boolean {
		return this.#writer?.begun ?? true;
	}

	get isDone(): boolean {
		return this.#state === State.Done;
	}

	/** The stream has room. Gives how much of the body may be written. */
	writable(): number {
		if (this.#state === State.Head && !this.sendHead()) return 0;
		this.#refusedAt = 0;
		return this.allowance;
	}

	/** False: there is no room for more of the head. */
	private sendHead(): boolean {
		const order = this.#order;
		const { stream, buffers } = this.#carrier;
		const { output } = buffers;
		const writer = this.#writer;
		while (writer && !writer.done) {
			// a write may find the end of the stream
			const count = stream ? writer.emit(output, 0, Math.min(output.length, stream.room)) : 0;
			if (count === 0 || stream?.write(output, 0, count) === 0) return false;
			order.sending(count);
		}
		this.#writer = undefined;
		if (order.bodyKind === BodyKind.None || (order.bodyKind === BodyKind.Length && order.bodyLength === 0)) {
			this.done();
		} else if (order.expectTimeout === undefined) this.#state = State.Body;
		else {
			this.#state = State.Continue;
			order.awaits?.(order.expectTimeout as number);
		}
		return true;
	}

	private done(): void {
		this.#state = State.Done;
		this.#owner.sent();
	}

	/** Bytes of the body that `write` takes now. */
	get allowance(): number {
		if (this.#state !== State.Body) return 0;
		const { bodyKind, bodyLength } = this.#order;
		if (bodyKind === BodyKind.Chunked) return chunkAllowance(this.#carrier);
		const room = this.#carrier.stream?.room ?? 0;
		const left = bodyLength - this.bodySent;
		return room < left ? room : left;
	}

	/** The same, but 0 where there is no more than a refused write has found. */
	get worthwhile(): number {
		const allowance = this.#carrier.stream?.room ? this.allowance : 0;
		return allowance > this.#refusedAt ? allowance : 0;
	}

	/** All of `bytes`, or nothing and false. Throws RangeError for more than the Content-Length. */
	write(bytes: Uint8Array, last: boolean): boolean {
		if (this.#state !== State.Body) return false;
		const { bodyKind, bodyLength } = this.#order;
		const carrier = this.#carrier;
		const count = bytes.length;
		let isWritten: boolean;
		if (bodyKind === BodyKind.Chunked) {
			isWritten = count <= chunkAllowance(carrier) && writeChunk(carrier, bytes, last);
		} else {
			if (this.bodySent + count > bodyLength) {
				throw new RangeError(`the body would become longer than its Content-Length of ${bodyLength}`);
			}
			isWritten = count === 0 || (carrier.stream?.write(bytes, 0, count) ?? 0) > 0;
		}
		if (!isWritten) {
			this.#refusedAt = this.allowance;
			return false;
		}
		this.bodySent += count;
		if (bodyKind === BodyKind.Chunked ? last : this.bodySent === bodyLength) this.done();
		return true;
	}

	/** The rest of the body is still to be sent. */
	get isOpen(): boolean {
		return this.#state === State.Body;
	}

	/** The wait for 100 is over; false: there was none. */
	proceed(): boolean {
		if (this.#state !== State.Continue) return false;
		this.#state = State.Body;
		return true;
	}

	/**
	 * The final response has come. A server that refuses does not want the rest (RFC 9112 section 9.5), and one that was
	 * asked to say whether it wants the body has said so (RFC 9110 section 10.1.1).
	 */
	answered(status: number): void {
		const state = this.#state;
		if (state === State.Continue || (status >= REFUSALS && state < State.Done)) this.#state = State.Stopped;
	}
}
