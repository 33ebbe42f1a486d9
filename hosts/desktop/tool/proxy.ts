/** -x, --socks5 and the environment, as curl reads them: what the client is told about proxies. */
import { environment } from "desktop/process";
import type { ProxyInfo } from "lws-xs";
import { Exit, Failure, notBuiltIn } from "./exit.js";
import type { Options } from "./options.js";
import { DESKTOP, type Stage } from "./stage.js";
import { decoded } from "./url.js";

/** curl's, of every kind of proxy. */
const DEFAULT_PORT = 1080;

interface Parsed {
	isSocks: boolean;
	resolvesNames: boolean;
	/** As the library's options have it. */
	address: string;
}

/** Throws a Failure, in which no password is. */
function parse(text: string, user: string | undefined): Parsed | undefined {
	if (text === "") return undefined;
	const scheme = /^([^:/]*):\/\//.exec(text);
	const name = scheme?.[1]?.toLowerCase() ?? "http";
	const rest = scheme ? text.slice(scheme[0].length) : text;
	const at = rest.lastIndexOf("@");
	const where = rest.slice(at + 1);
	if (["https", "socks4", "socks4a"].includes(name)) throw notBuiltIn(`${name}:// as a proxy`);
	if (!["http", "socks5", "socks5h", "socks"].includes(name)) {
		throw new Failure(Exit.NotConnected, "proxy:unsupported-scheme", `${name}:// is no scheme of a proxy`);
	}
	const parts = /^(\[[0-9A-Fa-f:.]+\]|[^\s:[\]/@]+)(?::(\d{1,5}))?\/?$/.exec(where);
	const port = Number(parts?.[2] ?? DEFAULT_PORT);
	if (!parts || port < 1 || port > 65535) {
		throw new Failure(Exit.ProxyNotResolved, "proxy:malformed-url", `no host and port in ${JSON.stringify(where)}`);
	}
	const login = at < 0 ? user : decoded(rest.slice(0, at));
	const isSocks = name.startsWith("socks");
	const address = `${login === undefined ? "" : `${login}@`}${parts[1]}:${port}`;
	return { isSocks, resolvesNames: name === "socks5h", address };
}

/** http_proxy is not read in capitals: a CGI program would find there what a client sent. */
function fromEnvironment(scheme: "http" | "https"): string {
	const own = environment(`${scheme}_proxy`) ?? (scheme === "https" ? environment("HTTPS_PROXY") : undefined);
	return own ?? environment("all_proxy") ?? environment("ALL_PROXY") ?? "";
}

/** Throws a Failure. */
export function proxiesOf({ proxy, proxyUser, noProxy, targets }: Options, stage: Stage): ProxyInfo {
	// what is played was recorded without one
	if (stage !== DESKTOP && !stage.recorder) return {};
	const http = parse(proxy ?? fromEnvironment("http"), proxyUser);
	// the client takes the proxy for https wherever there is to be a tunnel, and for ws curl has that of http
	const isPlain = targets.some(({ url }) => url !== undefined && /^ws:/i.test(url));
	const https = isPlain ? http : parse(proxy ?? fromEnvironment("https"), proxyUser);
	if (!http && !https) return {};
	// what masks secrets in a record knows nothing of SOCKS
	if (stage.recorder) throw notBuiltIn("--record through a proxy");
	const socks = http?.isSocks ? http : https?.isSocks ? https : undefined;
	// the client has one SOCKS proxy for all that has no HTTP proxy
	const isOther = (each: Parsed | undefined) => socks && !(each && (!each.isSocks || each.address === socks.address));
	if (isOther(http) || isOther(https)) throw notBuiltIn("a SOCKS proxy for http or https alone");
	return {
		httpProxyAddress: http && !http.isSocks ? http.address : "",
		httpsProxyAddress: https && !https.isSocks ? https.address : "",
		...(socks && { socksProxyAddress: socks.address, socksProxyResolvesNames: socks.resolvesNames }),
		noProxy: noProxy ?? environment("no_proxy") ?? environment("NO_PROXY") ?? "",
	};
}
