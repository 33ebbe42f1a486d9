/**
 * How long a server keeps an idle connection: `Keep-Alive: timeout=5, max=100` (RFC 2068 section 19.7.1.1). No standard in
 * force has it, but nginx, Apache and Node send it and mean it; what it does not say in so many words is not there.
 */
import { ConnectionOption, Head } from "lws-xs/native/http";
import type { HeadTable } from "../head-table.js";

/**
 * A request that is sent while the server is closing is lost, so a connection is given up this many milliseconds earlier;
 * undici takes one second, too.
 */
export const KEEP_ALIVE_MARGIN = 1000;

/** The milliseconds that the connection can be kept; 0: not at all, -1: the server does not say. */
export function keepAliveTime({ words }: HeadTable): number {
	const seconds = ((words[Head.Connection] as number) >> ConnectionOption.KeepAliveShift) - 1;
	return seconds < 0 ? -1 : Math.max(0, seconds * 1000 - KEEP_ALIVE_MARGIN);
}
