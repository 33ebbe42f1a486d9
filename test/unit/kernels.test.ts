/** The vectors of the kernels, on the twins: in Node `lws-xs/native/kernels` is those. */
import * as kernels from "lws-xs/native/kernels";
import { check, titleOf } from "../vectors/kernel-check.js";
import { KERNEL_VECTORS } from "../vectors/kernels.js";
import { UTF8_VECTORS } from "../vectors/utf8.js";

describe("The kernels' twin", () => {
	for (const vector of [...KERNEL_VECTORS, ...UTF8_VECTORS]) {
		it(titleOf(vector), () => check(kernels, vector));
	}
});
