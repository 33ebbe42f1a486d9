/** What comes back: every way to frame a response, and what goes before and with it. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import type http from "node:http";
import { skipUnlessBuilt } from "../desktop/host.js";
import { RUNS, runOne, runPlan } from "./run.js";
import { pattern, patternSum, plain, WireServer } from "./server.js";

const WHOLE = "BIND CREATE APPEND FILTER ESTABLISHED RECEIVE READ COMPLETED DROP CLOSED DESTROY";
const EMPTY = "BIND CREATE APPEND FILTER ESTABLISHED COMPLETED DROP CLOSED DESTROY";

/** Sends `length` bytes in writes of `size`, as fast as they are taken. */
function stream(response: http.ServerResponse, length: number, size: number): void {
	const bytes = pattern(length);
	let at = 0;
	const more = (): void => {
		while (at < length) {
			const end = Math.min(length, at + size);
			const isTaken = response.write(bytes.subarray(at, end));
			at = end;
			if (!isTaken) {
				response.once("drain", more);
				return;
			}
		}
		response.end();
	};
	more();
}

for (const run of RUNS) {
	describe(`responses on the wire (${run.name})`, function () {
		this.timeout(60_000);
		const server = new WireServer();
		let port = 0;
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			port = await server.listen();
		});
		after(() => server.close());

		it("A GET goes out byte for byte as it was asked for, and its identity body comes whole.", async () => {
			const length = 200_000 / run.divisor;
			server.begin((_request, response) =>
				plain(response).writeHead(200, { "content-length": length }).end(pattern(length)),
			);
			const result = await runOne(run, { port, path: "/a?b=c", fields: [["X-One", "1"]], origin: "here" });
			strictEqual(server.head(), "GET /a?b=c HTTP/1.1\r\nHost: wire\r\nOrigin: http://here\r\nX-One: 1\r\n\r\n");
			strictEqual(result.status, 200);
			strictEqual(result.reason, "OK");
			strictEqual(result.length, length);
			strictEqual(result.sum, patternSum(length));
			strictEqual(result.callbacks, WHOLE);
			strictEqual(result.error, "");
			match(result.fields.join(), new RegExp(`content-length: ${length}`));
		});

		for (const size of [1, 1000, 16384]) {
			it(`A chunked body of chunks of ${size} bytes comes without its framing.`, async () => {
				const length = (size === 1 ? 2000 : 200_000) / run.divisor;
				server.begin((_request, response) => stream(plain(response), length, size));
				const result = await runOne(run, { port, path: "/" });
				strictEqual(result.error, "");
				strictEqual(result.length, length);
				strictEqual(result.sum, patternSum(length));
				match(result.fields.join(), /transfer-encoding: chunked/);
				strictEqual(result.callbacks, WHOLE);
			});
		}

		it("A body that ends with its connection is complete with it.", async () => {
			const length = 100_000 / run.divisor;
			server.begin((_request, response) => {
				plain(response).useChunkedEncodingByDefault = false;
				response.shouldKeepAlive = false;
				stream(response, length, 5000);
			});
			const result = await runOne(run, { port, path: "/" });
			strictEqual(result.error, "");
			strictEqual(result.length, length);
			strictEqual(result.sum, patternSum(length));
			deepStrictEqual(result.names, ["connection"]);
		});

		it("HEAD, 204 and 304 have no body whatever their fields say, and the connection serves on.", async () => {
			server.begin((request, response) => {
				const status = Number(request.url?.slice(1));
				plain(response).writeHead(status, status === 204 ? {} : { "content-length": 5 });
				if (status === 200 && request.method === "GET") response.end("hello");
				else response.end();
			});
			const results = await runPlan(run, {
				requests: [
					{ port, path: "/200", method: "HEAD" },
					{ port, path: "/204" },
					{ port, path: "/304" },
					{ port, path: "/200" },
				],
			});
			deepStrictEqual(
				results.map(({ status, length, callbacks, error }) => [status, length, callbacks, error]),
				[
					[200, 0, EMPTY, ""],
					[204, 0, EMPTY, ""],
					[304, 0, EMPTY, ""],
					[200, 5, WHOLE, ""],
				],
			);
			strictEqual(server.sockets.length, 1);
		});

		it("An empty body is complete at once.", async () => {
			server.begin((_request, response) => plain(response).writeHead(200, { "content-length": 0 }).end());
			strictEqual((await runOne(run, { port, path: "/" })).callbacks, EMPTY);
		});

		it("Interim responses are passed over: 100, 102 and 103, several of them.", async () => {
			server.begin((_request, response) => {
				plain(response).writeContinue();
				response.writeProcessing();
				response.writeEarlyHints({ link: "</style.css>; rel=preload" });
				response.writeProcessing();
				setTimeout(() => response.writeHead(201, { "x-final": "yes", "content-length": 2 }).end("ok"), 20);
			});
			const result = await runOne(run, { port, path: "/" });
			strictEqual(result.status, 201);
			strictEqual(result.length, 2);
			strictEqual(result.callbacks, WHOLE);
			// nothing of the interim heads is left in the final one
			deepStrictEqual(result.names.slice(0, 2), ["x-final", "content-length"]);
			strictEqual(result.fields[0], "x-final: yes");
		});

		it("Trailer fields end a chunked body and appear nowhere.", async () => {
			server.begin((request, response) => {
				if (request.url === "/next") return void plain(response).end();
				plain(response).writeHead(200, { trailer: "x-sum" });
				response.write("abc");
				response.addTrailers({ "x-sum": "1234", "x-more": "y".repeat(3000) });
				response.end();
			});
			const [result] = await runPlan(run, {
				requests: [
					{ port, path: "/" },
					{ port, path: "/next" },
				],
			});
			strictEqual(result?.error, "");
			strictEqual(result?.length, 3);
			ok(!result?.names.includes("x-sum"));
			strictEqual(server.sockets.length, 1);
		});

		it("Fields of the same name stay apart, in their order.", async () => {
			const cookies = ["a=1; path=/", "b=2, c", "a=3"];
			server.begin((_request, response) => plain(response).writeHead(200, { "Set-Cookie": cookies, "X-B": "1" }).end());
			const result = await runOne(run, { port, path: "/" });
			deepStrictEqual(
				result.fields.filter((field) => field.startsWith("set-cookie")),
				cookies.map((cookie) => `set-cookie: ${cookie}`),
			);
			strictEqual(result.fields[3], "x-b: 1");
		});

		it("A head of 8 KB is passed through a table of 2 KB: what was asked for is kept, the body follows.", async () => {
			server.begin((_request, response) => {
				const fields: Record<string, string> = {};
				for (let i = 0; i < 40; i++) fields[`x-field-${i}`] = `${i} ${"v".repeat(190)}`;
				plain(response)
					.writeHead(200, { ...fields, "x-wanted": "at the end", "content-length": 4 })
					.end("body");
			});
			const [kept, all] = await runPlan(run, {
				requests: [
					{ port, path: "/", keepHeaders: ["X-Wanted", "x-field-39"] },
					{ port, path: "/" },
				],
			});
			strictEqual(kept?.length, 4);
			strictEqual(
				kept?.fields.find((field) => field.startsWith("x-wanted")),
				"x-wanted: at the end",
			);
			ok(kept?.fields.includes(`x-field-39: 39 ${"v".repeat(190)}`));
			// without a choice as many as fit, and never less than the client needs
			strictEqual(all?.length, 4);
			ok(all?.names.includes("x-field-0") && all.names.includes("content-length"), all?.names.join());
			strictEqual(server.sockets.length, 1);
		});
	});
}
