/**
 * The clocks of one transaction. Two run at most: the one of the present phase, and the total.
 *
 * The idle clock is not set anew for each chunk, which would cost more than the chunk: it looks four times in its period
 * whether bytes have come, so it fires between one period and one and a quarter after the last of them.
 */
import type Timer from "timer";
import type { TimerClass } from "./turn.js";

/** Milliseconds; 0: no limit. */
export interface Deadlines {
	/** Name resolution and connection, all addresses together. */
	connect: number;
	/** The handshake of TLS. */
	tls: number;
	/**
	 * From the last byte of the request to the end of the final response's head, so that a head that drips is bounded,
	 * too; interim responses do not count. 0, as for a long poll: `idle` bounds silence once a response has begun.
	 */
	firstByte: number;
	/** Silence of the peer in the middle of the exchange, while we wait for it. */
	idle: number;
	/** The peer's Close frame, when a WebSocket is closed from here. */
	close: number;
	total: number;
}

const LOOKS = 4;

/** Whose clocks they are. */
export interface DeadlineOwner {
	/** A clock has run out: the code of an LwsError. */
	expired(code: string): void;
	/** The host has no timer for a clock: without limit of time nothing may go on. */
	unclocked(): void;
	/** Changes with each sign of life of the peer; -1 while it is our turn, when the idle clock stands still. */
	progress(): number;
}

export class Deadline {
	readonly #Timer: TimerClass;
	readonly #owner: DeadlineOwner;
	/** One timer for all phases, set anew for each of them. */
	#phase: Timer | undefined;
	#total: Timer | undefined;
	#code = "";
	/** Between two looks of the idle clock; 0 for the others. */
	#period = 0;
	#looks = 0;
	#last = 0;

	constructor(TimerClass: TimerClass, owner: DeadlineOwner) {
		this.#Timer = TimerClass;
		this.#owner = owner;
	}

	/** Starts the clock of the whole transaction. */
	begin(milliseconds: number): void {
		if (milliseconds === 0) return;
		try {
			this.#total = this.#Timer.set(() => {
				this.#total = undefined;
				this.#owner.expired("timeout:total");
			}, milliseconds);
		} catch {
			this.#owner.unclocked();
		}
	}

	/** Another phase begins, and the clock of the last one ends; it fires once with `code`. */
	phase(code: string, milliseconds: number): void {
		this.#code = code;
		this.#period = 0;
		this.set(milliseconds);
	}

	/** The phase in which every byte counts. */
	idle(milliseconds: number): void {
		this.#code = "timeout:idle";
		this.#period = Math.ceil(milliseconds / LOOKS);
		this.#looks = 0;
		this.#last = this.#owner.progress();
		this.set(this.#period);
	}

	end(): void {
		this.set(0);
		if (this.#total) this.#Timer.clear(this.#total);
		this.#total = undefined;
	}

	/** 0: no clock. */
	private set(milliseconds: number): void {
		const phase = this.#phase;
		try {
			if (phase && milliseconds > 0) this.#Timer.schedule(phase, milliseconds);
			else if (phase) {
				this.#phase = undefined;
				this.#Timer.clear(phase);
			} else if (milliseconds > 0) this.#phase = this.#Timer.set(this.#fire, milliseconds);
		} catch {
			if (milliseconds > 0) this.#owner.unclocked();
		}
	}

	readonly #fire = (): void => {
		// a timer that fires once is gone by that
		this.#phase = undefined;
		if (this.#period > 0) {
			const progress = this.#owner.progress();
			if (progress < 0 || progress !== this.#last) this.#looks = 0;
			else this.#looks++;
			this.#last = progress;
			if (this.#looks < LOOKS) {
				this.set(this.#period);
				return;
			}
		}
		this.#owner.expired(this.#code);
	};
}
