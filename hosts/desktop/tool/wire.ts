/**
 * What the tool has of the host instead of the library: a clock with microseconds for -w; and only for who asks, sockets
 * that count (--stats) or are listened to (the heads as they were sent, for -i and -v), with TLS if need be, and a resolver
 * that knows more (--resolve). It takes the transfers to run one at a time.
 */
import TCP, { type TCPOptions } from "embedded:io/socket/tcp";
import Resolver, { type ResolveRequest } from "embedded:network/dns/resolver/udp";
import type { HostClasses } from "lws-xs";
import { Credentials, knowsSuite, library, Session } from "lws-xs/native/tls/session";
import Time from "time";
import { type Options, parseResolve, type Resolution } from "./options.js";

/** The SDK's has whole milliseconds, and on loopback not much takes one. */
const CLOCK = Object.freeze({
	get ticks() {
		return Time.microseconds / 1000;
	},
});

export class Wire {
	bytesIn = 0;
	bytesOut = 0;
	connections = 0;
	/** Hears every byte of responses that is read, as plaintext, at the start of `buffer`. */
	onBytes: ((buffer: Uint8Array, count: number) => void) | undefined;
	onConnected: ((remote: string) => void) | undefined;
	/** Bytes are sent; called once. */
	onSend: (() => void) | undefined;
	/** The last first: it counts. */
	readonly #resolutions: readonly Resolution[];
	#port = 0;
	/** The sockets that are made now carry TLS. */
	#isSecure = false;

	readonly #isListening: boolean;
	readonly #isCounting: boolean;

	/** Throws a Failure. */
	constructor(options: Options) {
		this.#resolutions = options.resolve.map(parseResolve).reverse();
		this.#isListening = options.isHeadShown || options.isHeadOnly || options.isVerbose;
		this.#isCounting = options.isCounted;
	}

	/** A transfer begins, or goes on elsewhere. */
	begin(port: number, isSecure: boolean): void {
		this.#port = port;
		this.#isSecure = isSecure;
	}

	/** The addresses that --resolve gives a name. */
	addressesOf(host: string, port = this.#port): readonly string[] | undefined {
		const name = host.toLowerCase();
		const found = this.#resolutions.find(
			(each) => each.port === port && (each.host === name || each.host === `[${name}]` || each.host === "*"),
		);
		return found && found.addresses.length > 0 ? found.addresses : undefined;
	}

	/** `isSecure`: there is an https URL. */
	classes(isSecure: boolean): Partial<HostClasses> {
		return {
			Time: CLOCK,
			...((this.#isListening || this.#isCounting) && { TCP: this.#socketClass() }),
			...(this.#resolutions.length > 0 && { Resolver: this.#resolverClass() }),
			...(this.#isListening && isSecure && { TLS: this.#tls }),
		};
	}

	get #tls(): HostClasses["TLS"] {
		return { Credentials, Session: this.#sessionClass(), library, knowsSuite };
	}

	#socketClass(): typeof TCP {
		const wire = this;
		return class extends TCP {
			readonly #isCiphertext = wire.#isSecure;

			constructor(options: TCPOptions) {
				let isOpen = false;
				super({
					...options,
					onWritable(count) {
						if (!isOpen) {
							isOpen = true;
							wire.#connected(this);
						}
						options.onWritable?.call(this, count);
					},
				});
			}

			override read(buffer?: unknown): never {
				const result = super.read(buffer as Uint8Array);
				if (result) {
					wire.bytesIn += result;
					if (!this.#isCiphertext) wire.onBytes?.(buffer as Uint8Array, result);
				}
				return result as never;
			}

			override write(buffer: Uint8Array): number | undefined {
				const { onSend } = wire;
				wire.onSend = undefined;
				onSend?.();
				const room = super.write(buffer);
				wire.bytesOut += buffer.length;
				return room;
			}
		};
	}

	#sessionClass(): typeof Session {
		const wire = this;
		return class extends Session {
			override read(
				target: Uint8Array,
				from: number,
				to: number,
				input: Uint8Array,
				start: number,
				end: number,
				output: Uint8Array,
			): number {
				const count = super.read(target, from, to, input, start, end, output);
				if (count > 0) wire.onBytes?.(from > 0 ? target.subarray(from) : target, count);
				return count;
			}
		};
	}

	#connected(socket: TCP): void {
		this.connections++;
		this.onConnected?.(`${socket.remoteAddress} port ${socket.remotePort}`);
	}

	#resolverClass(): typeof Resolver {
		const wire = this;
		return class extends Resolver {
			override resolve(request: ResolveRequest): void {
				const given = wire.addressesOf(request.host);
				// what is given is numeric: looked up itself it comes back, in a later turn as it must
				super.resolve({
					host: given?.[0] ?? request.host,
					onResolved(_host, address, addresses) {
						request.onResolved?.call(this, request.host, given?.[0] ?? address, given ?? addresses);
					},
					onError() {
						request.onError?.call(this, request.host);
					},
				});
			}
		};
	}
}
