/** Runs build/lws-xs (or curl) as a child process, and servers that keep what they were asked; for the tests here. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** LWS_XS names another build of it, such as build/lws-xs-asan. */
export const TOOL = resolve(process.env.LWS_XS ?? "build/lws-xs");
/** "" where it is not installed. */
export const CURL = spawnSync("curl", ["--version"]).status === 0 ? "curl" : "";

export interface Outcome {
	code: number | null;
	stdout: string;
	stderr: string;
	/** Milliseconds. */
	time: number;
}

export interface RunOptions {
	input?: string | Buffer;
	cwd?: string;
	env?: NodeJS.ProcessEnv;
	/** Has the child before anything is written to it; nothing ends its input then. */
	withChild?: (child: ChildProcess) => void;
}

export function run(program: string, args: string[], options: RunOptions = {}): Promise<Outcome> {
	return new Promise((done, reject) => {
		const begun = performance.now();
		const child = spawn(program, args, { cwd: options.cwd, env: options.env });
		const stdout: Buffer[] = [];
		const stderr: Buffer[] = [];
		child.stdout.on("data", (data) => stdout.push(data));
		child.stderr.on("data", (data) => stderr.push(data));
		child.stdin.on("error", () => {}); // a program that ends early leaves its input unread
		if (options.withChild) options.withChild(child);
		else child.stdin.end(options.input);
		child.once("error", reject);
		child.once("close", (code) => {
			done({
				code,
				stdout: Buffer.concat(stdout).toString("latin1"),
				stderr: Buffer.concat(stderr).toString(),
				time: performance.now() - begun,
			});
		});
	});
}

export function tool(args: string[], options?: RunOptions): Promise<Outcome> {
	return run(TOOL, args, options);
}

export interface Seen {
	method: string;
	url: string;
	headers: http.IncomingHttpHeaders;
	/** Names as they were sent. */
	raw: string[];
	body: Buffer;
	/** Counts the server's connections from 1. */
	connection: number;
}

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** An HTTP server that keeps each request, once its body is there, and then calls `handler`. */
export class Recorder {
	readonly seen: Seen[] = [];
	connections = 0;
	readonly #server: http.Server;
	readonly #numbers = new WeakMap<object, number>();
	/** Answers "ok" to everything unless a test sets it. */
	handler: Handler = (_request, response) => response.end("ok");
	/** Takes requests before their bodies have come. */
	early: Handler | undefined;

	constructor() {
		this.#server = http.createServer((request, response) => {
			if (this.early) {
				this.early(request, response);
				return;
			}
			const parts: Buffer[] = [];
			request.on("error", () => {});
			request.on("data", (data) => parts.push(data));
			request.on("end", () => {
				this.seen.push({
					method: request.method ?? "",
					url: request.url ?? "",
					headers: request.headers,
					raw: request.rawHeaders.filter((_, index) => index % 2 === 0),
					body: Buffer.concat(parts),
					connection: this.#numbers.get(request.socket) ?? 0,
				});
				this.handler(request, response);
			});
		});
		this.#server.on("connection", (socket) => this.#numbers.set(socket, ++this.connections));
	}

	listen(host = "127.0.0.1", port = 0): Promise<void> {
		return new Promise((done, reject) => this.#server.once("error", reject).listen(port, host, done));
	}

	get port(): number {
		return (this.#server.address() as net.AddressInfo).port;
	}

	get origin(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	get last(): Seen {
		return this.seen[this.seen.length - 1] as Seen;
	}

	reset(): void {
		this.seen.length = 0;
		this.connections = 0;
		this.handler = (_request, response) => response.end("ok");
		this.early = undefined;
	}

	close(): void {
		this.#server.close();
		this.#server.closeAllConnections();
	}
}

/** A TCP server that answers each connection's first bytes with `answer`, and does not care what they are. */
export async function withRaw(
	answer: (socket: net.Socket, first: Buffer) => void,
	body: (origin: string) => Promise<void>,
): Promise<void> {
	const sockets = new Set<net.Socket>();
	const server = net.createServer((socket) => {
		sockets.add(socket);
		socket.on("error", () => {});
		socket.once("data", (first) => answer(socket, first));
	});
	await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	try {
		await body(`http://127.0.0.1:${(server.address() as net.AddressInfo).port}`);
	} finally {
		server.close();
		for (const socket of sockets) socket.destroy();
	}
}

/** The same, with the head of its request, which a socket has in one piece or in several; the body comes as data. */
export function withHeads(
	answer: (socket: net.Socket, head: string) => void,
	body: (origin: string) => Promise<void>,
): Promise<void> {
	return withRaw((socket, first) => {
		let head = "";
		const hear = (data: Buffer) => {
			head += data.toString("latin1");
			const end = head.indexOf("\r\n\r\n") + 4;
			if (end < 4) return;
			socket.off("data", hear);
			answer(socket, head.slice(0, end));
			if (head.length > end) socket.emit("data", Buffer.from(head.slice(end), "latin1"));
		};
		socket.on("data", hear);
		hear(first);
	}, body);
}

/** A port of loopback where nobody listens. */
export async function freePort(): Promise<number> {
	const server = net.createServer();
	await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	const { port } = server.address() as net.AddressInfo;
	await new Promise((done) => server.close(done));
	return port;
}

/** A folder for the files of a test file. */
export class Folder {
	readonly path = mkdtempSync(join(tmpdir(), "lws-xs-tool-"));

	at(name: string): string {
		return join(this.path, name);
	}

	write(name: string, content: string | Buffer): string {
		writeFileSync(this.at(name), content);
		return this.at(name);
	}

	read(name: string): string {
		return readFileSync(this.at(name), "latin1");
	}

	remove(): void {
		rmSync(this.path, { recursive: true, force: true });
	}
}
