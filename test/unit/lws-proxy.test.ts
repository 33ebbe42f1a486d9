/** What is said about proxies and credentials is checked at the call, and no message has a secret in it. */
import assert from "node:assert/strict";
import * as lws from "lws-xs";
import { Stage } from "../golden/stage.js";

const protocols: lws.Protocol[] = [{ name: "x", callback: () => 0 }];

function refused(work: () => unknown): string {
	try {
		work();
	} catch (error) {
		const { message } = error as Error;
		assert.ok(!message.includes("hidden"), message);
		return message;
	}
	return "";
}

describe("The options about proxies", () => {
	for (const [text, message] of Object.entries({
		"proxy:3128": "",
		"u:hidden@proxy:3128": "",
		"u:hid@den:@[::1]:3128": "",
		proxy: "httpProxyAddress has no port from 1 to 65535",
		"u:hidden@proxy": "httpProxyAddress has no port from 1 to 65535",
		"u:hidden@proxy:0": "httpProxyAddress has no port from 1 to 65535",
		"u:hidden@proxy:65536": "httpProxyAddress has no port from 1 to 65535",
		"u:hidden@proxy:x": "httpProxyAddress has no port from 1 to 65535",
		"u:hidden@:3128": "httpProxyAddress has no host",
		"u:hidden\n@proxy:3128": "user or password has CR, LF or NUL in it",
	})) {
		it(`${JSON.stringify(text)}: ${message || "is taken"}.`, () => {
			const context = lws.createContext({ protocols });
			assert.equal(
				refused(() => lws.setProxy(context.vhosts[0] as lws.Vhost, text)),
				message,
			);
			assert.equal(
				refused(() => lws.contextDestroy(lws.createContext({ protocols, httpProxyAddress: text }))),
				message,
			);
			lws.contextDestroy(context);
		});
	}

	it("A SOCKS login has at most 255 bytes each.", () => {
		const socksProxyAddress = `u:hidden${"x".repeat(250)}@proxy:1080`;
		assert.match(
			refused(() => lws.createContext({ protocols, socksProxyAddress })),
			/at most 255 bytes/,
		);
	});

	it("A port that is given wins over none and over the address's.", () => {
		for (const httpProxyAddress of ["proxy", "proxy:1"]) {
			const context = lws.createContext({ protocols, httpProxyAddress, httpProxyPort: 3128 });
			assert.equal(context.vhosts[0]?.proxies?.find("a", false)?.port, 3128);
			lws.contextDestroy(context);
		}
	});

	it("A vhost without proxies has no object for them.", () => {
		const context = lws.createContext({ protocols, httpProxyAddress: "", noProxy: "" });
		assert.equal(context.vhosts[0]?.proxies, undefined);
		lws.contextDestroy(context);
	});

	it("setProxy and setSocks take proxies away again.", () => {
		const context = lws.createContext({ protocols, httpProxyAddress: "a:1", socksProxyAddress: "b:2" });
		const vhost = context.vhosts[0] as lws.Vhost;
		const ways = () => [false, true].map((isTunnel) => vhost.proxies?.find("x", isTunnel)?.address);
		assert.deepEqual(ways(), ["a", "a"]);
		assert.equal(lws.setProxy(vhost, ""), 0);
		assert.deepEqual(ways(), ["b", "b"]);
		assert.equal(lws.setSocks(vhost, ""), 0);
		assert.deepEqual(ways(), [undefined, undefined]);
		lws.contextDestroy(context);
	});
});

describe("Credentials for the origin", () => {
	it("Basic is user and password in base64, as UTF-8 (RFC 7617 section 2.1).", () => {
		assert.equal(lws.httpBasicAuthGen("Aladdin", "open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
		assert.equal(lws.httpBasicAuthGen("test", "123\u00a3"), "Basic dGVzdDoxMjPCow==");
		assert.equal(lws.httpBasicAuthGen("", ""), "Basic Og==");
	});

	for (const [what, info] of Object.entries<Partial<lws.ConnectInfo<never>>>({
		"a user with a colon": { authUsername: "a:b", authPassword: "hidden" },
		"a user with LF": { authUsername: "a\n", authPassword: "hidden" },
		"a password with NUL": { authUsername: "a", authPassword: "hidden\0" },
		"a password without a user": { authPassword: "hidden" },
		"a token with a space": { bearer: "hid den hidden" },
		"a token with LF": { bearer: "hidden\n" },
		"an empty token": { bearer: "" },
		both: { authUsername: "a", bearer: "hidden" },
	})) {
		it(`${what} is refused at the call.`, () => {
			const context = lws.createContext({ protocols });
			const rest = { context, address: "127.0.0.1", port: 1, host: "h", path: "/", method: "GET" };
			assert.notEqual(
				refused(() => lws.clientConnectViaInfo({ ...rest, ...info })),
				"",
			);
			lws.contextDestroy(context);
		});
	}
});

describe("A proxy that forwards", () => {
	it("leaves each pipelined request its own origin, though all of them wait for one connection.", () => {
		const stage = new Stage({ connections: 1, httpProxyAddress: "192.0.2.50:3128" });
		const ports = [80, 81, 82, 83];
		const sessions = ports.map((port) => stage.request({ port, sslConnection: lws.LCCSCF_PIPELINE }));
		stage.advance();
		assert.deepEqual(
			stage.network.peers.map(({ port }) => port),
			[3128],
		);
		assert.deepEqual(
			sessions.map(({ wsi }) => wsi.transaction?.request.destination.port),
			ports,
		);
		stage.finish();
		assert.deepEqual(stage.witness.complaints, []);
	});
});
