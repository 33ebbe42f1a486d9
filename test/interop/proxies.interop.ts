/** The client, tinyproxy or microsocks, and nginx behind it: what each of the three has seen. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { skipUnlessBuilt } from "../desktop/host.js";
import { authorities } from "../servers/certificate-set.js";
import type { PlannedContext, PlannedRequest, Result } from "../wire/plan.js";
import { ASAN, NARROW, runPlan, versionsOf, WIDE } from "../wire/run.js";
import { secureContext, secureRequest } from "../wire/secure.js";
import { patternSum, plain, takeBody } from "../wire/server.js";
import { LARGE, Nginx, SMALL } from "./nginx.js";
import { DebianProxy, PASSWORD, USER } from "./proxies.js";
import { skipUnlessThere } from "./service.js";

const PIPELINE = 1 << 16;
/** Nobody listens there. */
const DEAD = 1;

function outcomes(results: readonly Result[]): string[] {
	return results.map(({ error, message, status }) => (error ? message : `${status}`));
}

for (const run of [WIDE, NARROW, ASAN]) {
	let nginx: Nginx;
	let trusted = "";

	async function prepare(context: Mocha.Context, program: string): Promise<void> {
		skipUnlessBuilt(context, run.variant);
		skipUnlessThere(context, "nginx");
		skipUnlessThere(context, program);
		nginx = await Nginx.start();
		trusted = (await authorities.root()).pem;
	}

	function begin(...proxies: DebianProxy[]): void {
		for (const { log } of [nginx, ...proxies]) log.begin();
		nginx.backend.begin((request, response, received) =>
			takeBody(request, received, () => plain(response).end(request.headers.via ?? "no via")),
		);
	}

	const plainly = (path: string, more: Partial<PlannedRequest> = {}): PlannedRequest => ({
		port: nginx.port,
		path,
		...more,
	});
	const ask = async (context: PlannedContext, ...requests: PlannedRequest[]): Promise<Result[]> => {
		const results = await runPlan(run, { contexts: [secureContext(trusted, undefined, context)], requests });
		ok(!JSON.stringify(results).includes(PASSWORD), "the password is in what the client says");
		return results;
	};
	/** Requests as nginx has seen them. */
	const seen = async (count: number) =>
		(await nginx.requests(count)).map(({ request, status }) => `${request} ${status}`);

	describe(`the client, tinyproxy and nginx (${run.name})`, function () {
		this.timeout(60_000);
		let open: DebianProxy;
		let guarded: DebianProxy;
		before(async function () {
			await prepare(this, "tinyproxy");
			const ports = [nginx.secure.both, nginx.secure["1.2"], DEAD];
			open = await DebianProxy.tinyproxy(false, ports);
			guarded = await DebianProxy.tinyproxy(true, ports);
		});
		beforeEach(() => begin(open, guarded));
		after(async () => {
			for (const each of [open, guarded, nginx]) await each?.stop();
		});

		it("Requests over http are forwarded, large content too.", async () => {
			const context = { httpProxyAddress: open.address };
			const paths = ["/files/large", "/files/small", "/none", "/files/nothing"];
			const results = await ask(context, ...paths.map((path) => plainly(path, { buffer: 10_000 })));
			deepStrictEqual(outcomes(results), ["200", "200", "204", "404"]);
			deepStrictEqual([results[0]?.length, results[0]?.sum], [LARGE, patternSum(LARGE)]);
			deepStrictEqual([results[1]?.length, results[1]?.sum], [SMALL, patternSum(SMALL)]);
			deepStrictEqual(
				await open.log.lines(4),
				paths.map((path) => `GET http://127.0.0.1:${nginx.port}${path} HTTP/1.1`),
			);
			strictEqual((await seen(4)).length, 4);
		});

		it("A body is forwarded, and the proxy has left its name.", async () => {
			const size = Math.ceil(500_000 / run.divisor);
			const body = { size, framing: "length" } as const;
			const [result] = await ask({ httpProxyAddress: open.address }, plainly("/backend/x", { method: "POST", body }));
			deepStrictEqual([result?.error, result?.status, result?.sent], ["", 200, size]);
			const [received] = nginx.backend.received;
			deepStrictEqual([received?.length, received?.sum], [size, patternSum(size)]);
			match(received?.fields.join(" ") ?? "", /Via 1\.[01] \S+ \(tinyproxy/);
		});

		for (const version of versionsOf(run)) {
			it(`https goes through a tunnel (TLS ${version}).`, async () => {
				const port = nginx.secure.both;
				const context = { httpProxyAddress: open.address, sslMinimumVersion: version, sslMaximumVersion: version };
				const results = await ask(
					context,
					secureRequest(port, { address: "localhost", path: "/files/large", buffer: 10_000 }),
					secureRequest(port, { address: "localhost", path: "/files/small" }),
				);
				deepStrictEqual(outcomes(results), ["200", "200"]);
				deepStrictEqual([results[0]?.length, results[0]?.sum], [LARGE, patternSum(LARGE)]);
				// the tunnel is kept
				deepStrictEqual(await open.log.lines(1), [`CONNECT localhost:${port} HTTP/1.1`]);
				const entries = await nginx.requests(2);
				deepStrictEqual(
					entries.map(({ connection_requests, ssl_protocol }) => `${connection_requests} ${ssl_protocol}`),
					[`1 TLSv${version}`, `2 TLSv${version}`],
				);
			});
		}

		it("With user and password it lets both pass, and nginx never hears of them.", async () => {
			const results = await ask(
				{ httpProxyAddress: guarded.login },
				plainly("/backend/x"),
				secureRequest(nginx.secure.both, { path: "/backend/y" }),
			);
			deepStrictEqual(outcomes(results), ["200", "200"]);
			strictEqual((await guarded.log.lines(2)).length, 2);
			const fields = nginx.backend.received.flatMap((received) => received.fields);
			ok(!fields.some((field) => /^proxy-/i.test(field) || field.includes(PASSWORD)), fields.join(" "));
		});

		// RFC 9110 section 15.5.8 has 407 for both; tinyproxy says 401 to the wrong ones
		for (const [title, login, status, refusal] of [
			["Without them", "", 407, "proxy:authentication"],
			["With others", `${USER}:wrong@`, 401, "proxy:refused"],
		] as const) {
			it(`${title} http gets its ${status}, https an error by name, and nobody asks nginx.`, async () => {
				const results = await ask(
					{ httpProxyAddress: `${login}${guarded.address}` },
					plainly("/files/small"),
					secureRequest(nginx.secure.both, { path: "/files/small" }),
				);
				deepStrictEqual(
					results.map((result) => `${result.error} ${result.status} ${result.delivered}`.trim()),
					[`${status}`, `${refusal} 0 no`],
				);
				match(results[1]?.message ?? "", new RegExp(`\\(${status}\\)$`));
				deepStrictEqual(await nginx.requests(0), []);
			});
		}

		it("A port that it makes no tunnel to is its refusal, with its status.", async () => {
			const [result] = await ask({ httpProxyAddress: open.address }, secureRequest(nginx.secure["1.3"]));
			deepStrictEqual([result?.error, result?.delivered], ["proxy:refused", "no"]);
			match(result?.message ?? "", /403/);
			strictEqual((await open.log.lines(1)).length, 1);
		});

		it("An origin that it does not reach is a response over http, and its refusal over https.", async () => {
			const results = await ask({ httpProxyAddress: open.address }, { port: DEAD, path: "/x" }, secureRequest(DEAD));
			deepStrictEqual(
				results.map(({ error, status, delivered }) => `${error} ${status} ${delivered}`.trim()),
				["500", "proxy:refused 0 no"],
			);
			match(results[1]?.message ?? "", /500/);
		});

		it("A certificate that is not trusted is found through the tunnel.", async () => {
			const contexts = [
				secureContext((await authorities.unknown()).pem, undefined, { httpProxyAddress: open.address }),
			];
			const [result] = await runPlan(run, { contexts, requests: [secureRequest(nginx.secure.both)] });
			deepStrictEqual([result?.error, result?.delivered], ["tls:unknown-ca", "no"]);
			deepStrictEqual(await nginx.requests(0), []);
		});

		it("noProxy: it is not asked.", async () => {
			const context = { httpProxyAddress: open.address, noProxy: "127.0.0.0/8" };
			deepStrictEqual(outcomes(await ask(context, plainly("/files/small"))), ["200"]);
			deepStrictEqual(await open.log.lines(0), []);
			strictEqual((await seen(1)).length, 1);
		});
	});

	describe(`the client, microsocks and nginx (${run.name})`, function () {
		this.timeout(60_000);
		let open: DebianProxy;
		let guarded: DebianProxy;
		before(async function () {
			await prepare(this, "microsocks");
			open = await DebianProxy.microsocks(false);
			guarded = await DebianProxy.microsocks(true);
		});
		beforeEach(() => begin(open, guarded));
		after(async () => {
			for (const each of [open, guarded, nginx]) await each?.stop();
		});

		for (const [who, resolvesNames, name] of [
			["there", true, "localhost"],
			["here", false, "127.0.0.1"],
		] as const) {
			it(`http and https pass, names are resolved ${who}.`, async () => {
				const context = { socksProxyAddress: open.address, socksProxyResolvesNames: resolvesNames };
				const secure = nginx.secure.both;
				const address = "localhost";
				const results = await ask(
					context,
					plainly("/files/large", { address, buffer: 10_000 }),
					plainly("/files/small", { address }),
					secureRequest(secure, { address, path: "/files/large", buffer: 10_000 }),
				);
				deepStrictEqual(outcomes(results), ["200", "200", "200"]);
				for (const i of [0, 2]) deepStrictEqual([results[i]?.length, results[i]?.sum], [LARGE, patternSum(LARGE)]);
				// the connection to it is kept
				deepStrictEqual(await open.log.lines(2), [
					`connected to ${name}:${nginx.port}`,
					`connected to ${name}:${secure}`,
				]);
				strictEqual((await seen(3)).length, 3);
			});
		}

		it("A large body goes through it whole.", async () => {
			const size = Math.ceil(1_000_000 / run.divisor);
			const body = { size, framing: "chunked" } as const;
			const [result] = await ask({ socksProxyAddress: open.address }, plainly("/backend/x", { method: "POST", body }));
			deepStrictEqual([result?.error, result?.status], ["", 200]);
			const [received] = nginx.backend.received;
			deepStrictEqual([received?.length, received?.sum], [size, patternSum(size)]);
		});

		it("With user and password it lets pass.", async () => {
			deepStrictEqual(outcomes(await ask({ socksProxyAddress: guarded.login }, plainly("/files/small"))), ["200"]);
			strictEqual((await guarded.log.lines(1)).length, 1);
		});

		for (const [title, login] of [
			["Without them", ""],
			["With others", `${USER}:wrong@`],
		]) {
			it(`${title} it is an error by name, and nobody asks nginx.`, async () => {
				const [result] = await ask({ socksProxyAddress: `${login}${guarded.address}` }, plainly("/files/small"));
				deepStrictEqual([result?.error, result?.delivered], ["socks:authentication", "no"]);
				deepStrictEqual(await nginx.requests(0), []);
			});
		}

		// for a name it has no reply of its own
		it("An origin where nobody listens is told by its reply, and a name that nobody has, too.", async () => {
			const context = { socksProxyAddress: open.address };
			const results = await ask(context, { port: DEAD, path: "/" }, plainly("/", { address: "no-such-name.invalid" }));
			deepStrictEqual(
				results.map(({ error, delivered }) => `${error} ${delivered}`),
				["socks:refused no", "socks:failure no"],
			);
		});

		it("Requests in a pipeline are answered in their order, through one connection.", async () => {
			const many = 12;
			const requests = Array.from({ length: many }, (_, i) =>
				plainly(`/files/small?${i}`, { sslConnection: PIPELINE }),
			);
			const contexts = [{ socksProxyAddress: open.address, connections: 1 }];
			const results = await runPlan(run, { contexts, requests, parallel: many });
			deepStrictEqual(outcomes(results), Array(many).fill("200"));
			deepStrictEqual(
				(await nginx.requests(many)).map(({ args }) => args),
				requests.map((_, i) => `${i}`),
			);
			strictEqual((await open.log.lines(1)).length, 1);
		});

		it("A server that speaks no SOCKS is an error by name.", async () => {
			const [result] = await ask({ socksProxyAddress: `127.0.0.1:${nginx.port}` }, plainly("/files/small"));
			match(result?.error ?? "", /^socks:(malformed|closed)$/);
			strictEqual(result?.delivered, "no");
		});
	});
}
