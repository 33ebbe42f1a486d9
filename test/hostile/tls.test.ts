/**
 * Servers that do not mean TLS, or do it harm: each ends with a named error in bounded time, sees no byte of the
 * application, and does no harm to the connection after it.
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { skipUnlessBuilt } from "../desktop/host.js";
import { authorities, certificates } from "../servers/certificate-set.js";
import { TlsServer } from "../servers/tls.js";
import { Breaker, type Script } from "../servers/tls-breaker.js";
import { alertScript, RAW_SCRIPTS, RawServer } from "../servers/tls-raw.js";
import type { AlertName } from "../servers/tls-records.js";
import { ASAN, choose, isSimulator, LIBRARY, NARROW, OLDER, runPlan, versionsOf, WIDE } from "../wire/run.js";
import { onlyVersion, secureContext, secureRequest } from "../wire/secure.js";
import { type Repetition, repeat } from "./repetition.js";

const TLS_DEADLINE = 700;
/** Milliseconds for anything, the deadline included. */
const LIMIT = 5000;

/** What each of the raw scripts ends with; a list where it is mbedTLS's version that decides. */
const ERRORS: Record<keyof typeof RAW_SCRIPTS, string[]> = {
	silence: ["timeout:tls"],
	finAtOnce: ["tls:closed"],
	// the simulator's socket gives no reason
	resetAtOnce: isSimulator(WIDE) ? ["tls:closed"] : ["tcp:reset"],
	garbage: ["tls:not-tls"],
	plainHttp: ["tls:not-tls"],
	otherProtocol: ["tls:not-tls"],
	recordTooLong: ["tls:message-too-long"],
	recordLengthTooLong: ["tls:message-too-long"],
	plainRecordTooLong: ["tls:bad-record"],
	unknownRecordType: ["tls:not-tls"],
	wrongRecordVersion: ["tls:not-tls"],
	oldRecord: ["tls:not-tls"],
	emptyHandshakeRecords: ["tls:bad-record", "tls:bad-message"],
	emptyAlertRecords: ["tls:bad-record", "tls:bad-message", "tls:failed"],
	emptyApplicationRecords: ["tls:not-tls"],
	warningAlerts: ["timeout:tls"],
	changeCipherSpecs: ["tls:not-tls"],
	applicationDataFirst: ["tls:not-tls"],
	closeNotifyFirst: ["tls:closed"],
	helloCut: ["tls:closed"],
	helloCutNewVersion: ["tls:closed"],
	helloStops: ["timeout:tls"],
	helloGoesOn: ["tls:closed", "tls:message-too-long"],
	endlessMessage: ["tls:message-too-long", "tls:bad-message", "tls:bad-record"],
	helloThenSilence: ["timeout:tls"],
	helloTwice: ["tls:bad-message", "tls:bad-certificate"],
	requestsForHello: ["tls:bad-message", "tls:protocol-version", "timeout:tls"],
};

const ALERT_CODES: [AlertName, string][] = [
	["handshake_failure", "tls:no-common-cipher"],
	["insufficient_security", "tls:no-common-cipher"],
	["protocol_version", "tls:protocol-version"],
	["internal_error", "tls:alert"],
	["unrecognized_name", "tls:alert"],
	["access_denied", "tls:alert"],
	["certificate_required", "tls:certificate-required"],
	["no_application_protocol", "tls:alert"],
];

