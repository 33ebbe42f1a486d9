/** Through proxies: what came to each of them, what came to the origin, and where the credentials went. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { skipUnlessBuilt } from "../desktop/host.js";
import { authorities, certificates } from "../servers/certificate-set.js";
import { HttpProxy, SocksProxy } from "../servers/proxies.js";
import { TlsServer } from "../servers/tls.js";
import type { Plan, PlannedContext, PlannedRequest, Result } from "./plan.js";
import { ASAN, choose, isSimulator, NARROW, type Run, runPlan, WIDE } from "./run.js";
import { secureContext, secureRequest } from "./secure.js";
import { count, patternSum, plain, takeBody, WireServer } from "./server.js";

const USER = "us er:p@ss:w\u00f6rd";
const BASIC = `Basic ${Buffer.from(USER).toString("base64")}`;
const SECRETS = [BASIC.slice(6), "p@ss", "w\u00f6rd"];
const PROXIED = choose(WIDE, NARROW, ASAN);

function heads(server: WireServer): string[] {
	return server.received.map(({ method, url, fields }) => [method, url, ...fields].join(" "));
}

/** Asserts that nothing of a client's output has a secret in it. */
async function runQuietly(run: Run, plan: Plan): Promise<Result[]> {
	const results = await runPlan(run, plan);
	const said = JSON.stringify(results);
	for (const secret of SECRETS) ok(!said.includes(secret), said);
	return results;
}

