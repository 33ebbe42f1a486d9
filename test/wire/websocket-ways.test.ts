/** WebSockets on the wire, against the package `ws`: over TLS, through proxies, under pressure, for long, and again and again. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { skipUnlessBuilt } from "../desktop/host.js";
import { authorities, certificates } from "../servers/certificate-set.js";
import { HttpProxy, SocksProxy } from "../servers/proxies.js";
import { until } from "../servers/sockets.js";
import { TlsServer } from "../servers/tls.js";
import { described, echo, WSServer } from "../servers/websocket.js";
import type { PlannedContext, PlannedRequest, PlannedWs, Result, ResultWs } from "./plan.js";
import { ASAN, choose, isSimulator, NARROW, OLDER, type Run, runPlan, versionsOf, WIDE } from "./run.js";
import { secureContext, USE_SSL } from "./secure.js";
import { pattern } from "./server.js";

const SIZES = { receiveBuffer: 1536, transmitBuffer: 1024 };
const SECURE = { host: "localhost", sslConnection: USE_SSL };
const LOGIN = "user:p4ssw0rd";
const BASIC = `Basic ${Buffer.from(LOGIN).toString("base64")}`;

async function runWs(
	run: Run,
	port: number,
	members: PlannedWs,
	more: Partial<PlannedRequest> = {},
	context: PlannedContext = {},
): Promise<Result & { ws: ResultWs }> {
	const request = { port, path: "/", ws: members, ...more };
	const [result] = await runPlan(run, { contexts: [{ ...SIZES, ...context }], requests: [request] });
	return result as Result & { ws: ResultWs };
}

for (const run of choose(WIDE, NARROW, ASAN, OLDER)) {
	describe(`WebSocket over TLS and through proxies (${run.name})`, function () {
		this.timeout(60_000);
		const server = new WSServer();
		const proxy = new HttpProxy();
		const socks = new SocksProxy();
		const secures = new Map<string, TlsServer>();
		const ports = new Map<string, number>();
		let port = 0;
		let trusted = "";
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			port = await server.listen();
			await proxy.listen();
			await socks.listen();
			trusted = (await authorities.root()).pem;
			for (const version of versionsOf(run)) {
				const secure = new TlsServer({
					certificate: await certificates.ec(),
					ALPNProtocols: ["h2", "http/1.1"],
					minVersion: `TLSv${version}`,
					maxVersion: `TLSv${version}`,
					onSecure: (socket) => server.accept(socket),
				});
				secures.set(version, secure);
				ports.set(version, await secure.listen());
			}
		});
		beforeEach(() => {
			server.begin(echo);
			proxy.begin();
			socks.begin();
		});
		after(async () => {
			await Promise.all([server, proxy, socks, ...secures.values()].map((each) => each.close()));
		});

		const size = 200_000 / run.divisor;
		const members: PlannedWs = { send: [{ size }, { size: 100, isText: true }], receive: 2 };

		/** Both messages went out and came back, and the server has seen the end. */
		async function isWhole(result: Result & { ws: ResultWs }): Promise<void> {
			strictEqual(result.message, "");
			strictEqual(result.ws.count, 2);
			strictEqual(result.ws.messages[0], described(pattern(size), true));
			deepStrictEqual(server.connections[0]?.messages, result.ws.messages);
			await until(() => server.connections[0]?.close === "1000");
			strictEqual(server.connections.length, 1);
		}

		for (const version of versionsOf(run)) {
			it(`wss: ${size} bytes go out and come back (TLS ${version}), with http/1.1 alone offered by ALPN.`, async () => {
				const secure = secureContext(trusted, version);
				const result = await runWs(run, ports.get(version) as number, members, SECURE, secure);
				await isWhole(result);
				strictEqual(`${result.tls?.version} ${result.tls?.protocol}`, `TLSv${version} http/1.1`);
			});
		}

		it("wss to a server whose certificate is not trusted ends before the handshake of WebSocket.", async () => {
			const elsewhere = (await authorities.clients()).pem;
			const [securePort = 0] = ports.values();
			const result = await runWs(run, securePort, members, SECURE, secureContext(elsewhere));
			strictEqual(`${result.error} ${result.delivered}`, "tls:unknown-ca no");
			strictEqual(server.connections.length, 0);
		});

		it("A Close frame without close_notify is a whole end; a close_notify without a Close frame is none.", async () => {
			const version = versionsOf(run)[0] as string;
			const secure = secures.get(version) as TlsServer;
			server.begin((socket) => {
				socket.close(1000, "bye");
				// the answer has come, and nothing else is said
				socket.on("close", () => secure.connections.at(-1)?.cut());
			});
			const whole = await runWs(run, ports.get(version) as number, { stays: true }, SECURE, secureContext(trusted));
			strictEqual(`${whole.message}|${whole.ws.peerClose}`, "|1000 bye");
			server.begin((_socket, { transport }) => transport.end());
			const abrupt = await runWs(run, ports.get(version) as number, { stays: true }, SECURE, secureContext(trusted));
			strictEqual(abrupt.error, "ws:abnormal-closure");
		});

		for (const isGuarded of [false, true]) {
			const login = isGuarded ? `${LOGIN}@` : "";
			it(`ws through a tunnel of an HTTP proxy${isGuarded ? " with credentials, which the server does not see" : ""}.`, async () => {
				proxy.begin(isGuarded ? BASIC : undefined);
				const context = { httpProxyAddress: `${login}127.0.0.1:${proxy.port}` };
				const result = await runWs(run, port, members, { address: "name.invalid" }, context);
				await isWhole(result);
				const authorization = isGuarded ? ` Proxy-Authorization ${BASIC}` : "";
				deepStrictEqual(proxy.requests, [`CONNECT name.invalid:${port} Host name.invalid:${port}${authorization}`]);
				strictEqual(server.connections[0]?.headers["proxy-authorization"], undefined);
				ok(!JSON.stringify(result).includes("p4ssw0rd"));
			});

			it(`ws through a SOCKS5 proxy${isGuarded ? " with credentials" : ""}.`, async () => {
				socks.begin(isGuarded ? { login: LOGIN } : {});
				const context = { socksProxyAddress: `${login}127.0.0.1:${socks.port}` };
				await isWhole(await runWs(run, port, members, { address: "name.invalid" }, context));
				strictEqual(socks.requests.length, 1);
				match(socks.requests[0] as string, new RegExp(` 1 3 name\\.invalid ${port}$`));
			});
		}

		it("wss through an HTTP proxy, and through a SOCKS5 proxy.", async () => {
			const [securePort = 0] = ports.values();
			const viaHttp = secureContext(trusted, undefined, { httpProxyAddress: `127.0.0.1:${proxy.port}` });
			await isWhole(await runWs(run, securePort, members, SECURE, viaHttp));
			deepStrictEqual(proxy.requests.length, 1);
			server.begin(echo);
			const viaSocks = secureContext(trusted, undefined, { socksProxyAddress: `127.0.0.1:${socks.port}` });
			await isWhole(await runWs(run, securePort, members, SECURE, viaSocks));
			strictEqual(socks.requests.length, 1);
		});

		it("A proxy that makes no tunnel says so, and no handshake is sent.", async () => {
			proxy.begin(BASIC);
			const result = await runWs(run, port, members, {}, { httpProxyAddress: `127.0.0.1:${proxy.port}` });
			strictEqual(`${result.error} ${result.delivered}`, "proxy:authentication no");
			deepStrictEqual(server.connections, []);
		});

		it("What a server says with its 101 in one segment comes through a tunnel, too.", async () => {
			server.begin((socket) => socket.send("at once"));
			const result = await runWs(run, port, { receive: 1 }, {}, { httpProxyAddress: `127.0.0.1:${proxy.port}` });
			deepStrictEqual(result.ws.messages, [described(Buffer.from("at once"), false)]);
		});
	});
}

