/* Glue for XS; ws.d.ts says what the functions do. `@` binds a name to a C function: only XS parses this file. */

export function scanFrame(state, bytes, start, end, allowCompressed) @ "lws_ws_scan_frame";
export function writeFrame(target, at, first, source, start, end, keys, keyAt) @ "lws_ws_write_frame";
