/** The context: everything of one client, made and ended as a whole. */
import TCP from "embedded:io/socket/tcp";
import Resolver from "lws-xs/host/resolver";
import { authorities, readFile } from "lws-xs/host/trust";
import { Credentials, knowsSuite, library, Session } from "lws-xs/native/tls/session";
import Time from "time";
import Timer from "timer";
import type { Deadlines } from "../dispatch/deadline.js";
import type { OpeningHost } from "../dispatch/opening.js";
import type { Clock } from "../dispatch/timing.js";
import { type TimerClass, Turn } from "../dispatch/turn.js";
import { LwsError } from "../engines/errors.js";
import type { ResolverClass, ResolverOptions, TCPClass } from "../transport/host.js";
import { NameResolver } from "../transport/resolver.js";
import type { TLSModule, TrustHost } from "../transport/security.js";
import { LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT, LWS_SERVER_OPTION_EXPLICIT_VHOSTS } from "./constants.js";
import { type NetworkProvider, networkClasses } from "./network.js";
import { completeDeadlines, completeSizes, defaultDeadlines, type VhostInfo } from "./options.js";
import type { Context, Protocol, Vhost } from "./protocol.js";
import { Proxies, type ProxyInfo } from "./proxy.js";
import { ClientSsl, type ClientSslCtx, type ClientSslInfo, parseCredentials } from "./ssl.js";
import { ClientVhost } from "./vhost.js";

/** The classes of the host that the client uses; a test gives its own. */
export interface HostClasses extends TrustHost {
	TCP: TCPClass;
	Resolver: ResolverClass;
	/** Options for the resolver's constructor. */
	resolver: ResolverOptions;
	Timer: TimerClass;
	/** For transactionInfo. */
	Time: Clock;
}

export interface ContextInfo extends Partial<VhostInfo>, ClientSslInfo {
	deadlines?: Partial<Deadlines>;
	/** Socket and resolver to use, for example `device.network.http`; default: those of the host. */
	network?: NetworkProvider;
	host?: Partial<HostClasses>;
}

const TLS: TLSModule = Object.freeze({ Credentials, Session, library, knowsSuite });
const HOST: HostClasses = Object.freeze({
	// the SDK's declaration says less of its socket than it does
	TCP: TCP as unknown as TCPClass,
	Resolver,
	resolver: Object.freeze({}),
	Timer,
	Time,
	TLS,
	readFile,
	authorities,
	now: () => Date.now(),
});

class ClientContext implements Context {
	readonly options: number;
	readonly deadlines: Deadlines;
	readonly vhosts: ClientVhost[] = [];
	readonly host: OpeningHost & TrustHost;
	#isDestroyed = false;

	constructor(info: ContextInfo) {
		const given: Partial<HostClasses> = { ...(info.network && networkClasses(info.network)), ...info.host };
		const host: HostClasses = { ...HOST, ...given };
		this.options = info.options ?? 0;
		this.deadlines = completeDeadlines(info.deadlines, defaultDeadlines());
		const resolver = new NameResolver(host.Resolver, host.resolver);
		// what is not given is inherited: it takes no room in this object
		this.host = Object.setPrototypeOf({ ...given, resolver, turn: new Turn(host.Timer) }, HOST);
		if (this.options & LWS_SERVER_OPTION_EXPLICIT_VHOSTS) return;
		if (!info.protocols) throw new TypeError("protocols are missing");
		const vhost = createVhost(this, { name: "default", ...info, protocols: info.protocols });
		initVhostClientSsl(info, vhost);
	}

	get isDestroyed(): boolean {
		return this.#isDestroyed;
	}

	destroy(): void {
		if (this.#isDestroyed) {
			this.host.turn.resume();
			return;
		}
		this.#isDestroyed = true;
		this.host.resolver.close();
		for (const vhost of this.vhosts) {
			vhost.destroy((wsi) => wsi.end(new LwsError("app:context-destroyed", wsi.transaction?.delivered ?? "no")));
		}
	}
}

/**
 * Makes a client: reserves the buffers of all its connections, and with them all the memory that requests will need
 * besides small objects. Without LWS_SERVER_OPTION_EXPLICIT_VHOSTS it has one vhost, "default", with `info.protocols`.
 *
 * Throws TypeError or RangeError for options that cannot be. Source: lws_create_context.
 *
 * @example
 * const context = createContext({ protocols: [{ name: "http", callback(wsi, reason, user, input, length) { … } }] });
 */
