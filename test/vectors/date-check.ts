/** Runs a vector of dates, in Node as on XS. */
import { parseDate } from "lws-xs/engines/date";

/** `expect`: as toISOString has it, or "none". */
export function checkDate(text: string, expect: string, now: string): string {
	const time = parseDate(text, Date.parse(now));
	const found = Number.isNaN(time) ? "none" : new Date(time).toISOString().replace(".000Z", "Z");
	if (found !== expect) throw new Error(`${found}, not ${expect}`);
	return found;
}
