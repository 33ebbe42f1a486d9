/** ws and wss beside other options of the tool. */
import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { existsSync } from "node:fs";
import { authorities, certificates } from "../servers/certificate-set.js";
import { HttpProxy, SocksProxy } from "../servers/proxies.js";
import { SocketServer } from "../servers/websocket-told.js";
import { Folder } from "./tool.js";
import { ENV, fails, passes } from "./ws-tool.js";

describe("the tool and the options of a WebSocket", function () {
	this.timeout(30_000);
	const server = new SocketServer();
	const folder = new Folder();
	before(() => server.listen());
	beforeEach(() => server.reset());
	after(() => {
		server.close();
		folder.remove();
	});

	describe("with other options", () => {
		it("What has no meaning with a WebSocket is exit 2 with a sentence, and so is --ws-… without one.", async () => {
			for (const args of [
				["-X", "GET"],
				["-d", "x"],
				["--data-binary", "x"],
				["-T", "x"],
				["-I"],
				["-L"],
				["-O"],
				["-r", "0-1"],
				["-C", "1"],
				["--pipeline"],
				["--record", folder.at("record")],
				["--show-ca"],
			]) {
				await fails([...args, server.url], 2, /usage:.*has no meaning with a ws or wss URL/);
			}
			strictEqual(existsSync(folder.at("record")), false);
			await fails([server.url, server.url], 2, /stands alone/);
			await fails(["--ws-echo", "--ws-send", "x", server.url], 2, /--ws-echo and --ws-send exclude each other/);
			await fails(["--ws-echo", "--ws-send-file", "x", server.url], 2, /--ws-echo and --ws-send-file exclude/);
			for (const args of [["--ws-send", "x"], ["--ws-echo"], ["--ws-count", "1"], ["--ws-no-deflate"]]) {
				await fails([...args, server.url.replace("ws", "http")], 2, new RegExp(`${args[0]} wants a ws or wss URL`));
			}
			await fails(["--ws-count", "x", server.url], 2, /--ws-count wants a number/);
			await fails(["--ws-ping", "0", server.url], 2, /--ws-ping wants a number/);
			await fails(["--ws-protocol", "a b", server.url], 2, /is no name of a subprotocol/);
			await fails(["-H", "Sec-WebSocket-Key: x", server.url], 2, /Sec-WebSocket-Key is the client's own/);
			strictEqual(server.handshakes.length, 0);
		});

		it("--resolve, -4 and -6 say where to go, -w and --stats what came of it, --trace-wsi what was told.", async () => {
			const url = `ws://a.test:${server.port}/`;
			const at = ["--resolve", `a.test:${server.port}:127.0.0.1`];
			const format = "%{http_code} %{size_upload} %{size_download} %{num_connects} %{url_effective}";
			const sending = ["--ws-no-deflate", "--ws-send", "12345", "--ws-count", "1"];
			const args = [...at, "-4", "--stats", "--trace-wsi", "-w", format, ...sending, url];
			const { stdout, stderr } = await passes(args);
			strictEqual(stdout, `12345\n101 5 5 1 ${url}`);
			match(stderr, /^1 CLIENT_ESTABLISHED 0\n1 CLIENT_WRITEABLE \d+\n/m);
			match(stderr, /^1 CLIENT_RECEIVE 5\n/m);
			match(stderr, /"connections":1}\n$/);
			strictEqual(server.handshakes[0]?.headers.host, `a.test:${server.port}`);
			await fails([...at, "-6", url], 6, /dns:not-found/);
		});

		it("permessage-deflate is offered and used both ways, with a small window in a small heap; --ws-no-deflate offers nothing.", async () => {
			const text = "again and ".repeat(400);
			const args = ["--stats", "--ws-send", text, "--ws-count", "1", server.url];
			const offer = () => server.handshakes[server.handshakes.length - 1]?.headers["sec-websocket-extensions"];
			const figures = (stderr: string) => JSON.parse(stderr) as { bytesIn: number; bytesOut: number };
			const { stdout, stderr } = await passes(args);
			strictEqual(stdout, `${text}\n`);
			strictEqual(offer(), "permessage-deflate; client_max_window_bits");
			ok(figures(stderr).bytesIn < 1000 && figures(stderr).bytesOut < 3000, stderr);
			const small = await passes(["--heap", "96K", ...args]);
			strictEqual(small.stdout, `${text}\n`);
			strictEqual(offer(), "permessage-deflate; server_max_window_bits=10");
			ok(figures(small.stderr).bytesIn < 1000 && figures(small.stderr).bytesOut > text.length, small.stderr);
			const plain = await passes(["--ws-no-deflate", ...args]);
			strictEqual(offer(), undefined);
			ok(figures(plain.stderr).bytesIn > text.length, plain.stderr);
			deepStrictEqual(server.texts, [`text:${text}`, `text:${text}`, `text:${text}`]);
		});

		it("A WebSocket goes through a proxy by a tunnel, as -x, http_proxy and --socks5 say.", async () => {
			const proxy = new HttpProxy();
			const socks = new SocksProxy();
			await proxy.listen();
			await socks.listen();
			const sending = ["--ws-send", "x", "--ws-count", "1", server.url];
			try {
				const where = `127.0.0.1:${server.port}`;
				const { stderr } = await passes(["-v", "-x", `http://me:s3cret@127.0.0.1:${proxy.port}`, ...sending]);
				match(proxy.requests[0] ?? "", new RegExp(`^CONNECT ${where} `));
				match(stderr, /^> CONNECT .*\n(> .+\n)+> \n< HTTP\/1\.1 200.*\n(< .+\n)*< \n> GET \/ HTTP\/1\.1\n/m);
				match(stderr, /^< HTTP\/1\.1 101 /m);
				doesNotMatch(stderr, /s3cret/);
				proxy.begin();
				await passes(sending, { env: { ...ENV, http_proxy: `http://127.0.0.1:${proxy.port}`, no_proxy: "" } });
				match(proxy.requests[0] ?? "", new RegExp(`^CONNECT ${where} `));
				const { stdout } = await passes(["--socks5", `127.0.0.1:${socks.port}`, ...sending]);
				strictEqual(stdout, "x\n");
				strictEqual(socks.requests.length > 0, true);
			} finally {
				await proxy.close();
				await socks.close();
			}
		});
	});

	describe("over TLS", () => {
		let secure: SocketServer;
		before(async () => {
			const { chainPem, keyPem } = await certificates.ec();
			secure = new SocketServer({ cert: chainPem, key: keyPem });
			await secure.listen();
			folder.write("ca.pem", (await authorities.root()).pem);
		});
		beforeEach(() => secure.reset());
		after(() => secure.close());

		it("wss checks the server's certificate as https does.", async () => {
			const sending = ["--ws-send", "geheim", "--ws-count", "1"];
			const url = secure.url.replace("127.0.0.1", "localhost");
			const at = ["-4", "--cacert", folder.at("ca.pem")];
			const { stdout, stderr } = await passes(["-v", ...at, ...sending, url]);
			strictEqual(stdout, "geheim\n");
			match(stderr, /^\* TLS connection using TLSv1\.3/m);
			match(stderr, /^> GET \/ HTTP\/1\.1\n/m);
			match(stderr, /^\* The certificate is verified\n/m);
			await fails([...sending, "-4", url], 60, /tls:unknown-ca/);
			await passes([...sending, "-4", "-k", url]);
			deepStrictEqual(secure.texts, ["text:geheim", "text:geheim"]);
		});
	});
});
