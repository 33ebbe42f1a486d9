/** Sessions of TLS that are resumed: when they are, and when they must not be. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { skipUnlessBuilt } from "../desktop/host.js";
import { authorities, certificates } from "../servers/certificate-set.js";
import { CLIENT_AUTH } from "../servers/certificates.js";
import { TlsServer, type TlsServerOptions } from "../servers/tls.js";
import type { PlannedContext, Result } from "./plan.js";
import { ASAN, choose, isSimulator, OLDER, runPlan, versionsOf, WIDE } from "./run.js";
import { ALLOW_EXPIRED, ALLOW_SELFSIGNED, SKIP_HOSTNAME, secureContext, secureRequest } from "./secure.js";

for (const run of choose(WIDE, ASAN, OLDER)) {
	describe(`Sessions of TLS (${run.name})`, function () {
		this.timeout(60_000);
		let server: TlsServer;
		let port: number;
		let trusted: string;

		before(async function () {
			skipUnlessBuilt(this, run.variant);
			trusted = (await authorities.root()).pem;
		});
		afterEach(() => server?.close());

		async function serve(more: Partial<TlsServerOptions> = {}): Promise<void> {
			server = new TlsServer({
				certificate: await certificates.ec(),
				onRequest: (_, response) => response.end("seen"),
				...more,
			});
			port = await server.listen();
		}

		/** Every request has a connection of its own. */
		function context(version?: "1.2" | "1.3", more: PlannedContext = {}): PlannedContext {
			return secureContext(trusted, version, { keepWarm: 0, ...more });
		}

		/** Which of the requests resumed a session, as both sides see it. */
		function resumed(results: Result[]): boolean[] {
			for (const { message } of results) strictEqual(message, "");
			const ours = results.map(({ tls }) => tls?.isResumed ?? false);
			deepStrictEqual(
				ours,
				server.connections.map(({ isSessionReused }) => isSessionReused),
			);
			return ours;
		}

		for (const version of versionsOf(run)) {
			// in TLS 1.3 an id is a ticket, too, and Node's server resumes by none
			for (const sessions of version === "1.2" ? (["tickets", "ids"] as const) : (["tickets"] as const)) {
				it(`are resumed in TLS ${version}, by ${sessions}, and have no certificate then.`, async () => {
					await serve({ sessions });
					const requests = [1, 2, 3].map(() => secureRequest(port));
					const results = await runPlan(run, { contexts: [context(version)], requests });
					deepStrictEqual(resumed(results), [false, true, true]);
					ok(results[0]?.certificate);
					strictEqual(results[1]?.certificate, undefined);
					for (const { session } of results) ok(session > 100 && session < 1000, `${session} bytes`);
				});
			}

			it(`can be given to another context, in TLS ${version}.`, async () => {
				await serve();
				const contexts = [1, 2, 3].map(() => context(version));
				const requests = contexts.map((_, i) => secureRequest(port, { context: i }));
				deepStrictEqual(resumed(await runPlan(run, { contexts, requests, handOver: {} })), [false, true, true]);
			});

			it(`are not resumed when they are of another server, TLS ${version}.`, async () => {
				await serve();
				const contexts = [context(version)];
				const hosts = ["localhost", "127.0.0.1", "localhost"];
				const requests = hosts.map((host) => secureRequest(port, { host }));
				deepStrictEqual(resumed(await runPlan(run, { contexts, requests })), [false, false, true]);
			});
		}

		it("are kept for a number of servers only, and not at all when that is 0.", async () => {
			await serve();
			const requests = ["localhost", "127.0.0.1", "localhost"].map((host) => secureRequest(port, { host }));
			const contexts = [context(undefined, { sslSessions: 1 })];
			deepStrictEqual(resumed(await runPlan(run, { contexts, requests })), [false, false, false]);
			server.reset();
			const none = [context(undefined, { sslSessions: 0 })];
			const results = await runPlan(run, { contexts: none, requests: [secureRequest(port), secureRequest(port)] });
			deepStrictEqual(resumed(results), [false, false]);
			strictEqual(results[1]?.session, 0);
		});

		it("that were made under looser checks serve no stricter connection.", async () => {
			await serve({ certificate: await certificates.unknownAuthority() });
			const flags = [ALLOW_SELFSIGNED, 0, ALLOW_SELFSIGNED, SKIP_HOSTNAME, ALLOW_EXPIRED];
			const requests = flags.map((sslConnection) => secureRequest(port, { sslConnection }));
			const results = await runPlan(run, { contexts: [context()], requests });
			const refused = "tls:unknown-ca";
			deepStrictEqual(
				results.map(({ error, tls }) => error || tls?.isResumed),
				[false, refused, true, refused, refused],
			);
		});

		it("are of the CAs, the pins, the certificate, the ALPN and the lowest version that they were made with.", async () => {
			const { pin } = await certificates.ec();
			const client = await certificates.client();
			const more: PlannedContext[] = [
				{},
				{ pinnedPublicKeys: [pin] },
				{ alpn: "x" },
				{ sslMinimumVersion: "1.2", sslMaximumVersion: "1.2" },
				{ inMemory: { sslCertMem: client.certPem, sslPrivateKeyMem: client.keyPem } },
				{ inMemory: { sslCaMem: trusted + (await authorities.unknown()).pem } },
			];
			await serve();
			// each gets the session of the one before it, which stays unused under its own identity
			const contexts = more.map((options) => context(undefined, options));
			const requests = contexts.map((_, i) => secureRequest(port, { context: i }));
			const results = await runPlan(run, { contexts, requests, handOver: {} });
			deepStrictEqual(
				resumed(results),
				more.map(() => false),
			);
		});

		it("are refused when a byte of them is damaged, and a full handshake follows.", async () => {
			await serve();
			for (const damage of [0, 3, 5, 20, 30, 40, 100, 200]) {
				server.reset();
				const contexts = [context(), context()];
				const requests = contexts.map((_, i) => secureRequest(port, { context: i }));
				const results = await runPlan(run, { contexts, requests, handOver: { damage } });
				deepStrictEqual(resumed(results), [false, false], `byte ${damage}`);
			}
		});

		it("are too old after a week, and no use before they were made.", async () => {
			const day = 86_400_000;
			await serve();
			for (const [ahead, isResumed] of [
				[6 * day, true],
				[8 * day, false],
				[-day, false],
			] as const) {
				server.reset();
				const contexts = [context(), context(undefined, { ahead })];
				const requests = contexts.map((_, i) => secureRequest(port, { context: i, sslConnection: ALLOW_EXPIRED }));
				const results = await runPlan(run, { contexts, requests, handOver: {} });
				deepStrictEqual(resumed(results), [false, isResumed], `${ahead / day} days`);
			}
		});

		it("are not kept when their ticket is long: how long, the server decides.", async () => {
			// a ticket of Node's holds the certificate of the client
			const names = Array.from({ length: 40 }, (_, i) => `${"long-name-".repeat(5)}${i}.example.test`);
			const client = await (await authorities.clients()).issue({ names, extendedKeyUsage: [CLIENT_AUTH] });
			const inMemory = { sslCertMem: client.certPem, sslPrivateKeyMem: client.keyPem };
			await serve({ requestCert: true, rejectUnauthorized: false, ca: (await authorities.clients()).pem });
			const contexts = [context(undefined, { inMemory }), context()];
			const requests = [0, 0, 1, 1].map((index) => secureRequest(port, { context: index }));
			const results = await runPlan(run, { contexts, requests });
			deepStrictEqual(resumed(results), [false, false, false, true]);
			strictEqual(results[1]?.session, 0);
		});

		it("are taken up again after a server has forgotten them.", async () => {
			await serve();
			const first = await runPlan(run, { contexts: [context()], requests: [secureRequest(port), secureRequest(port)] });
			deepStrictEqual(resumed(first), [false, true]);
			const old = port;
			await server.close();
			await serve();
			const requests = [secureRequest(old), secureRequest(port), secureRequest(port)];
			const [gone, full, again] = await runPlan(run, { contexts: [context()], requests });
			strictEqual(gone?.error, isSimulator(run) ? "tcp:other" : "tcp:refused");
			strictEqual(full?.tls?.isResumed, false);
			strictEqual(again?.tls?.isResumed, true);
		});
	});
}
