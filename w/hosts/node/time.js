// @ts-check
/** The SDK's `time`: whole milliseconds from an arbitrary start that never go backwards. */

const Time = Object.freeze({
	get ticks() {
		return Math.floor(performance.now());
	},
	/**
	 * @param {number} start
	 * @param {number} [end]
	 */
	delta(start, end = Time.ticks) {
		return end - start;
	},
	get microseconds() {
		return Math.floor(performance.now() * 1000);
	},
});

export default Time;
