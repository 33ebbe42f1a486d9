// @ts-check
/** The SDK's `text/decoder`: Node's TextDecoder, for UTF-8 only. */
import { TextDecoder } from "node:util";

export default class extends TextDecoder {
	/** @param {string} [label] @param {{ fatal?: boolean, ignoreBOM?: boolean }} [options] */
	constructor(label = "utf-8", options) {
		// The device knows this one spelling; a label that only Node knows must not pass a test here.
		if (label !== "utf-8") throw new RangeError("unsupported encoding");
		super(label, options);
	}
}
