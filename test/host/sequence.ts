/**
 * The bytes that the scripted server sends and the programs expect: a linear congruential generator, so that every
 * byte's place can be checked without keeping any of them.
 */
export class Sequence {
	#state: number;

	constructor(seed: number) {
		this.#state = seed | 0;
	}

	next(): number {
		this.#state = (Math.imul(this.#state, 1664525) + 1013904223) | 0;
		return this.#state >>> 24;
	}

	/** The next bytes into all of `out`. */
	fill(out: Uint8Array): Uint8Array {
		for (let i = 0; i < out.length; i++) out[i] = this.next();
		return out;
	}

	/** Whether `bytes` up to `end` are the next ones; the place of the first that is not, or -1. */
	differs(bytes: Uint8Array, end: number): number {
		for (let i = 0; i < end; i++) if (bytes[i] !== this.next()) return i;
		return -1;
	}
}

/** Of any bytes, part by part; FNV-1a on bytes, unsigned at the end with `>>> 0`. */
export function checksum(sum: number, bytes: Uint8Array, end: number): number {
	for (let i = 0; i < end; i++) sum = Math.imul(sum ^ (bytes[i] as number), 16777619);
	return sum;
}
