/** https as the application sees it: what http does, TLS does not change. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import type http from "node:http";
import { skipUnlessBuilt } from "../desktop/host.js";
import { authorities, certificates } from "../servers/certificate-set.js";
import { TlsServer } from "../servers/tls.js";
import type { TlsConnection } from "../servers/tls-connection.js";
import { type Run, type runOne, runPlan, TLS_RUNS, versionsOf } from "./run.js";
import { secureContext, secureRequest } from "./secure.js";
import { pattern, patternSum } from "./server.js";

const LARGE = 3_000_000;

/** Answers by the path: "/SIZE" with so many bytes, "/chunked/SIZE" in chunks; a body's length and sum come back. */
function answer(request: http.IncomingMessage, response: http.ServerResponse): void {
	const parts: Buffer[] = [];
	request.on("data", (part) => parts.push(part));
	request.on("end", () => {
		const body = Buffer.concat(parts);
		if (request.method === "POST") {
			response.end(body.equals(pattern(body.length)) ? `${body.length}` : "another body");
			return;
		}
		const [, framing, size = framing] = (request.url as string).split("/");
		const bytes = pattern(Number(size));
		if (framing !== "chunked") response.setHeader("Content-Length", bytes.length);
		for (let at = 0; at < bytes.length; at += 10_000) response.write(bytes.subarray(at, at + 10_000));
		response.end();
	});
}

function isReused(connections: readonly TlsConnection[]): boolean {
	return connections.length === 1;
}

