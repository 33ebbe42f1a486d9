/** TLS of a replay: records of a protocol that is none, with the plaintext that was recorded and what the handshake came to. */

import type { HostClasses } from "lws-xs";
import { copyBytes } from "lws-xs/native/kernels";
import type { Failure, Session, SessionInfo } from "lws-xs/native/tls/session";
import { Event } from "lws-xs/native/tls/session";
import { PIECE } from "./format.js";

/** A record is its kind, two bytes of length, and its content. */
export const enum Kind {
	Secured = 1,
	Unsecured = 2,
	Data = 3,
	Finished = 4,
}

const HEADER = 3;
const NOTHING = new Uint8Array(0);

export function frame(kind: Kind, content: Uint8Array = NOTHING): Uint8Array {
	const bytes = new Uint8Array(HEADER + content.length);
	bytes[0] = kind;
	bytes[1] = content.length >> 8;
	bytes[2] = content.length & 0xff;
	copyBytes(bytes, HEADER, content, 0, content.length);
	return bytes;
}

/** What the record says of a session. */
export interface SessionFacts {
	tls: Readonly<Record<string, unknown>>;
}

/** `begin` is called for each session, and gives what the record will have said of it when it is asked. */
export function scriptedTLS(begin: () => SessionFacts): HostClasses["TLS"] {
	class Credentials {
		addAuthorities(): number {
			return 1;
		}
		setCertificate(): void {}
		setKey(): void {}
		identify(text: string): string {
			return text;
		}
		close(): void {}
	}
	class ScriptedSession {
		consumed = 0;
		produced = 0;
		available = 0;
		events = 0;
		longest = 0;
		readonly #facts = begin();
		/** The header of the record that is coming, and how many of its bytes are there. */
		readonly #header = new Uint8Array(HEADER);
		#headed = 0;
		readonly #content = new Uint8Array(PIECE);
		#count = 0;
		#length = 0;
		/** Of the content, that was read. */
		#read = 0;

		handshake(input: Uint8Array, start: number, end: number): boolean {
			const kind = this.#parse(input, start, end);
			if (kind === Kind.Secured) this.longest = PIECE;
			return kind === Kind.Secured;
		}

		read(target: Uint8Array, from: number, to: number, input: Uint8Array, start: number, end: number): number {
			this.consumed = this.produced = this.events = 0;
			if (this.available === 0 && this.#parse(input, start, end) === Kind.Data) this.available = this.#length;
			const count = Math.min(to - from, this.available);
			if (count <= 0) return 0;
			copyBytes(target, from, this.#content, this.#read, this.#read + count);
			this.#read += count;
			this.available -= count;
			return count;
		}

		write(bytes: Uint8Array, start: number, end: number, output: Uint8Array): void {
			this.consumed = this.events = 0;
			this.produced = end > start ? copyBytes(output, 0, bytes, start, end) : 0;
		}

		finish(): void {
			this.consumed = this.produced = this.events = 0;
		}

		seal(): undefined {}

		failure(): Failure {
			return filled(FAILURE, this.#facts.tls);
		}

		info(): SessionInfo {
			return filled(INFO, this.#facts.tls);
		}

		peerCertificate(): undefined {}

		close(): void {}

		/** The kind of the record that became whole; 0: none did. */
		#parse(input: Uint8Array, start: number, end: number): number {
			this.consumed = this.produced = this.events = 0;
			let at = start;
			while (this.#headed < HEADER && at < end) this.#header[this.#headed++] = input[at++] as number;
			const [kind = 0, high = 0, low = 0] = this.#header;
			const length = this.#headed < HEADER ? PIECE : (high << 8) | low;
			if (this.#headed === HEADER) {
				const stop = Math.min(end, at + length - this.#count);
				this.#count += copyBytes(this.#content, this.#count, input, at, stop);
				at = stop;
			}
			this.consumed = at - start;
			if (this.#headed < HEADER || this.#count < length) return 0;
			this.#headed = this.#read = this.#count = 0;
			this.#length = length;
			if (kind === Kind.Finished) this.events = Event.Closed;
			if (kind === Kind.Unsecured) this.events = Event.Failed;
			return kind;
		}
	}
	return {
		Credentials,
		Session: ScriptedSession as unknown as typeof Session,
		library: () => ({ version: "0", hasTLS13: true, built: 0 }),
		knowsSuite: () => true,
	};
}

/** A record may say anything. */
function filled<T extends object>(facts: Readonly<T>, given: Readonly<Record<string, unknown>>): T {
	const result: Record<string, unknown> = { ...facts };
	for (const [name, value] of Object.entries(result)) {
		if (typeof given[name] === typeof value) result[name] = given[name];
	}
	return result as T;
}

const INFO: Readonly<SessionInfo> = Object.freeze({ version: "", cipher: "", protocol: "", isResumed: false });

const FAILURE: Readonly<Failure> = Object.freeze({
	faults: 0,
	error: 0,
	cause: 0,
	alert: -1,
	isForeign: false,
	isAsked: false,
	isDone: false,
	subject: "",
	issuer: "",
	keyIdentifier: "",
	names: "",
	date: "",
	authority: undefined,
});
