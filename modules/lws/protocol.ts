/**
 * What an application sees: context, vhost, wsi, and its own protocols, which are called for each reason with what that
 * reason brings. The classes behind the interfaces are in the files of their names.
 */
import type { Deadlines } from "../dispatch/deadline.js";
import type { Placer } from "../dispatch/observer.js";
import type { OpeningHost } from "../dispatch/opening.js";
import type { Transaction } from "../dispatch/transaction.js";
import type { Turn } from "../dispatch/turn.js";
import type { LwsError } from "../engines/errors.js";
import type { Exchange, Extension } from "../roles/role.js";
import type { TrustHost } from "../transport/security.js";
import type {
	LWS_CALLBACK_CHILD_CLOSING,
	LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER,
	LWS_CALLBACK_CLIENT_CLOSED,
	LWS_CALLBACK_CLIENT_CONFIRM_EXTENSION_SUPPORTED,
	LWS_CALLBACK_CLIENT_CONNECTION_ERROR,
	LWS_CALLBACK_CLIENT_ESTABLISHED,
	LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH,
	LWS_CALLBACK_CLIENT_HTTP_BIND_PROTOCOL,
	LWS_CALLBACK_CLIENT_HTTP_DROP_PROTOCOL,
	LWS_CALLBACK_CLIENT_HTTP_REDIRECT,
	LWS_CALLBACK_CLIENT_HTTP_WRITEABLE,
	LWS_CALLBACK_CLIENT_RECEIVE,
	LWS_CALLBACK_CLIENT_RECEIVE_PONG,
	LWS_CALLBACK_CLIENT_WRITEABLE,
	LWS_CALLBACK_CLOSED_CLIENT_HTTP,
	LWS_CALLBACK_COMPLETED_CLIENT_HTTP,
	LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP,
	LWS_CALLBACK_PROTOCOL_DESTROY,
	LWS_CALLBACK_PROTOCOL_INIT,
	LWS_CALLBACK_RAW_CLOSE,
	LWS_CALLBACK_RAW_CONNECTED,
	LWS_CALLBACK_RAW_RX,
	LWS_CALLBACK_RAW_SKT_BIND_PROTOCOL,
	LWS_CALLBACK_RAW_SKT_DROP_PROTOCOL,
	LWS_CALLBACK_RAW_WRITEABLE,
	LWS_CALLBACK_RECEIVE_CLIENT_HTTP,
	LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ,
	LWS_CALLBACK_WS_CLIENT_BIND_PROTOCOL,
	LWS_CALLBACK_WS_CLIENT_DROP_PROTOCOL,
	LWS_CALLBACK_WS_PEER_INITIATED_CLOSE,
	LWS_CALLBACK_WSI_CREATE,
	LWS_CALLBACK_WSI_DESTROY,
} from "./constants.js";
import type { Proxies } from "./proxy.js";
import type { RequestHead } from "./request-head.js";
import type { ClientSsl } from "./ssl.js";

