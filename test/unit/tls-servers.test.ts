/** The servers for the tests of TLS, tried with Node's own client. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { authorities, certificates } from "../servers/certificate-set.js";
import { get, talk } from "../servers/node-client.js";
import { OpensslServer, skipWithoutOpenssl } from "../servers/openssl.js";
import { until } from "../servers/sockets.js";
import { TlsServer, type TlsServerOptions } from "../servers/tls.js";

describe("Node's TLS as a server for tests", () => {
	let server: TlsServer | undefined;
	afterEach(() => server?.close());

	async function begin(options: Partial<TlsServerOptions> = {}, host?: string): Promise<number> {
		server = new TlsServer({ certificate: await certificates.ec(), ...options });
		return server.listen(host);
	}

	/** The connection of that number, gone. */
	async function record(index = 0) {
		const connection = server?.connections.at(index);
		ok(connection);
		await connection.closed;
		return connection;
	}

	it("It records what was agreed on, and what came.", async () => {
		const port = await begin({ ALPNProtocols: ["h2", "http/1.1"] });
		await talk(port, "hello", { ALPNProtocols: ["http/1.1"] });
		const { servername, alpnProtocol, protocol, received, end, isSecure, clientCertificate } = await record();
		deepStrictEqual(
			{ servername, alpnProtocol, protocol, received, end, isSecure, clientCertificate },
			{
				servername: "localhost",
				alpnProtocol: "http/1.1",
				protocol: "TLSv1.3",
				received: 5,
				end: "close_notify",
				isSecure: true,
				clientCertificate: undefined,
			},
		);
	});

	it("Version, ciphers, signatures and curves are what the options say.", async () => {
		const ciphers = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256";
		const certificate = [await certificates.ec(), await certificates.rsa()];
		const port = await begin({
			maxVersion: "TLSv1.2",
			ciphers,
			certificate,
			ecdhCurve: "P-384",
			sigalgs: "RSA+SHA256",
		});
		const { error } = await talk(port, "x");
		strictEqual(error, "");
		const { protocol, cipher } = await record();
		strictEqual(`${protocol} ${cipher}`, "TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
		strictEqual((await talk(port, "x", { minVersion: "TLSv1.3" })).error, "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION");
		strictEqual((await record(1)).error, "ERR_SSL_UNSUPPORTED_PROTOCOL");
		strictEqual((await talk(port, "x", { ecdhCurve: "P-256" })).error, "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE");
	});

	it("A client that does not trust it sends no byte of the application, and an alert.", async () => {
		const port = await begin({ certificate: await certificates.unknownAuthority() });
		await talk(port, "secret");
		const { received, rawReceived } = await record();
		strictEqual(received, 0);
		ok(rawReceived > 100);
	});

	it("It tells a FIN and a RST from a close_notify.", async () => {
		const port = await begin();
		for (const how of ["fin", "reset"] as const) {
			const raw = net.connect(port, "127.0.0.1");
			const socket = tls.connect({ socket: raw, ca: (await authorities.root()).pem, servername: "localhost" });
			socket.on("error", () => {});
			await once(socket, "secureConnect");
			await new Promise((resolve) => socket.write("hello", resolve));
			if (how === "fin") raw.destroy();
			else raw.resetAndDestroy();
			const connection = await record(-1);
			strictEqual(`${connection.end} ${connection.received}`, how === "fin" ? "fin 5" : `reset ${connection.received}`);
		}
	});

	it("A FIN in a handshake is recorded as one.", async () => {
		const port = await begin();
		const client = net.connect(port, "127.0.0.1");
		client.on("error", () => {}).end(Buffer.from("1603010200", "hex"));
		await until(() => server?.connections.length === 1);
		const { end, isSecure, error } = await record();
		strictEqual(`${end} ${isSecure} ${error}`, "fin false ECONNRESET");
	});

	for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
		for (const sessions of ["tickets", "ids", "none"] as const) {
			const isResumed = sessions === "tickets" || (sessions === "ids" && maxVersion === "TLSv1.2");
			it(`Sessions by ${sessions} are ${isResumed ? "" : "not "}resumed (${maxVersion}).`, async () => {
				const port = await begin({ maxVersion, sessions, onSecure: (socket) => socket.resume().end("x") });
				let session: Buffer | undefined;
				const ca = (await authorities.root()).pem; // a session that was not verified is not told
				const first = tls.connect({ port, host: "127.0.0.1", servername: "localhost", ca });
				first.on("session", (bytes) => {
					session = bytes;
				});
				first.resume();
				await once(first, "close");
				await talk(port, "", { session });
				strictEqual((await record(0)).isSessionReused, false);
				strictEqual((await record(1)).isSessionReused, isResumed);
			});
		}

		it(`Certificates of clients: good, missing, unknown (${maxVersion}).`, async () => {
			const ca = (await authorities.clients()).pem;
			const port = await begin({ maxVersion, requestCert: true, rejectUnauthorized: true, ca });
			const good = await certificates.client();
			const unknown = await certificates.unknownClient();
			await talk(port, "x", { cert: good.chainPem, key: good.keyPem });
			const { isAuthorized, clientCertificate, received } = await record();
			strictEqual(`${isAuthorized} ${received}`, "true 1");
			strictEqual(clientCertificate?.fingerprint256, good.fingerprint256);
			await talk(port, "x");
			await talk(port, "x", { cert: unknown.chainPem, key: unknown.keyPem });
			strictEqual((await record(1)).isSecure || (await record(2)).isSecure, false);
			ok((await record(1)).error !== "" && (await record(2)).error !== "");
		});

		it(`HTTP: a response, one without end, one cut by FIN and by RST (${maxVersion}).`, async () => {
			const port = await begin({
				maxVersion,
				onRequest: async (request, response, connection) => {
					const [, how = "", kind] = (request.url ?? "").split("/");
					response.sendDate = false;
					if (how === "good") return response.end("good");
					if (kind === "close") response.shouldKeepAlive = false;
					response.writeHead(200, kind === "length" ? { "Content-Length": 100 } : { Connection: "close" });
					response.write("part");
					connection.cut(how as "fin" | "reset");
				},
			});
			strictEqual(await get(port, { path: "/good" }), "200 good");
			strictEqual(await get(port, { path: "/fin/length" }), "ECONNRESET part");
			match(await get(port, { path: "/reset/length" }), /^ECONNRESET/);
			ok((await record()).received > 50);
		});
	}

	it("It listens on ::1 and on 127.0.0.1 with one port.", async function () {
		const port = await begin();
		await server?.listen("::1", port).catch(() => this.skip());
		strictEqual((await talk(port, "x", { host: "::1" })).error, "");
	});
});

