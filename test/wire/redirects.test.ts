/** Redirects between real servers: what each of them was sent, and what the application saw. */
import { deepStrictEqual, match, strictEqual } from "node:assert";
import { skipUnlessBuilt } from "../desktop/host.js";
import { authorities, certificates } from "../servers/certificate-set.js";
import { TlsServer } from "../servers/tls.js";
import type { PlannedRequest } from "./plan.js";
import { ASAN, choose, isSimulator, NARROW, RUNS, runOne, runPlan, WIDE } from "./run.js";
import { ALLOW_INSECURE, ALLOW_SELFSIGNED, secureContext, secureRequest } from "./secure.js";
import { type Handler, pattern, patternSum, plain, type Received, takeBody, WireServer } from "./server.js";

const NO_FOLLOW = 1 << 12;
const ACCEPT_DOWNGRADE = 1 << 29;
const FOLLOWED = "BIND CREATE APPEND REDIRECT FILTER ESTABLISHED RECEIVE READ COMPLETED DROP CLOSED DESTROY";
const SECRETS: [string, string][] = [
	["Authorization", "s3cret"],
	["Cookie", "s3cret"],
	["Proxy-Authorization", "s3cret"],
	["X-Key", "s3cret"],
	["X-Other", "kept"],
];

function heads(received: readonly Received[]): string[] {
	return received.map(({ method, url, fields, length }) => `${method} ${url} ${fields.join(" ")} ${length}`);
}

/** "/from" is redirected, everything else answered with "ok"; request bodies are taken before. */
function redirecting(location: string, status = 302, body: Buffer = Buffer.alloc(0)): Handler {
	return (request, response, received) =>
		takeBody(request, received, () => {
			const isFrom = request.url === "/from";
			const head = isFrom ? { location, "content-length": body.length } : { "content-length": 2 };
			plain(response)
				.writeHead(isFrom ? status : 200, head)
				.end(isFrom ? body : "ok");
		});
}

