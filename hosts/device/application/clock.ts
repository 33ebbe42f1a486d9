/**
 * The time, which certificates are checked against. A device boots without it; the SDK's set-up asks an SNTP server once
 * before the program begins, and goes on without an answer.
 */
import config from "mc/config";
import SNTP from "sntp";
import Time from "time";

/** Before this nobody can have built the program. */
const FIRST = Date.UTC(2026, 0, 1);

/** How often a server is asked in vain; each time takes the SDK's SNTP five attempts of 5 seconds. */
const ATTEMPTS = 3;

export function isTimeValid(): boolean {
	return Date.now() >= FIRST;
}

/** Hears undefined once the time is valid, or why it cannot be had. */
export function waitForTime(done: (reason: string | undefined) => void): void {
	if (isTimeValid()) {
		done(undefined);
		return;
	}
	const host: string = config.sntp ?? "pool.ntp.org";
	let attempts = 0;
	try {
		new SNTP({ host }, (message, value) => {
			if (message === SNTP.time) {
				Time.set(Number(value));
				done(isTimeValid() ? undefined : `${host} gave a time that cannot be`);
				return;
			}
			if (message !== SNTP.error) return;
			// what is returned is asked next
			if (++attempts < ATTEMPTS) return host;
			done(`${host} gave no time: ${value}`);
		});
	} catch (exception) {
		// without a socket for it, for example: nothing may throw out of a device's callback
		done(`${host} cannot be asked: ${exception}`);
	}
}
