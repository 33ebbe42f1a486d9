/**
 * The frames of WebSocket (RFC 6455 section 5), decoded where they lie: one call consumes frames up to the next event, a
 * piece of a message or a whole control frame. A piece is what has come of one frame's payload, so nothing is held back
 * and a message or frame of any length needs no memory. Control frames are gathered in the decoder's state: they are
 * short, and may come amid a message.
 *
 * | state | awaits | then |
 * |---|---|---|
 * | Opcode | the first byte | Length |
 * | Length | the second byte | LongLength after 126 and 127; Payload; Control; without payload Opcode |
 * | LongLength | two or eight bytes | Payload |
 * | Payload | the payload of a data frame: each part is a piece | Opcode |
 * | Control | that of a control frame, all of it | Opcode |
 *
 * Refused, each at the first byte from which it is known:
 *
 * | fault | what | RFC 6455 |
 * |---|---|---|
 * | ReservedBits | RSV2, RSV3; RSV1, but on the first frame of a message where compression was agreed (RFC 7692 section 6) | 5.2 |
 * | BadOpcode | 3-7, 11-15 | 5.2 |
 * | BadControlFrame | without FIN, or longer than 125 bytes | 5.5 |
 * | BadContinuation | opcode 0 outside of a message, 1 and 2 inside of one | 5.4 |
 * | MaskedFrame | a server must not mask | 5.1 |
 * | BadLength | not the shortest form, or from 2^53 on | 5.2 |
 * | BadUtf8 | text, and the reason of a Close frame (RFC 3629) | 5.6, 5.5.1, 8.1 |
 * | BadClose | a payload of one byte, or a code that may not be sent | 5.5.1, 7.4 |
 *
 * The RFC lets a length grow to 2^63 - 1. Above 2^53 numbers of JavaScript are no integers, and at a gigabyte a second
 * such a frame takes three months.
 *
 * Compressed text is not looked at here: it is UTF-8, or not, once it has been decompressed.
 */

import { Frame, FrameHead, scanFrame } from "lws-xs/native/ws";
import { Fault } from "../errors.js";

/** The longest payload of a control frame (RFC 6455 section 5.5). */
export const CONTROL_LIMIT = 125;

/** Of a length. */
const HALF = 0x4000000;

/** The frames that come. */
export class FrameDecoder {
	/** The kernel's, and its words: for whoever calls that without a call more in between. */
	readonly state: ArrayBuffer = new ArrayBuffer(4 * Frame.Words);
	readonly words: Int32Array = new Int32Array(this.state);
	/** What the last control frame has brought: `length` bytes from 0 on. */
	readonly control = new Uint8Array(this.state, 4 * Frame.Control, CONTROL_LIMIT);
	readonly #allowCompressed: number;

	/** `allowCompressed`: permessage-deflate has been agreed (RFC 7692 section 6). */
	constructor(allowCompressed: boolean) {
		this.#allowCompressed = allowCompressed ? 1 : 0;
	}

	/**
	 * Consumes bytes up to and including the next event, and gives their count, or a Fault: the end. A piece that is not
	 * compressed then lies at the start of `bytes`.
	 */
	feed(bytes: Uint8Array, start: number, end: number): number {
		return scanFrame(this.state, bytes, start, end, this.#allowCompressed);
	}

	/** What the last `feed` has found: a FrameEvent, with FrameBits for Data. */
	get event(): number {
		return this.words[Frame.Event] as number;
	}

	/** Bytes of payload that the event has. */
	get length(): number {
		return this.words[Frame.Length] as number;
	}

	/** Where those of a piece lie: 0, but where it is compressed. */
	get from(): number {
		return this.words[Frame.From] as number;
	}

	/** Payload of the present frame that has not come. */
	get remaining(): number {
		const words = this.words;
		return (words[Frame.RemainingHigh] as number) * HALF + (words[Frame.RemainingLow] as number);
	}
}

/** With which status to close after a fault (RFC 6455 section 7.4.1): data that is not what it says it is, or a protocol error. */
export function closeStatus(fault: number): 1002 | 1007 {
	return fault === Fault.BadUtf8 || fault === Fault.BadDeflate ? 1007 : 1002;
}

/** Bytes of a frame of the client with so much payload. */
export function frameSize(payload: number): number {
	if (payload <= FrameHead.ShortPayload) return payload + FrameHead.Short;
	return payload + (payload <= FrameHead.MediumPayload ? FrameHead.Medium : FrameHead.Long);
}

/** The longest payload of which a frame fits into `room` bytes; 0 when there is none. */
export function payloadRoom(room: number): number {
	// A longer header takes what one byte more would need: 132 and 133 bytes hold no more than 131.
	if (room < FrameHead.Medium + FrameHead.ShortPayload + 1)
		return Math.max(0, Math.min(room - FrameHead.Short, FrameHead.ShortPayload));
	if (room < FrameHead.Long + FrameHead.MediumPayload + 1)
		return Math.min(room - FrameHead.Medium, FrameHead.MediumPayload);
	return room - FrameHead.Long;
}
