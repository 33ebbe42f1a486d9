/** Retries and resuming against real servers: how often each was asked, what it was sent, and what the application got. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import type http from "node:http";
import { skipUnlessBuilt } from "../desktop/host.js";
import { authorities, certificates } from "../servers/certificate-set.js";
import { TlsServer } from "../servers/tls.js";
import type { PlannedRequest } from "./plan.js";
import { choose, isSimulator, RUNS, runOne, runPlan, WIDE } from "./run.js";
import { secureContext, secureRequest } from "./secure.js";
import { type Handler, pattern, patternSum, plain, takeBody, WireServer } from "./server.js";

const PLAIN = "BIND CREATE APPEND FILTER ESTABLISHED RECEIVE READ COMPLETED DROP CLOSED DESTROY";
const UPLOAD = PLAIN.replace("APPEND", "APPEND WRITEABLE");
const TAG = '"v1"';

function fieldOf(fields: readonly string[], name: string): string | undefined {
	const index = fields.findIndex((each, i) => i % 2 === 0 && each.toLowerCase() === name);
	return index < 0 ? undefined : fields[index + 1];
}

/** The first answers come from `answers`, "ok" after them; request bodies are taken before. */
function answering(...answers: ((response: http.ServerResponse, request: http.IncomingMessage) => void)[]): Handler {
	const left = [...answers];
	return (request, response, received) =>
		takeBody(request, received, () => {
			const answer = left.shift();
			if (answer) answer(response, request);
			else plain(response).writeHead(200, { "content-length": 2 }).end("ok");
		});
}

const busy =
	(fields: http.OutgoingHttpHeaders = {}, status = 503, body: Buffer = Buffer.from("busy")) =>
	(response: http.ServerResponse) =>
		plain(response)
			.writeHead(status, { "content-length": body.length, ...fields })
			.end(body);
const gone = (_response: http.ServerResponse, request: http.IncomingMessage) => request.socket.destroy();

interface Cutting {
	size: number;
	/** Where each response breaks off, if it has come so far. */
	cuts: number[];
	isChunked?: boolean;
	/** What the responses after the first one say instead. */
	second?: http.OutgoingHttpHeaders & { status?: number };
	isReset?: boolean;
}

/** Sends the pattern, or the range that it is asked for, and breaks off at each of `cuts` once. */
function cutting({ size, cuts, isChunked = false, second = {}, isReset = false }: Cutting): Handler {
	const whole = pattern(size);
	const left = [...cuts];
	return (request, response, { fields }) => {
		const range = /^bytes=(\d+)-(\d*)$/.exec(fieldOf(fields, "range") ?? "");
		const first = Number(range?.[1] ?? 0);
		const end = range?.[2] ? Number(range[2]) + 1 : size;
		const { status = range ? 206 : 200, ...others } = range ? second : {};
		plain(response).writeHead(status, {
			etag: TAG,
			...(range && { "content-range": `bytes ${first}-${end - 1}/${size}` }),
			...(isChunked ? { "transfer-encoding": "chunked" } : { "content-length": end - first }),
			...others,
		});
		const cut = left.shift();
		if (cut === undefined) {
			response.end(whole.subarray(first, end));
			return;
		}
		response.flushHeaders();
		response.write(whole.subarray(first, Math.max(first, cut)), () => {
			// what was written is to arrive before the reset
			if (isReset) setTimeout(() => request.socket.resetAndDestroy(), 100);
			else request.socket.end();
		});
	};
}

