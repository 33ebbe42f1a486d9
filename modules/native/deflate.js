/* Glue for XS; deflate.d.ts says what the functions do. `@` binds a name to a C function: only XS parses this file. */

export function inflate(state, input, start, end, output, at, limit, last) @ "lws_inflate";
export function deflate(state, source, start, end, target, at, limit, last) @ "lws_deflate";
