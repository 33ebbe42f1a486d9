// @ts-check
/** The SDK's `rng` over the operating system's random bytes. */
import { getRandomValues } from "node:crypto";

/** `getRandomValues` gives no more at once. */
const MOST_AT_ONCE = 65536;

const RNG = Object.freeze({
	/** @param {number} count */
	get(count) {
		const bytes = new Uint8Array(count);
		for (let i = 0; i < count; i += MOST_AT_ONCE) getRandomValues(bytes.subarray(i, i + MOST_AT_ONCE));
		return bytes.buffer;
	},
});

export default RNG;