/** What `in` is for each reason. */
export interface ReasonInput {
	/** Why the transaction failed before its response was there; `len` is 0. Never followed by CLOSED. */
	[LWS_CALLBACK_CLIENT_CONNECTION_ERROR]: LwsError;
	[LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH]: undefined;
	/** The time to call addHttpHeaderByName and clientHttpBodyPending. */
	[LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER]: undefined;
	[LWS_CALLBACK_PROTOCOL_INIT]: undefined;
	[LWS_CALLBACK_PROTOCOL_DESTROY]: undefined;
	[LWS_CALLBACK_WSI_CREATE]: undefined;
	[LWS_CALLBACK_WSI_DESTROY]: undefined;
	/** The head of the response is there. */
	[LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP]: undefined;
	/** The end after ESTABLISHED; an error when the response is not complete. */
	[LWS_CALLBACK_CLOSED_CLIENT_HTTP]: LwsError | undefined;
	/** Content waits for httpClientRead; told once until that is called. */
	[LWS_CALLBACK_RECEIVE_CLIENT_HTTP]: undefined;
	/** The buffer given to httpClientRead: `[0, len)` of it is content. */
	[LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ]: Uint8Array;
	[LWS_CALLBACK_COMPLETED_CLIENT_HTTP]: undefined;
	/** `len`: bytes that one write takes now. */
	[LWS_CALLBACK_CLIENT_HTTP_WRITEABLE]: undefined;
	/** The child that ends. */
	[LWS_CALLBACK_CHILD_CLOSING]: Wsi;
	[LWS_CALLBACK_CLIENT_HTTP_BIND_PROTOCOL]: undefined;
	[LWS_CALLBACK_CLIENT_HTTP_DROP_PROTOCOL]: undefined;
	/** Where a redirect leads, absolute; `len` is its status. A result other than 0 ends the wsi. */
	[LWS_CALLBACK_CLIENT_HTTP_REDIRECT]: string;
	[LWS_CALLBACK_RAW_SKT_BIND_PROTOCOL]: undefined;
	[LWS_CALLBACK_RAW_SKT_DROP_PROTOCOL]: undefined;
	/** The connection stands, its TLS included. */
	[LWS_CALLBACK_RAW_CONNECTED]: undefined;
	/**
	 * What has come: `[0, len)` of the connection's own receive buffer, and only until the callback returns. Unasked, unless
	 * rxFlowControl holds it up.
	 */
	[LWS_CALLBACK_RAW_RX]: Uint8Array;
	/** `len`: bytes that one write takes now. */
	[LWS_CALLBACK_RAW_WRITEABLE]: undefined;
	/** The end after RAW_CONNECTED; no error when the peer has ended in order, and all that it sent has been told. */
	[LWS_CALLBACK_RAW_CLOSE]: LwsError | undefined;
	[LWS_CALLBACK_WS_CLIENT_BIND_PROTOCOL]: undefined;
	[LWS_CALLBACK_WS_CLIENT_DROP_PROTOCOL]: undefined;
	/** The name of an extension that will be offered; a result other than 0 leaves it out. */
	[LWS_CALLBACK_CLIENT_CONFIRM_EXTENSION_SUPPORTED]: string;
	/** The WebSocket is open. */
	[LWS_CALLBACK_CLIENT_ESTABLISHED]: undefined;
	/**
	 * A piece of a message: `[0, len)` of the connection's own receive buffer, and only until the callback returns; len is 0
	 * when a message ends with nothing. isFirstFragment, isFinalFragment, frameIsBinary and remainingPacketPayload say which
	 * piece it is. Text is UTF-8 so far, and may be cut inside a character.
	 */
	[LWS_CALLBACK_CLIENT_RECEIVE]: Uint8Array;
	/** The payload of a Pong frame is `[0, len)`. */
	[LWS_CALLBACK_CLIENT_RECEIVE_PONG]: Uint8Array;
	/** `len`: bytes of payload that one write takes now. */
	[LWS_CALLBACK_CLIENT_WRITEABLE]: undefined;
	/**
	 * The peer closes: `[0, len)` is the status, two bytes, the higher one first, and the reason, UTF-8; len can be 0. It is
	 * answered when the callback returns; a result other than 0 closes the connection without that.
	 */
	[LWS_CALLBACK_WS_PEER_INITIATED_CLOSE]: Uint8Array;
	/** The end after CLIENT_ESTABLISHED; no error when both have closed in order. */
	[LWS_CALLBACK_CLIENT_CLOSED]: LwsError | undefined;
}

export type Reason = keyof ReasonInput;

/** The arguments of a callback, one form for each reason: `reason` tells TypeScript what `input` is. */
export type Event<User> = {
	[R in Reason]: [wsi: Wsi<User>, reason: R, user: User, input: ReasonInput[R], length: number];
}[Reason];

