// @ts-check
/**
 * ECMA-419's resolver over the SDK's Net.resolve, and so over lwIP's, which asks the servers that DHCP has named and keeps
 * its answers; in the simulator over that of the operating system. The SDK's own resolver of this shape reads datagrams in
 * JavaScript, where a malformed one throws out of a callback, which restarts the device.
 */
// biome-ignore lint/style/useNodejsImportProtocol: the SDK's module of that name
import Net from "net";
import Timer from "timer";

/** @typedef {import("embedded:network/dns/resolver/udp").ResolveRequest} ResolveRequest */

export default class Resolver {
	#isClosed = false;

	/** @param {ResolveRequest} request */
	resolve({ host, onResolved, onError }) {
		if (this.#isClosed) throw new Error("closed");
		if (host === "localhost" || host.endsWith(".localhost")) {
			// RFC 6761 section 6.3: nobody is asked; the simulator would be given ::1, and could not use it
			Timer.set(() => this.#isClosed || onResolved?.call(this, host, "127.0.0.1"), 0);
			return;
		}
		// a device without any server would wait for one for as long as its deadline lets it; the simulator says nothing
		if (Net.get("DNS")?.length === 0) throw new Error("no name server");
		Net.resolve(host, (_name, address) => {
			if (this.#isClosed) return;
			if (address === undefined) onError?.call(this, host);
			else onResolved?.call(this, host, address);
		});
	}

	close() {
		this.#isClosed = true;
	}
}
