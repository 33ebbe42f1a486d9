/** How the tool ends: curl's exit codes, and which of them each failure has. Imports types only, for the tests. */
import type { LwsError } from "lws-xs";

export const enum Exit {
	Done = 0,
	NotHttp = 1,
	Usage = 2,
	BadUrl = 3,
	NotBuiltIn = 4,
	ProxyNotResolved = 5,
	NotResolved = 6,
	NotConnected = 7,
	MalformedHead = 8,
	PartialBody = 18,
	HttpStatus = 22,
	Output = 23,
	Input = 26,
	Memory = 27,
	Timeout = 28,
	Range = 33,
	Handshake = 35,
	Internal = 43,
	Redirects = 47,
	BadResolve = 49,
	EmptyReply = 52,
	Send = 55,
	Receive = 56,
	LocalCertificate = 58,
	Cipher = 59,
	PeerCertificate = 60,
	Coding = 61,
	Rewind = 65,
	CAFile = 77,
	Pin = 90,
	Proxy = 97,
	/** Ours, below those of the host: a replay is not what was recorded. */
	Differs = 118,
}

/** The codes of LwsError. What can happen before and after the connection stands has a second row in CONNECTED. */
const EXITS: Readonly<Record<string, Exit>> = Object.freeze({
	"dns:not-found": Exit.NotResolved,
	"dns:no-server": Exit.NotResolved,
	"tcp:refused": Exit.NotConnected,
	"tcp:reset": Exit.NotConnected,
	"tcp:timed-out": Exit.Timeout,
	"tcp:unreachable": Exit.NotConnected,
	"tcp:address": Exit.NotConnected,
	"tcp:other": Exit.NotConnected,
	"tcp:no-socket": Exit.NotConnected,
	"tls:unknown-ca": Exit.PeerCertificate,
	"tls:self-signed": Exit.PeerCertificate,
	"tls:expired": Exit.PeerCertificate,
	"tls:not-yet-valid": Exit.PeerCertificate,
	"tls:clock-not-set": Exit.PeerCertificate,
	"tls:host-mismatch": Exit.PeerCertificate,
	"tls:pin-mismatch": Exit.Pin,
	"tls:certificate-usage": Exit.PeerCertificate,
	"tls:certificate-weak": Exit.PeerCertificate,
	"tls:certificate-revoked": Exit.PeerCertificate,
	"tls:bad-certificate": Exit.PeerCertificate,
	"tls:chain-too-long": Exit.PeerCertificate,
	"tls:protocol-version": Exit.Handshake,
	"tls:no-common-cipher": Exit.Handshake,
	"tls:certificate-required": Exit.Handshake,
	"tls:alert": Exit.Handshake,
	"tls:not-tls": Exit.Handshake,
	"tls:closed": Exit.Handshake,
	"tls:truncated": Exit.Receive,
	"tls:bad-record": Exit.Handshake,
	"tls:bad-message": Exit.Handshake,
	"tls:message-too-long": Exit.Handshake,
	"tls:out-of-memory": Exit.Memory,
	"tls:set-up": Exit.Handshake,
	"tls:failed": Exit.Handshake,
	"proxy:not-found": Exit.ProxyNotResolved,
	"proxy:not-connected": Exit.NotConnected,
	"proxy:refused": Exit.Receive,
	"proxy:authentication": Exit.Receive,
	"proxy:malformed": Exit.Receive,
	"proxy:closed": Exit.Receive,
	"socks:failure": Exit.Proxy,
	"socks:not-allowed": Exit.Proxy,
	"socks:network-unreachable": Exit.Proxy,
	"socks:host-unreachable": Exit.Proxy,
	"socks:refused": Exit.Proxy,
	"socks:ttl-expired": Exit.Proxy,
	"socks:command": Exit.Proxy,
	"socks:address-type": Exit.Proxy,
	"socks:authentication": Exit.Proxy,
	"socks:malformed": Exit.Proxy,
	"socks:closed": Exit.Proxy,
	"timeout:connect": Exit.Timeout,
	"timeout:tls": Exit.Timeout,
	"timeout:first-byte": Exit.Timeout,
	"timeout:idle": Exit.Timeout,
	"timeout:total": Exit.Timeout,
	"timeout:close": Exit.Timeout,
	"timeout:pong": Exit.Timeout,
	"h1:not-http": Exit.NotHttp,
	"h1:bad-version": Exit.NotHttp,
	"h1:bad-status-line": Exit.NotHttp,
	"h1:bad-head-byte": Exit.MalformedHead,
	"h1:bad-field-name": Exit.MalformedHead,
	"h1:head-too-long": Exit.Memory,
	"h1:bad-content-length": Exit.MalformedHead,
	"h1:bad-transfer-encoding": Exit.Coding,
	"h1:bad-chunk-size": Exit.Receive,
	"h1:bad-chunk-framing": Exit.Receive,
	"h1:chunk-extension-too-long": Exit.Receive,
	"h1:trailer-too-long": Exit.Receive,
	"h1:too-many-interim": Exit.MalformedHead,
	"h1:bad-location": Exit.BadUrl,
	"h1:redirect-downgrade": Exit.NotHttp,
	"h1:too-many-redirects": Exit.Redirects,
	"h1:resume-changed": Exit.Range,
	"h1:resume-mismatch": Exit.Range,
	"h1:resume-refused": Exit.Range,
	"h1:unexpected-upgrade": Exit.MalformedHead,
	"h1:unsolicited-response": Exit.MalformedHead,
	"h1:empty-reply": Exit.EmptyReply,
	"h1:truncated-head": Exit.Receive,
	"h1:truncated-body": Exit.PartialBody,
	// the tool ends a request by these only after it has noted its own reason
	"ws:unauthorized": Exit.HttpStatus,
	"ws:proxy-authentication": Exit.HttpStatus,
	"ws:redirected": Exit.HttpStatus,
	"ws:refused": Exit.HttpStatus,
	"ws:bad-upgrade": Exit.Receive,
	"ws:bad-accept": Exit.Receive,
	"ws:bad-subprotocol": Exit.Receive,
	"ws:bad-extension": Exit.Receive,
	"ws:reserved-bits": Exit.Receive,
	"ws:bad-opcode": Exit.Receive,
	"ws:bad-control-frame": Exit.Receive,
	"ws:masked-frame": Exit.Receive,
	"ws:bad-length": Exit.Receive,
	"ws:bad-continuation": Exit.Receive,
	"ws:bad-utf8": Exit.Receive,
	"ws:bad-close": Exit.Receive,
	"ws:bad-deflate": Exit.Receive,
	"ws:abnormal-closure": Exit.Receive,
	"app:callback-threw": Exit.Internal,
	"app:callback-refused": Exit.Internal,
	"app:closed": Exit.Internal,
	"app:body-too-short": Exit.Input,
	"app:context-destroyed": Exit.Internal,
	"internal:fault": Exit.Internal,
});

