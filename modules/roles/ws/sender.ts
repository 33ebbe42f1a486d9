/**
 * Messages that go out, in frames (RFC 6455 section 5): a write is a frame, put together with its header and its mask in the
 * connection's output, and leaves whole or not at all.
 */
import { FrameHead, writeFrame } from "lws-xs/native/ws";
import { CONTROL_LIMIT, payloadRoom } from "../../engines/ws/frame.js";
import type { Carrier, CarrierStream, MessageDeflater } from "../role.js";
import { FirstByte, type KeySource, Opcode } from "./control.js";

export class MessageSender {
	readonly #stream: CarrierStream;
	readonly #keys: KeySource;
	readonly #deflater: MessageDeflater | undefined;
	readonly #output: Uint8Array;
	/** Its length, which costs more to ask for. */
	readonly #space: number;
	/** The allowance when the stream has as much room. */
	readonly #most: number;
	/** The start of it, so many bytes: the last frame. */
	#frame: Uint8Array;
	#size: number;
	/** A message has begun, and its last frame has not been sent. */
	#isInside = false;
	/** The allowance when a write was refused: until there is more, asking again would only spin. */
	refusedAt = 0;
	/** Bytes of payload, as the application wrote them. */
	sent = 0;

	constructor(carrier: Carrier, keys: KeySource, deflater: MessageDeflater | undefined) {
		this.#stream = carrier.stream as CarrierStream;
		this.#keys = keys;
		this.#deflater = deflater;
		this.#output = this.#frame = carrier.buffers.output;
		this.#space = this.#size = this.#output.length;
		this.#most = this.fitting(this.#space);
	}

	/** The longest payload that a frame can have now. */
	get allowance(): number {
		const { room } = this.#stream;
		if (room >= this.#space) return this.#most;
		return this.fitting(room);
	}

	/** The same for a stream with so much room. */
	private fitting(space: number): number {
		const deflater = this.#deflater;
		if (!deflater) return payloadRoom(space);
		// which header it gets is only known when it is compressed
		return space > FrameHead.Long ? deflater.fitting(space - FrameHead.Long) : 0;
	}

	get worthwhile(): number {
		const { allowance } = this;
		return allowance > this.refusedAt ? allowance : 0;
	}

	/** False: it has no room now. Throws RangeError where no such frame may come (section 5.4). */
	send(payload: Uint8Array, opcode: number, isFinal: boolean, isOpen: boolean): boolean {
		if (this.#isInside !== (opcode === Opcode.Continuation)) {
			throw new RangeError(this.#isInside ? "the message before is not finished" : "there is no message to continue");
		}
		// after its end it has no room
		const stream = this.#stream;
		const { length } = payload;
		let size =
			length +
			(length > FrameHead.ShortPayload
				? length > FrameHead.MediumPayload
					? FrameHead.Long
					: FrameHead.Medium
				: FrameHead.Short);
		if (isOpen && size <= stream.room && size <= this.#space && !this.#deflater) {
			const keys = this.#keys;
			const key = keys.take();
			writeFrame(this.#output, 0, isFinal ? FirstByte.Fin | opcode : opcode, payload, 0, length, keys.bytes, key);
		} else {
			if (!isOpen || !this.#deflater || length > this.allowance) {
				this.refusedAt = this.allowance;
				return false;
			}
			size = this.compress(this.#deflater, payload, opcode, isFinal);
		}
		// frames of one length mostly follow one another, and a view costs as much as a frame
		if (this.#size !== size) {
			const { buffer, byteOffset } = this.#output;
			this.#size = size;
			this.#frame = new Uint8Array(buffer, byteOffset, size);
		}
		// cannot fail but with the stream, which tells so
		stream.write(this.#frame, 0, size);
		if (this.#isInside === isFinal) this.#isInside = !isFinal;
		this.sent += length;
		return true;
	}

	/** Puts the frame together behind where the longest header ends; gives its length. */
	private compress(deflater: MessageDeflater, payload: Uint8Array, opcode: number, isFinal: boolean): number {
		const output = this.#output;
		const at = FrameHead.Long;
		const count = deflater.deflate(payload, output, at, output.length, isFinal);
		const first = (isFinal ? FirstByte.Fin : 0) | opcode | (opcode === Opcode.Continuation ? 0 : FirstByte.Compressed);
		const key = this.#keys.take();
		return writeFrame(output, 0, first, output, at, at + count, this.#keys.bytes, key);
	}
}

/** Throws RangeError for what is no control frame (section 5.5). */
export function checkControl(payload: Uint8Array, isFinal: boolean): void {
	if (!isFinal) throw new RangeError("a control frame is not fragmented");
	if (payload.length > CONTROL_LIMIT) {
		throw new RangeError(`a control frame has at most ${CONTROL_LIMIT} bytes, not ${payload.length}`);
	}
}
