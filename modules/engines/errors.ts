/**
 * Every error that the client can report, by its stable code `phase:cause`, with its sentence. `docs/errors.md` lists
 * the same codes with what to do; a test holds the two equal.
 *
 * Engines say what is wrong by a negative `Fault`, which costs nothing; whoever ends the transaction makes it an
 * LwsError.
 */

/** Whether the peer can have acted on the request: retries rest on it. */
export type Delivered = "no" | "maybe" | "yes";

/** What an engine found wrong; the numbers index FAULT_CODES. */
export const enum Fault {
	NotHttp = -1,
	BadVersion = -2,
	BadStatusLine = -3,
	BadHeadByte = -4,
	BadFieldName = -5,
	HeadTooLong = -6,
	BadChunkSize = -7,
	BadChunkFraming = -8,
	ChunkExtensionTooLong = -9,
	TrailerTooLong = -10,
	BadContentLength = -11,
	BadTransferEncoding = -12,
	ReservedBits = -13,
	BadOpcode = -14,
	BadControlFrame = -15,
	MaskedFrame = -16,
	BadLength = -17,
	BadContinuation = -18,
	BadUtf8 = -19,
	BadClose = -20,
	BadDeflate = -21,
}

const FAULT_CODES: readonly string[] = Object.freeze([
	"internal:fault",
	"h1:not-http",
	"h1:bad-version",
	"h1:bad-status-line",
	"h1:bad-head-byte",
	"h1:bad-field-name",
	"h1:head-too-long",
	"h1:bad-chunk-size",
	"h1:bad-chunk-framing",
	"h1:chunk-extension-too-long",
	"h1:trailer-too-long",
	"h1:bad-content-length",
	"h1:bad-transfer-encoding",
	"ws:reserved-bits",
	"ws:bad-opcode",
	"ws:bad-control-frame",
	"ws:masked-frame",
	"ws:bad-length",
	"ws:bad-continuation",
	"ws:bad-utf8",
	"ws:bad-close",
	"ws:bad-deflate",
]);

