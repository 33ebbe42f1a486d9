/**
 * One exchange of HTTP/1.1 (RFC 9112): the request (request.ts) goes out while the response may already come in, so there
 * are two states; this is that of the response.
 *
 * | state | |
 * |---|---|
 * | Waiting | its turn: others in front of it have not been answered |
 * | Next | the first byte; until it comes, the response before can be asked about |
 * | Head | status line and fields, interim responses skipped |
 * | Body | the application reads when told |
 * | Whole | all of it has come before all of the request has left |
 * | Over | the exchange has ended |
 *
 * It ends exactly once: by `complete`, `fail` or `cancel`, or when its role lets it `leave`. Nothing of it is left then, so
 * an idle connection holds no state of a message.
 */
import { copyBytes } from "lws-xs/native/kernels";
import { faultCode } from "../../engines/errors.js";
import { ChunkedDecoder, ChunkedEvent } from "../../engines/h1/chunked.js";
import { contentLength, Framing, FramingBits, readFraming } from "../../engines/h1/framing.js";
import { feedHead, joinNames, reasonPhrase } from "../../engines/h1/head.js";
import { keepAliveTime } from "../../engines/h1/keep-alive.js";
import { BodyKind, type Buffers, type Carrier, type Exchange, type Order, type StreamEnd } from "../role.js";
import { type ExchangeOwner, H1Request, type RequestOwner } from "./request.js";

/** A server that sends interim responses for ever would keep a client for ever; undici and curl stop near this too. */
export const INTERIM_LIMIT = 100;
/** Announcements in one turn, before other connections have theirs. */
const ANNOUNCEMENTS = 16;

const enum Receive {
	Waiting,
	Next,
	Head,
	Body,
	Whole,
	Over,
}

export class H1Exchange implements Exchange, RequestOwner {
	/** The one behind it, which the role sets. */
	declare next: H1Exchange | undefined;
	/** Whose response came before. */
	declare before: Order | undefined;
	readonly #owner: ExchangeOwner;
	readonly #carrier: Carrier;
	readonly #buffers: Buffers;
	/** undefined when the exchange is over. */
	order: Order | undefined;
	readonly request: H1Request;
	#receive: Receive = Receive.Waiting;
	/** The names of the fields to keep, for the parser of the head. */
	readonly #keep: Uint8Array | undefined;
	/** Of the response body, as is what follows. */
	#framing: Framing = Framing.None;
	/** Content to come; until the end of the connection it is counted down from 0. */
	#remaining = 0;
	/** Only for Framing.Chunked. */
	#chunked: ChunkedDecoder | undefined;
	/** The fields let the connection be used again. */
	#keepAlive = false;
	/** The length of the content, where there is one. */
	#length = 0;
	#interim = 0;
	/** The application knows that content waits, and has not read since. */
	isAnnounced = false;
	progress = -1;
	#announcements = 0;
	/** `received` is under way, and what a read leaves is announced in there. */
	#announcing = false;
	/** The body needs no decoding, and none of it lies in the input: it can go straight to the application. */
	#isDirect = false;
	/** The last buffer of the application and its size, which costs more to ask for than to compare. */
	#buffer: Uint8Array | undefined;
	#size = 0;
	/** How the stream has ended; what lies in the input is all that is left. */
	#end: StreamEnd | undefined;

	constructor(owner: ExchangeOwner, carrier: Carrier, order: Order) {
		this.#owner = owner;
		this.#carrier = carrier;
		this.#buffers = carrier.buffers;
		this.order = order;
		this.request = new H1Request(this, carrier, order);
		const { keepHeaders } = order.request;
		if (keepHeaders) this.#keep = joinNames(keepHeaders);
	}

	/** It is the first now. */
	begin(end?: StreamEnd, before?: Order): void {
		if (before) this.before = before;
		this.progress = 0;
		this.#end = end;
		this.#receive = Receive.Next;
		if (this.request.isDone) this.order?.sent();
	}

