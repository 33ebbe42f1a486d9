/** Which connections are made, shared and given up. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { once } from "node:events";
import { skipUnlessBuilt } from "../desktop/host.js";
import type { PlannedRequest } from "./plan.js";
import { isSimulator, RUNS, runOne, runPlan, WIDE } from "./run.js";
import { plain, WireServer } from "./server.js";

for (const run of RUNS) {
	describe(`connections on the wire (${run.name})`, function () {
		this.timeout(60_000);
		const server = new WireServer();
		let port = 0;
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			port = await server.listen();
		});
		after(() => server.close());

		function connectionsOf(): number[] {
			return server.received.map(({ connection }) => connection);
		}

		function gets(count: number): PlannedRequest[] {
			return Array.from({ length: count }, (_, i) => ({ port, path: `/${i}` }));
		}

		it("Requests one after another share one connection.", async () => {
			server.begin((request, response) => plain(response).end(request.url));
			const count = run.divisor > 10 ? 4 : 10;
			const results = await runPlan(run, { requests: gets(count) });
			deepStrictEqual(connectionsOf(), Array(count).fill(0));
			deepStrictEqual(
				results.map(({ length, error }) => `${length}${error}`),
				Array(count).fill("2"),
			);
		});

		const many = run.divisor > 10 ? 6 : 20;
		it(`${many} requests at once run over the two connections that a context has.`, async () => {
			server.begin((request, response) => setTimeout(() => plain(response).end(request.url), 3));
			const results = await runPlan(run, { requests: gets(many), parallel: many });
			strictEqual(server.sockets.length, 2);
			deepStrictEqual(server.received.map(({ url }) => url).sort(), results.map(({ id }) => `/${id}`).sort());
			for (const { id, length, error } of results) strictEqual(`${length}${error}`, `${`/${id}`.length}`);
		});

		it("Connection: close is obeyed: the next request makes a new connection.", async () => {
			server.begin((_request, response) => {
				plain(response).setHeader("connection", "close");
				response.end("x");
			});
			const results = await runPlan(run, { requests: gets(3) });
			deepStrictEqual(connectionsOf(), [0, 1, 2]);
			for (const { error, length } of results) strictEqual(`${length}${error}`, "1");
		});

		it("A connection that the server gave up while it was idle costs a GET nothing.", async () => {
			server.begin((request, response) => {
				plain(response).end("x");
				if (request.url === "/0") response.on("finish", () => setTimeout(() => request.socket.destroy(), 20));
			});
			const requests = [
				{ port, path: "/0" },
				{ port, path: "/1", delay: 100 },
			];
			const results = await runPlan(run, { requests });
			deepStrictEqual(connectionsOf(), [0, 1]);
			for (const { error, length } of results) strictEqual(`${length}${error}`, "1");
		});

		it("A connection that ends as the next request goes out is replaced for a GET, and for a POST is an error.", async () => {
			server.begin((request, response) => {
				// the second request of a connection finds it closing
				const { connection } = server.received.at(-1) as { connection: number };
				if (connectionsOf().filter((each) => each === connection).length > 1) request.socket.destroy();
				else plain(response).end("x");
			});
			const results = await runPlan(run, {
				requests: [
					{ port, path: "/0" },
					{ port, path: "/1" },
					{ port, path: "/2", method: "POST" },
				],
			});
			deepStrictEqual(
				results.map(({ error, delivered }) => `${error} ${delivered}`.trim()),
				["", "", "h1:empty-reply maybe"],
			);
			deepStrictEqual(connectionsOf(), [0, 0, 1, 1]);
		});

		it("Contexts share nothing.", async () => {
			server.begin((request, response) => plain(response).end(request.url));
			const requests = gets(6).map((request, i) => ({ ...request, context: i % 3 }));
			const results = await runPlan(run, { contexts: [{}, { connections: 1 }, { keepWarm: 0 }], requests });
			for (const { error } of results) strictEqual(error, "");
			// contexts 0 and 1 each use theirs again; 2 keeps none
			deepStrictEqual(connectionsOf(), [0, 1, 2, 0, 1, 3]);
		});

		it("An idle connection is given up when its time is over.", async () => {
			server.begin((_request, response) => plain(response).end("x"));
			const running = runPlan(run, { contexts: [{ keepWarm: 100 }], requests: gets(1), linger: 400 });
			const [socket] = await once(server.server, "connection");
			const start = Date.now();
			await once(socket, "close");
			ok(Date.now() - start >= 90);
			await running;
		});
	});
}

describe("names and addresses on the wire", function () {
	this.timeout(30_000);
	const server = new WireServer();
	const server6 = new WireServer();
	before(async function () {
		skipUnlessBuilt(this, WIDE.variant);
		await server.listen();
	});
	after(async () => {
		await server.close();
		if (server6.server.listening) await server6.close();
	});

	it("A name is resolved, and the next address is tried when the first refuses.", async () => {
		// "localhost" may give ::1 first, where nobody listens on this port
		server.begin((_request, response) => plain(response).end("x"));
		const { port } = server;
		const [first, second] = await runPlan(WIDE, {
			requests: [
				{ port, path: "/", address: "localhost", host: "localhost" },
				{ port, path: "/", address: "localhost", host: "localhost" },
			],
		});
		strictEqual(`${first?.status}${first?.error} ${second?.status}${second?.error}`, "200 200");
		strictEqual(server.sockets.length, 1);
		strictEqual(server.head(), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
	});

	it("An IPv6 literal is an address.", async function () {
		if (isSimulator(WIDE)) this.skip();
		const port = await server6.listen("::1").catch(() => this.skip());
		server6.begin((_request, response) => plain(response).end("x"));
		const result = await runOne(WIDE, { port, path: "/", address: "::1", host: `[::1]:${port}` });
		strictEqual(`${result.status}${result.error}`, "200");
		strictEqual(server6.head(), `GET / HTTP/1.1\r\nHost: [::1]:${port}\r\n\r\n`);
	});

	it("A name without an address and a port without a listener are named errors, undelivered.", async () => {
		const [name, port] = await runPlan(WIDE, {
			requests: [
				{ port: 80, path: "/", address: "no-such-name.invalid" },
				{ port: 1, path: "/" },
			],
		});
		const callbacks = "BIND CREATE CONNECTION_ERROR DROP DESTROY";
		deepStrictEqual([name?.error, name?.delivered, name?.callbacks], ["dns:not-found", "no", callbacks]);
		const refused = isSimulator(WIDE) ? "tcp:other" : "tcp:refused";
		deepStrictEqual([port?.error, port?.delivered, port?.callbacks], [refused, "no", callbacks]);
	});
});