describe("back-pressure of WebSocket on the wire", function () {
	this.timeout(60_000);
	const server = new WSServer();
	let port = 0;
	before(async function () {
		skipUnlessBuilt(this, WIDE.variant);
		// the simulator's socket would need minutes for so much
		if (isSimulator(WIDE)) this.skip();
		port = await server.listen();
	});
	after(() => server.close());

	it("While what comes is held up the server is, by TCP.", async () => {
		const size = 20_000_000;
		let left = 0;
		let stalled = 0;
		server.begin((socket) => {
			const bytes = pattern(size);
			const fragment = 100_000;
			const more = () => {
				const start = left;
				left += fragment;
				if (start < size) socket.send(bytes.subarray(start, left), { binary: true, fin: left >= size }, more);
			};
			more();
			setTimeout(() => {
				stalled = left;
			}, 400);
		});
		const result = await runWs(WIDE, port, { hold: 600, receive: 1 });
		ok(stalled > 0 && stalled < 0.75 * size, `${stalled} bytes had left`);
		strictEqual(result.message, "");
		deepStrictEqual(result.ws.messages, [described(pattern(size), true)]);
	});

	it("While the server does not read nothing more is written, and what was begun goes on then.", async () => {
		const size = 20_000_000;
		let stalled = 0;
		server.begin((socket, { transport }) => {
			socket.pause();
			setTimeout(() => {
				stalled = transport.bytesRead;
			}, 400);
			setTimeout(() => socket.resume(), 600);
			socket.on("message", () => socket.send("thank you"));
		});
		const send = [{ size: size / 20, count: 20 }];
		const result = await runWs(WIDE, port, { send, receive: 20 });
		strictEqual(result.message, "");
		ok(stalled < size / 2, `${stalled} bytes had come`);
		deepStrictEqual(server.connections[0]?.messages, Array(20).fill(described(pattern(size / 20), true)));
		strictEqual(result.refused, 0);
		// each of them brought a frame: none was in vain
		ok(result.writeables <= size / 1000, `${result.writeables} times`);
	});

	it("Pings behind what is held up are answered when it is let go, and the end behind them comes after all.", async () => {
		let answered = 0;
		server.begin((socket) => {
			const began = Date.now();
			socket.send("first");
			socket.ping("now");
			socket.on("pong", () => {
				answered = Date.now() - began;
				socket.close(1000);
			});
		});
		const result = await runWs(WIDE, port, { hold: 300, stays: true });
		strictEqual(`${result.message}|${result.ws.peerClose}`, "|1000");
		ok(answered >= 250, `${answered} ms`);
	});
});

