/** CAs, certificates and keys: as files and as bytes, PEM and DER, and what is said of those that cannot be used. */
import { match, strictEqual } from "node:assert";
import { createPrivateKey } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { authorities, certificates } from "../servers/certificate-set.js";
import { TlsServer } from "../servers/tls.js";
import { LIBRARY } from "../wire/run.js";
import { type Outcome, Programs, runHost, skipUnlessBuilt, type Variant } from "./host.js";

/** Fetches "/" and prints the status, or why there is none; `info` is what createContext is told besides. */
const PROGRAM = `
import * as lws from "lws-xs";
import { readFile } from "lws-xs/host/trust";
const [port, text] = argv;
const { files = {}, ...info } = JSON.parse(text);
for (const [name, path] of Object.entries(files)) info[name] = readFile(path);
try {
	const context = lws.createContext({
		...info,
		options: lws.LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
		protocols: [{ name: "p", callback(wsi, reason, user, input) {
			if (reason === lws.LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP) console.log(lws.httpClientHttpResponse(wsi));
			else if (reason === lws.LWS_CALLBACK_CLIENT_CONNECTION_ERROR) console.log(input.message);
			else if (reason === lws.LWS_CALLBACK_RECEIVE_CLIENT_HTTP) lws.httpClientRead(wsi, new Uint8Array(99));
			else if (reason === lws.LWS_CALLBACK_WSI_DESTROY) lws.contextDestroy(context);
		} }],
	});
	lws.clientConnectViaInfo({
		context, address: "127.0.0.1", port: Number(port), host: "localhost", path: "/", method: "GET",
		sslConnection: lws.LCCSCF_USE_SSL,
	});
} catch (error) {
	console.log("throws " + error.message);
}
`;

/** Two vhosts with certificates that were parsed once; prints what each has fetched, and what of mbedTLS is left at the end. */
const SHARED = `
import * as lws from "lws-xs";
import { collect, statistics } from "desktop/memory";
import Timer from "timer";
const [port, sslCaFilepath] = argv;
const options = lws.LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | lws.LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
let left = 2, context = lws.createContext({ options });
let providedClientSslCtx = lws.createClientSslCtx(context, { sslCaFilepath });
const protocols = [{ name: "p", callback(wsi, reason, user, input) {
	if (reason === lws.LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP) console.log(wsi.vhost.name, lws.httpClientHttpResponse(wsi));
	else if (reason === lws.LWS_CALLBACK_CLIENT_CONNECTION_ERROR) console.log(wsi.vhost.name, input.message);
	else if (reason === lws.LWS_CALLBACK_RECEIVE_CLIENT_HTTP) lws.httpClientRead(wsi, new Uint8Array(99));
	else if (reason === lws.LWS_CALLBACK_WSI_DESTROY && --left === 0) {
		lws.contextDestroy(context);
		Timer.set(() => {
			context = providedClientSslCtx = undefined;
			for (const name of ["a", "b"]) vhosts[name] = undefined;
			Timer.set(() => {
				collect();
				console.log("left", statistics().tlsHeap);
			}, 10);
		}, 10);
	}
} }];
const vhosts = {};
for (const name of ["a", "b"]) {
	const vhost = (vhosts[name] = lws.createVhost(context, { name, protocols }));
	lws.initVhostClientSsl({ options, providedClientSslCtx }, vhost);
	lws.clientConnectViaInfo({
		context, vhost, address: "127.0.0.1", port: Number(port), host: "localhost", path: "/", method: "GET",
		sslConnection: lws.LCCSCF_USE_SSL,
	});
}
`;

