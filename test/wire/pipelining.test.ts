/** LCCSCF_PIPELINE on the wire: what a server gets before it has answered, and that every answer is its request's. */
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { once } from "node:events";
import net from "node:net";
import { LCCSCF_PIPELINE } from "lws-xs";
import { skipUnlessBuilt } from "../desktop/host.js";
import type { PlannedContext, PlannedRequest, Result } from "./plan.js";
import { RUNS, runPlan } from "./run.js";
import { pattern, patternSum, plain, WireServer } from "./server.js";

/** The client's default. */
const DEPTH = 4;

/** A server of bytes: what it answers for a path, and what it does after so many answers on a connection. */
class ByteServer {
	readonly requests: string[] = [];
	readonly connections: string[][] = [];
	readonly #server: net.Server;
	readonly #sockets: net.Socket[] = [];
	/** Given a connection's number and the paths of the requests that have just come together. */
	answer: (socket: net.Socket, paths: string[], connection: number) => void = () => {};

	constructor() {
		this.#server = net.createServer((socket) => {
			const connection = this.connections.push([]) - 1;
			let text = "";
			this.#sockets.push(socket);
			socket.setNoDelay(true);
			socket.on("error", () => socket.destroy());
			socket.on("data", (data) => {
				text += data.toString("latin1");
				const paths: string[] = [];
				for (let end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n")) {
					paths.push(text.split(" ", 2)[1] as string);
					text = text.slice(end + 4);
				}
				this.requests.push(...paths);
				this.connections[connection]?.push(...paths);
				if (paths.length > 0) this.answer(socket, paths, connection);
			});
		});
	}

	async listen(): Promise<number> {
		this.#server.listen({ host: "127.0.0.1", port: 0 });
		await once(this.#server, "listening");
		return (this.#server.address() as net.AddressInfo).port;
	}

	begin(answer: ByteServer["answer"]): void {
		this.requests.length = this.connections.length = 0;
		this.answer = answer;
	}

	async close(): Promise<void> {
		for (const socket of this.#sockets) socket.destroy();
		await new Promise((resolve) => this.#server.close(resolve));
	}
}

function answerOf(path: string): string {
	return `HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`;
}

for (const run of RUNS) {
	describe(`pipelining on the wire (${run.name})`, function () {
		this.timeout(60_000);
		const server = new WireServer();
		const bytes = new ByteServer();
		let port = 0;
		let bytePort = 0;
		before(async function () {
			skipUnlessBuilt(this, run.variant);
			port = await server.listen();
			bytePort = await bytes.listen();
		});
		after(() => Promise.all([server.close(), bytes.close()]));
		const many = run.divisor > 10 ? 6 : 24;

		function requests(count: number, to = port, more: Partial<PlannedRequest> = {}): PlannedRequest[] {
			return Array.from({ length: count }, (_, i) => ({
				port: to,
				path: `/${i}`,
				sslConnection: LCCSCF_PIPELINE,
				...more,
			}));
		}

		function together(plan: PlannedRequest[], context: PlannedContext = {}): Promise<Result[]> {
			return runPlan(run, { contexts: [context], requests: plan, parallel: plan.length });
		}

		it(`${many} requests go over one connection, up to ${DEPTH} of them before an answer has come.`, async () => {
			let unanswered = 0;
			const most: number[] = [];
			server.begin((request, response) => {
				most.push(++unanswered);
				setTimeout(() => plain(response).end(request.url), 10);
				response.on("finish", () => unanswered--);
			});
			const results = await together(requests(many));
			deepStrictEqual(
				results.map(({ length, error }) => `${length}${error}`),
				results.map(({ id }) => `${`/${id}`.length}`),
			);
			strictEqual(server.sockets.length, 1);
			deepStrictEqual(
				server.received.map(({ url }) => url),
				results.map(({ id }) => `/${id}`),
			);
			strictEqual(most[0], 1);
			ok(Math.max(...most) <= DEPTH);
			// a client that is slower than the server's answers has none to wait for
			if (run.divisor <= 10) strictEqual(Math.max(...most), DEPTH);
			deepStrictEqual(
				results.map(({ info }) => info.isReused),
				results.map(({ id }) => id > 0),
			);
		});

		it("A server with HTTP/1.0 gets them one after another, over connections of their own.", async () => {
			bytes.begin((socket, paths) => {
				strictEqual(paths.length, 1);
				socket.end(answerOf(paths[0] as string).replace("1.1", "1.0"));
			});
			const results = await together(requests(4, bytePort));
			deepStrictEqual(
				results.map(({ length, error }) => `${length}${error}`),
				Array(4).fill("2"),
			);
			strictEqual(bytes.connections.length, 4);
		});

		for (const { receiveBuffer, buffer } of [
			{ receiveBuffer: 512, buffer: 8192 },
			{ receiveBuffer: 64, buffer: 3000 },
			{ receiveBuffer: 4096, buffer: 100 },
		]) {
			it(`Bodies are told apart with a receive buffer of ${receiveBuffer} and ${buffer} bytes of the application.`, async () => {
				const sizes = [1, 0, 70, 4000, 513, 20_000, 2];
				server.begin((request, response) => {
					const number = Number(request.url?.slice(1));
					const body = pattern(sizes[number % sizes.length] as number);
					if (number % 2 === 0) plain(response).setHeader("content-length", body.length);
					response.end(body);
				});
				const results = await together(requests(run.divisor > 10 ? 3 : 14, port, { buffer }), { receiveBuffer });
				for (const { id, length, sum, error } of results) {
					const size = sizes[id % sizes.length] as number;
					deepStrictEqual({ length, sum, error }, { length: size, sum: patternSum(size), error: "" });
				}
				strictEqual(server.sockets.length, 1);
			});
		}

		it("Answers that come byte by byte, or all in one piece, are their requests'.", async () => {
			for (const isWhole of [true, false]) {
				let held = "";
				let count = 0;
				bytes.begin((socket, paths) => {
					for (const path of paths) {
						held += answerOf(path);
						// the first alone, then all that the client sends before it has to wait
						if (count++ > 0 && (count - 1) % DEPTH !== 0) continue;
						if (isWhole) socket.write(held, "latin1");
						else for (const byte of held) socket.write(byte, "latin1");
						held = "";
					}
				});
				const results = await together(requests(1 + DEPTH, bytePort));
				for (const { id, length, error } of results) strictEqual(`${length}${error}`, "2", `${id} ${isWhole}`);
				strictEqual(bytes.connections.length, 1);
			}
		});

		for (const [how, end] of [
			["ends", (socket: net.Socket) => socket.end()],
			["is reset", (socket: net.Socket) => socket.resetAndDestroy()],
		] as const) {
			it(`A connection that ${how} after each answer costs no answer: who got none is asked again.`, async () => {
				bytes.begin((socket, [path], connection) => {
					if (bytes.connections[connection]?.[0] !== path) return;
					socket.write(answerOf(path as string), "latin1", () => setTimeout(() => end(socket), 20));
				});
				const results = await together(requests(5, bytePort));
				deepStrictEqual(
					results.map(({ length, error }) => `${length}${error}`),
					Array(5).fill("2"),
				);
				deepStrictEqual([...new Set(bytes.requests)].sort(), ["/0", "/1", "/2", "/3", "/4"]);
			});
		}

		it("A POST among them is sent once, when all before it are answered, and nothing with it.", async () => {
			const outstanding = new Set<string>();
			server.begin((request, response) => {
				const url = request.url as string;
				if (request.method === "POST") deepStrictEqual([...outstanding], []);
				ok(![...outstanding].includes("/3"));
				outstanding.add(url);
				setTimeout(() => plain(response).end(url), 10);
				response.on("finish", () => outstanding.delete(url));
			});
			const plan = requests(6);
			plan[3] = { ...(plan[3] as PlannedRequest), method: "POST" };
			const results = await together(plan);
			for (const { error, length } of results) strictEqual(`${length}${error}`, "2");
			strictEqual(server.received.filter(({ method }) => method === "POST").length, 1);
			strictEqual(server.sockets.length, 1);
		});

		it("A malformed answer, and one too many, harm nobody else.", async () => {
			let count = 0;
			bytes.begin((socket, paths, connection) => {
				for (const path of paths) {
					count++;
					if (connection === 0 && count === 2) socket.write("HTTP/1.1 2OO OK\r\n\r\n");
					else socket.write(answerOf(path), "latin1");
				}
			});
			const results = await together(requests(4, bytePort));
			deepStrictEqual(
				results.map(({ length, error }) => `${length} ${error}`),
				["2 ", "0 h1:bad-status-line", "2 ", "2 "],
			);
			bytes.begin((socket, paths) => {
				for (const path of paths) socket.write(answerOf(path) + (path === "/1" ? answerOf("/evil") : ""), "latin1");
			});
			const plan = requests(2, bytePort);
			plan.push({ port: bytePort, path: "/2", sslConnection: LCCSCF_PIPELINE, delay: run.divisor > 10 ? 3000 : 100 });
			const more = await together(plan);
			for (const { length, error } of more) strictEqual(`${length}${error}`, "2");
			deepStrictEqual(bytes.connections, [["/0", "/1"], ["/2"]]);
		});
	});
}
