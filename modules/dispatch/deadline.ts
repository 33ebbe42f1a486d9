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
	/** From the last byte of the request to the first of the final response's head; interim responses do not count. */
	firstByte: number;
	/** Silence of the peer in the middle of the exchange, while we wait for it. */
	idle: number;
	total: number;
}

const LOOKS = 4;

export class Deadline {
	readonly #Timer: TimerClass;
	readonly #expired: (code: string) => void;
	/** Whether it is the peer's turn; the idle clock stands still while it is ours. */
	readonly #isWaiting: () => boolean;
	#phase: Timer | undefined;
	#total: Timer | undefined;
	#code = "";
	#period = 0;
	#looks = 0;

	constructor(TimerClass: TimerClass, expired: (code: string) => void, isWaiting: () => boolean) {
		this.#Timer = TimerClass;
		this.#expired = expired;
		this.#isWaiting = isWaiting;
	}

	/** Starts the clock of the whole transaction. */
	begin(milliseconds: number): void {
		if (milliseconds === 0) return;
		this.#total = this.#Timer.set(() => {
			this.#total = undefined;
			this.#expired("timeout:total");
		}, milliseconds);
	}

	/** Another phase begins, and the clock of the last one ends; it fires once with `code`. */
	phase(code: string, milliseconds: number): void {
		this.#stop();
		if (milliseconds === 0) return;
		this.#code = code;
		this.#period = 0;
		this.#phase = this.#Timer.set(this.#fire, milliseconds);
	}

	/** The phase in which every byte counts. */
	idle(milliseconds: number): void {
		this.#stop();
		if (milliseconds === 0) return;
		this.#code = "timeout:idle";
		this.#period = Math.ceil(milliseconds / LOOKS);
		this.#looks = 0;
		this.#phase = this.#Timer.set(this.#fire, this.#period);
	}

	/** Something has come. */
	alive(): void {
		this.#looks = 0;
	}

	end(): void {
		this.#stop();
		this.#Timer.clear(this.#total);
		this.#total = undefined;
	}

	readonly #fire = (): void => {
		// a timer that fires once is gone by that
		this.#phase = undefined;
		if (this.#period > 0) {
			if (!this.#isWaiting()) this.#looks = 0;
			else this.#looks++;
			if (this.#looks <= LOOKS) {
				this.#phase = this.#Timer.set(this.#fire, this.#period);
				return;
			}
		}
		this.#expired(this.#code);
	};

	#stop(): void {
		this.#Timer.clear(this.#phase);
		this.#phase = undefined;
	}
}
