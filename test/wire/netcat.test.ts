/** examples/netcat.ts: standard input to a server and what that says to standard output, over TCP and TLS. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { once } from "node:events";
import net from "node:net";
import { type Outcome, Programs, runHost, skipUnlessBuilt } from "../desktop/host.js";
import { authorities, certificates } from "../servers/certificate-set.js";
import { TlsServer } from "../servers/tls.js";
import { pattern } from "./server.js";

const PROGRAM = ["--heap", "64K", "--preload", "lws-xs=build/lib/lws-xs.js", "build/examples/netcat.js"];

function netcat(args: string[], input: string | Buffer): Promise<Outcome> {
	return runHost("64", [...PROGRAM, ...args], { input });
}

function echo(socket: net.Socket): void {
	socket.on("error", () => socket.destroy());
	socket.pipe(socket);
}

describe("netcat", function () {
	this.timeout(60_000);
	const programs = new Programs();
	let server: net.Server;
	let serve = echo;
	let port = "";
	before(async function () {
		skipUnlessBuilt(this, "64");
		server = net.createServer((socket) => serve(socket)).listen({ host: "127.0.0.1", port: 0 });
		await once(server, "listening");
		port = `${(server.address() as net.AddressInfo).port}`;
	});
	after(() => {
		server?.close();
		programs.remove();
	});

	it("What goes in comes out, byte for byte; it ends when the server has been silent after that.", async () => {
		serve = echo;
		// output is told as text, and these bytes are none
		const input = Buffer.from(pattern(300_000).map((byte) => 0x20 + (byte & 0x3f)));
		const { code, stdout, stderr } = await netcat(["--quit", "300", "127.0.0.1", port], input);
		deepStrictEqual({ code, stderr }, { code: 0, stderr: "" });
		ok(stdout === input.toString(), `${stdout.length} characters came back`);
	});

	it("It ends when the server does, and hears all that it says after the end of the input.", async () => {
		serve = (socket) => {
			socket.once("data", (data) => setTimeout(() => socket.end(`you said ${data}`), 100));
		};
		const outcome = await netcat(["localhost", port], "hello");
		deepStrictEqual(outcome, { code: 0, signal: null, stdout: "you said hello", stderr: "" });
	});

	it("Failures are told, with exit code 1.", async () => {
		const { code, stderr } = await netcat(["127.0.0.1", "1"], "hello");
		strictEqual(code, 1);
		match(stderr, /^netcat: tcp:refused: /);
		serve = (socket) => socket.once("data", () => socket.resetAndDestroy());
		const reset = await netcat(["127.0.0.1", port], "hello");
		strictEqual(reset.code, 1);
		match(reset.stderr, /^netcat: tcp:reset: /);
		strictEqual((await netcat([], "")).code, 2);
	});

	it("--tls and --cacert: the same over TLS, verified.", async () => {
		const secure = new TlsServer({ certificate: await certificates.ec(), onSecure: echo });
		const securePort = `${await secure.listen()}`;
		try {
			const trusted = programs.write("ca.pem", (await authorities.root()).pem);
			const args = ["--tls", "--quit", "300", "localhost", securePort];
			const { code, stdout, stderr } = await netcat(["--cacert", trusted, ...args], "hello");
			deepStrictEqual({ code, stdout, stderr }, { code: 0, stdout: "hello", stderr: "" });
			const refused = await netcat(args, "hello");
			strictEqual(refused.code, 1);
			match(refused.stderr, /^netcat: tls:unknown-ca: /);
		} finally {
			await secure.close();
		}
	});
});
