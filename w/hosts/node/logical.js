// @ts-check
/** The SDK's `logical`: whole buffers, in place. */
import { bytesOf } from "./bytes.js";

/** @typedef {ArrayBuffer | Uint8Array} Bytes */

/**
 * @param {Bytes} target
 * @param {Bytes | number} source
 * @param {(a: number, b: number) => number} operation
 */
function combine(target, source, operation) {
	const to = bytesOf(target);
	const from = typeof source === "number" ? Uint8Array.of(source) : bytesOf(source);
	if (from.length === 0) throw new RangeError("empty source");
	for (let i = 0, j = 0; i < to.length; i++) {
		to[i] = operation(/** @type {number} */ (to[i]), /** @type {number} */ (from[j]));
		if (++j === from.length) j = 0;
	}
}

const Logical = Object.freeze({
	/** @param {Bytes} target @param {Bytes | number} source */
	xor(target, source) {
		combine(target, source, (a, b) => a ^ b);
	},
	/** @param {Bytes} target @param {Bytes | number} source */
	and(target, source) {
		combine(target, source, (a, b) => a & b);
	},
	/** @param {Bytes} target @param {Bytes | number} source */
	or(target, source) {
		combine(target, source, (a, b) => a | b);
	},
});

export default Logical;
