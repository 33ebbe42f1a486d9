/** -L: what is asked of whom, and the same beside curl. */
import { deepStrictEqual, match, strictEqual } from "node:assert";
import { CURL, Folder, freePort, Recorder, run, type Seen, TOOL, tool } from "./tool.js";

const FORMAT = "%{http_code} %{num_redirects} %{num_connects} %{url_effective} %{size_upload} %{exitcode}|";

function comparable({ method, url, headers, body }: Seen) {
	const { "user-agent": _agent, expect: _expect, ...fields } = headers;
	return { method, url, fields, body: body.toString("latin1") };
}

describe("the tool with -L", () => {
	const server = new Recorder();
	const other = new Recorder();
	const folder = new Folder();
	before(async () => {
		await server.listen();
		await other.listen();
		folder.write("file", "from a file");
	});
	beforeEach(() => {
		other.reset();
		server.reset();
		server.handler = (request, response) => {
			// /STATUS/LOCATION, escaped once
			const [, status, location] = /^\/(\d{3})\/(.*)$/.exec(request.url ?? "") ?? [];
			if (request.url === "/loop") response.writeHead(302, { location: "/loop" }).end();
			else if (status !== undefined && location !== undefined) {
				response.statusCode = Number(status);
				response.setHeader("Location", decodeURIComponent(location));
				response.end("see there");
			} else response.end(`${request.method} ${request.url}`);
		};
	});
	after(() => {
		server.close();
		other.close();
		folder.remove();
	});

	const u = (path: string) => `${server.origin}${path}`;
	const to = (location: string, status = 302) => u(`/${status}/${encodeURIComponent(location)}`);
	const chain = (count: number) => {
		let location = "/end";
		for (let i = 1; i < count; i++) location = `/302/${encodeURIComponent(location)}`;
		return to(location);
	};

	const CASES: Record<string, () => string[]> = {
		...Object.fromEntries(
			[301, 302, 303, 307, 308].flatMap((status) => [
				[`${status} of GET`, () => ["-L", to("/end", status)]],
				[`${status} of POST`, () => ["-L", "-d", "abc", to("/end", status)]],
				[`${status} of PUT`, () => ["-L", "-T", "file", to("/end", status)]],
				[`${status} of HEAD`, () => ["-L", "-I", "-o", "/dev/null", to("/end", status)]],
			]),
		),
		"-d @file that is sent twice": () => ["-L", "-d", "@file", "-d", "more", to("/end", 307)],
		"a relative Location": () => ["-L", to("../end?q")],
		"a Location with a query only": () => ["-L", to("?q")],
		"an empty Location": () => ["-L", to("")],
		"no -L": () => [to("/end")],
		"ten redirects": () => ["-L", chain(10)],
		"--max-redirs, which suffices": () => ["-L", "--max-redirs", "3", chain(3)],
		"--max-redirs -1": () => ["-L", "--max-redirs", "-1", chain(3)],
		"-f and an error behind the redirect": () => ["-L", "-f", to("/end")],
		"several URLs": () => ["-L", to("/a"), to("/b")],
	};
	const ONLY_CODE: Record<string, () => string[]> = {
		"--max-redirs, which does not suffice": () => ["-L", "--max-redirs", "2", chain(3)],
		"--max-redirs 0": () => ["-L", "--max-redirs", "0", chain(1)],
		"a loop": () => ["-L", u("/loop")],
		"a port that is none": () => ["-L", to("http://a:99999/")],
	};

	async function both(args: string[]) {
		if (!CURL) return undefined;
		const theirs = await run(CURL, args, { cwd: folder.path });
		const asked = server.seen.map(comparable);
		server.seen.length = 0;
		const ours = await run(TOOL, args, { cwd: folder.path });
		return { theirs, ours, asked, what: `${args.join(" ")}\n${theirs.stderr}${ours.stderr}` };
	}

	for (const [name, args] of Object.entries(CASES)) {
		it(`Tool and curl agree on ${name}.`, async function () {
			const found = await both(["-s", "-w", FORMAT, ...args()]);
			if (!found) return this.skip();
			const { theirs, ours, asked, what } = found;
			strictEqual(ours.stdout, theirs.stdout, what);
			strictEqual(ours.code, theirs.code, what);
			deepStrictEqual(server.seen.map(comparable), asked, what);
		});
	}
	for (const [name, args] of Object.entries(ONLY_CODE)) {
		it(`Tool and curl fail alike for ${name}.`, async function () {
			const found = await both(["-s", "-w", "%{http_code} ", ...args()]);
			if (!found) return this.skip();
			const { theirs, ours, asked, what } = found;
			strictEqual(ours.code, theirs.code, what);
			strictEqual(ours.stdout.split(" ")[0], theirs.stdout.split(" ")[0], what);
			deepStrictEqual(server.seen.map(comparable), asked, what);
		});
	}

	it("Another origin gets no Authorization and no Cookie, but the other fields.", async () => {
		const fields = ["-H", "Authorization: Basic s3cret", "-H", "Cookie: s3cret", "-H", "X: y"];
		const { code, stdout } = await tool(["-s", "-L", ...fields, to(`${other.origin}/x`)]);
		strictEqual(`${code} ${stdout}`, "0 ok");
		strictEqual(server.last.headers.authorization, "Basic s3cret");
		const { host, authorization, cookie, x } = other.last.headers;
		deepStrictEqual(
			{ host, authorization, cookie, x },
			{
				host: `127.0.0.1:${other.port}`,
				authorization: undefined,
				cookie: undefined,
				x: "y",
			},
		);
	});

	it("The same origin gets them again, and its connection.", async () => {
		const { code } = await tool(["-s", "-L", "-H", "Authorization: Basic s3cret", to("/end")]);
		strictEqual(code, 0);
		strictEqual(server.last.headers.authorization, "Basic s3cret");
		strictEqual(server.connections, 1);
	});

	it("-v shows each request, without its secrets.", async () => {
		const { stderr } = await tool(["-v", "-L", "-H", "Authorization: Basic s3cret", to("/end")]);
		match(stderr, /^\* Issue another request to this URL: http:\/\/127\.0\.0\.1:\d+\/end$/m);
		match(stderr, /^> GET \/end HTTP\/1\.1\n> Host: 127/m);
		strictEqual(stderr.includes("s3cret"), false);
	});

	it("-i shows each head, and no body of a redirect.", async () => {
		const { stdout } = await tool(["-s", "-i", "-L", chain(2)]);
		strictEqual(stdout.match(/^HTTP\/1\.1/gm)?.length, 3);
		strictEqual(stdout.includes("see there"), false);
		match(stdout, /\r\n\r\nGET \/end$/);
	});

	it("Standard input cannot be sent again: exit code 65.", async () => {
		const { code, stderr } = await tool(["-sS", "-L", "-T", "-", to("/end", 307)], { input: "once" });
		strictEqual(code, 65);
		match(stderr, /^lws-xs: \(65\) input:no-rewind: /);
	});

	it("Another scheme is not followed: exit code 1.", async () => {
		const { code, stderr } = await tool(["-sS", "-L", to("file:///etc/passwd")]);
		strictEqual(code, 1);
		match(stderr, /^lws-xs: \(1\) url:unsupported-scheme: /);
	});

	it("Userinfo in Location is refused: exit code 3.", async () => {
		const { code, stderr } = await tool(["-sS", "-L", to(`http://a:b@127.0.0.1:${server.port}/`)]);
		strictEqual(code, 3);
		match(stderr, /^lws-xs: \(3\) h1:bad-location: /);
	});

	it("Where nobody listens, the exit code is 7.", async () => {
		const { code } = await tool(["-s", "-L", to(`http://127.0.0.1:${await freePort()}/`)]);
		strictEqual(code, 7);
	});

	it("--max-redirs wants a number.", async () => {
		const { code } = await tool(["-s", "-L", "--max-redirs", "x", u("/")]);
		strictEqual(code, 2);
	});
});
