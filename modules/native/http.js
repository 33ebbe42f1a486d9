/* Glue for XS; http.d.ts says what the functions do. `@` binds a name to a C function: only XS parses this file. */

export function scanHead(table, bytes, start, end, keep) @ "lws_http_scan_head";
export function findField(table, name, nth) @ "lws_http_find_field";
export function resetState(state, words) @ "lws_http_reset_state";
export function scanChunk(state, bytes, start, end) @ "lws_http_scan_chunk";
export function isText(text, set) @ "lws_http_is_text";
