/** Starting a request: lws_client_connect_via_info and its many members. */
import type { Deadlines } from "../dispatch/deadline.js";
import { type Destination, forwardingFor, type Request } from "../dispatch/request.js";
import { RESUME_FIELDS } from "../dispatch/resume.js";
import { Transaction } from "../dispatch/transaction.js";
import { isFieldValue, isTarget, isToken } from "../engines/h1/request.js";
import { RoleKind, type WebSocketRequest } from "../roles/role.js";
import { HANDSHAKE_FIELDS } from "../roles/ws/handshake.js";
import type { Security } from "../transport/security.js";
import { type AuthInfo, authorizationOf } from "./auth.js";
import {
	LCCSCF_HTTP_NO_FOLLOW_REDIRECT,
	LCCSCF_HTTP_X_WWW_FORM_URLENCODED,
	LCCSCF_PIPELINE,
	LCCSCF_USE_SSL,
	LWS_SERVER_OPTION_JUST_USE_RAW_ORIGIN,
} from "./constants.js";
import { checkTime, completeDeadlines } from "./options.js";
import type { AnyWsi, Context, Protocol, Vhost, Wsi } from "./protocol.js";
import { RawWsi } from "./raw-wsi.js";
import { ClientRedirects } from "./redirects.js";
import type { HeadOutline } from "./request-head.js";
import { completeRecovery, completeValidity, type RetryPolicy } from "./retry-policy.js";
import { subprotocolsOf } from "./websocket.js";
import { WSWsi } from "./ws-wsi.js";
import { ClientWsi } from "./wsi.js";

/** lws_client_connect_info; the README has a table of what each member does here. */
export interface ConnectInfo<User = unknown> extends AuthInfo {
	context: Context;
	/** A name or a numeric address; on the desktop also "+PATH", a UNIX socket, or "+@NAME", an abstract one. */
	address: string;
	port: number;
	/** LCCSCF_… */
	sslConnection?: number;
	/** The request target, beginning with "/" (or "*" for OPTIONS); none for "RAW". */
	path?: string;
	/** The Host field, as it is sent. For "RAW" the name in the server's certificate; default `address`. */
	host?: string;
	/** The Origin field: "http://" is put before it, unless the context has LWS_SERVER_OPTION_JUST_USE_RAW_ORIGIN. */
	origin?: string;
	/**
	 * Any HTTP method, or "RAW": a byte stream, over TLS with LCCSCF_USE_SSL, and the RAW_… callbacks. Without it, as in lws,
	 * it becomes a WebSocket, with the CLIENT_… callbacks. A WebSocket has its connection to itself, and follows no redirects.
	 */
	method?: string;
	/**
	 * The name of the protocol whose callback serves this; without `localProtocolName`. For a WebSocket the subprotocols to
	 * offer, with commas between, the preferred one first; what the server has chosen is
	 * `headerValue(wsi, "sec-websocket-protocol")`.
	 */
	protocol?: string;
	localProtocolName?: string;
	/** Only 13, 0 and -1 are known. */
	ietfVersionOrMinusOne?: number;
	userdata?: User;
	/** No effect, as in lws. */
	clientExts?: unknown;
	parentWsi?: AnyWsi;
	/** No effect, as in lws without its HTTP proxy. */
	uriReplaceFrom?: string;
	uriReplaceTo?: string;
	vhost?: Vhost;
	/** Receives the wsi before any callback. */
	pwsi?: { wsi: Wsi<User> | undefined };
	/** Numeric address of the local interface; throws on a host whose sockets cannot be bound, as the device's. */
	iface?: string;
	/** Protocols to offer, with commas between, instead of the vhost's; for "RAW" instead of none. */
	alpn?: string;
	/** Public keys that the server may have, instead of the vhost's: "sha256//BASE64". */
	pinnedPublicKeys?: readonly string[];
	/** For "RAW" and a WebSocket no silence is too long: `idle` is 0 unless it is given here. */
	deadlines?: Partial<Deadlines>;
	/** Names of the response fields to keep; without it all that fit. */
	keepHeaders?: readonly string[];
	/** Redirects to follow, one after another; one more is an error. Default 4, as in lws; LCCSCF_… has more about it. */
	maxRedirects?: number;
	/**
	 * Begins the request body anew: WRITEABLE comes again from its first byte. With it a redirect that keeps method and
	 * body is followed, and a request of which something has been sent can be sent again; without it such a response (307,
	 * 308) is delivered. It is called before the head is sent again.
	 */
	rewind?: () => void;
	/** Doing it twice does no harm, as with a POST that carries a key of its own: it may be sent again as a GET may. */
	replayable?: boolean;
	/**
	 * What is tried again, and after how long; without it nothing is. Of a WebSocket the making, which a table of waits
	 * repeats as that of a request, and when a silent peer counts as gone; keepConnected does more. Source: lws_retry_bo_t.
	 */
	retryAndIdlePolicy?: RetryPolicy;
	/**
	 * How often the body of a GET that breaks off is continued by a request for the rest, without the application noticing;
	 * default 0. An attempt that cannot continue ends with `h1:resume-…`.
	 */
	maxResumes?: number;
	/**
	 * The request body waits for the server's word (RFC 9110 section 10.1.1), for so many milliseconds: WRITEABLE comes after
	 * 100, or after that time. A final response that comes instead is delivered, and nothing of the body is sent; with 417 the
	 * request is repeated, once, without waiting. The field `Expect: 100-continue`, when it is added, does the same, with
	 * 1000 unless this says otherwise. 0, the default: it does not wait. Without a body no effect.
	 *
	 * @example
	 * clientConnectViaInfo({ ...info, method: "PUT", expectContinue: 1000 });
	 */
	expectContinue?: number;
}

