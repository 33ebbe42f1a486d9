/**
 * The host's sockets, resolver and TLS with an ear on them: bytes, connections and times for -w, --stats and the progress
 * line, the head as it was sent for -i, and --resolve. It takes the transfers to run one at a time.
 */
import TCP, { type TCPOptions } from "embedded:io/socket/tcp";
import Resolver, { type ResolveRequest } from "embedded:network/dns/resolver/udp";
import type { HostClasses } from "lws-xs";
import { Credentials, knowsSuite, library, Session } from "lws-xs/native/tls/session";
import Time from "time";
import type { Resolution } from "./options.js";

/** What the present transfer has met with; times in microseconds, 0 for what has not happened. */
export interface Passage {
	begun: number;
	resolved: number;
	connected: number;
	/** The handshake of TLS was done. */
	secured: number;
	/** Of the response, not of a handshake. */
	firstByte: number;
	newConnections: number;
	/** Where the connection goes to, when one was made. */
	remote: string;
}

function newPassage(begun: number): Passage {
	return { begun, resolved: 0, connected: 0, secured: 0, firstByte: 0, newConnections: 0, remote: "" };
}

export class Wire {
	bytesIn = 0;
	bytesOut = 0;
	connections = 0;
	passage: Passage = newPassage(0);
	/** Hears every byte of responses that is read, as plaintext, at the start of `buffer`. */
	onBytes: ((buffer: Uint8Array, count: number) => void) | undefined;
	onConnected: (() => void) | undefined;
	/** The last first: it counts. */
	readonly #resolutions: readonly Resolution[];
	#port = 0;
	/** The sockets that are made now carry TLS. */
	#isSecure = false;

	constructor(resolutions: readonly Resolution[]) {
		this.#resolutions = [...resolutions].reverse();
	}

	/** A transfer begins. */
	begin(port: number, isSecure: boolean): void {
		this.#port = port;
		this.#isSecure = isSecure;
		this.passage = newPassage(Time.microseconds);
	}

	/** The addresses that --resolve gives a name. */
	addressesOf(host: string, port = this.#port): readonly string[] | undefined {
		const name = host.toLowerCase();
		const found = this.#resolutions.find(
			(each) => each.port === port && (each.host === name || each.host === `[${name}]` || each.host === "*"),
		);
		return found && found.addresses.length > 0 ? found.addresses : undefined;
	}

	get classes(): Pick<HostClasses, "TCP" | "Resolver"> {
		return { TCP: this.#socketClass(), Resolver: this.#resolverClass() };
	}

	/** Only for who has an https URL: it costs memory. */
	get tls(): HostClasses["TLS"] {
		return { Credentials, Session: this.#sessionClass(), library, knowsSuite };
	}

	#socketClass(): typeof TCP {
		const wire = this;
		return class extends TCP {
			readonly #isCiphertext = wire.#isSecure;

			constructor(options: TCPOptions) {
				let isOpen = false;
				// a numeric address needs no look-up
				wire.passage.resolved ||= Time.microseconds;
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
					if (!this.#isCiphertext) wire.#heard(buffer as Uint8Array, result);
				}
				return result as never;
			}

			override write(buffer: Uint8Array): number | undefined {
				const room = super.write(buffer);
				wire.bytesOut += buffer.length;
				return room;
			}
		};
	}

	#sessionClass(): typeof Session {
		const wire = this;
		return class extends Session {
			override handshake(input: Uint8Array, start: number, end: number, output: Uint8Array): boolean {
				const isDone = super.handshake(input, start, end, output);
				if (isDone) wire.passage.secured ||= Time.microseconds;
				return isDone;
			}

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
				// a view only for who listens: one for each record would keep a small heap collecting
				if (count > 0) wire.#heard(from > 0 && wire.onBytes ? target.subarray(from) : target, count);
				return count;
			}
		};
	}

	#connected(socket: TCP): void {
		this.connections++;
		this.passage.newConnections++;
		this.passage.connected = Time.microseconds;
		const address = socket.remoteAddress;
		this.passage.remote = `${address} port ${socket.remotePort}`;
		this.onConnected?.();
	}

	#heard(buffer: Uint8Array, count: number): void {
		this.passage.firstByte ||= Time.microseconds;
		this.onBytes?.(buffer, count);
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
						wire.passage.resolved = Time.microseconds;
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
