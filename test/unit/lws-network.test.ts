/** What an application gives of its network, and what of it is not there. */

import Resolver from "embedded:network/dns/resolver/udp";
import assert from "node:assert/strict";
import * as lws from "lws-xs";
import { nameOf } from "lws-xs/engines/uri";
import { networkClasses } from "lws-xs/lws/network";
import { isNumeric, NameResolver } from "lws-xs/transport/resolver";
import { constructorFailure } from "lws-xs/transport/tcp";
import { suitesOf } from "lws-xs/transport/tls-suites";
import Timer from "timer";

class Socket {
	readonly options: Record<string, unknown>;
	constructor(options: Record<string, unknown>) {
		this.options = options;
	}
	close(): void {}
}
class NameServer {}

const servers = ["192.0.2.53"];
const dns = { io: NameServer, servers, socket: { io: class {} } };

describe("network providers", () => {
	const shapes = {
		"of the SDK, device.network.http": { io: class {}, socket: { io: Socket }, dns },
		"of the standard, with client": { client: { io: class {}, socket: { io: Socket }, dns } },
		"of the SDK for https, whose plain socket is inside": { socket: { io: class {}, TCP: { io: Socket } }, dns },
	};
	for (const [name, provider] of Object.entries(shapes)) {
		it(`The shape ${name} gives socket and resolver.`, () => {
			const { TCP, Resolver, resolver } = networkClasses(provider);
			assert.equal(TCP, Socket);
			assert.equal(Resolver, NameServer);
			assert.deepEqual(resolver, { servers, socket: dns.socket });
		});
	}

	it("The provider's options come to the socket besides our own, and ours win.", () => {
		const { TCP } = networkClasses({ socket: { io: Socket, interface: "eth0", port: 1 } as object });
		const Class = TCP as unknown as typeof Socket;
		const { options } = new Class({ port: 80, address: "192.0.2.1" });
		assert.deepEqual(options, { interface: "eth0", port: 80, address: "192.0.2.1" });
	});

	it("A provider of nothing is refused at the call.", () => {
		const make = () => lws.createContext({ protocols: [{ name: "a", callback() {} }], network: {} });
		assert.throws(make, /network has neither socket\.io nor dns\.io/);
	});
});

describe("without a network", () => {
	function errorOf(host: Partial<lws.HostClasses>, address: string): Promise<lws.LwsError> {
		return new Promise((resolve) => {
			const context = lws.createContext({
				host,
				protocols: [
					{
						name: "a",
						callback(_wsi, reason, _user, input, _length) {
							if (reason === lws.LWS_CALLBACK_CLIENT_CONNECTION_ERROR) {
								resolve(input as lws.LwsError);
								lws.contextDestroy(context);
							}
						},
					},
				],
			});
			lws.clientConnectViaInfo({ context, address, port: 80, host: address, path: "/", method: "GET" });
		});
	}

	it("A resolver without servers is dns:no-server, at once.", async () => {
		const { code, message } = await errorOf({ Resolver, resolver: { servers: [] } }, "device.example");
		assert.equal(code, "dns:no-server");
		assert.match(message, /no name server/);
	});

	it("A resolver that throws is dns:no-server, and says what it threw.", async () => {
		class Broken {
			resolve(): void {
				throw new Error("out of memory");
			}
			close(): void {}
		}
		const { code, message } = await errorOf({ Resolver: Broken }, "device.example");
		assert.equal(code, "dns:no-server");
		assert.match(message, /out of memory/);
	});

	const throwing = (words: string) =>
		class {
			constructor() {
				throw new Error(words);
			}
			read = () => undefined;
			write = () => undefined;
			close(): void {}
		};
	for (const [words, code] of [
		["connect error", "tcp:unreachable"],
		["(TCP) invalid address", "tcp:address"],
		["no socket", "tcp:no-socket"],
		["no memory", "tcp:no-socket"],
	] as const) {
		it(`A socket that is not made for "${words}" is ${code}.`, async () => {
			assert.equal((await errorOf({ TCP: throwing(words), Timer }, "192.0.2.1")).code, code);
			assert.equal(constructorFailure(new Error(words)), code);
		});
	}

	it("The names that need no resolver are numeric addresses and sockets.", () => {
		for (const host of ["1.2.3.4", "255.255.255.255", "::1", "fe80::1", "+/run/x"]) assert.ok(isNumeric(host), host);
		for (const host of ["1.2.3", "1.2.3.256", "1.2.3.4.5", "1.2.3.x", "1.2.3.", "1.2.3.0004", "a.b.c.d", ""]) {
			assert.ok(!isNumeric(host), host);
		}
	});

	it("A resolver is made for the first name only, with its options.", () => {
		const made: unknown[] = [];
		class Counting {
			constructor(options: unknown) {
				made.push(options);
			}
			resolve(): void {}
			close(): void {}
		}
		const resolver = new NameResolver(Counting, { servers });
		assert.equal(made.length, 0);
		resolver.resolve("a", () => {});
		resolver.resolve("b", () => {});
		assert.deepEqual(made, [{ servers }]);
	});
});

