/** The same arguments to build/lws-xs and to curl: equal output, equal exit code, equal request on the wire. */
import { deepStrictEqual, strictEqual } from "node:assert";
import { CURL, Folder, Recorder, run, type Seen, TOOL, withRaw } from "./tool.js";

/** What is the tool's own: its name, the order of the fields, and that a small -T does not wait for 100. */
function comparable({ method, url, headers, body }: Seen) {
	const { "user-agent": agent, expect: _, ...fields } = headers;
	return { method, url, fields, body: body.toString("latin1"), hasAgent: agent !== undefined };
}

/** Times and dates differ; what has not happened has the time 0. */
function plain(text: string): string {
	return text.replace(/^Date: .*$/gm, "Date").replace(/\d\.\d{6}/g, (time) => (Number(time) > 0 ? "T" : "0"));
}

/** Every time there is, the number of connections, and bytes. */
const FIGURES = `${["namelookup", "connect", "appconnect", "starttransfer", "total"]
	.map((name) => `%{time_${name}}`)
	.join(" ")} %{num_connects} %{size_download} %{size_upload}\\n`;

describe("the tool beside curl", () => {
	const server = new Recorder();
	const folder = new Folder();
	before(async function () {
		if (!CURL) {
			console.log("      (curl is not installed)");
			this.skip();
		}
		await server.listen();
		folder.write("lines", "one\r\ntwo\n");
		folder.write("binary", Buffer.from([0, 1, 2, 13, 10, 255]));
	});
	after(() => {
		server.close();
		folder.remove();
	});

	async function compare(args: string[], input?: string): Promise<void> {
		server.reset();
		server.handler = (request, response) => {
			if (request.url?.startsWith("/404")) response.statusCode = 404;
			if (request.url?.startsWith("/204")) response.statusCode = 204;
			response.setHeader("X-Given", ["a", "b"]);
			if (request.url?.startsWith("/chunked")) response.write("first,");
			response.end(request.url?.startsWith("/204") ? undefined : `${request.method} ${request.url}`);
		};
		const theirs = await run(CURL, args, { cwd: folder.path, input });
		const count = server.seen.length;
		const ours = await run(TOOL, args, { cwd: folder.path, input });
		const seen = server.seen.map(comparable);
		const what = `${args.join(" ")}\n${theirs.stderr}${ours.stderr}`;
		strictEqual(ours.code, theirs.code, what);
		strictEqual(plain(ours.stdout), plain(theirs.stdout), what);
		deepStrictEqual(seen.slice(count), seen.slice(0, count), what);
	}

	const u = (path: string) => `${server.origin}${path}`;
	const CASES: Record<string, () => string[]> = {
		"a GET": () => ["-s", u("/a?b=c")],
		"a URL with dot segments and a fragment": () => ["-s", u("/a/./b/../c#d")],
		"a URL without scheme and path": () => ["-s", `127.0.0.1:${server.port}`],
		"-i": () => ["-s", "-i", u("/")],
		"-i of a chunked response": () => ["-si", u("/chunked")],
		"-I": () => ["-s", "-I", u("/head")],
		"-I with -X GET": () => ["-s", "-I", "-X", "GET", u("/head")],
		"-f with 404": () => ["-s", "-f", u("/404")],
		"-f -i with 404": () => ["-s", "-f", "-i", u("/404")],
		"204": () => ["-s", "-i", u("/204")],
		"-d": () => ["-s", "-d", "a=1", "-d", "b=ü", u("/post")],
		"-d @file": () => ["-s", "-d", "@lines", u("/post")],
		"--data-binary @file": () => ["-s", "--data-binary", "@binary", u("/post")],
		"-d and --data-binary mixed": () => ["-s", "-d", "@lines", "--data-binary", "@lines", u("/post")],
		"-X PUT with -d": () => ["-s", "-XPUT", "-d", "x", u("/put")],
		"-T file": () => ["-s", "-T", "binary", u("/put/")],
		"-T file with a name": () => ["-s", "-T", "binary", u("/put/as")],
		"-H in all its forms": () => ["-s", "-H", "X: y", "-H", "Accept:", "-H", "Empty;", "-H", "Host: h.test", u("/")],
		"-H Content-Type": () => ["-s", "-H", "Content-Type: text/plain", "-d", "x", u("/post")],
		"-A and -e": () => ["-s", "-A", "me", "-e", "http://r.test/", u("/")],
		"-A ''": () => ["-s", "-A", "", u("/")],
		"several URLs": () => ["-s", u("/1"), u("/2"), u("/3")],
		"--resolve": () => ["-s", "--resolve", `n.test:${server.port}:127.0.0.1`, `http://n.test:${server.port}/`],
		"-w": () => [
			"-s",
			"-w",
			"%{http_code} %{http_version} %{size_download} %{num_connects} %{url_effective} %{x}|",
			u("/a#f"),
			u("/b"),
		],
		"-w of sizes": () => [
			"-s",
			"-d",
			"abc",
			"-w",
			"%{size_upload} %{size_download} %{num_redirects} %{exitcode}\\n",
			u("/"),
		],
		"-w of times": () => ["-s", "-w", "%{time_total} %{time_appconnect} %% %a \\t", u("/")],
		"-w of a connection that is used again": () => ["-s", "-w", FIGURES, u("/1"), u("/chunked"), u("/204")],
		"-w of an upload": () => ["-s", "-w", FIGURES, "-T", "binary", u("/")],
		"-w of -I": () => ["-s", "-I", "-w", FIGURES, u("/")],
		"-w of a name": () => [
			"-s",
			"--resolve",
			`n.test:${server.port}:127.0.0.1`,
			"-w",
			FIGURES,
			`http://n.test:${server.port}/`,
		],
		"-w of what fails before there is a connection": () => [
			"-s",
			"-w",
			FIGURES,
			"http://no-such-name.invalid/",
			"http://127.0.0.1:1",
			"http://a:99999/",
		],
		"-w of a refused connection": () => [
			"-s",
			"-w",
			"%{http_code} %{http_version} %{num_connects} %{exitcode} %{url_effective}",
			"http://127.0.0.1:1",
		],
		"another scheme": () => ["-s", "foo://a/"],
		"bad URLs": () => ["-s", "http://a:99999/"],
		"a URL with a space": () => ["-s", "http://a b/"],
		"an unknown option": () => ["--bogus-option", u("/")],
		"no URL": () => ["-s"],
		"-d with -I": () => ["-s", "-I", "-d", "x", u("/")],
		"a missing file for -T": () => ["-s", "-T", "missing", u("/")],
		"a folder for -o that is not there": () => ["-s", "-o", "no/where", u("/")],
		"an unknown name": () => ["-s", "http://no-such-name.invalid/"],
		"-O without a name": () => ["-s", "-O", u("/")],
		"a failure and then a success": () => ["-s", "http://127.0.0.1:1/", u("/ok")],
		"a success and then a failure": () => ["-s", u("/ok"), "http://127.0.0.1:1/"],
	};
	for (const [name, args] of Object.entries(CASES)) it(`They agree on ${name}.`, () => compare(args()));

	it("They agree on -T -.", () => compare(["-s", "-T", "-", u("/stdin")], "from standard input"));

	const ANSWERS: Record<string, string> = {
		garbage: "nonsense\r\n\r\n",
		"an empty answer": "",
		"a body that is cut": "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
		"a chunked body that is cut": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
		"a body until the end": "HTTP/1.0 200 OK\r\n\r\nuntil the end",
		"interim responses":
			"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
		"a bad chunk": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxx\r\nabc",
		"bytes after the end": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokmore",
	};
	for (const [name, answer] of Object.entries(ANSWERS)) {
		it(`They agree on a server that sends ${name}.`, () =>
			withRaw(
				(socket) => void socket.end(answer),
				async (origin) => {
					const args = ["-s", "-i", origin];
					const [theirs, ours] = [await run(CURL, args), await run(TOOL, args)];
					strictEqual(ours.code, theirs.code, ours.stderr);
					strictEqual(ours.stdout, theirs.stdout);
				},
			));
	}
});
