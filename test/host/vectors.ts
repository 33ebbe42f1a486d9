/** The vectors of the kernels, run with what the host has: on XS the C, in Node the twin. */
import * as bytes from "lws-xs/native/kernels";
import * as scan from "lws-xs/native/scan";
import { check, titleOf } from "../vectors/kernel-check.js";
import { KERNEL_VECTORS } from "../vectors/kernels.js";
import { SCAN_VECTORS } from "../vectors/scan.js";
import { UTF8_VECTORS } from "../vectors/utf8.js";
import { test } from "./harness.js";

const kernels = { ...bytes, ...scan };

for (const vector of [...KERNEL_VECTORS, ...UTF8_VECTORS, ...SCAN_VECTORS]) {
	test(titleOf(vector), () => check(kernels, vector));
}
