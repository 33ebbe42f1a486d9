/** How the redirects of one wsi are followed: what its connect info says holds for all origins. */
import type { Redirects } from "../dispatch/request.js";
import type { Security } from "../transport/security.js";
import { LCCSCF_ACCEPT_TLS_DOWNGRADE_REDIRECTS } from "./constants.js";
import type { Vhost } from "./protocol.js";

/** As many as lws follows; a loop is found by it. */
export const DEFAULT_REDIRECTS = 4;

/** Members of ConnectInfo. */
interface RedirectInfo {
	sslConnection?: number;
	alpn?: string;
	pinnedPublicKeys?: readonly string[];
	maxRedirects?: number;
	rewind?: () => void;
}

export class ClientRedirects implements Redirects {
	readonly limit: number;
	readonly rewind: (() => void) | undefined;
	readonly #vhost: Vhost;
	readonly #flags: number;
	readonly #alpn: string | undefined;
	readonly #pins: readonly string[] | undefined;

	constructor(vhost: Vhost, info: RedirectInfo) {
		const limit = info.maxRedirects ?? DEFAULT_REDIRECTS;
		if (!Number.isInteger(limit) || limit < 0) throw new RangeError(`maxRedirects is ${limit}`);
		this.limit = limit;
		this.rewind = info.rewind;
		this.#vhost = vhost;
		this.#flags = info.sslConnection ?? 0;
		this.#alpn = info.alpn;
		this.#pins = info.pinnedPublicKeys;
	}

	get mayDowngrade(): boolean {
		return (this.#flags & LCCSCF_ACCEPT_TLS_DOWNGRADE_REDIRECTS) !== 0;
	}

	secure(host: string, port: number): Security | undefined {
		return this.#vhost.ssl?.secure({ host, port, flags: this.#flags, alpn: this.#alpn, pins: this.#pins });
	}
}
