/** What an application does with a wsi: read, write, look at the response, end it. */
import { Head } from "lws-xs/native/http";
import { type PeerCertificate, type SessionInfo, sessionIdentity } from "lws-xs/native/tls/session";
import type { Moment } from "../dispatch/timing.js";
import { LwsError } from "../engines/errors.js";
import { LWS_WRITE_HTTP, LWS_WRITE_HTTP_FINAL, LWS_WRITE_NO_FIN } from "./constants.js";
import type { AnyWsi, Context, Protocol, Vhost, Wsi } from "./protocol.js";
import { opcodeOf } from "./websocket.js";

/**
 * Takes content of the response that waits, into `buffer`, from its start. For each run of it RECEIVE_CLIENT_HTTP_READ is
 * called with the same buffer and the count of valid bytes: once for an identity body, once for each chunk or part of one
 * for a chunked body, whose framing is taken out. COMPLETED_CLIENT_HTTP comes from in here when the body is complete.
 *
 * Call it when RECEIVE_CLIENT_HTTP has come, or later: until then nothing is read, and the server is held up by TCP.
 *
 * Gives the count of content bytes delivered; 0: nothing now; -1: the wsi has ended. Source: lws_http_client_read.
 *
 * @example
 * case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
 * 	httpClientRead(wsi, buffer);
 * 	return 0;
 */
export function httpClientRead(wsi: AnyWsi, buffer: Uint8Array): number {
	const exchange = wsi.exchange;
	if (exchange) {
		const count = exchange.read(buffer);
		if (count > 0) return count;
	}
	return wsi.isEnded ? -1 : 0;
}

/**
 * The status of the response, 0 before it has come. Valid from FILTER_PRE_ESTABLISH on; lws forgets it after
 * ESTABLISHED, this does not. Source: lws_http_client_http_response.
 */
export function httpClientHttpResponse(wsi: AnyWsi): number {
	return wsi.transaction?.status ?? 0;
}

/** The reason phrase of the status line, up to 64 bytes; it means nothing (RFC 9112 section 4). */
export function httpClientReasonPhrase(wsi: AnyWsi): string {
	return wsi.transaction?.reason ?? "";
}

/** The HTTP version of the response, "1.0" or "1.1"; "" before it has come. */
export function httpClientHttpVersion(wsi: AnyWsi): string {
	const transaction = wsi.transaction;
	return transaction && transaction.status > 0 ? `1.${transaction.minor}` : "";
}

/**
 * Says whether there is (more) request body to send. In APPEND_HANDSHAKE_HEADER: true announces a body; it is chunked
 * unless a Content-Length was added. Later: false ends the body, as LWS_WRITE_HTTP_FINAL does.
 * Source: lws_client_http_body_pending.
 */
export function clientHttpBodyPending(wsi: AnyWsi, somethingLeftToSend: boolean): void {
	if (wsi.head) wsi.head.isBodyPending = somethingLeftToSend;
	else if (!somethingLeftToSend) wsi.finishBody();
}

/**
 * Asks for one CLIENT_WRITEABLE, CLIENT_HTTP_WRITEABLE or RAW_WRITEABLE, when there is room: never before a body may be sent (see
 * `expectContinue`), nor after a final response has stopped it. Source: lws_callback_on_writable.
 */
export function callbackOnWritable(wsi: AnyWsi): void {
	wsi.wantWriteable();
}

/** Bytes that one `write` takes now. Source: lws_get_peer_write_allowance. */
export function peerWriteAllowance(wsi: AnyWsi): number {
	return wsi.exchange?.allowance ?? 0;
}