	sent(): void {
		if (this.#owner.isFirst(this)) this.order?.sent();
	}

	/** The stream has room. */
	writable(): void {
		if (this.progress >= 0) this.progress++;
		const order = this.order;
		if (!order) return;
		const allowance = this.request.writable();
		if (allowance > 0) order.handler.bodyWritable(allowance);
	}

	get allowance(): number {
		return this.order ? this.request.allowance : 0;
	}

	get bodySent(): number {
		return this.request.bodySent;
	}

	get bodyReceived(): number {
		return this.#chunked ? this.#chunked.received : this.#length - this.#remaining;
	}

	get worthwhile(): number {
		return this.order ? this.request.worthwhile : 0;
	}

	write(bytes: Uint8Array, last: boolean): boolean {
		const order = this.order;
		const request = this.request;
		if (!order || !request.write(bytes, last)) return false;
		if (last && !request.isDone) {
			this.fail("app:body-too-short", `${request.bodySent} of ${order.bodyLength} bytes`);
		} else if (request.isDone) this.#carrier.ready();
		return true;
	}

	/** Bytes wait in the stream. */
	received(): void {
		this.progress++;
		if (this.#receive === Receive.Next) {
			if (this.before?.table) {
				// its fields can still be asked for
				this.#carrier.again();
				return;
			}
			this.#buffers.table.reset();
			this.#receive = Receive.Head;
		}
		while (this.#receive === Receive.Head) if (!this.receiveHead()) break;
		if (this.#receive === Receive.Body && !this.isAnnounced && this.advance()) {
			this.isAnnounced = true;
			this.#announcing = true;
			this.#announcements = 0;
			this.order?.handler.announced(this);
			this.#announcing = false;
		} else if (this.#receive === Receive.Whole && this.request.isDone) this.complete();
	}

	announce(): boolean {
		if (this.#receive !== Receive.Body || this.isAnnounced || !this.advance()) return false;
		this.isAnnounced = ++this.#announcements < ANNOUNCEMENTS;
		if (!this.isAnnounced) this.#carrier.again();
		return this.isAnnounced;
	}

	/** One step of the head; false when there is nothing to go on with. */
	private receiveHead(): boolean {
		const buffers = this.#buffers;
		const { table } = buffers;
		const order = this.order as Order;
		if (buffers.inputStart === buffers.inputEnd) {
			if (this.#carrier.fill() === 0) {
				if (this.#end) this.ended(this.#end);
				return false;
			}
		}
		if (!table.isStarted && this.#interim === 0) {
			// RFC 9112 section 9.2: what comes before a request is no answer to it
			if (!this.request.hasBegun) return this.fail("h1:unsolicited-response");
			order.answering();
		}
		const count = feedHead(table, buffers.input, buffers.inputStart, buffers.inputEnd, this.#keep);
		if (count < 0) return this.fail(faultCode(count));
		buffers.inputStart += count;
		if (!table.isComplete) return true;
		const { status, minor } = table;
		if (status < 200 && !(status === 101 && order.request.websocket)) return this.skipInterim(order, status);
		if (this.readFraming(order, status, minor)) this.beginBody(order, status, minor);
		return false;
	}

	/** False: the fields contradict each other, and the exchange has failed. */
	private readFraming(order: Order, status: number, minor: number): boolean {
		const { table } = this.#buffers;
		const framing = readFraming(table, order.request.method, status, minor);
		if (framing < 0) return this.fail(faultCode(framing));
		this.#framing = framing & FramingBits.Kind;
		this.#keepAlive = (framing & FramingBits.KeepAlive) !== 0;
		this.#carrier.persists(this.#keepAlive && minor > 0);
		if (this.#framing === Framing.Length) this.#length = this.#remaining = contentLength(table);
		else if (this.#framing === Framing.Chunked) this.#chunked = new ChunkedDecoder();
		return true;
	}

	private beginBody(order: Order, status: number, minor: number): void {
		const { table, inputStart, inputEnd } = this.#buffers;
		if (order.bodyKind !== BodyKind.None) this.request.answered(status);
		if (!order.responded(status, minor, reasonPhrase(table), table) || this.order !== order) return;
		const framing = this.#framing;
		this.#receive = Receive.Body;
		this.#isDirect = framing === Framing.Length && inputStart === inputEnd;
		if (framing === Framing.None || (framing === Framing.Length && this.#remaining === 0)) this.complete();
	}

	/** RFC 9110 section 15.2: any number of them may come; 101 answers a wish that no exchange here has. */
	private skipInterim(order: Order, status: number): boolean {
		if (status === 101) this.fail("h1:unexpected-upgrade");
		else if (++this.#interim > INTERIM_LIMIT) this.fail("h1:too-many-interim");
		else this.#buffers.table.reset();
		if (status === 100) this.proceed();
		return this.order === order;
	}

	/** Goes to the next content; false when none waits, also when the exchange has ended by that. */
	private advance(): boolean {
		// the short way: an event of a device brings no more than a segment
		if (this.#isDirect) {
			const stream = this.#carrier.stream;
			if (stream && stream.available > 0) return this.#remaining > 0;
			if (!this.#end) return false;
		}
		const buffers = this.#buffers;
		const chunked = this.#chunked;
		if (chunked) {
			while (chunked.event !== ChunkedEvent.Data) {
				if (buffers.inputStart === buffers.inputEnd && this.#carrier.fill() === 0) break;
				const count = chunked.feed(buffers.input, buffers.inputStart, buffers.inputEnd);
				if (count < 0) return this.fail(faultCode(count));
				buffers.inputStart += count;
				if (chunked.event === ChunkedEvent.Complete) {
					this.complete();
					return false;
				}
			}
		}
		// what lies behind the body is none of its content, also while its last piece is being delivered
		if (this.#framing === Framing.Length && this.#remaining === 0) return false;
		if (buffers.inputStart < buffers.inputEnd || this.#carrier.available > 0) return true;
		if (this.#end) this.endOfBody(this.#end);
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
				if (count > 0 && this.order?.handler.content(buffer, count)) {
					if (this.#remaining === 0) this.complete();
					else if (!this.#announcing && (this.#carrier.available > 0 || this.#end)) this.#carrier.again();
				}
				return count;
			}
		}
		return this.readSlowly(buffer);
	}

	/** Any body, from wherever it lies. */
	private readSlowly(buffer: Uint8Array): number {
		const order = this.order;
		if (!order || this.#receive !== Receive.Body) return 0;
		const buffers = this.#buffers;
		const framing = this.#framing;
		const size = this.#size;
		let total = 0;
		this.isAnnounced = false;
		do {
			if (!this.advance()) break;
			const count = this.take(buffer, framing);
			if (count === 0) break;
			total += count;
			if (framing === Framing.Length && buffers.inputStart === buffers.inputEnd) this.#isDirect = true;
			if (!order.handler.content(buffer, count) || this.order !== order) return total;
			if (framing === Framing.Length && this.#remaining === 0) this.complete();
		} while (framing === Framing.Chunked && total < size);
		if (this.order === order && !this.#announcing) {
			// what is left is announced in a later turn, and so is an end that has already come
			const carrier = this.#carrier;
			if (buffers.inputStart < buffers.inputEnd || carrier.available > 0 || this.#end) carrier.again();
		}
		return total;
	}

	/** Moves content to the start of `buffer`: what was read ahead first, then straight from the stream. */
	private take(buffer: Uint8Array, framing: Framing): number {
		const carrier = this.#carrier;
		const buffers = this.#buffers;
		const chunked = this.#chunked;
		const size = this.#size;
		const left = chunked ? chunked.remaining : framing === Framing.Length ? this.#remaining : size;
		const limit = left < size ? left : size;
		let count = buffers.inputEnd - buffers.inputStart;
		// the rest of a small chunk and the next chunks are cheaper to fetch together
		if (count === 0 && chunked && left < size && left < carrier.available) count = carrier.fill();
		if (count > limit) count = limit;
		if (count > 0) {
			copyBytes(buffer, 0, buffers.input, buffers.inputStart, buffers.inputStart + count);
			buffers.inputStart += count;
		}
		if (count < limit && buffers.inputStart === buffers.inputEnd) count += carrier.read(buffer, count, limit);
		if (chunked) chunked.took(count);
		else this.#remaining -= count;
		return count;
	}

	/** The stream has ended. */
	ended(end: StreamEnd): void {
		this.#end = end;
		const { code, detail } = end;
		const { table, inputStart, inputEnd } = this.#buffers;
		const isStarted = this.#receive === Receive.Head && (table.isStarted || this.#interim > 0);
		if (this.#receive === Receive.Whole) this.complete();
		// what was read before comes first
		else if (inputStart < inputEnd) return;
		else if (this.#receive === Receive.Body) this.endOfBody(end);
		else if (isStarted) this.fail(code ?? "h1:truncated-head", detail);
		else {
			this.leave()?.unanswered(code ?? "h1:empty-reply", detail);
			this.#owner.finished(false);
		}
	}

	/** The stream is over and read to its end. */
	private endOfBody({ code, detail }: StreamEnd): void {
		if (this.#framing === Framing.UntilClose && code === undefined) this.complete();
		else this.fail(code ?? "h1:truncated-body", detail);
	}

	private complete(): void {
		const isPersistent = this.#keepAlive && this.request.isDone;
		// a server that keeps the connection takes the rest of the request as well (RFC 9112 section 9.3)
		if (!isPersistent && this.#keepAlive && !this.#end && this.request.isOpen) {
			this.#receive = Receive.Whole;
			return;
		}
		const order = this.leave();
		const keepAlive = isPersistent && !this.next ? keepAliveTime(this.#buffers.table) : 0;
		// first the application, which may still read the head; its next request waits for a later turn anyway
		order?.completed();
		this.#owner.finished(isPersistent, keepAlive, order);
	}

	/** Gives false, as whoever finds a fault does. */
	private fail(code: string, detail?: unknown): false {
		const isFirst = this.#receive > Receive.Waiting;
		this.leave()?.failed(code, detail);
		if (isFirst) this.#owner.finished(false);
		return false;
	}

	/** Behind others it stays where it is, as the server answers it, and nobody follows it. */
	cancel(): void {
		const isFirst = this.#receive > Receive.Waiting;
		if (!this.leave()) return;
		if (isFirst) this.#owner.finished(false);
		else this.#carrier.ready();
	}

	/** The rest of what comes is no HTTP. */
	detach(): void {
		this.order = undefined;
		this.#receive = Receive.Over;
	}

	/** It is over for its order. */
	leave(): Order | undefined {
		const order = this.order;
		this.order = this.#buffer = undefined;
		this.#receive = Receive.Over;
		this.#isDirect = this.isAnnounced = false;
		if (order) {
			const chunked = this.#chunked;
			order.bodyReceived = chunked ? chunked.received : this.#length - this.#remaining;
			const { bodySent } = this.request;
			if (bodySent > 0) order.bodySent = bodySent;
			this.#owner.left(this);
		}
		return order;
	}

	proceed(): void {
		if (this.request.proceed()) this.order?.continued?.();
		// the application is told, which is not for the call that has found it
		else if (this.#receive === Receive.Whole) this.#carrier.again();
	}
}