describe("names of TLS, without regular expressions", () => {
	it("A certificate's name is the host's, without port and brackets.", () => {
		const names = {
			"a.example": "a.example",
			"a.example:8443": "a.example",
			"[::1]:443": "::1",
			"[::1]": "::1",
			"a:": "a",
			"a:b": "a:b",
		};
		for (const [host, name] of Object.entries(names)) assert.equal(nameOf(host), name);
	});

	const suites = {
		"ECDHE-RSA-AES128-GCM-SHA256": "TLS-ECDHE-RSA-WITH-AES-128-GCM-SHA256",
		"ECDHE-ECDSA-AES256-SHA384": "TLS-ECDHE-ECDSA-WITH-AES-256-CBC-SHA384",
		"AES128-SHA": "TLS-RSA-WITH-AES-128-CBC-SHA",
		"ECDHE-ECDSA-AES128-CCM8": "TLS-ECDHE-ECDSA-WITH-AES-128-CCM-8",
		"ECDHE-ECDSA-AES128-CCM": "TLS-ECDHE-ECDSA-WITH-AES-128-CCM",
		"ECDHE-RSA-CHACHA20-POLY1305": "TLS-ECDHE-RSA-WITH-CHACHA20-POLY1305-SHA256",
		"DHE-RSA-CAMELLIA256-SHA256": "TLS-DHE-RSA-WITH-CAMELLIA-256-CBC-SHA256",
		"PSK-AES128-GCM-SHA256": "TLS-PSK-WITH-AES-128-GCM-SHA256",
		"ecdhe-ecdsa-aria256-gcm-sha384": "TLS-ECDHE-ECDSA-WITH-ARIA-256-GCM-SHA384",
		TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: "TLS-ECDHE-RSA-WITH-AES-128-GCM-SHA256",
	};
	for (const [name, expected] of Object.entries(suites)) {
		it(`${name} is ${expected}.`, () => assert.deepEqual(suitesOf(name, "1.2"), [expected]));
	}

	it("A list has colons, commas or spaces between, and each version takes its own.", () => {
		const list = "TLS_AES_128_GCM_SHA256, AES128-SHA:TLS_CHACHA20_POLY1305_SHA256  ECDHE-PSK-AES128-SHA256";
		assert.deepEqual(suitesOf(list, "1.3"), ["TLS1-3-AES-128-GCM-SHA256", "TLS1-3-CHACHA20-POLY1305-SHA256"]);
		assert.deepEqual(suitesOf(list, "1.2"), ["TLS-RSA-WITH-AES-128-CBC-SHA", "TLS-ECDHE-PSK-WITH-AES-128-CBC-SHA256"]);
	});
});
