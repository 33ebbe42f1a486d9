/** Input that repeats for a seed. */
export class Random {
	readonly seed: number;
	#state: number;

	constructor(seed: number) {
		this.seed = seed;
		this.#state = seed || 1;
	}

	/** An integer from 0 on that is less than `below`; Marsaglia's xorshift. */
	random(below: number): number {
		let state = this.#state;
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		this.#state = state;
		return (state >>> 8) % below;
	}

	oneOf<T>(values: readonly T[]): T {
		return values[this.random(values.length)] as T;
	}
}
