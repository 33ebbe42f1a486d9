/**
 * Redirects (RFC 9110 section 15.4): what is asked for next when a response says that it is elsewhere.
 *
 * 303 makes every method but HEAD a GET; 301 and 302 make POST one, as browsers, curl and lws do; then no body is sent.
 * Otherwise method and body stay, and where the body cannot be had again the response is delivered. So it is when there
 * is no Location, an empty one, or one that is neither http nor https.
 */
import type { HeadTable } from "../engines/head-table.js";
import { authorityOf, hostOf, nameOf, resolveUri } from "../engines/uri.js";
import { type BodyHandler, BodyKind, type Exchange } from "../roles/role.js";
import { type Destination, forwardingFor, type Request } from "./request.js";

/** Bytes of a redirect's body that are read away to use its connection again; a handshake costs more than these. */
export const REDIRECT_BODY_LIMIT = 16384;
/** Milliseconds that this may take. */
export const REDIRECT_BODY_TIME = 1000;
const BUFFER = 512;

const REDIRECTS: readonly number[] = Object.freeze([301, 302, 303, 307, 308]);
/** Fields that no other origin gets to see; what the application marks comes to them. */
const SECRETS: readonly string[] = Object.freeze(["authorization", "cookie", "proxy-authorization"]);

/** How the names of fields begin that belong to a body; RFC 9110 section 10.1.1 forbids the last without one. */
const OF_BODY: readonly string[] = Object.freeze(["content-", "transfer-encoding", "expect"]);

/** The transaction that is redirected. */
interface Redirected {
	readonly request: Request;
	/** Names and values in turn, Host first. */
	readonly fields: readonly string[];
	readonly secrets: readonly string[];
	readonly bodyKind: BodyKind;
	readonly status: number;
	readonly hops: number | undefined;
}

/** What comes next. */
export interface Hop {
	readonly request: Request;
	readonly fields: readonly string[];
	readonly isBodiless: boolean;
	/** Absolute, without a fragment. */
	readonly uri: string;
}

/** undefined: the response is delivered; a text: the code of an LwsError. */
export function planHop(from: Redirected, table: HeadTable): Hop | string | undefined {
	const { request, status } = from;
	const { redirects, method, destination } = request;
	const location = redirects && REDIRECTS.includes(status) ? table.find("location") : -1;
	if (!redirects || location < 0) return undefined;
	const reference = table.value(location);
	if (reference === "") return undefined;
	const { port, security } = destination;
	const host = from.fields[1] as string;
	const old = { scheme: security ? "https" : "http", host: hostOf(host).toLowerCase(), port, target: request.target };
	const uri = resolveUri(old, reference);
	// of two the sender meant one, and nobody knows which
	if (!uri || table.find("location", 1) >= 0) return "h1:bad-location";
	const { scheme, target } = uri;
	if (scheme !== "http" && scheme !== "https") return undefined;
	const isBodiless = method !== "HEAD" && (status === 303 || (status < 303 && method === "POST"));
	if (!isBodiless && from.bodyKind !== BodyKind.None && !request.rewind) return undefined;
	const authority = authorityOf(uri);
	const isSame = scheme === old.scheme && authority === authorityOf(old);
	let next: Destination = destination;
	if (!isSame) {
		const secured = scheme === "https" ? redirects.secure(authority, uri.port) : undefined;
		if (!secured && scheme === "https") return undefined;
		if (!secured && security && !redirects.mayDowngrade) return "h1:redirect-downgrade";
		const address = nameOf(uri.host);
		const proxy = redirects.proxyFor(address, secured !== undefined);
		next = { address, port: uri.port, localAddress: destination.localAddress, security: secured, proxy };
	}
	if ((from.hops ?? 0) >= redirects.limit) return "h1:too-many-redirects";
	return {
		request: {
			...request,
			method: isBodiless ? "GET" : method,
			target,
			destination: next,
			forwarding: forwardingFor(next),
		},
		fields: nextFields(from, isSame ? host : authority, isSame, isBodiless),
		isBodiless,
		uri: `${scheme}://${authority}${target}`,
	};
}

function nextFields({ fields, secrets }: Redirected, host: string, isSame: boolean, isBodiless: boolean): string[] {
	const kept = ["Host", host];
	for (let i = 2; i < fields.length; i += 2) {
		const name = (fields[i] as string).toLowerCase();
		if (!isSame && (SECRETS.includes(name) || secrets.includes(name))) continue;
		if (isBodiless && OF_BODY.some((each) => name.startsWith(each))) continue;
		kept.push(fields[i] as string, fields[i + 1] as string);
	}
	return kept;
}

/** Reads the body of a redirect away, or of a response after which the same request is sent again. */
export class Drain implements BodyHandler {
	readonly exchange: Exchange;
	/** What comes then; a number: the same request, after so many milliseconds. */
	readonly next: Hop | number;
	private readonly owner: { failed(code: string): void };
	private readonly buffer = new Uint8Array(BUFFER);
	private left = REDIRECT_BODY_LIMIT;

	constructor(exchange: Exchange, next: Hop | number, owner: { failed(code: string): void }) {
		this.exchange = exchange;
		this.next = next;
		this.owner = owner;
	}

	bodyWritable(): void {}

	announced(exchange: Exchange): void {
		do exchange.read(this.buffer);
		while (exchange.announce());
	}

	content(_buffer: Uint8Array, count: number): boolean {
		this.left -= count;
		if (this.left < 0) this.owner.failed("");
		return this.left >= 0;
	}
}
