/** Names with several addresses: IPv4 and IPv6, some of which refuse, do not answer, or are not reached from here. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";
import { skipUnlessBuilt } from "../desktop/host.js";
import { repeat } from "../hostile/repetition.js";
import { BlackHole } from "../servers/blackhole.js";
import { authorities, certificates } from "../servers/certificate-set.js";
import { TlsServer } from "../servers/tls.js";
import type { PlannedContext, PlannedRequest, Result } from "./plan.js";
import { LIBRARY, NARROW, RUNS, runPlan, WIDE } from "./run.js";
import { secureContext, secureRequest } from "./secure.js";
import { WireServer } from "./server.js";

const GOOD = "127.0.0.1";
const HOLE = "127.0.0.2";
/** Nobody listens on these. */
const REFUSING = ["127.0.0.3", "127.0.0.4", "127.0.0.5"] as const;
const IPV6 = "::1";
const NAME = "wire.test";

/** Between two attempts, as in the dialer. */
const DELAY = 250;
/** Of the clocks, which are not the same. */
const TOLERANCE = 5;

for (const run of RUNS) {
	describe(`names with several addresses (${run.name})`, function () {
		this.timeout(60_000);
		const server = new WireServer();
		const other = new WireServer();
		let port = 0;
		let hole: BlackHole;
		let hasIPv6 = true;

		before(async function () {
			skipUnlessBuilt(this, run.variant);
			port = await server.listen(GOOD);
			hole = await BlackHole.open(HOLE, port);
			await other.listen(IPV6, port).catch(() => {
				hasIPv6 = false;
			});
		});
		beforeEach(() => {
			for (const each of [server, other]) {
				each.begin((request, response) => response.end(request.socket.localAddress));
			}
		});
		after(async () => {
			hole?.close();
			await server.close();
			if (hasIPv6) await other.close();
		});

		async function ask(
			addresses: readonly string[],
			more: Partial<PlannedRequest> = {},
			context: PlannedContext = {},
		): Promise<Result> {
			const contexts = [{ ...context, names: { [NAME]: addresses } }];
			const requests = [{ port, path: "/", address: NAME, ...more }];
			const [result] = await runPlan(run, { contexts, requests });
			return result as Result;
		}

		/** Milliseconds from the first attempt to the connection. */
		function dialingTime({ info }: Result): number {
			return (info.connected as number) - (info.resolved as number);
		}

		it("An address that does not answer costs a quarter of a second, and the attempt is given up.", async () => {
			let attempts = 0;
			server.begin(async (_request, response) => {
				// the client has closed it before it has sent anything
				attempts = hole.attempts(HOLE);
				response.end("ok");
			});
			const result = await ask([HOLE, GOOD]);
			deepStrictEqual([result.error, result.status, result.info.remoteAddress], ["", 200, GOOD]);
			ok(dialingTime(result) >= DELAY - TOLERANCE, `${dialingTime(result)} ms`);
			strictEqual(attempts, 0);
			deepStrictEqual([server.sockets.length, server.received.length], [1, 1]);
		});

		it("While it waits, the attempt goes on; closing ends it.", async () => {
			const result = ask([HOLE, HOLE], { deadlines: { connect: 1500 } });
			let most = 0;
			let isOver = false;
			result.finally(() => (isOver = true)).catch(() => {});
			for (; !isOver; await sleep(20)) most = Math.max(most, hole.attempts(HOLE));
			strictEqual((await result).error, "timeout:connect");
			strictEqual(most, 2);
			strictEqual(hole.attempts(HOLE), 0);
		});

		it("An address that refuses costs no time.", async () => {
			const result = await ask([...REFUSING, GOOD]);
			deepStrictEqual([result.error, result.info.remoteAddress], ["", GOOD]);
			if (run === WIDE) ok(dialingTime(result) < DELAY, `${dialingTime(result)} ms`);
			strictEqual(server.received.length, 1);
		});

		it("When all refuse, the error says how many were asked.", async () => {
			const { error, message, delivered, info } = await ask(REFUSING);
			deepStrictEqual([error, delivered], ["tcp:refused", "no"]);
			match(message, /\(wire\.test port \d+, 3 addresses tried\)$/);
			strictEqual(info.remoteAddress, REFUSING[2]);
		});

		it("The first address is the only one that is asked when it answers.", async function () {
			if (!hasIPv6) this.skip();
			for (const [addresses, answering, silent] of [
				[[IPV6, GOOD], other, server],
				[[GOOD, IPV6], server, other],
			] as const) {
				const result = await ask(addresses);
				deepStrictEqual([result.error, result.info.remoteAddress], ["", addresses[0]]);
				deepStrictEqual([answering.received.length, silent.sockets.length], [1, 0]);
				for (const each of [server, other]) each.begin((_request, response) => response.end());
			}
		});

		it("The other family comes second, before the other addresses of the first.", async function () {
			if (!hasIPv6) this.skip();
			const result = await ask([HOLE, REFUSING[0], REFUSING[1], IPV6]);
			deepStrictEqual([result.error, result.info.remoteAddress], ["", IPV6]);
			deepStrictEqual([other.received.length, server.sockets.length], [1, 0]);
		});

		it("iface: connections come from that address, and only its family is asked.", async function () {
			if (!hasIPv6) this.skip();
			const from: (string | undefined)[] = [];
			server.begin((request, response) => {
				from.push(request.socket.remoteAddress);
				response.end();
			});
			const result = await ask([IPV6, REFUSING[0], GOOD], { iface: "127.0.0.9" });
			deepStrictEqual([result.error, result.info.remoteAddress], ["", GOOD]);
			deepStrictEqual([from, other.sockets.length], [["127.0.0.9"], 0]);
			strictEqual((await ask([IPV6], { iface: "127.0.0.9" })).error, "tcp:address");
		});

		it("The next request uses the connection that has won.", async () => {
			const contexts = [{ names: { [NAME]: [REFUSING[0], GOOD] } }];
			const requests = [1, 2, 3].map((i) => ({ port, path: `/${i}`, address: NAME }));
			const results = await runPlan(run, { contexts, requests });
			deepStrictEqual(
				results.map(({ info }) => `${info.isReused} ${info.remoteAddress}`),
				[`false ${GOOD}`, `true ${GOOD}`, `true ${GOOD}`],
			);
			strictEqual(server.sockets.length, 1);
		});
	});
}