const CONNECTED: Readonly<Record<string, Exit>> = Object.freeze({
	"tcp:reset": Exit.Receive,
	"tcp:unreachable": Exit.Receive,
	"tcp:other": Exit.Receive,
	"tls:certificate-required": Exit.Receive,
	"tls:alert": Exit.Receive,
	"tls:bad-record": Exit.Receive,
	"tls:bad-message": Exit.Receive,
	"tls:failed": Exit.Receive,
});

/** The exit code for an error's code; undefined for one that the table lacks. */
export function exitOf(code: string, delivered = "no"): number | undefined {
	return (delivered === "no" ? undefined : CONNECTED[code]) ?? EXITS[code];
}

/** Why a transfer, or the whole run, fails. */
export class Failure {
	readonly exit: number;
	/** As an LwsError's: `phase:cause`. */
	readonly code: string;
	readonly sentence: string;

	constructor(exit: number, code: string, sentence: string) {
		this.exit = exit;
		this.code = code;
		this.sentence = sentence;
	}

	/** As `%{errormsg}` gives it. */
	get message(): string {
		return `${this.code}: ${this.sentence}`;
	}

	get line(): string {
		return `lws-xs: (${this.exit}) ${this.message}\n`;
	}
}

/** What the library says, as a Failure. `isSending`: the request had not left as a whole. */
export function failureOf(error: LwsError, isSending: boolean): Failure {
	const exit = exitOf(error.code, error.delivered) ?? Exit.Internal;
	const sentence = error.message.startsWith(`${error.code}: `)
		? error.message.slice(error.code.length + 2)
		: error.message;
	return new Failure(exit === Exit.Receive && isSending ? Exit.Send : exit, error.code, sentence);
}

export function usage(cause: string, sentence: string): Failure {
	return new Failure(Exit.Usage, `usage:${cause}`, `${sentence} (lws-xs --help lists the options)`);
}

export function notBuiltIn(what: string): Failure {
	return new Failure(Exit.NotBuiltIn, "feature:not-built-in", `${what} is not built in`);
}

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
	return thrown instanceof Error ? thrown.message : String(thrown);
}
