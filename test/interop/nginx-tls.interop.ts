/** The client and nginx over TLS, whose library is another (OpenSSL): versions, resumption, certificates of the client. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { skipUnlessBuilt } from "../desktop/host.js";
import { authorities, certificates } from "../servers/certificate-set.js";
import type { PlannedContext, Result } from "../wire/plan.js";
import { ASAN, NARROW, OLDER, runPlan, versionsOf, WIDE } from "../wire/run.js";
import { secureContext, secureRequest } from "../wire/secure.js";
import { patternSum, plain, takeBody } from "../wire/server.js";
import { LARGE, Nginx, SMALL } from "./nginx.js";
import { skipUnlessThere } from "./service.js";

const PIPELINE = 1 << 16;

for (const run of [WIDE, NARROW, ASAN, OLDER]) {
	describe(`the client and nginx over TLS (${run.name})`, function () {
		this.timeout(60_000);
		let nginx: Nginx;
		let trusted = "";
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			skipUnlessThere(this, "nginx");
			nginx = await Nginx.start();
			trusted = (await authorities.root()).pem;
		});
		beforeEach(() => {
			nginx.log.begin();
			nginx.backend.begin((request, response, received) =>
				takeBody(request, received, () => plain(response).end(`${received.length}`)),
			);
		});
		after(() => nginx?.stop());

		const context = (more: PlannedContext = {}) => secureContext(trusted, undefined, more);
		const outcomes = (results: readonly Result[]) =>
			results.map(({ error, message, status }) => (error ? message : status));

		for (const version of versionsOf(run)) {
			it(`A large file comes and a body arrives over TLS ${version}, on one connection.`, async () => {
				const port = nginx.secure[version];
				const size = Math.ceil(LARGE / run.divisor);
				const results = await runPlan(run, {
					contexts: [context()],
					requests: [
						secureRequest(port, { path: "/files/large", buffer: 10_000 }),
						secureRequest(port, { path: "/backend/x", method: "POST", body: { size, framing: "chunked" } }),
					],
				});
				deepStrictEqual(outcomes(results), [200, 200]);
				deepStrictEqual([results[0]?.length, results[0]?.sum], [LARGE, patternSum(LARGE)]);
				const [received] = nginx.backend.received;
				deepStrictEqual([received?.length, received?.sum], [size, patternSum(size)]);
				const entries = await nginx.requests(2);
				deepStrictEqual(
					entries.map(({ connection_requests, ssl_protocol }) => `${connection_requests} ${ssl_protocol}`),
					[`1 TLSv${version}`, `2 TLSv${version}`],
				);
				strictEqual(results[0]?.tls?.version, `TLSv${version}`);
			});

			it(`The next connection resumes the session of the last one (TLS ${version}).`, async () => {
				const one = secureRequest(nginx.secure[version], { path: "/files/small" });
				const results = await runPlan(run, { contexts: [context({ keepWarm: 0 })], requests: [one, one, one] });
				deepStrictEqual(outcomes(results), [200, 200, 200]);
				deepStrictEqual(
					results.map(({ tls }) => tls?.isResumed),
					[false, true, true],
				);
				deepStrictEqual(
					(await nginx.requests(3)).map(({ ssl_session_reused }) => ssl_session_reused),
					[".", "r", "r"],
				);
			});

			it(`Requests in a pipeline are answered in their order (TLS ${version}).`, async () => {
				const many = 12;
				nginx.backend.begin((request, response) => plain(response).end(`answer to ${request.url}`));
				const requests = Array.from({ length: many }, (_, i) =>
					secureRequest(nginx.secure[version], { path: `/backend/x?${i}`, sslConnection: PIPELINE }),
				);
				const contexts = [context({ connections: 1 })];
				const results = await runPlan(run, { contexts, requests, parallel: many });
				deepStrictEqual(outcomes(results), Array(many).fill(200));
				for (const { id, length } of results) strictEqual(length, `answer to /x?${id}`.length);
				const entries = await nginx.requests(many);
				deepStrictEqual(
					entries.map(({ args, connection_requests }) => `${args} ${connection_requests}`),
					requests.map((_, i) => `${i} ${i + 1}`),
				);
			});
		}

		it("What both have newest is spoken.", async () => {
			const [result] = await runPlan(run, {
				contexts: [context()],
				requests: [secureRequest(nginx.secure.both, { path: "/files/small" })],
			});
			deepStrictEqual([result?.error, result?.length, result?.sum], ["", SMALL, patternSum(SMALL)]);
			const newest = `TLSv${versionsOf(run).at(-1)}`;
			strictEqual(result?.tls?.version, newest);
			strictEqual((await nginx.requests(1))[0]?.ssl_protocol, newest);
		});

		it("A server that has only another version is an error by name.", async () => {
			const contexts = [secureContext(trusted, "1.2")];
			const [result] = await runPlan(run, { contexts, requests: [secureRequest(nginx.secure["1.3"])] });
			strictEqual(result?.error, "tls:protocol-version");
			strictEqual((await nginx.requests(0)).length, 0);
		});

		it("An authority that is not trusted is an error by name, and nothing is asked.", async () => {
			const contexts = [secureContext((await authorities.unknown()).pem)];
			const [result] = await runPlan(run, { contexts, requests: [secureRequest(nginx.secure.both)] });
			deepStrictEqual([result?.error, result?.delivered], ["tls:unknown-ca", "no"]);
			strictEqual((await nginx.requests(0)).length, 0);
		});

		it("A redirect from http leads to https.", async () => {
			const request = { port: nginx.port, path: "/to-https/", host: `localhost:${nginx.port}` };
			const [result] = await runPlan(run, { contexts: [context()], requests: [request] });
			deepStrictEqual([result?.error, result?.status, result?.sum], ["", 200, patternSum(SMALL)]);
			deepStrictEqual(result?.redirects, [`301 https://localhost:${nginx.secure.both}/files/small`]);
			deepStrictEqual(
				(await nginx.requests(2)).map(({ request, ssl_protocol }) => `${request} ${ssl_protocol.slice(0, 3)}`),
				["GET /to-https/ HTTP/1.1 -", "GET /files/small HTTP/1.1 TLS"],
			);
		});

		it("A certificate of the client is shown where it is asked for.", async () => {
			const { certPem, keyPem } = await certificates.client();
			const contexts = [context({ inMemory: { sslCertMem: certPem, sslPrivateKeyMem: keyPem } }), context()];
			const requests = [0, 1].map((each) =>
				secureRequest(nginx.secure.mutual, { path: "/files/small", context: each }),
			);
			const results = await runPlan(run, { contexts, requests });
			// without one nginx answers 400
			deepStrictEqual(outcomes(results), [200, 400]);
			const entries = await nginx.requests(2);
			deepStrictEqual(
				entries.map(({ ssl_client_s_dn }) => ssl_client_s_dn),
				["CN=client", "-"],
			);
			ok(results[0]?.tls);
		});
	});
}