/** The method of a connection that has none. */
const RAW = "RAW";

function requireText(name: string, value: unknown): string {
	if (typeof value !== "string" || value === "") throw new TypeError(`${name} is missing`);
	return value;
}

/** What not every host's sockets can do. */
function checkHost({ context, address, iface }: ConnectInfo<never>): void {
	const extras = context.host.TCP.extras ?? [];
	if (address.startsWith("+") && !extras.includes("unix")) throw new TypeError("this host has no UNIX sockets");
	if (iface !== undefined && !extras.includes("localAddress")) {
		throw new TypeError("iface: the sockets of this host cannot be bound to a local address");
	}
}

function checkHead(info: ConnectInfo<never>): void {
	const path = requireText("path", info.path);
	if (!isTarget(path)) throw new TypeError("path has white space or a control character in it");
	if (!path.startsWith("/") && !(path === "*" && info.method === "OPTIONS")) {
		throw new TypeError('path must begin with "/"');
	}
	if (!isFieldValue(requireText("host", info.host))) throw new TypeError("host has CR, LF or NUL in it");
	if (info.origin !== undefined && !isFieldValue(info.origin)) throw new TypeError("origin has CR, LF or NUL in it");
}

function check(info: ConnectInfo<never>): void {
	if (!info.context) throw new TypeError("context is missing");
	if (info.parentWsi?.isEnded) throw new Error("the parent has ended");
	requireText("address", info.address);
	if (!Number.isInteger(info.port) || info.port < 1 || info.port > 65535) {
		throw new RangeError(`port is ${info.port}: it must be a whole number from 1 to 65535`);
	}
	if (info.method !== RAW) checkHead(info);
	if (info.method !== undefined && !isToken(info.method))
		throw new TypeError(`${JSON.stringify(info.method)} is no method`);
	if (info.method === "CONNECT") throw new TypeError("CONNECT makes a tunnel, which is not built in yet");
	const version = info.ietfVersionOrMinusOne;
	if (version !== undefined && version !== 13 && version !== 0 && version !== -1) {
		throw new RangeError("ietfVersionOrMinusOne is 13, 0 or -1");
	}
	checkHost(info);
}

/** What is offered without `alpn`: the vhost's protocols for HTTP. */
function defaultAlpn(method: string | undefined): string | undefined {
	// an Upgrade is of HTTP/1.1 alone (RFC 9113 section 8.6)
	if (method === undefined) return "http/1.1";
	return method === RAW ? "" : undefined;
}

/** Throws what is wrong with the members about TLS. */
function findSecurity(info: ConnectInfo<never>, host: string, vhost: Vhost, flags: number): Security | undefined {
	if ((flags & LCCSCF_USE_SSL) === 0) return undefined;
	const { ssl } = vhost;
	if (!ssl) {
		throw new TypeError(
			"LCCSCF_USE_SSL: initVhostClientSsl with LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT has to come first",
		);
	}
	const { port, alpn = defaultAlpn(info.method), pinnedPublicKeys: pins } = info;
	return ssl.secure({ host, port, flags, alpn, pins });
}

function findVhost(info: ConnectInfo<never>): Vhost {
	const vhost = info.vhost ?? info.context.vhosts[0];
	if (!vhost) throw new TypeError("the context has no vhost: call createVhost first");
	if (vhost.context !== info.context) throw new TypeError("the vhost belongs to another context");
	return vhost;
}

/** By name, the first of several; like lws, an unknown name falls back to the first. */
function findProtocol({ localProtocolName, protocol = "", method }: ConnectInfo<never>, vhost: Vhost): Protocol {
	const offered = method === undefined ? subprotocolsOf(protocol) : [protocol];
	const names = localProtocolName === undefined ? offered : [localProtocolName];
	for (const name of names) {
		const found = vhost.protocols.find((each) => each.name === name);
		if (found) return found;
	}
	return vhost.protocols[0] as Protocol;
}

function completeWebSocket(info: ConnectInfo<never>, vhost: Vhost, { close, idle }: Deadlines): WebSocketRequest {
	const validity = completeValidity(info.retryAndIdlePolicy);
	let { hangup } = validity;
	// one clock looks after both
	if (idle > 0 && (hangup === 0 || idle < hangup)) hangup = idle;
	return {
		subprotocols: subprotocolsOf(info.protocol),
		extension: vhost.extension,
		ping: validity.ping,
		hangup,
		close,
	};
}

