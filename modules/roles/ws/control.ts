/**
 * The control frames that go out (RFC 6455 section 5.5): one at a time is kept until the stream has room for it, so a flood
 * of pings takes no memory. Section 5.5.3 lets the newest ping stand for those before it; a Close frame stands for
 * everything.
 */
import { stringToBytes } from "lws-xs/native/kernels";
import { FrameHead, writeFrame } from "lws-xs/native/ws";
import RNG from "rng";
import { CONTROL_LIMIT } from "../../engines/ws/frame.js";
import type { CarrierStream } from "../role.js";

const STATUS_BYTES = 2;

export const enum Opcode {
	Continuation = 0,
	Text = 1,
	Binary = 2,
	Close = 8,
	Ping = 9,
	Pong = 10,
}

/** Of the first byte of a frame. */
export const enum FirstByte {
	Fin = 0x80,
	/** This message is compressed (RFC 7692 section 6). */
	Compressed = 0x40,
}

/** Of a Close frame, when there is nobody left who would say another (section 7.4.1). */
export const GOING_AWAY = 1001;

/** Masking keys at a time: asking for random bytes makes garbage. */
const KEYS = 16;
const KEY_BYTES = 4;

/** Keys that nobody can foresee, each for one frame (section 5.3). */
export class KeySource {
	bytes = new Uint8Array(RNG.get(KEYS * KEY_BYTES));
	#next = 0;

	/** Where the next key stands in `bytes`, which may be another one than before. */
	take(): number {
		const at = this.#next;
		if (at < KEYS * KEY_BYTES) {
			this.#next = at + KEY_BYTES;
			return at;
		}
		this.bytes = new Uint8Array(RNG.get(KEYS * KEY_BYTES));
		this.#next = KEY_BYTES;
		return 0;
	}
}

export class ControlFrames {
	readonly #keys: KeySource;
	/** The frame that waits for room: its first `owed` bytes. */
	readonly #frame: Uint8Array = new Uint8Array(FrameHead.Short + CONTROL_LIMIT);
	owed = 0;
	/** It is a Close frame, and nothing may follow it (section 5.5.1). */
	#isClose = false;

	constructor(keys: KeySource) {
		this.#keys = keys;
	}

	/** In place of what waits, if it may. The first `count` bytes of `payload`. */
	put(opcode: Opcode, payload: Uint8Array, count: number): void {
		if (this.#isClose) return;
		this.#isClose = opcode === Opcode.Close;
		const at = this.#keys.take();
		this.owed = writeFrame(this.#frame, 0, FirstByte.Fin | opcode, payload, 0, count, this.#keys.bytes, at);
	}

	/** A Close frame; status 0: without one. The reason has been checked. */
	putClose(status: number, reason: string): void {
		if (this.#isClose) return;
		const payload = new Uint8Array(CONTROL_LIMIT);
		let count = 0;
		if (status > 0) {
			payload[0] = status >> 8;
			payload[1] = status;
			count = STATUS_BYTES + stringToBytes(reason, payload, STATUS_BYTES);
		}
		this.put(Opcode.Close, payload, count);
	}

	/** Sends what waits, if there is room; false: it still waits. */
	flush(stream: CarrierStream): boolean {
		const { owed } = this;
		if (owed === 0) return true;
		if (stream.write(this.#frame, 0, owed) === 0) return false;
		this.owed = 0;
		return true;
	}
}

/** Throws RangeError for a Close frame that may not be sent (section 7.4; 1010 is for clients, 1011 for servers). */
export function checkClose(status: number, reason: string): void {
	const isDefined = status >= 1000 && status <= 1014 && status !== 1004 && status !== 1005 && status !== 1006;
	if (!Number.isInteger(status) || !(isDefined || (status >= 3000 && status <= 4999))) {
		throw new RangeError(`${status} is no status of a Close frame: 1000 to 1003, 1007 to 1014, 3000 to 4999`);
	}
	if (stringToBytes(reason, new Uint8Array(CONTROL_LIMIT - STATUS_BYTES), 0) < 0) {
		throw new RangeError(`the reason of a Close frame has at most ${CONTROL_LIMIT - STATUS_BYTES} bytes`);
	}
}
