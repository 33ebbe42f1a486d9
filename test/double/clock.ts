/**
 * The machine's event loop with virtual time: messages (turns that the other doubles post) and the SDK's timers, as
 * modules/base/timer/mc runs them. Nothing runs but inside `run`, `step` and `advance`.
 */
import type HostTime from "time";
import type HostTimer from "timer";
import { Faults } from "./faults.js";

/** A loop that has not come to rest after as many turns is taken for endless. */
const MOST_TURNS = 1_000_000;

type Callback = (timer: HostTimer) => void;

class RunningTimer {
	due: number;
	repeat: number;
	held = false;
	/** It fires in the pass that is under way. */
	fires = false;
	readonly callback: Callback;

	constructor(callback: Callback, due: number, repeat: number) {
		this.callback = callback;
		this.due = due;
		this.repeat = repeat;
	}
}

export class Clock {
	/** Virtual milliseconds. */
	now = 0;
	readonly Timer: typeof HostTimer;
	readonly Time: typeof HostTime;
	readonly faults: Faults;
	#turns: (() => void)[] = [];
	/** In the order of creation, in which one pass fires them. */
	#timers: RunningTimer[] = [];

	constructor(faults = new Faults()) {
		this.faults = faults;
		this.Timer = this.#makeTimer();
		this.Time = this.#makeTime();
	}

	/** How many timers have not ended, held ones included. */
	get timers(): number {
		return this.#timers.length;
	}

	/** How many turns are posted. */
	get turns(): number {
		return this.#turns.length;
	}

	/** When the next timer is due; undefined: never. */
	get next(): number | undefined {
		let next: number | undefined;
		for (const timer of this.#timers) {
			if (!timer.held && (next === undefined || timer.due < next)) next = timer.due;
		}
		return next;
	}

	/** For the doubles: `turn` runs after all that were posted before. */
	post(turn: () => void): void {
		this.#turns.push(turn);
	}

	/** Runs one turn; false when there is none. What a callback throws comes out here. */
	step(): boolean {
		const turn = this.#turns.shift();
		turn?.();
		return turn !== undefined;
	}

	/** Runs turns until none is left, without any time passing; returns how many. */
	run(): number {
		let count = 0;
		while (this.step()) {
			if (++count === MOST_TURNS) throw new Error("the turns do not come to an end");
		}
		return count;
	}

	/** Lets `milliseconds` pass: all turns, and the timers that become due with the turns that they bring. */
	advance(milliseconds: number): void {
		const end = this.now + milliseconds;
		this.run();
		for (let passes = 0; ; passes++) {
			const next = this.next;
			if (next === undefined || next > end) break;
			if (passes === MOST_TURNS) throw new Error("the timers do not come to rest");
			if (next > this.now) this.now = next;
			this.#pass();
			this.run();
		}
		this.now = end;
	}

	/** Timers that are set in a pass are not eligible in it. */
	#pass(): void {
		for (const timer of this.#timers) timer.fires = !timer.held && timer.due <= this.now;
		for (const timer of this.#timers.slice()) {
			if (!timer.fires) continue;
			timer.fires = false;
			timer.due += timer.repeat;
			try {
				timer.callback(timer as unknown as HostTimer);
			} finally {
				// Also when its callback has scheduled it without a repetition: so it is on the device.
				if (timer.repeat === 0) this.#remove(timer);
			}
		}
	}

	#remove(timer: unknown): void {
		const index = this.#timers.indexOf(timer as RunningTimer);
		if (index < 0) return;
		(timer as RunningTimer).fires = false;
		this.#timers.splice(index, 1);
	}

	#start(callback: Callback, interval: number, repeat: number): RunningTimer {
		this.faults.count("timer");
		if (typeof callback !== "function") throw new TypeError("not a function");
		const timer = new RunningTimer(callback, this.now + Math.trunc(interval), Math.trunc(repeat));
		this.#timers.push(timer);
		return timer;
	}

	#schedule(timer: RunningTimer, interval?: number, repeat = 0): void {
		if (!this.#timers.includes(timer)) throw new Error("not a running timer");
		timer.held = interval === undefined;
		timer.fires = false;
		timer.repeat = interval === undefined ? -1 : Math.trunc(repeat);
		if (interval !== undefined) timer.due = this.now + Math.trunc(interval);
	}

	#makeTimer(): typeof HostTimer {
		const timer = {
			set: (callback: Callback, interval = 0, repeat = 0) => this.#start(callback, interval, repeat),
			repeat: (callback: Callback, interval: number) => this.#start(callback, interval, interval),
			schedule: (timer: RunningTimer, interval?: number, repeat?: number) => this.#schedule(timer, interval, repeat),
			clear: (timer: unknown) => this.#remove(timer),
			delay: () => {
				throw new Error("nothing may block");
			},
		};
		return timer as unknown as typeof HostTimer;
	}

	#makeTime(): typeof HostTime {
		const clock = this;
		return {
			get ticks() {
				return clock.now;
			},
			get microseconds() {
				return clock.now * 1000;
			},
			delta: (start: number, end = clock.now) => end - start,
		};
	}
}
