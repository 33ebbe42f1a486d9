/** The judge's own frames (RFC 6455 section 5.2): it must not share the mistakes of what it judges. */

export const CONTINUATION = 0;
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

export interface Frame {
	readonly fin: boolean;
	/** The three reserved bits as a number, RSV1 is 4. */
	readonly rsv: number;
	readonly opcode: number;
	readonly masked: boolean;
	readonly payload: Buffer;
}

/** A frame as a server sends it, without a mask. `length` repeats or cuts the payload to so many bytes. */
export function encodeFrame(opcode: number, payload: Buffer, fin = true, rsv = 0): Buffer {
	const { length } = payload;
	const extra = length < 126 ? 0 : length < 65536 ? 2 : 8;
	const frame = Buffer.allocUnsafe(2 + extra + length);
	frame[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
	if (extra === 0) frame[1] = length;
	else if (extra === 2) {
		frame[1] = 126;
		frame.writeUInt16BE(length, 2);
	} else {
		frame[1] = 127;
		frame.writeBigUInt64BE(BigInt(length), 2);
	}
	payload.copy(frame, 2 + extra);
	return frame;
}

/** Cuts what a client sends into frames. */
export class FrameReader {
	/** A length that needs fewer bytes than were used (section 5.2: "the minimal number of bytes MUST be used"). */
	isLong = false;
	readonly #head = Buffer.alloc(14);
	#headLength = 0;
	#payload: Buffer | undefined;
	#filled = 0;

	/** Calls `told` with each frame that `bytes` complete, until that says false. */
	read(bytes: Buffer, told: (frame: Frame) => boolean): void {
		let at = 0;
		while (at < bytes.length || this.#isWhole()) {
			at = this.#payload === undefined ? this.#readHead(bytes, at) : this.#readPayload(bytes, at);
			if (this.#isWhole() && !told(this.#take())) return;
		}
	}

	#isWhole(): boolean {
		return this.#payload !== undefined && this.#filled === this.#payload.length;
	}

	#readHead(bytes: Buffer, start: number): number {
		const head = this.#head;
		let at = start;
		while (at < bytes.length) {
			head[this.#headLength++] = bytes[at++] as number;
			if (this.#headLength < 2) continue;
			const short = (head[1] as number) & 0x7f;
			const extra = short < 126 ? 0 : short === 126 ? 2 : 8;
			if (this.#headLength < 2 + extra + this.#maskLength()) continue;
			let length = short;
			if (extra === 2) length = head.readUInt16BE(2);
			if (extra === 8) length = Number(head.readBigUInt64BE(2));
			this.isLong ||= (extra === 2 && length < 126) || (extra === 8 && length < 65536);
			this.#payload = Buffer.allocUnsafe(length);
			this.#filled = 0;
			break;
		}
		return at;
	}

	#readPayload(bytes: Buffer, at: number): number {
		const payload = this.#payload as Buffer;
		const count = bytes.copy(payload, this.#filled, at);
		this.#filled += count;
		return at + count;
	}

	#maskLength(): number {
		return (this.#head[1] as number) & 0x80 ? 4 : 0;
	}

	#take(): Frame {
		const payload = this.#payload as Buffer;
		const masked = this.#maskLength() > 0;
		if (masked) {
			const mask = this.#headLength - 4;
			for (let i = 0; i < payload.length; i++) {
				payload[i] = (payload[i] as number) ^ (this.#head[mask + (i & 3)] as number);
			}
		}
		const first = this.#head[0] as number;
		this.#payload = undefined;
		this.#headLength = 0;
		return { fin: first > 0x7f, rsv: (first >> 4) & 7, opcode: first & 15, masked, payload };
	}
}

const strict = new TextDecoder("utf-8", { fatal: true });

export function isUtf8(bytes: Buffer): boolean {
	try {
		strict.decode(bytes);
		return true;
	} catch {
		return false;
	}
}

/** Status codes that a Close frame may carry (section 7.4; 1012 to 1014 are in IANA's registry). */
export function isStatus(code: number): boolean {
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}
