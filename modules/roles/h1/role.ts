/**
 * HTTP/1.1 on one connection (RFC 9112), one exchange at a time: the request goes out while the response may already
 * come in, so there are two states.
 *
 * | sending | | receiving | |
 * |---|---|---|---|
 * | Nothing | no exchange | Nothing | no exchange; whatever comes is unsolicited |
 * | Head | the head, in pieces as there is room | Head | status line and fields, interim responses skipped |
 * | Body | the application writes when told | Body | the application reads when told |
 * | Done | all of the request has left | | |
 *
 * An exchange ends exactly once: by `#complete`, `#fail` or `cancel`.
 */
import { copyBytes } from "lws-xs/native/kernels";
import { faultCode } from "../../engines/errors.js";
import { ChunkedDecoder, ChunkedEvent } from "../../engines/h1/chunked.js";
import { Framing, ResponseFraming } from "../../engines/h1/framing.js";
import { HeadEvent, HeadParser } from "../../engines/h1/head.js";
import { RequestWriter } from "../../engines/h1/request.js";
import { type BodyHandler, BodyKind, type Carrier, type Exchange, type Order, type Role } from "../role.js";
import { chunkAllowance, writeChunk } from "./request-body.js";

/** A server that sends interim responses for ever would keep a client for ever; undici and curl stop near this too. */
export const INTERIM_LIMIT = 100;
/** Announcements in one turn, before other connections have theirs. */
const ANNOUNCEMENTS = 16;

const enum Send {
	Nothing,
	Head,
	Body,
	Done,
}

const enum Receive {
	Nothing,
	Head,
	Body,
}

export class H1Role implements Role, Exchange {
	readonly #carrier: Carrier;
	readonly #writer = new RequestWriter();
	readonly #head: HeadParser;
	readonly #framing = new ResponseFraming();
	readonly #chunked = new ChunkedDecoder();
	#order: Order | undefined;
	#handler: BodyHandler | undefined;
	#send: Send = Send.Nothing;
	#receive: Receive = Receive.Nothing;
	bodySent = 0;
	/** The allowance when a write was refused: until there is more, asking again would only spin. */
	#refusedAt = 0;
	/** Of the response body, for Framing.Length. */
	#remaining = 0;
	#interim = 0;
	/** The application knows that content waits, and has not read since. */
	isAnnounced = false;
	progress = 0;
	#announcements = 0;
	/** `received` is under way, and what a read leaves is announced in there. */
	#announcing = false;
	/** The body needs no decoding, and none of it lies in the input: it can go straight to the application. */
	#isDirect = false;
	/** The last buffer of the application and its size, which costs more to ask for than to compare. */
	#buffer: Uint8Array | undefined;
	#size = 0;
	/** The stream has ended; what lies in the carrier's input is all that is left. */
	#over = false;
	#endCode: string | undefined;
	#endDetail: unknown;

	constructor(carrier: Carrier) {
		this.#carrier = carrier;
		this.#head = new HeadParser(carrier.table);
	}

	get canTake(): boolean {
		return this.#order === undefined && !this.#over;
	}

	submit(order: Order): Exchange {
		this.#order = order;
		this.#handler = order.handler;
		this.#send = Send.Head;
		this.#receive = Receive.Head;
		this.bodySent = this.#interim = 0;
		this.isAnnounced = false;
		this.#head.reset(order.keepHeaders);
		this.#writer.begin(order.method, order.target, order.fields);
		this.writable();
		return this;
	}