for (const run of TLS_RUNS) {
	describe(`https on the wire (${run.name})`, function () {
		this.timeout(120_000);
		const large = Math.ceil(LARGE / run.divisor);
		let server: TlsServer;
		let port: number;
		let trusted: string;

		before(async function () {
			skipUnlessBuilt(this, run.variant);
			trusted = [(await authorities.root()).pem, (await authorities.rsaRoot()).pem].join("");
		});
		afterEach(() => server?.close());

		async function serve(more: Partial<ConstructorParameters<typeof TlsServer>[0]> = {}): Promise<void> {
			server = new TlsServer({ certificate: await certificates.ec(), onRequest: answer, ...more });
			port = await server.listen();
		}

		for (const version of versionsOf(run)) {
			for (const key of ["ec", "rsaByRsa"] as const) {
				it(`GET and POST go over TLS ${version}, with a certificate of kind ${key}.`, async () => {
					await serve({ certificate: await certificates[key]() });
					const requests = [
						secureRequest(port, { path: "/10" }),
						secureRequest(port, { path: `/${large}` }),
						secureRequest(port, { path: `/chunked/${large}`, buffer: 16384 }),
						secureRequest(port, { method: "POST", body: { size: large, framing: "length" } }),
						secureRequest(port, { method: "POST", body: { size: large, framing: "chunked" } }),
					];
					const results = await runPlan(run, { contexts: [secureContext(trusted, version)], requests });
					for (const { message, tls } of results) {
						strictEqual(message, "");
						strictEqual(tls?.version, `TLSv${version}`);
						strictEqual(tls.protocol, "");
						strictEqual(tls.isResumed, false);
					}
					const sums = results.slice(0, 3).map(({ length, sum }) => [length, sum]);
					deepStrictEqual(
						sums,
						[10, large, large].map((length) => [length, patternSum(length)]),
					);
					for (const { length } of results.slice(3)) strictEqual(length, `${large}`.length);
					ok(isReused(server.connections));
					const [connection] = server.connections;
					strictEqual(connection?.protocol, `TLSv${version}`);
					strictEqual(connection.end, "close_notify");
				});
			}
		}

		it("The certificate, and what was agreed on, can be asked for.", async () => {
			await serve({ ALPNProtocols: ["http/1.1"] });
			const result = await runOneSecure(run, secureContext(trusted), secureRequest(port, { path: "/1" }));
			const { certificate, tls } = result;
			const { fingerprint256 } = await certificates.ec();
			strictEqual(certificate?.fingerprint, fingerprint256.replaceAll(":", "").toLowerCase());
			match(certificate.names, /^localhost, 127\.0\.0\.1, 0000:0000/);
			strictEqual(certificate.issuer, "CN=Test Root");
			strictEqual(tls?.protocol, "http/1.1");
			match(tls.cipher, /^TLS/);
		});

		it("The server is told the name, and never an address.", async () => {
			await serve();
			const hosts = ["localhost", "localhost:8443", "127.0.0.1", "[::1]"];
			const requests = hosts.map((host) => secureRequest(port, { host, path: "/1" }));
			for (const { message } of await runPlan(run, { contexts: [secureContext(trusted)], requests })) {
				strictEqual(message, "");
			}
			deepStrictEqual(
				server.connections.map(({ servername }) => servername),
				["localhost", "localhost", "", ""],
			);
		});

		it("ALPN offers what the vhost says, or the request.", async () => {
			await serve({ ALPNProtocols: ["x/2", "http/1.1"] });
			const contexts = [secureContext(trusted), secureContext(trusted, undefined, { alpn: "none,x/2" })];
			const requests = [
				secureRequest(port, { path: "/1" }),
				secureRequest(port, { path: "/1", context: 1 }),
				secureRequest(port, { path: "/1", context: 1, alpn: "http/1.1,x/2" }),
				secureRequest(port, { path: "/1", alpn: "nobody" }),
			];
			const results = await runPlan(run, { contexts, requests });
			deepStrictEqual(
				results.slice(0, 3).map(({ tls }) => tls?.protocol),
				["http/1.1", "x/2", "x/2"],
			);
			strictEqual(results[3]?.error, "tls:alert");
			match(results[3].message, /no_application_protocol/);
		});

		it("Connections with other checks, names or protocols are none of each other's.", async () => {
			await serve();
			const requests = [{}, {}, { sslConnection: 8 }, { host: "127.0.0.1" }, { alpn: "http/1.1,x" }, {}].map((more) =>
				secureRequest(port, { path: "/1", ...more }),
			);
			const contexts = [secureContext(trusted, undefined, { connections: 6 })];
			for (const { message } of await runPlan(run, { contexts, requests })) strictEqual(message, "");
			strictEqual(server.connections.length, 4);
		});

		it("A body that ends by close needs close_notify, and is truncated without it.", async () => {
			await serve({
				onRequest: (request, response, connection) => {
					response.shouldKeepAlive = false;
					response.useChunkedEncodingByDefault = false;
					response.removeHeader("transfer-encoding");
					response.writeHead(200, { Connection: "close" });
					response.write(pattern(5000), () => {
						if (request.url === "/cut") connection.cut();
						else response.end();
					});
				},
			});
			const requests = [secureRequest(port, { path: "/whole" }), secureRequest(port, { path: "/cut" })];
			const [whole, cut] = await runPlan(run, { contexts: [secureContext(trusted)], requests });
			strictEqual(whole?.message, "");
			strictEqual(whole.length, 5000);
			strictEqual(cut?.error, "tls:truncated");
			strictEqual(cut.delivered, "yes");
			strictEqual(cut.length, 5000);
		});

		it("A slow reader holds up the server, and loses nothing.", async () => {
			await serve();
			const size = Math.min(large, 300_000);
			const request = secureRequest(port, { path: `/${size}`, readAfter: 2, buffer: 65536 });
			const result = await runOneSecure(run, secureContext(trusted, undefined, { receiveBuffer: 8192 }), request);
			strictEqual(result.message, "");
			deepStrictEqual([result.length, result.sum], [size, patternSum(size)]);
		});

		it("Small buffers do as well.", async () => {
			await serve();
			const sizes = { receiveBuffer: 64, transmitBuffer: 64, headTable: 512, headFields: 8 };
			const requests = [
				secureRequest(port, { path: "/20000", buffer: 100 }),
				secureRequest(port, { method: "POST", body: { size: 3000, framing: "length" } }),
				secureRequest(port, { method: "POST", body: { size: 3000, framing: "chunked" } }),
			];
			const [got, ...sent] = await runPlan(run, { contexts: [secureContext(trusted, undefined, sizes)], requests });
			strictEqual(got?.message, "");
			strictEqual(got.sum, patternSum(20000));
			for (const { message, length } of sent) deepStrictEqual([message, length], ["", 4]);
		});

		it("Without LCCSCF_USE_SSL a context with TLS speaks plainly, and the other way round it says what is missing.", async () => {
			await serve();
			const plain = { port, path: "/", host: "localhost" };
			const result = await runOneSecure(run, secureContext(trusted), plain);
			ok(["h1:not-http", "h1:empty-reply", "tcp:reset"].includes(result.error), result.error);
		});
	});
}

async function runOneSecure(
	run: Run,
	context: ReturnType<typeof secureContext>,
	request: Parameters<typeof runOne>[1],
) {
	const [result] = await runPlan(run, { contexts: [context], requests: [request] });
	return result as NonNullable<typeof result>;
}
