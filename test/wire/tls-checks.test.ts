/**
 * The checks of a certificate: each flag of lws takes away one of them and no other, and a server whose certificate is
 * refused sees no byte of the application.
 */
import { match, ok, strictEqual } from "node:assert";
import { skipUnlessBuilt } from "../desktop/host.js";
import { authorities, certificates, LOCAL } from "../servers/certificate-set.js";
import { Authority, type Certificate, selfSigned } from "../servers/certificates.js";
import { TlsServer } from "../servers/tls.js";
import type { PlannedRequest, Result } from "./plan.js";
import { ASAN, choose, OLDER, runPlan, versionsOf, WIDE } from "./run.js";
import {
	ALLOW_EXPIRED,
	ALLOW_INSECURE,
	ALLOW_SELFSIGNED,
	onlyVersion,
	SKIP_HOSTNAME,
	secureContext,
	secureRequest,
} from "./secure.js";

const DAY = 86_400_000;
const HIGHEST = ALLOW_SELFSIGNED | SKIP_HOSTNAME | ALLOW_EXPIRED;

/** Faults have the bits of the flags that forgive them; what is told first stands first. */
const CODES: [number, string][] = [
	[ALLOW_SELFSIGNED, "tls:unknown-ca"],
	[ALLOW_EXPIRED, "tls:expired"],
	[SKIP_HOSTNAME, "tls:host-mismatch"],
];

const combinations = Array.from({ length: HIGHEST / 2 + 1 }, (_, i) => 2 * i);

async function certificateWith(faults: number): Promise<Certificate> {
	const authority = await (faults & ALLOW_SELFSIGNED ? authorities.unknown() : authorities.root());
	return authority.issue({
		...(faults & SKIP_HOSTNAME ? { names: ["other.test"] } : LOCAL),
		...(faults & ALLOW_EXPIRED && { notBefore: new Date(Date.now() - 9 * DAY), notAfter: new Date(Date.now() - DAY) }),
	});
}

class Servers {
	readonly #servers: TlsServer[] = [];

	/** One that answers "seen" to whatever request comes. */
	async add(certificate: Certificate, version?: "1.2" | "1.3"): Promise<{ server: TlsServer; port: number }> {
		const options = version && onlyVersion(version);
		const server = new TlsServer({ certificate, ...options, onRequest: (_, response) => response.end("seen") });
		this.#servers.push(server);
		return { server, port: await server.listen() };
	}

