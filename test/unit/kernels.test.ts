/** The vectors of the kernels, on the twins: in Node `lws-xs/native/kernels` and `lws-xs/native/scan` are those. */
import * as bytes from "lws-xs/native/kernels";
import * as scan from "lws-xs/native/scan";
import { check, titleOf } from "../vectors/kernel-check.js";
import { KERNEL_VECTORS } from "../vectors/kernels.js";
import { SCAN_VECTORS } from "../vectors/scan.js";
import { UTF8_VECTORS } from "../vectors/utf8.js";

const kernels = { ...bytes, ...scan };

describe("The kernels' twin", () => {
	for (const vector of [...KERNEL_VECTORS, ...UTF8_VECTORS, ...SCAN_VECTORS]) {
		it(titleOf(vector), () => check(kernels, vector));
	}
});
