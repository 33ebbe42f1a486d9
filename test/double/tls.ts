/**
 * A session of a protocol that is none: it has the shape of TLS and no secrets, so that the stream over it can be tested
 * where there is no mbedTLS. A record is a kind, its length in two bytes, and its content as it is.
 */
import {
	Event,
	type Failure,
	type PeerCertificate,
	type SessionInfo,
	type SessionOptions,
} from "lws-xs/native/tls/session";
import type { SessionStore, TLSModule } from "lws-xs/transport/security";
import type { Faults } from "./faults.js";
import type { Layer, Peer } from "./peer.js";

export const enum Kind {
	Hello = 1,
	Data = 2,
	Close = 3,
	Ticket = 4,
	Alert = 5,
}

const HEADER = 3;
const LONGEST = 1000;

export function record(kind: Kind, content: readonly number[] = []): number[] {
	return [kind, content.length >> 8, content.length & 255, ...content];
}

export interface Message {
	kind: Kind;
	content: number[];
}

/** Splits what a client has written. */
export function records(bytes: readonly number[]): Message[] {
	const found: Message[] = [];
	for (let at = 0; at < bytes.length; ) {
		const length = ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
		found.push({ kind: bytes[at] as Kind, content: bytes.slice(at + HEADER, at + HEADER + length) });
		at += HEADER + length;
	}
	return found;
}

/** The server's end of it, on one connection. */
export class ScriptedLayer implements Layer {
	readonly #peer: Peer;
	#partial: number[] = [];

	constructor(peer: Peer) {
		this.#peer = peer;
	}

	seal(bytes: Uint8Array, end: boolean): Uint8Array {
		const data = bytes.length > 0 ? record(Kind.Data, [...bytes]) : [];
		return Uint8Array.from(end ? [...data, ...record(Kind.Close)] : data);
	}

