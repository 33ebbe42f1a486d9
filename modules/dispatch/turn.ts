/**
 * Work that must not happen inside a call of the application: it is posted, and done when the callback of the host that
 * is under way has returned, or else in a turn of its own.
 */
import type Timer from "timer";

export type TimerClass = typeof Timer;

/** Something that can be posted; it is its own link in the list, so posting allocates nothing. */
export interface Posted {
	/** Set and cleared by the Turn only. */
	postedNext: Posted | undefined;
	isPosted: boolean;
	/** Throws nothing. */
	runPosted(): void;
}

/** Then sockets and timers have their turn. */
const ROUNDS = 8;

export class Turn {
	readonly #Timer: TimerClass;
	readonly #callback = (): void => {
		this.#scheduled = false;
		this.enter();
		this.leave();
	};
	#scheduled = false;
	#depth = 0;
	#first: Posted | undefined;
	#last: Posted | undefined;

	constructor(TimerClass: TimerClass) {
		this.#Timer = TimerClass;
	}

	/** A callback of the host begins. */
	enter(): void {
		this.#depth++;
	}

	/** It ends; what was posted meanwhile is done, and so is what that posts, but for a program that never stops. */
	leave(): void {
		if (this.#depth === 1) for (let round = 0; round < ROUNDS && this.#first; round++) this.run();
		this.#depth--;
		if (this.#depth === 0 && this.#first) this.schedule();
	}

	post(work: Posted): void {
		if (work.isPosted) return;
		work.isPosted = true;
		work.postedNext = undefined;
		if (this.#last) this.#last.postedNext = work;
		else this.#first = work;
		this.#last = work;
		if (this.#depth === 0) this.schedule();
	}

	/** When the host had no timer for what is posted, this asks again. */
	resume(): void {
		if (this.#depth === 0 && this.#first) this.schedule();
	}

	private schedule(): void {
		if (this.#scheduled) return;
		try {
			this.#Timer.set(this.#callback, 0);
			this.#scheduled = true;
		} catch {
			// no timer is to be had: the next callback of the host does it
		}
	}

	private run(): void {
		let work = this.#first;
		const last = this.#last;
		while (work) {
			const next: Posted | undefined = work === last ? undefined : work.postedNext;
			this.#first = work.postedNext;
			if (!this.#first) this.#last = undefined;
			work.isPosted = false;
			work.postedNext = undefined;
			work.runPosted();
			work = next;
		}
	}
}
