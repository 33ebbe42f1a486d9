/** ws and wss: how a WebSocket of the tool comes about, and how it ends. */
import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { SocketServer } from "../servers/websocket-told.js";
import { Folder, freePort, run, TOOL, withHeads } from "./tool.js";
import { fails, OPEN, opening, passes } from "./ws-tool.js";

describe("the tool and the life of a WebSocket", function () {
	this.timeout(30_000);
	const server = new SocketServer();
	const folder = new Folder();
	before(() => server.listen());
	beforeEach(() => server.reset());
	after(() => {
		server.close();
		folder.remove();
	});

	describe("the handshake", () => {
		it("It has the fields of HTTP that are asked for, and --ws-protocol and -H offer subprotocols.", async () => {
			const args = [
				"-u",
				"me:secret",
				"-A",
				"agent",
				"-H",
				"X-Mine: 1",
				"-H",
				"Origin: http://o.test",
				"-e",
				"http://r.test",
			];
			await passes([...args, "--ws-protocol", "v2,v1", "-H", "Sec-WebSocket-Protocol: old", `${server.url}a?b`], {
				input: "",
			});
			const [{ method, url, headers } = {}] = server.handshakes;
			strictEqual(`${method} ${url}`, "GET /a?b");
			strictEqual(headers?.host, `127.0.0.1:${server.port}`);
			strictEqual(headers?.authorization, `Basic ${Buffer.from("me:secret").toString("base64")}`);
			strictEqual(headers?.["user-agent"], "agent");
			strictEqual(headers?.["x-mine"], "1");
			strictEqual(headers?.origin, "http://o.test");
			strictEqual(headers?.referer, "http://r.test");
			deepStrictEqual(headers?.["sec-websocket-protocol"]?.split(/, */), ["v2", "v1", "old"]);
		});

		it("-v shows both heads and what is sent and received, without secrets; -i writes the head before the messages.", async () => {
			const args = [
				"-v",
				"-u",
				"me:s3cret",
				"-H",
				"Cookie: c00kie",
				"--ws-no-deflate",
				"--ws-send",
				"abc",
				"--ws-count",
				"1",
			];
			const { stdout, stderr } = await passes([...args, server.url]);
			strictEqual(stdout, "abc\n");
			match(stderr, /^\* Connected to 127\.0\.0\.1 \(127\.0\.0\.1 port \d+\)\n> GET \/ HTTP\/1\.1\n> Host: /);
			match(stderr, /^> Authorization: \(masked\)\n/m);
			match(stderr, /^> Cookie: \(masked\)\n/m);
			match(stderr, /^> Sec-WebSocket-Key: \S{22}==\n/m);
			match(stderr, /^> \n< HTTP\/1\.1 101 Switching Protocols\n(< .+\n)+< \n\* Sent: text, 3 bytes\n/m);
			match(stderr, /^\* Received: text, a message of 3 bytes\n$/m);
			doesNotMatch(stderr, /s3cret|c00kie|bWU6/);
			const shown = await passes(["-i", "--ws-send", "abc", "--ws-count", "1", server.url]);
			match(shown.stdout, /^HTTP\/1\.1 101 Switching Protocols\r\n([^\r\n]+\r\n)+\r\nabc\n$/);
		});

		it("An answer other than 101 is exit 22 with its status; its body is shown by -i and -v.", async () => {
			server.refuse = ({ url }) =>
				`HTTP/1.1 ${url?.slice(1)} No\r\nContent-Length: 9\r\nLocation: /x\r\nWWW-Authenticate: Basic\r\n\r\nthe cause`;
			for (const [status, code] of [
				[401, "ws:unauthorized"],
				[404, "ws:refused"],
				[503, "ws:refused"],
				[302, "ws:redirected"],
				[200, "ws:refused"],
			]) {
				const url = `${server.url}${status}`;
				const outcome = await fails(
					["-w", "%{http_code}", url],
					22,
					new RegExp(`${code}: the server answered ${status}\n`),
				);
				strictEqual(outcome.stdout, `${status}`);
				const { stdout } = await fails(["-i", url], 22, /answered/);
				match(stdout, new RegExp(`^HTTP/1\\.1 ${status} No\r\n.*\r\n\r\nthe cause$`, "s"));
				const { stderr } = await fails(["-v", url], 22, /^< \nthe cause\nlws-xs: \(22\)/m);
				match(stderr, new RegExp(`^< HTTP/1\\.1 ${status} No\n`, "m"));
			}
			strictEqual((await run(TOOL, ["-s", `${server.url}404`])).stderr, "");
			match((await run(TOOL, ["-sS", `${server.url}404`])).stderr, /^lws-xs: \(22\)/);
		});

		it("--retry begins anew what was refused with 503, and nothing that was open.", async () => {
			let refusals = 2;
			server.refuse = () =>
				refusals-- > 0 ? "HTTP/1.1 503 Later\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" : undefined;
			const args = ["--retry", "3", "--retry-delay", "0.1", "--ws-count", "1", "-o", folder.at("r"), server.url];
			const { stderr } = await passes(args, { input: "line\n" });
			strictEqual(stderr.match(/Warning: Problem: HTTP error/g)?.length, 2);
			strictEqual(folder.read("r"), "line\n");
			server.reset();
			server.talk = (socket) => socket.on("message", () => socket.terminate());
			await fails(["--retry", "3", "--retry-delay", "0.1", server.url], 56, /ws:abnormal-closure|tcp:reset/, {
				input: "x",
			});
			strictEqual(server.handshakes.length, 1);
		});

		it("What answers as no WebSocket server would is exit 56.", async () => {
			for (const [cause, answer] of [
				[
					"bad-accept",
					() => "HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n",
				],
				["bad-upgrade", (head: string) => opening(head).replace("websocket", "h2c")],
				["bad-subprotocol", (head: string) => opening(head, "Sec-WebSocket-Protocol: other\r\n")],
				["bad-extension", (head: string) => opening(head, "Sec-WebSocket-Extensions: x-other\r\n")],
			] as const) {
				await withHeads(
					(socket, head) => socket.write(answer(head)),
					async (origin) => {
						const url = origin.replace("http", "ws");
						await fails(["--ws-protocol", "mine", url], 56, new RegExp(`ws:${cause}`));
					},
				);
			}
		});
	});

	describe("the end", () => {
		it("A clean close by the server is exit 0, also while standard input is open; other statuses than 1000 and 1001 are told.", async () => {
			for (const [code, reason, told] of [
				[1000, "bye", ""],
				[1001, "", ""],
				[1011, "it broke\u001b[2J", 'Warning: the server has closed with 1011 "it broke\\u001b[2J"\n'],
				[4000, "", "Warning: the server has closed with 4000\n"],
			] as const) {
				server.talk = (socket) => socket.close(code, reason);
				const { stderr } = await passes([server.url], OPEN);
				strictEqual(stderr, told);
				strictEqual((await passes(["-s", server.url], OPEN)).stderr, "");
			}
		});

		it("An end without a Close frame is exit 56, at once and after messages.", async () => {
			server.talk = (socket) => socket.terminate();
			await fails([server.url], 56, /ws:abnormal-closure|tcp:reset/, OPEN);
			server.talk = (socket) => {
				socket.send("one");
				setTimeout(() => socket.terminate(), 100);
			};
			const { stdout } = await fails([server.url], 56, /ws:abnormal-closure|tcp:reset/, OPEN);
			strictEqual(stdout, "one\n");
		});

		it("A frame that no server may send is exit 56, and the server is told why.", async () => {
			for (const [cause, status, ...bytes] of [
				["masked-frame", 1002, 0x81, 0x81, 0, 0, 0, 0, 0x61],
				["bad-opcode", 1002, 0x83, 0],
				["reserved-bits", 1002, 0xa1, 0],
				["bad-utf8", 1007, 0x81, 1, 0xff],
				["bad-continuation", 1002, 0x80, 0],
				["bad-control-frame", 1002, 0x09, 0],
				["bad-close", 1002, 0x88, 1, 0],
			] as [string, number, ...number[]][]) {
				let answer = Buffer.alloc(0);
				await withHeads(
					(socket, head) => {
						socket.write(Buffer.concat([Buffer.from(opening(head), "latin1"), Buffer.from(bytes)]));
						socket.on("data", (data) => {
							answer = Buffer.concat([answer, data]);
							socket.end();
						});
					},
					async (origin) => {
						const url = origin.replace("http", "ws");
						await fails(["--ws-no-deflate", url], 56, new RegExp(`ws:${cause}`), OPEN);
						// a masked Close frame, and nothing else
						strictEqual(answer[0], 0x88, cause);
						const [high, low, key0, key1] = [6, 7, 2, 3].map((at) => answer[at] as number) as [
							number,
							number,
							number,
							number,
						];
						strictEqual(((high ^ key0) << 8) | (low ^ key1), status, cause);
					},
				);
			}
		});

		it("A server that does not answer --ws-ping is exit 28; one that does stays.", async () => {
			await withHeads(
				(socket, head) => socket.write(opening(head)),
				async (origin) => {
					const url = origin.replace("http", "ws");
					const { time } = await fails(["--ws-ping", "1", url], 28, /timeout:pong/, OPEN);
					ok(time > 1900 && time < 6000, `${time}`);
				},
			);
			server.talk = (socket) => setTimeout(() => socket.close(1000), 3500);
			await passes(["--ws-ping", "1", server.url], OPEN);
			ok(server.pings.length >= 2, `${server.pings.length}`);
		});

		it("A server that does not answer a Ping does not hold up the end of standard input for ever.", async () => {
			await withHeads(
				(socket, head) => {
					socket.write(opening(head));
					socket.on("data", (data) => {
						// a Close frame is answered by one, nothing else by anything
						if (data[0] === 0x88) socket.end(Buffer.from([0x88, 0]));
					});
				},
				async (origin) => {
					const { time } = await passes([origin.replace("http", "ws")], { input: "x\n" });
					ok(time > 4500 && time < 8000, `${time}`);
				},
			);
		});

		it("-m limits the whole, before and after it is open.", async () => {
			await fails(["-m", "1", server.url], 28, /timeout:total/, OPEN);
			strictEqual(server.handshakes.length, 1);
			await withHeads(
				() => {},
				async (origin) => {
					await fails(["-m", "0.5", origin.replace("http", "ws")], 28, /timeout:total/);
				},
			);
		});

		it("Nobody there is exit 7, no name exit 6.", async () => {
			await fails([`ws://127.0.0.1:${await freePort()}/`], 7, /tcp:refused/);
			await fails(["ws://no.such.name.invalid/"], 6, /dns:/);
		});

		it("What cannot be read or written is exit 26 and 23, and the server is told that we go.", async () => {
			await fails(["--ws-send-file", folder.at("none"), server.url], 26, /input:unreadable/);
			strictEqual(server.handshakes.length, 0);
			await fails(["--ws-send", "x", "-o", "/dev/full", server.url], 23, /output:unwritable/);
			strictEqual(await server.closed(), "1001");
			server.reset();
			await fails([server.url], 26, /is not UTF-8/, { input: Buffer.from([0x61, 0x0a, 0xff, 0x0a]) });
			strictEqual(await server.closed(), "1001");
			deepStrictEqual(server.texts, ["text:a"]);
		});
	});
});
