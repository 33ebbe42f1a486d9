/**
 * What the tool has of the host instead of the library: a clock with microseconds for -w; and only for who asks, sockets
 * that count (--stats), are listened to (the heads as they were sent, for -i and -v) or recorded (--record), with TLS if
 * need be, and a resolver that knows more (--resolve); both keep to one family of addresses (-4, -6). In a replay what lies
 * below is a record. It takes the transfers to run one at a time.
 */
import TCP, { type TCPOptions } from "embedded:io/socket/tcp";
import Resolver, { type ResolveRequest } from "embedded:network/dns/resolver/udp";
import type { HostClasses } from "lws-xs";
import * as tls from "lws-xs/native/tls/session";
import Time from "time";
import { messageOf } from "./exit.js";
import { type Options, parseResolve, type Resolution } from "./options.js";
import type { Recorder } from "./record/recorder.js";
import type { Stage } from "./stage.js";

/** The SDK's has whole milliseconds, and on loopback not much takes one. */
const CLOCK = Object.freeze({
	get ticks() {
		return Time.microseconds / 1000;
	},
});

/** What CONNECT begins with. */
const LETTER_C = 0x43;

const NOTHING = new Uint8Array(0);
/** Of what has come and is not read any more, a record has so much. */
const REST = 16384;

/** A socket that carries TLS has nothing to listen to itself. */
interface Carrier {
	readonly number: number;
	isCiphertext: boolean;
}

export class Wire {
	bytesIn = 0;
	bytesOut = 0;
	connections = 0;
	/** Hears every byte of responses that is read, as plaintext, at the start of `buffer`. */
	onBytes: ((buffer: Uint8Array, count: number) => void) | undefined;
	/** Hears every byte that is sent, as plaintext. */
	onSent: ((buffer: Uint8Array, start: number, end: number) => void) | undefined;
	onConnected: ((remote: string) => void) | undefined;
	/** The way through a proxy begins, perhaps, or TLS: what comes next begins with a head. */
	onTunnel: ((isBegun: boolean) => void) | undefined;
	/** Bytes are sent; called once. */
	onSend: (() => void) | undefined;
	/** The last first: it counts. */
	readonly #resolutions: readonly Resolution[];
	#port = 0;
	/** The socket of which a callback is running, or ran last: a session that is made belongs to it. */
	#current: Carrier | undefined;
	/** Sockets that were tried. */
	#sockets = 0;

	readonly #classes: Partial<HostClasses>;
	readonly #recorder: Recorder | undefined;
	readonly #isListening: boolean;
	readonly #isCounting: boolean;
	readonly #family: Options["family"];

	/** Throws a Failure. */
	constructor(options: Options, { classes, recorder }: Stage) {
		this.#classes = classes;
		this.#recorder = recorder;
		this.#resolutions = options.resolve.map(parseResolve).reverse();
		this.#isListening = options.isHeadShown || options.isHeadOnly || options.isVerbose;
		this.#isCounting = options.isCounted;
		this.#family = options.family;
	}

	/** A transfer begins, or goes on elsewhere. */
	begin(port: number): void {
		this.#port = port;
	}

