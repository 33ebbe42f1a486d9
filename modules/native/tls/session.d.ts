/**
 * TLS over memory, by mbedTLS: ciphertext in, plaintext out, no sockets inside. A session works over anything that
 * carries bytes. All files of this folder are one native module; in Node it is `native/twin/tls/session.ts`.
 */

/** Bytes in the heap or outside of it (a resource in flash, a mapped file). */
export type Bytes = ArrayBuffer | Uint8Array;

/** CAs, and a certificate and key of one's own, parsed once and shared by sessions. Close it when no more are made. */
export class Credentials {
	constructor();
	/** CAs to trust, PEM (any number) or DER (one). Gives how many were read; throws when there is none. */
	addAuthorities(bytes: Bytes): number;
	/** The certificate that is shown to servers that ask, and its chain. */
	setCertificate(bytes: Bytes): void;
	/** Its key; throws also when the password is wrong, or the key is not the certificate's. */
	setKey(bytes: Bytes, password?: string): void;
	/** 32 hexadecimal digits that stand for `text`, these CAs and this certificate. */
	identify(text: string): string;
	close(): void;
}

/** Checks that are not made; none of them loosens another one. */
export const enum Relax {
	/** The chain need not end in a trusted CA. */
	Chain = 1,
	/** The name is not compared. */
	Name = 2,
	/** Nothing may have expired, and nothing be not valid yet: neither is asked. */
	Dates = 4,
	/** No check at all but that of the pins. */
	All = 8,
}

export interface SessionOptions {
	/** The name that the certificate must have, or a numeric address; also the server name told (RFC 6066 section 3). */
	host: string;
	/** Sum of Relax. */
	relaxed: number;
	/** Seconds since 1970. */
	now: number;
	/** 2 or 3, for TLS 1.2 and 1.3. */
	minimum: number;
	maximum: number;
	/** Protocols to offer (RFC 7301), with commas between; "" for none. */
	protocols: string;
	/**
	 * mbedTLS's names of the suites to offer, with colons between, the best first; "1.2" and "1.3" stand for those of
	 * this module for that version, "" for all of them.
	 */
	suites: string;
	/** SHA-256 of public keys of which the server must have one, 32 bytes each. */
	pins: Uint8Array;
	/** No ticket is asked for, and there will be nothing to `seal`. */
	isUnkept?: boolean;
	/** Failures have the CA that the server sent: up to 16 KB, which no small heap can be asked for. */
	keepsAuthority?: boolean;
	/** A session sealed by `seal`, to be resumed. */
	resume?: Bytes | undefined;
}

export const enum Event {
	/** The peer has closed in order (close_notify). */
	Closed = 1,
	/** It is over; `failure()` tells why. */
	Failed = 2,
	/** There is a new session to `seal`. */
	Ticket = 4,
	/** More ciphertext waits to be written than fitted in `output`: call again with an empty one. */
	More = 8,
}

/** Checks that failed, as far as they were made. */
export const enum Fault {
	/** No trusted CA has issued the chain's last certificate. */
	Untrusted = 1,
	/** The server's certificate is its own issuer. */
	SelfSigned = 2,
	Expired = 4,
	NotYetValid = 8,
	WrongName = 16,
	WrongPin = 32,
	/** The certificate is not for TLS servers (RFC 5280 sections 4.2.1.3, 4.2.1.12). */
	WrongUse = 64,
	/** A key, curve or hash that is too weak. */
	Weak = 128,
	Revoked = 256,
}

/** What kind of error of mbedTLS it was. */
export const enum Cause {
	Other = 0,
	/** The peer has sent an alert. */
	Alert = 1,
	/** A record that is malformed, too long, or not what was encrypted. */
	Record = 2,
	Version = 3,
	Memory = 4,
	/** A message that cannot be, or not there. */
	Message = 5,
	/** A message longer than the buffer. */
	Length = 6,
	/** A certificate that cannot be read, or used. */
	Certificate = 7,
	/** More certificates than mbedTLS follows. */
	Chain = 8,
	/** The server has signed in TLS 1.2 by RSA-PSS, which mbedTLS knows in TLS 1.3 only. */
	Signature = 9,
}

