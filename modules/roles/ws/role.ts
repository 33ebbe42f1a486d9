/**
 * WebSocket on any byte stream (RFC 6455), from the end of the handshake on. Role and exchange are one, for a connection is
 * one WebSocket.
 *
 * | state | what is awaited | ends by |
 * |---|---|---|
 * | Frames | messages, both ways | a Close frame of either side, or a violation, which is answered by one (section 7.1.7) |
 * | PeerClose | our Close frame has been sent: the peer's (section 7.1.2) | that, or the time for it |
 * | StreamEnd | both have, or we gave up: the server closes first (section 7.1.1) | the end of the stream, or the time for it |
 * | Over | nothing | |
 *
 * From PeerClose on what comes is read and thrown away, for a socket closed with unread bytes is reset, and the reset can
 * destroy the Close frame on its way.
 *
 * A piece of a message lies at the start of the connection's input, and is the handler's until it returns. Nothing else is
 * kept of it, so messages of any length pass through buffers of any size.
 */
import { Frame, FrameBits, FrameEvent, scanFrame } from "lws-xs/native/ws";
import { faultCode } from "../../engines/errors.js";
import { closeStatus, FrameDecoder } from "../../engines/ws/frame.js";
import {
	type Buffers,
	type Carrier,
	type CarrierStream,
	type Exchange,
	type MessageCodec,
	type Order,
	type Role,
	type StreamEnd,
	Taking,
	type WebSocketRequest,
} from "../role.js";
import { ControlFrames, checkClose, GOING_AWAY, KeySource, Opcode } from "./control.js";
import { InflatedPieces } from "./inflated.js";
import { checkControl, MessageSender } from "./sender.js";
import { Validity, Verdict } from "./validity.js";

/** Buffers that are filled in one turn, before other connections have theirs. */
const FILLS = 16;
/** Milliseconds that the server has to close the stream when both have sent their Close frames, or we give up. */
const LINGER = 1000;

const enum State {
	Frames,
	PeerClose,
	StreamEnd,
	Over,
}

export class WSRole implements Role, Exchange {
	readonly #carrier: Carrier;
	/** The carrier's; when it has ended it has neither bytes nor room. */
	readonly #stream: CarrierStream;
	readonly #buffers: Buffers;
	readonly #decoder: FrameDecoder;
	readonly #control: ControlFrames;
	readonly #sender: MessageSender;
	readonly #validity: Validity;
	/** Of compressed messages; only where that was agreed upon. */
	#inflated: InflatedPieces | undefined;
	readonly #closeTime: number;
	#order: Order | undefined;
	#state: State = State.Frames;
	/** The decoder's own, for this is where each step counts. */
	readonly #scan: ArrayBuffer;
	readonly #words: Int32Array;
	/** Where the stream is read to, how much at most, and the view that did it last. */
	readonly #base: number;
	readonly #space: number;
	#view: Uint8Array;
	#size: number;
	/** FrameBits of the piece that is being told. */
	#piece = 0;
	/** What comes is held up. */
	isAnnounced = false;
	progress = 0;
	bodyReceived = 0;
	/** Why it fails when it is over; "" when it does not. */
	#failure = "";
	/** How the stream has ended; what lies in the input is all that is left. */
	#end: StreamEnd | undefined;

	constructor(carrier: Carrier, order: Order, request: WebSocketRequest, codec: MessageCodec | undefined) {
		const keys = new KeySource();
		this.#carrier = carrier;
		this.#stream = carrier.stream as CarrierStream;
		this.#buffers = carrier.buffers;
		this.#order = order;
		this.#decoder = new FrameDecoder(codec !== undefined);
		this.#scan = this.#decoder.state;
		this.#words = this.#decoder.words;
		this.#control = new ControlFrames(keys);
		this.#sender = new MessageSender(carrier, keys, codec?.deflater);
		this.#validity = new Validity(request.ping, request.hangup);
		const { input } = carrier.buffers;
		this.#view = input;
		this.#size = input.length;
		this.#base = codec ? input.length >> 1 : 0;
		this.#space = input.length - this.#base;
		if (codec) this.#inflated = new InflatedPieces(codec.inflater, input, this.#base);
		this.#closeTime = request.close;
	}

	// the way of a message: first, as XS looks for a method from the first one on

