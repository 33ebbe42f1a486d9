/** --record and replay: what is in a record and what is not, and that the client does it again, however it is cut. */
import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { readdirSync } from "node:fs";
import type { Socket } from "node:net";
import { authorities, certificates } from "../servers/certificate-set.js";
import { TlsServer } from "../servers/tls.js";
import { Records } from "./records.js";
import { Folder, freePort, Recorder, tool, withRaw } from "./tool.js";

describe("the tool's records", function () {
	this.timeout(60_000);
	const server = new Recorder();
	const folder = new Folder();
	const { path, count, edit, lines, record, replays, differs } = new Records(folder);
	before(() => server.listen());
	beforeEach(() => server.reset());
	after(() => {
		server.close();
		folder.remove();
	});

	it("A GET is a record that a person can read, and it replays whole, in bytes and with each cut.", async () => {
		await record([`${server.origin}/a?b`]);
		const [heading = ""] = folder.read("record.jsonl").split("\n");
		const { record: version, arguments: given } = JSON.parse(heading);
		deepStrictEqual([version, given], [1, ["--silent", `${server.origin}/a?b`]]);
		deepStrictEqual(
			lines()
				.map(({ event }) => event)
				.filter((event) => event !== "room"),
			["connect", "opened", "sent", "received", "result", "exit"],
		);
		match(folder.read("record.jsonl"), /"text":"GET \/a\?b HTTP\/1\.1\\r\\n/);
		const { stdout } = await replays();
		match(stdout, /as recorded: the same\nin pieces of 1: the same\ncut at 1 to \d+: the same\n$/);
		const requests = server.seen.length;
		strictEqual(requests, 1, "a replay must ask nobody");
	});

	it("Whoever records is told what is kept.", async () => {
		const { stderr } = await tool(["--record", path, server.origin]);
		match(stderr, /record\.jsonl will have all content/);
	});

	it("--cut says how the bytes come.", async () => {
		await record([server.origin]);
		match((await replays("--cut", "7")).stdout, /in pieces of 7: the same\n$/);
		match((await replays("--cut", "0")).stdout, /as recorded: the same\n$/);
		match((await replays("--cut", "each")).stdout, /cut at 1 to/);
		match((await replays("--cut", "0", "-v", "--trace-wsi")).stderr, /> GET \/[\s\S]*1 ESTABLISHED_CLIENT_HTTP/);
		for (const args of [["--cut", "x"], ["--cut"], ["--bogus"], [], [path, path]]) {
			const outcome = await tool(["replay", ...(args.length === 1 ? [path] : []), ...args]);
			strictEqual(outcome.code, 2, outcome.stderr);
		}
	});

	it("Bodies are replayed from the record: of -d, of a file, of a pipe, and sent again after a redirect.", async () => {
		const file = folder.write(
			"upload",
			Buffer.alloc(
				70_000,
				Uint8Array.from({ length: 251 }, (_, i) => i),
			),
		);
		await record(["-d", "name=value", `${server.origin}/form`]);
		await replays();
		await record(["-T", file, `${server.origin}/`]);
		folder.write("upload", "another content");
		await replays("--cut", "1");
		strictEqual(server.last.body.length, 70_000);
		await record(["-T", "-", `${server.origin}/pipe`], 0, Buffer.alloc(40_000, "abc\n"));
		await replays("--cut", "1");
		server.handler = (request, response) => {
			if (request.url === "/here") response.writeHead(307, { Location: "/there" });
			response.end("done");
		};
		await record(["-L", "-T", file, `${server.origin}/here`]);
		strictEqual(count("rewound"), 1);
		await replays("--cut", "1");
	});

	it("A chunked response, several URLs and a redirect to another origin replay.", async () => {
		const other = new Recorder();
		await other.listen();
		try {
			server.handler = (request, response) => {
				if (request.url === "/away") response.writeHead(302, { Location: `http://localhost:${other.port}/there` });
				response.write("first\n");
				setTimeout(() => response.end(Buffer.from([0, 1, 2, 255])), 20);
			};
			await record(["-L", `${server.origin}/away`, `${server.origin}/chunked`, "-o", "/dev/null"]);
			deepStrictEqual([count("connect"), count("resolve"), count("result")], [2, 1, 2]);
			await replays();
		} finally {
			other.close();
		}
	});

	it("-i, -I, -f and early ends replay.", async () => {
		server.handler = (_request, response) => response.writeHead(404).end("x".repeat(50_000));
		await record(["-f", server.origin], 22);
		await replays();
		await record(["-i", server.origin]);
		await replays("--cut", "100");
		await record(["-I", server.origin]);
		await replays();
		await record(["-i", "-X", "GET", "-I", server.origin]);
		await replays();
	});

	const ENDS: [name: string, code: number, answer: (socket: Socket) => void][] = [
		["a truncated body", 18, (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")],
		["garbage", 1, (socket) => socket.end("SSH-2.0-OpenSSH\r\n")],
		["no answer", 52, (socket) => socket.end()],
		["a bad chunk", 56, (socket) => socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")],
		["bytes after the response", 0, (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabcdef")],
		[
			"a reset",
			56,
			(socket) =>
				socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", () =>
					setTimeout(() => socket.resetAndDestroy(), 50),
				),
		],
	];
	for (const [name, code, answer] of ENDS) {
		it(`What ended with ${name} (exit ${code}) ends so in each replay.`, () =>
			withRaw(answer, async (origin) => {
				await record([origin], code);
				await replays();
			}));
	}

	it("Time is virtual: what ended by a time limit ends so at once.", async () => {
		await withRaw(
			() => {},
			async (origin) => {
				await record(["-m", "1.5", origin], 28);
				const { time } = await replays("--cut", "0");
				ok(time < 1200, `${time} ms`);
				edit('"1.5"', '"20"');
				edit(/("time":)(\d+)(,"event":"(?:closed|result|exit)")/g, "$120001$3");
				const long = await replays("--cut", "0");
				ok(long.time < 1200, `${long.time} ms`);
			},
		);
	});

	it("A refused connection and a name without an address are events.", async () => {
		await record([`http://127.0.0.1:${await freePort()}/`], 7);
		match(folder.read("record.jsonl"), /"event":"ended","connection":1,"failure":"refused"/);
		await replays();
		await record(["http://no-such-name.invalid/"], 6);
		strictEqual(count("unresolved"), 1);
		await replays();
	});

	it("What files did to a run is told, not done again.", async () => {
		await record(["-T", folder.at("missing"), `${server.origin}/x`], 26);
		await replays();
		await record(["-d", "@/nowhere", `${server.origin}/x`, server.origin], 26);
		await replays();
		await record(["-o", "/dev/full", server.origin], 23);
		await replays();
		const fields = folder.write("fields", "X-One: 1\nCookie: a=hidden\n");
		await record(["-H", `@${fields}`, server.origin]);
		strictEqual(server.last.headers.cookie, "a=hidden");
		folder.write("fields", "X-Two: 2\n");
		await replays();
	});

	it("A record that cannot be written is exit 23, before anything is asked.", async () => {
		const outcome = await tool(["--record", "/nowhere/record", server.origin]);
		strictEqual(outcome.code, 23);
		match(outcome.stderr, /record:unwritable/);
		strictEqual(server.seen.length, 0);
		const full = await tool(["--record", "/dev/full", server.origin]);
		strictEqual(full.code, 23, full.stderr);
		for (const other of [["--show-ca"], ["--heap", "1M"]]) {
			strictEqual((await tool(["--record", path, ...other, server.origin])).code, 2);
		}
	});

	it("A client that does something else is found, and so is another outcome.", async () => {
		const args = ["-H", "X-Mark: one", "-d", "content", server.origin];
		await record(args);
		edit("X-Mark: one\\r", "X-Mark: two\\r");
		await differs(/on connection 1 the client sends "one.*, not "two/);
		await record(args);
		edit(/("event":"result".*"status":)200/, "$1201");
		await differs(/transfer 1 has status 200, not 201/);
		await record(args);
		edit(/("event":"received".*Content-Length: )2/, "$13");
		await differs(/transfer 1 does not end/);
		await record(args);
		edit(/("event":"exit","exit":)0/, "$17");
		await differs(/the exit code is 0, not 7/);
		await record([server.origin]);
		edit(/("event":"connect".*"port":)\d+/, "$11");
		await differs(/it connects to 127\.0\.0\.1 port/);
		await record([server.origin]);
		edit(/\]\}\n/, `,"${server.origin}/more"]}\n`);
		await differs(/there is one transfer more|the run does not end|one connection more/);
	});

	describe("over TLS", () => {
		let secure: TlsServer;
		let origin: string;
		before(async () => {
			secure = new TlsServer({
				certificate: await certificates.ec(),
				ALPNProtocols: ["http/1.1"],
				onRequest: (request, response) => {
					response.setHeader("Set-Cookie", "session=hidden");
					request.resume();
					request.on("end", () => response.end("plaintext\n"));
				},
			});
			origin = `https://localhost:${await secure.listen()}`;
			folder.write("ca.pem", (await authorities.root()).pem);
		});
		after(() => secure.close());

		it("Plaintext is recorded, and replayed without keys, CAs or a server.", async () => {
			await record(["--cacert", folder.at("ca.pem"), "-d", "body", `${origin}/a`, `${origin}/b`]);
			const text = folder.read("record.jsonl");
			match(text, /"event":"secured","connection":1,"tls":\{"version":"TLSv1\.[23]","cipher":"/);
			match(text, /plaintext/);
			doesNotMatch(text, /hidden|BEGIN|PRIVATE/);
			folder.write("ca.pem", "");
			await replays();
			folder.write("ca.pem", (await authorities.root()).pem);
		});

		it("A certificate that is not trusted fails again as it did.", async () => {
			await record(["--cacert", folder.write("other.pem", (await authorities.unknown()).pem), origin], 60);
			strictEqual(count("unsecured"), 1);
			await replays();
			const { stdout, stderr } = await replays("-v");
			doesNotMatch(stdout + stderr, /undefined/);
		});

		it("A redirect from http to https replays.", async () => {
			server.handler = (_request, response) => response.writeHead(302, { Location: `${origin}/x` }).end();
			await record(["-L", "--cacert", folder.at("ca.pem"), server.origin]);
			deepStrictEqual([count("connect"), count("secured")], [2, 1]);
			await replays();
		});

		it("A server that speaks no TLS, or ends in the handshake, replays.", async () => {
			await record(["-k", `https://127.0.0.1:${server.port}/`], 35);
			await replays();
			await withRaw(
				(socket) => socket.end(),
				async (plain) => {
					await record(["-k", plain.replace("http:", "https:")], 35);
					await replays();
				},
			);
			await withRaw(
				() => {},
				async (plain) => {
					await record(["-k", "--connect-timeout", "0.3", plain.replace("http:", "https:")], 28);
					await replays();
				},
			);
		});
	});

	it("A record of many megabytes is read as a stream.", async () => {
		server.handler = (_request, response) => response.end(Buffer.alloc(8_000_000, `${"0123456789abcdef".repeat(5)}\n`));
		await record([server.origin, "-o", "/dev/null"]);
		ok(folder.read("record.jsonl").length > 8_000_000);
		const { stderr } = await replays("--cut", "0", "--stats");
		const { peakHeap } = JSON.parse(stderr);
		ok(peakHeap < 4_000_000, stderr);
	});

	for (const name of readdirSync("test/vectors/records")) {
		it(`test/vectors/records/${name}: the client does what it did then.`, async () => {
			const outcome = await tool(["replay", `test/vectors/records/${name}`, "--cut", "each"]);
			strictEqual(outcome.code, 0, outcome.stderr);
			match(outcome.stdout, /cut at 1 to \d+: the same\n$/);
		});
	}
});