for (const variant of ["64", "tls2"] as Variant[]) {
	describe(`Certificates and keys (${variant})`, function () {
		this.timeout(20_000);
		const programs = new Programs();
		const program = programs.write("fetch.js", PROGRAM);
		let server: TlsServer;
		let port: number;

		before(async function () {
			skipUnlessBuilt(this, variant);
			server = new TlsServer({
				certificate: await certificates.ec(),
				requestCert: true,
				rejectUnauthorized: false,
				ca: (await authorities.clients()).pem,
				onRequest: (_, response) => response.end("ok"),
			});
			port = await server.listen();
		});
		after(async () => {
			await server?.close();
			programs.remove();
		});

		function file(name: string, content: string | Uint8Array): string {
			const path = join(programs.folder, name);
			writeFileSync(path, content);
			return path;
		}

		async function fetchWith(info: object, environment: Record<string, string> = {}): Promise<string> {
			server.reset();
			const args = [...LIBRARY, program, `${port}`, JSON.stringify(info)];
			const { stdout, stderr, code }: Outcome = await runHost(variant, args, { environment });
			strictEqual(stderr, "");
			strictEqual(code, 0);
			return stdout.trim();
		}

		it("take CAs as PEM and DER, as files and as bytes, and several in one PEM.", async () => {
			const { pem, der } = await authorities.root();
			const several = `words before\n${(await authorities.unknown()).pem}between\n${pem}behind`;
			for (const [name, content] of Object.entries({ "ca.pem": pem, "ca.der": der, "several.pem": several })) {
				const path = file(name, content);
				strictEqual(await fetchWith({ sslCaFilepath: path }), "200", name);
				strictEqual(await fetchWith({ files: { sslCaMem: path } }), "200", name);
			}
		});

		it("take those of the machine, where SSL_CERT_FILE says, when nothing is said.", async () => {
			const trusted = file("system.pem", (await authorities.root()).pem);
			strictEqual(await fetchWith({}, { SSL_CERT_FILE: trusted }), "200");
			match(await fetchWith({}), /^tls:unknown-ca: .*CN=Test Root/);
			match(await fetchWith({}, { SSL_CERT_FILE: "/nowhere.pem" }), /^throws .*\/nowhere\.pem/);
		});

		it("are parsed once for several vhosts, as providedClientSslCtx, and outlive the first that ends.", async () => {
			const trusted = file("shared.pem", (await authorities.root()).pem);
			const shared = programs.write("shared.js", SHARED);
			server.reset();
			const { stdout, stderr } = await runHost(variant, [...LIBRARY, shared, `${port}`, trusted]);
			strictEqual(stderr, "");
			match(stdout, /^([ab]) 200\n(?!\1)[ab] 200\nleft 0\n$/);
		});

		it("take a certificate with its key, PEM and DER, and the chain behind it.", async () => {
			const sslCaFilepath = file("ca.pem", (await authorities.root()).pem);
			const { certPem, der, keyPem, fingerprint256 } = await certificates.client();
			const key = createPrivateKey(keyPem);
			const forms: [string, string | Uint8Array, string | Uint8Array][] = [
				["PEM", certPem, keyPem],
				["DER", der, key.export({ type: "pkcs8", format: "der" })],
				["SEC 1", certPem, key.export({ type: "sec1", format: "pem" })],
			];
			for (const [name, certificate, privateKey] of forms) {
				const sslCertFilepath = file("client.crt", certificate);
				const sslPrivateKeyFilepath = file("client.key", privateKey);
				strictEqual(await fetchWith({ sslCaFilepath, sslCertFilepath, sslPrivateKeyFilepath }), "200", name);
				strictEqual(server.connections[0]?.clientCertificate?.fingerprint256, fingerprint256, name);
				const files = { sslCertMem: sslCertFilepath, sslPrivateKeyMem: sslPrivateKeyFilepath };
				strictEqual(await fetchWith({ sslCaFilepath, files }), "200", name);
			}
		});

		it("take a key under a password, and say when that is another one, without saying which.", async () => {
			const sslCaFilepath = file("ca.pem", (await authorities.root()).pem);
			const certificate = await certificates.client();
			const sslCertFilepath = file("client.crt", certificate.certPem);
			// 2.28 knows the newer form with older ciphers only
			const forms = variant === "64" ? (["pkcs8", "traditional"] as const) : (["traditional"] as const);
			for (const form of forms) {
				const sslPrivateKeyFilepath = file("client.key", certificate.encryptedKeyPem("open sesame", form));
				const info = { sslCaFilepath, sslCertFilepath, sslPrivateKeyFilepath };
				strictEqual(await fetchWith({ ...info, sslPrivateKeyPassword: "open sesame" }), "200", form);
				const wrong = await fetchWith({ ...info, sslPrivateKeyPassword: "close sesame" });
				match(wrong, /^throws sslPrivateKey: the private key cannot be read, or not with this password/);
				strictEqual(wrong.includes("sesame"), false);
				match(await fetchWith(info), /^throws sslPrivateKey: the private key cannot be read/);
			}
		});

		it("name what cannot be used.", async () => {
			const { certPem } = await certificates.client();
			const other = await certificates.unknownClient();
			const cert = file("client.crt", certPem);
			const cases: [object, RegExp][] = [
				[{ sslCaFilepath: file("empty", "") }, /^throws sslCaFilepath: no CA certificate can be read/],
				[{ sslCaFilepath: file("garbage", "what is this?") }, /^throws sslCaFilepath: no CA/],
				[{ sslCaFilepath: file("half.pem", certPem.slice(0, 200)) }, /^throws sslCaFilepath: no CA/],
				[{ sslCaFilepath: "/nowhere/ca.pem" }, /^throws sslCaFilepath: \/nowhere\/ca\.pem: No such file/],
				[{ sslCaFilepath: programs.folder }, /^throws sslCaFilepath: .*: Is a directory/],
				[
					{ sslCertFilepath: file("bad.crt", "no"), sslPrivateKeyFilepath: file("any.key", other.keyPem) },
					/^throws sslCert: the certificate cannot be read/,
				],
				[
					{ sslCertFilepath: cert, sslPrivateKeyFilepath: file("other.key", other.keyPem) },
					/^throws sslPrivateKey: the private key is not that of the certificate/,
				],
				[
					{ sslCertFilepath: cert, sslPrivateKeyFilepath: file("bad.key", "no") },
					/^throws sslPrivateKey: .*cannot be read/,
				],
				[{ sslCipherList: "nonsense" }, /^throws sslCipherList: no suite of TLS 1\.2 is known/],
			];
			for (const [info, message] of cases) match(await fetchWith(info), message, JSON.stringify(info));
		});

		if (variant === "tls2") {
			it("and TLS 1.3 is refused by the build that does not have it.", async () => {
				match(await fetchWith({ sslMinimumVersion: "1.3" }), /^throws sslMinimumVersion is above the highest version/);
			});
		}
	});
}