	writable(): void {
		this.progress++;
		const order = this.#order;
		if (!order) return;
		if (this.#send === Send.Head && !this.sendHead(order)) return;
		if (this.#send !== Send.Body) return;
		this.#refusedAt = 0;
		const allowance = this.allowance;
		if (allowance > 0) order.handler.bodyWritable(allowance);
	}

	private sendHead(order: Order): boolean {
		const carrier = this.#carrier;
		const writer = this.#writer;
		const output = carrier.output;
		while (!writer.done) {
			const stream = carrier.stream;
			if (!stream) return false;
			const count = writer.emit(output, 0, Math.min(output.length, stream.room));
			if (count === 0 || stream.write(output, 0, count) === 0) return false;
			order.sending();
		}
		if (order.bodyKind === BodyKind.None || (order.bodyKind === BodyKind.Length && order.bodyLength === 0)) {
			this.sendDone(order);
		} else this.#send = Send.Body;
		return true;
	}

	private sendDone(order: Order): void {
		this.#send = Send.Done;
		order.sent();
	}

	get allowance(): number {
		if (this.#send !== Send.Body || !this.#order) return 0;
		const carrier = this.#carrier;
		if (this.#order.bodyKind === BodyKind.Chunked) return chunkAllowance(carrier);
		const room = carrier.stream?.room ?? 0;
		const left = this.#order.bodyLength - this.bodySent;
		return room < left ? room : left;
	}

	get worthwhile(): number {
		const allowance = this.allowance;
		return allowance > this.#refusedAt ? allowance : 0;
	}

	write(bytes: Uint8Array, last: boolean): boolean {
		const order = this.#order;
		if (!order || this.#send !== Send.Body) return false;
		const isWritten =
			order.bodyKind === BodyKind.Chunked ? this.writeChunked(bytes, last) : this.writeIdentity(order, bytes, last);
		if (!isWritten) this.#refusedAt = this.allowance;
		return isWritten;
	}

	private writeChunked(bytes: Uint8Array, last: boolean): boolean {
		const count = bytes.length;
		if (count > chunkAllowance(this.#carrier) || !writeChunk(this.#carrier, bytes, last)) return false;
		this.bodySent += count;
		if (last) this.sendDone(this.#order as Order);
		return true;
	}

	private writeIdentity(order: Order, bytes: Uint8Array, last: boolean): boolean {
		const count = bytes.length;
		const left = order.bodyLength - this.bodySent - count;
		if (left < 0) throw new RangeError(`the body would become longer than its Content-Length of ${order.bodyLength}`);
		const stream = this.#carrier.stream;
		if (count > 0 && (!stream || stream.write(bytes, 0, count) === 0)) return false;
		this.bodySent += count;
		if (left === 0) this.sendDone(order);
		else if (last) this.fail("app:body-too-short", `${this.bodySent} of ${order.bodyLength} bytes`);
		return true;
	}

	received(): void {
		this.progress++;
		while (this.#receive === Receive.Head) if (!this.receiveHead()) break;
		if (this.#receive === Receive.Body && !this.isAnnounced && this.advance()) {
			this.isAnnounced = true;
			this.#announcing = true;
			this.#announcements = 0;
			this.#handler?.announced(this);
			this.#announcing = false;
		}
		// RFC 9112 section 9.2: bytes without a request cannot be trusted to answer the next one
		if (this.#receive === Receive.Nothing && this.#carrier.available > 0) this.#carrier.finished(false);
	}

	announce(): boolean {
		if (this.#receive !== Receive.Body || this.isAnnounced || !this.advance()) return false;
		if (++this.#announcements === ANNOUNCEMENTS) {
			this.#carrier.again();
			return false;
		}
		this.isAnnounced = true;
		return true;
	}

	/** One step of the head; false when there is nothing to go on with. */
	private receiveHead(): boolean {
		const carrier = this.#carrier;
		const order = this.#order as Order;
		if (carrier.inputStart === carrier.inputEnd) {
			if (carrier.fill() === 0) return false;
			if (!this.#head.started && this.#interim === 0) {
				// RFC 9112 section 9.2: what comes before a request is no answer to it
				if (!this.#writer.begun) {
					this.fail("h1:unsolicited-response");
					return false;
				}
				order.answering();
			}
		}
		const count = this.#head.feed(carrier.input, carrier.inputStart, carrier.inputEnd);
		if (count < 0) {
			this.fail(faultCode(count));
			return false;
		}
		carrier.inputStart += count;
		if (this.#head.event !== HeadEvent.Complete) return true;
		const { status, minor } = this.#head;
		if (status < 200) return this.skipInterim(order, status);
		const fault = this.#framing.read(carrier.table, order.method, status, minor);
		if (fault < 0) {
			this.fail(faultCode(fault));
			return false;
		}
		this.#remaining = this.#framing.length;
		this.#chunked.reset();
		if (!order.responded(status, minor, this.#head.reason(), carrier.table)) return false;
		if (this.#order !== order) return false;
		const { framing } = this.#framing;
		this.#receive = Receive.Body;
		this.#isDirect = framing === Framing.Length && carrier.inputStart === carrier.inputEnd;
		if (framing === Framing.None || (framing === Framing.Length && this.#remaining === 0)) this.complete();
		return false;
	}

	/** RFC 9110 section 15.2: any number of them may come; 101 answers a wish that no exchange here has. */
	private skipInterim(order: Order, status: number): boolean {
		if (status === 101) this.fail("h1:unexpected-upgrade");
		else if (++this.#interim > INTERIM_LIMIT) this.fail("h1:too-many-interim");
		else {
			this.#head.reset(order.keepHeaders);
			return true;
		}
		return false;
	}

	/** Goes to the next content; false when none waits, also when the exchange has ended by that. */
	private advance(): boolean {
		const carrier = this.#carrier;
		if (this.#framing.framing === Framing.Chunked) {
			const chunked = this.#chunked;
			while (chunked.event !== ChunkedEvent.Data) {
				if (carrier.inputStart === carrier.inputEnd && carrier.fill() === 0) break;
				const count = chunked.feed(carrier.input, carrier.inputStart, carrier.inputEnd);
				if (count < 0) {
					this.fail(faultCode(count));
					return false;
				}
				carrier.inputStart += count;
				if (chunked.event === ChunkedEvent.Complete) {
					this.complete();
					return false;
				}
			}
		}
		// what lies behind the body is none of its content, also while its last piece is being delivered
		if (this.#framing.framing === Framing.Length && this.#remaining === 0) return false;
		if (carrier.inputStart < carrier.inputEnd || carrier.available > 0) return true;
		if (this.#over) this.endOfBody();
		return false;
	}

	read(buffer: Uint8Array): number {
		if (buffer !== this.#buffer) {
			if (buffer.length === 0) throw new RangeError("the buffer is empty");
			this.#buffer = buffer;
			this.#size = buffer.length;
		}
		if (this.#isDirect) {
			const size = this.#size;
			const stream = this.#carrier.stream;
			if (stream && this.#remaining >= size && stream.available > 0) {
				this.isAnnounced = false;
				let count: number;
				if (stream.source && stream.available >= size) {
					// a resizable buffer may have become smaller since its size was asked for
					count = stream.source.read(buffer) ?? 0;
					stream.available -= count;
				} else count = stream.read(buffer, 0, size);
				this.#remaining -= count;
				// false also when the exchange has ended in there
				if (count > 0 && this.#handler?.content(buffer, count)) this.afterRead(this.#remaining);
				return count;
			}
		}
		return this.readSlowly(buffer);
	}

	/** After a piece of an identity body: it may be complete, or leave something to announce. */
	private afterRead(left: number): void {
		if (left === 0) this.complete();
		else if (!this.#announcing && (this.#carrier.available > 0 || this.#over)) this.#carrier.again();
	}

	/** Any body, from wherever it lies. */
	private readSlowly(buffer: Uint8Array): number {
		const order = this.#order;
		if (!order || this.#receive !== Receive.Body) return 0;
		const carrier = this.#carrier;
		const { framing } = this.#framing;
		const size = this.#size;
		let total = 0;
		this.isAnnounced = false;
		do {
			if (!this.advance()) break;
			const count = this.take(buffer, framing);
			if (count === 0) break;
			total += count;
			if (framing === Framing.Length && carrier.inputStart === carrier.inputEnd) this.#isDirect = true;
			if (!order.handler.content(buffer, count) || this.#order !== order) return total;
			if (framing === Framing.Length && this.#remaining === 0) this.complete();
		} while (framing === Framing.Chunked && total < size);
		if (this.#order === order && !this.#announcing) {
			// what is left is announced in a later turn, and so is an end that has already come
			if (carrier.inputStart < carrier.inputEnd || carrier.available > 0 || this.#over) carrier.again();
		}
		return total;
	}

	/** Moves content to the start of `buffer`: what was read ahead first, then straight from the stream. */
	private take(buffer: Uint8Array, framing: Framing): number {
		const carrier = this.#carrier;
		const size = this.#size;
		const chunked = framing === Framing.Chunked;
		const left = chunked ? this.#chunked.remaining : framing === Framing.Length ? this.#remaining : size;
		const limit = left < size ? left : size;
		let count = carrier.inputEnd - carrier.inputStart;
		// the rest of a small chunk and the next chunks are cheaper to fetch together
		if (count === 0 && chunked && left < size && left < carrier.available) count = carrier.fill();
		if (count > limit) count = limit;
		if (count > 0) {
			copyBytes(buffer, 0, carrier.input, carrier.inputStart, carrier.inputStart + count);
			carrier.inputStart += count;
		}
		if (count < limit && carrier.inputStart === carrier.inputEnd) count += carrier.read(buffer, count, limit);
		if (chunked) this.#chunked.took(count);
		else if (framing === Framing.Length) this.#remaining -= count;
		return count;
	}

	ended(code: string | undefined, detail?: unknown): void {
		this.#over = true;
		this.#endCode = code;
		this.#endDetail = detail;
		if (this.#receive === Receive.Head) {
			if (this.#head.started || this.#interim > 0) this.fail(code ?? "h1:truncated-head", detail);
			else {
				this.leave()?.unanswered(code ?? "h1:empty-reply", detail);
				this.#carrier.finished(false);
			}
		} else if (this.#receive === Receive.Nothing) this.#carrier.finished(false);
		else if (this.#carrier.inputStart === this.#carrier.inputEnd) this.endOfBody();
	}

	/** The stream is over and read to its end. */
	private endOfBody(): void {
		if (this.#framing.framing === Framing.UntilClose && this.#endCode === undefined) this.complete();
		else this.fail(this.#endCode ?? "h1:truncated-body", this.#endDetail);
	}

	private complete(): void {
		const order = this.leave();
		const carrier = this.#carrier;
		const clean = carrier.inputStart === carrier.inputEnd && carrier.available === 0;
		const reusable = this.#framing.keepAlive && this.#send === Send.Done && clean && !this.#over;
		this.#send = Send.Nothing;
		// first the application, which may still read the head; its next request waits for a later turn anyway
		order?.completed();
		carrier.finished(reusable);
	}

	private fail(code: string, detail?: unknown): void {
		const order = this.leave();
		order?.failed(code, detail);
		this.#carrier.finished(false);
	}

	cancel(): void {
		if (this.leave()) this.#carrier.finished(false);
	}

	private leave(): Order | undefined {
		const order = this.#order;
		this.#order = this.#handler = this.#buffer = undefined;
		this.#receive = Receive.Nothing;
		this.#isDirect = this.isAnnounced = false;
		return order;
	}
}