export interface Failure {
	/** Sum of Fault. */
	faults: number;
	/** mbedTLS's error, negative. */
	error: number;
	cause: Cause;
	/** The peer's alert (RFC 8446 section 6), -1 for none. */
	alert: number;
	/** The first bytes were none of TLS. */
	isForeign: boolean;
	/** The server has asked for a certificate. */
	isAsked: boolean;
	/** The handshake was done before. */
	isDone: boolean;
	/** Of the certificate that failed; "" for what is not known. */
	subject: string;
	issuer: string;
	/** Of the issuer, hexadecimal. */
	keyIdentifier: string;
	/** Names and addresses in the server's certificate. */
	names: string;
	/** When the certificate expired, or will be valid, UTC. */
	date: string;
	/** SHA-256 of the server's public key, when it is none of the pins. */
	pin?: ArrayBuffer;
	/** DER of the certificate that ends the server's chain, if it is its own issuer and not trusted; with `keepsAuthority`. */
	authority: ArrayBuffer | undefined;
}

/** Of the session that stands. */
export interface SessionInfo {
	/** "TLSv1.2" or "TLSv1.3". */
	version: string;
	/** mbedTLS's name of the suite. */
	cipher: string;
	/** The protocol that the server has chosen, "" for none. */
	protocol: string;
	/** No certificate was sent, and none verified: that was done when the session was made. */
	isResumed: boolean;
}

export interface PeerCertificate {
	subject: string;
	issuer: string;
	names: string;
	/** UTC: "YYYY-MM-DD hh:mm:ss". */
	validFrom: string;
	validTo: string;
	/** SHA-256 of the certificate, hexadecimal. */
	fingerprint: string;
	/** SHA-256 of the public key, 32 bytes. */
	pin: ArrayBuffer;
}

/**
 * One session of a client. `input` in [start, end) is ciphertext that has come; `consumed` says how much of it a call has
 * taken. Ciphertext to be sent lies at the start of `output`, `produced` bytes of it. Both are 0 when nothing was.
 */
export class Session {
	/** Throws for options that cannot be. */
	constructor(credentials: Credentials, options: SessionOptions);
	readonly consumed: number;
	readonly produced: number;
	/** Plaintext that waits for `read`. */
	readonly available: number;
	/** Sum of Event, of the last call. */
	readonly events: number;
	/** The longest plaintext that one `write` takes; 0 before the handshake is done. */
	readonly longest: number;
	/** Goes on with the handshake; true: it is done, and everything asked for is verified. */
	handshake(input: Uint8Array, start: number, end: number, output: Uint8Array): boolean;
	/** Plaintext into [from, to) of `target`, which may be empty; gives its count. Afterwards `available` is known. */
	read(
		target: Uint8Array,
		from: number,
		to: number,
		input: Uint8Array,
		start: number,
		end: number,
		output: Uint8Array,
	): number;
	/** One record with all of [start, end), which is not longer than `longest`. */
	write(bytes: Uint8Array, start: number, end: number, output: Uint8Array): void;
	/** Says that nothing will follow (close_notify). */
	finish(output: Uint8Array): void;
	/** The newest session, as bytes that can be kept and given to a later one; undefined when there is no new one. */
	seal(identity: string): ArrayBuffer | undefined;
	failure(): Failure;
	info(): SessionInfo;
	/** undefined in a resumed session. */
	peerCertificate(): PeerCertificate | undefined;
	close(): void;
}

export function sessionIdentity(sealed: Bytes): string | undefined;

/** Whether mbedTLS has a suite of this name of its own built in. */
export function knowsSuite(name: string): boolean;

/** `built`: when this module was compiled, in seconds since 1970: no clock that is right tells less. */
export function library(): { version: string; hasTLS13: boolean; built: number };
