/** Proxies as lws has them: which one a vhost's connections go through, and to where they go without. */
import { isText, TextSet } from "lws-xs/native/http";
import { ProxyKind, type ProxyServer } from "../dispatch/request.js";
import { addressBytes } from "../transport/address.js";
import { SOCKS_TEXT, socksLogin } from "../transport/socks.js";
import { httpBasicAuthGen } from "./auth.js";

/** The members of lws_context_creation_info about proxies. Nothing is read from the environment. */
export interface ProxyInfo {
	/**
	 * An HTTP proxy: "HOST", "HOST:PORT" or "USER:PASSWORD@HOST:PORT". It forwards what goes over plain HTTP, and makes a
	 * tunnel (CONNECT) for TLS and for what is no HTTP.
	 */
	httpProxyAddress?: string;
	/** Instead of the port in the address. */
	httpProxyPort?: number;
	/** Another one, for what goes over TLS, or is no HTTP; "": none for that. Default: `httpProxyAddress`. */
	httpsProxyAddress?: string;
	/** A SOCKS5 proxy, written the same way; without effect where there is an HTTP proxy. */
	socksProxyAddress?: string;
	socksProxyPort?: number;
	/** The SOCKS proxy looks names up, as in lws (default). False: they are looked up here, and it is given addresses. */
	socksProxyResolvesNames?: boolean;
	/**
	 * Where no proxy is used, as curl's NO_PROXY: names, which stand for what ends with them, too; numeric addresses, and
	 * networks ("10.0.0.0/8"); "*": everywhere. A text has commas or spaces between them.
	 */
	noProxy?: string | readonly string[];
}

/** An address that is meant to be one. */
interface Parsed {
	user: string | undefined;
	password: string;
	address: string;
	port: number;
}

/** Throws a TypeError or RangeError that says which member is wrong, without what may be a secret. */
function parse(member: string, text: string, givenPort: number | undefined): Parsed {
	// a password may have "@" in it, a host has none
	const at = text.lastIndexOf("@");
	const login = at < 0 ? undefined : text.slice(0, at);
	let address = text.slice(at + 1);
	let port = givenPort;
	const colon = address.lastIndexOf(":");
	if (colon > address.lastIndexOf("]")) {
		port ??= Number(address.slice(colon + 1));
		address = address.slice(0, colon);
	}
	if (address.startsWith("[") && address.endsWith("]")) address = address.slice(1, -1);
	if (address === "") throw new TypeError(`${member} has no host`);
	if (port === undefined || !Number.isInteger(port) || port < 1 || port > 65535) {
		throw new RangeError(`${member} has no port from 1 to 65535`);
	}
	const end = login?.indexOf(":") ?? -1;
	return {
		user: end < 0 ? login : login?.slice(0, end),
		password: end < 0 ? "" : (login as string).slice(end + 1),
		address,
		port,
	};
}

function httpProxy(
	member: string,
	text: string,
	givenPort: number | undefined,
	kind: ProxyKind,
): ProxyServer | undefined {
	if (text === "") return undefined;
	const { user, password, address, port } = parse(member, text, givenPort);
	const fields = user === undefined ? [] : ["Proxy-Authorization", httpBasicAuthGen(user, password)];
	return { kind, address, port, fields, login: undefined, resolvesNames: true };
}

/** Without the dots around it, in lower case. */
function bare(name: string): string {
	let text = name.toLowerCase();
	if (text.startsWith(".")) text = text.slice(1);
	return text.endsWith(".") ? text.slice(0, -1) : text;
}

function isInNetwork(bytes: readonly number[], network: string): boolean {
	const slash = network.indexOf("/");
	const others = addressBytes(slash < 0 ? network : network.slice(0, slash));
	if (others?.length !== bytes.length) return false;
	const length = network.slice(slash + 1);
	if (slash >= 0 && !isText(length, TextSet.Digits)) return false;
	let bits = slash < 0 ? 8 * bytes.length : Number(length);
	for (let i = 0; bits > 0 && i < bytes.length; i++, bits -= 8) {
		const difference = (bytes[i] as number) ^ (others[i] as number);
		if (difference >> Math.max(0, 8 - bits)) return false;
	}
	return true;
}

/** The proxies of a vhost that has some. */
export class Proxies {
	#forward: ProxyServer | undefined;
	#tunnel: ProxyServer | undefined;
	#socks: ProxyServer | undefined;
	#exceptions: readonly string[] = [];

	/** Sets what is given; an empty address takes a proxy away. Throws for what cannot be. */
	set({ httpProxyAddress, httpProxyPort, httpsProxyAddress = httpProxyAddress, ...info }: ProxyInfo): void {
		if (httpProxyAddress !== undefined) {
			this.#forward = httpProxy("httpProxyAddress", httpProxyAddress, httpProxyPort, ProxyKind.Forward);
		}
		if (httpsProxyAddress !== undefined) {
			this.#tunnel = httpProxy("httpsProxyAddress", httpsProxyAddress, httpProxyPort, ProxyKind.Tunnel);
		}
		this.setSocks(info);
		const { noProxy } = info;
		if (noProxy === undefined) return;
		const entries = typeof noProxy === "string" ? noProxy.split(",").join(" ").split(" ") : noProxy;
		this.#exceptions = entries.map(bare).filter((each) => each !== "");
	}

	private setSocks({ socksProxyAddress, socksProxyPort, socksProxyResolvesNames = true }: ProxyInfo): void {
		if (socksProxyAddress === "") this.#socks = undefined;
		if (!socksProxyAddress) return;
		const { user, password, address, port } = parse("socksProxyAddress", socksProxyAddress, socksProxyPort);
		const login = user === undefined ? undefined : socksLogin(user, password);
		if (user !== undefined && !login) {
			throw new RangeError(`socksProxyAddress: user and password have at most ${SOCKS_TEXT} bytes`);
		}
		const kind = ProxyKind.Socks;
		this.#socks = { kind, address, port, fields: [], login, resolvesNames: socksProxyResolvesNames };
	}

	/** The one for an origin; undefined: none. `isTunnel`: what is spoken is not plain HTTP. */
	find(address: string, isTunnel: boolean): ProxyServer | undefined {
		const proxy = (isTunnel ? this.#tunnel : this.#forward) ?? this.#socks;
		// a UNIX socket is of this machine
		return proxy && !address.startsWith("+") && !this.isException(bare(address)) ? proxy : undefined;
	}

	private isException(name: string): boolean {
		const bytes = addressBytes(name);
		for (const entry of this.#exceptions) {
			if (entry === "*") return true;
			if (bytes) {
				if (isInNetwork(bytes, entry.startsWith("[") ? entry.slice(1, -1) : entry)) return true;
			} else if (name === entry || name.endsWith(`.${entry}`)) return true;
		}
		return false;
	}
}
