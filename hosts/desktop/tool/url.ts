/** URLs, as curl reads them: RFC 3986 with the scheme left out at will. */
import { Exit, Failure, notBuiltIn } from "./exit.js";

export interface Url {
	/** https */
	isSecure: boolean;
	/** For the Host field: with brackets, and with the port unless it is the scheme's own. */
	host: string;
	/** A name or a numeric address, without brackets. */
	address: string;
	port: number;
	/** The request target. */
	path: string;
	/** As -w gives it. */
	effective: string;
}

const LATER: readonly string[] = Object.freeze(["ws", "wss"]);
const HTTP_PORT = 80;
const HTTPS_PORT = 443;

function malformed(text: string, why: string): Failure {
	return new Failure(Exit.BadUrl, "url:malformed", `${why} in ${JSON.stringify(text)}`);
}

export function parseUrl(text: string): Url {
	if (/[^\x21-\x7e\x80-\u{10ffff}]/u.test(text)) throw malformed(text, "white space or a control character");
	const scheme = /^([^/?#:]*):\/\//.exec(text);
	const isSecure = scheme !== null && checkScheme(text, scheme[1] as string) === "https";
	const ownPort = isSecure ? HTTPS_PORT : HTTP_PORT;
	const rest = scheme ? text.slice(scheme[0].length) : text;
	const authorityEnd = rest.search(/[/?#]/);
	const authority = authorityEnd < 0 ? rest : rest.slice(0, authorityEnd);
	const tail = authorityEnd < 0 ? "" : rest.slice(authorityEnd);
	if (authority.includes("@")) throw notBuiltIn("user and password in a URL");
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
		host: port === ownPort ? host : withPort,
		address: host.startsWith("[") ? host.slice(1, -1) : host,
		port,
		path,
		effective: `${isSecure ? "https" : "http"}://${withPort}${path}${hash}`,
	};
}

function checkScheme(text: string, scheme: string): "http" | "https" {
	const name = scheme.toLowerCase();
	if (name === "http" || name === "https") return name;
	if (LATER.includes(name)) throw notBuiltIn(`${name}://`);
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
