/** A server that speaks before it is asked. */
import { strictEqual } from "node:assert";
import { once } from "node:events";
import net from "node:net";
import { Programs, runHost, skipUnlessBuilt } from "../desktop/host.js";

/** It is busy while the connection is made, so that the host finds the server's bytes together with the connection. */
const PROGRAM = `
import { clientConnectViaInfo, contextDestroy, createContext } from "lws-xs";
import * as lws from "lws-xs";
import Timer from "timer";
const context = createContext({ protocols: [{ name: "early", callback(wsi, reason, user, input) {
	if (reason === lws.LWS_CALLBACK_COMPLETED_CLIENT_HTTP) console.log("completed");
	else if (reason === lws.LWS_CALLBACK_CLIENT_CONNECTION_ERROR) console.log(input.code, input.delivered);
	else if (reason === lws.LWS_CALLBACK_WSI_DESTROY) contextDestroy(context);
} }] });
const port = Number(argv[0]);
clientConnectViaInfo({ context, address: "127.0.0.1", port, host: "early", path: "/", method: "GET" });
Timer.set(() => {
	for (const end = Date.now() + 200; Date.now() < end; );
}, 0);
`;

const RESPONSE = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

describe("A server that speaks first", function () {
	this.timeout(30_000);
	const programs = new Programs();
	after(() => programs.remove());

	for (const [what, speak] of [
		["a response", (socket: net.Socket) => socket.write(RESPONSE)],
		["a response and a FIN", (socket: net.Socket) => socket.end(RESPONSE)],
		["the greeting of another protocol", (socket: net.Socket) => socket.write("220 mail ESMTP\r\n")],
	] as const) {
		for (const variant of ["64", "32"] as const) {
			it(`${what[0]?.toUpperCase()}${what.slice(1)}, unasked, is no answer (${variant}).`, async function () {
				skipUnlessBuilt(this, variant);
				const sockets = new Set<net.Socket>();
				const server = net.createServer((socket) => {
					sockets.add(socket.on("error", () => {}));
					speak(socket);
				});
				await once(server.listen(0, "127.0.0.1"), "listening");
				try {
					const { port } = server.address() as net.AddressInfo;
					const program = ["--preload", "lws-xs=build/lib/lws-xs.js", programs.write("early.js", PROGRAM)];
					const outcome = await runHost(variant, [...program, `${port}`]);
					strictEqual(outcome.stdout, "h1:unsolicited-response no\n", outcome.stderr);
				} finally {
					for (const socket of sockets) socket.destroy();
					server.close();
				}
			});
		}
	}
});
