/** What is asked for, and where. A redirect makes another request of it. */
import type { Forwarding, OrderRequest, RoleKind } from "../roles/role.js";
import type { Security } from "../transport/security.js";
import type { Deadlines } from "./deadline.js";

/** The field by which the face says that the body waits for 100, as it writes it. */
export const EXPECT = "Expect";

/** Names and values in turn, without that field. */
export function withoutExpectation(fields: readonly string[]): readonly string[] {
	const at = fields.lastIndexOf(EXPECT);
	return fields.filter((_, i) => i !== at && i !== at + 1);
}

/** What a proxy does for a destination. */
export const enum ProxyKind {
	/** HTTP: takes the requests of plain `http:` themselves (RFC 9112 section 3.2.2). */
	Forward,
	/** HTTP: makes a tunnel by CONNECT (RFC 9110 section 9.3.6). */
	Tunnel,
	/** SOCKS5 (RFC 1928). */
	Socks,
}

/** What stands between. Each is made once: what is the same has the same object. */
export interface ProxyServer {
	readonly kind: ProxyKind;
	/** A name or a numeric address. */
	readonly address: string;
	readonly port: number;
	/** HTTP: the field with the credentials, name and value. */
	readonly fields: readonly string[];
	/** SOCKS: what socksLogin has made of the credentials. */
	readonly login: Uint8Array | undefined;
	/** The proxy looks the names up. HTTP proxies do so always. */
	readonly resolvesNames: boolean;
}

/** Where a request goes: connections to equal destinations are interchangeable. */
export interface Destination {
	/** A name or a numeric address. */
	readonly address: string;
	readonly port: number;
	// what follows is set with the rest, and mostly absent: it would take room in each transaction that waits
	localAddress?: string | undefined;
	/** Absent: no TLS. */
	security?: Security | undefined;
	/** Absent: HTTP/1.1. */
	role?: RoleKind;
	/** Absent: none, the connection goes there itself. */
	proxy?: ProxyServer | undefined;
}

export function isSameDestination(a: Destination, b: Destination): boolean {
	if (a === b) return true;
	if (a.proxy !== b.proxy || a.localAddress !== b.localAddress) return false;
	// a proxy that forwards takes requests for all origins on one connection
	if (a.proxy?.kind === ProxyKind.Forward) return true;
	if (a.port !== b.port || a.address !== b.address) return false;
	return a.role === b.role && a.security?.identity === b.security?.identity;
}

const HTTP_PORT = 80;

/** Host and port as a URI has them, an address of IPv6 in brackets. */
export function authorityFor({ address, port }: Destination): string {
	return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}

/** What a request to that destination has besides, when a proxy forwards it. */
export function forwardingFor(destination: Destination): Forwarding | undefined {
	const { proxy } = destination;
	if (proxy?.kind !== ProxyKind.Forward) return undefined;
	const authority = authorityFor(destination);
	const isOwn = destination.port === HTTP_PORT;
	// as the Host field has it, without the scheme's own port
	return { prefix: `http://${isOwn ? authority.slice(0, -3) : authority}`, fields: proxy.fields };
}

/** How redirects are followed. */
export interface Redirects {
	/** How many, one after another. */
	readonly limit: number;
	/** From https to http, too. */
	readonly mayDowngrade: boolean;
	/** For another origin; undefined: there is no TLS. */
	secure(host: string, port: number): Security | undefined;
	/** The way to another origin; undefined: itself. */
	proxyFor(address: string, isTunnel: boolean): ProxyServer | undefined;
}

/** What is done about failures that may pass. */
export interface Recovery {
	/** Milliseconds before each retry, of which the last ones repeat; undefined: none is made. */
	readonly table: readonly number[] | undefined;
	/** The most retries. */
	readonly count: number;
	/** Of a wait so many per cent are added at most. */
	readonly jitter: number;
	/** The application says that doing it twice does no harm. */
	readonly isReplayable: boolean;
	/** How often a body that broke off is continued at most. */
	readonly resumes: number;
}

/** The request as it was asked for; the face completes the fields when its head is made. */
export interface Request extends OrderRequest {
	destination: Destination;
	readonly deadlines: Deadlines;
	/** Absent: none are followed. */
	redirects?: Redirects | undefined;
	/** Begins the body anew; absent: it cannot be had again. */
	rewind?: (() => void) | undefined;
	/** Absent: nothing is. */
	recovery?: Recovery | undefined;
}
