/** --retry, -r and -C: what is asked how often, what is in the file then, and the same beside curl. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { rmSync } from "node:fs";
import type http from "node:http";
import { CURL, Folder, freePort, Recorder, run, type Seen, TOOL, tool } from "./tool.js";

const BODY = "0123456789";
const FORMAT = "|%{http_code} %{size_download} %{exitcode}";

function comparable({ method, url, headers, body }: Seen) {
	const { "user-agent": _agent, expect: _expect, ...fields } = headers;
	return { method, url, fields, body: body.toString("latin1") };
}

/** Ten bytes, also in parts. */
function serve(request: http.IncomingMessage, response: http.ServerResponse): void {
	const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
	const first = Number(range?.[1] ?? 0);
	const last = range?.[2] ? Number(range[2]) : 9;
	if (!range) response.writeHead(200, { "content-length": 10 }).end(BODY);
	else if (first > 9) response.writeHead(416, { "content-range": "bytes */10" }).end("no such range");
	else {
		response.writeHead(206, { "content-range": `bytes ${first}-${last}/10`, "content-length": last - first + 1 });
		response.end(BODY.slice(first, last + 1));
	}
}

describe("the tool with --retry, -r and -C", function () {
	this.timeout(30_000);
	const server = new Recorder();
	const folder = new Folder();
	/** Statuses of the next answers; what comes after them is served. */
	let answers: number[] = [];
	before(() => server.listen());
	beforeEach(() => {
		server.reset();
		answers = [];
		server.handler = (request, response) => {
			const status = answers.shift();
			const [, given] = /^\/(\d{3})/.exec(request.url ?? "") ?? [];
			if (status !== undefined) response.writeHead(status).end(`busy ${status}`);
			else if (given === "200") response.writeHead(200, { "content-length": 10 }).end(BODY);
			else if (given !== undefined)
				response.writeHead(Number(given), given === "416" ? { "content-range": "bytes */10" } : {}).end("nope");
			else if (request.url !== "/silent") serve(request, response);
		};
	});
	after(() => {
		server.close();
		folder.remove();
	});
	const u = (path: string) => `${server.origin}${path}`;

	/** Name, arguments, statuses before, content of the file "f" before. */
	const CASES: [name: string, args: () => string[], statuses?: number[], file?: string][] = [
		["no --retry", () => [u("/")], [503]],
		["--retry with a good response", () => ["--retry", "2", u("/")]],
		...[408, 429, 500, 502, 503, 504].map((status): (typeof CASES)[0] => [
			`--retry and ${status}`,
			() => ["--retry", "1", u("/")],
			[status],
		]),
		["--retry and 404", () => ["--retry", "1", u("/")], [404]],
		["--retry that does not suffice", () => ["--retry", "1", u("/")], [503, 503]],
		["--retry with -f", () => ["--retry", "1", "-f", u("/")], [503]],
		["--retry with -f that does not suffice", () => ["--retry", "1", "-f", u("/")], [503, 503]],
		["--retry of a POST", () => ["--retry", "1", "-d", "abc", u("/")], [503]],
		["--retry with -o", () => ["--retry", "1", "-o", "f", u("/")], [503]],
		["--retry, and the last one says nothing", () => ["--retry", "1", "-m", "1", "-o", "f", u("/silent")], [503]],
		["--retry of silence", () => ["--retry", "1", "-m", "0.5", u("/silent")]],
		["--retry of two URLs", () => ["--retry", "1", u("/a"), u("/b")], [503, 200, 503]],
		["-r from and to", () => ["-r", "2-4", u("/")]],
		["-r from", () => ["-r", "7-", u("/")]],
		["-r that is nonsense", () => ["-r", "x", u("/")]],
		["-r and a Range of -H", () => ["-r", "1-2", "-H", "Range: bytes=5-", u("/")]],
		["-r of HEAD", () => ["-I", "-o", "/dev/null", "-r", "1-2", u("/")]],
		["-r that cannot be", () => ["-r", "20-", u("/")]],
		["-C to standard output", () => ["-C", "4", u("/")]],
		["-C 0", () => ["-C", "0", u("/")]],
		["-C to a file", () => ["-C", "4", "-o", "f", u("/")], [], "0123"],
		["-C within a file", () => ["-C", "2", "-o", "f", u("/")], [], "0123"],
		["-C -", () => ["-C", "-", "-o", "f", u("/")], [], "01234"],
		["-C - with -O", () => ["-C", "-", "-O", u("/f")], [], "01234"],
		["-C - without a file", () => ["-C", "-", "-o", "f", u("/")]],
		["-C - with an empty file", () => ["-C", "-", "-o", "f", u("/")], [], ""],
		["-C - with all of it", () => ["-C", "-", "-o", "f", u("/")], [], BODY],
		["-C - and no ranges", () => ["-C", "-", "-o", "f", u("/200")], [], "01234"],
		["-C - with all of it and no ranges", () => ["-C", "-", "-o", "f", u("/200")], [], BODY],
		["-C and 404", () => ["-C", "4", "-o", "f", u("/404")], [], "0123"],
		["-C with -f and 404", () => ["-f", "-C", "4", "-o", "f", u("/404")], [], "0123"],
		["-C and 416", () => ["-C", "4", "-o", "f", u("/416")], [], "0123"],
		["-C with -f and 416", () => ["-f", "-C", "4", "-o", "f", u("/416")], [], "0123"],
		["-C and -r", () => ["-C", "4", "-r", "1-2", u("/")]],
		["-C, --retry and 503", () => ["--retry", "1", "-C", "4", "-o", "f", u("/")], [503], "0123"],
		["-C that is no number", () => ["-C", "x", u("/")]],
		["-C below 0", () => ["-C", "-1", u("/")]],
		["--retry that is no number", () => ["--retry", "x", u("/")]],
		["--retry below 0", () => ["--retry", "-1", u("/")]],
	];

	for (const [name, args, statuses = [], file] of CASES) {
		it(`Tool and curl agree on ${name}.`, async function () {
			if (!CURL) return this.skip();
			const all = [];
			for (const program of [CURL, TOOL]) {
				answers = [...statuses];
				server.seen.length = 0;
				rmSync(folder.at("f"), { force: true });
				if (file !== undefined) folder.write("f", file);
				const { code, stdout } = await run(program, ["-s", "-w", FORMAT, ...args()], { cwd: folder.path });
				let left = "none";
				try {
					left = folder.read("f");
				} catch {}
				// what is wrong with the command line writes nothing
				all.push({ code, stdout: code === 2 ? "" : stdout, left, asked: server.seen.map(comparable) });
			}
			deepStrictEqual(all[1], all[0]);
		});
	}

	it("Each retry is told as a warning, and waits twice as long as the one before.", async () => {
		answers = [503, 503];
		const { code, stderr, time } = await tool(["--retry", "3", "-o", folder.at("x"), u("/")]);
		strictEqual(code, 0);
		strictEqual(
			stderr,
			"Warning: Problem: HTTP error. Will retry in 1 seconds. 3 retries left.\n" +
				"Warning: Problem: HTTP error. Will retry in 2 seconds. 2 retries left.\n",
		);
		ok(time >= 3000, `${time}`);
	});

	it("--retry-delay is the wait each time, Retry-After goes before it.", async () => {
		answers = [503, 503];
		const { stderr } = await tool(["--retry", "3", "--retry-delay", "0.1", "-o", folder.at("x"), u("/")]);
		strictEqual(stderr.match(/in 0 seconds/g)?.length, 2);
		let count = 0;
		server.handler = (_request, response) => {
			if (count++ === 0) response.writeHead(503, { "retry-after": "1" }).end();
			else response.end("ok");
		};
		const again = await tool(["--retry", "3", "--retry-delay", "0.1", "-o", folder.at("x"), u("/")]);
		match(again.stderr, /^Warning: Problem: HTTP error\. Will retry in 1 seconds\. 3 retries left\.\n$/);
		ok(again.time >= 1000, `${again.time}`);
	});

	it("-s tells nothing of it, and a refused connection is not retried.", async () => {
		answers = [503];
		const { stderr } = await tool(["-sS", "--retry", "1", "--retry-delay", "0.1", u("/")]);
		strictEqual(stderr, "");
		const { code, time } = await tool(["-s", "--retry", "3", `http://127.0.0.1:${await freePort()}/`]);
		strictEqual(code, 7);
		ok(time < 900, `${time}`);
	});

	it("Standard input cannot be sent again, so it is not.", async () => {
		answers = [503, 503];
		const { stdout } = await tool(["-s", "--retry", "1", "-T", "-", u("/")], { input: "once" });
		strictEqual(stdout, "busy 503");
		strictEqual(server.seen.length, 1);
	});

	it("-C with a server that has no ranges: exit code 33.", async () => {
		const { code, stderr } = await tool(["-sS", "-C", "4", u("/200")]);
		strictEqual(code, 33);
		match(stderr, /^lws-xs: \(33\) range:refused: /);
	});

	it("-C with an upload is not built in: exit code 4.", async () => {
		for (const args of [
			["-T", "-"],
			["-d", "x"],
		]) {
			const { code } = await tool(["-s", "-C", "4", ...args, u("/")], { input: "" });
			strictEqual(code, 4);
		}
	});
});
