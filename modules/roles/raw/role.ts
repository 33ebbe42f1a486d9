/**
 * A byte stream as it is: what comes is content, what is written goes out. Role and exchange are one, for a connection
 * serves one order only: where the next one would begin, nobody could say.
 *
 * | state | |
 * |---|---|
 * | | submitted; the order is told in a turn of its own that the stream stands, when it has this exchange |
 * | open | content goes to the handler, unless it holds it up |
 * | over | no order any more, and the connection is closed |
 *
 * Content lies in the connection's input, from its start, and is the handler's until it returns: nothing is kept, so a
 * stream of any length takes the same memory. While it is held up nothing is read, and TCP holds up the peer.
 */
import { copyBytes } from "lws-xs/native/kernels";
import { type Carrier, type Exchange, type Order, type Role, type StreamEnd, Taking } from "../role.js";

/** Buffers of content in one turn, before other connections have theirs. */
const RUNS = 16;

export class RawRole implements Role, Exchange {
	readonly #carrier: Carrier;
	#order: Order | undefined;
	/** The order knows that the stream stands. */
	#isOpen = false;
	/** Content is held up, if there is any. */
	isAnnounced = false;
	progress = 0;
	bodySent = 0;
	bodyReceived = 0;
	/** The room when a write was refused: until there is more, asking again would only spin. */
	#refusedAt = 0;
	/** How the stream has ended; what lies in the input is all that is left. */
	#end: StreamEnd | undefined;

	constructor(carrier: Carrier) {
		this.#carrier = carrier;
	}

	get isIdle(): boolean {
		return !this.#order;
	}

	takes(): Taking {
		return Taking.Never;
	}

	submit(order: Order): Exchange {
		this.#order = order;
		this.#carrier.again();
		return this;
	}

	get allowance(): number {
		return this.#isOpen ? (this.#carrier.stream?.room ?? 0) : 0;
	}

	get worthwhile(): number {
		const { allowance } = this;
		return allowance > this.#refusedAt ? allowance : 0;
	}

	/** What comes is not waited for, but told. */
	announce(): boolean {
		return false;
	}

	read(): number {
		return 0;
	}

	/** Throws RangeError for `last`: neither ECMA-419's sockets nor the SDK's can end one direction alone. */
	write(bytes: Uint8Array, last: boolean): boolean {
		if (last) throw new RangeError("a raw stream has no last write: close ends both directions");
		const order = this.#order;
		const { stream } = this.#carrier;
		if (!order || !this.#isOpen) return false;
		const count = bytes.length;
		if (count === 0) return true;
		if (!stream || stream.write(bytes, 0, count) === 0) {
			this.#refusedAt = this.allowance;
			return false;
		}
		if (this.bodySent === 0) order.sending(0);
		this.bodySent += count;
		return true;
	}

	hold(isHeld: boolean): void {
		if (this.isAnnounced && !isHeld) this.#carrier.again();
		this.isAnnounced = isHeld;
	}

	received(): void {
		const order = this.#order;
		const carrier = this.#carrier;
		const { buffers } = carrier;
		const { input } = buffers;
		if (!order) {
			// nobody has asked for it
			carrier.finished(false);
			return;
		}
		if (!this.#isOpen) {
			this.#isOpen = true;
			if (!order.responded(0, 0, "", undefined)) return;
			this.writable();
		}
		for (let i = 0; i < RUNS && !this.isAnnounced; i++) {
			// a tunnel may have been told more than its own answer
			let count = buffers.inputEnd - buffers.inputStart;
			if (count > 0) copyBytes(input, 0, input, buffers.inputStart, buffers.inputEnd);
			else count = carrier.fill();
			buffers.inputStart = buffers.inputEnd = 0;
			if (count === 0 || this.#order !== order) break;
			if (this.bodyReceived === 0) order.answering();
			this.bodyReceived += count;
			this.progress++;
			if (!order.handler.content(input, count)) return;
		}
		if (this.#order !== order) return;
		if (buffers.inputStart < buffers.inputEnd || carrier.available > 0) {
			if (!this.isAnnounced) carrier.again();
		} else if (this.#end) this.over(this.#end);
	}

	writable(): void {
		this.progress++;
		this.#refusedAt = 0;
		const { allowance } = this;
		if (allowance > 0) this.#order?.handler.bodyWritable(allowance);
	}

	ended(code: string | undefined, detail?: unknown): void {
		this.#end = { code, detail };
		this.received();
	}

	private over({ code, detail }: StreamEnd): void {
		const order = this.leave();
		if (code === undefined) order?.completed();
		else order?.failed(code, detail);
		this.#carrier.finished(false);
	}

	fail(code: string, detail?: unknown): void {
		this.leave()?.failed(code, detail);
	}

	cancel(): void {
		if (this.leave()) this.#carrier.finished(false);
	}

	private leave(): Order | undefined {
		const order = this.#order;
		this.#order = undefined;
		if (order) {
			order.bodyReceived = this.bodyReceived;
			order.bodySent = this.bodySent;
		}
		return order;
	}
}