export function createContext(info: ContextInfo): Context {
	return new ClientContext(info);
}

/**
 * Ends every request and connection. Called again, it asks again for the turn that tells so, should the host have had no
 * timer for it. Their callbacks (CLIENT_CONNECTION_ERROR or CLOSED, then PROTOCOL_DESTROY) come in a
 * later turn. Source: lws_context_destroy.
 */
export function contextDestroy(context: Context): void {
	(context as ClientContext).destroy();
}

/**
 * Adds a vhost with protocols and connections of its own. Source: lws_create_vhost.
 *
 * @example
 * const telemetry = createVhost(context, { name: "telemetry", protocols: [protocol], connections: 1 });
 */
export function createVhost(context: Context, info: VhostInfo): Vhost {
	if (context.isDestroyed) throw new Error("the context is destroyed");
	const protocols: readonly Protocol[] = info.protocols;
	if (!Array.isArray(protocols) || protocols.length === 0) throw new TypeError("a vhost needs at least one protocol");
	for (const protocol of protocols) {
		if (typeof protocol.callback !== "function") throw new TypeError(`protocol ${protocol.name} has no callback`);
	}
	const vhost = new ClientVhost(context, context.host, info.name ?? "", protocols, completeSizes(info));
	initProxies(vhost, info);
	initExtensions(vhost, info);
	(context as ClientContext).vhosts.push(vhost);
	return vhost;
}

/**
 * Lets the vhost's connections use TLS, and reserves what they need for it. Does nothing without
 * LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT in `info.options`, as in lws; createContext calls it for its default vhost.
 *
 * Throws an Error that names the file or member which cannot be used. Gives 0. Source: lws_init_vhost_client_ssl.
 *
 * @example
 * initVhostClientSsl({ options: LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT, sslCaMem: new Resource("ca.der") }, vhost);
 */
export function initVhostClientSsl(info: ClientSslInfo, vhost: Vhost): 0 {
	if (((info.options ?? 0) & LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT) === 0 || vhost.ssl) return 0;
	(vhost as ClientVhost).secure(new ClientSsl(vhost.context.host, info));
	return 0;
}

/**
 * Reads certificates and key once for several vhosts, each of which gets them as `providedClientSslCtx`.
 *
 * @example
 * const providedClientSslCtx = createClientSslCtx(context, { sslCaFilepath: "ca.pem" });
 */
export function createClientSslCtx(context: Context, info: ClientSslInfo): ClientSslCtx {
	return parseCredentials(context.host, info);
}

/** Only a vhost that has proxies has an object for them. */
function proxiesOf(vhost: Vhost): Proxies {
	const own = vhost as ClientVhost;
	own.proxies ??= new Proxies();
	return own.proxies;
}

function initProxies(vhost: Vhost, info: ProxyInfo): void {
	if (info.httpProxyAddress || info.httpsProxyAddress || info.socksProxyAddress || info.noProxy)
		proxiesOf(vhost).set(info);
}

function initExtensions(vhost: ClientVhost, { extensions = [] }: VhostInfo): void {
	// two that both use the first reserved bit cannot be told apart, and there is no other yet (RFC 6455 section 9.1)
	if (extensions.length > 1) throw new RangeError("a vhost can have one extension");
	if (extensions[0]) vhost.extension = extensions[0];
}

/**
 * From now on the vhost's requests go through that HTTP proxy, written as `httpProxyAddress`; "": through none. Requests
 * that have a connection keep it. Gives 0; throws a TypeError or RangeError for what is no proxy. Source: lws_set_proxy.
 *
 * @example
 * setProxy(vhost, "user:password@192.168.1.1:3128");
 */
export function setProxy(vhost: Vhost, proxy: string): 0 {
	proxiesOf(vhost).set({ httpProxyAddress: proxy });
	return 0;
}

/**
 * The same for a SOCKS5 proxy, written as `socksProxyAddress`; `resolvesNames` as `socksProxyResolvesNames`.
 * Source: lws_set_socks.
 *
 * @example
 * setSocks(vhost, "192.168.1.1:1080");
 */
export function setSocks(vhost: Vhost, proxy: string, resolvesNames = true): 0 {
	proxiesOf(vhost).set({ socksProxyAddress: proxy, socksProxyResolvesNames: resolvesNames });
	return 0;
}