/**
 * Starts one request and returns its wsi; everything that happens, failures included, is told in later turns through the
 * protocol's callback. Throws TypeError or RangeError for what is wrong with `info` itself: a missing member, a port that
 * is none, CR or LF where they must not be. Source: lws_client_connect_via_info.
 *
 * @example
 * clientConnectViaInfo({ context, address: "192.168.1.7", port: 80, host: "device", path: "/", method: "GET" });
 * clientConnectViaInfo({ context, address: "192.168.1.7", port: 23, method: "RAW" });
 * clientConnectViaInfo({ context, address: "192.168.1.7", port: 80, host: "device", path: "/events", protocol: "v1" });
 */
export function clientConnectViaInfo<User = unknown>(info: ConnectInfo<User>): Wsi<User> {
	check(info as ConnectInfo<never>);
	const { context } = info;
	if (context.isDestroyed) throw new Error("the context is destroyed");
	const vhost = findVhost(info as ConnectInfo<never>);
	const protocol = findProtocol(info as ConnectInfo<never>, vhost) as Protocol<User>;
	const user = info.userdata ?? (protocol.newUser?.() as User);
	// the handshake of a WebSocket is a GET (RFC 6455 section 4.1)
	const { method = "GET" } = info;
	const isWebSocket = info.method === undefined;
	const isRaw = method === RAW;
	const isHTTP = !isRaw && !isWebSocket;
	const { address, host = address.includes(":") ? `[${address}]` : address } = info;
	const isVerbatim = (context.options & LWS_SERVER_OPTION_JUST_USE_RAW_ORIGIN) !== 0;
	const origin = info.origin === undefined || isVerbatim ? info.origin : `http://${info.origin}`;
	const { sslConnection: flags = 0, expectContinue } = info;
	if (expectContinue) checkTime("expectContinue", expectContinue);
	const security = findSecurity(info as ConnectInfo<never>, host, vhost, flags);
	// what is not HTTP, or goes over TLS, wants a tunnel
	const proxy = vhost.proxies?.find(address, !isHTTP || security !== undefined);
	const isFollowing = isHTTP && (flags & LCCSCF_HTTP_NO_FOLLOW_REDIRECT) === 0;
	// also where none are followed, for what is wrong with them
	const redirects = new ClientRedirects(vhost, flags, info as ConnectInfo<never>);
	const keepHeaders = info.keepHeaders?.map((name) => name.toLowerCase());
	// what has begun cannot be continued
	const recovery = completeRecovery(isHTTP ? info : { ...info, maxResumes: 0 });
	if (isFollowing) keepHeaders?.push("location");
	if (recovery) keepHeaders?.push("retry-after", ...(recovery.resumes > 0 ? RESUME_FIELDS : []));
	if (isWebSocket) keepHeaders?.push(...HANDSHAKE_FIELDS);
	const given = isHTTP ? info.deadlines : { ...info.deadlines, idle: info.deadlines?.idle ?? 0 };
	const deadlines = completeDeadlines(given, context.deadlines);
	const destination: Destination = { address, port: info.port };
	if (info.iface !== undefined) destination.localAddress = info.iface;
	if (security) destination.security = security;
	if (!isHTTP) destination.role = isRaw ? RoleKind.Raw : RoleKind.WS;
	if (proxy) destination.proxy = proxy;
	const forwarding = forwardingFor(destination);
	const authorization = authorizationOf(info);
	const request: Request = {
		method,
		target: info.path ?? "",
		destination,
		deadlines,
		isPipelined: isHTTP && (flags & LCCSCF_PIPELINE) !== 0,
	};
	if (isWebSocket) request.websocket = completeWebSocket(info as ConnectInfo<never>, vhost, deadlines);
	if (keepHeaders) request.keepHeaders = keepHeaders;
	if (isFollowing) request.redirects = redirects;
	if (info.rewind) request.rewind = info.rewind;
	if (recovery) request.recovery = recovery;
	if (forwarding) request.forwarding = forwarding;
	const wsi = new (isHTTP ? ClientWsi : isRaw ? RawWsi : WSWsi)<User>(vhost, protocol, user, info.parentWsi);
	const transaction = new Transaction(request, wsi, vhost.pool, context.host);
	if (info.pwsi) info.pwsi.wsi = wsi;
	vhost.remember(wsi as Wsi);
	const outline: HeadOutline = { host };
	if (origin !== undefined) outline.origin = origin;
	if (authorization !== undefined) outline.authorization = authorization;
	if (flags & LCCSCF_HTTP_X_WWW_FORM_URLENCODED) outline.isForm = true;
	if (expectContinue && isHTTP) outline.expectTimeout = expectContinue;
	if (isWebSocket) outline.isHandshake = true;
	wsi.begin(transaction, isRaw ? undefined : outline);
	return wsi;
}
