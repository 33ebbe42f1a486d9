/** Sessions of TLS that can be resumed: a bounded number, the one that has not been used for longest goes first. */
import type { SessionStore } from "../transport/security.js";

interface Kept {
	readonly identity: string;
	readonly sealed: ArrayBuffer;
}

export class SessionCache implements SessionStore {
	readonly #limit: number;
	/** The one used last is the last. */
	readonly #kept: Kept[] = [];

	/** 0: none are kept. */
	constructor(limit: number) {
		this.#limit = limit;
	}

	get(identity: string): ArrayBuffer | undefined {
		const index = this.#kept.findIndex((each) => each.identity === identity);
		if (index < 0) return undefined;
		const [kept] = this.#kept.splice(index, 1) as [Kept];
		this.#kept.push(kept);
		return kept.sealed;
	}

	put(identity: string, sealed: ArrayBuffer): void {
		const index = this.#kept.findIndex((each) => each.identity === identity);
		if (index >= 0) this.#kept.splice(index, 1);
		else if (this.#kept.length >= this.#limit) this.#kept.shift();
		if (this.#limit > 0) this.#kept.push({ identity, sealed });
	}
}