describe("liveness of WebSocket on the wire", function () {
	this.timeout(60_000);
	const mute = new WSServer({ autoPong: false });
	const server = new WSServer();
	let port = 0;
	let mutePort = 0;
	before(async function () {
		skipUnlessBuilt(this, WIDE.variant);
		port = await server.listen();
		mutePort = await mute.listen();
	});
	after(() => Promise.all([mute.close(), server.close()]));
	const retryAndIdlePolicy = { secsSinceValidPing: 1, secsSinceValidHangup: 2 };

	it("A server that answers no Ping frame has gone, after the longer silence.", async () => {
		mute.begin((socket) => socket.send("hello"));
		const result = await runWs(WIDE, mutePort, { stays: true }, { retryAndIdlePolicy });
		strictEqual(result.error, "timeout:pong");
		strictEqual(result.callbacks, "BIND CREATE APPEND HTTP FILTER ESTABLISHED RECEIVE DROP CLOSED DESTROY");
		deepStrictEqual(mute.connections[0]?.pings, [""]);
		ok(result.milliseconds >= 1900 && result.milliseconds < 3500, `${result.milliseconds} ms`);
		await until(() => mute.open === 0);
	});

	it("One that answers stays for as long as it likes.", async () => {
		server.begin((socket) => setTimeout(() => socket.close(1000), 3500));
		const result = await runWs(WIDE, port, { stays: true }, { retryAndIdlePolicy });
		strictEqual(result.message, "");
		const { pings = [] } = server.connections[0] ?? {};
		ok(pings.length >= 2 && pings.length <= 3, `${pings.length} pings`);
	});

	it("One that says something now and then is not asked at all.", async () => {
		server.begin((socket) => {
			const timer = setInterval(() => socket.send("tick"), 300);
			setTimeout(() => socket.close(1000), 2500);
			socket.on("close", () => clearInterval(timer));
		});
		const result = await runWs(WIDE, port, { stays: true }, { retryAndIdlePolicy });
		strictEqual(result.message, "");
		deepStrictEqual(server.connections[0]?.pings, []);
	});
});

