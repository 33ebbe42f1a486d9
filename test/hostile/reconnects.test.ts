/** Requests without end through redirects, reconnects and pipelines leave the heap where it was. */
import { deepStrictEqual, strictEqual } from "node:assert";
import { once } from "node:events";
import http from "node:http";
import type net from "node:net";
import { LCCSCF_PIPELINE } from "lws-xs";
import { skipUnlessBuilt } from "../desktop/host.js";
import { LIBRARY, RUNS, WIDE } from "../wire/run.js";
import { repeat } from "./repetition.js";

const isFull = process.env.LWS_XS_FULL === "1";
/** `npm run soak` has as many as the requirement. */
const MANY = isFull ? 10_000 : 600;

/** Each second request is redirected first, each third answer closes its connection, each seventh without a word of it. */
class Restless {
	readonly #server = http.createServer((request, response) => this.#answer(request, response));
	readonly #sockets = new Set<net.Socket>();
	#count = 0;
	redirects = 0;
	connections = 0;

	async listen(): Promise<number> {
		this.#server.on("connection", (socket: net.Socket) => {
			this.connections++;
			this.#sockets.add(socket);
			socket.on("close", () => this.#sockets.delete(socket)).on("error", () => socket.destroy());
		});
		this.#server.listen({ host: "127.0.0.1", port: 0 });
		await once(this.#server, "listening");
		return (this.#server.address() as net.AddressInfo).port;
	}

	#answer(request: http.IncomingMessage, response: http.ServerResponse): void {
		const count = ++this.#count;
		if (count % 3 === 0) response.setHeader("Connection", "close");
		if (count % 7 === 0) response.on("finish", () => request.socket.destroySoon());
		if (request.url === "/" && count % 2 === 0) {
			this.redirects++;
			response.writeHead(302, { location: "/there" }).end("elsewhere");
		} else response.end("hello");
	}

	async close(): Promise<void> {
		for (const socket of this.#sockets) socket.destroy();
		await new Promise((resolve) => this.#server.close(resolve));
	}
}

for (const run of RUNS) {
	// AddressSanitizer has its own way to find what is never freed, and its machine counts slots otherwise
	if (run.variant === "asan" || run.options.includes("--stress")) continue;
	describe(`redirects and reconnects without end (${run.name})`, function () {
		this.timeout(isFull ? 600_000 : 60_000);
		const server = new Restless();
		let port = 0;
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			port = await server.listen();
		});
		after(() => server.close());

		const count = run === WIDE || isFull ? MANY : 60;
		for (const [how, sslConnection] of [
			["one by one", 0],
			["six at a time, pipelined", LCCSCF_PIPELINE],
		] as const) {
			it(`After ${count} requests, ${how}, heap and descriptors are where they were after 36.`, async () => {
				const parallel = sslConnection === 0 ? 1 : 6;
				const marks = await repeat(run, LIBRARY, {
					port,
					path: "/",
					count: Math.ceil(count / parallel),
					first: 36 / parallel,
					behaviour: "read",
					sslConnection,
					parallel,
					// so that no connection is left at a mark
					context: { keepWarm: 20 },
				});
				const [, first, last] = marks.map(({ done, ...rest }) => rest);
				strictEqual(last?.code, "");
				deepStrictEqual(last, first);
				strictEqual(server.redirects > count / 4 && server.connections > count / 4, true);
			});
		}
	});
}
