/** The byte machines of HTTP/1 in TypeScript, for Node; `../http.d.ts` says what they do, `../lwsHttp*.c` is the same in C. */

export { scanChunk } from "./http-chunk.js";
export { findField, resetState, scanHead } from "./http-head.js";
export { isText } from "./http-text.js";
