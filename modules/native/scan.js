/* Glue for XS; scan.d.ts says what the functions do. `@` binds a name to a C function: only XS parses this file. */

export function skipToken(buffer, start, end) @ "lws_scan_skip_token";
export function skipText(buffer, start, end) @ "lws_scan_skip_text";
export function skipHex(buffer, start, end) @ "lws_scan_skip_hex";
export function parseHex(buffer, start, end) @ "lws_scan_parse_hex";
export function copyFolded(target, at, source, start, end) @ "lws_scan_copy_folded";