describe("names with several addresses, of which one answers over TLS", function () {
	this.timeout(60_000);
	let hole: BlackHole;
	let server: TlsServer;
	before(function () {
		skipUnlessBuilt(this, WIDE.variant);
	});
	after(async () => {
		hole?.close();
		await server?.close();
	});

	it("TLS is spoken with the address that has answered.", async () => {
		const onRequest = (_request: unknown, response: { end(text: string): void }) => response.end("ok");
		server = new TlsServer({ certificate: await certificates.ec(), onRequest });
		const port = await server.listen();
		hole = await BlackHole.open(HOLE, port);
		const names = { localhost: [HOLE, REFUSING[0], GOOD] };
		const [result] = await runPlan(WIDE, {
			contexts: [secureContext((await authorities.root()).pem, undefined, { names })],
			requests: [secureRequest(port, { address: "localhost" })],
		});
		deepStrictEqual([result?.error, result?.status, result?.info.remoteAddress], ["", 200, GOOD]);
		strictEqual(hole.attempts(HOLE), 0);
	});
});

for (const run of [WIDE, NARROW]) {
	describe(`races of addresses (${run.name})`, function () {
		this.timeout(120_000);
		const server = new WireServer();
		let hole: BlackHole;
		let port = 0;
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			port = await server.listen(GOOD);
			hole = await BlackHole.open(HOLE, port);
		});
		after(async () => {
			hole?.close();
			await server.close();
		});

		const parallel = 20;
		const rounds = run === WIDE ? 50 : 15;
		it(`After ${rounds * parallel} of them heap and descriptors are where they were after ${10 * parallel}.`, async () => {
			const addresses = [HOLE, REFUSING[0], REFUSING[1], GOOD];
			const marks = await repeat(run, LIBRARY, {
				port,
				address: NAME,
				addresses,
				parallel,
				path: "/",
				count: rounds,
				first: 10,
				behaviour: "read",
			});
			const [, ten, all] = marks.map(({ done, ...rest }) => rest);
			strictEqual(ten?.code, "");
			deepStrictEqual(all, ten);
			strictEqual(server.received.length, rounds * parallel);
			strictEqual(hole.attempts(HOLE), 0);
		});
	});
}
