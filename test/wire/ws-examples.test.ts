/** examples/websocket-echo.ts, subscriber.ts and bulk-sender.ts against a server, both sides of the wire. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { createHash } from "node:crypto";
import type { WebSocket } from "ws";
import { type Outcome, Programs, runHost, skipUnlessBuilt } from "../desktop/host.js";
import { authorities, certificates } from "../servers/certificate-set.js";
import { SocketServer } from "../servers/websocket-told.js";

/** More than the kernels on the way can keep: else nothing would be held up. */
const BYTES = 30_000_000;
/** Milliseconds in which the server reads nothing. */
const PAUSE = 1500;

function hash(data: Buffer): string {
	return createHash("sha1").update(data).digest("hex");
}

describe("the examples of WebSocket", function () {
	this.timeout(60_000);
	const programs = new Programs();
	const server = new SocketServer();
	let port = "";
	before(async function () {
		skipUnlessBuilt(this, "64");
		await server.listen();
		port = `${server.port}`;
	});
	beforeEach(() => server.reset());
	after(() => {
		server.close();
		programs.remove();
	});

	function example(name: string, args: string[], input = ""): Promise<Outcome> {
		const program = ["--heap", "64K", "--preload", "lws-xs=build/lib/lws-xs.js", `build/examples/${name}.js`];
		return runHost("64", [...program, ...args], { input });
	}

	it("websocket-echo sends lines of every length, prints the answers, and closes when it has all of them.", async () => {
		const lines = ["first", "", "x".repeat(5000), "last, without its end"];
		const { code, stdout, stderr } = await example("websocket-echo", ["127.0.0.1", port, "/chat"], lines.join("\n"));
		deepStrictEqual({ code, stdout, stderr }, { code: 0, stdout: `${lines.join("\n")}\n`, stderr: "" });
		deepStrictEqual(
			server.texts,
			lines.map((line) => `text:${line}`),
		);
		strictEqual(server.handshakes[0]?.url, "/chat");
		strictEqual(await server.closed(), "1000");
		server.reset();
		strictEqual((await example("websocket-echo", ["127.0.0.1", port])).code, 0);
		deepStrictEqual(server.texts, []);
	});

	it("websocket-echo waits for late answers, and tells how it fails.", async () => {
		server.talk = (socket) => socket.on("message", (data) => setTimeout(() => socket.send(`late ${data}`), 300));
		strictEqual((await example("websocket-echo", ["127.0.0.1", port], "a\nb\n")).stdout, "late a\nlate b\n");
		server.talk = (socket) => socket.on("message", () => socket.terminate());
		const cut = await example("websocket-echo", ["127.0.0.1", port], "a\n");
		strictEqual(cut.code, 1);
		match(cut.stderr, /^websocket-echo: (ws:abnormal-closure|tcp:reset): /);
		server.refuse = () => "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n";
		const refused = await example("websocket-echo", ["127.0.0.1", port], "a\n");
		strictEqual(refused.code, 1);
		match(refused.stderr, /^websocket-echo: ws:refused: /);
		strictEqual((await example("websocket-echo", [])).code, 2);
	});

	it("websocket-echo does the same over TLS.", async () => {
		const { chainPem, keyPem } = await certificates.ec();
		const secure = new SocketServer({ cert: chainPem, key: keyPem });
		await secure.listen();
		try {
			const trusted = programs.write("ca.pem", (await authorities.root()).pem);
			const args = ["--tls", "--cacert", trusted, "localhost", `${secure.port}`];
			const { code, stdout, stderr } = await example("websocket-echo", args, "hello\n");
			deepStrictEqual({ code, stdout, stderr }, { code: 0, stdout: "hello\n", stderr: "" });
		} finally {
			secure.close();
		}
	});

	it("subscriber survives ends of every kind, and has each event once.", async () => {
		/** What the server does when it has sent two events of each connection. */
		const ends: ((socket: WebSocket) => void)[] = [
			(socket) => socket.terminate(),
			(socket) => socket.close(1012, "restart"),
			(socket) => socket.send("no JSON"),
			(socket) => socket.send(JSON.stringify({ id: 99, text: "y".repeat(3000) })),
			() => {},
		];
		const asked: (string | undefined)[] = [];
		server.refuse = () =>
			// while it restarts
			server.handshakes.length === 2 ? "HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n" : undefined;
		server.talk = (socket, { headers }) => {
			const last = headers["last-event-id"] as string | undefined;
			asked.push(last);
			// one that it has already, and two new ones
			const next = Number(last ?? 0);
			for (const id of last === undefined ? [1, 2] : [next, next + 1, next + 2]) {
				socket.send(JSON.stringify({ id, text: `event ${id}` }));
			}
			const end = ends[asked.length - 1] as (socket: WebSocket) => void;
			// what was sent before is to arrive
			setTimeout(() => end(socket), 100);
		};
		const { code, stdout, stderr } = await example("subscriber", ["--wait", "50", "--count", "10", "127.0.0.1", port]);
		strictEqual(code, 0, stderr);
		const events = Array.from({ length: 10 }, (_, i) => JSON.stringify({ id: i + 1, text: `event ${i + 1}` }));
		strictEqual(stdout, `${events.join("\n")}\n`);
		deepStrictEqual(asked, [undefined, "2", "4", "6", "8"]);
		match(stderr, /^subscriber: connected\nsubscriber: (ws:abnormal-closure|tcp:reset): .*\nsubscriber: ws:refused: /);
		match(stderr, /^subscriber: connected, after event 8\n$/m);
		await server.closed(5);
		const codes = server.closes.map(({ code, reason }) => `${code} ${reason}`);
		deepStrictEqual(codes.slice(2), ["1008 an event has no id", "1009 an event is too long", "1000 "]);
	});

	it("bulk-sender streams a file under back-pressure as one message, and tells its progress.", async () => {
		const content = Buffer.alloc(BYTES, "0123456789abcdef!");
		const path = programs.write("bulk", content.toString("latin1"));
		let held = 0;
		server.talk = (socket, { socket: raw }) => {
			// the kernels fill, and then nothing moves
			raw.pause();
			setTimeout(() => {
				held = raw.bytesRead;
				raw.resume();
			}, PAUSE);
			socket.on("message", (data: Buffer) => socket.send(`${data.length} bytes`));
		};
		const begun = performance.now();
		const { code, stdout, stderr } = await example("bulk-sender", ["127.0.0.1", port, path, "/bulk"]);
		strictEqual(code, 0, `${stderr}${await server.closed()}`);
		strictEqual(stdout, `${BYTES} bytes\n`);
		ok(performance.now() - begun > PAUSE);
		ok(held < BYTES / 2, `${held}`);
		strictEqual(server.messages.length, 1);
		strictEqual(server.messages[0]?.kind, "binary");
		strictEqual(hash(server.messages[0]?.data ?? Buffer.alloc(0)), hash(content));
		const lines = stderr.trimEnd().split("\n");
		deepStrictEqual(
			lines.map((line) => /^bulk-sender: \d+ of 30000000 bytes, (\d+) %$/.exec(line)?.[1]),
			["10", "20", "30", "40", "50", "60", "70", "80", "90", "100"],
		);
		strictEqual(await server.closed(), "1000");
	});

	it("bulk-sender sends an empty file as an empty message, and tells how it fails.", async () => {
		server.talk = (socket) => socket.on("message", () => socket.send("thanks"));
		const { code, stdout } = await example("bulk-sender", ["127.0.0.1", port, programs.write("empty", "")]);
		deepStrictEqual({ code, stdout }, { code: 0, stdout: "thanks\n" });
		deepStrictEqual(server.texts, ["binary:"]);
		server.talk = (socket) => socket.on("message", () => socket.close(1011));
		const file = programs.write("some", "some");
		const { code: refused, stderr } = await example("bulk-sender", ["127.0.0.1", port, file]);
		strictEqual(refused, 1);
		match(stderr, /bulk-sender: the server closed without an answer\n$/);
		const missing = await example("bulk-sender", ["127.0.0.1", port, `${file}-not`]);
		strictEqual(missing.code, 1);
		match(missing.stderr, /^bulk-sender: .*some-not/);
	});
});
