/** What each option of build/lws-xs does, seen from the server and from the streams. */
import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { Folder, Recorder, run, TOOL, tool } from "./tool.js";

describe("the tool's options", () => {
	const server = new Recorder();
	const folder = new Folder();
	const { version } = JSON.parse(readFileSync("package.json", "utf8"));
	before(() => server.listen());
	beforeEach(() => server.reset());
	after(() => {
		server.close();
		folder.remove();
	});

	async function passes(args: string[], options?: Parameters<typeof tool>[1]) {
		const outcome = await tool(args, options);
		strictEqual(outcome.code, 0, outcome.stderr);
		return outcome;
	}

	describe("requests", () => {
		it("A URL is fetched by GET with curl's default fields, and its content is all that is printed.", async () => {
			const { stdout, stderr } = await passes([`${server.origin}/a?b`]);
			strictEqual(stdout, "ok");
			strictEqual(stderr, "");
			strictEqual(`${server.last.method} ${server.last.url}`, "GET /a?b");
			deepStrictEqual(server.last.raw, ["Host", "User-Agent", "Accept"]);
			strictEqual(server.last.headers["user-agent"], `lws-xs/${version}`);
			strictEqual(server.last.headers.accept, "*/*");
			strictEqual(server.last.headers.host, `127.0.0.1:${server.port}`);
		});

		it("A URL without a scheme is http, dot segments are resolved, and the fragment is not sent.", async () => {
			await passes([`127.0.0.1:${server.port}/a/../b/./c?x=../y#z`]);
			strictEqual(server.last.url, "/b/c?x=../y");
		});

		it("-X names the method, joined or apart; --request is the same.", async () => {
			for (const args of [["-XDELETE"], ["-X", "DELETE"], ["--request", "DELETE"]]) {
				await passes([...args, server.origin]);
				strictEqual(server.last.method, "DELETE");
			}
		});

		it("-H adds a field, replaces a default one, removes one with a colon, and empties one with a semicolon.", async () => {
			await passes([
				"-H",
				"X-One: 1",
				"-HX-Two:2",
				"-H",
				"Accept:",
				"-H",
				"X-Empty;",
				"-H",
				"User-Agent: me",
				server.origin,
			]);
			const { headers } = server.last;
			strictEqual(headers["x-one"], "1");
			strictEqual(headers["x-two"], "2");
			strictEqual(headers.accept, undefined);
			strictEqual(headers["x-empty"], "");
			strictEqual(headers["user-agent"], "me");
		});

		it("-H Host: replaces the host, and -H @FILE reads fields from a file.", async () => {
			const file = folder.write("fields", "X-File: yes\r\nX-Other: too\n");
			await passes(["-H", "Host: other.test", "-H", `@${file}`, server.origin]);
			strictEqual(server.last.headers.host, "other.test");
			strictEqual(server.last.headers["x-file"], "yes");
			strictEqual(server.last.headers["x-other"], "too");
		});

		it("-A and -e set User-Agent and Referer.", async () => {
			await passes(["-A", "agent", "-e", "http://from.test/", server.origin]);
			strictEqual(server.last.headers["user-agent"], "agent");
			strictEqual(server.last.headers.referer, "http://from.test/");
		});

		it("-d posts a form; several are joined with &.", async () => {
			await passes(["-d", "a=ä", "-d", "b=2", server.origin]);
			strictEqual(server.last.method, "POST");
			strictEqual(server.last.body.toString(), "a=ä&b=2");
			strictEqual(server.last.headers["content-type"], "application/x-www-form-urlencoded");
			strictEqual(server.last.headers["content-length"], "8");
		});

		it("-d '' posts nothing, and says so.", async () => {
			await passes(["-d", "", server.origin]);
			strictEqual(server.last.method, "POST");
			strictEqual(server.last.headers["content-length"], "0");
		});

		it("-d @FILE leaves CR and LF out and counts before; --data-binary @FILE sends every byte.", async () => {
			const lines = Buffer.from(`${"line\r\n".repeat(20_000)}\n\n\rend`);
			const file = folder.write("lines", lines);
			await passes(["-d", `@${file}`, server.origin]);
			strictEqual(server.last.body.toString(), `${"line".repeat(20_000)}end`);
			strictEqual(server.last.headers["content-length"], "80003");
			await passes(["--data-binary", `@${file}`, server.origin]);
			ok(server.last.body.equals(lines));
			strictEqual(server.last.headers["transfer-encoding"], undefined);
		});

		it("-T FILE puts a file with its length; a URL that ends with / is completed by its name.", async () => {
			const content = Buffer.alloc(300_000, "0123456789");
			const file = folder.write("up load", content);
			await passes(["-T", file, `${server.origin}/here/`]);
			strictEqual(`${server.last.method} ${server.last.url}`, "PUT /here/up%20load");
			strictEqual(server.last.headers["content-length"], "300000");
			strictEqual(server.last.headers["content-type"], undefined);
			ok(server.last.body.equals(content));
		});

		it("-T - sends standard input in chunks, as it comes.", async () => {
			let first = "";
			server.early = (request, response) => {
				strictEqual(request.headers["transfer-encoding"], "chunked");
				request.once("data", (data) => {
					first = data.toString();
				});
				request.on("end", () => response.end("taken"));
			};
			const { stdout } = await passes(["-T", "-", `${server.origin}/stdin`], {
				withChild(child) {
					child.stdin?.write("one");
					const wait = setInterval(() => {
						if (first === "") return;
						clearInterval(wait);
						child.stdin?.end("two");
					}, 5);
				},
			});
			strictEqual(first, "one");
			strictEqual(stdout, "taken");
		});

		it("-T - takes 5 MB from a pipe and from a file, unchanged.", async () => {
			const content = Buffer.alloc(5_000_000);
			for (let i = 0; i < content.length; i++) content[i] = (i * 31) >> 3;
			await passes(["-T", "-", server.origin], { input: content });
			ok(server.last.body.equals(content));
			const file = folder.write("five", content);
			const { code, stderr } = await run("sh", ["-c", 'exec "$0" -T - "$1" < "$2"', TOOL, `${server.origin}/x`, file]);
			strictEqual(code, 0, stderr);
			ok(server.last.body.equals(content));
		});

		it("-T sends nothing of an empty file, and -T - ends an empty input.", async () => {
			await passes(["-T", folder.write("empty", ""), `${server.origin}/x`]);
			strictEqual(server.last.headers["content-length"], "0");
			await passes(["-T", "-", `${server.origin}/x`], { input: "" });
			strictEqual(server.last.body.length, 0);
			strictEqual(server.last.headers["transfer-encoding"], "chunked");
		});

		it("-I asks by HEAD and prints the head only.", async () => {
			const { stdout } = await passes(["-I", server.origin]);
			strictEqual(server.last.method, "HEAD");
			match(stdout, /^HTTP\/1\.1 200 OK\r\n(?:[A-Z][^\r\n]*\r\n)+\r\n$/);
		});

		it("--resolve leads a name to an address, on its port only, and * is any name.", async () => {
			for (const entry of [`name.test:${server.port}:127.0.0.1`, `*:${server.port}:127.0.0.1`]) {
				const { stdout } = await passes(["--resolve", entry, `http://name.test:${server.port}/`]);
				strictEqual(stdout, "ok");
				strictEqual(server.last.headers.host, `name.test:${server.port}`);
			}
			const other = await tool(["--resolve", `name.test:1:127.0.0.1`, "-sS", `http://name.test:${server.port}/`]);
			strictEqual(other.code, 6);
			match(other.stderr, /^lws-xs: \(6\) dns:not-found: /);
		});

		it("--resolve holds for a numeric address, too.", async () => {
			const { stdout } = await passes([
				"--resolve",
				`192.0.2.1:${server.port}:127.0.0.1`,
				`http://192.0.2.1:${server.port}/`,
			]);
			strictEqual(stdout, "ok");
		});
	});

	describe("output", () => {
		it("-i prints the head before the content as it was sent; interim heads come first.", async () => {
			server.handler = (_request, response) => {
				response.writeProcessing();
				response.setHeader("X-MiXed", ["a", "b"]);
				response.end("body");
			};
			const { stdout } = await passes(["-i", server.origin]);
			match(
				stdout,
				/^HTTP\/1\.1 102 Processing\r\n\r\nHTTP\/1\.1 200 OK\r\nX-MiXed: a\r\nX-MiXed: b\r\n.*\r\n\r\nbody$/s,
			);
		});

		it("-o writes to a file, for each URL its own; - is standard output.", async () => {
			server.handler = (request, response) => response.end(request.url);
			const { stdout } = await passes([
				...["-o", folder.at("one"), "-o", "-", `${server.origin}/1`, `${server.origin}/2`],
				...["-o", folder.at("three"), `${server.origin}/3`, `${server.origin}/4`],
			]);
			strictEqual(folder.read("one"), "/1");
			strictEqual(folder.read("three"), "/3");
			strictEqual(stdout, "/2/4");
		});

		it("-o makes an empty file for an empty response, and none for a failure.", async () => {
			server.handler = (request, response) => response.writeHead(request.url === "/bad" ? 404 : 204).end();
			await passes(["-o", folder.at("nothing"), server.origin]);
			strictEqual(folder.read("nothing"), "");
			strictEqual((await tool(["-sf", "-o", folder.at("failed"), `${server.origin}/bad`])).code, 22);
			strictEqual(existsSync(folder.at("failed")), false);
		});

		it("-O names the file after the URL.", async () => {
			await passes(["-O", `${server.origin}/dir/named.txt?query`], { cwd: folder.path });
			strictEqual(folder.read("named.txt"), "ok");
			const outcome = await tool(["-O", `${server.origin}/`]);
			strictEqual(outcome.code, 23);
		});

		it("-s says nothing of a failure, -sS does, and no option does too.", async () => {
			const line = /^lws-xs: \(7\) tcp:refused: [^\n]*127\.0\.0\.1 port 1\)\n$/;
			strictEqual((await tool(["-s", "http://127.0.0.1:1/"])).stderr, "");
			match((await tool(["-sS", "http://127.0.0.1:1/"])).stderr, line);
			match((await tool(["http://127.0.0.1:1/"])).stderr, line);
		});

		it("-v shows request, response and connection, and masks what is secret.", async () => {
			server.handler = (_request, response) => {
				response.setHeader("Set-Cookie", "session=hidden-one");
				response.end("ok");
			};
			const secrets = ["-H", "Authorization: Basic hidden-two", "-H", "Cookie: c=hidden-three"];
			const { stderr, stdout } = await passes(["-v", ...secrets, `${server.origin}/v`, `${server.origin}/w`]);
			strictEqual(stdout, "okok");
			match(stderr, /^\* Connected to 127\.0\.0\.1 \(/);
			match(stderr, /^> GET \/v HTTP\/1\.1$/m);
			match(stderr, /^> Authorization: \(masked\)$/m);
			match(stderr, /^< HTTP\/1\.1 200 OK$/m);
			match(stderr, /^< Set-Cookie: \(masked\)$/m);
			match(stderr, /^\* Using the connection to 127\.0\.0\.1 again$/m);
			doesNotMatch(stderr, /hidden/);
		});

		it("-f makes an error of a status from 400 on, and prints nothing of it.", async () => {
			server.handler = (_request, response) => response.writeHead(404).end("not here");
			const outcome = await tool(["-f", server.origin]);
			strictEqual(outcome.code, 22);
			strictEqual(outcome.stdout, "");
			strictEqual(outcome.stderr, "lws-xs: (22) http:status: the server answered 404\n");
			strictEqual((await passes([server.origin])).stdout, "not here");
		});

		it("-w prints figures after the transfer, with escapes; -w @FILE reads the format.", async () => {
			const format = "|%{http_code} %{http_version} %{size_download} %{size_upload} %{num_connects} %{num_redirects}";
			const rest = " %{exitcode} [%{errormsg}] %{url_effective} %% \\t\\n";
			const expected = `ok|200 1.1 2 3 1 0 0 [] ${server.origin}/w % \t\n`;
			strictEqual((await passes(["-d", "abc", "-w", format + rest, `${server.origin}/w`])).stdout, expected);
			const file = folder.write("format", format + rest);
			strictEqual((await passes(["-d", "abc", "-w", `@${file}`, `${server.origin}/w`])).stdout, expected);
		});

		it("-w gives times in order, and 0 for what did not happen.", async () => {
			server.handler = (_request, response) => setTimeout(() => response.end("ok"), 60);
			const names = ["namelookup", "connect", "starttransfer", "total", "appconnect"];
			const format = names.map((name) => `%{time_${name}}`).join(" ");
			const { stdout } = await passes(["-o", "/dev/null", "-w", format, server.origin]);
			match(stdout, /^(\d+\.\d{6} ?){5}$/);
			const [lookup, connect, start, total, app] = stdout.split(" ").map(Number) as [
				number,
				number,
				number,
				number,
				number,
			];
			ok(lookup <= connect && connect <= start && start <= total, stdout);
			ok(start >= 0.055 && total < 5, stdout);
			strictEqual(app, 0);
		});

		it("-w %{json} is JSON with all of them, and a failure is in it.", async () => {
			const good = JSON.parse((await passes(["-o", "/dev/null", "-w", "%{json}", server.origin])).stdout);
			strictEqual(good.http_code, 200);
			strictEqual(good.errormsg, null);
			strictEqual(Object.keys(good).length, 14);
			const outcome = await tool(["-s", "-w", "%{json}", "http://127.0.0.1:1/"]);
			const bad = JSON.parse(outcome.stdout);
			strictEqual(bad.exitcode, 7);
			strictEqual(bad.http_code, 0);
			match(bad.errormsg, /^tcp:refused: /);
		});

		it("-w warns of a variable that it does not know.", async () => {
			const { stdout, stderr } = await passes(["-w", "<%{constructor}>", server.origin]);
			strictEqual(stdout, "ok<>");
			strictEqual(stderr, "lws-xs: unknown --write-out variable: 'constructor'\n");
		});

		it("--trace-wsi prints each callback with its wsi and length, in lws's order.", async () => {
			const { stderr } = await passes(["--trace-wsi", "-d", "abc", server.origin, server.origin]);
			const lines = stderr.trimEnd().split("\n");
			const first = lines.filter((line) => line.startsWith("1 ")).map((line) => line.slice(2));
			strictEqual(lines[0], "0 PROTOCOL_INIT 0");
			deepStrictEqual(
				first.map((line) => line.replace(/\d+$/, "n")),
				[
					"CLIENT_HTTP_BIND_PROTOCOL n",
					"WSI_CREATE n",
					"CLIENT_APPEND_HANDSHAKE_HEADER n",
					"CLIENT_HTTP_WRITEABLE n",
					"CLIENT_FILTER_PRE_ESTABLISH n",
					"ESTABLISHED_CLIENT_HTTP n",
					"RECEIVE_CLIENT_HTTP n",
					"RECEIVE_CLIENT_HTTP_READ n",
					"COMPLETED_CLIENT_HTTP n",
					"CLIENT_HTTP_DROP_PROTOCOL n",
					"CLOSED_CLIENT_HTTP n",
					"WSI_DESTROY n",
				],
			);
			ok(first.includes("RECEIVE_CLIENT_HTTP_READ 2"));
			strictEqual(lines.filter((line) => line === "2 WSI_DESTROY 0").length, 1);
		});

		it("The progress line appears on a terminal when a transfer takes longer than half a second.", async function () {
			if (spawnSync("script", ["--version"]).status !== 0) {
				this.test?.skip();
				return;
			}
			server.handler = (request, response) => {
				response.setHeader("Content-Length", 4);
				response.write("ab");
				setTimeout(() => response.end("cd"), request.url === "/slow" ? 800 : 0);
			};
			const onTerminal = (path: string) =>
				run("script", ["-qec", `${TOOL} -o /dev/null ${server.origin}${path}`, "/dev/null"], { withChild() {} });
			const slow = await onTerminal("/slow");
			match(slow.stdout, /% Total +% Received.*\r 50 +4 +50 +2 .*\r100 +4 +100 +4 /s);
			strictEqual((await onTerminal("/fast")).stdout.trim(), "");
			strictEqual((await tool(["-o", "/dev/null", `${server.origin}/slow`])).stderr, "");
		});
	});

	describe("the command line itself", () => {
		it("Short options can be joined, and -- ends them.", async () => {
			const outcome = await tool(["-sSfXPUT", "--", `${server.origin}/-x`]);
			strictEqual(outcome.code, 0, outcome.stderr);
			strictEqual(server.last.method, "PUT");
		});

		it("-h prints the usage and -V the version, which is package.json's.", async () => {
			match((await passes(["-h"])).stdout, /^usage: lws-xs .*--trace-wsi/s);
			const [first = ""] = (await passes(["--version"])).stdout.split("\n");
			match(first, /^lws-xs \S+ \(XS\) mbedTLS\/\d+\.\d+\.\d+$/);
			strictEqual(first.split(" ")[1], version);
		});

		it("The executable runs from any directory.", async () => {
			strictEqual((await passes([server.origin], { cwd: "/" })).stdout, "ok");
		});

		it("Several URLs to one host use one connection, in order.", async () => {
			server.handler = (request, response) => response.end(request.url);
			const urls = [1, 2, 3, 4, 5].map((number) => `${server.origin}/${number}`);
			const { stdout } = await passes(["-w", "%{num_connects};", ...urls]);
			strictEqual(stdout, "/11;/20;/30;/40;/50;");
			strictEqual(server.connections, 1);
			deepStrictEqual(
				server.seen.map(({ connection }) => connection),
				[1, 1, 1, 1, 1],
			);
		});

		it("A failed URL does not keep the next one from being fetched; the last one's code is the tool's.", async () => {
			const outcome = await tool(["-s", "http://127.0.0.1:1/", server.origin]);
			strictEqual(outcome.code, 0);
			strictEqual(outcome.stdout, "ok");
			strictEqual((await tool(["-s", server.origin, "http://127.0.0.1:1/"])).code, 7);
		});

		it("run FILE.js runs a module with its arguments and the library.", async () => {
			const file = folder.write(
				"program.js",
				'import { errorCodes } from "lws-xs";\nconsole.log(argv.join(), errorCodes().includes("dns:not-found"));\n',
			);
			strictEqual((await passes(["run", file, "a", "-b"])).stdout, "a,-b true\n");
			const { stderr } = await passes(["--heap", "64K", "--stats", "run", file]);
			strictEqual(JSON.parse(stderr).limit, 65536);
			strictEqual((await tool(["run"])).code, 2);
			strictEqual((await tool(["run", folder.at("missing.js")])).code, 122);
		});
	});
});
