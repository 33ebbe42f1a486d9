/**
 * Random input for engines, repeatable by its seed: whatever comes, nothing throws, consumes more than it was given or goes
 * on without progress, and where the bytes are cut makes no difference.
 */
import { Random } from "./random.js";

export abstract class Fuzz {
	protected readonly chance: Random;
	/** FNV-1a over all outcomes: equal on all hosts. */
	#digest = 0x811c9dc5;
	readonly #tally: { [outcome: string]: number } = {};

	constructor(seed: number) {
		this.chance = new Random(seed);
	}

	/** The input of the next case. */
	protected abstract next(): Uint8Array;

	/** All that it comes to in pieces with these ends; its last word is counted. */
	protected abstract outcomeOf(bytes: Uint8Array, ends: readonly number[]): string;

	/** Runs `cases` of them and gives an account; throws when something is wrong. */
	run(cases: number): string {
		for (let i = 0; i < cases; i++) {
			const bytes = this.next();
			const whole = this.outcomeOf(bytes, [bytes.length]);
			const ends = this.#ends(bytes.length);
			const cut = this.outcomeOf(bytes, ends);
			if (cut !== whole) {
				let text = "";
				for (const byte of bytes) text += String.fromCharCode(byte);
				throw new Error(`${JSON.stringify(text)} cut at ${ends}: ${cut}, but whole: ${whole}`);
			}
			this.#count(whole);
		}
		let account = `${cases} cases, digest ${(this.#digest >>> 0).toString(16)}`;
		for (const outcome of Object.keys(this.#tally).sort()) account += `, ${outcome} ${this.#tally[outcome]}`;
		return account;
	}

	#ends(total: number): number[] {
		const ends: number[] = [];
		const most = 1 + this.chance.random(40);
		for (let at = 0; at < total; ) {
			at = Math.min(total, at + 1 + this.chance.random(most));
			ends.push(at);
		}
		return ends;
	}

	#count(outcome: string): void {
		const kind = outcome.slice(outcome.lastIndexOf(" ") + 1);
		this.#tally[kind] = (this.#tally[kind] ?? 0) + 1;
		for (let i = 0; i < outcome.length; i++) {
			this.#digest = Math.imul(this.#digest ^ outcome.charCodeAt(i), 0x01000193);
		}
	}
}