for (const run of RUNS) {
	describe(`retries on the wire (${run.name})`, function () {
		this.timeout(60_000);
		const server = new WireServer();
		let port = 0;
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			port = await server.listen();
		});
		after(() => server.close());

		const retryAndIdlePolicy = { retryMsTable: [20], concealCount: 3 };
		const get = (more: Partial<PlannedRequest> = {}) =>
			runOne(run, { port, path: "/", retryAndIdlePolicy, maxResumes: 100, ...more });
		const requests = () => server.received.map(({ method, length }) => `${method} ${length}`);
		const sent = () => server.received.map(({ fields }) => fields.slice(2).join(" "));

		for (const status of [408, 429, 502, 503, 504]) {
			it(`${status} is asked again on the same connection, and only the last response is told.`, async () => {
				const body = pattern(Math.ceil(10_000 / run.divisor));
				server.begin(answering(busy({}, status, body), busy({}, status, body)));
				const result = await get();
				strictEqual(`${result.status} ${result.length} ${result.error}`, "200 2 ");
				strictEqual(result.callbacks, PLAIN);
				deepStrictEqual(requests(), ["GET 0", "GET 0", "GET 0"]);
				strictEqual(server.sockets.length, 1);
				deepStrictEqual([result.info.attempts, result.info.connections], [3, 1]);
			});
		}

		it("Retry-After is waited for.", async () => {
			server.begin(answering(busy({ "retry-after": "1" })));
			const result = await get();
			strictEqual(`${result.status} ${result.error}`, "200 ");
			ok(result.milliseconds >= 1000, `${result.milliseconds}`);
			strictEqual(server.received.length, 2);
		});

		it("Retry-After: 1e9 is none, 1000000000 is delivered.", async () => {
			server.begin(answering(busy({ "retry-after": "1e9" }), busy({ "retry-after": "1000000000" })));
			const result = await get();
			strictEqual(`${result.status} ${result.length} ${result.error}`, "503 4 ");
			strictEqual(server.received.length, 2);
		});

		it("The last response is delivered when no retry is left.", async () => {
			server.begin(answering(busy(), busy(), busy(), busy(), busy()));
			const result = await get();
			strictEqual(`${result.status} ${result.length} ${result.error}`, "503 4 ");
			strictEqual(server.received.length, 4);
		});

		it("A connection that is closed without an answer is replaced.", async () => {
			server.begin(answering(gone, gone));
			const result = await get();
			strictEqual(`${result.status} ${result.error}`, "200 ");
			strictEqual(server.received.length, 3);
			strictEqual(server.sockets.length, 3);
		});

		it("A server that is not there yet is found once it listens.", async () => {
			const other = new WireServer();
			const late = await other.listen();
			await other.close();
			const again = new WireServer();
			again.begin((_request, response) => plain(response).end("ok"));
			// the second request says that the first one has begun
			server.begin((_request, response) => {
				setTimeout(() => again.server.listen({ host: "127.0.0.1", port: late }), 300);
				plain(response).end();
			});
			const policy = { retryMsTable: [100], concealCount: 200 };
			const [result] = await runPlan(run, {
				requests: [
					{ port: late, path: "/", retryAndIdlePolicy: policy },
					{ port, path: "/" },
				],
				parallel: 2,
			});
			strictEqual(`${result?.status} ${result?.length} ${result?.error}`, "200 2 ");
			strictEqual(again.received.length, 1);
			ok((result?.info.attempts ?? 0) > 1);
			await again.close();
		});

		it("A POST is never sent twice, whatever comes of it.", async () => {
			const body = { size: 1000, framing: "length" as const };
			for (const answer of [gone, busy()]) {
				server.begin(answering(answer));
				const result = await get({ method: "POST", body, canRewind: true });
				ok(result.error === "" ? result.status === 503 : result.delivered === "maybe");
				deepStrictEqual(requests(), ["POST 1000"]);
			}
		});

		for (const framing of ["length", "chunked"] as const) {
			it(`A replayable POST is sent again with all of its body (${framing}).`, async () => {
				const size = Math.ceil(50_000 / run.divisor);
				server.begin(answering(busy(), gone));
				const result = await get({ method: "POST", body: { size, framing }, canRewind: true, replayable: true });
				strictEqual(`${result.status} ${result.error}`, "200 ");
				strictEqual(result.callbacks, UPLOAD);
				deepStrictEqual(
					requests(),
					[1, 2, 3].map(() => `POST ${size}`),
				);
				for (const { sum } of server.received) strictEqual(sum, patternSum(size));
			});
		}

		it("A PUT is sent again only if its body can be had again.", async () => {
			const body = { size: 100, framing: "length" as const };
			for (const canRewind of [true, false]) {
				server.begin(answering(gone));
				const result = await get({ method: "PUT", body, canRewind });
				strictEqual(`${result.status} ${result.delivered}`, canRewind ? "200 " : "0 maybe");
				strictEqual(server.received.length, canRewind ? 2 : 1);
			}
		});

		for (const isChunked of [false, true]) {
			it(`A body that is cut again and again arrives whole (${isChunked ? "chunked" : "with its length"}).`, async () => {
				const size = Math.ceil(200_000 / run.divisor);
				const cuts = [0.1, 0.1, 0.33, 0.5, 0.500_01, 0.9].map((part) => Math.floor(size * part));
				server.begin(cutting({ size, cuts: [1, ...cuts, size - 1], isChunked }));
				const result = await get({ buffer: 1024 });
				strictEqual(`${result.status} ${result.length} ${result.error}`, `200 ${size} `);
				strictEqual(result.sum, patternSum(size));
				strictEqual(result.callbacks, PLAIN);
				const places = [1, ...cuts, size - 1];
				deepStrictEqual(sent(), ["", ...places.map((at) => `Range bytes=${at}- If-Range ${TAG}`)]);
				strictEqual(result.info.attempts, places.length + 1);
			});
		}

		it("A range of the application's own is continued inside of it.", async () => {
			const size = 10_000;
			server.begin(cutting({ size, cuts: [3000, 4000] }));
			const result = await get({ fields: [["Range", "bytes=2000-4999"]] });
			strictEqual(`${result.status} ${result.length} ${result.error}`, "206 3000 ");
			deepStrictEqual(sent(), [
				"Range bytes=2000-4999",
				`Range bytes=3000-4999 If-Range ${TAG}`,
				`Range bytes=4000-4999 If-Range ${TAG}`,
			]);
		});

		it("A server that always breaks off at the same place is asked three times more.", async () => {
			server.begin(cutting({ size: 1000, cuts: Array(99).fill(500) }));
			const result = await get();
			strictEqual(`${result.length} ${result.error} ${result.delivered}`, "500 h1:truncated-body yes");
			strictEqual(server.received.length, 4);
		});

		it("A server that breaks off after each byte is asked maxResumes times more.", async () => {
			server.begin(cutting({ size: 1000, cuts: Array.from({ length: 99 }, (_, i) => i + 1) }));
			const result = await get({ maxResumes: 10 });
			strictEqual(`${result.length} ${result.error}`, "11 h1:truncated-body");
			strictEqual(result.sum, patternSum(11));
			strictEqual(server.received.length, 11);
		});

		it("Another version, another range, none, or another status is an error, and nothing is asked again.", async () => {
			const cases: [string, Cutting["second"]][] = [
				["h1:resume-changed", { etag: '"v2"' }],
				["h1:resume-changed", { status: 200 }],
				["h1:resume-mismatch", { "content-range": "bytes 0-999/1000" }],
				["h1:resume-mismatch", { "content-range": "" }],
				["h1:resume-refused", { status: 416 }],
				["h1:resume-refused", { status: 404 }],
			];
			for (const [error, second] of cases) {
				server.begin(cutting({ size: 1000, cuts: [500], second }));
				const result = await get();
				strictEqual(`${result.length} ${result.error} ${result.delivered}`, `500 ${error} yes`);
				strictEqual(result.sum, patternSum(500));
				strictEqual(server.received.length, 2);
			}
		});

		it("Without maxResumes a body that breaks off is lost.", async () => {
			server.begin(cutting({ size: 1000, cuts: [500] }));
			const result = await get({ maxResumes: 0 });
			strictEqual(`${result.length} ${result.error}`, "500 h1:truncated-body");
			strictEqual(server.received.length, 1);
		});

		if (!isSimulator(run)) {
			it("A body that is reset is continued from what has arrived.", async () => {
				const size = Math.ceil(50_000 / run.divisor);
				server.begin(cutting({ size, cuts: [Math.floor(size / 3), Math.floor(size / 2)], isReset: true }));
				const result = await get();
				strictEqual(`${result.status} ${result.length} ${result.error}`, `200 ${size} `);
				strictEqual(result.sum, patternSum(size));
				strictEqual(server.received.length, 3);
			});
		}

		it("Silence in the middle of a body is continued on another connection.", async () => {
			const size = 1000;
			let count = 0;
			const whole = cutting({ size, cuts: [] });
			server.begin((request, response, received) => {
				if (count++ > 0) whole(request, response, received);
				else plain(response).writeHead(200, { "content-length": size, etag: TAG }).write(pattern(300));
			});
			const result = await get({ deadlines: { idle: 400 } });
			strictEqual(`${result.status} ${result.length} ${result.error}`, `200 ${size} `);
			strictEqual(result.sum, patternSum(size));
			deepStrictEqual(sent(), ["", `Range bytes=300- If-Range ${TAG}`]);
		});
	});
}