/**
 * Writes request body: all of `bytes`, or none. `mode` is LWS_WRITE_HTTP, or LWS_WRITE_HTTP_FINAL for the last bytes (which
 * may be none). Gives their count; -1: the wsi has ended; 0: refused whole, for want of room, while the body waits for 100, or
 * because the final response, of a status of 300 and more, has stopped the upload (RFC 9112 section 9.5).
 * Throws RangeError when the body would become longer than its Content-Length. Source: lws_write.
 *
 * With `method: "RAW"` the bytes go out as they are, by LWS_WRITE_RAW, from RAW_CONNECTED on. There is no last write, and
 * LWS_WRITE_HTTP_FINAL throws RangeError: sockets of ECMA-419 cannot end one direction alone.
 *
 * Of a WebSocket each write is a frame: LWS_WRITE_TEXT (UTF-8) or LWS_WRITE_BINARY, with LWS_WRITE_NO_FIN when more of the message
 * follows by LWS_WRITE_CONTINUATION (see writeWsFlags); LWS_WRITE_PING and LWS_WRITE_PONG with at most 125 bytes, also between
 * the frames of a message. Throws RangeError for a frame that may not follow the one before.
 *
 * After a write was refused WRITEABLE comes when there is more room than then: write no more than its `len`.
 *
 * @example
 * case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
 * 	write(wsi, piece, isLast ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP);
 * 	if (!isLast) callbackOnWritable(wsi);
 * 	return 0;
 */
export function write(wsi: AnyWsi, bytes: Uint8Array, mode: number = LWS_WRITE_HTTP): number {
	const exchange = wsi.exchange;
	if (exchange?.send) {
		const opcode = opcodeOf(mode);
		if (exchange.send(bytes, opcode, (mode & LWS_WRITE_NO_FIN) === 0)) return bytes.length;
		return wsi.isEnded ? -1 : 0;
	}
	if (wsi.transaction?.request.websocket) return opcodeOf(mode) < 0 || !wsi.isEnded ? 0 : -1;
	const last = mode === LWS_WRITE_HTTP_FINAL;
	if (!last && mode !== LWS_WRITE_HTTP) throw new RangeError(`write mode ${mode} is not for HTTP`);
	if (!exchange) return wsi.isEnded ? -1 : 0;
	if (exchange.write(bytes, last)) return bytes.length;
	// an end without bytes has no other way to say that it found no room
	if (last && bytes.length === 0) wsi.finishBody();
	return wsi.isEnded ? -1 : 0;
}

/**
 * Holds up what comes on a WebSocket or a raw connection (0), or lets it come again (1). While it is held up nothing is read,
 * and the peer is stopped by TCP when the buffers on the way are full; in CLIENT_RECEIVE and RAW_RX it holds from the next one
 * on, also in the middle of a burst. A Ping frame behind what is held up is answered when it is read. An end of the connection with nothing before it is told all the same, and the idle deadline stands still.
 *
 * Gives 0, or -1 without effect: before CLIENT_ESTABLISHED or RAW_CONNECTED, after the end, and for HTTP, where what is not read holds up the
 * server. Source: lws_rx_flow_control.
 *
 * @example
 * case LWS_CALLBACK_RAW_RX:
 * 	if (!queue(input, length)) rxFlowControl(wsi, 0); // and rxFlowControl(wsi, 1) when there is room again
 * 	return 0;
 */
export function rxFlowControl(wsi: AnyWsi, enable: 0 | 1): number {
	const exchange = wsi.exchange;
	if (!exchange?.hold) return -1;
	exchange.hold(enable === 0);
	return 0;
}

/**
 * Adds a field to the request; only in APPEND_HANDSHAKE_HEADER. A colon at the end of the name, as in lws, is left out.
 * No other origin gets to see Authorization, Cookie and Proxy-Authorization by a redirect, nor what `isSecret` says.
 * Throws TypeError for a name or value that is none, and for Proxy-Authorization where the vhost has proxies: theirs is
 * part of their addresses, and no origin gets to see it. Source: lws_add_http_header_by_name.
 */
export function addHttpHeaderByName(wsi: AnyWsi, name: string, value: string, isSecret = false): void {
	if (!wsi.head) throw new Error("fields can be added before the request is sent, in APPEND_HANDSHAKE_HEADER");
	const bare = name.endsWith(":") ? name.slice(0, -1) : name;
	if (wsi.vhost.proxies && bare.toLowerCase() === "proxy-authorization") {
		throw new TypeError("Proxy-Authorization is part of httpProxyAddress");
	}
	wsi.head.add(bare, value, isSecret);
}

/**
 * A field of the response; `nth` counts fields of the same name, which are never merged. undefined: not there, or not
 * kept. Valid from FILTER_PRE_ESTABLISH until the wsi has ended. Source: lws_hdr_copy.
 */