	/** The addresses that --resolve gives a name. */
	addressesOf(host: string, port = this.#port): readonly string[] | undefined {
		const name = host.toLowerCase();
		const found = this.#resolutions.find(
			(each) => each.port === port && (each.host === name || each.host === `[${name}]` || each.host === "*"),
		);
		return found && found.addresses.length > 0 ? found.addresses : undefined;
	}

	/** `isSecure`: there may be an https URL. */
	classes(isSecure: boolean): Partial<HostClasses> {
		const isHeard = this.#isListening || this.#recorder !== undefined;
		return {
			Time: CLOCK,
			...this.#classes,
			...((isHeard || this.#isCounting || this.#family) && { TCP: this.#socketClass() as HostClasses["TCP"] }),
			...((this.#resolutions.length > 0 || this.#recorder || this.#family) && { Resolver: this.#resolverClass() }),
			...(isHeard && isSecure && { TLS: this.#tls }),
		};
	}

	#isOfFamily(address: string): boolean {
		return this.#family === undefined || address.includes(":") === (this.#family === 6);
	}

	get #tls(): HostClasses["TLS"] {
		const { Credentials, Session, library, knowsSuite } = this.#classes.TLS ?? tls;
		return { Credentials, Session: this.#sessionClass(Session), library, knowsSuite };
	}

	#socketClass(): typeof TCP {
		const wire = this;
		const recorder = this.#recorder;
		const Base = (this.#classes.TCP ?? TCP) as typeof TCP;
		return class extends Base implements Carrier {
			readonly number: number;
			isCiphertext = false;
			/** Bytes that have come and were not read. */
			#waiting = 0;

			constructor(options: TCPOptions) {
				// an address that nobody looks up, in the URL or where a redirect leads
				if (!wire.#isOfFamily(options.address)) throw new Error("invalid address");
				const number = ++wire.#sockets;
				let isOpen = false;
				try {
					super({
						...options,
						// the way of content is the deepest, and only a record makes it deeper
						...(recorder && {
							onReadable: (count: number) => {
								this.#waiting = count;
								options.onReadable?.call(this, count);
							},
						}),
						onWritable: (room) => {
							wire.#current = this;
							recorder?.note(isOpen ? "room" : "opened", { connection: number, room });
							if (!isOpen) {
								isOpen = true;
								wire.#connected(this);
							}
							options.onWritable?.call(this, room);
						},
						onError: (failure) => {
							recorder?.ended(number, failure);
							options.onError?.call(this, failure);
						},
					});
				} catch (error) {
					recorder?.connect(number, options.address, options.port, messageOf(error));
					throw error;
				}
				this.number = number;
				recorder?.connect(number, options.address, options.port, undefined);
			}

			override read(buffer?: unknown): never {
				const result = super.read(buffer as Uint8Array);
				if (result) {
					wire.#current = this;
					wire.bytesIn += result;
					this.#waiting -= result;
					if (!this.isCiphertext) {
						recorder?.bytes(this.number, "received", buffer as Uint8Array, result, this.#waiting > 0);
						wire.onBytes?.(buffer as Uint8Array, result);
					}
				}
				return result as never;
			}

			override write(buffer: Uint8Array): number | undefined {
				const { onSend } = wire;
				wire.onSend = undefined;
				onSend?.();
				if (!this.isCiphertext && buffer[0] === LETTER_C) wire.onTunnel?.(true);
				const room = super.write(buffer);
				wire.bytesOut += buffer.length;
				if (!this.isCiphertext) wire.onSent?.(buffer, 0, buffer.length);
				if (!this.isCiphertext) recorder?.bytes(this.number, "sent", buffer, buffer.length);
				return room;
			}

			override close(): void {
				if (recorder) {
					if (!this.isCiphertext) this.#readRest(recorder);
					recorder.closed(this.number);
				}
				super.close();
			}

			#readRest(recorder: Recorder): void {
				const count = Math.min(this.#waiting, REST);
				if (count <= 0) return;
				this.#waiting = 0;
				const rest = new Uint8Array(count);
				try {
					if (super.read(rest)) recorder.bytes(this.number, "received", rest, count);
				} catch {} // it has failed, and has nothing any more
			}
		};
	}

	#sessionClass(Base: typeof tls.Session): typeof tls.Session {
		const wire = this;
		const recorder = this.#recorder;
		return class extends Base {
			readonly #carrier = wire.#secure();
			/** A failure is told as long as the session is there. */
			#isOver = false;

			override handshake(input: Uint8Array, start: number, end: number, output: Uint8Array): boolean {
				const isDone = super.handshake(input, start, end, output);
				if (recorder) {
					if (isDone) recorder.secured(this.#carrier, this.info());
					this.#noteEvents(recorder);
				}
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
				if (count > 0) {
					const bytes = from > 0 ? target.subarray(from) : target;
					recorder?.bytes(this.#carrier, "received", bytes, count, this.available > 0);
					wire.onBytes?.(bytes, count);
				}
				if (recorder) this.#noteEvents(recorder);
				return count;
			}

			override write(bytes: Uint8Array, start: number, end: number, output: Uint8Array): void {
				super.write(bytes, start, end, output);
				wire.onSent?.(bytes, start, end);
				if (!recorder) return;
				if (end > start) recorder.bytes(this.#carrier, "sent", bytes.subarray(start, end), end - start);
				this.#noteEvents(recorder);
			}

			override close(): void {
				const count = Math.min(this.available, REST);
				if (recorder && !this.#isOver && count > 0) {
					this.#isOver = true;
					const rest = new Uint8Array(count);
					const got = super.read(rest, 0, count, NOTHING, 0, 0, NOTHING);
					if (got > 0) recorder.bytes(this.#carrier, "received", rest, got);
				}
				super.close();
			}

			#noteEvents(recorder: Recorder): void {
				const { events } = this;
				if (this.#isOver || (events & (tls.Event.Closed | tls.Event.Failed)) === 0) return;
				this.#isOver = true;
				if ((events & tls.Event.Failed) !== 0) recorder.unsecured(this.#carrier, this.failure());
				else recorder.finished(this.#carrier);
			}
		};
	}

	/** A session begins; gives the number of its connection. */
	#secure(): number {
		const carrier = this.#current;
		if (!carrier) return 0;
		carrier.isCiphertext = true;
		this.onTunnel?.(false);
		this.#recorder?.secure(carrier.number);
		return carrier.number;
	}

	#connected(socket: TCP): void {
		this.connections++;
		this.onConnected?.(`${socket.remoteAddress} port ${socket.remotePort}`);
	}

	#resolverClass(): typeof Resolver {
		const wire = this;
		const recorder = this.#recorder;
		const Base = (this.#classes.Resolver ?? Resolver) as typeof Resolver;
		return class extends Base {
			override resolve(request: ResolveRequest): void {
				const given = wire.addressesOf(request.host);
				// what is given is numeric: looked up itself it comes back, in a later turn as it must
				const host = given?.[0] ?? request.host;
				recorder?.note("resolve", { host });
				super.resolve({
					host,
					onResolved(_host, address, addresses = [address]) {
						recorder?.note("resolved", { host, addresses });
						const usable = (given ?? addresses).filter((each) => wire.#isOfFamily(each));
						if (usable[0] === undefined) request.onError?.call(this, request.host);
						else request.onResolved?.call(this, request.host, usable[0], usable);
					},
					onError() {
						recorder?.note("unresolved", { host });
						request.onError?.call(this, request.host);
					},
				});
			}
		};
	}
}
