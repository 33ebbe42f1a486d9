// @ts-check
/**
 * The SDK's `timer`, with the bookkeeping of its device implementation (modules/base/timer/mc): one list of timers
 * and one wake-up for the earliest. Each callback gets a turn of its own, so that promise jobs run between them.
 */
import Time from "./time.js";

/** The integers of the device end here, and what setTimeout takes does, too. */
const LONGEST = 0x7fffffff;

/** @typedef {(timer: Running) => void} Callback */

/** In the order of their creation, which decides between timers that are due at the same time. @type {Set<Running>} */
const timers = new Set();

/** @type {NodeJS.Timeout | undefined} */
let timeout;
/** @type {NodeJS.Immediate | undefined} */
let immediate;

class Running {
	/** @param {Callback} callback @param {number} interval @param {number} repeat */
	constructor(callback, interval, repeat) {
		this.callback = callback;
		this.due = Time.ticks + interval;
		this.repeat = repeat;
		this.held = false;
	}
}

/** @returns {Running | undefined} */
function earliest() {
	let found;
	for (const timer of timers) {
		if (!timer.held && (found === undefined || timer.due < found.due)) found = timer;
	}
	return found;
}

function arm() {
	clearTimeout(timeout);
	clearImmediate(immediate);
	const next = earliest();
	if (next === undefined) return;
	const sleep = next.due - Time.ticks;
	if (sleep <= 0) immediate = setImmediate(wake);
	else timeout = setTimeout(wake, sleep);
}

function wake() {
	const timer = earliest();
	// setTimeout may come a fraction of a millisecond early.
	if (timer === undefined || timer.due > Time.ticks) return arm();
	// Counted from when it was due, not from now: a repeating timer does not drift.
	timer.due += timer.repeat;
	try {
		timer.callback(timer);
	} finally {
		// As on the device this also ends a timer that its own callback has scheduled without a repetition.
		if (timer.repeat === 0) timers.delete(timer);
		arm();
	}
}

/** @param {unknown} value */
function integer(value) {
	const number = Math.trunc(Number(value));
	return number > 0 ? Math.min(number, LONGEST) : 0;
}

/** @param {unknown} callback @param {number} interval @param {number} repeat */
function start(callback, interval, repeat) {
	if (typeof callback !== "function") throw new TypeError("not a function");
	const timer = new Running(/** @type {Callback} */ (callback), interval, repeat);
	timers.add(timer);
	arm();
	return timer;
}

const Timer = Object.freeze({
	/** @param {Callback} callback @param {number} [interval] @param {number} [repeat] */
	set(callback, interval = 0, repeat = 0) {
		return start(callback, integer(interval), integer(repeat));
	},
	/** @param {Callback} callback @param {number} interval */
	repeat(callback, interval) {
		return start(callback, integer(interval), integer(interval));
	},
	/** @param {Running} timer @param {number} [interval] @param {number} [repeat] */
	schedule(timer, interval, repeat = 0) {
		if (!timers.has(timer)) throw new Error("not a running timer");
		timer.held = interval === undefined;
		// Held, it must outlive the callback that may be holding it: anything but 0 says so.
		timer.repeat = timer.held ? -1 : integer(repeat);
		if (!timer.held) timer.due = Time.ticks + integer(interval);
		arm();
	},
	/** @param {unknown} timer */
	clear(timer) {
		if (timers.delete(/** @type {Running} */ (timer))) arm();
	},
	/** @param {number} milliseconds */
	delay(milliseconds) {
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, integer(milliseconds));
	},
});

export default Timer;
