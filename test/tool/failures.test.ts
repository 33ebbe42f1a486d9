/** Every way to fail that exists now, with its exit code and its line; and the table of codes as a whole. */
import { deepStrictEqual, doesNotMatch, match, ok, strictEqual, throws } from "node:assert";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import net from "node:net";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { errorCodes } from "lws-xs";
import { Folder, freePort, Recorder, TOOL, tool, withRaw } from "./tool.js";

const NOT_BUILT_IN = (
	"-F --digest --compressed --http2 --http2-prior-knowledge -Z " +
	"--parallel --parallel-max --speed-limit --speed-time " +
	"--keepalive-time -b -c --form"
).split(" ");

describe("the tool's failures", () => {
	const server = new Recorder();
	const folder = new Folder();
	before(() => server.listen());
	beforeEach(() => server.reset());
	after(() => {
		server.close();
		folder.remove();
	});

	async function fails(args: string[], code: number, line: RegExp): Promise<void> {
		const outcome = await tool(args);
		match(outcome.stderr, new RegExp(`^lws-xs: \\(${code}\\) [a-z0-9]+:[a-z-]+: [^\n]+\n$`), args.join(" "));
		match(outcome.stderr, line);
		strictEqual(outcome.code, code, outcome.stderr);
	}

	it("Each code of the library has an exit code.", async () => {
		const { exitOf } = await import(pathToFileURL(resolve("build/js/tool/exit.js")).href);
		deepStrictEqual(
			errorCodes().filter((code) => exitOf(code) === undefined || exitOf(code, "maybe") === undefined),
			[],
		);
	});

	it("What is wrong with the command line is exit 2, in one line.", async () => {
		for (const args of [
			[],
			["--bogus", "x"],
			["--url", "x"],
			["-q", "x"],
			["-X"],
			["-m", "abc", "x"],
			["-m", "-1", "x"],
			["--rx-buffer", "1x", "x"],
		]) {
			await fails(args, 2, /usage:.*--help lists/);
		}
		await fails(["-I", "-d", "x", server.origin], 2, /-I and -d exclude each other/);
		await fails(["-T", "x", "-d", "x", server.origin], 2, /-d and -T exclude each other/);
		await fails(["--record", "r", "--retry", "1", server.origin], 2, /--record and --retry exclude each other/);
		await fails(["--record", "r", "-C", "1", server.origin], 2, /--record and -C exclude each other/);
		await fails(["--rx-buffer", "1", server.origin], 2, /receiveBuffer is 1/);
		await fails(["--heap", "100", server.origin], 2, /--heap wants/);
		await fails(["-X", "A B", server.origin], 2, /is no method/);
		await fails(["-H", "X-Y: a\nb", server.origin], 2, /CR, LF or NUL/);
		await fails(["-H", "a b: c", server.origin], 2, /is no field name/);
		strictEqual(server.seen.length, 0);
	});

	it("What is promised and not there is refused by name with exit 4.", async () => {
		const { parseOptions } = await import(pathToFileURL(resolve("build/js/tool/options.js")).href);
		for (const option of NOT_BUILT_IN) {
			throws(() => parseOptions([option, "x", server.origin]), {
				line: `lws-xs: (4) feature:not-built-in: ${option} is not built in\n`,
			});
		}
		await fails(["--compressed", server.origin], 4, /--compressed is not built in/);
	});

	it("Another scheme is exit 1, a bad URL exit 3.", async () => {
		await fails(["ftp://a.test/"], 1, /url:unsupported-scheme: ftp:\/\//);
		for (const url of [
			"",
			"-",
			"http://",
			"http://:80/",
			"http://a b/",
			"http://a:99999/",
			"http://a:0/",
			"http://a:x/",
			"ht!tp://a/",
			"http://[::1/",
			"http://a.test/\u0001",
		]) {
			if (url !== "-") await fails(["--", url], 3, /url:malformed/);
		}
	});

	it("A thousand bad URLs are a thousand failures, on a small stack.", async () => {
		const outcome = await tool(["-s", "-w", "%{exitcode},", "--heap", "1M", ...Array(1000).fill("http://a b/")]);
		strictEqual(outcome.code, 3, outcome.stderr);
		strictEqual(outcome.stdout, "3,".repeat(1000));
	});

	it("A name without an address is exit 6, a port without a listener 7, a bad --resolve 49.", async () => {
		await fails(["http://no-such-name.invalid/"], 6, /dns:not-found/);
		await fails([`http://127.0.0.1:${await freePort()}/`], 7, /tcp:refused/);
		for (const entry of ["foo", "foo:80", "foo:x:1.2.3.4", "foo:80:bar", "foo:99999:1.2.3.4"]) {
			await fails(["--resolve", entry, server.origin], 49, /resolve:malformed/);
		}
	});

	const ANSWERS: [name: string, answer: string, code: number, cause: RegExp][] = [
		["garbage", "SSH-2.0-OpenSSH\r\n", 1, /h1:not-http/],
		["another version", "HTTP/2.0 200 OK\r\n\r\n", 1, /h1:(bad-version|not-http)/],
		["a field without a colon", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", 8, /h1:bad-field-name/],
		["a NUL in the head", "HTTP/1.1 200 OK\r\nA: \0\r\n\r\n", 8, /h1:bad-head-byte/],
		["a bad Content-Length", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", 8, /h1:bad-content-length/],
		["an unknown coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: br\r\n\r\n", 61, /h1:bad-transfer-encoding/],
		["a body that is cut", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", 18, /h1:truncated-body/],
		["a bad chunk size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 56, /h1:bad-chunk-size/],
		["an endless head", `HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(60_000)}`, 27, /h1:head-too-long/],
		["nothing", "", 52, /h1:empty-reply/],
	];
	for (const [name, answer, code, cause] of ANSWERS) {
		it(`A server that answers with ${name} is exit ${code}.`, () =>
			withRaw(
				(socket) => socket.end(answer),
				(origin) => fails([origin, "-o", "/dev/null"], code, cause),
			));
	}

	it("A reset in the middle of the response is exit 56.", () =>
		withRaw(
			(socket) => {
				socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", () =>
					setTimeout(() => socket.resetAndDestroy(), 50),
				);
			},
			(origin) => fails([origin, "-o", "/dev/null"], 56, /tcp:reset/),
		));

	it("A reset while the request is being sent is exit 55.", () =>
		withRaw(
			(socket) => void setTimeout(() => socket.resetAndDestroy(), 20),
			async (origin) => {
				const outcome = await tool(["-T", "-", `${origin}/x`], {
					withChild: (child) => void child.stdin?.write(Buffer.alloc(1000)),
				});
				strictEqual(outcome.code, 55, outcome.stderr);
			},
		));

	it("-m ends a silent transfer with exit 28, in time.", () =>
		withRaw(
			() => {},
			async (origin) => {
				const outcome = await tool(["-m", "0.3", origin]);
				strictEqual(outcome.code, 28);
				match(outcome.stderr, /^lws-xs: \(28\) timeout:total: /);
				ok(outcome.time > 290 && outcome.time < 2500, `${outcome.time} ms`);
			},
		));

	it("--connect-timeout ends an attempt that nobody answers with exit 28.", async () => {
		// a listener that accepts nothing: once its queue is full the kernel answers no more SYNs
		const program = `
			const server = require("node:net").createServer();
			server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
				require("node:fs").writeSync(1, String(server.address().port));
				for (const end = Date.now() + 10000; Date.now() < end; );
			});`;
		const holder = spawn(process.execPath, ["-e", program]);
		const fillers: net.Socket[] = [];
		try {
			const port = await new Promise<number>((done) => holder.stdout.once("data", (data) => done(Number(data))));
			for (let i = 0; i < 8; i++) fillers.push(net.connect(port, "127.0.0.1").on("error", () => {}));
			await new Promise((done) => setTimeout(done, 200));
			const outcome = await tool(["--connect-timeout", "0.4", `http://127.0.0.1:${port}/`]);
			strictEqual(outcome.code, 28, outcome.stderr);
			match(outcome.stderr, /timeout:connect/);
			ok(outcome.time > 390 && outcome.time < 3000, `${outcome.time} ms`);
		} finally {
			for (const filler of fillers) filler.destroy();
			holder.kill();
		}
	});

	it("Output that cannot be written is exit 23: a full disk, a missing folder, a closed pipe.", async () => {
		server.handler = (_request, response) => response.end(Buffer.alloc(1_000_000));
		if (existsSync("/dev/full"))
			await fails(["-o", "/dev/full", server.origin], 23, /output:unwritable: cannot write \/dev\/full/);
		await fails(["-o", folder.at("no/where"), server.origin], 23, /output:unwritable: cannot open/);
		const child = spawn(TOOL, [server.origin]);
		child.stdout.destroy();
		strictEqual(await new Promise((done) => child.once("close", done)), 23);
	});

	it("Input that cannot be read is exit 26.", async () => {
		await fails(["-T", folder.at("missing"), server.origin], 26, /input:unreadable: cannot open/);
		await fails(["-d", `@${folder.at("missing")}`, server.origin], 26, /input:unreadable/);
		await fails(["-H", `@${folder.at("missing")}`, server.origin], 26, /input:unreadable/);
		await fails(["-T", folder.path, `${server.origin}/x`], 26, /input:unreadable: cannot read/);
	});

	it("Secrets of the request are in no error.", () =>
		withRaw(
			(socket) => socket.end("HTTP/1.1 200 OK\r\nSet-Cookie: hidden=1\r\nnonsense hidden\r\n\r\n"),
			async (origin) => {
				const outcome = await tool(["-H", "Authorization: hidden", "-H", "Cookie: hidden", origin]);
				strictEqual(outcome.code, 8);
				doesNotMatch(outcome.stderr, /hidden/);
			},
		));
});
