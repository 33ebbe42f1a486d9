/** The client and haproxy: what haproxy wrote into its log is the other side, and what the servers behind it were asked. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { skipUnlessBuilt } from "../desktop/host.js";
import { authorities } from "../servers/certificate-set.js";
import type { PlannedRequest, Result } from "../wire/plan.js";
import { ASAN, NARROW, runOne, runPlan, WIDE } from "../wire/run.js";
import { secureContext, secureRequest } from "../wire/secure.js";
import { pattern, patternSum, plain, takeBody } from "../wire/server.js";
import { type Entry, HAProxy, IDLE, OLD_SIZE } from "./haproxy.js";
import { skipUnlessThere } from "./service.js";

const PIPELINE = 1 << 16;
const LARGE = 2_000_000;

/** Which of several connections each request came on: "0 0 1". */
function places(entries: readonly Entry[]): string {
	const ports = [...new Set(entries.map(({ port }) => port))];
	return entries.map(({ port }) => ports.indexOf(port)).join(" ");
}

function outcomes(results: readonly Result[]): string[] {
	return results.map(({ error, message, status }) => (error ? message : `${status}`));
}

for (const run of [WIDE, NARROW, ASAN]) {
	describe(`the client and haproxy (${run.name})`, function () {
		this.timeout(60_000);
		let haproxy: HAProxy;
		let port = 0;
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			skipUnlessThere(this, "haproxy");
			haproxy = await HAProxy.start();
			port = haproxy.port;
		});
		beforeEach(() => {
			haproxy.log.begin();
			haproxy.old.length = 0;
			haproxy.backend.begin((request, response, received) =>
				takeBody(request, received, () => plain(response).end(`answer to ${request.url}`)),
			);
		});
		after(() => haproxy?.stop());

		const get = (path: string, more: Partial<PlannedRequest> = {}): PlannedRequest => ({ port, path, ...more });

		it("Requests one after another share a connection.", async () => {
			const results = await runPlan(run, { requests: [1, 2, 3, 4].map((i) => get(`/${i}`)) });
			deepStrictEqual(outcomes(results), ["200", "200", "200", "200"]);
			strictEqual(places(await haproxy.requests(4)), "0 0 0 0");
			deepStrictEqual(
				haproxy.backend.received.map(({ url }) => url),
				["/1", "/2", "/3", "/4"],
			);
		});

		it("Connection: close: each request has a connection of its own.", async () => {
			const results = await runPlan(run, { requests: [1, 2, 3].map((i) => get(`/closing/${i}`)) });
			deepStrictEqual(outcomes(results), ["200", "200", "200"]);
			for (const { fields } of results) ok(fields.includes("connection: close"), fields.join());
			strictEqual(places(await haproxy.requests(3)), "0 1 2");
		});

		it("After timeout http-keep-alive a POST goes out on another connection.", async () => {
			const body = { size: 10, framing: "length" } as const;
			const requests = [
				get("/1", { port: haproxy.impatientPort }),
				get("/2", { port: haproxy.impatientPort, method: "POST", body, delay: IDLE * 2 }),
			];
			const results = await runPlan(run, { requests });
			deepStrictEqual(outcomes(results), ["200", "200"]);
			strictEqual(places(await haproxy.requests(2)), "0 1");
		});

		it("A dead server behind it is its 503, with its page; the next request is served.", async () => {
			const results = await runPlan(run, { requests: [get("/dead/x"), get("/good")] });
			deepStrictEqual(outcomes(results), ["503", "200"]);
			ok((results[0]?.length ?? 0) > 50, `${results[0]?.length} bytes`);
			const entries = await haproxy.requests(2);
			deepStrictEqual(
				entries.map(({ request, status }) => `${request} ${status}`),
				["GET /dead/x HTTP/1.1 503", "GET /good HTTP/1.1 200"],
			);
			strictEqual(haproxy.backend.received.length, 1);
		});

		it("A server behind it that does not answer in time is its 504; a POST is not sent twice.", async () => {
			haproxy.backend.begin(() => {});
			const body = { size: 1000, framing: "length" } as const;
			const result = await runOne(run, get("/slow/x", { method: "POST", body }));
			deepStrictEqual([result.error, result.status], ["", 504]);
			const entries = await haproxy.requests(1);
			strictEqual(entries.length, 1);
			deepStrictEqual(
				haproxy.backend.received.map(({ method, url }) => `${method} ${url}`),
				["POST /slow/x"],
			);
		});

		it("A server of HTTP/1.0 behind it, whose body only its end delimits, is read whole.", async () => {
			const results = await runPlan(run, { requests: [get("/old/1"), get("/old/2")] });
			deepStrictEqual(outcomes(results), ["200", "200"]);
			for (const { length, sum } of results) deepStrictEqual([length, sum], [OLD_SIZE, patternSum(OLD_SIZE)]);
			deepStrictEqual(
				haproxy.old.map((head) => head.slice(0, head.indexOf("\r\n"))),
				["GET /old/1 HTTP/1.1", "GET /old/2 HTTP/1.1"],
			);
			deepStrictEqual(
				(await haproxy.requests(2)).map(({ status }) => status),
				["200", "200"],
			);
		});

		it("429 comes with its Retry-After.", async () => {
			const result = await runOne(run, get("/limited/x"));
			deepStrictEqual([result.error, result.status], ["", 429]);
			ok(result.fields.includes("retry-after: 1"), result.fields.join());
			strictEqual((await haproxy.requests(1))[0]?.status, "429");
			strictEqual(haproxy.backend.received.length, 0);
		});

		it("A large body that it refuses ends with its status.", async () => {
			const body = { size: LARGE, framing: "length" } as const;
			const result = await runOne(run, get("/denied/x", { method: "POST", body }));
			deepStrictEqual([result.error, result.status], ["", 403]);
			ok(result.sent < LARGE, `${result.sent} bytes`);
			strictEqual((await haproxy.requests(1))[0]?.status, "403");
			strictEqual(haproxy.backend.received.length, 0);
		});

		for (const framing of ["length", "chunked"] as const) {
			it(`A large body goes and comes through it whole (${framing}).`, async () => {
				const size = Math.ceil(LARGE / run.divisor);
				haproxy.backend.begin((request, response, received) =>
					takeBody(request, received, () => {
						if (framing === "length") response.setHeader("Content-Length", size);
						const bytes = pattern(size);
						for (let at = 0; at < size; at += 10_007) response.write(bytes.subarray(at, at + 10_007));
						response.end();
					}),
				);
				const result = await runOne(run, get("/x", { method: "POST", body: { size, framing }, buffer: 10_000 }));
				deepStrictEqual([result.error, result.status], ["", 200]);
				deepStrictEqual([result.length, result.sum], [size, patternSum(size)]);
				const [received] = haproxy.backend.received;
				deepStrictEqual([received?.length, received?.sum], [size, patternSum(size)]);
				const [entry] = await haproxy.requests(1);
				ok(Number(entry?.sent) > size && Number(entry?.received) > size, JSON.stringify(entry));
				// haproxy found nothing to complain of on either side
				strictEqual(entry?.end.slice(0, 2), "--");
			});
		}

		it("Interim responses are passed on, and are none.", async () => {
			haproxy.backend.begin((_request, response) => {
				response.writeEarlyHints({ link: "</style.css>; rel=preload" });
				response.writeProcessing();
				plain(response).end("at last");
			});
			const result = await runOne(run, get("/x"));
			deepStrictEqual([result.error, result.status, result.length], ["", 200, 7]);
			strictEqual((await haproxy.requests(1))[0]?.status, "200");
		});

		it("Over TLS, on one connection, after a redirect from http.", async () => {
			const contexts = [secureContext((await authorities.root()).pem)];
			const requests = [get("/to-https/x", { host: `localhost:${port}` }), secureRequest(haproxy.securePort)];
			const results = await runPlan(run, { contexts, requests });
			deepStrictEqual(outcomes(results), ["200", "200"]);
			const entries = await haproxy.requests(3);
			deepStrictEqual(
				entries.map(({ request, status, tls }) => `${request} ${status} ${tls.slice(0, 3)}`),
				["GET /to-https/x HTTP/1.1 302 -", "GET /behind HTTP/1.1 200 TLS", "GET / HTTP/1.1 200 TLS"],
			);
		});

		it("Requests in a pipeline are answered in their order, on one connection.", async () => {
			const many = 20;
			const requests = Array.from({ length: many }, (_, i) => get(`/${i}`, { sslConnection: PIPELINE }));
			const results = await runPlan(run, { requests, parallel: many, contexts: [{ connections: 1 }] });
			deepStrictEqual(outcomes(results), Array(many).fill("200"));
			for (const { id, length } of results) strictEqual(length, `answer to /${id}`.length);
			const entries = await haproxy.requests(many);
			strictEqual(places(entries), Array(many).fill(0).join(" "));
			deepStrictEqual(
				entries.map(({ request }) => request),
				requests.map((_, i) => `GET /${i} HTTP/1.1`),
			);
		});

		it("A pipeline that haproxy ends in its middle is gone on with elsewhere, in its order.", async () => {
			const paths = Array.from({ length: 15 }, (_, i) => (i % 5 === 4 ? `/closing/${i}` : `/${i}`));
			const requests = paths.map((path) => get(path, { sslConnection: PIPELINE }));
			const results = await runPlan(run, { requests, parallel: paths.length, contexts: [{ connections: 1 }] });
			deepStrictEqual(outcomes(results), Array(paths.length).fill("200"));
			results.forEach(({ length }, i) => {
				strictEqual(length, `answer to ${paths[i]}`.length);
			});
			const entries = await haproxy.requests(paths.length);
			deepStrictEqual(
				entries.map(({ request }) => request),
				paths.map((path) => `GET ${path} HTTP/1.1`),
			);
			strictEqual(new Set(entries.map(({ port }) => port)).size, 3);
		});
	});
}
