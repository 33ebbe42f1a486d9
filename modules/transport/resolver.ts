/** Names to addresses over the host's ECMA-419 resolver; numeric addresses take no way round. */
import { isText, TextSet } from "lws-xs/native/http";
import type { Resolver, ResolverClass, ResolverOptions } from "./host.js";

/** A lookup under way; `cancel` is the end of its callback. */
export interface Lookup {
	cancel(): void;
}

/** An IPv4 or IPv6 address, without brackets, or a UNIX socket: nothing that a resolver is needed for. */
export function isNumeric(host: string): boolean {
	if (host.startsWith("+")) return true;
	if (host.includes(":")) return true;
	const parts = host.split(".");
	return parts.length === 4 && parts.every(isOctet);
}

function isOctet(text: string): boolean {
	return text.length <= 3 && isText(text, TextSet.Digits) && Number(text) < 256;
}

export class NameResolver {
	readonly #Resolver: ResolverClass;
	readonly #options: ResolverOptions;
	#resolver: Resolver | undefined;

	constructor(ResolverClass: ResolverClass, options: ResolverOptions) {
		this.#Resolver = ResolverClass;
		this.#options = options;
	}

	/**
	 * `done` hears the addresses in the order to try, or undefined; never from inside this call. Throws when nobody can be
	 * asked, what the host's resolver throws among it.
	 */
	resolve(host: string, done: (addresses: readonly string[] | undefined) => void): Lookup {
		// the SDK's resolver would ask none of them for ever
		if (this.#options.servers?.length === 0) throw new Error("no name server");
		let waiting = true;
		this.#resolver ??= new this.#Resolver(this.#options);
		this.#resolver.resolve({
			host,
			onResolved(_host, address, addresses) {
				if (waiting) done(addresses ?? [address]);
			},
			onError() {
				if (waiting) done(undefined);
			},
		});
		return {
			cancel() {
				waiting = false;
			},
		};
	}

	close(): void {
		this.#resolver?.close();
		this.#resolver = undefined;
	}
}
