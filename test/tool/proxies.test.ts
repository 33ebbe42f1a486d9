/** -u, -x, --socks5 and their kin: what is asked of whom, and the same beside curl. */
import { deepStrictEqual, doesNotMatch, match, strictEqual } from "node:assert";
import { authorities, certificates } from "../servers/certificate-set.js";
import { HttpProxy, SocksProxy } from "../servers/proxies.js";
import { TlsServer } from "../servers/tls.js";
import { CURL, Folder, freePort, Recorder, run, type Seen, TOOL } from "./tool.js";

const FORMAT = "|%{http_code} %{num_connects} %{url_effective} %{exitcode}";
const LOGIN = "us er:p@ss:w\u00f6rd";
const BASIC = `Basic ${Buffer.from(LOGIN).toString("base64")}`;

function comparable({ method, url, headers, body }: Seen) {
	const { "user-agent": _agent, connection: _connection, "proxy-connection": _proxy, ...fields } = headers;
	return { method, url, fields, body: body.toString("latin1") };
}

/** What a proxy was asked, without what every client says of itself; the order of fields is nobody's business. */
function asked(proxy: HttpProxy): string[] {
	return proxy.requests.map((each) => {
		const [line, ...fields] = each.split(
			/ (?=(?:Host|User-Agent|Accept|Authorization|Proxy-[A-Za-z]+|Content-[A-Za-z]+) )/,
		);
		const kept = fields.filter((field) => !/^(User-Agent|Accept|Proxy-Connection) /.test(field));
		return [line, ...kept.sort()].join(" | ");
	});
}

