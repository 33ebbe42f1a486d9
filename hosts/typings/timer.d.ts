/** The Moddable SDK's `timer` module. Times are milliseconds. */
declare module "timer" {
	/** Opaque; it stays alive until it has fired for the last time or is cleared. */
	class Timer {
		private constructor();
		private brand: boolean;
		/** `interval` until the first call (0 when absent); `repeat` between later ones (absent or 0: one call). */
		static set(callback: (timer: Timer) => void, interval?: number, repeat?: number): Timer;
		static repeat(callback: (timer: Timer) => void, interval: number): Timer;
		/** A new time for a timer that has not ended. Without `interval` it is held until scheduled again. */
		static schedule(timer: Timer, interval?: number, repeat?: number): void;
		/** Anything that is not a running timer is ignored. */
		static clear(timer: Timer | undefined | null): void;
		/** Blocks everything; not for programs. */
		static delay(milliseconds: number): void;
	}
	export default Timer;
}

/** The Moddable SDK's `time` module. */
declare module "time" {
	const Time: {
		/** Milliseconds from an arbitrary start; never goes backwards on the desktop. */
		readonly ticks: number;
		/** Milliseconds from `start` to `end` (now when absent). */
		delta(start: number, end?: number): number;
		readonly microseconds: number;
	};
	export default Time;
}
