/** OpenSSL's own server, and servers that want a certificate of the client. */
import { match, ok, strictEqual } from "node:assert";
import { skipUnlessBuilt } from "../desktop/host.js";
import { authorities, certificates } from "../servers/certificate-set.js";
import { type OpensslOptions, OpensslServer, skipWithoutOpenssl } from "../servers/openssl.js";
import { TlsServer } from "../servers/tls.js";
import type { PlannedContext, PlannedRequest, Result } from "./plan.js";
import { choose, OLDER, runPlan, versionsOf, WIDE } from "./run.js";
import { onlyVersion, secureContext, secureRequest } from "./secure.js";

const BODY = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i & 255));

for (const run of choose(WIDE, OLDER)) {
	describe(`OpenSSL's server (${run.name})`, function () {
		this.timeout(60_000);
		let server: OpensslServer;
		let trusted: string;

		before(async function () {
			skipUnlessBuilt(this, run.variant);
			skipWithoutOpenssl(this);
			trusted = [(await authorities.root()).pem, (await authorities.rsaRoot()).pem].join("");
		});
		afterEach(() => server?.close());

		async function ask(context: PlannedContext, ...requests: Partial<PlannedRequest>[]): Promise<Result[]> {
			return runPlan(run, {
				contexts: [{ keepWarm: 0, ...context }],
				requests: requests.map((more) => secureRequest(server.port, { path: "/body", ...more })),
			});
		}

		for (const version of versionsOf(run)) {
			const name = version === "1.2" ? "tls1_2" : "tls1_3";
			for (const key of ["ec", "rsaByRsa"] as const) {
				for (const groups of ["P-256", "X25519", "P-384"]) {
					it(`TLS ${version}, ${key}, ${groups}.`, async () => {
						const options: OpensslOptions = { certificate: await certificates[key](), version: name, groups };
						server = await OpensslServer.start({ ...options, mode: "files", files: { body: BODY } });
						const [first, second] = await ask(secureContext(trusted), {}, {});
						for (const result of [first, second]) {
							// it ends the body by close, with close_notify
							strictEqual(result?.message, "");
							strictEqual(result.length, BODY.length);
							strictEqual(result.tls?.version, `TLSv${version}`);
						}
						strictEqual(second?.tls?.isResumed, true);
					});
				}
			}
		}

		const suites = {
			"ECDHE-ECDSA-CHACHA20-POLY1305": /CHACHA20/,
			"ECDHE-ECDSA-AES128-GCM-SHA256": /AES-128-GCM/,
			"ECDHE-ECDSA-AES256-GCM-SHA384": /AES-256-GCM/,
			TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256: /AES-128-CBC-SHA256/,
			"ECDHE-ECDSA-AES128-CCM8": /AES-128-CCM-8/,
		};
		for (const [sslCipherList, form] of Object.entries(suites)) {
			it(`The suite ${sslCipherList} can be chosen.`, async () => {
				const options: OpensslOptions = { certificate: await certificates.ec(), version: "tls1_2" };
				server = await OpensslServer.start({ ...options, cipher: "ALL:@SECLEVEL=0", mode: "status" });
				const [result] = await ask(secureContext(trusted, undefined, { sslCipherList }), {});
				match(result?.tls?.cipher ?? result?.message ?? "", form);
			});
		}

		if (run === WIDE && versionsOf(run).includes("1.3")) {
			it("Where mbedTLS does not take RSA-PSS in TLS 1.2 the client falls back to offering TLS 1.2 only.", async () => {
				const certificate = await certificates.rsaByRsa();
				server = await OpensslServer.start({ certificate, version: "tls1_2", mode: "status", others: ["-serverpref"] });
				for (const result of await ask(secureContext(trusted), {}, {})) {
					strictEqual(result.message, "");
					strictEqual(result.status, 200);
					strictEqual(result.tls?.version, "TLSv1.2");
				}
				const [strict] = await ask(secureContext(trusted, undefined, { sslMinimumVersion: "1.3" }), {});
				strictEqual(strict?.error, "tls:protocol-version", strict?.message);
			});
		}

		it("Without a suite in common it is said so, and without a version.", async () => {
			const certificate = await certificates.ec();
			server = await OpensslServer.start({ certificate, version: "tls1_2", cipher: "ECDHE-ECDSA-AES256-CCM" });
			const [result] = await ask(secureContext(trusted), {});
			strictEqual(result?.error, "tls:no-common-cipher", result?.message);
			await server.close();
			server = await OpensslServer.start({ certificate, others: ["-tls1_1"], cipher: "ALL:@SECLEVEL=0" });
			const [old] = await ask(secureContext(trusted), {});
			// before TLS 1.3 a server cannot know that it is the version and not the suites
			const codes = !versionsOf(run).includes("1.3")
				? ["tls:no-common-cipher", "tls:protocol-version"]
				: ["tls:protocol-version"];
			ok(codes.includes(old?.error ?? ""), old?.message);
		});

		for (const version of versionsOf(run)) {
			it(`A certificate of the client that it does not know ends TLS ${version} by an alert, which is told.`, async () => {
				server = await OpensslServer.start({
					certificate: await certificates.ec(),
					clientAuthority: (await authorities.clients()).pem,
					version: version === "1.2" ? "tls1_2" : "tls1_3",
				});
				const { certPem, keyPem } = await certificates.unknownClient();
				const inMemory = { sslCertMem: certPem, sslPrivateKeyMem: keyPem };
				const [result] = await ask(secureContext(trusted, undefined, { inMemory }), {});
				strictEqual(result?.error, "tls:alert");
				match(result.message, /unknown_ca/);
			});

			it(`Without a certificate of the client it says in TLS ${version} that it wants one.`, async () => {
				server = await OpensslServer.start({
					certificate: await certificates.ec(),
					clientAuthority: (await authorities.clients()).pem,
					version: version === "1.2" ? "tls1_2" : "tls1_3",
				});
				const [result] = await ask(secureContext(trusted), {});
				strictEqual(result?.error, "tls:certificate-required", result?.message);
			});
		}

		it("A renegotiation is refused, and the answer still comes whole or fails by name.", async () => {
			server = await OpensslServer.start({ certificate: await certificates.ec(), version: "tls1_2", messages: true });
			const asked = ask(secureContext(trusted), { deadlines: { firstByte: 3000 } });
			await server.waitFor(/GET \/body/);
			server.type("r\n");
			const [result] = await asked;
			ok(["tls:alert", "tls:truncated", "timeout:first-byte"].includes(result?.error ?? ""), result?.message);
			strictEqual(result?.delivered, "maybe");
			match(server.output, /no_renegotiation/);
		});

		if (versionsOf(run).includes("1.3")) {
			it("A change of keys that mbedTLS does not know ends the connection by name.", async () => {
				server = await OpensslServer.start({ certificate: await certificates.ec(), version: "tls1_3" });
				const asked = ask(secureContext(trusted), { deadlines: { firstByte: 3000 } });
				await server.waitFor(/GET \/body/);
				server.type("k\n");
				const [result] = await asked;
				ok(["tls:bad-message", "tls:failed", "tls:bad-record"].includes(result?.error ?? ""), result?.message);
			});
		}
	});

	describe(`Certificates of the client (${run.name})`, function () {
		this.timeout(60_000);
		let server: TlsServer;
		let port: number;
		let trusted: string;

		before(async function () {
			skipUnlessBuilt(this, run.variant);
			trusted = (await authorities.root()).pem;
		});
		afterEach(() => server?.close());

		async function ask(more: PlannedContext): Promise<Result> {
			const contexts = [secureContext(trusted, undefined, more)];
			const [result] = await runPlan(run, { contexts, requests: [secureRequest(port)] });
			return result as Result;
		}

		for (const version of versionsOf(run)) {
			describe(`TLS ${version}`, () => {
				beforeEach(async () => {
					server = new TlsServer({
						certificate: await certificates.ec(),
						...onlyVersion(version),
						requestCert: true,
						rejectUnauthorized: true,
						ca: (await authorities.clients()).pem,
						onRequest: (_, response) => response.end("welcome"),
					});
					port = await server.listen();
				});

				for (const key of ["client", "rsaClient"] as const) {
					it(`A good one (${key}) is shown, and taken.`, async () => {
						const { certPem, keyPem, fingerprint256 } = await certificates[key]();
						const result = await ask({ inMemory: { sslCertMem: certPem, sslPrivateKeyMem: keyPem } });
						strictEqual(result.message, "");
						strictEqual(result.length, 7);
						strictEqual(server.connections[0]?.clientCertificate?.fingerprint256, fingerprint256);
					});
				}

				it("Its key may be under a password.", async () => {
					const certificate = await certificates.client();
					const inMemory = {
						sslCertMem: certificate.certPem,
						sslPrivateKeyMem: certificate.encryptedKeyPem("open sesame", "traditional"),
					};
					const result = await ask({ inMemory, sslPrivateKeyPassword: "open sesame" });
					strictEqual(result.message, "");
				});

				it("Without one it is said what the server wants.", async () => {
					const result = await ask({});
					strictEqual(result.error, "tls:certificate-required", result.message);
					strictEqual(server.connections[0]?.isAuthorized, false);
				});

				it("One of another authority is refused by the server.", async () => {
					const { certPem, keyPem } = await certificates.unknownClient();
					const result = await ask({ inMemory: { sslCertMem: certPem, sslPrivateKeyMem: keyPem } });
					// Node's server says nothing and closes
					ok(["tls:closed", "tls:truncated", "tcp:reset"].includes(result.error), result.message);
					strictEqual(server.connections[0]?.isAuthorized, false);
				});
			});
		}
	});
}