export function headerValue(wsi: AnyWsi, name: string, nth = 0): string | undefined {
	const table = wsi.transaction?.table;
	if (!table) return undefined;
	const index = table.find(name, nth);
	return index < 0 ? undefined : table.value(index);
}

/** The names of the response's fields in their order, in lower case; a repeated field appears each time. */
export function headerNames(wsi: AnyWsi): string[] {
	const table = wsi.transaction?.table;
	return table ? Array.from({ length: table.count }, (_, index) => table.name(index)) : [];
}

/**
 * Ends the wsi from the application's side. Its last callbacks come in a later turn. Without effect when it has ended.
 * A WebSocket that is open sends a Close frame first, as closeReason says, and waits for the peer's (deadline `close`);
 * nothing but its last callbacks comes meanwhile.
 * Source: lws_set_timeout with LWS_TO_KILL_ASYNC.
 */
export function close(wsi: AnyWsi): void {
	wsi.end(new LwsError("app:closed", wsi.transaction?.delivered ?? "no"));
}

/**
 * TLS of the wsi's connection: version, cipher suite, the protocol chosen by ALPN, whether an older session was resumed.
 * undefined without TLS. Valid from APPEND_HANDSHAKE_HEADER to COMPLETED, for as long as the connection stands.
 *
 * @example
 * case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
 * 	trace(`${tlsInfo(wsi)?.version}\n`); // TLSv1.3
 */
export function tlsInfo(wsi: AnyWsi): SessionInfo | undefined {
	return wsi.transaction?.secured?.info();
}

/**
 * The server's certificate: subject, issuer, names, validity, SHA-256 of the whole and of its key. undefined without TLS,
 * and in a resumed session, in which none is sent. Valid as tlsInfo. Source: lws_tls_peer_cert_info.
 */
export function peerCertificate(wsi: AnyWsi): PeerCertificate | undefined {
	return wsi.transaction?.secured?.peerCertificate();
}

/**
 * The newest TLS session with the wsi's server, some 300 bytes to keep in RTC memory or flash over a deep sleep; undefined
 * when there is none. Best asked for when the wsi has ended, for in TLS 1.3 sessions come after the handshake. The bytes
 * are a secret: who has them can read what is sent in the session. Source: lws_tls_session_dump_save.
 *
 * @example
 * case LWS_CALLBACK_WSI_DESTROY:
 * 	keep(exportSession(wsi));
 */
export function exportSession(wsi: AnyWsi): ArrayBuffer | undefined {
	const security = wsi.transaction?.request.destination.security;
	return security && wsi.vhost.ssl?.sessions.get(security.identity);
}

/**
 * Gives a session back that exportSession gave: the next connection to that server resumes it, if host, port, ALPN, CAs,
 * certificate, pins, versions and LCCSCF_… are what they were. False: the bytes are damaged, and nothing is kept. Bytes of
 * another device or version, or older than seven days, are refused later, and a full handshake follows.
 * Source: lws_tls_session_dump_load.
 *
 * @example
 * initVhostClientSsl(info, vhost);
 * if (kept) importSession(vhost, kept);
 */
export function importSession(vhost: Vhost, session: ArrayBuffer | Uint8Array): boolean {
	const { ssl } = vhost;
	if (!ssl) throw new Error("initVhostClientSsl has to come first");
	const identity = sessionIdentity(session);
	if (identity === undefined) return false;
	ssl.sessions.put(identity, new Uint8Array(session).slice().buffer);
	return true;
}

/** Of the count of a device's clock, and half of it. */
const WHOLE = 0x1_0000_0000;
const HALF = 0x8000_0000;

/** A list, as code for each would be more. */
const MOMENTS: readonly Moment[] = Object.freeze([
	"queued",
	"assigned",
	"resolved",
	"connected",
	"secured",
	"requested",
	"answered",
	"ended",
]);

