/** The client and nginx: what nginx wrote into its log is the other side. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { skipUnlessBuilt } from "../desktop/host.js";
import type { PlannedRequest } from "../wire/plan.js";
import { ASAN, NARROW, runOne, runPlan, WIDE } from "../wire/run.js";
import { patternSum, plain, takeBody } from "../wire/server.js";
import { type Entry, LARGE, LARGEST_BODY, Nginx, SMALL } from "./nginx.js";
import { CuttingRelay } from "./relay.js";
import { skipUnlessThere } from "./service.js";

/** lws's bit, written once more on purpose. */
const PIPELINE = 1 << 16;

/** Which connection of several each request came on, and as which of it: "0:1 0:2 1:1". */
function places(entries: readonly Entry[]): string {
	const connections = [...new Set(entries.map(({ connection }) => connection))];
	return entries.map((entry) => `${connections.indexOf(entry.connection)}:${entry.connection_requests}`).join(" ");
}

for (const run of [WIDE, NARROW, ASAN]) {
	describe(`the client and nginx (${run.name})`, function () {
		this.timeout(60_000);
		let nginx: Nginx;
		let port = 0;
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			skipUnlessThere(this, "nginx");
			nginx = await Nginx.start();
			port = nginx.port;
		});
		beforeEach(() => {
			nginx.log.begin();
			nginx.backend.begin((request, response, received) =>
				takeBody(request, received, () => plain(response).end(`${received.length} ${received.sum}`)),
			);
		});
		after(() => nginx?.stop());

		const get = (path: string, more: Partial<PlannedRequest> = {}): PlannedRequest => ({ port, path, ...more });
		const gets = (path: string, count: number, more: Partial<PlannedRequest> = {}) =>
			Array.from({ length: count }, (_, i) => get(`${path}?${i}`, more));
		const failures = (results: readonly { error: string; message: string }[]) =>
			results.map(({ error, message }) => error && message).filter((each) => each !== "");

		describe("connections", () => {
			it("Requests one after another share a connection.", async () => {
				const results = await runPlan(run, { requests: gets("/files/small", 5) });
				deepStrictEqual(failures(results), []);
				for (const { status, length, sum } of results) {
					deepStrictEqual([status, length, sum], [200, SMALL, patternSum(SMALL)]);
				}
				strictEqual(places(await nginx.requests(5)), "0:1 0:2 0:3 0:4 0:5");
			});

			it("keepalive_requests: the last request of a connection says so, and the next one makes another.", async () => {
				const results = await runPlan(run, { requests: gets("/three/small", 7) });
				deepStrictEqual(failures(results), []);
				strictEqual(places(await nginx.requests(7)), "0:1 0:2 0:3 1:1 1:2 1:3 2:1");
				deepStrictEqual(
					results.map(({ fields }) => fields.includes("connection: close")),
					[false, false, true, false, false, true, false],
				);
			});

			it("A connection for each request: keepalive_timeout 0.", async () => {
				const results = await runPlan(run, { requests: gets("/once/small", 3) });
				deepStrictEqual(failures(results), []);
				strictEqual(places(await nginx.requests(3)), "0:1 1:1 2:1");
			});

			for (const [place, says] of [
				["/second", "says"],
				["/silent-second", "keeps to itself"],
			]) {
				it(`A POST after the keepalive_timeout that nginx ${says} goes out on another connection.`, async () => {
					const requests = [
						get(`${place}/small`),
						get("/backend/taken", { method: "POST", body: { size: 9, framing: "length" }, delay: 1500 }),
					];
					const results = await runPlan(run, { requests });
					deepStrictEqual(failures(results), []);
					strictEqual(places(await nginx.requests(2)), "0:1 1:1");
					strictEqual(nginx.backend.received.length, 1);
				});
			}

			it("The client's Connection: close is obeyed.", async () => {
				const fields: [string, string][] = [["Connection", "close"]];
				const results = await runPlan(run, { requests: gets("/files/small", 2, { fields }) });
				deepStrictEqual(failures(results), []);
				strictEqual(places(await nginx.requests(2)), "0:1 1:1");
			});

			it("Errors and responses without content leave the connection to the next.", async () => {
				const paths = ["/files/nothing", "/none", "/gone", "/dead/", "/files/empty", "/files/small"];
				const requests = [...paths.map((path) => get(path)), get("/files/large", { method: "HEAD" })];
				const results = await runPlan(run, { requests });
				deepStrictEqual(failures(results), []);
				deepStrictEqual(
					results.map(({ status }) => status),
					[404, 204, 410, 502, 200, 200, 200],
				);
				deepStrictEqual(results.map(({ length }) => length).slice(4), [0, SMALL, 0]);
				ok(results[6]?.fields.includes(`content-length: ${LARGE}`));
				strictEqual(places(await nginx.requests(7)), "0:1 0:2 0:3 0:4 0:5 0:6 0:7");
			});
		});

		describe("content", () => {
			for (const place of ["/files/large", "/slow/large"]) {
				it(`A large file comes whole: ${place}.`, async () => {
					const { error, length, sum } = await runOne(run, get(place, { buffer: 10_000 }));
					deepStrictEqual([error, length, sum], ["", LARGE, patternSum(LARGE)]);
					const [entry] = await nginx.requests(1);
					deepStrictEqual(
						[entry?.status, entry?.body_bytes_sent, entry?.request_completion],
						["200", `${LARGE}`, "OK"],
					);
				});
			}

			it("What the application does not want is not sent to its end.", async () => {
				const { error } = await runOne(run, get("/slow/large", { closeAfter: 100_000, buffer: 10_000 }));
				strictEqual(error, "app:closed");
				const [entry] = await nginx.requests(1);
				ok(Number(entry?.body_bytes_sent) < LARGE, entry?.body_bytes_sent);
				strictEqual(entry?.request_completion, "");
			});

			for (const place of ["backend", "streamed", "backend-1.0"]) {
				it(`Chunks that nginx makes come whole: /${place}/.`, async () => {
					const size = 500_000;
					const bytes = Buffer.alloc(size, "abcdefghijk");
					nginx.backend.begin((_request, response) => {
						for (let at = 0; at < size; at += 7001) plain(response).write(bytes.subarray(at, at + 7001));
						response.end();
					});
					const results = await runPlan(run, { requests: gets(`/${place}/x`, 2) });
					deepStrictEqual(failures(results), []);
					for (const { fields, length } of results) {
						ok(fields.includes("transfer-encoding: chunked"), fields.join());
						strictEqual(length, size);
					}
					strictEqual(places(await nginx.requests(2)), "0:1 0:2");
				});
			}

			for (const framing of ["length", "chunked"] as const) {
				for (const place of ["backend", "streamed"]) {
					it(`A large body arrives whole: ${framing}, /${place}/.`, async () => {
						const size = Math.ceil(LARGE / run.divisor);
						const body = { size, framing };
						const result = await runOne(run, get(`/${place}/x`, { method: "POST", body }));
						deepStrictEqual([result.error, result.status, result.sent], ["", 200, size]);
						const [received] = nginx.backend.received;
						deepStrictEqual([received?.length, received?.sum], [size, patternSum(size)]);
						const [entry] = await nginx.requests(1);
						ok(Number(entry?.request_length) > size);
					});
				}
			}

			it("A part of a file comes as it was asked for, and one beyond its end is refused.", async () => {
				const range = (value: string) => get("/files/large", { fields: [["Range", value]] });
				const results = await runPlan(run, {
					requests: [
						range("bytes=1000-1999"),
						range(`bytes=${LARGE - 5}-`),
						range("bytes=-7"),
						range("bytes=9999999-"),
					],
				});
				deepStrictEqual(failures(results), []);
				const content = results.map(({ fields }) => fields.find((field) => field.startsWith("content-range: ")));
				deepStrictEqual(content, [
					`content-range: bytes 1000-1999/${LARGE}`,
					`content-range: bytes ${LARGE - 5}-${LARGE - 1}/${LARGE}`,
					`content-range: bytes ${LARGE - 7}-${LARGE - 1}/${LARGE}`,
					`content-range: bytes */${LARGE}`,
				]);
				deepStrictEqual(
					results.map(({ status }) => status),
					[206, 206, 206, 416],
				);
				deepStrictEqual(results.map(({ length }) => length).slice(0, 3), [1000, 5, 7]);
				strictEqual(places(await nginx.requests(4)), "0:1 0:2 0:3 0:4");
			});

			it("What has not changed is not sent again.", async () => {
				const [first] = await runPlan(run, { requests: [get("/files/small")] });
				const etag = first?.fields.find((field) => field.startsWith("etag: "))?.slice(6) ?? "";
				match(etag, /^"/);
				const fields: [string, string][] = [["If-None-Match", etag]];
				const results = await runPlan(run, { requests: [get("/files/small", { fields }), get("/files/small")] });
				deepStrictEqual(
					results.map(({ status, length, error }) => `${status} ${length}${error}`),
					["304 0", `200 ${SMALL}`],
				);
				strictEqual(places((await nginx.requests(3)).slice(1)), "0:1 0:2");
			});
		});

		describe("early answers", () => {
			it("413 is told, and nothing of the request reaches the server behind.", async () => {
				const body = { size: LARGEST_BODY + 1, framing: "length" } as const;
				const result = await runOne(run, get("/small-bodies/x", { method: "POST", body }));
				deepStrictEqual([result.error, result.status], ["", 413]);
				const [entry] = await nginx.requests(1);
				strictEqual(entry?.status, "413");
				strictEqual(nginx.backend.received.length, 0);
			});

			it("A body as large as may be is taken.", async () => {
				const body = { size: LARGEST_BODY, framing: "length" } as const;
				const result = await runOne(run, get("/small-bodies/x", { method: "POST", body }));
				deepStrictEqual([result.error, result.status], ["", 200]);
				strictEqual(nginx.backend.received[0]?.length, LARGEST_BODY);
			});

			for (const [place, close] of [
				["/small-bodies/x", "takes the rest for a while"],
				["/abrupt/x", "resets the connection"],
			] as const) {
				it(`413 ends a large body in its middle, when nginx ${close}.`, async () => {
					const body = { size: LARGE, framing: "length" } as const;
					const result = await runOne(run, get(place, { method: "POST", body }));
					deepStrictEqual([result.error, result.status], ["", 413]);
					ok(result.sent < LARGE, `${result.sent} bytes were sent`);
					const [entry] = await nginx.requests(1);
					strictEqual(entry?.status, "413");
					strictEqual(nginx.backend.received.length, 0);
				});
			}
		});

		describe("bodies that wait", () => {
			const expecting = (size: number) =>
				({ method: "POST", body: { size, framing: "length" }, expectContinue: 5000 }) as const;

			it("nginx says 100, and the body goes.", async () => {
				const size = 50_000;
				const result = await runOne(run, get("/streamed/x", expecting(size)));
				deepStrictEqual([result.error, result.status, result.sent], ["", 200, size]);
				strictEqual(nginx.backend.received[0]?.sum, patternSum(size));
				// it was no wait until the time was over
				ok(result.milliseconds < 5000, `${result.milliseconds} ms`);
			});

			it("nginx refuses it by its length, and nothing of it is sent.", async () => {
				const result = await runOne(run, get("/small-bodies/x", expecting(LARGEST_BODY + 1)));
				deepStrictEqual([result.error, result.status, result.sent], ["", 413, 0]);
				const [entry] = await nginx.requests(1);
				ok(Number(entry?.request_length) < LARGEST_BODY, entry?.request_length);
				strictEqual(nginx.backend.received.length, 0);
			});
		});

		describe("retries", () => {
			const policy = { retryMsTable: [20, 20, 20] };

			it("502 of a server that is not there is asked again, as often as the table says.", async () => {
				const result = await runOne(run, get("/dead/x", { retryAndIdlePolicy: policy }));
				deepStrictEqual([result.error, result.status], ["", 502]);
				deepStrictEqual(
					(await nginx.requests(4)).map(({ status }) => status),
					["502", "502", "502", "502"],
				);
			});

			it("A POST that was passed on is not.", async () => {
				nginx.backend.begin((request) => request.socket.destroy());
				const body = { size: 10, framing: "length" } as const;
				const result = await runOne(run, get("/backend/x", { method: "POST", body, retryAndIdlePolicy: policy }));
				deepStrictEqual([result.error, result.status], ["", 502]);
				strictEqual((await nginx.requests(1)).length, 1);
			});

			it("A body that breaks off is continued where it was, by nginx's ETag.", async () => {
				const relay = new CuttingRelay(port, [LARGE / 3, LARGE / 4]);
				const request = get("/files/large", { port: await relay.listen(), maxResumes: 3, buffer: 10_000 });
				const result = await runOne(run, request);
				await relay.close();
				deepStrictEqual([result.error, result.status, result.length], ["", 200, LARGE]);
				strictEqual(result.sum, patternSum(LARGE));
				const entries = await nginx.requests(3);
				deepStrictEqual(
					entries.map(({ status }) => status),
					["200", "206", "206"],
				);
				ok(entries.slice(1).every(({ http_if_range }) => http_if_range.length > 5));
			});
		});

		describe("redirects", () => {
			it("A folder without its slash.", async () => {
				const result = await runOne(run, get("/files/folder", { host: `127.0.0.1:${port}` }));
				deepStrictEqual(
					[result.error, result.status, result.redirects],
					["", 200, [`301 http://127.0.0.1:${port}/files/folder/`]],
				);
				strictEqual(places(await nginx.requests(2)), "0:1 0:2");
			});

			it("303 makes GET of POST; 307 and 308 send the body once more.", async () => {
				const body = { size: 2000, framing: "length" } as const;
				const post = { method: "POST", body, canRewind: true };
				const results = await runPlan(run, {
					requests: [get("/post-to-get/", post), get("/keep-method/", post)].map((each) => ({
						...each,
						host: `127.0.0.1:${port}`,
					})),
				});
				deepStrictEqual(failures(results), []);
				const entries = await nginx.requests(4);
				deepStrictEqual(
					entries.map(({ request, status }) => `${request} ${status}`),
					[
						"POST /post-to-get/ HTTP/1.1 303",
						"GET /files/small HTTP/1.1 200",
						"POST /keep-method/ HTTP/1.1 307",
						"POST /backend/taken HTTP/1.1 200",
					],
				);
				deepStrictEqual([nginx.backend.received.length, nginx.backend.received[0]?.sum], [1, patternSum(2000)]);
			});
		});

		describe("pipelining", () => {
			const many = 30;
			it(`${many} requests share a connection, each with its own answer.`, async () => {
				nginx.backend.begin((request, response) => {
					setTimeout(() => plain(response).end(`answer to ${request.url}`), 5);
				});
				const requests = gets("/backend/x", many, { sslConnection: PIPELINE });
				const results = await runPlan(run, { requests, parallel: many, contexts: [{ connections: 1 }] });
				deepStrictEqual(failures(results), []);
				for (const { id, length } of results) strictEqual(length, `answer to /x?${id}`.length);
				const entries = await nginx.requests(many);
				strictEqual(entries.length, many);
				strictEqual(new Set(entries.map(({ connection }) => connection)).size, 1);
				ok(
					entries.some(({ pipe }) => pipe === "p"),
					"nginx has found no request behind another",
				);
				deepStrictEqual(
					entries.map(({ args }) => args),
					requests.map((_, i) => `${i}`),
				);
			});

			it("What was sent behind the last request of a connection is sent again, in its order.", async () => {
				const requests = gets("/three/small", many, { sslConnection: PIPELINE });
				const results = await runPlan(run, { requests, parallel: many, contexts: [{ connections: 1 }] });
				deepStrictEqual(failures(results), []);
				for (const { length, sum } of results) deepStrictEqual([length, sum], [SMALL, patternSum(SMALL)]);
				const entries = await nginx.requests(many);
				deepStrictEqual(
					entries.map(({ args }) => args),
					requests.map((_, i) => `${i}`),
				);
				strictEqual(new Set(entries.map(({ connection }) => connection)).size, many / 3);
			});
		});
	});
}
