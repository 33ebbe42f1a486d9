/* lwsRetained.c is behind it, retained.d.ts is its contract. */
export function retain(bytes) @ "lws_retained_set";
export function retained() @ "lws_retained_get";
export function deepSleep(milliseconds) @ "lws_retained_sleep";
