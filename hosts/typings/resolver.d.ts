/** ECMA-419 name resolver, as the Moddable SDK's `embedded:network/dns/resolver/udp`. */
declare module "embedded:network/dns/resolver/udp" {
	export interface ResolveRequest {
		host: string;
		/**
		 * `address` is the first of `addresses`. The device gives only `address`; the desktop and Node give all
		 * addresses of the name, in the order in which they should be tried (RFC 6724).
		 */
		onResolved?: (this: Resolver, host: string, address: string, addresses?: readonly string[]) => void;
		onError?: (this: Resolver, host: string) => void;
	}

	export interface ResolverOptions {
		/** Name servers; the desktop and Node ask the operating system instead. */
		servers?: readonly string[];
		/** UDP provider; the desktop and Node do not need it. */
		socket?: unknown;
	}

	export default class Resolver {
		constructor(options: ResolverOptions);
		/** Asynchronous also for "localhost" and numeric addresses. Throws after `close()`. */
		resolve(request: ResolveRequest): void;
		/** Drops all requests; none of their callbacks comes any more. */
		close(): void;
	}
}