	received(): void {
		const buffers = this.#buffers;
		let fills = 0;
		while (!this.isAnnounced) {
			if (this.#inflated?.isPending) {
				if (++fills > FILLS) break;
				this.inflate(this.#inflated);
			} else if (buffers.inputStart < buffers.inputEnd) this.take(buffers);
			else if (++fills > FILLS || this.fill(buffers) === 0) break;
		}
		if (this.#state === State.Over) return;
		if (this.#inflated?.isPending || buffers.inputStart < buffers.inputEnd || this.#stream.available > 0) {
			if (!this.isAnnounced) this.#carrier.again();
		} else if (this.#end) this.over(this.#end);
	}

	/** Reads into the input, or its rear half where messages are compressed; gives the count. */
	private fill(buffers: Buffers): number {
		const stream = this.#stream;
		const { available, source } = stream;
		if (available === 0) return 0;
		let count = available < this.#space ? available : this.#space;
		// events of one size mostly follow one another, and a view costs as much as a frame
		if (count !== this.#size) {
			const { buffer, byteOffset } = buffers.input;
			this.#size = count;
			this.#view = new Uint8Array(buffer, byteOffset + this.#base, count);
		}
		if (source) {
			source.read(this.#view);
			stream.available = available - count;
		} else count = stream.read(this.#view, 0, count);
		this.progress++;
		// nobody takes what comes behind a Close frame
		buffers.inputStart = this.#base + (this.#state < State.StreamEnd ? 0 : count);
		buffers.inputEnd = this.#base + count;
		return count;
	}

	/** The next event of what lies in the input. */
	private take(buffers: Buffers): void {
		const { input, inputStart, inputEnd } = buffers;
		const words = this.#words;
		const count = scanFrame(this.#scan, input, inputStart, inputEnd, this.#inflated ? 1 : 0);
		if (count < 0) {
			this.violated(count);
			return;
		}
		buffers.inputStart = inputStart + count;
		const event = words[Frame.Event] as number;
		if ((event & FrameEvent.Kind) !== FrameEvent.Data) {
			if (event !== FrameEvent.None) this.controlled(event);
		} else if (this.#state === State.Frames) {
			const length = words[Frame.Length] as number;
			if (event & FrameBits.Compressed) this.#inflated?.begin(event, words[Frame.From] as number, length);
			else {
				this.#piece = event;
				this.bodyReceived += length;
				this.#order?.handler.content(input, length);
			}
		}
	}

	send(payload: Uint8Array, opcode: number, isFinal: boolean): boolean {
		const isOpen = this.#state === State.Frames && this.#control.owed === 0;
		if (opcode < Opcode.Close) return this.#sender.send(payload, opcode, isFinal, isOpen);
		checkControl(payload, isFinal);
		if (!isOpen) return false;
		this.#control.put(opcode, payload, payload.length);
		this.#control.flush(this.#stream);
		return true;
	}

	get isContent(): boolean {
		return this.#control.owed === 0 && this.#sender.refusedAt === 0 && !this.#order?.handler.isWriteableWanted;
	}

	writable(): void {
		if (this.#control.owed > 0 && !this.#control.flush(this.#stream)) return;
		this.#sender.refusedAt = 0;
		const { allowance } = this;
		if (allowance > 0) this.#order?.handler.bodyWritable(allowance);
	}

	/** The handshake is done: the order is told. */
	open(): void {
		const order = this.#order;
		this.watch();
		order?.handler.upgraded?.(this);
		// frames may have come with the answer
		this.#carrier.again();
	}

	get isIdle(): boolean {
		return !this.#order;
	}

	takes(): Taking {
		return Taking.Never;
	}

	submit(): Exchange {
		return this;
	}

	// what goes out

	get allowance(): number {
		return this.#state === State.Frames && this.#control.owed === 0 ? this.#sender.allowance : 0;
	}

	get worthwhile(): number {
		return this.#state === State.Frames && this.#control.owed === 0 ? this.#sender.worthwhile : 0;
	}

	get bodySent(): number {
		return this.#sender.sent;
	}

	/** Frames have opcodes: `send` has them. */
	write(): boolean {
		return false;
	}

	close(status: number, reason: string): boolean {
		checkClose(status, reason);
		if (this.#state > State.Frames || !this.#order) return false;
		this.#control.putClose(status, reason);
		this.depart(State.PeerClose, this.#closeTime);
		return true;
	}

	/** A Close frame has been put: it is all that goes out from now on. */
	private depart(state: State, milliseconds: number): void {
		const buffers = this.#buffers;
		this.#state = state;
		if (state === State.StreamEnd) buffers.inputStart = buffers.inputEnd;
		this.#control.flush(this.#stream);
		this.isAnnounced = false;
		this.#order?.awaits?.(milliseconds);
		this.#carrier.again();
	}

	// what comes in

	get isFirst(): boolean {
		return (this.#piece & FrameBits.First) !== 0;
	}

	get isFinal(): boolean {
		return (this.#piece & FrameBits.Final) !== 0;
	}

	get isBinary(): boolean {
		return (this.#piece & FrameBits.Binary) !== 0;
	}

	get remaining(): number {
		return this.#decoder.remaining;
	}

	/** What comes is not waited for, but told. */
	announce(): boolean {
		return false;
	}

	read(): number {
		return 0;
	}

	hold(isHeld: boolean): void {
		if (this.#state !== State.Frames) return;
		if (this.isAnnounced && !isHeld) this.#carrier.again();
		this.isAnnounced = isHeld;
	}

	/** A control frame. */
	private controlled(event: number): void {
		const { control, length } = this.#decoder;
		if (event === FrameEvent.Close) this.closed(control, length);
		else if (this.#state !== State.Frames) return;
		else if (event === FrameEvent.Pong) this.#order?.handler.ponged?.(control, length);
		else {
			this.#control.put(Opcode.Pong, control, length);
			this.#control.flush(this.#stream);
		}
	}

	/** A piece of a message lies at the start of the input. */
	private piece(bits: number, count: number): void {
		this.#piece = bits;
		this.bodyReceived += count;
		this.#order?.handler.content(this.#buffers.input, count);
	}

	private inflate(inflated: InflatedPieces): void {
		const count = inflated.next();
		if (count < 0) this.violated(count);
		else if (this.#state !== State.Frames) inflated.drop();
		else if (inflated.isPiece) this.piece(inflated.bits, count);
	}

	/** Section 7.1.7. Everything before it was in order, and is answered first. */
	private violated(fault: number): void {
		this.#inflated?.drop();
		this.owed();
		this.#failure ||= faultCode(fault);
		if (this.#state >= State.StreamEnd) return;
		this.#control.putClose(closeStatus(fault), "");
		this.depart(State.StreamEnd, LINGER);
	}

	/** What the application owes for the messages before has room now, if ever. */
	private owed(): void {
		const { worthwhile } = this;
		if (worthwhile > 0) this.#order?.handler.bodyWritable(worthwhile);
	}

	/** Section 5.5.1: a Close frame is answered by one with the same status. */
	private closed(control: Uint8Array, length: number): void {
		if (this.#state === State.Frames) {
			this.owed();
			const order = this.#order;
			if (!order || (order.handler.closing && !order.handler.closing(control, length))) {
				this.end();
				return;
			}
			// the application may have closed it in there
			if (this.#state === State.Frames) this.#control.put(Opcode.Close, control, length < 2 ? 0 : 2);
		}
		if (this.#state < State.StreamEnd) this.depart(State.StreamEnd, LINGER);
	}

	ended(code: string | undefined, detail?: unknown): void {
		this.#end = { code, detail };
		this.received();
	}

	/** The stream has ended, and all of it has been read. */
	private over({ code, detail }: StreamEnd): void {
		if (this.#state === State.StreamEnd) this.end();
		else this.end(this.#failure || (code ?? "ws:abnormal-closure"), detail);
	}

	// time

	/** Asks for the next look. */
	private watch(): void {
		const { wait } = this.#validity;
		if (wait > 0) this.#order?.awaits?.(wait);
	}

	proceed(): void {
		if (this.#state === State.PeerClose) this.end("timeout:close");
		else if (this.#state === State.StreamEnd) this.end();
		else if (this.#state === State.Frames) this.look();
	}

	private look(): void {
		switch (this.#validity.look(this.progress, this.isAnnounced)) {
			case Verdict.Gone:
				this.end(this.#validity.isAsked ? "timeout:pong" : "timeout:idle");
				return;
			case Verdict.Silent:
				// a frame that waits for room says as much
				if (this.#control.owed === 0) this.#control.put(Opcode.Ping, this.#buffers.input, 0);
				this.#control.flush(this.#stream);
		}
		this.watch();
	}

	// ends

	private end(code = this.#failure, detail?: unknown): void {
		const order = this.leave();
		if (code === "") order?.completed();
		else order?.failed(code, detail);
		this.#carrier.finished(false);
	}

	fail(code: string, detail?: unknown): void {
		this.leave()?.failed(code, detail);
	}

	/** It has ended for another reason, of which the peer is told if that can be done at once. */
	cancel(): void {
		const isOpen = this.#state === State.Frames;
		if (!this.leave()) return;
		if (isOpen) {
			this.#control.putClose(GOING_AWAY, "");
			this.#control.flush(this.#stream);
		}
		this.#carrier.finished(false);
	}

	private leave(): Order | undefined {
		const order = this.#order;
		this.#order = undefined;
		this.#state = State.Over;
		this.isAnnounced = true;
		// a socket that is being closed may keep the rest; what the next connection needs is not to wait for that
		this.#inflated = undefined;
		if (order) {
			order.bodyReceived = this.bodyReceived;
			order.bodySent = this.bodySent;
		}
		return order;
	}
}
