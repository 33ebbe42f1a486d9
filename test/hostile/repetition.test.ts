/** After a thousand failures of a kind heap and descriptors are where they were after ten. */
import { deepStrictEqual, strictEqual } from "node:assert";
import { skipUnlessBuilt } from "../desktop/host.js";
import { LIBRARY, RUNS, WIDE } from "../wire/run.js";
import { type Repetition, repeat } from "./repetition.js";
import type { Script } from "./scripts.js";
import { HostileServer } from "./server.js";

const OK = "HTTP/1.1 200 OK\r\n";
const GOOD = `${OK}Content-Length: 5\r\n\r\nhello`;

interface Kind {
	name: string;
	error: string;
	steps?: Script["steps"];
	behaviour?: Repetition["behaviour"];
	deadlines?: Repetition["deadlines"];
	retryAndIdlePolicy?: Repetition["retryAndIdlePolicy"];
	maxResumes?: number;
	/** Where nobody listens, or no name. */
	address?: string;
	port?: number;
	/** How often, 1000 when absent. */
	count?: number;
}

const KINDS: Kind[] = [
	{ name: "complete responses", error: "", steps: [GOOD] },
	{ name: "complete responses with their ends", error: "", steps: [GOOD, "FIN"] },
	{ name: "refused connections", error: "tcp:refused", port: 1 },
	{ name: "empty replies", error: "h1:empty-reply", steps: ["FIN"] },
	{ name: "resets", error: "tcp:reset", steps: ["RESET"] },
	{ name: "bad status lines", error: "h1:bad-status-line", steps: ["HTTP/1.1 xyz\r\n\r\n"] },
	{ name: "truncated bodies", error: "h1:truncated-body", steps: [`${OK}Content-Length: 9\r\n\r\nhello`, "FIN"] },
	{
		name: "bad chunk sizes",
		error: "h1:bad-chunk-size",
		steps: [`${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nz`],
	},
	{ name: "silences", error: "timeout:first-byte", steps: [{ pause: 20 }], deadlines: { firstByte: 2 } },
	{ name: "callbacks that throw", error: "app:callback-threw", steps: [GOOD], behaviour: "throw" },
	{ name: "callbacks that refuse", error: "app:callback-refused", steps: [GOOD], behaviour: "refuse", count: 300 },
	{ name: "closed by the application", error: "app:closed", steps: [GOOD], behaviour: "close", count: 300 },
	{ name: "uploads broken off", error: "tcp:reset", steps: ["RESET"], behaviour: "upload", count: 300 },
	{
		name: "uploads refused on the way",
		error: "",
		steps: ["HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\nno", { pause: 2 }, "RESET"],
		behaviour: "upload",
		count: 300,
	},
	{
		name: "uploads refused before they begin",
		error: "",
		steps: ["HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\nno"],
		behaviour: "expect",
		count: 300,
	},
	{
		name: "unmet expectations",
		error: "",
		steps: ["HTTP/1.1 417 No\r\nContent-Length: 2\r\n\r\nno"],
		behaviour: "expect",
		count: 300,
	},
	{
		name: "floods of 100",
		error: "h1:too-many-interim",
		steps: [{ endless: "HTTP/1.1 100 Continue\r\n\r\n" }],
		behaviour: "expect",
		count: 100,
	},
	{ name: "totals", error: "timeout:total", steps: [`${OK}\r\nhel`], deadlines: { total: 2 }, count: 300 },
	{
		name: "heads without end",
		error: "h1:head-too-long",
		steps: [{ endless: `X-Y: ${"z".repeat(500)}\r\n` }],
		count: 30,
	},
	{
		name: "requests, each retried ten times and then delivered,",
		error: "",
		steps: ["HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"],
		retryAndIdlePolicy: { retryMsTable: [0], concealCount: 10 },
		count: 100,
	},
	{
		name: "requests, each sent four times without an answer,",
		error: "h1:empty-reply",
		steps: ["FIN"],
		retryAndIdlePolicy: { retryMsTable: [0], concealCount: 3 },
		count: 300,
	},
	{
		name: "bodies that could not be continued",
		error: "h1:resume-changed",
		steps: [`${OK}ETag: "a"\r\nContent-Length: 9\r\n\r\nhello`, "FIN"],
		maxResumes: 3,
		count: 300,
	},
	{ name: "unknown names", error: "dns:not-found", address: "no-such-name.invalid", count: 15 },
];
for (const kind of KINDS) if (kind.error === "h1:head-too-long") kind.steps?.unshift(OK);

for (const run of RUNS) {
	// AddressSanitizer has its own way to find what is never freed, and its machine counts slots otherwise
	if (run.variant === "asan" || run.options.includes("--stress")) continue;
	describe(`a thousand failures (${run.name})`, function () {
		this.timeout(60_000);
		const server = new HostileServer(KINDS.map(({ name, error, steps = [] }) => ({ name, error, steps })));
		let port = 0;
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			port = await server.listen();
		});
		after(() => server.close());

		KINDS.forEach((kind, i) => {
			const count = run === WIDE ? (kind.count ?? 1000) : Math.min(kind.count ?? 20, 20);
			it(`After ${count} ${kind.name} heap and descriptors are where they were after ten.`, async () => {
				const marks = await repeat(run, LIBRARY, {
					port: kind.port ?? port,
					address: kind.address,
					path: `/${i}`,
					count,
					first: 10,
					behaviour: kind.behaviour ?? "read",
					deadlines: kind.deadlines,
					retryAndIdlePolicy: kind.retryAndIdlePolicy,
					maxResumes: kind.maxResumes,
				});
				strictEqual(marks.length, 3);
				const [, ten, all] = marks.map(({ done, ...rest }) => rest);
				strictEqual(ten?.code, kind.error);
				deepStrictEqual(all, ten);
			});
		});
	});
}