for (const run of choose(WIDE)) {
	describe(`retries over TLS (${run.name})`, function () {
		this.timeout(60_000);
		before(function () {
			skipUnlessBuilt(this, run.variant);
		});

		it("A body that is cut is continued over another session; a certificate that is refused is asked for once.", async () => {
			const size = 50_000;
			const fields: string[][] = [];
			const cut = cutting({ size, cuts: [10_000, 30_000] });
			const server = new TlsServer({
				certificate: await certificates.ec(),
				onRequest: (request, response) => {
					fields.push(request.rawHeaders.slice(2));
					cut(request, response, { fields: request.rawHeaders } as never);
				},
			});
			const port = await server.listen();
			const more = { maxResumes: 5, retryAndIdlePolicy: { retryMsTable: [20], concealCount: 3 } };
			const [result, refused] = await runPlan(run, {
				contexts: [secureContext((await authorities.root()).pem), secureContext((await authorities.rsaRoot()).pem)],
				requests: [secureRequest(port, more), secureRequest(port, { ...more, context: 1 })],
			});
			strictEqual(`${result?.status} ${result?.length} ${result?.error}`, `200 ${size} `);
			strictEqual(result?.sum, patternSum(size));
			deepStrictEqual(fields, [
				[],
				["Range", "bytes=10000-", "If-Range", TAG],
				["Range", "bytes=30000-", "If-Range", TAG],
			]);
			match(refused?.error ?? "", /^tls:(unknown-ca|self-signed)$/);
			strictEqual(server.connections.length, 4);
			await server.close();
		});
	});
}
