/* Glue for XS; kernels.d.ts says what the functions do. `@` binds a name to a C function: only XS parses this file. */

export function findByte(buffer, byte, start, end) @ "lws_kernel_find_byte";
export function findHeadEnd(buffer, start, end) @ "lws_kernel_find_head_end";
export function equalsFolded(buffer, start, end, name) @ "lws_kernel_equals_folded";
export function bytesToString(buffer, start, end) @ "lws_kernel_bytes_to_string";
export function stringToBytes(text, buffer, start) @ "lws_kernel_string_to_bytes";
export function copyBytes(target, at, source, start, end) @ "lws_kernel_copy_bytes";
export function copyMasked(target, at, source, start, end, key, phase) @ "lws_kernel_copy_masked";
export function checkUtf8(state, buffer, start, end) @ "lws_kernel_check_utf8";
