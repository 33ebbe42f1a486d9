/** What goes out with a body, and how both sides hold each other up. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";
import { skipUnlessBuilt } from "../desktop/host.js";
import { isSimulator, RUNS, runOne, runPlan, WIDE } from "./run.js";
import { count, pattern, patternSum, plain, takeBody, WireServer } from "./server.js";

const WHOLE = "BIND CREATE APPEND WRITEABLE FILTER ESTABLISHED RECEIVE READ COMPLETED DROP CLOSED DESTROY";

for (const run of RUNS) {
	describe(`request bodies on the wire (${run.name})`, function () {
		this.timeout(60_000);
		const server = new WireServer();
		let port = 0;
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			port = await server.listen();
		});
		after(() => server.close());

		function echoSum(): void {
			server.begin((request, response, received) => {
				takeBody(request, received, () => plain(response).end(`${received.length} ${received.sum}`));
			});
		}

		for (const size of [0, 1, 100, 1_000_000]) {
			if (run.divisor > size && size > 100) continue;
			const length = size > 1000 ? size / run.divisor : size;
			it(`POST of ${length} bytes by Content-Length arrives as it was written.`, async () => {
				echoSum();
				const result = await runOne(run, {
					port,
					path: "/",
					method: "POST",
					body: { size: length, framing: "length" },
				});
				strictEqual(server.head(), `POST / HTTP/1.1\r\nHost: wire\r\nContent-Length: ${length}\r\n\r\n`);
				const [received] = server.received;
				strictEqual(received?.length, length);
				strictEqual(received?.sum, patternSum(length));
				strictEqual(result.error, "");
				strictEqual(result.sent, length);
				if (length > 0) strictEqual(result.callbacks, WHOLE);
			});

			it(`POST of ${length} bytes in chunks arrives as it was written.`, async () => {
				echoSum();
				const result = await runOne(run, {
					port,
					path: "/",
					method: "POST",
					body: { size: length, framing: "chunked" },
				});
				strictEqual(server.head(), "POST / HTTP/1.1\r\nHost: wire\r\nTransfer-Encoding: chunked\r\n\r\n");
				const [received] = server.received;
				strictEqual(received?.length, length);
				strictEqual(received?.sum, patternSum(length));
				strictEqual(result.error, "");
				strictEqual(result.sent, length);
			});
		}

		it("A chunk is as long as the piece that was written, in lower-case digits, and the last one is empty.", async () => {
			echoSum();
			const body = { size: 27, framing: "chunked", piece: 26 } as const;
			await runOne(run, { port, path: "/", method: "PUT", body });
			const raw = (server.raw[0] as Buffer).toString("latin1");
			const bytes = pattern(27).toString("latin1");
			strictEqual(
				raw.slice(raw.indexOf("\r\n\r\n") + 4),
				`1a\r\n${bytes.slice(0, 26)}\r\n1\r\n${bytes.slice(26)}\r\n0\r\n\r\n`,
			);
		});

		it("Methods with content say that they have none; the others say nothing.", async () => {
			echoSum();
			const methods = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"];
			await runPlan(run, { requests: methods.map((method) => ({ port, path: "/", method })) });
			deepStrictEqual(
				server.received.map(({ method, fields }) => `${method} ${fields.slice(2).join(" ")}`.trim()),
				["POST Content-Length 0", "PUT Content-Length 0", "PATCH Content-Length 0", "DELETE", "OPTIONS", "PURGE"],
			);
			strictEqual(server.sockets.length, 1);
		});

		it("Uploads and downloads take turns on one connection.", async () => {
			echoSum();
			const post = { port, path: "/", method: "POST" };
			const results = await runPlan(run, {
				requests: [
					{ ...post, body: { size: 3000, framing: "chunked" } },
					{ port, path: "/" },
					{ ...post, body: { size: 5000, framing: "length" } },
					{ ...post, body: { size: 0, framing: "chunked" } },
					{ port, path: "/" },
				],
			});
			deepStrictEqual(
				results.map(({ error, status }) => `${status}${error}`),
				Array(5).fill("200"),
			);
			deepStrictEqual(
				server.received.map(({ length }) => length),
				[3000, 0, 5000, 0, 0],
			);
			strictEqual(server.sockets.length, 1);
		});
	});
}

describe("back-pressure on the wire", function () {
	this.timeout(60_000);
	const server = new WireServer();
	let port = 0;
	before(async function () {
		skipUnlessBuilt(this, WIDE.variant);
		port = await server.listen();
	});
	after(() => server.close());

	it("A server that does not read holds the upload up; nothing is lost, nothing is refused.", async function () {
		// its socket would need three minutes for so much
		if (isSimulator(WIDE)) this.skip();
		const length = 16_000_000;
		let stalled = 0;
		server.begin((request, response, received) => {
			// nothing is read for a while: the windows fill, then the client can only wait
			request.pause();
			setTimeout(() => {
				stalled = request.socket.bytesRead;
				takeBody(request, received, () => plain(response).end("ok"));
				request.resume();
			}, 400);
		});
		const result = await runOne(WIDE, { port, path: "/", method: "POST", body: { size: length, framing: "length" } });
		ok(stalled > 0 && stalled < length / 2, `the server had ${stalled} bytes before it read`);
		strictEqual(server.received[0]?.length, length);
		strictEqual(server.received[0]?.sum, patternSum(length));
		strictEqual(result.refused, 0);
		strictEqual(result.error, "");
	});

	it("A server that reads slowly gets every byte, by chunks as well.", async () => {
		const length = 2_000_000;
		server.begin(async (request, response, received) => {
			for await (const data of request) {
				count(received, data);
				await sleep(2);
			}
			plain(response).end("ok");
		});
		const body = { size: length, framing: "chunked" } as const;
		const result = await runOne(WIDE, { port, path: "/", method: "POST", body });
		strictEqual(server.received[0]?.length, length);
		strictEqual((server.received[0]?.sum as number) >>> 0, patternSum(length));
		strictEqual(result.error, "");
		strictEqual(result.refused, 0);
	});

	for (const framing of ["identity", "chunked"]) {
		it(`A body that is not read stalls the server's socket (${framing}), and the idle clock stands still.`, async () => {
			const length = 12_000_000;
			let waiting = 0;
			let sentThen = 0;
			server.begin((_request, response) => {
				plain(response).writeHead(200, framing === "identity" ? { "content-length": length } : {});
				response.end(pattern(length));
				setTimeout(() => {
					waiting = response.socket?.writableLength ?? 0;
					sentThen = (response.socket?.bytesWritten ?? 0) - waiting;
				}, 400);
			});
			// the first read comes late, the idle deadline passes meanwhile: that clock is the peer's, not ours
			const [result] = await runPlan(WIDE, {
				contexts: [{ receiveBuffer: 16384 }],
				requests: [{ port, path: "/", readAfter: 700, closeAfter: 1, buffer: 65536, deadlines: { idle: 200 } }],
			});
			ok(waiting > length / 3, `${waiting} of ${length} bytes waited in the server, ${sentThen} had left it`);
			strictEqual(result?.announced, 1);
			strictEqual(result?.reads, 1);
			strictEqual(result?.error, "app:closed");
			strictEqual(result?.delivered, "yes");
		});

		it(`Reads that come later than their announcements deliver everything (${framing}).`, async () => {
			const length = 500_000;
			server.begin((_request, response) => {
				plain(response).writeHead(200, framing === "identity" ? { "content-length": length } : {});
				response.end(pattern(length));
			});
			const result = await runOne(WIDE, { port, path: "/", readAfter: 1, buffer: 8192 });
			strictEqual(result.error, "");
			strictEqual(result.length, length);
			strictEqual(result.sum, patternSum(length));
		});
	}

	it("A final response in the middle of an upload ends it: the response is whole, the connection is not used again.", async () => {
		server.begin((request, response, received) => {
			if (request.url === "/next") return void plain(response).end("next");
			request.once("data", (data: Buffer) => {
				count(received, data);
				plain(response).writeHead(413, { "content-length": 9 }).end("too large");
			});
		});
		const body = { size: 50_000_000, framing: "length" } as const;
		const [early, next] = await runPlan(WIDE, {
			requests: [
				{ port, path: "/", method: "POST", body },
				{ port, path: "/next" },
			],
		});
		strictEqual(early?.status, 413);
		strictEqual(early?.length, 9);
		strictEqual(early?.error, "");
		ok((early?.sent as number) < body.size);
		strictEqual(next?.status, 200);
		deepStrictEqual(
			server.received.map(({ connection }) => connection),
			[0, 1],
		);
	});
});
