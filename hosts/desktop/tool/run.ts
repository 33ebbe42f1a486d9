/** One transfer after another, or with --pipeline those to one origin together. */
import type { Target } from "./options.js";
import type { Result } from "./result.js";
import { Retries } from "./retry.js";
import type { Session } from "./session.js";
import { Transfer } from "./transfer.js";
import { parseUrl } from "./url.js";
import { WebSocketTransfer } from "./websocket.js";
import { isWebSocket } from "./ws-options.js";

/** Who wants to know. What it throws ends the run. */
export interface Audience {
	/** Transfers are counted from 1. Gives the exit code. */
	transferred(transfer: number, result: Result): number;
	/** It is tried again, which `warning` says. */
	retried(result: Result, warning: string): void;
	/** The last code is that of the run, as it is curl's. */
	ended(code: number): void;
	/** Instead of `ended`. */
	broken(error: unknown): void;
}

export function runTransfers(session: Session, audience: Audience): void {
	const { options, stage } = session;
	const targets = options.targets.filter(({ url }) => url !== undefined);
	/** Transfers that have begun, and those of them that have not ended. */
	let begun = 0;
	let open = 0;
	let code = 0;
	const begin = (number: number, retries: Retries): void => {
		const finished = (result: Result): void => {
			try {
				const again = retries.next(result);
				if (again) {
					result.output?.discard?.();
					audience.retried(result, again.warning);
					stage.Timer.set(() => begin(number, retries), again.wait);
					return;
				}
				const own = audience.transferred(number, result);
				if (number === targets.length) code = own;
				if (--open > 0) return;
				if (begun < targets.length) next();
				else audience.ended(code);
			} catch (error) {
				audience.broken(error);
			}
		};
		const target = targets[number - 1] as Target;
		const Attempt = isWebSocket(target.url ?? "") ? WebSocketTransfer : Transfer;
		new Attempt(session, number, finished).start(target);
	};
	const next = (): void => {
		const origin = originOf(targets[begun]);
		do {
			open++;
			begin(++begun, new Retries(options));
		} while (options.isPipelined && begun < targets.length && originOf(targets[begun]) === origin);
	};
	// in a turn of its own: a device's stack of 384 slots has no room for all that is above this
	stage.Timer.set(next);
}

/** What is asked for at one origin in a row may be pipelined. */
function originOf(target: Target | undefined): string | undefined {
	try {
		const { isSecure, address, port } = parseUrl(target?.url ?? "");
		return `${isSecure} ${address} ${port}`;
	} catch {
		// it fails by itself
		return undefined;
	}
}
