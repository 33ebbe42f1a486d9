/** build/lws-xs beside curl, with nginx and through tinyproxy and microsocks: equal output, exit codes, and requests. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { authorities } from "../servers/certificate-set.js";
import { CURL, Folder, run, TOOL } from "../tool/tool.js";
import { pattern, patternSum, plain, takeBody } from "../wire/server.js";
import { LARGE, LARGEST_BODY, Nginx } from "./nginx.js";
import { DebianProxy, PASSWORD, USER } from "./proxies.js";
import { skipUnlessThere } from "./service.js";

const FORMAT = "%{http_code} %{http_version} %{num_redirects} %{num_connects} %{size_download} %{exitcode}|";

describe("the tool beside curl, with Debian's servers", function () {
	this.timeout(60_000);
	const folder = new Folder();
	let nginx: Nginx;
	let proxy: DebianProxy;
	let socks: DebianProxy;
	before(async function () {
		if (!CURL) {
			console.log("      skipped, for curl is not installed:");
			this.skip();
		}
		for (const program of ["nginx", "tinyproxy", "microsocks"]) skipUnlessThere(this, program);
		nginx = await Nginx.start();
		proxy = await DebianProxy.tinyproxy(true, [nginx.secure.both]);
		socks = await DebianProxy.microsocks(true);
		folder.write("ca.pem", (await authorities.root()).pem);
		folder.write("large", pattern(LARGE));
		folder.write("small", pattern(LARGEST_BODY));
		folder.write("part", pattern(LARGE).subarray(0, LARGE / 2));
	});
	after(async () => {
		for (const each of [proxy, socks, nginx]) await each?.stop();
		folder.remove();
	});

	const u = (path: string) => `http://localhost:${nginx.port}${path}`;
	const s = (path: string, port = nginx.secure.both) => `https://localhost:${port}${path}`;
	const trusting = ["--cacert", "ca.pem"];
	const viaProxy = () => ["-x", `http://${proxy.login}`];
	const viaSocks = (option: string) => [option, `${USER}:${PASSWORD}@${socks.address}`];

	const CASES: Record<string, { args: () => string[]; requests: number }> = {
		"a large file": { args: () => [u("/files/large")], requests: 1 },
		"several files": { args: () => [u("/files/small"), u("/three/small"), u("/none")], requests: 3 },
		"-f and an error": { args: () => ["-f", u("/files/nothing")], requests: 1 },
		"-I": { args: () => ["-I", "-o", "/dev/null", u("/files/large")], requests: 1 },
		"-r": { args: () => ["-r", "1000-1999", u("/files/large")], requests: 1 },
		"-r beyond the end": { args: () => ["-r", "9999999-", u("/files/large")], requests: 1 },
		"-C -": { args: () => ["-C", "-", "-o", "copy", u("/files/large")], requests: 1 },
		"-T": { args: () => ["-T", "large", u("/streamed/x")], requests: 1 },
		"-T that is refused": { args: () => ["-T", "large", u("/small-bodies/x")], requests: 1 },
		"-d @file": { args: () => ["--data-binary", "@small", u("/small-bodies/x")], requests: 1 },
		"-L to https": { args: () => ["-L", ...trusting, u("/to-https/")], requests: 2 },
		"-L of a POST": { args: () => ["-L", "-d", "abc", u("/post-to-get/")], requests: 2 },
		"-L that keeps the body": { args: () => ["-L", "-d", "abc", u("/keep-method/")], requests: 2 },
		https: { args: () => [...trusting, s("/files/large")], requests: 1 },
		"--tls-max 1.2": { args: () => ["--tls-max", "1.2", ...trusting, s("/files/small")], requests: 1 },
		"--tlsv1.3": { args: () => ["--tlsv1.3", ...trusting, s("/files/small")], requests: 1 },
		"a CA that is not trusted": { args: () => [s("/files/small")], requests: 0 },
		"-x, http": { args: () => [...viaProxy(), u("/files/large")], requests: 1 },
		"-x, https": { args: () => [...viaProxy(), ...trusting, s("/files/large")], requests: 1 },
		"-x without a password": { args: () => ["-x", proxy.address, u("/files/small")], requests: 0 },
		"-x without a password, https": { args: () => ["-x", proxy.address, ...trusting, s("/files/small")], requests: 0 },
		"-x to a port that is not allowed": {
			args: () => [...viaProxy(), ...trusting, s("/files/small", nginx.secure["1.3"])],
			requests: 0,
		},
		"--proxy-user": {
			args: () => ["-x", proxy.address, "--proxy-user", `${USER}:${PASSWORD}`, u("/files/small")],
			requests: 1,
		},
		"--noproxy": { args: () => ["-x", proxy.address, "--noproxy", "localhost", u("/files/small")], requests: 1 },
		"--socks5": { args: () => [...viaSocks("--socks5"), u("/files/large")], requests: 1 },
		"--socks5-hostname, https": {
			args: () => [...viaSocks("--socks5-hostname"), ...trusting, s("/files/large")],
			requests: 1,
		},
		"--socks5 without a password": { args: () => ["--socks5", socks.address, u("/files/small")], requests: 0 },
	};

	for (const [title, { args, requests }] of Object.entries(CASES)) {
		it(`does as curl does: ${title}.`, async () => {
			const outcomes = [];
			for (const program of [CURL, TOOL]) {
				nginx.log.begin();
				nginx.backend.begin((request, response, received) =>
					takeBody(request, received, () => plain(response).end(`${received.length} ${received.sum}`)),
				);
				folder.write("copy", Buffer.from(folder.read("part"), "latin1"));
				const { code, stdout, stderr } = await run(program, ["-s", "-w", FORMAT, ...args()], { cwd: folder.path });
				strictEqual(`${stdout}${stderr}`.includes(PASSWORD), false);
				const entries = await nginx.requests(requests);
				outcomes.push({
					code,
					// connections that were made in vain curl counts, too
					stdout: code === 0 ? stdout : stdout.replace(/ [01] 0 (\d+\|)$/, " _ 0 $1"),
					copy: patternOf(folder.read("copy")),
					requests: entries.map(({ request, status, ssl_protocol }) => `${request} ${status} ${ssl_protocol}`),
					bodies: nginx.backend.received.map(({ method, length, sum }) => `${method} ${length} ${sum}`),
				});
			}
			const [theirs, ours] = outcomes;
			strictEqual(theirs?.requests.length, requests);
			deepStrictEqual(ours, theirs);
		});
	}

	for (const [place, connections] of [
		["backend", 1],
		["three", 4],
	] as const) {
		it(`--pipeline: what curl gets one after another comes together, in its order (/${place}/).`, async () => {
			const urls = Array.from({ length: 12 }, (_, i) => u(`/${place}/${i % 2 ? "small" : "folder/index.html"}?${i}`));
			nginx.backend.begin((request, response) => setTimeout(() => plain(response).end(request.url), 5));
			const theirs = await run(CURL, ["-s", ...urls], { cwd: folder.path });
			await nginx.requests(urls.length);
			nginx.log.begin();
			const ours = await run(TOOL, ["-s", "--pipeline", ...urls], { cwd: folder.path });
			deepStrictEqual([ours.code, ours.stdout], [theirs.code, theirs.stdout]);
			const entries = await nginx.requests(urls.length);
			deepStrictEqual(
				entries.map(({ args }) => args),
				urls.map((_, i) => `${i}`),
			);
			strictEqual(new Set(entries.map(({ connection }) => connection)).size, connections);
			// a file is answered faster than the next request can be there
			const isBehind = entries.some(({ pipe }) => pipe === "p");
			if (place === "backend") ok(isBehind, "nginx has found no request behind another");
		});
	}

	it("-C - has completed the file.", async () => {
		folder.write("copy", Buffer.from(folder.read("part"), "latin1"));
		await run(TOOL, ["-s", "-C", "-", "-o", "copy", u("/files/large")], { cwd: folder.path });
		strictEqual(patternOf(folder.read("copy")), `${LARGE} ${patternSum(LARGE)}`);
	});
});

/** Its length, and its checksum when it is as it has to be. */
function patternOf(text: string): string {
	const isGood = Buffer.from(text, "latin1").equals(pattern(text.length));
	return `${text.length} ${isGood ? patternSum(text.length) : "other bytes"}`;
}
