/** https: what passes and what does not, with curl's exit codes, and beside curl where it is installed. */
import { doesNotMatch, match, ok, strictEqual } from "node:assert";
import { existsSync } from "node:fs";
import { authorities, certificates } from "../servers/certificate-set.js";
import type { Authority, Certificate } from "../servers/certificates.js";
import { TlsServer, type TlsServerOptions } from "../servers/tls.js";
import { CURL, Folder, Recorder, run, TOOL, withRaw } from "./tool.js";

const SECRET = "s3cret-phrase";
const { CURL_CA_BUNDLE: _, SSL_CERT_FILE: __, SSL_CERT_DIR: ___, ...ENV } = process.env;
/** 32 bytes that are no key's hash. */
const OTHER_PIN = `sha256//${"A".repeat(43)}=`;

type Case = [name: string, args: () => string[], code: number, cause?: RegExp];

describe("the tool over TLS", function () {
	this.timeout(20_000);
	const folder = new Folder();
	const plain = new Recorder();
	const servers: TlsServer[] = [];
	const ports: Record<string, number> = {};
	let root: Authority;
	let pin: string;
	/** Of the server with a good certificate. */
	let good: TlsServer;

	async function serve(name: string, options: TlsServerOptions): Promise<TlsServer> {
		const server = new TlsServer({
			onRequest: (request, response) => {
				response.setHeader("X-Given", "plain");
				if (request.url === "/close") response.setHeader("Connection", "close");
				let count = 0;
				request.on("data", ({ length }) => (count += length));
				request.on("end", () => response.end(`${request.method} ${request.headers.host} ${count}`));
			},
			...options,
		});
		ports[name] = await server.listen();
		servers.push(server);
		return server;
	}

	before(async () => {
		await plain.listen();
		root = await authorities.root();
		const ec = await certificates.ec();
		pin = ec.pin;
		good = await serve("good", { certificate: ec, ALPNProtocols: ["http/1.1"] });
		await serve("old", { certificate: ec, maxVersion: "TLSv1.2" });
		await serve("new", { certificate: ec, minVersion: "TLSv1.3" });
		await serve("unknown", { certificate: await certificates.unknownAuthority() });
		await serve("self", { certificate: await certificates.selfSigned() });
		await serve("expired", { certificate: await certificates.expired() });
		await serve("name", { certificate: await certificates.wrongName() });
		const unknown = await authorities.unknown();
		// a server that sends its CA, too
		const whole: Certificate = Object.create(await certificates.unknownAuthority());
		Object.defineProperty(whole, "chainPem", { value: whole.certPem + unknown.pem });
		await serve("whole", { certificate: whole });
		const asking = { certificate: ec, requestCert: true, rejectUnauthorized: true };
		const clients = await authorities.clients();
		await serve("asks", { ...asking, ca: clients.pem });
		await serve("asksOld", { ...asking, ca: clients.pem, maxVersion: "TLSv1.2" });
		const client = await certificates.client();
		folder.write("ca.pem", root.pem);
		folder.write("unknown.pem", unknown.pem);
		folder.write("garbage", "garbage\n");
		folder.write("client.pem", client.certPem);
		folder.write("client.key", client.keyPem);
		folder.write("both.pem", client.certPem + client.keyPem);
		folder.write("locked.key", client.encryptedKeyPem(SECRET));
		folder.write("locked.pem", client.encryptedKeyPem(SECRET, "traditional") + client.certPem);
		folder.write("with:colon.pem", client.certPem + client.keyPem);
		folder.write("other.key", (await certificates.unknownClient()).keyPem);
	});
	beforeEach(() => good.reset());
	after(async () => {
		plain.close();
		await Promise.all(servers.map((server) => server.close()));
		folder.remove();
	});

	const u = (name: string, path = "/", host = "localhost") => `https://${host}:${ports[name]}${path}`;
	const t = (args: string[], env: NodeJS.ProcessEnv = {}, input?: string) =>
		run(TOOL, args, { cwd: folder.path, env: { ...ENV, ...env }, input });
	const trusting = (...args: string[]) => ["--cacert", "ca.pem", ...args];

	const CASES: Case[] = [
		["a server that is trusted", () => trusting(u("good")), 0],
		["its address", () => trusting(u("good", "/", "127.0.0.1")), 0],
		["an upper-case scheme", () => trusting(u("good").replace("https", "HTTPS")), 0],
		["a server with an unknown CA", () => trusting(u("unknown")), 60, /tls:unknown-ca: .*\(add the CA CN=Unknown Root/],
		["a server that only the machine's CAs could know", () => [u("good")], 60, /tls:unknown-ca/],
		["a certificate that has signed itself", () => trusting(u("self")), 60, /tls:self-signed/],
		["an expired certificate", () => trusting(u("expired")), 60, /tls:expired/],
		["a certificate for another name", () => trusting(u("name")), 60, /tls:host-mismatch: .*wrong\.example\.test/],
		["-k and an unknown CA", () => ["-k", u("unknown")], 0],
		["-k and an expired certificate", () => ["-k", u("expired")], 0],
		["-k and another name", () => ["-k", u("name")], 0],
		["-k and no CA file", () => ["-k", "--cacert", "missing", u("good")], 0],
		["-k and a bad CA file", () => ["-k", "--cacert", "garbage", u("good")], 0],
		["a CA file that is not there", () => ["--cacert", "missing", u("good")], 77, /tls:ca-file: missing: No such file/],
		["a CA file without a certificate", () => ["--cacert", "garbage", u("good")], 77, /tls:ca-file: garbage: no CA/],
		["a CA file for http", () => ["--cacert", "missing", plain.origin], 0],
		["no certificate of the client", () => trusting(u("asks")), 56, /tls:certificate-required/],
		["no certificate of the client, TLS 1.2", () => trusting(u("asksOld")), 35, /tls:certificate-required/],
		["--cert and --key", () => trusting("--cert", "client.pem", "--key", "client.key", u("asks")), 0],
		["--cert and --key, TLS 1.2", () => trusting("-E", "client.pem", "--key", "client.key", u("asksOld")), 0],
		["--cert with both in one file", () => trusting("-E", "both.pem", u("asks")), 0],
		["--cert with a colon in its name", () => trusting("-E", "with\\:colon.pem", u("asks")), 0],
		["--cert with a password", () => trusting("-E", `client.pem:${SECRET}`, "--key", "locked.key", u("asks")), 0],
		["--cert with a locked key in it", () => trusting("-E", `locked.pem:${SECRET}`, u("asks")), 0],
		["--pass", () => trusting("-E", "locked.pem", "--pass", SECRET, u("asks")), 0],
		["--key without --cert", () => trusting("--key", "missing", u("good")), 0],
		["a certificate that is not there", () => trusting("-E", "missing", u("asks")), 58, /local-certificate: missing/],
		["one that no server asks for", () => trusting("-E", "missing", u("good")), 58],
		["one that is none", () => trusting("-E", "garbage", u("asks")), 58, /garbage: the certificate cannot be read/],
		["a key that is not there", () => trusting("-E", "both.pem", "--key", "missing", u("asks")), 58],
		["a certificate without a key", () => trusting("-E", "client.pem", u("asks")), 58, /client\.pem: the private key/],
		["another's key", () => trusting("-E", "client.pem", "--key", "other.key", u("asks")), 58, /other\.key/],
		["a wrong password", () => trusting("-E", "locked.pem", "--pass", `${SECRET}2`, u("asks")), 58, /password/],
		["a pin", () => trusting("--pinnedpubkey", pin, u("good")), 0],
		["several pins", () => trusting("--pinnedpubkey", `${OTHER_PIN};${pin}`, u("good")), 0],
		["a pin beside what is none", () => trusting("--pinnedpubkey", `sha256//AAAA;${pin}`, u("good")), 0],
		["another pin", () => trusting("--pinnedpubkey", OTHER_PIN, u("good")), 90, /tls:pin-mismatch/],
		["another pin with -k", () => ["-k", "--pinnedpubkey", OTHER_PIN, u("good")], 90, /tls:pin-mismatch/],
		["what is no pin", () => ["-k", "--pinnedpubkey", "sha256//AAAA", u("good")], 90, /tls:pin-mismatch/],
		["--tlsv1.3 and a server with 1.2", () => trusting("--tlsv1.3", u("old")), 35, /tls:protocol-version/],
		["--tlsv1.2 and a server with 1.2", () => trusting("--tlsv1.2", u("old")), 0],
		["--tlsv1.2 and a server with 1.3", () => trusting("--tlsv1.2", u("new")), 0],
		["--tls-max 1.2 and a server with 1.3", () => trusting("--tls-max", "1.2", u("new")), 35, /tls:protocol-version/],
		["--tls-max default", () => trusting("--tls-max", "default", "--tlsv1.3", u("new")), 0],
		["--tls-max 1.1", () => trusting("--tls-max", "1.1", u("good")), 35, /TLS 1\.1 is not built in/],
		["--tls-max 1.0", () => trusting("--tls-max", "1.0", u("good")), 35, /TLS 1\.0 is not built in/],
		["--tls-max below the minimum", () => trusting("--tlsv1.3", "--tls-max", "1.2", u("good")), 35, /exclude/],
		["--tls-max 1.5", () => ["--tls-max", "1.5", plain.origin], 2, /--tls-max wants/],
		["ciphers", () => trusting("--ciphers", "ECDHE-ECDSA-AES256-GCM-SHA384", u("old")), 0],
		["ciphers, one of them unknown", () => trusting("--ciphers", "X:ECDHE-ECDSA-AES256-GCM-SHA384", u("old")), 0],
		["ciphers that the server lacks", () => trusting("--ciphers", "ECDHE-RSA-AES128-GCM-SHA256", u("old")), 35],
		["unknown ciphers", () => trusting("--ciphers", "X:Y", u("good")), 59, /tls:ciphers: .*"X:Y"/],
		["ciphers of 1.3 for 1.2", () => trusting("--ciphers", "TLS_AES_128_GCM_SHA256", u("good")), 59],
		["ciphers of 1.3", () => trusting("--tls13-ciphers", "TLS_AES_256_GCM_SHA384", u("new")), 0],
		["unknown ciphers of 1.3", () => trusting("--tls13-ciphers", "X", u("good")), 59, /tls:ciphers/],
		["TLS where there is none", () => ["-k", plain.origin.replace("http", "https")], 35, /tls:not-tls/],
		["http where there is TLS", () => [u("good").replace("https", "http")], 52],
	];
	for (const [name, args, code, cause] of CASES) {
		it(`Exit ${code}: ${name}.`, async () => {
			const all = ["-sS", "-o", "/dev/null", ...args()];
			const { code: ours, stderr } = await t(all);
			strictEqual(ours, code, stderr);
			if (code !== 0) match(stderr, new RegExp(`^lws-xs: \\(${code}\\) [a-z0-9]+:[a-z-]+: [^\n]+\n$`));
			if (cause) match(stderr, cause);
			doesNotMatch(stderr, new RegExp(SECRET));
			// a curl that may use the plain server's end as it likes
			if (CURL && name !== "http where there is TLS") {
				const theirs = await run(CURL, all, { cwd: folder.path, env: ENV });
				strictEqual(ours, theirs.code, theirs.stderr);
			}
		});
	}

	it("Each option of ours loosens one check and no other.", async () => {
		const passes: Record<string, string> = {
			"--allow-selfsigned": "unknown",
			"--allow-expired": "expired",
			"--skip-hostname": "name",
		};
		for (const [option, its] of Object.entries(passes)) {
			for (const name of ["good", "unknown", "self", "expired", "name"]) {
				const { code, stderr } = await t(trusting("-sS", option, u(name)));
				const isPassing = name === "good" || name === its || (name === "self" && its === "unknown");
				strictEqual(code, isPassing ? 0 : 60, `${option} ${name} ${stderr}`);
			}
		}
	});

	it("CURL_CA_BUNDLE comes before SSL_CERT_FILE, --cacert before both.", async () => {
		const ca = folder.at("ca.pem");
		const other = folder.at("unknown.pem");
		strictEqual((await t(["-s", u("good")], { SSL_CERT_FILE: ca })).code, 0);
		strictEqual((await t(["-s", u("good")], { CURL_CA_BUNDLE: ca, SSL_CERT_FILE: other })).code, 0);
		strictEqual((await t(["-s", u("good")], { CURL_CA_BUNDLE: other, SSL_CERT_FILE: ca })).code, 60);
		strictEqual((await t(["-s", u("good")], { CURL_CA_BUNDLE: "missing" })).code, 77);
		strictEqual((await t(["-s", u("good")], { SSL_CERT_FILE: folder.at("missing") })).code, 77);
		strictEqual((await t(["-s", "--cacert", "ca.pem", u("good")], { CURL_CA_BUNDLE: other })).code, 0);
	});

	it("Several URLs use one connection, and -i shows heads as plaintext, also between http and https.", async () => {
		const args = [
			"-s",
			"-i",
			"-w",
			"%{num_connects} %{url_effective}\n",
			u("good", "/a"),
			plain.origin,
			u("good", "/b"),
		];
		const { code, stdout } = await t(trusting(...args));
		strictEqual(code, 0);
		strictEqual(good.connections.length, 1);
		match(stdout, /^HTTP\/1\.1 200 OK\r\nX-Given: plain\r\n/);
		strictEqual(stdout.match(/HTTP\/1\.1 200 OK/g)?.length, 3);
		match(stdout, /GET localhost:\d+ 01 https:\/\/localhost:\d+\/a\n/);
		match(stdout, /\r\n\r\nGET localhost:\d+ 00 https:\/\/localhost:\d+\/b\n$/);
		match((await t(trusting("-sI", u("good")))).stdout, /^HTTP\/1\.1 200 OK\r\nX-Given: plain\r\n.*\r\n\r\n$/s);
	});

	it("Bodies go both ways.", async () => {
		folder.write("big", Buffer.alloc(300_000, "x"));
		match((await t(trusting("-s", "-T", "big", u("good", "/x")))).stdout, /^PUT localhost:\d+ 300000$/);
		match((await t(trusting("-s", "-d", "a=b", u("good")))).stdout, /^POST localhost:\d+ 3$/);
		match((await t(trusting("-s", "-T", "-", u("good", "/x")), {}, "input")).stdout, /^PUT localhost:\d+ 5$/);
	});

	it("-w tells when TLS stood, --stats counts ciphertext.", async () => {
		const format = "%{time_connect} %{time_appconnect} %{time_starttransfer} %{time_total} %{size_download}\n";
		const files = ["-o", "/dev/null", "-o", "/dev/null"];
		const { stdout, stderr } = await t(trusting("-s", ...files, "--stats", "-w", format, u("good"), u("good")));
		const [first = [], second = []] = stdout.split("\n").map((line) => line.split(" ").map(Number));
		const [connect = 0, secured = 0, started = 0, total = 0, size = 0] = first;
		ok(connect > 0 && secured > connect && started > secured && total >= started, stdout);
		strictEqual(size, `GET localhost:${ports.good} 0`.length);
		strictEqual(second[1], 0);
		const { bytesIn, bytesOut, tlsHeapPeak } = JSON.parse(stderr);
		ok(bytesIn > 1000 && bytesOut > 400 && tlsHeapPeak > 10_000, stderr);
	});

	it("http pays nothing for TLS.", async () => {
		const { stderr } = await t(["-s", "-o", "/dev/null", "--stats", "-k", "--ciphers", "X", plain.origin]);
		strictEqual(JSON.parse(stderr).tlsHeapPeak, 0);
	});

	it("https runs in a heap of 72K.", async () => {
		const { code, stderr } = await t(trusting("-s", "-o", "/dev/null", "--heap", "72K", u("good")));
		strictEqual(code, 0, stderr);
	});

	it("-v tells what TLS has come to, the certificate, and what was not checked.", async () => {
		const all = (await t(trusting("-v", "-s", "-o", "/dev/null", u("good")))).stderr;
		match(all, /^\* TLS connection using TLSv1\.3 \/ TLS1-3-/m);
		match(all, /^\* ALPN: server accepted http\/1\.1$/m);
		match(all, /^\* {2}names: localhost, 127\.0\.0\.1/m);
		match(all, /^\* {2}start date: \d{4}-.* UTC\n\* {2}expire date: \d{4}-.* UTC\n\* {2}issuer: CN=Test Root$/m);
		ok(all.includes(`*  public key: ${pin}\n`));
		match(all, /^\* The certificate is verified\n> GET \/ HTTP\/1\.1$/m);
		match(all, /^< X-Given: plain$/m);
		const loose = (await t(trusting("-v", "-s", "--skip-hostname", "--allow-expired", u("good")))).stderr;
		match(loose, /^\* Not checked: name, dates$/m);
		match((await t(["-v", "-sk", u("good")])).stderr, /^\* Not checked: chain, name, dates$/m);
		const again = (await t(trusting("-v", "-s", u("good", "/close"), u("good", "/close")))).stderr;
		match(again, /^\* The session of an earlier connection is resumed/m);
		strictEqual(again.match(/Server certificate/g)?.length, 1);
	});

	it("-v shows no secret.", async () => {
		const { code, stderr, stdout } = await t(trusting("-v", "-E", `locked.pem:${SECRET}`, u("asks")));
		strictEqual(code, 0, stderr);
		doesNotMatch(stdout + stderr, new RegExp(`${SECRET}|PRIVATE KEY`));
		doesNotMatch((await t([`--pass=${SECRET}`, u("good")])).stderr, new RegExp(SECRET));
	});

	it("--show-ca writes the CA that the server sends, which is then the right one.", async () => {
		const { code, stdout, stderr } = await t(["--show-ca", u("whole")]);
		strictEqual(code, 0, stderr);
		strictEqual(stdout, (await authorities.unknown()).pem);
		match(stderr, /needs a CA that is not trusted here\nissuer: CN=Unknown Root\nkey identifier: [0-9a-f]{40}\n/);
		strictEqual((await t(["-s", "--show-ca", "-o", "found.pem", u("whole")])).stderr, "");
		strictEqual((await t(["-s", "--cacert", "found.pem", u("whole")])).code, 0);
	});

	it("--show-ca names a CA that the server does not send, and says what is trusted already.", async () => {
		const missing = await t(["-k", "--show-ca", "-o", "none.pem", u("unknown")]);
		strictEqual(missing.code, 0, missing.stderr);
		strictEqual(missing.stdout, "");
		ok(!existsSync(folder.at("none.pem")));
		match(missing.stderr, /issuer: CN=Unknown Root\nkey identifier: .*has not sent it/s);
		match((await t(["--show-ca", u("self")])).stderr, /has signed itself/);
		for (const name of ["good", "expired", "name"]) {
			const trusted = await t(trusting("--show-ca", u(name)));
			strictEqual(trusted.code, 0, trusted.stderr);
			match(trusted.stderr, /^localhost port \d+: the chain is trusted already\nissuer: CN=Test Root\n$/);
		}
		strictEqual((await t(["--show-ca", plain.origin])).code, 2);
		strictEqual((await t(["--show-ca", "https://127.0.0.1:1/"])).code, 7);
	});

	it("--show-ca sends no request.", async () => {
		await t(trusting("--show-ca", u("good")));
		strictEqual(good.connections[0]?.received, 0);
	});

	it("--connect-timeout covers the handshake.", () =>
		withRaw(
			() => {},
			async (origin) => {
				const outcome = await t(["--connect-timeout", "0.3", origin.replace("http", "https")]);
				strictEqual(outcome.code, 28, outcome.stderr);
				match(outcome.stderr, /^lws-xs: \(28\) timeout:tls: /);
				ok(outcome.time > 290 && outcome.time < 2500, `${outcome.time} ms`);
			},
		));

	it("A file for --pinnedpubkey is refused with exit 4.", async () => {
		const { code, stderr } = await t(["-k", "--pinnedpubkey", "ca.pem", u("good")]);
		strictEqual(code, 4);
		match(stderr, /--pinnedpubkey with the name of a file is not built in/);
	});
});