	open(bytes: Uint8Array): Uint8Array {
		const plain: number[] = [];
		for (const byte of bytes) {
			this.#partial.push(byte);
			if (!isWhole(this.#partial)) continue;
			const [{ kind, content }] = records(this.#partial) as [Message];
			this.#partial = [];
			if (kind === Kind.Hello) this.#peer.deliverRaw(record(Kind.Hello));
			else if (kind === Kind.Data) plain.push(...content);
		}
		return Uint8Array.from(plain);
	}
}

function isWhole(bytes: readonly number[]): boolean {
	const [, high, low] = bytes;
	return low !== undefined && bytes.length === HEADER + (((high as number) << 8) | low);
}

/** What all sessions of one test have in common. */
export class Theatre {
	/** The client's first message has so many bytes: more than the output, perhaps. */
	helloLength = 20;
	/** Its last message, which needs no answer, has so many bytes; 0: there is none. */
	finishedLength = 0;
	/** A ticket comes with the end of the handshake. */
	isGenerous = false;
	/** Throws when it is made. */
	refusal: string | undefined;
	built = 0;
	/** Making a session is an operation. */
	faults: Faults | undefined;
	readonly sessions: ScriptedSession[] = [];
	readonly kept = new Map<string, ArrayBuffer>();

	get store(): SessionStore {
		const { kept } = this;
		return { get: (identity) => kept.get(identity), put: (identity, sealed) => void kept.set(identity, sealed) };
	}

	get module(): TLSModule {
		const theatre = this;
		class Session extends ScriptedSession {
			constructor(_credentials: unknown, options: SessionOptions) {
				super(theatre, options);
			}
		}
		class Credentials {
			identify(text: string): string {
				return text;
			}
			addAuthorities(): number {
				return 1;
			}
			setCertificate(): void {}
			setKey(): void {}
			close(): void {}
		}
		return {
			Session,
			Credentials,
			library: () => ({ version: "0", hasTLS13: true, built: theatre.built }),
			knowsSuite: () => true,
		};
	}
}

export class ScriptedSession {
	consumed = 0;
	produced = 0;
	available = 0;
	events = 0;
	longest = 0;
	isClosed = false;
	readonly options: SessionOptions;
	readonly #theatre: Theatre;
	#greeted = false;
	#isOver = false;
	/** Ciphertext that has not been put into an output. */
	#out: number[] = [];
	/** The record that is coming. */
	#partial: number[] = [];
	#plain: number[] = [];
	#isTicketed = false;
	#alert = -1;

	constructor(theatre: Theatre, options: SessionOptions) {
		theatre.faults?.count("a TLS session");
		if (theatre.refusal) throw new RangeError(theatre.refusal);
		this.#theatre = theatre;
		this.options = options;
		theatre.sessions.push(this);
	}

	handshake(input: Uint8Array, start: number, end: number, output: Uint8Array): boolean {
		this.#begin();
		if (!this.#greeted) {
			this.#greeted = true;
			this.#out.push(...record(Kind.Hello, new Array(this.#theatre.helloLength).fill(7)));
		}
		let at = start;
		let isDone = false;
		while (at < end && !isDone && !this.#isOver) {
			this.#partial.push(input[at++] as number);
			if (!isWhole(this.#partial)) continue;
			const [{ kind }] = records(this.#partial) as [Message];
			if (kind === Kind.Hello) isDone = true;
			else this.#special(kind);
			this.#partial = [];
		}
		this.consumed = at - start;
		if (isDone) {
			this.longest = LONGEST;
			this.#isTicketed = this.#theatre.isGenerous;
			const { finishedLength } = this.#theatre;
			if (finishedLength > 0) this.#out.push(...record(Kind.Ticket, new Array(finishedLength).fill(9)));
		}
		this.#end(output);
		return isDone;
	}

	read(
		target: Uint8Array,
		from: number,
		to: number,
		input: Uint8Array,
		start: number,
		end: number,
		output: Uint8Array,
	): number {
		this.#begin();
		let at = start;
		let count = from;
		for (;;) {
			const part = this.#plain.splice(0, to - count);
			target.set(part, count);
			count += part.length;
			if (this.#plain.length > 0 || at === end || this.#isOver) break;
			this.#partial.push(input[at++] as number);
			if (!isWhole(this.#partial)) continue;
			const [{ kind, content }] = records(this.#partial) as [Message];
			if (kind === Kind.Data) this.#plain = content;
			else this.#special(kind);
			this.#partial = [];
		}
		this.consumed = at - start;
		this.available = this.#plain.length;
		this.#end(output);
		return count - from;
	}

	write(bytes: Uint8Array, start: number, end: number, output: Uint8Array): void {
		this.#begin();
		if (end > start) this.#out.push(...record(Kind.Data, [...bytes.subarray(start, end)]));
		this.#end(output);
	}

	finish(output: Uint8Array): void {
		this.#begin();
		this.#out.push(...record(Kind.Close));
		this.#end(output);
	}

	seal(identity: string): ArrayBuffer | undefined {
		if (!this.#isTicketed) return undefined;
		this.#isTicketed = false;
		return Uint8Array.from(identity, (character) => character.charCodeAt(0)).buffer;
	}

	failure(): Failure {
		const words = { subject: "", issuer: "", keyIdentifier: "", names: "", date: "", authority: undefined };
		return {
			faults: 0,
			error: -0x7780,
			cause: 1,
			alert: this.#alert,
			isForeign: false,
			isAsked: false,
			isDone: false,
			...words,
		};
	}

	info(): SessionInfo {
		return { version: "TLSv1.3", cipher: "none", protocol: "", isResumed: this.options.resume !== undefined };
	}

	peerCertificate(): PeerCertificate | undefined {
		return undefined;
	}

	close(): void {
		if (this.isClosed) throw new Error("closed twice");
		this.isClosed = true;
	}

	#special(kind: Kind): void {
		if (kind === Kind.Ticket) this.#isTicketed = true;
		else {
			this.#isOver = true;
			this.events |= kind === Kind.Close ? Event.Closed : Event.Failed;
			if (kind === Kind.Alert) this.#alert = 80;
		}
	}

	#begin(): void {
		if (this.isClosed) throw new Error("used after its end");
		this.consumed = this.produced = this.events = 0;
	}

	#end(output: Uint8Array): void {
		const part = this.#out.splice(0, output.length);
		output.set(part);
		this.produced = part.length;
		if (this.#isTicketed) this.events |= Event.Ticket;
		if (this.#out.length > 0) this.events |= Event.More;
	}
}
