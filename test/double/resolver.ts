/**
 * A scripted name resolver: the class has the shape of `embedded:network/dns/resolver/udp`. A name that the script
 * does not know is not found; an answer comes in a later turn, that of a held name when the test releases it.
 */
import type HostResolver from "embedded:network/dns/resolver/udp";
import type { ResolveRequest, ResolverOptions } from "embedded:network/dns/resolver/udp";
import { Clock } from "./clock.js";
import { Faults } from "./faults.js";

const LOOPBACK = "127.0.0.1";

export class Names {
	readonly clock: Clock;
	readonly faults: Faults;
	/** The device gives `address` only, never the list. */
	readonly device: boolean;
	/** The names that were asked for, in that order. */
	readonly asked: string[] = [];
	/** How many resolvers were made and not closed. */
	open = 0;
	/** The class for the code under test. */
	readonly Resolver: typeof HostResolver;
	#addresses = new Map<string, readonly string[]>([["localhost", [LOOPBACK]]]);
	#held = new Set<string>();
	#waiting: { host: string; answer: () => void }[] = [];

	constructor(clock = new Clock(), faults = new Faults(), options: { device?: boolean } = {}) {
		this.clock = clock;
		this.faults = faults;
		this.device = options.device ?? false;
		const names = this;
		this.Resolver = class extends ScriptedResolver {
			constructor(options: ResolverOptions) {
				super(names, options);
			}
		};
	}

	/** From now on `host` has these addresses; none: it is not found. */
	answer(host: string, ...addresses: string[]): void {
		this.#addresses.set(host, addresses);
	}

	/** Requests for `host` get no answer until `release`. */
	hold(host: string): void {
		this.#held.add(host);
	}

	/** Answers what was held. */
	release(host: string): void {
		this.#held.delete(host);
		const released = this.#waiting.filter((request) => request.host === host);
		this.#waiting = this.#waiting.filter((request) => request.host !== host);
		for (const request of released) this.clock.post(request.answer);
	}

	/** For the resolver: calls `answer` in a later turn. */
	ask(host: string, answer: (addresses: readonly string[]) => void): void {
		this.asked.push(host);
		const request = { host, answer: () => answer(this.#find(host)) };
		if (this.#held.has(host)) this.#waiting.push(request);
		else this.clock.post(request.answer);
	}

	#find(host: string): readonly string[] {
		const numeric = /^\d+\.\d+\.\d+\.\d+$/.test(host) || host.includes(":");
		return this.#addresses.get(host) ?? (numeric ? [host] : []);
	}
}

class ScriptedResolver implements HostResolver {
	readonly #names: Names;
	#closed = false;

	constructor(names: Names, _options: ResolverOptions) {
		names.faults.count("resolver");
		this.#names = names;
		names.open++;
	}

	resolve(request: ResolveRequest): void {
		this.#names.faults.count("resolve");
		const { host, onResolved, onError } = request;
		if (this.#closed) throw new Error("closed");
		if (!host) throw new Error("no host");
		if (!onResolved && !onError) throw new Error("no callback");
		this.#names.ask(host, (addresses) => {
			if (this.#closed) return;
			const address = addresses[0];
			if (address === undefined) onError?.call(this, host);
			else if (this.#names.device) onResolved?.call(this, host, address);
			else onResolved?.call(this, host, address, addresses);
		});
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#names.open--;
	}
}