describe("openssl s_server as a server for tests", () => {
	let server: OpensslServer | undefined;
	before(function () {
		skipWithoutOpenssl(this);
	});
	afterEach(() => server?.close());

	it("It answers with a page about the connection, and with files.", async () => {
		const certificate = await certificates.viaIntermediate();
		server = await OpensslServer.start({ certificate, mode: "status", version: "tls1_2" });
		match(await get(server.port), /^200 [\s\S]*TLSv1.2/);
		await server.close();
		const second = await certificates.rsa();
		server = await OpensslServer.start({ certificate, second, mode: "files", files: { "a.txt": "contents" } });
		match(await get(server.port, { path: "/a.txt" }), /contents/);
	});

	it("It sends back reversed lines, in the given cipher and group, without tickets.", async () => {
		const certificate = await certificates.ec();
		const how = { tickets: false, ciphersuites: "TLS_CHACHA20_POLY1305_SHA256", groups: "P-384" };
		server = await OpensslServer.start({ certificate, mode: "reverse", ...how });
		const socket = tls.connect({ port: server.port, host: "127.0.0.1", rejectUnauthorized: false });
		socket.write("hello\n");
		const [data] = await once(socket, "data");
		strictEqual(`${data}`, "olleh\n");
		strictEqual(socket.getCipher().standardName, "TLS_CHACHA20_POLY1305_SHA256");
		socket.destroy();
	});

	for (const { version, letter, form } of [
		{ version: "tls1_2", letter: "r", form: /<<< .*ClientHello[\s\S]*<<< .*ClientHello/ },
		{ version: "tls1_3", letter: "K", form: />>> .*KeyUpdate/ },
	] as const) {
		it(`Lines, ${letter === "r" ? "a renegotiation" : "new keys"}, the client's close_notify (${version}).`, async () => {
			server = await OpensslServer.start({ certificate: await certificates.ec(), version, messages: true });
			const socket = tls.connect({ port: server.port, host: "127.0.0.1", rejectUnauthorized: false });
			socket.write("hello\n");
			await server.waitFor(/^hello$/m);
			server.type(`${letter}\n`);
			await server.waitFor(form);
			server.type("good day\n");
			strictEqual(`${(await once(socket, "data"))[0]}`, "good day\n");
			socket.end();
			await server.waitFor(/<<< .*Alert.*close_notify/);
		});
	}

	it("It wants a certificate.", async () => {
		const clientAuthority = (await authorities.clients()).pem;
		server = await OpensslServer.start({ certificate: await certificates.ec(), mode: "status", clientAuthority });
		match(await get(server.port), /^ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED/);
		const { chainPem: cert, keyPem: key } = await certificates.client();
		match(await get(server.port, { cert, key }), /^200/);
	});
});
