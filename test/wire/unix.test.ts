/** UNIX sockets: an address that begins with "+", as in lws. */
import { strictEqual } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Programs, runHost, skipUnlessBuilt } from "../desktop/host.js";

const PROGRAM = `
import { clientConnectViaInfo, contextDestroy, createContext, httpClientHttpResponse, httpClientRead } from "lws-xs";
import * as lws from "lws-xs";
const buffer = new Uint8Array(100);
let text = "";
const context = createContext({ protocols: [{ name: "unix", callback(wsi, reason, user, input, length) {
	if (reason === lws.LWS_CALLBACK_RECEIVE_CLIENT_HTTP) httpClientRead(wsi, buffer);
	else if (reason === lws.LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ) text += String.fromArrayBuffer(input.buffer, 0, length);
	else if (reason === lws.LWS_CALLBACK_COMPLETED_CLIENT_HTTP) console.log(httpClientHttpResponse(wsi), text);
	else if (reason === lws.LWS_CALLBACK_CLIENT_CONNECTION_ERROR) console.log(input.code);
	else if (reason === lws.LWS_CALLBACK_WSI_DESTROY) contextDestroy(context);
} }] });
clientConnectViaInfo({ context, address: argv[0], port: 80, host: "local", path: "/over/unix", method: "GET" });
`;

describe("UNIX sockets", function () {
	this.timeout(30_000);
	const programs = new Programs();
	const folder = mkdtempSync(join(tmpdir(), "lws-xs-unix-"));
	const path = join(folder, "socket");
	// as long as such a name can be: a shorter one is followed by NULs in older releases of Node.js, and so is another name
	const abstract = `lws-xs-test-${process.pid}-`.padEnd(107, "x");
	const servers = [path, `\0${abstract}`].map((where) => ({
		where,
		server: http.createServer((request, response) => response.end(`${request.headers.host}${request.url}`)),
	}));

	before(async () => {
		for (const { where, server } of servers) await new Promise<void>((done) => server.listen(where, done));
	});
	after(() => {
		for (const { server } of servers) server.close().closeAllConnections();
		programs.remove();
		rmSync(folder, { recursive: true });
	});

	for (const variant of ["64", "32"] as const) {
		it(`A GET goes over a UNIX socket by path and by abstract name, and a missing one is refused (${variant}).`, async function () {
			skipUnlessBuilt(this, variant);
			const program = ["--preload", "lws-xs=build/lib/lws-xs.js", programs.write("unix.js", PROGRAM)];
			for (const address of [`+${path}`, `+@${abstract}`]) {
				const outcome = await runHost(variant, [...program, address]);
				strictEqual(outcome.stdout, "200 local/over/unix\n", outcome.stderr);
			}
			strictEqual((await runHost(variant, [...program, `+${path}.none`])).stdout, "tcp:refused\n");
		});
	}
});
