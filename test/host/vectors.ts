/** The vectors of the kernels and of compressed messages, run with what the host has: on XS the C, in Node the twin. */
import * as kernels from "lws-xs/native/kernels";
import { DEFLATE_CHECKS } from "../vectors/deflate.js";
import { check, titleOf } from "../vectors/kernel-check.js";
import { KERNEL_VECTORS } from "../vectors/kernels.js";
import { UTF8_VECTORS } from "../vectors/utf8.js";
import { test } from "./harness.js";

for (const vector of [...KERNEL_VECTORS, ...UTF8_VECTORS]) {
	test(titleOf(vector), () => check(kernels, vector));
}

for (const { title, run } of DEFLATE_CHECKS) test(title, () => void run(), 120_000);
