/**
 * How long a server keeps an idle connection: `Keep-Alive: timeout=5, max=100` (RFC 2068 section 19.7.1.1). No standard in
 * force has it, but nginx, Apache and Node send it and mean it; what it does not say in so many words is not there.
 */
import { isText, TextSet } from "lws-xs/native/http";
import type { HeadTable } from "../head-table.js";

/**
 * A request that is sent while the server is closing is lost, so a connection is given up this many milliseconds earlier;
 * undici takes one second, too.
 */
export const KEEP_ALIVE_MARGIN = 1000;
/** More seconds than these say nothing. */
const LONGEST = 1_000_000;

/** The milliseconds that the connection can be kept; 0: not at all, -1: the server does not say. */
export function keepAliveTime(table: HeadTable): number {
	const index = table.find("keep-alive");
	if (index < 0) return -1;
	const parts = table.value(index).toLowerCase().split(",");
	let time = -1;
	for (let i = 0; i < parts.length; i++) {
		const [name, value] = (parts[i] as string).trim().split("=");
		const count = value !== undefined && isText(value, TextSet.Digits) ? Number(value) : -1;
		// max: how many more requests it answers on this connection
		if (name === "max" && count === 0) return 0;
		if (name === "timeout" && count >= 0 && count < LONGEST) time = Math.max(0, count * 1000 - KEEP_ALIVE_MARGIN);
	}
	return time;
}
