/** URLs, as curl reads them: RFC 3986 with the scheme left out at will. */
import { Exit, Failure } from "./exit.js";

export interface Url {
	/** https or wss */
	isSecure: boolean;
	/** ws or wss */
	isWebSocket: boolean;
	/** For the Host field: with brackets, and with the port unless it is the scheme's own. */
	host: string;
	/** A name or a numeric address, without brackets. */
	address: string;
	port: number;
	/** The request target. */
	path: string;
	/** user:password; undefined: it has none. */
	login: string | undefined;
	/** As -w gives it; without what is secret. */
	effective: string;
}

type Scheme = "http" | "https" | "ws" | "wss";
const SCHEMES: readonly string[] = Object.freeze(["http", "https", "ws", "wss"]);
const HTTP_PORT = 80;
const HTTPS_PORT = 443;

/** What stands before an "@" is a secret. */
function malformed(text: string, why: string): Failure {
	return new Failure(Exit.BadUrl, "url:malformed", `${why} in ${JSON.stringify(withoutLogin(text))}`);
}

/** A URL, or what is meant to be one, without user and password. */
export function withoutLogin(text: string): string {
	return text.replace(/^([^/?#:]*:\/\/)?[^/?#]*@/, "$1");
}

/** user:password of a URL, with its escapes undone; the colon is always there. */
export function decoded(login: string): string {
	const text = login.includes(":") ? login : `${login}:`;
	try {
		return decodeURIComponent(text);
	} catch {
		// escapes of what is no UTF-8
		return text;
	}
}

export function parseUrl(text: string): Url {
	if (/[^\x21-\x7e\x80-\u{10ffff}]/u.test(text)) throw malformed(text, "white space or a control character");
	const scheme = /^([^/?#:]*):\/\//.exec(text);
	const name = scheme ? checkScheme(text, scheme[1] as string) : "http";
	const isSecure = name === "https" || name === "wss";
	const ownPort = isSecure ? HTTPS_PORT : HTTP_PORT;
	const rest = scheme ? text.slice(scheme[0].length) : text;
	const authorityEnd = rest.search(/[/?#]/);
	const whole = authorityEnd < 0 ? rest : rest.slice(0, authorityEnd);
	const at = whole.lastIndexOf("@");
	const authority = whole.slice(at + 1);
	const tail = authorityEnd < 0 ? "" : rest.slice(authorityEnd);
	const parts = /^(\[[0-9A-Fa-f:.]+\]|[^:[\]]*)(?::(\d*))?$/.exec(authority);
	if (!parts) throw malformed(text, "no host and port");
	const host = parts[1] as string;
	const port = parts[2] ? Number(parts[2]) : ownPort;
	if (host === "") throw malformed(text, "no host");
	if (/[\\$'"^`*<>=;,{}!%\x80-\u{10ffff}]/u.test(host)) throw malformed(text, "a host that is none");
	if (port < 1 || port > 65535) throw malformed(text, "a port that is none");
	const fragment = tail.indexOf("#");
	const path = normalize(fragment < 0 ? tail : tail.slice(0, fragment));
	const hash = fragment < 0 ? "" : tail.slice(fragment);
	const withPort = parts[2] ? `${host}:${port}` : host;
	return {
		isSecure,
		isWebSocket: name.startsWith("ws"),
		host: port === ownPort ? host : withPort,
		address: host.startsWith("[") ? host.slice(1, -1) : host,
		port,
		path,
		login: at < 0 ? undefined : decoded(whole.slice(0, at)),
		effective: `${name}://${withPort}${path}${hash}`,
	};
}

function checkScheme(text: string, scheme: string): Scheme {
	const name = scheme.toLowerCase();
	if (SCHEMES.includes(name)) return name as Scheme;
	if (!/^[a-z][a-z0-9+.-]*$/.test(name)) throw malformed(text, "a scheme that is none");
	throw new Failure(Exit.NotHttp, "url:unsupported-scheme", `${name}:// is not supported`);
}

/** RFC 3986 section 5.2.4: no "." and ".." in the path. */
function normalize(tail: string): string {
	const query = tail.indexOf("?");
	const path = query < 0 ? tail : tail.slice(0, query);
	const rest = query < 0 ? "" : tail.slice(query);
	if (!/(^|\/)\.\.?(\/|$)/.test(path)) return `${path || "/"}${rest}`;
	const kept: string[] = [];
	const segments = path.split("/").slice(1);
	for (const [index, segment] of segments.entries()) {
		const isLast = index === segments.length - 1;
		if (segment === "..") kept.pop();
		else if (segment !== ".") kept.push(segment);
		if (isLast && (segment === "." || segment === "..")) kept.push("");
	}
	return `/${kept.join("/")}${rest}`;
}

/** The last segment of the path, for -O; "" when it has none. */
export function fileName(url: Url): string {
	const query = url.path.indexOf("?");
	const path = query < 0 ? url.path : url.path.slice(0, query);
	return path.slice(path.lastIndexOf("/") + 1);
}

/** curl's rule for -T: a URL that ends with "/" is completed by the name of the file. */
export function withFileName(url: Url, file: string): Url {
	if (!url.path.endsWith("/")) return url;
	const name = encodeURIComponent(file.slice(file.lastIndexOf("/") + 1));
	return { ...url, path: `${url.path}${name}`, effective: `${url.effective}${name}` };
}