describe("the tool and proxies", () => {
	const server = new Recorder();
	const proxy = new HttpProxy();
	const socks = new SocksProxy();
	const folder = new Folder();
	let secure!: TlsServer;
	let securePort = 0;
	before(async () => {
		await server.listen();
		await proxy.listen();
		await socks.listen();
		secure = new TlsServer({
			certificate: await certificates.ec(),
			onRequest: (request, response) => {
				response.sendDate = false;
				response.end([request.url, request.headers.authorization, request.headers["proxy-authorization"]].join(" "));
			},
		});
		securePort = await secure.listen();
		folder.write("ca.pem", (await authorities.root()).pem);
	});
	beforeEach(() => {
		server.reset();
		proxy.begin();
		socks.begin();
		secure.reset();
	});
	after(async () => {
		server.close();
		folder.remove();
		await Promise.all([proxy.close(), socks.close(), secure.close()]);
	});

	const viaProxy = () => `http://127.0.0.1:${proxy.port}`;
	const viaSocks = () => `127.0.0.1:${socks.port}`;
	const url = (login = "") => server.origin.replace("//", `//${login}`);
	const named = () => `http://name.invalid:${new URL(server.origin).port}/`;
	const https = () => ["--cacert", "ca.pem", `https://localhost:${securePort}/x`];

	const CASES: Record<string, { args: () => string[]; env?: () => Record<string, string> }> = {
		"-u": { args: () => ["-u", "user:pass:word", url()] },
		"-u with UTF-8": { args: () => ["-u", LOGIN, url()] },
		"-u before the URL's own": { args: () => ["-u", "a:b", url("c:d@")] },
		"user and password in the URL": { args: () => [url("us%20er:p%40ss@")] },
		"a user alone in the URL": { args: () => [url("user@")] },
		"a password alone in the URL": { args: () => [url(":password@")] },
		"-H Authorization before -u": { args: () => ["-u", "a:b", "-H", "Authorization: Own", url()] },
		"-x": { args: () => ["-x", viaProxy(), named()] },
		"-x without a scheme": { args: () => ["-x", `127.0.0.1:${proxy.port}`, `${named()}a?b#c`] },
		"-x with user and password": { args: () => ["-x", `http://us%20er:p%40ss@127.0.0.1:${proxy.port}`, named()] },
		"--proxy-user": { args: () => ["-x", viaProxy(), "--proxy-user", LOGIN, named()] },
		"-U and the proxy's own": { args: () => ["-x", `http://a:b@127.0.0.1:${proxy.port}/`, "-U", "c:d", named()] },
		"-U and -u": { args: () => ["-x", viaProxy(), "-U", "c:d", "-u", "a:b", named()] },
		"-d through a proxy": { args: () => ["-x", viaProxy(), "-d", "data", named()] },
		"two URLs on one connection": { args: () => ["-x", viaProxy(), named(), url()] },
		"407 over http": { args: () => ["-x", viaProxy(), named()], env: () => ({ WANTED: "1" }) },
		"https through a tunnel": { args: () => ["-x", viaProxy(), "-U", "c:d", "-u", "a:b", ...https()] },
		"407 over https": { args: () => ["-x", viaProxy(), ...https()], env: () => ({ WANTED: "1" }) },
		"-i through a tunnel": { args: () => ["-i", "-x", viaProxy(), ...https()] },
		"-i over http": { args: () => ["-i", "-x", viaProxy(), named()] },
		"-i through SOCKS": { args: () => ["-i", "--socks5-hostname", viaSocks(), named()] },
		"--noproxy": { args: () => ["-x", viaProxy(), "--noproxy", "x,127.0.0.1", url()] },
		"--noproxy with a suffix": { args: () => ["-x", viaProxy(), "--noproxy", ".invalid", url()] },
		"-x with nothing": { args: () => ["-x", "", url()], env: () => ({ http_proxy: "127.0.0.1:1" }) },
		http_proxy: { args: () => [named()], env: () => ({ http_proxy: viaProxy() }) },
		"HTTP_PROXY, which is not read": { args: () => [url()], env: () => ({ HTTP_PROXY: "127.0.0.1:1" }) },
		https_proxy: { args: () => [url(), ...https()], env: () => ({ https_proxy: viaProxy() }) },
		HTTPS_PROXY: { args: https, env: () => ({ HTTPS_PROXY: viaProxy() }) },
		all_proxy: { args: () => [named()], env: () => ({ all_proxy: `socks5h://${viaSocks()}` }) },
		ALL_PROXY: { args: https, env: () => ({ ALL_PROXY: `socks5://${viaSocks()}` }) },
		no_proxy: { args: () => [url()], env: () => ({ http_proxy: "127.0.0.1:1", no_proxy: "localhost 127.0.0.1" }) },
		"--noproxy before NO_PROXY": {
			args: () => ["--noproxy", "", "-x", viaProxy(), named()],
			env: () => ({ NO_PROXY: "*" }),
		},
		"--socks5": { args: () => ["--socks5", viaSocks(), url()] },
		"--socks5 with user and password": { args: () => ["--socks5", `a:b@${viaSocks()}`, url()] },
		"--socks5 and --proxy-user": { args: () => ["--socks5", viaSocks(), "-U", "c:d", url()] },
		"--socks5-hostname": { args: () => ["--socks5-hostname", viaSocks(), named()] },
		"https through SOCKS": { args: () => ["--socks5-hostname", viaSocks(), ...https()] },
		"a proxy without a name": { args: () => ["-x", "no-such.invalid:1", named()] },
		"a proxy that is not there": { args: () => ["-x", "127.0.0.1:1", named()] },
		"a proxy of no scheme": { args: () => ["-x", "ftp://127.0.0.1:1", named()] },
		"a proxy without a port that is one": { args: () => ["-x", "127.0.0.1:x", named()] },
		"an HTTP proxy as SOCKS": { args: () => ["--socks5-hostname", `127.0.0.1:${proxy.port}`, named()] },
		"a tunnel to nowhere": { args: () => ["-x", viaProxy(), "https://127.0.0.1:1/"] },
	};

	if (CURL) {
		for (const [name, { args, env }] of Object.entries(CASES)) {
			it(`${name}: both ask the same, and end the same.`, async () => {
				const once = async (program: string) => {
					server.reset();
					const environment = env?.() ?? {};
					proxy.begin(environment.WANTED && "Basic wanted");
					socks.begin({
						login: args().some((each) => each === "c:d" || each.startsWith("a:b@")) ? loginOf(args()) : undefined,
					});
					const all = ["-s", "-m", "20", "-w", FORMAT, ...args()];
					const { code, stdout } = await run(program, all, { cwd: folder.path, env: { ...clean(), ...environment } });
					const shown = stdout.replaceAll(/(Date|Keep-Alive): .*\r\n/g, "");
					// the URL without its password is ours
					const output = shown.replaceAll(/http:\/\/[^/@\s]*@/g, "http://");
					// a connection counts for us when the proxy has made its own
					let counted = code === 0 ? output : output.replace(/ \d http/, " http");
					// what is wrong with a proxy's URL ends the tool before its first transfer
					if (name.startsWith("a proxy of") || name.startsWith("a proxy without a port")) counted = "";
					return {
						code,
						output: counted,
						seen: server.seen.map(comparable),
						asked: asked(proxy),
						socks: socks.requests,
					};
				};
				const theirs = await once(CURL);
				theirs.socks = theirs.socks.map(methods);
				const ours = await once(TOOL);
				ours.socks = ours.socks.map(methods);
				deepStrictEqual(ours, theirs);
			});
		}
	}

	it("A refused tunnel says the proxy's status.", async () => {
		proxy.begin(BASIC);
		const outcome = await run(TOOL, ["-x", viaProxy(), "-U", LOGIN.slice(1), ...https()], {
			cwd: folder.path,
			env: clean(),
		});
		strictEqual(outcome.code, 56);
		match(outcome.stderr, /^lws-xs: \(56\) proxy:authentication: .*\(407\)\n$/);
	});

	it("-v tells of the tunnel, and shows no password.", async () => {
		proxy.begin(BASIC);
		const args = ["-v", "-x", viaProxy(), "-U", LOGIN, "-u", LOGIN, ...https()];
		const { code, stdout, stderr } = await run(TOOL, args, { cwd: folder.path, env: clean() });
		strictEqual(code, 0, stderr);
		strictEqual(stdout, `/x ${BASIC} `);
		match(
			stderr,
			new RegExp(`\\* Establish HTTP proxy tunnel to localhost:${securePort}\n< HTTP/1.1 200 Connection established\n`),
		);
		match(stderr, /> Authorization: \(masked\)\n/);
		doesNotMatch(stderr, new RegExp(`p@ss|${BASIC.slice(6)}`));
	});

	it("A record is not kept through a proxy, whose credentials it could not mask.", async () => {
		const args = ["-s", "-S", "--record", "r", "--socks5", `user:hidden@${viaSocks()}`, server.origin];
		const { code, stderr } = await run(TOOL, args, { cwd: folder.path, env: clean() });
		strictEqual(`${code} ${stderr}`, "4 lws-xs: (4) feature:not-built-in: --record through a proxy is not built in\n");
		strictEqual(`${socks.requests.length} ${server.seen.length}`, "0 0");
	});

	it("No failure has a password in it.", async () => {
		for (const args of [
			["http://user:hidden@"],
			["http://user:hidden@a b/"],
			["http://user:hidden@no-such.invalid/"],
			["ftp://user:hidden@a.test/"],
			["-x", "http://user:hidden@", server.origin],
			["-x", "http://user:hidden@127.0.0.1:1", server.origin],
			["-x", "https://user:hidden@127.0.0.1:1", server.origin],
			["-U", "user:hidden", "-x", `127.0.0.1:${await freePort()}`, server.origin],
			["-u", "user:hidden\n", server.origin],
			["-x", "socks5://user:hidden@127.0.0.1:x", server.origin],
			["-x", `socks5://user:hidden${"x".repeat(300)}@127.0.0.1:1`, server.origin],
			["--proxy=http://user:hidden@127.0.0.1:1", server.origin],
		]) {
			const { code, stdout, stderr } = await run(TOOL, ["-w", "%{json}", ...args], { env: clean() });
			match(stderr, /^lws-xs: \(\d+\) /, args.join(" "));
			doesNotMatch(stdout + stderr, /hidden/, args.join(" "));
			strictEqual(code !== 0 && code !== 43, true, stderr);
		}
	});
});

/** The environment without proxies of this machine's own. */
function clean(): NodeJS.ProcessEnv {
	return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name)));
}

/** curl offers GSSAPI, too. */
function methods(request: string): string {
	return request.replace(/\[[\d,]*\]/, "[…]");
}

function loginOf(args: string[]): string | undefined {
	return args.includes("--socks5") ? (args.includes("c:d") ? "c:d" : "a:b") : undefined;
}
