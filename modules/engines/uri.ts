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
	/** A name in lower case, or a numeric address, without brackets. */
	readonly address: string;
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

/** The position of `mark` in `text` from `start` on, or its end. */
function find(text: string, mark: string, start = 0): number {
	const at = text.indexOf(mark, start);
	return at < 0 ? text.length : at;
}

/** What stands before the first "/" or "?". */
function segment(text: string): string {
	return text.slice(0, Math.min(find(text, "/"), find(text, "?")));
}

/** The name in a Host field, without its port and brackets. */
export function nameOf(host: string): string {
	const bracket = host.startsWith("[") ? host.indexOf("]") : -1;
	if (bracket > 0) return host.slice(1, bracket);
	const colon = host.lastIndexOf(":");
	if (colon < 0) return host;
	const port = host.slice(colon + 1);
	return port === "" || isText(port, TextSet.Digits) ? host.slice(0, colon) : host;
}

/** What the Host field says: the port only where it is not that of the scheme. */
export function authorityOf({ scheme, address, port }: Uri): string {
	const host = address.includes(":") ? `[${address}]` : address;
	return port === defaultPort(scheme) ? host : `${host}:${port}`;
}

function defaultPort(scheme: string): number {
	return scheme === "https" ? 443 : 80;
}

/** RFC 3986 section 5.2.4; `path` begins with "/". */
function removeDots(path: string): string {
	for (let at = path.indexOf("/."); at >= 0; at = path.indexOf("/.", at)) {
		const end = find(path, "/", at + 1);
		const name = path.slice(at + 1, end);
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
	if (reference.length > REFERENCE_LIMIT || (reference !== "" && !isText(reference, TextSet.Target))) return undefined;
	let { scheme, address, port } = base;
	let rest = reference.slice(0, find(reference, "#"));
	const first = segment(rest);
	const colon = first.indexOf(":");
	if (colon >= 0) {
		scheme = first.slice(0, colon).toLowerCase();
		rest = rest.slice(colon + 1);
		if (scheme !== "http" && scheme !== "https") return { scheme, address, port, target: rest };
	}
	const hasHost = rest.startsWith("//");
	if (hasHost) {
		const authority = segment(rest.slice(2));
		rest = rest.slice(2 + authority.length);
		const end = authority.indexOf(":", authority.lastIndexOf("]") + 1);
		const host = end < 0 ? authority : authority.slice(0, end);
		const digits = end < 0 ? "" : authority.slice(end + 1);
		const isNumeric = host.startsWith("[") && host.endsWith("]");
		address = (isNumeric ? host.slice(1, -1) : host).toLowerCase();
		if (!isHost(address, isNumeric)) return undefined;
		port = digits === "" ? defaultPort(scheme) : isText(digits, TextSet.Digits) ? Number(digits) : 0;
		if (port < 1 || port > 65535) return undefined;
	} else if (colon >= 0) return undefined;
	let path = rest.slice(0, find(rest, "?"));
	let query = rest.slice(path.length);
	const { target } = base;
	const old = target.slice(0, find(target, "?"));
	if (path === "" && !hasHost) {
		path = old;
		query ||= target.slice(old.length);
	} else {
		if (!hasHost && !path.startsWith("/")) path = (old.slice(0, old.lastIndexOf("/") + 1) || "/") + path;
		path = removeDots(path || "/");
	}
	return { scheme, address, port, target: path + query };
}

function isHost(address: string, isNumeric: boolean): boolean {
	if (address === "" || address.length > NAME_LIMIT || isNumeric !== address.includes(":")) return false;
	for (const character of address) if (!(isNumeric ? NUMERIC : NAME).includes(character)) return false;
	return true;
}
