/** The hostile servers for the tests of TLS, tried with Node's own client. */
import { match, ok, strictEqual } from "node:assert";
import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { certificates } from "../servers/certificate-set.js";
import { talk } from "../servers/node-client.js";
import { until } from "../servers/sockets.js";
import { TlsServer } from "../servers/tls.js";
import { Breaker, type Script } from "../servers/tls-breaker.js";
import { alertScript, RAW_SCRIPTS, RawServer } from "../servers/tls-raw.js";
import { ALERTS, type AlertName } from "../servers/tls-records.js";

describe("A proxy that breaks TLS", () => {
	const ANSWER = "answer";
	for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
		describe(maxVersion, () => {
			let server: TlsServer;
			let breaker: Breaker;
			let port: number;
			let whole: number;
			before(async () => {
				const certificate = await certificates.ec();
				server = new TlsServer({ certificate, maxVersion, onSecure: (socket) => socket.resume().end(ANSWER) });
				breaker = new Breaker(await server.listen());
				port = await breaker.listen();
				const { text } = await talk(port, "hello");
				strictEqual(text, ANSWER);
				const handshake = breaker.passages[0]?.handshake;
				strictEqual(handshake?.version, maxVersion);
				strictEqual(handshake?.records[0]?.at, 0);
				whole = handshake.bytes;
			});
			after(async () => {
				await breaker.close();
				await server.close();
			});

			async function broken(script: Script): Promise<string> {
				server.reset();
				breaker.begin(script);
				const { error, text } = await talk(port, "hello");
				return `${error} ${text}`;
			}

			it("Cut at a byte of the handshake, no handshake is done and no byte is sent.", async () => {
				for (const at of [0, 1, 5, 100, whole - 30, whole - 10]) {
					strictEqual(await broken({ harms: [{ at, do: "fin" }] }), "ECONNRESET ");
					strictEqual(breaker.passages[0]?.sent, at);
					strictEqual(server.connections[0]?.received ?? 0, 0);
				}
				strictEqual(await broken({ harms: [{ at: 100, do: "reset" }] }), "ECONNRESET ");
			});

			it("A changed byte and a byte more are found.", async () => {
				match(await broken({ harms: [{ at: whole - 20, do: { flip: 1 } }] }), /^ERR_SSL/);
				match(await broken({ harms: [{ at: 0, do: Buffer.of(0) }] }), /^(ERR_SSL|EPROTO)/);
			});

			it("In single bytes and slowly it is the same answer.", async () => {
				strictEqual(await broken({ piece: 1 }), ` ${ANSWER}`);
				strictEqual(await broken({ delay: 1, piece: 200 }), ` ${ANSWER}`);
			});

			it("A truncated answer has all of its bytes and no close_notify.", async () => {
				await broken({});
				const passage = breaker.passages[0];
				ok(passage);
				const all = passage.fromServer;
				strictEqual(passage.sent, all);
				strictEqual(await broken({ truncate: true }), ` ${ANSWER}`);
				const shorter = breaker.passages[0];
				ok(shorter);
				strictEqual(shorter.fromServer - shorter.sent, maxVersion === "TLSv1.2" ? 31 : 24);
			});

			it("A connection that hangs is the client's to end.", async () => {
				breaker.begin({ harms: [{ at: 50, do: "hang" }] });
				const socket = tls.connect({ port, host: "127.0.0.1" });
				socket.on("error", () => {});
				await until(() => breaker.passages[0]?.sent === 50);
				socket.destroy();
				await breaker.passages[0]?.closed;
			});
		});
	}
});

describe("Servers that know no TLS", () => {
	const server = new RawServer();
	let port: number;
	before(async () => {
		port = await server.listen();
	});
	after(() => server.close());

	for (const [name, script] of Object.entries(RAW_SCRIPTS)) {
		it(`${name}: no handshake is done.`, async () => {
			server.begin(script);
			const socket = tls.connect({ port, host: "127.0.0.1", servername: "localhost" });
			let isSecure = false;
			socket.on("secureConnect", () => {
				isSecure = true;
			});
			const ended = new Promise((resolve) => socket.on("error", resolve).on("close", resolve));
			await until(() => server.connections.length === 1);
			await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 50))]);
			socket.destroy();
			strictEqual(isSecure, false);
			await until(() => server.open === 0);
		});
	}

	it("Every alert is one.", async () => {
		for (const name of Object.keys(ALERTS) as AlertName[]) {
			server.begin(alertScript(name));
			const { error } = await talk(port, "");
			match(error, name === "close_notify" ? /^ECONNRESET$/ : /^(ERR_SSL_|EPROTO)/, `${name}: ${error}`);
		}
	});

	it("One that is hasty speaks first.", async () => {
		server.begin(RAW_SCRIPTS.otherProtocol, true);
		const socket = net.connect(port, "127.0.0.1");
		match(`${(await once(socket, "data"))[0]}`, /^220/);
		socket.destroy();
	});
});
