/**
 * What an application gives of its network, as the Moddable SDK and ECMA-419 describe it: the classes of socket and
 * resolver, each with options for its constructor. A device with two networks (Wi-Fi and Ethernet) has one of each.
 */
import type { ResolverClass, ResolverOptions, SocketOptions, TCPClass } from "../transport/host.js";

/** The class under `io`, and beside it options that are passed to its constructor. */
export interface SocketProvider {
	io?: unknown;
	/** A TLS socket of the SDK has the plain one here; the client does TLS itself and takes that. */
	TCP?: SocketProvider;
}

export interface ResolverProvider extends ResolverOptions {
	io?: unknown;
}

/**
 * Where the SDK 8 has the HTTP client of a device, `device.network.http` or `.https`, and where the standard has it: the
 * same under `client`. The client's own class, `io`, is not used.
 */
export interface NetworkProvider {
	socket?: SocketProvider;
	dns?: ResolverProvider;
	client?: Pick<NetworkProvider, "socket" | "dns">;
}

export interface NetworkClasses {
	TCP?: TCPClass;
	Resolver?: ResolverClass;
	resolver?: ResolverOptions;
}

/** What of the provider's shape is there. Throws a TypeError when it has neither socket nor resolver. */
export function networkClasses(provider: NetworkProvider): NetworkClasses {
	const { socket, dns } = provider.client ?? provider;
	const plain = socket?.TCP ?? socket;
	if (typeof plain?.io !== "function" && typeof dns?.io !== "function") {
		throw new TypeError("network has neither socket.io nor dns.io: give device.network.http, for example");
	}
	const classes: NetworkClasses = {};
	if (typeof plain?.io === "function") classes.TCP = withOptions(plain);
	if (typeof dns?.io === "function") {
		const { io, ...options } = dns;
		classes.Resolver = io as ResolverClass;
		classes.resolver = options;
	}
	return classes;
}

/** The provider's class, made with the provider's options. */
function withOptions({ io, ...options }: SocketProvider): TCPClass {
	const Socket = io as TCPClass;
	if (Object.keys(options).length === 0) return Socket;
	return class extends Socket {
		constructor(own: SocketOptions) {
			super({ ...options, ...own });
		}
	};
}
