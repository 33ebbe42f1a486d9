/** What an application does with a wsi: read, write, look at the response, end it. */
import { LwsError } from "../engines/errors.js";
import { LWS_WRITE_HTTP, LWS_WRITE_HTTP_FINAL } from "./constants.js";
import type { AnyWsi, Context, Protocol, Vhost, Wsi } from "./protocol.js";

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

/** Asks for one CLIENT_HTTP_WRITEABLE, when there is room. Source: lws_callback_on_writable. */
export function callbackOnWritable(wsi: AnyWsi): void {
	wsi.wantWriteable();
}

/** Bytes that one `write` takes now. Source: lws_get_peer_write_allowance. */
export function peerWriteAllowance(wsi: AnyWsi): number {
	return wsi.exchange?.allowance ?? 0;
}

/**
 * Writes request body: all of `bytes`, or none. `mode` is LWS_WRITE_HTTP, or LWS_WRITE_HTTP_FINAL for the last bytes (which
 * may be none). Gives their count; 0: refused whole, for want of room; -1: the wsi has ended.
 * Throws RangeError when the body would become longer than its Content-Length. Source: lws_write.
 *
 * @example
 * case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
 * 	write(wsi, piece, isLast ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP);
 * 	if (!isLast) callbackOnWritable(wsi);
 * 	return 0;
 */
export function write(wsi: AnyWsi, bytes: Uint8Array, mode: number = LWS_WRITE_HTTP): number {
	const exchange = wsi.exchange;
	const last = mode === LWS_WRITE_HTTP_FINAL;
	if (!last && mode !== LWS_WRITE_HTTP) throw new RangeError(`write mode ${mode} is not for HTTP`);
	if (!exchange) return wsi.isEnded ? -1 : 0;
	if (exchange.write(bytes, last)) return bytes.length;
	// an end without bytes has no other way to say that it found no room
	if (last && bytes.length === 0) wsi.finishBody();
	return wsi.isEnded ? -1 : 0;
}

/**
 * Adds a field to the request; only in APPEND_HANDSHAKE_HEADER. A colon at the end of the name, as in lws, is left out.
 * Throws TypeError for a name or value that is none. Source: lws_add_http_header_by_name.
 */
export function addHttpHeaderByName(wsi: AnyWsi, name: string, value: string): void {
	if (!wsi.head) throw new Error("fields can be added before the request is sent, in APPEND_HANDSHAKE_HEADER");
	wsi.head.add(name.endsWith(":") ? name.slice(0, -1) : name, value);
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
 * Source: lws_set_timeout with LWS_TO_KILL_ASYNC.
 */
export function close(wsi: AnyWsi): void {
	wsi.end(new LwsError("app:closed", wsi.transaction?.delivered ?? "no"));
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
