/**
 * An extension that compresses in the shape of permessage-deflate (RFC 7692), so simply that a trace can be read: each byte
 * that comes stands for two, and of what goes out every second byte is left away. "?" does not decompress.
 */
import type { Extension, MessageDeflater, MessageInflater } from "lws-xs/roles/role";

/** `Fault.BadDeflate`. */
const BAD = -21;
const QUESTION = 0x3f;

class Doubler implements MessageInflater {
	consumed = 0;
	/** The second half of a byte that had no room. */
	#half: number | undefined;

	get isPending(): boolean {
		return this.#half !== undefined;
	}

	inflate(input: Uint8Array, start: number, end: number, output: Uint8Array, at: number, limit: number): number {
		let from = start;
		let to = at;
		while (to < limit && (from < end || this.#half !== undefined)) {
			const byte = this.#half ?? (input[from++] as number);
			if (byte === QUESTION) return BAD;
			output[to++] = byte;
			this.#half = this.#half === undefined ? byte : undefined;
		}
		this.consumed = from - start;
		return to - at;
	}
}

class Halver implements MessageDeflater {
	#isOdd = false;

	fitting(room: number): number {
		return 2 * room;
	}

	deflate(source: Uint8Array, target: Uint8Array, at: number): number {
		let to = at;
		for (const byte of source) {
			this.#isOdd = !this.#isOdd;
			if (this.#isOdd) target[to++] = byte;
		}
		return to - at;
	}
}

/** `isBothWays`: false: only what comes is compressed. */
export function doubling(isBothWays = true): Extension {
	return {
		name: "x-double",
		offer: "x-double; way=both",
		accept: (parameters) =>
			parameters.includes("bad")
				? undefined
				: { inflater: new Doubler(), deflater: isBothWays ? new Halver() : undefined },
	};
}
