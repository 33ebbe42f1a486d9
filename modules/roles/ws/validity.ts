/**
 * Whether the peer is still there, as lws's validity: after a silence it is asked by a Ping frame, and after a longer one it
 * counts as gone. It has no clock of its own: whoever has one lets it look when the time that it gives is over. It looks
 * four times in a silence instead of noting the time of each frame, which would cost more than the frame.
 */

/** What a look has found. */
export const enum Verdict {
	Alive,
	/** It is to be asked. */
	Silent,
	Gone,
}

const LOOKS = 4;

export class Validity {
	readonly #ping: number;
	readonly #hangup: number;
	/** Progress at the last look. */
	#seen = 0;
	/** Looks, or time, without any since. */
	#looks = 0;
	isAsked = false;

	/** Milliseconds; 0: never. Who is not asked in time before it counts as gone is not asked at all. */
	constructor(ping: number, hangup: number) {
		this.#ping = hangup > 0 && ping >= hangup ? 0 : ping;
		this.#hangup = hangup;
	}

	/** Milliseconds to the next look; 0: there is none. */
	get wait(): number {
		if (this.isAsked && this.#hangup > 0) return this.#hangup - this.#ping;
		return Math.ceil((this.#ping || this.#hangup) / LOOKS);
	}

	/** `progress` changes with each sign of life; `isHeld`: nothing is read, so nothing can be seen. */
	look(progress: number, isHeld: boolean): Verdict {
		if (isHeld || progress !== this.#seen) {
			this.#seen = progress;
			this.#looks = 0;
			this.isAsked = false;
			return Verdict.Alive;
		}
		if (this.isAsked && this.#hangup > 0) return Verdict.Gone;
		this.#looks++;
		if (this.#looks < LOOKS) return Verdict.Alive;
		this.#looks = 0;
		if (this.#ping === 0) return Verdict.Gone;
		this.isAsked = true;
		return Verdict.Silent;
	}
}
