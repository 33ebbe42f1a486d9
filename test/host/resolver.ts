/** Conformance of `embedded:network/dns/resolver/udp`, with names that no name server is asked for. */
import Resolver, { type ResolveRequest } from "embedded:network/dns/resolver/udp";
import Timer from "timer";
import { equal, test, throws } from "./harness.js";

/** A label is at most 63 bytes long (RFC 1035, 2.3.4), so this is refused before anything is sent. */
const IMPOSSIBLE = `${"a".repeat(64)}.invalid`;

interface Answer {
	self: Resolver;
	host: string;
	address: string;
	addresses: readonly string[];
}

function sleep(milliseconds: number): Promise<void> {
	return new Promise((resolve) => {
		Timer.set(() => resolve(), milliseconds);
	});
}

function resolve(resolver: Resolver, host: string): Promise<Answer> {
	return new Promise((resolve, reject) => {
		resolver.resolve({
			host,
			onResolved(host, address, addresses) {
				resolve({ self: this, host, address, addresses: addresses ?? [address] });
			},
			onError(host) {
				reject(new Error(`${host} was not found`));
			},
		});
	});
}

test("A numeric IPv4 address is its own answer.", async () => {
	const resolver = new Resolver({});
	const answer = await resolve(resolver, "192.0.2.7");
	equal(answer.self, resolver);
	equal(answer.host, "192.0.2.7");
	equal(answer.address, "192.0.2.7");
	equal(answer.addresses.join(), "192.0.2.7");
	resolver.close();
});

test("An answer does not come before the turn and its promise jobs have ended.", async () => {
	const resolver = new Resolver({});
	let called = false;
	const early = await new Promise<boolean>((done) => {
		Timer.set(async () => {
			const onResolved = () => {
				called = true;
			};
			resolver.resolve({ host: "127.0.0.1", onResolved });
			await undefined;
			await undefined;
			done(called);
		});
	});
	equal(early, false);
	resolver.close();
});

test("A numeric IPv6 address is its own answer.", async () => {
	const resolver = new Resolver({});
	for (const host of ["::1", "2001:db8::7"]) {
		const answer = await resolve(resolver, host);
		equal(answer.host, host);
		equal(answer.address, host);
		equal(answer.addresses.length, 1);
	}
	resolver.close();
});

test("The name localhost has loopback addresses, the first of which is the address.", async () => {
	const resolver = new Resolver({});
	const { host, address, addresses } = await resolve(resolver, "localhost");
	equal(host, "localhost");
	equal(addresses.length > 0, true);
	equal(addresses[0], address);
	for (const each of addresses) equal(each === "::1" || each.startsWith("127."), true, each);
	resolver.close();
});

test("A name that does not exist comes as onError with the name.", async () => {
	const resolver = new Resolver({});
	let failed = "";
	let self: unknown;
	let called = false;
	resolver.resolve({
		host: IMPOSSIBLE,
		onError(host) {
			failed = host;
			self = this;
		},
		onResolved() {
			called = true;
		},
	});
	equal(failed, "");
	for (let i = 0; i < 1000 && failed === ""; i++) await sleep(10);
	equal(failed, IMPOSSIBLE);
	equal(self, resolver);
	equal(called, false);
	resolver.close();
});

test("Requests at the same time all get their answers.", async () => {
	const resolver = new Resolver({});
	const hosts = ["127.0.0.1", "localhost", "127.0.0.2", "::1"];
	const answers = await Promise.all(hosts.map((host) => resolve(resolver, host)));
	equal(answers.map((answer) => answer.host).join(), hosts.join());
	resolver.close();
});

test("A request without a host or without a callback throws.", () => {
	const resolver = new Resolver({});
	throws(() => resolver.resolve({ host: "127.0.0.1" }));
	throws(() => resolver.resolve({ host: "", onResolved() {} }));
	throws(() => resolver.resolve({ onResolved() {} } as unknown as ResolveRequest));
	resolver.close();
});

test("After close() no callback comes, resolve() throws, and close() can be repeated.", async () => {
	const resolver = new Resolver({});
	let called = false;
	const note = () => {
		called = true;
	};
	for (const host of ["127.0.0.1", "localhost", IMPOSSIBLE]) {
		resolver.resolve({ host, onResolved: note, onError: note });
	}
	resolver.close();
	resolver.close();
	throws(() => resolver.resolve({ host: "127.0.0.1", onResolved() {} }));
	await sleep(100);
	equal(called, false);
});

test("A resolver can be closed, and another asked, from its callback.", async () => {
	const first = new Resolver({});
	const second = new Resolver({});
	let others = 0;
	const answer = await new Promise<string>((done) => {
		for (const host of ["127.0.0.1", "127.0.0.2"]) {
			first.resolve({
				host,
				onResolved() {
					others++;
					this.close();
					resolve(second, "127.0.0.3").then((answer) => done(answer.address));
				},
			});
		}
	});
	equal(answer, "127.0.0.3");
	equal(others, 1);
	second.close();
});
