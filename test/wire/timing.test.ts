/** transactionInfo: what it says of the wire, and what the servers saw. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import net from "node:net";
import { skipUnlessBuilt } from "../desktop/host.js";
import { authorities, certificates } from "../servers/certificate-set.js";
import { TlsServer } from "../servers/tls.js";
import type { Result } from "./plan.js";
import { isSimulator, RUNS, runOne, runPlan, TLS_RUNS } from "./run.js";
import { secureContext, secureRequest } from "./secure.js";
import { plain, WireServer } from "./server.js";

const MOMENTS = ["queued", "assigned", "resolved", "connected", "secured", "requested", "answered", "ended"] as const;
/** A timer of Node may be early by so much, by the clock of somebody else. */
const EARLY = 2;

/** The names of what has happened; asserts that it did in this order. */
function storyOf({ info }: Result): string {
	const happened = MOMENTS.filter((name) => info[name] !== undefined);
	const times = happened.map((name) => info[name] as number);
	deepStrictEqual(
		times,
		[...times].sort((a, b) => a - b),
		JSON.stringify(info),
	);
	ok((times[0] as number) >= 0, JSON.stringify(info));
	return happened.join(" ");
}

function between({ info }: Result, from: (typeof MOMENTS)[number], to: (typeof MOMENTS)[number]): number {
	return (info[to] ?? Number.NaN) - (info[from] ?? Number.NaN);
}

for (const run of RUNS) {
	describe(`timing on the wire (${run.name})`, function () {
		this.timeout(60_000);
		const server = new WireServer();
		let port = 0;
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			port = await server.listen();
		});
		after(() => server.close());

		it("A connection that is made, and used again: where the time goes, and the bytes.", async () => {
			server.begin((request, response) => {
				const answer = (): void => {
					plain(response).write("12345");
					setTimeout(() => response.end("678"), 40);
				};
				request.on("end", () => setTimeout(answer, 60)).resume();
			});
			const body = { size: 7, framing: "chunked" as const };
			const results = await runPlan(run, {
				requests: [
					{ port, path: "/0", method: "POST", body },
					{ port, path: "/1" },
				],
			});
			const [first, second] = results as [Result, Result];
			strictEqual(storyOf(first), "queued assigned connected requested answered ended");
			strictEqual(storyOf(second), "queued assigned requested answered ended");
			for (const result of results) {
				ok(between(result, "assigned", "answered") >= 60 - EARLY, JSON.stringify(result.info));
				ok(between(result, "assigned", "ended") >= 100 - 2 * EARLY, JSON.stringify(result.info));
				ok((result.info.ended ?? 0) <= result.milliseconds + 1, JSON.stringify(result.info));
				strictEqual(result.info.received, 8);
				strictEqual(result.info.attempts, 1);
				strictEqual(result.info.remoteAddress, "127.0.0.1");
				strictEqual(result.info.remotePort, port);
			}
			deepStrictEqual(
				results.map(({ info }) => [info.isReused, info.sent]),
				[
					[false, 7],
					[true, 0],
				],
			);
			const raw = (server.raw[0] as Buffer).toString("latin1");
			const heads = raw.split("7\r\n").map((part) => part.indexOf("\r\n\r\n") + 4);
			strictEqual(first.info.sentHead, heads[0]);
		});

		it("A name is resolved.", async () => {
			server.begin((_request, response) => plain(response).end("x"));
			const result = await runOne(run, { address: "localhost", port, path: "/" });
			strictEqual(storyOf(result), "queued assigned resolved connected requested answered ended");
			strictEqual(result.info.remoteAddress, "127.0.0.1");
		});

		it("A connection that ends as the next request goes out is replaced: the second attempt is told.", async () => {
			server.begin((request, response) => {
				const { connection } = server.received.at(-1) as { connection: number };
				if (server.received.filter((each) => each.connection === connection).length > 1) request.socket.destroy();
				else plain(response).end("x");
			});
			const results = await runPlan(run, {
				requests: [
					{ port, path: "/0" },
					{ port, path: "/1" },
				],
			});
			const { info, error } = results[1] as Result;
			strictEqual(error, "");
			strictEqual(storyOf(results[1] as Result), "queued assigned connected requested answered ended");
			deepStrictEqual([info.isReused, info.attempts, info.received], [false, 2, 1]);
		});

		it("Who waits for a connection is queued.", async () => {
			server.begin((_request, response) => setTimeout(() => plain(response).end("x"), 50));
			const results = await runPlan(run, {
				contexts: [{ connections: 1 }],
				parallel: 2,
				requests: [
					{ port, path: "/0" },
					{ port, path: "/1" },
				],
			});
			ok(between(results[1] as Result, "queued", "assigned") >= 50 - EARLY);
		});

		it("A connection that is refused, and an answer that does not come.", async () => {
			const closed = net.createServer().listen(0, "127.0.0.1");
			await new Promise((done) => closed.once("listening", done));
			const { port: refused } = closed.address() as net.AddressInfo;
			await new Promise((done) => closed.close(done));
			server.begin(() => {});
			const deadlines = { firstByte: 100 };
			const results = await runPlan(run, {
				requests: [
					{ port: refused, path: "/" },
					{ port, path: "/", deadlines },
				],
			});
			const [none, silent] = results as [Result, Result];
			strictEqual(storyOf(none), "queued assigned ended");
			deepStrictEqual([none.info.attempts, none.info.remoteAddress], [1, "127.0.0.1"]);
			strictEqual(storyOf(silent), "queued assigned connected requested ended");
			ok(between(silent, "assigned", "ended") >= 100 - EARLY);
		});

		it("A response that is cut: what had come.", async () => {
			server.begin((request, response) => {
				plain(response).setHeader("Content-Length", 10);
				response.write("1234");
				setTimeout(() => request.socket.destroy(), 20);
			});
			const result = await runOne(run, { port, path: "/" });
			strictEqual(storyOf(result), "queued assigned connected requested answered ended");
			strictEqual(result.info.received, 4);
		});
	});
}

for (const run of TLS_RUNS) {
	describe(`timing over TLS (${run.name})`, function () {
		this.timeout(60_000);
		before(function () {
			skipUnlessBuilt(this, run.variant);
		});

		it("The connection, then the handshake; neither for one that is kept. No certificate, no request.", async () => {
			const server = new TlsServer({
				certificate: await certificates.ec(),
				onRequest: (_request, response) => response.end("ok"),
			});
			try {
				const port = await server.listen();
				const trusted = (await authorities.root()).pem;
				const stranger = (await authorities.rsaRoot()).pem;
				const results = await runPlan(run, {
					contexts: [secureContext(trusted), secureContext(stranger)],
					requests: [secureRequest(port), secureRequest(port), secureRequest(port, { context: 1 })],
				});
				deepStrictEqual(results.map(storyOf), [
					"queued assigned connected secured requested answered ended",
					"queued assigned requested answered ended",
					"queued assigned connected ended",
				]);
				const [first, second] = results as [Result, Result];
				// a handshake takes its time, by any clock
				if (!isSimulator(run)) ok(between(first, "connected", "secured") > 0);
				deepStrictEqual([first.info.isReused, second.info.isReused], [false, true]);
				for (const { info } of [first, second]) strictEqual(info.received, 2);
			} finally {
				await server.close();
			}
		});
	});
}
