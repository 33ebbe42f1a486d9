// @ts-check
/**
 * The SDK's `embedded:network/dns/resolver/udp` over the operating system's resolver, which knows the hosts file and
 * the order in which addresses should be tried.
 */
import { lookup } from "node:dns";

/** @typedef {import("embedded:network/dns/resolver/udp").ResolveRequest} ResolveRequest */

export default class Resolver {
	#closed = false;

	/** @param {ResolveRequest} request */
	resolve(request) {
		const { onResolved, onError } = request;
		if (this.#closed) throw new Error("closed");
		if (!request.host) throw new Error("no host");
		if (!onResolved && !onError) throw new Error("no callback");

		const host = String(request.host);
		lookup(host, { all: true, verbatim: true }, (error, found) => {
			// Node answers a numeric address before the current turn has ended.
			setImmediate(() => {
				if (this.#closed) return;
				const addresses = error ? [] : found.map((entry) => entry.address);
				const address = addresses[0];
				if (address === undefined) onError?.call(this, host);
				else onResolved?.call(this, host, address, addresses);
			});
		});
	}

	close() {
		this.#closed = true;
	}
}
