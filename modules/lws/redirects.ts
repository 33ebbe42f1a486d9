/** What a request has to follow redirects by: what holds for the TLS of the first origin holds for all. */
import type { ProxyServer, Redirects } from "../dispatch/request.js";
import type { Security } from "../transport/security.js";
import { LCCSCF_ACCEPT_TLS_DOWNGRADE_REDIRECTS } from "./constants.js";
import type { Vhost } from "./protocol.js";

/** As many as lws follows; a loop is found by it. */
export const DEFAULT_REDIRECTS = 4;

export class ClientRedirects implements Redirects {
	readonly limit: number;
	readonly vhost: Vhost;
	readonly flags: number;
	// mostly absent
	declare readonly alpn: string | undefined;
	declare readonly pins: readonly string[] | undefined;

	/** Throws RangeError for a number that is none. */
	constructor(vhost: Vhost, flags: number, { maxRedirects = DEFAULT_REDIRECTS, alpn, pinnedPublicKeys }: Redirected) {
		if (!Number.isInteger(maxRedirects) || maxRedirects < 0) throw new RangeError(`maxRedirects is ${maxRedirects}`);
		this.limit = maxRedirects;
		this.vhost = vhost;
		this.flags = flags;
		if (alpn !== undefined) this.alpn = alpn;
		if (pinnedPublicKeys) this.pins = pinnedPublicKeys;
	}

	get mayDowngrade(): boolean {
		return (this.flags & LCCSCF_ACCEPT_TLS_DOWNGRADE_REDIRECTS) !== 0;
	}

	secure(host: string, port: number): Security | undefined {
		const { vhost, flags, alpn, pins } = this;
		return vhost.ssl?.secure({ host, port, flags, alpn, pins });
	}

	proxyFor(address: string, isTunnel: boolean): ProxyServer | undefined {
		return this.vhost.proxies?.find(address, isTunnel);
	}
}

/** Of a connect info. */
interface Redirected {
	readonly maxRedirects?: number | undefined;
	readonly alpn?: string | undefined;
	readonly pinnedPublicKeys?: readonly string[] | undefined;
}
