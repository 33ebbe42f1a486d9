/** ws and wss: what is sent and printed, seen from both sides. */
import { deepStrictEqual, strictEqual } from "node:assert";
import { SocketServer } from "../servers/websocket-told.js";
import { Folder } from "./tool.js";
import { hash, passes } from "./ws-tool.js";

/** Room for the tool's own objects on a 64-bit machine, with the buffers of a device. */
const HEAP = "72K";
const BIG = Buffer.alloc(8_000_000, "0123456789abcdef!");

describe("the tool and the messages of a WebSocket", function () {
	this.timeout(30_000);
	const server = new SocketServer();
	const folder = new Folder();
	before(() => server.listen());
	beforeEach(() => server.reset());
	after(() => {
		server.close();
		folder.remove();
	});

	describe("messages", () => {
		it("--ws-send sends texts in their order, texts that come are printed one a line, and --ws-count ends it.", async () => {
			const sending = ["--ws-send", "one", "--ws-send", "", "--ws-send", "zwölf €"];
			const { stdout, stderr } = await passes([...sending, "--ws-count", "3", server.url]);
			strictEqual(Buffer.from(stdout, "latin1").toString(), "one\n\nzwölf €\n");
			strictEqual(stderr, "");
			deepStrictEqual(server.texts, ["text:one", "text:", "text:zwölf €"]);
			strictEqual(await server.closed(), "1000");
		});

		it("Each line of standard input is a text message, and its end closes when what it brought about has come.", async () => {
			for (const [input, lines] of [
				["a\n\nlast without its end", ["a", "", "last without its end"]],
				["b\n", ["b"]],
				["\n", [""]],
				["", []],
			] as const) {
				server.reset();
				const { stdout } = await passes([server.url], { input });
				strictEqual(stdout, lines.map((line) => `${line}\n`).join(""));
				deepStrictEqual(
					server.texts,
					lines.map((line) => `text:${line}`),
				);
				deepStrictEqual(server.pings, ["end"]);
				strictEqual(await server.closed(), "1000");
			}
		});

		it("A line that comes in parts is one message, and each is sent when its end has come.", async () => {
			let printed = "";
			const { stdout } = await passes([server.url], {
				withChild({ stdin, stdout }) {
					stdin?.write("first half, ");
					setTimeout(() => stdin?.write("second half\nnext"), 200);
					stdout?.on("data", (data) => {
						printed += data;
						if (printed.includes("\n")) stdin?.end();
					});
				},
			});
			strictEqual(stdout, "first half, second half\nnext\n");
			deepStrictEqual(server.texts, ["text:first half, second half", "text:next"]);
		});

		it("With --ws-count the end of standard input waits for the messages that are missing.", async () => {
			server.talk = (socket) => {
				socket.on("message", () => setTimeout(() => socket.send("late"), 300));
			};
			const { stdout } = await passes(["--ws-count", "1", server.url], { input: "ask" });
			strictEqual(stdout, "late\n");
			deepStrictEqual(server.pings, []);
		});

		it("--ws-count 0 waits for no message, but for all that was given to be sent.", async () => {
			server.talk = () => {};
			await passes(["--ws-send", "a", "--ws-send", "b", "--ws-count", "0", server.url]);
			deepStrictEqual(server.texts, ["text:a", "text:b"]);
			strictEqual(await server.closed(), "1000");
		});

		it("--ws-count does not cut off what is still to be sent.", async () => {
			server.talk = (socket) => socket.send("welcome");
			const path = folder.write("big", BIG);
			await passes(["--ws-send-file", path, "--ws-count", "1", server.url]);
			strictEqual(server.messages.length, 1);
			strictEqual(hash(server.messages[0]?.data ?? ""), hash(BIG));
		});

		it("Binary messages are written as they come, and -o has all in a file.", async () => {
			server.talk = (socket) => {
				for (const data of [Buffer.from([0, 255, 10]), "text", Buffer.alloc(0), Buffer.from("b"), ""])
					socket.send(data);
				socket.close(1000);
			};
			const { stdout } = await passes([server.url]);
			strictEqual(stdout, "\0\u00ff\ntext\nb\n");
			const inFile = await passes(["-o", folder.at("out"), server.url]);
			strictEqual(inFile.stdout, "");
			strictEqual(folder.read("out"), "\0\u00ff\ntext\nb\n");
		});

		it("--ws-send and --ws-send-file keep the order in which they are given; an empty file is an empty message.", async () => {
			const file = folder.write("some", Buffer.from([1, 2, 3]));
			const empty = folder.write("empty", "");
			const args = ["--ws-send-file", file, "--ws-send", "t", "--ws-send-file", empty, "--ws-send-file", "-"];
			await passes([...args, "--ws-count", "4", server.url], { input: "from a pipe" });
			deepStrictEqual(server.texts, ["binary:\u0001\u0002\u0003", "text:t", "binary:", "binary:from a pipe"]);
		});

		it("After --ws-send it stays until the server closes, which is exit 0.", async () => {
			server.talk = (socket) => {
				socket.on("message", () => {
					setTimeout(() => socket.send("event 1"), 100);
					setTimeout(() => socket.send("event 2"), 300);
					setTimeout(() => socket.close(1000, "that was all"), 400);
				});
			};
			const { stdout, stderr } = await passes(["--ws-send", "subscribe", server.url]);
			strictEqual(stdout, "event 1\nevent 2\n");
			strictEqual(stderr, "");
		});
	});

	describe("in fixed memory", () => {
		it("A binary message of 8 MB is streamed from a file, and comes back as a whole.", async () => {
			const path = folder.write("big", BIG);
			const args = ["--heap", HEAP, "--ws-send-file", path, "--ws-count", "1", "-o", folder.at("back"), server.url];
			await passes(args);
			strictEqual(server.messages.length, 1);
			strictEqual(server.messages[0]?.kind, "binary");
			strictEqual(hash(server.messages[0]?.data ?? ""), hash(BIG));
			strictEqual(hash(Buffer.from(folder.read("back"), "latin1")), hash(BIG));
		});

		it("A line of 2 MB is one text message, and so is one of standard input without an end.", async () => {
			const line = "lang€".repeat(300_000);
			server.talk = (socket) => socket.on("message", (data: Buffer) => socket.send(`${data.length}`));
			for (const end of ["\nshort\n", ""]) {
				server.reset();
				server.talk = (socket) => socket.on("message", (data: Buffer) => socket.send(`${data.length}`));
				const { stdout } = await passes(["--heap", HEAP, server.url], { input: `${line}${end}` });
				strictEqual(stdout, end === "" ? "2100000\n" : "2100000\n5\n");
				strictEqual(hash(server.messages[0]?.data ?? ""), hash(line));
				strictEqual(server.messages[0]?.kind, "text");
			}
		});

		it("--ws-echo sends back messages of every kind and length, and what comes in fragments.", async () => {
			const big = BIG.subarray(0, 1_000_000).toString("latin1");
			const sent = ["", "a", big, Buffer.alloc(0), BIG.subarray(0, 300_000), Buffer.from([0])];
			server.talk = (socket) => {
				for (const data of sent) socket.send(data);
				socket.send("frag", { fin: false });
				socket.send("ment", { fin: true });
				socket.on("message", () => {
					if (server.messages.length === sent.length + 1) socket.close(1000);
				});
			};
			for (const options of [[], ["--heap", HEAP, "--rx-buffer", "256"]]) {
				server.messages.length = 0;
				const { stdout } = await passes([...options, "--ws-echo", server.url]);
				strictEqual(stdout, "");
				deepStrictEqual(
					server.messages.map(({ kind, data }) => `${kind} ${hash(data)}`),
					[...sent, "fragment"].map((data) => `${typeof data === "string" ? "text" : "binary"} ${hash(data)}`),
				);
			}
		});

		it("--ws-echo with --ws-count ends after so many.", async () => {
			server.talk = (socket) => {
				for (let i = 0; i < 3; i++) socket.send(`${i}`);
			};
			await passes(["--ws-echo", "--ws-count", "3", server.url]);
			strictEqual(await server.closed(), "1000");
			deepStrictEqual(server.texts, ["text:0", "text:1", "text:2"]);
		});
	});
});