const SENTENCES: Readonly<Record<string, string>> = Object.freeze({
	"dns:not-found": "the name has no address",
	"dns:no-server": "there is no name server that could be asked",
	"tcp:refused": "nobody listens at that address and port",
	"tcp:reset": "the peer reset the connection",
	"tcp:timed-out": "the peer did not answer the connection attempt",
	"tcp:unreachable": "there is no way to that address",
	"tcp:address": "the address cannot be used from here",
	"tcp:other": "the connection failed, the host does not say why",
	"tcp:no-socket": "the host has no socket left",
	"tls:unknown-ca": "no CA that is trusted has issued the server's certificate",
	"tls:self-signed": "the server's certificate is its own issuer, and not trusted",
	"tls:expired": "a certificate of the server has expired",
	"tls:not-yet-valid": "a certificate of the server is not valid yet",
	"tls:clock-not-set": "the clock stands before this program was built, so no certificate's dates can be checked",
	"tls:host-mismatch": "the server's certificate is for another name",
	"tls:pin-mismatch": "the server's public key is none of those that are pinned",
	"tls:certificate-usage": "the server's certificate is not meant for a TLS server",
	"tls:certificate-weak": "a certificate of the server has a key or a hash that is too weak",
	"tls:certificate-revoked": "a certificate of the server is revoked",
	"tls:bad-certificate": "a certificate of the server cannot be read",
	"tls:chain-too-long": "the server's chain of certificates is longer than can be followed",
	"tls:protocol-version": "client and server have no version of TLS in common",
	"tls:no-common-cipher": "client and server have no cipher suite, group or signature in common",
	"tls:certificate-required": "the server asks for a certificate of the client",
	"tls:alert": "the server ended the session by an alert",
	"tls:not-tls": "the peer does not speak TLS",
	"tls:closed": "the peer closed the connection in the middle of the handshake",
	"tls:truncated": "the connection ended without the server saying so: something may have been cut off",
	"tls:bad-record": "a record is malformed, too long, or was changed on its way",
	"tls:bad-message": "the server sent a handshake message that cannot be",
	"tls:message-too-long": "a record, or a message of the handshake, is longer than its buffer",
	"tls:out-of-memory": "there is no memory left for TLS",
	"tls:set-up": "mbedTLS refuses to begin a session",
	"tls:failed": "the TLS session failed",
	"proxy:not-found": "the name of the proxy has no address",
	"proxy:not-connected": "no connection to the proxy can be made",
	"proxy:refused": "the proxy does not make the tunnel, it answered CONNECT with this status",
	"proxy:authentication": "the proxy asks for credentials, or for others, before it makes a tunnel",
	"proxy:malformed": "what the proxy answers to CONNECT is no response of HTTP/1",
	"proxy:closed": "the proxy closed the connection before it had answered CONNECT",
	"socks:failure": "the SOCKS proxy failed, and does not say why",
	"socks:not-allowed": "the rules of the SOCKS proxy do not allow that connection",
	"socks:network-unreachable": "the SOCKS proxy has no way to that network",
	"socks:host-unreachable": "the SOCKS proxy has no way to that host, or knows no address of its name",
	"socks:refused": "nobody listens where the SOCKS proxy was asked to connect to",
	"socks:ttl-expired": "the connection of the SOCKS proxy came to nothing on a way that is too long",
	"socks:command": "the SOCKS proxy does not make connections",
	"socks:address-type": "the SOCKS proxy does not take that kind of address",
	"socks:authentication": "the SOCKS proxy wants credentials, or others, or a method that is not built in",
	"socks:malformed": "the proxy does not speak SOCKS5",
	"socks:closed": "the SOCKS proxy closed the connection before it had made the other one",
	"timeout:connect": "the name was not resolved and the connection not made in time, through the proxy if there is one",
	"timeout:tls": "the TLS handshake was not finished in time",
	"timeout:first-byte": "no response began in time",
	"timeout:idle": "the peer was silent for too long in the middle of the exchange",
	"timeout:total": "the transaction took longer than it may",
	"timeout:close": "the peer did not answer the Close frame in time",
	"timeout:pong": "the peer was silent, and did not answer a Ping frame in time",
	"h1:not-http": "the peer does not speak HTTP",
	"h1:bad-version": "the response is of another version than HTTP/1",
	"h1:bad-status-line": "the status line is malformed",
	"h1:bad-head-byte": "the head has a NUL or a CR that ends no line",
	"h1:bad-field-name": "a field line has no name, no colon, or a space before the colon",
	"h1:head-too-long": "the head is longer than 256 KB, or a field that the client needs does not fit its table",
	"h1:bad-content-length": "Content-Length is no number, too large, or given twice with different values",
	"h1:bad-transfer-encoding": "Transfer-Encoding is not chunked alone",
	"h1:bad-chunk-size": "a chunk size is no hexadecimal number, or too large",
	"h1:bad-chunk-framing": "a chunk is not followed by CR LF where it must be",
	"h1:chunk-extension-too-long": "a chunk extension is longer than 4 KB",
	"h1:trailer-too-long": "the trailer section is longer than 16 KB",
	"h1:too-many-interim": "more than 100 interim responses came before the final one",
	"h1:bad-location": "the response redirects to what is no URI of HTTP",
	"h1:redirect-downgrade": "the response redirects from https to http",
	"h1:too-many-redirects": "more redirects came one after another than may be followed",
	"h1:resume-changed": "the body broke off, and the server has another one now or sends it only as a whole",
	"h1:resume-mismatch": "the body broke off, and what the server sent then is not the part that is missing",
	"h1:resume-refused": "the body broke off, and the server does not give the part that is missing",
	"h1:unexpected-upgrade": "the peer switches protocols without having been asked",
	"h1:unsolicited-response": "the peer spoke before anything had been asked",
	"h1:empty-reply": "the peer closed the connection without a response",
	"h1:truncated-head": "the peer closed the connection inside the head of the response",
	"h1:truncated-body": "the peer closed the connection before the body was complete",
	"ws:unauthorized": "the server wants credentials, or others, before it speaks WebSocket",
	"ws:proxy-authentication": "a proxy wants credentials, or others, before it passes the handshake on",
	"ws:redirected": "the server answers the handshake with a redirect, which a WebSocket does not follow",
	"ws:refused": "the server answers the handshake with another status than 101",
	"ws:bad-upgrade": "the server switches to something else than WebSocket",
	"ws:bad-accept":
		"the server has not understood the handshake: Sec-WebSocket-Accept is missing, or not that of the key",
	"ws:bad-subprotocol": "the server has chosen a subprotocol that was not offered",
	"ws:bad-extension": "the server uses an extension, or a parameter of one, that was not offered",
	"ws:reserved-bits": "a frame has a reserved bit set that no extension has given a meaning",
	"ws:bad-opcode": "a frame has an opcode that is reserved",
	"ws:bad-control-frame": "a control frame is fragmented, or longer than 125 bytes",
	"ws:masked-frame": "the server has masked a frame",
	"ws:bad-length": "the length of a frame is not in its shortest form, or 2^53 and more",
	"ws:bad-continuation": "a frame continues no message, or begins one inside another",
	"ws:bad-utf8": "a text message, or the reason of a Close frame, is not UTF-8",
	"ws:bad-close": "a Close frame has one byte, or a code that may not be sent",
	"ws:bad-deflate": "a compressed message cannot be decompressed",
	"ws:abnormal-closure": "the connection ended without a Close frame",
	"app:callback-threw": "a callback of the application threw an exception",
	"app:callback-refused": "a callback of the application asked for the end",
	"app:closed": "the application closed it",
	"app:body-too-short": "the application ended the request body before its Content-Length was reached",
	"app:context-destroyed": "the context was destroyed",
	"internal:fault": "the client itself failed",
});

/** All codes, for documentation and tests. */
export function errorCodes(): string[] {
	return Object.keys(SENTENCES);
}

export function faultCode(fault: number): string {
	return FAULT_CODES[-fault] ?? "internal:fault";
}

/** Why a transaction ended without its response being complete. */
export class LwsError extends Error {
	/** Stable, `phase:cause`: for programs. */
	readonly code: string;
	readonly delivered: Delivered;
	/** More about this case: an address, a byte, the exception of a callback. */
	readonly detail: unknown;

	constructor(code: string, delivered: Delivered, detail?: unknown) {
		const sentence = SENTENCES[code] ?? SENTENCES["internal:fault"];
		super(detail === undefined ? `${code}: ${sentence}` : `${code}: ${sentence} (${detail})`);
		this.code = code;
		this.delivered = delivered;
		this.detail = detail;
	}
}