for (const run of PROXIED) {
	describe(`proxies on the wire (${run.name})`, function () {
		this.timeout(60_000);
		const server = new WireServer();
		const other = new WireServer();
		const proxy = new HttpProxy();
		const socks = new SocksProxy();
		let secure!: TlsServer;
		let port = 0;
		let securePort = 0;
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			port = await server.listen();
			await other.listen();
			await proxy.listen();
			await socks.listen();
			secure = new TlsServer({
				certificate: await certificates.ec(),
				onRequest: (request, response) => {
					if (request.url === "/from") response.setHeader("location", `http://name.invalid:${port}/to`).writeHead(302);
					plain(response).end([request.method, request.url, ...request.rawHeaders].join(" "));
				},
			});
			securePort = await secure.listen();
		});
		beforeEach(() => {
			server.begin((_request, response) => plain(response).end("ok"));
			other.begin((_request, response) => plain(response).end("ok"));
			secure.reset();
			proxy.begin();
			socks.begin();
		});
		after(async () => {
			await Promise.all([server, other, proxy, socks, secure].map((each) => each?.close()));
		});

		const viaHttp = (more: PlannedContext = {}): PlannedContext => ({
			httpProxyAddress: `127.0.0.1:${proxy.port}`,
			...more,
		});
		const viaSocks = (more: PlannedContext = {}): PlannedContext => ({
			socksProxyAddress: `127.0.0.1:${socks.port}`,
			...more,
		});
		const one = async (context: PlannedContext, request: Partial<PlannedRequest> = {}): Promise<Result> => {
			const [result] = await runQuietly(run, { contexts: [context], requests: [{ port, path: "/", ...request }] });
			return result as Result;
		};
		const trusted = async (more: PlannedContext) => secureContext((await authorities.root()).pem, undefined, more);

		// an HTTP proxy that forwards

		it("A request over http goes to the proxy in absolute-form, its credentials to the proxy alone.", async () => {
			proxy.begin(BASIC);
			const address = "name.invalid";
			const result = await one(viaHttp({ httpProxyAddress: `${USER}@127.0.0.1`, httpProxyPort: proxy.port }), {
				address,
				host: `name.invalid:${port}`,
				path: "/a?b",
				authUsername: "Aladdin",
				authPassword: "open sesame",
			});
			strictEqual(`${result.status} ${result.length} ${result.error}`, "200 2 ");
			const authorization = "Authorization Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==";
			deepStrictEqual(proxy.requests, [
				`GET http://${address}:${port}/a?b Host ${address}:${port} ${authorization} Proxy-Authorization ${BASIC}`,
			]);
			deepStrictEqual(heads(server), [`GET /a?b Host ${address}:${port} ${authorization} Connection close`]);
			strictEqual(`${result.info.remoteAddress} ${result.info.remotePort}`, `127.0.0.1 ${proxy.port}`);
		});

		it("A connection to the proxy serves several origins, one after another.", async () => {
			const requests = [port, other.port, port].map((each) => ({ port: each, path: "/" }));
			const results = await runQuietly(run, { contexts: [viaHttp()], requests });
			deepStrictEqual(
				results.map(({ status, info }) => `${status} ${info.isReused}`),
				["200 false", "200 true", "200 true"],
			);
			strictEqual(proxy.connections, 1);
			strictEqual(`${server.received.length} ${other.received.length}`, "2 1");
		});

		it("An upload goes through the proxy whole.", async () => {
			server.begin((request, response, received) =>
				takeBody(request, received, () => plain(response).end(`${received.length}`)),
			);
			const size = Math.ceil(300_000 / run.divisor);
			const result = await one(viaHttp(), { method: "POST", body: { size, framing: "chunked" } });
			strictEqual(`${result.status} ${result.error}`, "200 ");
			strictEqual(`${server.received[0]?.length} ${server.received[0]?.sum}`, `${size} ${patternSum(size)}`);
		});

		it("A response of the proxy is one as any other: 407 is delivered, and asked for once.", async () => {
			proxy.begin(BASIC);
			const result = await one(viaHttp());
			strictEqual(`${result.status} ${result.length} ${result.error}`, "407 2 ");
			strictEqual(`${proxy.requests.length} ${server.received.length}`, "1 0");
		});

		it("OPTIONS of the server as a whole has no path.", async () => {
			strictEqual((await one(viaHttp(), { method: "OPTIONS", path: "*" })).status, 200);
			deepStrictEqual(proxy.requests, [`OPTIONS http://127.0.0.1:${port} Host wire`]);
			strictEqual(heads(server)[0], `OPTIONS * Host 127.0.0.1:${port} Connection close`);
		});

		it("An address of IPv6 stands in brackets.", async function () {
			if (isSimulator(run)) this.skip();
			const result = await one(viaHttp(), { address: "::1", port: 9 });
			strictEqual(result.status, 502);
			deepStrictEqual(proxy.requests, ["GET http://[::1]:9/ Host wire"]);
		});

		// a tunnel

		it("A request over https goes through a tunnel; the proxy sees CONNECT, the origin nothing of it.", async () => {
			proxy.begin(BASIC);
			const context = await trusted({ httpProxyAddress: `${USER}@127.0.0.1:${proxy.port}` });
			const result = await one(context, secureRequest(securePort, { address: "name.invalid", bearer: "t0ken" }));
			const expected = "GET / Host localhost Authorization Bearer t0ken";
			strictEqual(`${result.status} ${result.length} ${result.error}`, `200 ${expected.length} `);
			strictEqual(result.sum, sumOf(expected));
			const authority = `name.invalid:${securePort}`;
			deepStrictEqual(proxy.requests, [`CONNECT ${authority} Host ${authority} Proxy-Authorization ${BASIC}`]);
		});

		it("A tunnel is kept, and used again for its own origin only.", async () => {
			const requests = [1, 2].map(() => secureRequest(securePort));
			const results = await runQuietly(run, { contexts: [await trusted(viaHttp())], requests });
			deepStrictEqual(
				results.map(({ status, info }) => `${status} ${info.isReused}`),
				["200 false", "200 true"],
			);
			strictEqual(`${proxy.requests.length} ${secure.connections.length}`, "1 1");
			const both = [
				secureRequest(securePort),
				{ port, path: "/" },
				secureRequest(securePort, { address: "localhost" }),
			];
			await runQuietly(run, { contexts: [await trusted(viaHttp({ connections: 1 }))], requests: both });
			deepStrictEqual(
				proxy.requests.slice(1).map((each) => each.split(" ").slice(0, 2).join(" ")),
				[`CONNECT 127.0.0.1:${securePort}`, `GET http://127.0.0.1:${port}/`, `CONNECT localhost:${securePort}`],
			);
		});

		it("2xx to CONNECT has no body, whatever its fields say.", async () => {
			for (const fields of ["Content-Length: 1000\r\n", "Transfer-Encoding: gzip\r\n", "Content-Length: x\r\n"]) {
				proxy.fields = fields;
				strictEqual((await one(await trusted(viaHttp()), secureRequest(securePort))).status, 200);
			}
		});

		it("A refusal has the proxy's status, and the origin hears nothing.", async () => {
			for (const status of [301, 403, 407, 502]) {
				proxy.onConnect = (socket) => socket.end(`HTTP/1.1 ${status} No\r\nLocation: /\r\nContent-Length: 0\r\n\r\n`);
				const result = await one(await trusted(viaHttp()), secureRequest(securePort));
				const code = status === 407 ? "proxy:authentication" : "proxy:refused";
				strictEqual(`${result.error} ${result.delivered}`, `${code} no`);
				match(result.message, new RegExp(`\\(${status}\\)$`));
			}
			strictEqual(secure.connections.length, 0);
		});

		it("A proxy that asks for credentials for ever is asked once.", async () => {
			proxy.begin("Basic other");
			const context = await trusted({ httpProxyAddress: `${USER}@127.0.0.1:${proxy.port}` });
			strictEqual((await one(context, secureRequest(securePort))).error, "proxy:authentication");
			strictEqual(`${proxy.requests.length} ${proxy.connections}`, "1 1");
		});

		it("Nobody listens where the proxy should be, or its name has no address.", async () => {
			const refused = await one({ httpProxyAddress: "127.0.0.1:1" });
			strictEqual(`${refused.error} ${refused.delivered}`, "proxy:not-connected no");
			match(refused.message, isSimulator(run) ? /127\.0\.0\.1 port 1/ : /tcp:refused, 127\.0\.0\.1 port 1/);
			strictEqual((await one({ socksProxyAddress: "no-such.invalid:1080" })).error, "proxy:not-found");
		});

		// SOCKS

		it("SOCKS5 with a name for the proxy to look up, over http.", async () => {
			const result = await one(viaSocks(), { address: "name.invalid" });
			strictEqual(`${result.status} ${result.length} ${result.error}`, "200 2 ");
			deepStrictEqual(socks.requests, [`5 [0] 1 3 name.invalid ${port}`]);
			deepStrictEqual(heads(server), ["GET / Host wire"]);
			strictEqual(result.info.remotePort, socks.port);
		});

		it("SOCKS5 with user and password, over https.", async () => {
			socks.begin({ login: USER });
			const context = await trusted({ socksProxyAddress: `${USER}@127.0.0.1:${socks.port}` });
			strictEqual((await one(context, secureRequest(securePort))).status, 200);
			deepStrictEqual(socks.requests, [`5 [0,2] ${USER} 1 1 127.0.0.1 ${securePort}`]);
		});

		it("Names are looked up here when that is wanted; what has no address is not the proxy's fault.", async () => {
			const context = viaSocks({ socksProxyResolvesNames: false });
			strictEqual((await one(context, { address: "localhost" })).status, 200);
			match(socks.requests[0] as string, /^5 \[0\] 1 (1 127\.0\.0\.1|4 0{31}1) \d+$/);
			socks.begin();
			strictEqual((await one(context, { address: "no-such.invalid" })).error, "dns:not-found");
			deepStrictEqual(socks.requests, []);
		});

		it("An address of IPv6 is sent as one.", async function () {
			if (isSimulator(run)) this.skip();
			socks.begin({ reply: [5, 4] });
			strictEqual((await one(viaSocks(), { address: "2001:db8::1.2.3.4" })).error, "socks:host-unreachable");
			match(socks.requests[0] as string, /^5 \[0\] 1 4 20010db8000000000000000001020304 /);
		});

		it("A SOCKS server may speak in single bytes, and bind a name or an address of any kind.", async () => {
			const name = [3, 255, ...Array(255).fill(97)];
			for (const bound of [[1, 1, 2, 3, 4], [4, ...Array(16).fill(1)], [3, 0], name]) {
				for (const inBytes of [false, true]) {
					socks.begin({ bound, inBytes, login: USER });
					const context = viaSocks({ socksProxyAddress: `${USER}@127.0.0.1:${socks.port}` });
					strictEqual((await one(context)).status, 200, bound.join());
				}
			}
		});

		it("Connections through SOCKS are kept, each for its origin.", async () => {
			const requests = [port, other.port, port].map((each) => ({ port: each, path: "/" }));
			await runQuietly(run, { contexts: [viaSocks()], requests });
			strictEqual(socks.requests.length, 2);
		});

		// which way

		it("A redirect goes through the proxy, or not, as its own origin says.", async () => {
			const to = `http://name.invalid:${other.port}/to`;
			server.begin((_request, response) => plain(response).writeHead(302, { location: to, "content-length": 0 }).end());
			const result = await one(
				viaHttp({ httpProxyAddress: `${USER}@127.0.0.1:${proxy.port}`, noProxy: "127.0.0.0/8" }),
				{
					path: "/from",
					authUsername: "a",
					authPassword: "b",
				},
			);
			strictEqual(`${result.status} ${result.redirects}`, `200 302 ${to}`);
			deepStrictEqual(heads(server), ["GET /from Host wire Authorization Basic YTpi"]);
			deepStrictEqual(proxy.requests, [`GET ${to} Host name.invalid:${other.port} Proxy-Authorization ${BASIC}`]);
			deepStrictEqual(heads(other), [`GET /to Host name.invalid:${other.port} Connection close`]);
		});

		it("A redirect from the proxy leads to an origin without one, and takes nothing of it along.", async () => {
			const to = `http://127.0.0.1:${other.port}/to`;
			server.begin((_request, response) => plain(response).writeHead(307, { location: to, "content-length": 0 }).end());
			const context = { httpProxyAddress: `${USER}@127.0.0.1:${proxy.port}`, noProxy: "127.0.0.1" };
			const result = await one(context, { address: "name.invalid", path: "/from", bearer: "t" });
			strictEqual(`${result.status} ${result.redirects}`, `200 307 ${to}`);
			strictEqual(proxy.requests.length, 1);
			deepStrictEqual(heads(other), [`GET /to Host 127.0.0.1:${other.port}`]);
		});

		it("A redirect on the same origin is forwarded as the first request was, with its credentials.", async () => {
			server.begin((request, response) => {
				if (request.url === "/from") response.writeHead(302, { location: "/to" });
				plain(response).end("ok");
			});
			const context = { httpProxyAddress: `${USER}@127.0.0.1:${proxy.port}` };
			const host = `127.0.0.1:${port}`;
			strictEqual((await one(context, { host, path: "/from", bearer: "t" })).status, 200);
			const rest = `Host ${host} Authorization Bearer t Proxy-Authorization ${BASIC}`;
			deepStrictEqual(proxy.requests, [`GET http://${host}/from ${rest}`, `GET http://${host}/to ${rest}`]);
			strictEqual(proxy.connections, 1);
		});

		it("From https through a tunnel a redirect leads to http through the same proxy.", async () => {
			const context = await trusted({ httpProxyAddress: `${USER}@127.0.0.1:${proxy.port}` });
			const result = await one(
				context,
				secureRequest(securePort, { path: "/from", sslConnection: 1 << 29, bearer: "t" }),
			);
			strictEqual(`${result.status} ${result.error}`, "200 ");
			const authority = `127.0.0.1:${securePort}`;
			const next = `name.invalid:${port}`;
			deepStrictEqual(proxy.requests, [
				`CONNECT ${authority} Host ${authority} Proxy-Authorization ${BASIC}`,
				`GET http://${next}/to Host ${next} Proxy-Authorization ${BASIC}`,
			]);
		});

		it("noProxy has names with what ends with them, addresses, networks and *.", async () => {
			const wanted: [string, string, boolean][] = [
				["localhost", "localhost", true],
				["x,.LOCALHOST.", "localhost", true],
				["ocalhost", "localhost", false],
				["host", "localhost", false],
				["*", "127.0.0.1", true],
				["127.0.0.1", "127.0.0.1", true],
				["127.0.0.1/32 10.0.0.0/8", "127.0.0.1", true],
				["126.0.0.0/7", "127.0.0.1", true],
				["126.0.0.0/8", "127.0.0.1", false],
				["127.0.0.1/", "127.0.0.1", false],
				["0.0.1", "127.0.0.1", false],
				["", "127.0.0.1", false],
			];
			const contexts = wanted.map(([noProxy]) => viaHttp({ noProxy }));
			const requests = wanted.map(([, address], context) => ({ port, path: `/${context}`, address, context }));
			const results = await runQuietly(run, { contexts, requests });
			for (const { status } of results) strictEqual(status, 200);
			const direct = wanted.map((_, i) => !proxy.requests.some((each) => each.includes(`/${i} `)));
			deepStrictEqual(
				direct.map((each, i) => `${wanted[i]?.[0]} ${each}`),
				wanted.map(([list, , isDirect]) => `${list} ${isDirect}`),
			);
		});

		it("TLS may have another HTTP proxy than plain HTTP, or none.", async () => {
			const requests = [{ port, path: "/" }, secureRequest(securePort)];
			const other = { httpsProxyAddress: "127.0.0.1:1" };
			const none = { httpsProxyAddress: "" };
			for (const more of [other, none]) {
				proxy.begin();
				const results = await runQuietly(run, { contexts: [await trusted(viaHttp(more))], requests });
				strictEqual(results[0]?.status, 200);
				strictEqual(results[1]?.error, more === other ? "proxy:not-connected" : "");
				strictEqual(proxy.requests.length, 1);
			}
		});

		it("The application's own Proxy-Authorization is refused where there are proxies.", async () => {
			const result = await one(viaHttp(), { fields: [["Proxy-Authorization", "x"]] });
			strictEqual(result.error, "app:callback-threw");
			strictEqual(`${server.received.length} ${proxy.requests.length}`, "0 0");
		});

		it("A field Authorization of the application takes the place of the other credentials.", async () => {
			await one({}, { authUsername: "a", authPassword: "b", fields: [["authorization", "Own x"]] });
			deepStrictEqual(heads(server), ["GET / Host wire authorization Own x"]);
		});
	});
}

function sumOf(text: string): number {
	const received = { method: "", url: "", fields: [], connection: 0, length: 0, sum: 0 };
	count(received, Buffer.from(text));
	return received.sum >>> 0;
}