/** What a transaction has gone through, as transactionInfo gives it. */
export interface TransactionInfo {
	/** When clientConnectViaInfo was called: milliseconds of the host's clock (`Time.ticks`). All others count from it. */
	readonly began: number;
	/** It could go to a connection, or had to wait for one. */
	readonly queued?: number;
	/** A kept connection was found for it, or one began to be made. */
	readonly assigned?: number;
	/** The addresses of the name were there; a numeric address is not looked up. */
	readonly resolved?: number;
	/** The peer had answered, for a connection that was made. */
	readonly connected?: number;
	/** The handshake of TLS was done. */
	readonly secured?: number;
	/** The last byte of the request's head had left. */
	readonly requested?: number;
	/** The first byte of a response came, be it an interim one. */
	readonly answered?: number;
	readonly ended?: number;
	/** Bytes of content that were read, those before a body was resumed among them, and written. */
	readonly received: number;
	readonly sent: number;
	/** Bytes of the request's head. What frames chunks, and TLS, is counted nowhere. */
	readonly sentHead: number;
	/** Bytes of the response's head, without interim ones: from FILTER_PRE_ESTABLISH until the wsi has ended, else 0. */
	readonly receivedHead: number;
	/** The connection had served before. */
	readonly isReused: boolean;
	/** Connections that were made for it, redirects included. */
	readonly connections: number;
	/**
	 * How often a connection was sought for it since its last redirect: more than once when it was retried, resumed, or a
	 * kept connection turned out to be dead and was replaced. 0: it has none yet.
	 */
	readonly attempts: number;
	/** The numeric address that it went to, or that was tried last, that of the proxy if there is one; undefined until then. */
	readonly remoteAddress: string | undefined;
	readonly remotePort: number;
}

/**
 * How long the wsi took for what, in milliseconds from its beginning, and what it moved, in bytes; undefined for what has
 * not happened. All of its last attempt. Valid at any time, also after the end: best asked for in WSI_DESTROY. undefined for
 * the wsi of PROTOCOL_INIT and PROTOCOL_DESTROY. Milliseconds are whole where the host's clock has no finer ones.
 *
 * @example
 * case LWS_CALLBACK_WSI_DESTROY:
 * 	const { connected, answered, ended, isReused } = transactionInfo(wsi);
 * 	trace(`${ended} ms, ${isReused ? "kept" : `connected after ${connected}`}, answered after ${answered}\n`);
 */
export function transactionInfo(wsi: AnyWsi): TransactionInfo | undefined {
	const { transaction, exchange } = wsi;
	if (!transaction) return undefined;
	const { timing, request, table, isReused = false, attempts = 0, resume } = transaction;
	const { bodyReceived, bodySent } = exchange ?? transaction;
	const { began, assigned, sentHead = 0, address, connections = 0 } = timing;
	const info: Partial<Record<Moment, number>> & Omit<TransactionInfo, Moment> = {
		began,
		received: (bodyReceived ?? 0) + (resume?.received ?? 0),
		sent: bodySent ?? 0,
		sentHead,
		receivedHead: table ? (table.words[Head.Size] as number) : 0,
		isReused,
		connections,
		attempts: attempts + (assigned === undefined ? 0 : 1),
		remoteAddress: address,
		remotePort: (request.destination.proxy ?? request.destination).port,
	};
	for (let i = 0; i < MOMENTS.length; i++) {
		const name = MOMENTS[i] as Moment;
		const moment = timing[name];
		if (moment === undefined) continue;
		const time = moment - began;
		// a clock that was set back has stood still
		info[name] = time >= 0 ? time : time < -HALF ? time + WHOLE : 0;
	}
	return info as TransactionInfo;
}

/** Source: lws_get_protocol. */
export function getProtocol<User>(wsi: Wsi<User>): Protocol<User> {
	return wsi.protocol;
}

/** Source: lws_get_vhost. */
export function getVhost(wsi: AnyWsi): Vhost {
	return wsi.vhost;
}

/** Source: lws_get_context. */
export function getContext(wsi: AnyWsi): Context {
	return wsi.vhost.context;
}

/** Source: lws_get_parent. */
export function getParent(wsi: AnyWsi): Wsi | undefined {
	return wsi.parent;
}

/** The children, the youngest first. Source: lws_get_child. */
export function getChildren(wsi: AnyWsi): readonly Wsi[] {
	return wsi.children;
}
