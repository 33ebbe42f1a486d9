/** The clock of a replay: the SDK's timers in virtual time. Nothing runs but when the player says so. */
import type HostTimer from "timer";

type Callback = (timer: HostTimer) => void;

class VirtualTimer {
	readonly callback: Callback;
	due: number;
	repeat: number;
	isHeld = false;
	/** For the next turn of the loop, whatever the time. */
	isPosted: boolean;

	constructor(callback: Callback, due: number, repeat: number, isPosted: boolean) {
		this.callback = callback;
		this.due = due;
		this.repeat = repeat;
		this.isPosted = isPosted;
	}
}

export class VirtualClock {
	/** Milliseconds. */
	now = 0;
	readonly Timer: typeof HostTimer;
	readonly Time: { readonly ticks: number };
	/** In the order in which they were set. */
	#timers: VirtualTimer[] = [];

	constructor() {
		const clock = this;
		this.Time = Object.freeze({
			get ticks() {
				return clock.now;
			},
		});
		const timer = {
			set: (callback: Callback, interval = 0, repeat = 0) => this.#set(callback, interval, repeat),
			repeat: (callback: Callback, interval: number) => this.#set(callback, interval, interval),
			schedule: (timer: VirtualTimer, interval?: number, repeat = 0) => this.#schedule(timer, interval, repeat),
			clear: (timer: unknown) => this.#remove(timer),
		};
		this.Timer = timer as unknown as typeof HostTimer;
	}

	/** Runs one turn that is posted; false: there is none. */
	turn(): boolean {
		const timer = this.#timers.find(({ isPosted, isHeld }) => isPosted && !isHeld);
		if (timer) this.#fire(timer);
		return timer !== undefined;
	}

	/** Lets time pass to the first timer that is due before `end`, and fires it; false: there is none. */
	passTo(end: number): boolean {
		let first: VirtualTimer | undefined;
		for (const timer of this.#timers) {
			if (!timer.isHeld && timer.due < end && (!first || timer.due < first.due)) first = timer;
		}
		if (!first) return false;
		if (first.due > this.now) this.now = first.due;
		this.#fire(first);
		return true;
	}

	#fire(timer: VirtualTimer): void {
		timer.isPosted = false;
		if (timer.repeat > 0) timer.due = this.now + timer.repeat;
		else this.#remove(timer);
		timer.callback(timer as unknown as HostTimer);
	}

	#set(callback: Callback, interval: number, repeat: number): VirtualTimer {
		const timer = new VirtualTimer(callback, this.now + Math.trunc(interval), Math.trunc(repeat), interval <= 0);
		this.#timers.push(timer);
		return timer;
	}

	#schedule(timer: VirtualTimer, interval: number | undefined, repeat: number): void {
		if (!this.#timers.includes(timer)) throw new Error("not a running timer");
		timer.isHeld = interval === undefined;
		timer.isPosted = interval !== undefined && interval <= 0;
		timer.repeat = Math.trunc(repeat);
		if (interval !== undefined) timer.due = this.now + Math.trunc(interval);
	}

	#remove(timer: unknown): void {
		const index = this.#timers.indexOf(timer as VirtualTimer);
		if (index >= 0) this.#timers.splice(index, 1);
	}
}
