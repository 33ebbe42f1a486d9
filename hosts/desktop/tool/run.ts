/** One transfer after another, as the arguments ask for. */
import type { Result } from "./result.js";
import { Retries } from "./retry.js";
import type { Session } from "./session.js";
import { Transfer } from "./transfer.js";

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
	const targets = session.options.targets.filter(({ url }) => url !== undefined);
	let at = 0;
	let retries = new Retries(session.options);
	const begin = (): void => {
		const target = targets[at - 1];
		if (target) new Transfer(session, at, finished).start(target);
	};
	const next = (): void => {
		at++;
		retries = new Retries(session.options);
		begin();
	};
	const finished = (result: Result): void => {
		try {
			const again = retries.next(result);
			if (again) {
				result.output?.discard?.();
				audience.retried(result, again.warning);
				session.stage.Timer.set(begin, again.wait);
				return;
			}
			const code = audience.transferred(at, result);
			if (at < targets.length) next();
			else audience.ended(code);
		} catch (error) {
			audience.broken(error);
		}
	};
	next();
}