/** Nothing, or 0: go on. */
// biome-ignore lint/suspicious/noConfusingVoidType: a callback without a return statement is meant to be allowed.
export type CallbackResult = number | undefined | void;

export interface Protocol<User = unknown> {
	name: string;
	/**
	 * Called for everything that happens. A result other than 0 or undefined asks for the end of the wsi; so does an
	 * exception, as `app:callback-threw`. `user` is what `newUser` made for the wsi, or its `userdata`. For
	 * PROTOCOL_INIT and PROTOCOL_DESTROY the wsi stands for the vhost and has no transaction. In TypeScript it names all five
	 * parameters, so that the reason tells what the input is.
	 *
	 * @example
	 * callback(wsi, reason, user, input, length) {
	 * 	if (reason === LWS_CALLBACK_RECEIVE_CLIENT_HTTP) httpClientRead(wsi, buffer);
	 * 	return 0;
	 * }
	 */
	callback(...event: Event<User>): CallbackResult;
	/** Makes the data of each wsi (lws: per_session_data_size). */
	newUser?: () => User;
}

/** One client, made by createContext. */
export interface Context {
	/** LWS_SERVER_OPTION_… */
	readonly options: number;
	readonly deadlines: Deadlines;
	readonly vhosts: readonly Vhost[];
	readonly isDestroyed: boolean;
	/** @internal */
	readonly host: OpeningHost & TrustHost;
}

/** A set of protocols, and the connections that are made for them; made by createVhost. */
export interface Vhost {
	readonly name: string;
	readonly context: Context;
	readonly protocols: readonly Protocol[];
	/** @internal */
	readonly ssl: ClientSsl | undefined;
	/** @internal Absent: it has none. */
	readonly proxies: Proxies | undefined;
	/** @internal What its WebSockets offer; absent: nothing. */
	readonly extension: Extension | undefined;
	/** @internal */
	readonly turn: Turn;
	/** @internal */
	readonly pool: Placer<Transaction>;
	/** @internal The first use: each protocol is told once. */
	initProtocols(): void;
	/** @internal */
	remember(wsi: Wsi): void;
	/** @internal */
	forget(wsi: Wsi): void;
}

/** The handle of one request, for its whole life; made by clientConnectViaInfo. */
export interface Wsi<User = unknown> {
	readonly vhost: Vhost;
	readonly protocol: Protocol<User>;
	/** The application's own data. */
	user: User;
	readonly parent: Wsi | undefined;
	/** The youngest first. */
	readonly children: readonly Wsi[];
	/** @internal The same; absent until there are some. */
	offspring: Wsi[] | undefined;
	/** Why it ended; undefined before that, and after a complete response. */
	readonly error: LwsError | undefined;
	readonly isEnded: boolean;
	/** @internal */
	readonly transaction: Transaction | undefined;
	/** @internal */
	readonly exchange: Exchange | undefined;
	/** @internal The fields of the request while they can be added. */
	readonly head: RequestHead | undefined;
	/** @internal Calls the protocol; true: it wants to go on. */
	call<R extends Reason>(reason: R, input: ReasonInput[R], length: number): boolean;
	/** @internal Ends it; the callbacks that tell so come in a later turn. */
	end(error: LwsError): void;
	/** @internal A parent ends: its children end before it, in the same turn. */
	endNow(): void;
	/** @internal */
	wantWriteable(): void;
	/** @internal */
	finishBody(): void;
	/** @internal Of a WebSocket: with what it will be closed. */
	closeWith?: { status: number; reason: string } | undefined;
}

/** A protocol or wsi of whatever user data. */
// biome-ignore lint/suspicious/noExplicitAny: `unknown` and `never` fit one half of the uses each.
export type AnyProtocol = Protocol<any>;
// biome-ignore lint/suspicious/noExplicitAny: as above.
export type AnyWsi = Wsi<any>;