for (const run of choose(WIDE, NARROW, ASAN, OLDER)) {
	describe(`Servers that harm TLS (${run.name})`, function () {
		this.timeout(180_000);
		const raw = new RawServer();
		let rawPort: number;
		let trusted: string;
		let server: TlsServer;
		let breaker: Breaker;
		let port: number;

		before(async function () {
			skipUnlessBuilt(this, run.variant);
			trusted = (await authorities.root()).pem;
			rawPort = await raw.listen();
		});
		after(async () => {
			await raw.close();
		});
		afterEach(async () => {
			await breaker?.close();
			await server?.close();
		});

		async function serve(version: "1.2" | "1.3", size: number): Promise<void> {
			server = new TlsServer({
				// its handshake has the same length each time
				certificate: await certificates.rsa(),
				...onlyVersion(version),
				onRequest: (_, response) => response.end(Buffer.alloc(size, "x")),
			});
			breaker = new Breaker(await server.listen());
			port = await breaker.listen();
		}

		const request = (to: number) => secureRequest(to, { deadlines: { tls: TLS_DEADLINE, total: LIMIT } });

		for (const [name, errors] of Object.entries(ERRORS) as [keyof typeof RAW_SCRIPTS, string[]][]) {
			it(`${name}: ${errors.join(" or ")}.`, async () => {
				raw.begin(RAW_SCRIPTS[name], false);
				const [result] = await runPlan(run, { contexts: [secureContext(trusted)], requests: [request(rawPort)] });
				ok(errors.includes(result?.error ?? ""), result?.message);
				strictEqual(result?.delivered, "no");
				ok(result.milliseconds < LIMIT, `it took ${result.milliseconds} ms`);
			});
		}

		it("Alerts are told by their names.", async () => {
			for (const [name, code] of ALERT_CODES) {
				raw.begin(alertScript(name));
				const [result] = await runPlan(run, { contexts: [secureContext(trusted)], requests: [request(rawPort)] });
				strictEqual(result?.error, code, name);
				match(result.message, new RegExp(name));
			}
		});

		if (run === NARROW || isSimulator(run)) return;

		for (const version of versionsOf(run)) {
			/** One connection for each place in the handshake, done `harm` to; gives place and error. */
			async function harm(step: number, makeScript: (at: number) => Script): Promise<[number, string][]> {
				await serve(version, 10);
				// every handshake is a full one, as long as the first
				const contexts = [secureContext(trusted, version, { connections: 1, sslSessions: 0 })];
				const good = { contexts, requests: [request(port)] };
				strictEqual((await runPlan(run, good))[0]?.status, 200);
				const { bytes = 0 } = breaker.passages[0]?.handshake ?? {};
				ok(bytes > 500, `${bytes} bytes`);
				breaker.begin({});
				const places = Array.from({ length: Math.ceil(bytes / step) }, (_, i) => i * step);
				let next = 0;
				Object.defineProperty(breaker, "script", {
					get: () => makeScript(places[next++] as number),
					set() {},
				});
				const results = await runPlan(run, { contexts, requests: places.map(() => request(port)) });
				return results.map(({ error }, i) => [places[i] as number, error]);
			}

			it(`A FIN at any byte of a handshake of TLS ${version} ends it, and no request has left.`, async () => {
				const found = await harm(run === WIDE ? 5 : 43, (at) => ({ harms: [{ at, do: "fin" }] }));
				// our answer may meet the FIN
				for (const [at, error] of found) match(error, /^(tls:closed|tcp:other)$/, `byte ${at}`);
				for (const { received } of server.connections.slice(1)) strictEqual(received, 0);
			});

			it(`A byte that is changed in a handshake of TLS ${version} is found, and no request has left.`, async () => {
				const found = await harm(run === WIDE ? 17 : 97, (at) => ({ harms: [{ at, do: { flip: 0x41 } }] }));
				for (const [at, error] of found) match(error, /^(tls:|timeout:tls)/, `byte ${at}`);
				for (const { received } of server.connections.slice(1)) strictEqual(received, 0);
			});

			it(`A byte that is changed in the answer of TLS ${version} is found.`, async () => {
				await serve(version, 5000);
				const contexts = [secureContext(trusted, version, { sslSessions: 0 })];
				await runPlan(run, { contexts, requests: [request(port)] });
				const { bytes = 0 } = breaker.passages[0]?.handshake ?? {};
				const all = breaker.passages[0]?.sent ?? 0;
				for (const at of [all - 3000, all - 1000, all - 200]) {
					ok(at > bytes);
					breaker.begin({ harms: [{ at, do: { flip: 1 } }] });
					const [result] = await runPlan(run, { contexts, requests: [request(port)] });
					strictEqual(result?.error, "tls:bad-record", result?.message);
				}
			});

			it(`TLS ${version} comes through single bytes.`, async () => {
				await serve(version, 700);
				breaker.begin({ piece: 1 });
				const requests = [request(port), request(port)].map((each) => ({ ...each, deadlines: {} }));
				const contexts = [secureContext(trusted, version)];
				for (const { message, length } of await runPlan(run, { contexts, requests })) {
					strictEqual(message, "");
					strictEqual(length, 700);
				}
			});

			it(`An answer of TLS ${version} that is cut off at its end is complete by its length, and only by that.`, async () => {
				await serve(version, 700);
				breaker.begin({ truncate: true });
				const contexts = [secureContext(trusted, version)];
				const [result] = await runPlan(run, { contexts, requests: [request(port)] });
				strictEqual(result?.message, "");
				strictEqual(result.length, 700);
			});
		}

		if (run === ASAN) return;

		const kinds: [string, number, string, () => Promise<number>, sessions?: number][] = [
			["servers that speak plain HTTP", 1000, "tls:not-tls", () => rawly("plainHttp")],
			["servers that end in the middle of their hello", 1000, "tls:closed", () => rawly("helloCut")],
			["servers that end at once", 1000, "tls:closed", () => rawly("finAtOnce")],
			["unknown authorities", 300, "tls:unknown-ca", () => certified("unknownAuthority")],
			["wrong names", 300, "tls:host-mismatch", () => certified("wrongName")],
			["certificates that have expired", 300, "tls:expired", () => certified("expired")],
			["complete exchanges", 300, "", () => certified("ec")],
			["exchanges in resumed sessions", 1000, "", () => certified("ec"), 2],
		];

		async function rawly(name: keyof typeof RAW_SCRIPTS): Promise<number> {
			raw.begin(RAW_SCRIPTS[name]);
			return rawPort;
		}

		async function certified(name: keyof typeof certificates): Promise<number> {
			server = new TlsServer({
				certificate: await certificates[name](),
				onRequest: (_, response) => response.writeHead(200, { Connection: "close" }).end("hello"),
			});
			return server.listen();
		}

		for (const [name, count, code, begin, sessions] of kinds) {
			it(`After ${count} ${name} the heaps are where they were after ten.`, async () => {
				const secure = { trusted, ...(sessions !== undefined && { sessions }) };
				const repetition: Repetition = {
					port: await begin(),
					path: "/",
					count,
					first: 10,
					behaviour: "read",
					...secure,
				};
				const marks = await repeat(run, LIBRARY, repetition);
				const resumed = server?.connections.filter(({ isSessionReused }) => isSessionReused).length ?? 0;
				if (sessions !== undefined) ok(resumed > count / 2, `${resumed} were resumed`);
				const [, ten, all] = marks.map(({ done, ...rest }) => rest);
				strictEqual(ten?.code, code);
				deepStrictEqual(all, ten);
			});
		}
	});
}