for (const run of choose(WIDE, NARROW)) {
	describe(`connections that come back (${run.name})`, function () {
		this.timeout(60_000);
		const retryAndIdlePolicy = { retryMsTable: [50, 100, 200], jitterPercent: 0 };
		before(function () {
			skipUnlessBuilt(this, run.variant);
		});

		it("A server that closes, and comes back on its port, is found again.", async () => {
			let server = new WSServer();
			const port = await server.listen();
			const seen: number[] = [];
			const serve = () => {
				server.handler = (socket) => {
					seen.push(Date.now());
					socket.send("hello");
					// the second time it closes the WebSocket in order and is gone for a while
					if (seen.length < 3) socket.close(1001, "restart");
					if (seen.length === 2) server.unlisten();
				};
			};
			serve();
			const running = runWs(run, port, { kept: 5, receive: 1, isOutside: true }, { retryAndIdlePolicy });
			await until(() => seen.length === 2);
			await sleep(300);
			server = new WSServer();
			serve();
			await server.listen(port);
			const result = await running.finally(() => server.close());
			const { ends, attempts, messages } = result.ws;
			const refused = ends.filter((end) => end === "tcp:refused").length;
			ok(refused >= 1, ends.join());
			strictEqual(ends.length, 5 + refused);
			strictEqual(ends.filter((end) => end === "").length, 5, ends.join());
			ok(attempts.includes(2), attempts.join());
			strictEqual(messages.length, 5);
			strictEqual(seen.length, 5);
		});

		it("A server that is killed, and starts again, is found again.", async () => {
			let child: ChildProcess | undefined;
			const start = async (port: number): Promise<void> => {
				child = spawn(process.execPath, ["build/test/servers/websocket-main.js", `${port}`], {
					stdio: ["ignore", "pipe", "inherit"],
				});
				await once(child.stdout as NonNullable<ChildProcess["stdout"]>, "data");
			};
			const probe = new WSServer();
			const port = await probe.listen();
			await probe.close();
			await start(port);
			try {
				const running = runWs(run, port, { kept: 3, stays: true }, { retryAndIdlePolicy });
				let isOver = false;
				const end = running.finally(() => {
					isOver = true;
				});
				while (!isOver) {
					await sleep(700);
					child?.kill("SIGKILL");
					await once(child as ChildProcess, "exit");
					if (!isOver) await start(port);
				}
				const { ws } = await end;
				const lost = ws.ends.filter((each) => each === "ws:abnormal-closure" || each === "tcp:reset");
				const refused = ws.ends.filter((each) => each === "tcp:refused");
				strictEqual(lost.length + refused.length, ws.ends.length, ws.ends.join());
				ok(lost.length === 3 && refused.length >= 2, ws.ends.join());
				strictEqual(ws.count, 3);
			} finally {
				child?.kill("SIGKILL");
			}
		});
	});
}
