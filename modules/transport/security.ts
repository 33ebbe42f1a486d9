/**
 * How the connections to one destination are secured: what each session of TLS is told, and the sessions of before that
 * it may resume.
 */
import type {
	Credentials,
	knowsSuite,
	library,
	PeerCertificate,
	Session,
	SessionInfo,
	SessionOptions,
} from "lws-xs/native/tls/session";
import { Relax } from "lws-xs/native/tls/session";

/** The native module, given and not imported, so that a test can give a scripted one. */
export interface TLSModule {
	readonly Credentials: typeof Credentials;
	readonly Session: typeof Session;
	readonly library: typeof library;
	readonly knowsSuite: typeof knowsSuite;
}

/** What a host has for TLS. */
export interface TrustHost {
	readonly TLS: TLSModule;
	/** A file of certificates or a key, or a resource of that name. */
	readonly readFile: (path: string) => ArrayBuffer | Uint8Array;
	/** The CAs that the host trusts by itself. */
	readonly authorities: () => ArrayBuffer | Uint8Array | undefined;
	/** The time of the day, in milliseconds since 1970. */
	readonly now: () => number;
}

/** Sessions to resume, by identity. */
export interface SessionStore {
	get(identity: string): ArrayBuffer | undefined;
	put(identity: string, sealed: ArrayBuffer): void;
}

/** What the application may ask about a connection. */
export interface Secured {
	info(): SessionInfo | undefined;
	peerCertificate(): PeerCertificate | undefined;
}

/** All but what each connection has of its own. */
export type SecurityOptions = Omit<SessionOptions, "now" | "resume">;

const TLS12 = 2;

export class Security {
	/** Of equal ones the connections, and the sessions, are interchangeable. */
	readonly identity: string;
	readonly options: SecurityOptions;
	readonly #module: TLSModule;
	readonly #credentials: Credentials;
	readonly #store: SessionStore;
	readonly #now: () => number;
	#maximum: number;

	/** `origin` is host and port; `now` is the time of the day in milliseconds since 1970. */
	constructor(
		module: TLSModule,
		credentials: Credentials,
		store: SessionStore,
		options: SecurityOptions,
		origin: string,
		now: () => number,
	) {
		this.#module = module;
		this.#credentials = credentials;
		this.#store = store;
		this.#now = now;
		this.options = options;
		this.#maximum = options.maximum;
		const { host, relaxed, minimum, maximum, protocols, suites, pins } = options;
		// a session that was made under other checks is none of this destination's
		this.identity = credentials.identify([origin, host, relaxed, minimum, maximum, protocols, suites, pins].join(" "));
	}

	/**
	 * With a clock that stands before the build no date can be checked, and every certificate would be called not yet
	 * valid: better said before the handshake is paid for.
	 */
	get isClockWrong(): boolean {
		if ((this.options.relaxed & (Relax.Dates | Relax.All)) !== 0) return false;
		return this.#now() / 1000 < this.#module.library().built;
	}

	/**
	 * TLS 1.2 only, from now on: for a server whose RSA-PSS signature in TLS 1.2 mbedTLS does not take, and which signs
	 * otherwise when no TLS 1.3 is offered. False: that is excluded, or has been tried.
	 */
	fallBack(): boolean {
		if (this.options.minimum > TLS12 || this.#maximum <= TLS12) return false;
		this.#maximum = TLS12;
		return true;
	}

	/** Throws for options that mbedTLS refuses, and for want of memory. */
	begin(): Session {
		const resume = this.#store.get(this.identity);
		return new this.#module.Session(this.#credentials, {
			...this.options,
			maximum: this.#maximum,
			now: this.#now() / 1000,
			resume,
		});
	}

	/** Keeps what the session has to be resumed by. */
	keep(session: Session): void {
		const sealed = session.seal(this.identity);
		if (sealed) this.#store.put(this.identity, sealed);
	}
}
