/** --retry: what curl tries again, and after how long. */
import * as lws from "lws-xs";
import { Exit } from "./exit.js";
import type { Options } from "./options.js";
import type { Result } from "./result.js";

const STATUSES: readonly number[] = Object.freeze([408, 429, 500, 502, 503, 504]);
/** Milliseconds: the first wait, which doubles each time, and the longest. */
const FIRST = 1000;
const LONGEST = 600_000;
/** Of a timer. */
const MOST = 0x3fff_ffff;

/** Milliseconds that the response asks to wait; 0 where it does not. */
export function retryAfter(wsi: lws.AnyWsi): number {
	const text = lws.headerValue(wsi, "retry-after") ?? "";
	const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
	return wait > 0 ? Math.min(wait, MOST) : 0;
}

/** What is left of --retry for one URL. */
export class Retries {
	readonly #options: Options;
	#left: number;
	#wait: number;

	constructor(options: Options) {
		this.#options = options;
		this.#left = options.retries;
		this.#wait = options.retryDelay || FIRST;
	}

	/** Milliseconds before the next transfer, and what to say of it; undefined: this was the last one. */
	next(result: Result): { wait: number; warning: string } | undefined {
		const cause = causeOf(result);
		if (cause === undefined || this.#left === 0 || !result.isRepeatable) return undefined;
		const wait = cause === "timeout" ? this.#wait : result.retryAfter || this.#wait;
		if (!this.#options.retryDelay) this.#wait = Math.min(2 * this.#wait, LONGEST);
		const seconds = `${Math.floor(wait / 1000)} seconds`;
		const warning = `Warning: Problem: ${cause}. Will retry in ${seconds}. ${this.#left} retries left.\n`;
		this.#left--;
		return { wait, warning };
	}
}

/** As curl calls it: a name that is not found counts as a timeout. */
function causeOf({ failure, status }: Result): string | undefined {
	if (failure?.exit === Exit.Timeout || failure?.exit === Exit.NotResolved) return "timeout";
	return STATUSES.includes(status) && (!failure || failure.exit === Exit.HttpStatus) ? "HTTP error" : undefined;
}
