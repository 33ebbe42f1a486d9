/**
 * URIs of HTTP: a reference, as Location has it, resolved against the URI of its request (RFC 3986 section 5, strict). What
 * comes of it is absolute and can be asked for: no dot segments, and no fragment, which is never sent.
 *
 * Refused: userinfo, which only deceives (RFC 9110 section 4.2.4); a host that is neither a name nor a numeric address,
 * white space and controls (RFC 3986 section 3.2.2, RFC 9112 section 3.2); a port above 65535; "http:" without a host; more
 * than REFERENCE_LIMIT characters. Percent-encodings stay as they are.
 *
 * Strings are cut, never split: a hostile path of slashes alone would become as many objects.
 */
import { isText, TextSet } from "lws-xs/native/http";

export interface Uri {
	/** In lower case. When it is neither http nor https, the rest means nothing. */
	readonly scheme: string;
	/** A name in lower case, or a numeric address, in brackets if it is one of IPv6. */
	readonly host: string;
	readonly port: number;
	/** Path and query. */
	readonly target: string;
}

/** What RFC 9112 section 3 asks every recipient of a request line to take. */
export const REFERENCE_LIMIT = 8000;
/** Of a name (RFC 1035 section 2.3.4). */
const NAME_LIMIT = 255;
const NAME = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
const NUMERIC = "0123456789abcdef:.";

/** What stands before the first `mark`. */
function before(text: string, mark: string): string {
	const at = text.indexOf(mark);
	return at < 0 ? text : text.slice(0, at);
}

/** A Host field or authority without its port. */
export function hostOf(authority: string): string {
	const colon = authority.lastIndexOf(":");
	if (colon < 0) return authority;
	const port = authority.slice(colon + 1);
	return port === "" || isText(port, TextSet.Digits) ? authority.slice(0, colon) : authority;
}

/** Without the brackets of a numeric address. */
export function nameOf(authority: string): string {
	const host = hostOf(authority);
	return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}

/** Of what `hostOf` gives; in lower case. */
function isHost(host: string): boolean {
	const name = nameOf(host);
	const isNumeric = name !== host;
	if (name === "" || name.length > NAME_LIMIT || name.includes(":") !== isNumeric) return false;
	const set = isNumeric ? NUMERIC : NAME;
	for (let i = 0; i < name.length; i++) if (!set.includes(name.charAt(i))) return false;
	return true;
}

function defaultPort(scheme: string): number {
	return scheme === "https" ? 443 : 80;
}

/** What the Host field says: the port only where it is not that of the scheme. */
export function authorityOf({ scheme, host, port }: Uri): string {
	return port === defaultPort(scheme) ? host : `${host}:${port}`;
}

/** RFC 3986 section 5.2.4; `path` begins with "/". */
function removeDots(path: string): string {
	for (let at = path.indexOf("/."); at >= 0; at = path.indexOf("/.", at)) {
		const name = before(path.slice(at + 1), "/");
		const end = at + 1 + name.length;
		if (name !== "." && name !== "..") at = end;
		else {
			if (name === ".." && at > 0) at = path.lastIndexOf("/", at - 1);
			path = path.slice(0, at) + (path.slice(end) || "/");
		}
	}
	return path;
}

/** RFC 3986 section 5.2.2; undefined: the reference is refused. */
export function resolveUri(base: Uri, reference: string): Uri | undefined {
	if (reference.length > REFERENCE_LIMIT || !isText(`/${reference}`, TextSet.Target)) return undefined;
	let { scheme, host, port, target } = base;
	let rest = before(reference, "#");
	const colon = before(before(rest, "/"), "?").indexOf(":");
	if (colon >= 0) {
		scheme = rest.slice(0, colon).toLowerCase();
		rest = rest.slice(colon + 1);
		if (scheme !== "http" && scheme !== "https") return { scheme, host, port, target };
	}
	let path = before(target, "?");
	if (rest.startsWith("//")) {
		const authority = before(before(rest.slice(2), "/"), "?");
		rest = rest.slice(2 + authority.length);
		host = hostOf(authority).toLowerCase();
		const digits = authority.slice(host.length + 1);
		port = digits === "" ? defaultPort(scheme) : Number(digits);
		if (!isHost(host) || port < 1 || port > 65535) return undefined;
		path = target = "/";
	} else if (colon >= 0) return undefined;
	const given = before(rest, "?");
	const query = rest.slice(given.length);
	// a query alone belongs to the same path
	if (given === "") return { scheme, host, port, target: query === "" ? target : path + query };
	path = given.startsWith("/") ? given : (path.slice(0, path.lastIndexOf("/") + 1) || "/") + given;
	return { scheme, host, port, target: removeDots(path) + query };
}