for (const run of RUNS) {
	describe(`redirects on the wire (${run.name})`, function () {
		this.timeout(60_000);
		const server = new WireServer();
		const other = new WireServer();
		let port = 0;
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			port = await server.listen();
			await other.listen();
		});
		beforeEach(() => other.begin((_request, response) => plain(response).end("ok")));
		after(async () => {
			await server.close();
			await other.close();
		});

		const from = (more: Partial<PlannedRequest> = {}) => runOne(run, { port, path: "/from", ...more });

		for (const status of [301, 302, 303, 307, 308]) {
			it(`${status} of GET leads to the next request on the same connection.`, async () => {
				server.begin(redirecting("/to?q#f", status, pattern(1000)));
				const result = await from();
				strictEqual(result.callbacks, FOLLOWED);
				deepStrictEqual(result.redirects, [`${status} http://wire:${port}/to?q`]);
				strictEqual(`${result.status} ${result.length} ${result.error}`, "200 2 ");
				deepStrictEqual(heads(server.received), ["GET /from Host wire 0", "GET /to?q Host wire 0"]);
				strictEqual(server.sockets.length, 1);
			});

			it(`${status} of POST with a body that can be had again.`, async () => {
				const size = Math.ceil(100_000 / run.divisor);
				server.begin(redirecting("/to", status));
				const body = { size, framing: "length" as const };
				const result = await from({ method: "POST", body, canRewind: true, fields: [["X", "y"]] });
				strictEqual(`${result.status} ${result.length} ${result.error}`, "200 2 ");
				const post = `X y Content-Length ${size} ${size}`;
				const next = status >= 307 ? `POST /to Host wire ${post}` : "GET /to Host wire X y 0";
				deepStrictEqual(heads(server.received), [`POST /from Host wire ${post}`, next]);
				if (status >= 307) strictEqual(server.received[1]?.sum, patternSum(size));
				strictEqual(server.sockets.length, 1);
			});
		}

		it("A body in chunks is sent again whole.", async () => {
			server.begin(redirecting("/to", 308));
			const body = { size: 5000, framing: "chunked" as const, piece: 700 };
			const result = await from({ method: "POST", body, canRewind: true });
			strictEqual(`${result.status} ${result.error}`, "200 ");
			deepStrictEqual(
				server.received.map(({ method, length, sum }) => `${method} ${length} ${sum}`),
				[`POST 5000 ${patternSum(5000)}`, `POST 5000 ${patternSum(5000)}`],
			);
		});

		it("307 is delivered when the body cannot be had again.", async () => {
			server.begin(redirecting("/to", 307, pattern(100)));
			const result = await from({ method: "POST", body: { size: 5, framing: "length" } });
			strictEqual(`${result.status} ${result.length} ${result.error}`, "307 100 ");
			strictEqual(server.received.length, 1);
		});

		it("Another origin gets its own Host, and nothing secret.", async () => {
			const authority = `127.0.0.1:${other.port}`;
			server.begin(redirecting(`http://${authority}/a/../to`));
			const result = await from({ fields: SECRETS, secrets: ["X-Key"] });
			strictEqual(`${result.status} ${result.error}`, "200 ");
			const fields = SECRETS.map((field) => field.join(" ")).join(" ");
			deepStrictEqual(heads(server.received), [`GET /from Host wire ${fields} 0`]);
			deepStrictEqual(heads(other.received), [`GET /to Host ${authority} X-Other kept 0`]);
			strictEqual(other.raw[0]?.includes("s3cret"), false);
		});

		it("The same origin gets all of it again.", async () => {
			server.begin(redirecting(`http://WIRE:${port}/to`));
			await from({ fields: SECRETS, secrets: ["X-Key"] });
			const fields = SECRETS.map((field) => field.join(" ")).join(" ");
			deepStrictEqual(heads(server.received), [`GET /from Host wire ${fields} 0`, `GET /to Host wire ${fields} 0`]);
		});

		it("A long body of a redirect is not waited for: its connection is closed.", async () => {
			server.begin((request, response) => {
				if (request.url !== "/from") plain(response).end("ok");
				else response.writeHead(302, { location: "/to", "content-length": 100_000_000 }).write(pattern(100_000));
			});
			const result = await from();
			strictEqual(`${result.status} ${result.error}`, "200 ");
			strictEqual(server.sockets.length, 2);
		});

		it("A body of a redirect that stalls costs a second.", async () => {
			server.begin((request, response) => {
				if (request.url !== "/from") plain(response).end("ok");
				else response.writeHead(302, { location: "/to", "content-length": 10 }).write("abc");
			});
			const { status, error, milliseconds } = await from();
			strictEqual(`${status} ${error}`, "200 ");
			strictEqual(milliseconds >= 990 && milliseconds < 20_000, true, `${milliseconds} ms`);
		});

		it("A loop ends at the limit, and what was asked for is known.", async () => {
			server.begin(redirecting("/from"));
			const result = await from({ maxRedirects: 7 });
			strictEqual(`${result.error} ${result.delivered}`, "h1:too-many-redirects yes");
			strictEqual(result.redirects.length, 7);
			strictEqual(server.received.length, 8);
		});

		it("LCCSCF_HTTP_NO_FOLLOW_REDIRECT delivers it, with its fields.", async () => {
			server.begin(redirecting("/to", 302, pattern(10)));
			const result = await from({ sslConnection: NO_FOLLOW });
			strictEqual(`${result.status} ${result.length} ${result.error}`, "302 10 ");
			deepStrictEqual(result.fields.slice(0, 1), ["location: /to"]);
			deepStrictEqual(result.redirects, []);
		});

		it("Where nobody listens any more, the error is that of the connection; the GET has not been delivered.", async () => {
			await using(async (closed) => {
				server.begin(redirecting(`http://127.0.0.1:${closed}/`));
				const { error, delivered } = await from();
				match(error, isSimulator(run) ? /^tcp:/ : /^tcp:refused$/);
				strictEqual(delivered, "no");
			});
		});
	});
}

/** Calls `body` with a port where nobody listens. */
async function using(body: (port: number) => Promise<void>): Promise<void> {
	const server = new WireServer();
	const port = await server.listen();
	await server.close();
	await body(port);
}

