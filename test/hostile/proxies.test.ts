/** Proxies that are broken or hostile: each script ends with a named error, and a good request follows. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { skipUnlessBuilt } from "../desktop/host.js";
import { authorities } from "../servers/certificate-set.js";
import { HttpProxy, SocksProxy, type SocksScript } from "../servers/proxies.js";
import type { PlannedRequest, Result } from "../wire/plan.js";
import { ASAN, choose, isSimulator, LIBRARY, NARROW, RUNS, runPlan, WIDE } from "../wire/run.js";
import { secureContext, secureRequest } from "../wire/secure.js";
import { repeat } from "./repetition.js";
import type { Script, Step } from "./scripts.js";
import { HostileServer } from "./server.js";

const PATIENCE = 5000;
/** Milliseconds for a connection, where that is what ends it. */
const SHORT = 150;
const OK = "HTTP/1.1 200 OK\r\n\r\n";
const LIMIT = 5000;
/** Nothing can be written to a socket whose end has come; this lets the first message of TLS leave before. */
const LATER: Step = { pause: 30 };

function tunnel(name: string, error: string, ...steps: Step[]): Script {
	return { name, error, steps };
}

/** The answers of an HTTP proxy to CONNECT. */
const TUNNELS: Script[] = [
	tunnel("403", "proxy:refused", "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"),
	tunnel("403 with a body that never ends", "proxy:refused", "HTTP/1.1 403 No\r\n\r\n", { endless: "no" }),
	tunnel("503 and its end", "proxy:refused", "HTTP/1.1 503 No\r\nConnection: close\r\n\r\n", "FIN"),
	tunnel("302 to elsewhere", "proxy:refused", "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n"),
	tunnel("407", "proxy:authentication", "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"),
	tunnel(
		"an interim response, then 200, then its end",
		"tls:closed",
		"HTTP/1.1 100 Continue\r\n\r\n",
		OK,
		LATER,
		"FIN",
	),
	tunnel(
		"200 of HTTP/1.0 with a length, then its end",
		"tls:closed",
		"HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\n",
		LATER,
		"FIN",
	),
	tunnel("200 with a body that is none of TLS", "tls:not-tls", `${OK}<html>`),
	tunnel(
		"200 with chunks that are none of TLS",
		"tls:not-tls",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
	),
	tunnel(
		"200 and an alert in the same segment",
		"tls:no-common-cipher",
		Buffer.concat([Buffer.from(OK), Buffer.of(21, 3, 1, 0, 2, 2, 40)]),
	),
	tunnel("SOCKS", "proxy:malformed", Buffer.of(5, 0)),
	tunnel("SSH", "proxy:malformed", "SSH-2.0-OpenSSH_9.2\r\n"),
	tunnel("HTML", "proxy:malformed", "<html></html>", "FIN"),
	tunnel("HTTP/2", "proxy:malformed", "HTTP/2 200 OK\r\n\r\n"),
	tunnel("a status of two digits", "proxy:malformed", "HTTP/1.1 20 OK\r\n\r\n"),
	tunnel("NUL in the head", "proxy:malformed", "HTTP/1.1 200 OK\r\nX: \0\r\n\r\n"),
	tunnel("a line without a colon", "proxy:malformed", "HTTP/1.1 200 OK\r\nX\r\n\r\n"),
	tunnel("403 with two lengths", "proxy:malformed", "HTTP/1.1 403 No\r\nContent-Length: 1, 2\r\n\r\n"),
	tunnel("another protocol", "proxy:malformed", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
	tunnel("a head without end", "proxy:malformed", "HTTP/1.1 200 OK\r\n", { endless: `X: ${"y".repeat(500)}\r\n` }),
	tunnel("a field without end", "proxy:malformed", "HTTP/1.1 200 OK\r\nX: ", { endless: "y" }),
	tunnel("interim responses without end", "proxy:malformed", { endless: "HTTP/1.1 103 Early Hints\r\n\r\n" }),
	tunnel("a reset", "proxy:closed", "RESET"),
	tunnel("silence", "timeout:connect", { pause: 2 * SHORT }),
	tunnel("half a head, and silence", "timeout:connect", "HTTP/1.1 200 OK\r\nX: y", { pause: 2 * SHORT }),
	tunnel(
		"a head that drips",
		"timeout:connect",
		...Array.from({ length: 40 }, (_, i): Step[] => [
			i === 0 ? "HTTP/1.1 200 OK\r\n" : "X: y\r\n",
			{ pause: 10 },
		]).flat(),
	),
	...Array.from({ length: OK.length }, (_, i) =>
		tunnel(`the end after ${i} bytes`, "proxy:closed", OK.slice(0, i), "FIN"),
	),
	tunnel("the end after 200", "tls:closed", OK, LATER, "FIN"),
];

/** Bytes that a SOCKS server with a login sends in order: method, status, reply. */
const SPOKEN = 2 + 2 + 4 + 6;
const LOGIN = "user:password";

interface SocksCase extends SocksScript {
	error: string;
}

const REPLIES = [
	"failure not-allowed network-unreachable host-unreachable refused ttl-expired command address-type failure",
]
	.join()
	.split(" ");

const SOCKS: SocksCase[] = [
	...REPLIES.map((cause, i) => ({ reply: [5, i + 1, 0, 1, 0, 0, 0, 0, 0, 0], error: `socks:${cause}` })),
	{ reply: [5, 255], error: "socks:failure" },
	{ reply: [5, 2], error: "socks:not-allowed" },
	{ reply: [4, 0, 0, 1, 0, 0, 0, 0, 0, 0], error: "socks:malformed" },
	{ reply: [0, 90, 0, 0, 0, 0, 0, 0], error: "socks:malformed" },
	{ reply: [5, 0, 0, 0, 0, 0], error: "socks:malformed" },
	{ reply: [5, 0, 0, 2, 0, 0], error: "socks:malformed" },
	{ reply: [5, 0, 0, 3, 255, 97], error: "socks:closed" },
	{ method: [4, 0], error: "socks:malformed" },
	{ method: [5, 1], error: "socks:malformed" },
	{ method: [5, 2], error: "socks:authentication" },
	{ method: [5, 255], error: "socks:authentication" },
	{ method: [...Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")], error: "socks:malformed" },
	{ method: [...Array(100_000).fill(5)], error: "socks:malformed" },
	{ login: "user:other", error: "socks:authentication" },
	{ login: LOGIN, status: [1, 255], error: "socks:authentication" },
	{ login: LOGIN, status: [5, 0], error: "socks:malformed" },
	{ login: LOGIN, method: [5, 255], error: "socks:authentication" },
	// an end before the connection has been told of is one of the connection
	...Array.from({ length: SPOKEN - 1 }, (_, i) => ({ login: LOGIN, cut: i + 1, error: "socks:closed" })),
	...Array.from({ length: SPOKEN }, (_, stop) => ({ login: LOGIN, stop, error: "timeout:connect" })),
];

for (const run of choose(WIDE, NARROW, ASAN)) {
	describe(`hostile proxies (${run.name})`, function () {
		this.timeout(120_000);
		const server = new HostileServer(TUNNELS);
		const socks = new SocksProxy();
		const good: PlannedRequest = { port: 0, path: "/good" };
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			good.port = await server.listen();
			await socks.listen();
		});
		after(() => Promise.all([server.close(), socks.close()]));

		for (const how of ["whole", "bytes"]) {
			it(`Whatever answers CONNECT has its error, and nothing hangs (${how}).`, async () => {
				const scripts = TUNNELS.filter(
					({ steps, error }) =>
						how === "whole" || !(error === "timeout:connect" || steps.some((step) => typeof step === "object")),
				);
				const options = { httpProxyAddress: `u:p@127.0.0.1:${good.port}`, noProxy: "127.0.0.1" };
				const context = secureContext((await authorities.root()).pem, undefined, options);
				const requests = scripts.flatMap((script) => {
					const connect = script.error === "timeout:connect" ? SHORT : PATIENCE;
					const port = 1 + TUNNELS.indexOf(script);
					return [secureRequest(port, { address: how, deadlines: { connect, total: 2 * PATIENCE } }), good];
				});
				const results = await runPlan(run, { contexts: [context], requests });
				const ends = (all: Result[]) => all.map(({ error, delivered }) => `${error} ${delivered}`);
				deepStrictEqual(
					ends(results.filter((_, i) => i % 2 === 0)).map((end, i) => `${scripts[i]?.name}: ${end}`),
					scripts.map(({ name, error }) => `${name}: ${error} no`),
				);
				for (const { status, length } of results.filter((_, i) => i % 2 === 1))
					strictEqual(`${status} ${length}`, "200 4");
				for (const { milliseconds } of results) ok(milliseconds < LIMIT, `it took ${milliseconds} ms`);
			});
		}

		it("Whatever a SOCKS server does has its error, and nothing hangs.", async () => {
			socks.begin();
			socks.scripts = SOCKS;
			const without = { socksProxyAddress: `127.0.0.1:${socks.port}` };
			const context = { socksProxyAddress: `${LOGIN}@127.0.0.1:${socks.port}` };
			const requests = SOCKS.map(({ login, error }) => ({
				...good,
				context: login === undefined ? 0 : 1,
				deadlines: { connect: error === "timeout:connect" ? SHORT : PATIENCE },
			}));
			const results = await runPlan(run, { contexts: [without, context], requests });
			const show = (i: number) => JSON.stringify({ ...SOCKS[i], error: undefined }).slice(0, 100);
			deepStrictEqual(
				results.map(({ error, delivered }, i) => `${show(i)} ${error} ${delivered}`),
				SOCKS.map(({ error }, i) => `${show(i)} ${error} no`),
			);
			for (const { milliseconds } of results) ok(milliseconds < LIMIT, `it took ${milliseconds} ms`);
			strictEqual(JSON.stringify(results).includes("password"), false);
		});

		it("What comes with the SOCKS server's reply is the beginning of the stream, wherever it is cut.", async () => {
			for (const inBytes of [false, true]) {
				socks.begin({ ahead: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nahead", inBytes });
				socks.scripts = [];
				const context = { socksProxyAddress: `127.0.0.1:${socks.port}` };
				const [result] = await runPlan(run, { contexts: [context], requests: [good] });
				strictEqual(`${result?.status} ${result?.length} ${result?.error}`, "200 5 ");
			}
		});
	});
}

for (const run of RUNS) {
	if (run.variant === "asan" || run.options.includes("--stress") || isSimulator(run)) continue;
	describe(`a thousand ways through a proxy (${run.name})`, function () {
		this.timeout(60_000);
		const proxy = new HttpProxy();
		const socks = new SocksProxy();
		const server = new HostileServer([]);
		let port = 0;
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			port = await server.listen();
			await proxy.listen();
			await socks.listen();
		});
		after(() => Promise.all([server, proxy, socks].map((each) => each.close())));

		const all = run === WIDE ? 500 : 30;
		const measure = async (code: string, address: string, context: Record<string, unknown>, isSecure = false) => {
			const trusted = isSecure ? (await authorities.root()).pem : undefined;
			const repetition = { port, address, path: "/good", count: all, first: 10, behaviour: "read" as const };
			const marks = await repeat(run, LIBRARY, { ...repetition, trusted, context: { keepWarm: 0, ...context } });
			const [, ten, last] = marks.map(({ done, ...rest }) => rest);
			strictEqual(ten?.code, code);
			deepStrictEqual(last, ten);
		};

		it("Requests that are forwarded leave nothing.", () =>
			measure("", "127.0.0.1", { httpProxyAddress: `u:p@127.0.0.1:${proxy.port}` }));

		it("Refused tunnels leave nothing.", async () => {
			proxy.onConnect = (socket) => socket.end("HTTP/1.1 403 No\r\n\r\n");
			await measure("proxy:refused", "127.0.0.1", { httpProxyAddress: `127.0.0.1:${proxy.port}` }, true);
		});

		it("Tunnels that are taken leave nothing, whatever came with the answer.", async () => {
			proxy.onConnect = (socket) => socket.write(`${OK}and more of what is no TLS`);
			await measure("tls:not-tls", "127.0.0.1", { httpProxyAddress: `127.0.0.1:${proxy.port}` }, true);
		});

		it("Connections through SOCKS leave nothing, made or refused.", async () => {
			const context = { socksProxyAddress: `${LOGIN}@127.0.0.1:${socks.port}` };
			socks.begin({ login: LOGIN });
			await measure("", "127.0.0.1", context);
			socks.begin({ login: "other:one" });
			await measure("socks:authentication", "127.0.0.1", context);
		});
	});
}