	async close(): Promise<void> {
		await Promise.all(this.#servers.map((server) => server.close()));
		this.#servers.length = 0;
	}
}

/** Asserts that the server answered, or that it saw nothing. */
function check({ status, error, message, delivered }: Result, server: TlsServer, code: string, what: string): void {
	strictEqual(error, code, `${what}: ${message}`);
	strictEqual(status, code === "" ? 200 : 0, what);
	if (code === "") return;
	strictEqual(delivered, "no", what);
	ok(server.connections.length > 0, `${what}: nobody came`);
	for (const { received } of server.connections) strictEqual(received, 0, `${what}: the server has seen something`);
}

for (const run of choose(WIDE, ASAN, OLDER)) {
	describe(`The checks of a certificate (${run.name})`, () => {
		const servers = new Servers();

		before(function () {
			skipUnlessBuilt(this, run.variant);
		});
		afterEach(() => servers.close());

		for (const version of versionsOf(run)) {
			it(`are loosened by their own flag only, with TLS ${version}.`, async function () {
				this.timeout(120_000);
				const context = secureContext((await authorities.root()).pem, version);
				for (const faults of combinations) {
					const { server, port } = await servers.add(await certificateWith(faults), version);
					const requests = combinations.map((sslConnection) => secureRequest(port, { sslConnection }));
					for (const [i, result] of (await runPlan(run, { contexts: [context], requests })).entries()) {
						const left = faults & ~(combinations[i] as number);
						const code = CODES.find(([bit]) => left & bit)?.[1] ?? "";
						const what = `faults ${faults}, flags ${combinations[i]}`;
						// a connection that was accepted has seen a request
						if (code !== "") server.connections.splice(0, server.connections.length, ...refused(server));
						check(result, server, code, what);
					}
				}
			});
		}

		it("say of each fault what it is.", async function () {
			this.timeout(60_000);
			const cases: [keyof typeof certificates, string, RegExp, Partial<PlannedRequest>?][] = [
				["ec", "", /^$/],
				["rsa", "", /^$/],
				["viaIntermediate", "", /^$/],
				["noExtendedKeyUsage", "", /^$/],
				["unknownAuthority", "tls:unknown-ca", /add the CA CN=Unknown Root, key identifier [0-9a-f]{40}/],
				["impostor", "tls:unknown-ca", /CN=Test Root/],
				["byNoAuthority", "tls:unknown-ca", /CN=No Authority/],
				["byNoSigner", "tls:unknown-ca", /CN=No Signer/],
				["pathTooLong", "tls:unknown-ca", /CN=/],
				["selfSigned", "tls:self-signed", /CN=localhost/],
				["expired", "tls:expired", /on \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/],
				["notYetValid", "tls:not-yet-valid", /before \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/],
				["wrongName", "tls:host-mismatch", /it is for wrong\.example\.test/],
				["commonNameOnly", "tls:host-mismatch", /it has no names/],
				["commonNameBesideOthers", "tls:host-mismatch", /wrong\.example\.test/],
				["embeddedNul", "tls:host-mismatch", /localhost\?\.evil\.test/],
				["clientAuthOnly", "tls:certificate-usage", /not meant for a TLS server/],
				["longerChain", "tls:chain-too-long", /longer than can be followed/],
				["longChain", "tls:message-too-long", /longer than its buffer/],
				["large", "tls:message-too-long", /longer than its buffer/],
				["wildcard", "", /^$/, { host: "www.example.test" }],
				["wildcard", "", /^$/, { host: "WWW.Example.Test." }],
				["wildcard", "tls:host-mismatch", /\*\.example\.test/, { host: "example.test" }],
				["wildcard", "tls:host-mismatch", /\*\.example\.test/, { host: "a.b.example.test" }],
				["wildcardInSecondLabel", "tls:host-mismatch", /www\.\*/, { host: "www.a.example.test" }],
				["wildcardInPart", "tls:host-mismatch", /w\*/, { host: "www.example.test" }],
				["ec", "", /^$/, { host: "127.0.0.1" }],
				["ec", "", /^$/, { host: "127.0.0.1:443" }],
				["ec", "", /^$/, { host: "[::1]:8443" }],
				["ec", "tls:host-mismatch", /127\.0\.0\.1/, { host: "127.0.0.2" }],
				["nameOnly", "tls:host-mismatch", /localhost/, { host: "127.0.0.1" }],
				["addressOnly", "tls:host-mismatch", /127\.0\.0\.1, 0000:0000:0000:0000:0000:0000:0000:0001/],
				["addressAsName", "tls:host-mismatch", /127\.0\.0\.1/, { host: "127.0.0.1" }],
			];
			const context = secureContext([(await authorities.root()).pem, (await authorities.shortRoot()).pem].join(""));
			for (const [name, code, sentence, more] of cases) {
				const { server, port } = await servers.add(await certificates[name]());
				const requests = [secureRequest(port, more), secureRequest(port, { ...more, sslConnection: ALLOW_INSECURE })];
				const [strict, insecure] = (await runPlan(run, { contexts: [context], requests })) as [Result, Result];
				match(strict.message, sentence, name);
				if (code !== "") server.connections.splice(1);
				check(strict, server, code, `${name} ${more?.host ?? ""}`);
				// what is too long is no matter of trust
				if (!code.endsWith("too-long")) strictEqual(insecure.status, 200, `${name}, insecure: ${insecure.message}`);
			}
		});

		it("take a certificate for what it is trusted as: the server's own, or one between it and a root.", async () => {
			const own = await selfSigned({ ...LOCAL, commonName: "localhost" });
			const between = await Authority.create({ name: "Between", signedBy: await authorities.unknown() });
			const leaf = await between.issue(LOCAL);
			for (const [certificate, trusted] of [
				[own, own.certPem],
				[leaf, between.pem],
			] as const) {
				const { port } = await servers.add(certificate);
				const plan = { contexts: [secureContext(trusted)], requests: [secureRequest(port)] };
				const [result] = (await runPlan(run, plan)) as [Result];
				strictEqual(result.message, "");
				strictEqual(result.status, 200);
			}
		});

		it("include pins, which no flag loosens.", async () => {
			const certificate = await certificates.ec();
			const { pin: wrong } = await certificates.rsa();
			const { server, port } = await servers.add(certificate);
			const context = secureContext((await authorities.root()).pem);
			const pinned = secureContext((await authorities.root()).pem, undefined, { pinnedPublicKeys: [wrong] });
			const requests = [
				secureRequest(port, { pinnedPublicKeys: [wrong] }),
				secureRequest(port, { pinnedPublicKeys: [wrong], sslConnection: ALLOW_INSECURE }),
				secureRequest(port, { pinnedPublicKeys: [wrong], sslConnection: HIGHEST }),
				secureRequest(port, { context: 1 }),
				secureRequest(port, { context: 1, pinnedPublicKeys: [certificate.pin] }),
				secureRequest(port, { pinnedPublicKeys: [wrong, certificate.pin] }),
			];
			const results = await runPlan(run, { contexts: [context, pinned], requests });
			for (const result of results.slice(0, 4)) {
				strictEqual(result.error, "tls:pin-mismatch");
				ok(result.message.includes(certificate.pin), result.message);
				strictEqual(result.delivered, "no");
			}
			for (const { status } of results.slice(4)) strictEqual(status, 200);
			for (const { received } of server.connections.slice(0, 4)) strictEqual(received, 0);
		});

		it("know that a clock which was never set is none.", async () => {
			const { server, port } = await servers.add(await certificates.ec());
			const authority = (await authorities.root()).pem;
			const unset = secureContext(authority, undefined, { ahead: -Date.now() });
			const past = secureContext(authority, undefined, { ahead: 40 * DAY });
			const requests = [
				secureRequest(port),
				secureRequest(port, { context: 1 }),
				secureRequest(port, { sslConnection: ALLOW_EXPIRED }),
				secureRequest(port, { context: 1, sslConnection: ALLOW_EXPIRED }),
			];
			const results = await runPlan(run, { contexts: [unset, past], requests });
			strictEqual(results[0]?.error, "tls:clock-not-set");
			strictEqual(results[1]?.error, "tls:expired");
			strictEqual(results[2]?.status, 200);
			strictEqual(results[3]?.status, 200);
			strictEqual(server.connections[0]?.received, 0);
		});
	});
}

/** The connections that were never secured. */
function refused({ connections }: TlsServer) {
	return connections.filter(({ isSecure }) => !isSecure);
}
