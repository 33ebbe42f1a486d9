/**
 * Work that must not happen inside a call of the application: it is posted, and done when the callback of the host that
 * is under way has returned, or else in a turn of its own.
 */
import type Timer from "timer";

export type TimerClass = typeof Timer;

/** Something that can be posted; it is its own link in the list, so posting allocates nothing. */
export interface Posted {
	/** The next one in the ring of all that are posted; undefined when this is none of them. The Turn alone sets it. */
	postedNext: Posted | undefined;
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
	/** What was posted last; the first one follows it in the ring. */
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
		if (!this.#last) {
			this.#depth--;
			return;
		}
		if (this.#depth === 1) for (let round = 0; round < ROUNDS && this.#last; round++) this.run();
		this.#depth--;
		if (this.#depth === 0 && this.#last) this.schedule();
	}

	post(work: Posted): void {
		if (work.postedNext) return;
		const last = this.#last;
		if (last) {
			work.postedNext = last.postedNext;
			last.postedNext = work;
		} else work.postedNext = work;
		this.#last = work;
		if (this.#depth === 0) this.schedule();
	}

	/** When the host had no timer for what is posted, this asks again. */
	resume(): void {
		if (this.#depth === 0 && this.#last) this.schedule();
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

	/** What is posted now, and nothing that comes meanwhile. */
	private run(): void {
		const end = this.#last;
		for (let work: Posted | undefined; this.#last && work !== end; ) {
			work = this.takeFirst(this.#last);
			work.runPosted();
		}
	}

	private takeFirst(last: Posted): Posted {
		const first = last.postedNext as Posted;
		if (first === last) this.#last = undefined;
		else last.postedNext = first.postedNext;
		first.postedNext = undefined;
		return first;
	}
}
