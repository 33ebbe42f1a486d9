/* Glue for XS; http.d.ts says what the functions do. `@` binds a name to a C function: only XS parses this file. */

export function scanHead(state, bytes, start, end, table, spans, keep) @ "lws_http_scan_head";
export function resetHead(state) @ "lws_http_reset_head";
export function scanChunk(state, bytes, start, end) @ "lws_http_scan_chunk";