for (const run of choose(WIDE, NARROW, ASAN)) {
	describe(`redirects between http and https (${run.name})`, function () {
		this.timeout(60_000);
		const plainServer = new WireServer();
		const servers: TlsServer[] = [];
		/** Requests to the servers with TLS: connection, method, target, fields. */
		const asked: string[] = [];
		let trusted = "";
		let port = 0;
		let target = "";
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			port = await plainServer.listen();
			trusted = (await authorities.root()).pem;
		});
		beforeEach(() => {
			asked.length = 0;
		});
		afterEach(async () => {
			for (const server of servers.splice(0)) await server.close();
		});
		after(() => plainServer.close());

		/** "/from" is redirected to `target`. */
		async function serve(certificate: keyof typeof certificates = "ec"): Promise<number> {
			const server = new TlsServer({
				certificate: await certificates[certificate](),
				onRequest(request, response) {
					asked.push(`${request.method} ${request.url} ${request.rawHeaders.join(" ")}`);
					if (request.url === "/from") response.writeHead(302, { location: target }).end();
					else response.end("ok");
				},
			});
			servers.push(server);
			return server.listen();
		}

		async function secured(request: PlannedRequest) {
			const [result] = await runPlan(run, { contexts: [secureContext(trusted)], requests: [request] });
			return result as NonNullable<typeof result>;
		}

		it("http leads to https, which is verified by the name in Location.", async () => {
			target = `https://127.0.0.1:${await serve()}/to`;
			plainServer.begin(redirecting(target));
			const result = await secured({ port, path: "/from", fields: SECRETS });
			strictEqual(`${result.status} ${result.error}`, "200 ");
			deepStrictEqual(asked, [`GET /to Host ${target.slice(8, -3)} X-Key s3cret X-Other kept`]);
			strictEqual(result.tls?.version.startsWith("TLSv1."), true);
		});

		it("A certificate that nobody trusts is refused behind a redirect, too.", async () => {
			target = `https://127.0.0.1:${await serve("selfSigned")}/to`;
			plainServer.begin(redirecting(target));
			const result = await secured({ port, path: "/from" });
			match(`${result.error} ${result.delivered}`, /^tls:(self-signed|unknown-ca) no$/);
			deepStrictEqual(asked, []);
		});

		it("The wsi's flags hold for each origin.", async () => {
			target = `https://127.0.0.1:${await serve("selfSigned")}/to`;
			plainServer.begin(redirecting(target));
			for (const sslConnection of [ALLOW_SELFSIGNED, ALLOW_INSECURE]) {
				const result = await secured({ port, path: "/from", sslConnection });
				strictEqual(`${result.status} ${result.error}`, "200 ");
			}
			strictEqual(asked.length, 2);
		});

		it("https leads to https on another port, without secrets.", async () => {
			target = `https://127.0.0.1:${await serve()}/to`;
			const result = await secured(secureRequest(await serve(), { path: "/from", fields: SECRETS }));
			strictEqual(`${result.status} ${result.error}`, "200 ");
			const fields = SECRETS.map((field) => field.join(" ")).join(" ");
			deepStrictEqual(asked, [
				`GET /from Host localhost ${fields}`,
				`GET /to Host ${target.slice(8, -3)} X-Key s3cret X-Other kept`,
			]);
		});

		it("https to the same origin uses the connection again.", async () => {
			target = "/to";
			const result = await secured(secureRequest(await serve(), { path: "/from" }));
			strictEqual(`${result.status} ${result.error}`, "200 ");
			deepStrictEqual(asked, ["GET /from Host localhost", "GET /to Host localhost"]);
			strictEqual(servers[0]?.connections.length, 1);
		});

		it("https does not lead to http.", async () => {
			target = `http://127.0.0.1:${port}/to`;
			plainServer.begin((_request, response) => response.end("ok"));
			const result = await secured(secureRequest(await serve(), { path: "/from", fields: SECRETS }));
			strictEqual(`${result.error} ${result.delivered}`, "h1:redirect-downgrade yes");
			strictEqual(plainServer.received.length, 0);
		});

		it("It does with LCCSCF_ACCEPT_TLS_DOWNGRADE_REDIRECTS, without secrets.", async () => {
			target = `http://127.0.0.1:${port}/to`;
			plainServer.begin((_request, response) => plain(response).end("ok"));
			const more = { path: "/from", fields: SECRETS, secrets: ["X-Key"], sslConnection: ACCEPT_DOWNGRADE };
			const result = await secured(secureRequest(await serve(), more));
			strictEqual(`${result.status} ${result.error}`, "200 ");
			deepStrictEqual(heads(plainServer.received), [`GET /to Host 127.0.0.1:${port} X-Other kept 0`]);
			strictEqual(plainServer.raw[0]?.includes("s3cret"), false);
		});
	});
}
