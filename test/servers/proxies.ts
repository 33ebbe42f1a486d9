/** Proxies on a loopback address, with a record of what came to them: Node's HTTP with CONNECT, and SOCKS5 byte by byte. */
import { once } from "node:events";
import http from "node:http";
import net from "node:net";

async function listen(server: net.Server): Promise<number> {
	server.listen({ host: "127.0.0.1", port: 0, backlog: 256 });
	await once(server, "listening");
	return (server.address() as net.AddressInfo).port;
}

/** Where names lead that only the proxy knows: all of them to this machine. */
const LOOPBACK = "127.0.0.1";

function dial(host: string, port: number): net.Socket {
	return net.connect({ host: net.isIP(host) === 6 ? host : LOOPBACK, port, noDelay: true });
}

/** Carries bytes both ways, and ends. */
function join(a: net.Socket, b: net.Socket): void {
	for (const [from, to] of [
		[a, b],
		[b, a],
	] as const) {
		from.on("error", () => to.destroy());
		from.on("close", () => to.destroy());
		from.pipe(to);
	}
}

/** An HTTP proxy. */
export class HttpProxy {
	/** Each request as it came: method, target, then names and values. */
	readonly requests: string[] = [];
	/** Connections of clients. */
	connections = 0;
	/** The value of Proxy-Authorization that it wants; undefined: none. */
	credentials: string | undefined;
	/** Instead of making a tunnel. */
	onConnect: ((socket: net.Socket, head: Buffer) => void) | undefined;
	/** Fields of the 2xx. */
	fields = "";
	readonly #sockets = new Set<net.Socket>();
	readonly #agent = new http.Agent({ keepAlive: false });
	readonly #server = http.createServer({ keepAliveTimeout: 0 });
	port = 0;

	constructor() {
		const server = this.#server;
		server.on("connection", (socket: net.Socket) => {
			this.connections++;
			this.#keep(socket);
		});
		server.on("request", (request, response) => this.#forward(request, response));
		server.on("connect", (request: http.IncomingMessage, socket: net.Socket, head: Buffer) => {
			this.#record(request);
			if (this.onConnect) this.onConnect(socket, head);
			else if (!this.#isAllowed(request)) {
				socket.write("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 2\r\n\r\nno");
			} else this.#tunnel(request.url as string, socket, head);
		});
	}

	async listen(): Promise<number> {
		this.port = await listen(this.#server);
		return this.port;
	}

	/** Forgets what was. */
	begin(credentials?: string): void {
		for (const socket of this.#sockets) socket.destroy();
		this.requests.length = this.connections = 0;
		this.credentials = credentials;
		this.onConnect = undefined;
		this.fields = "";
	}

	async close(): Promise<void> {
		this.begin();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	#keep(socket: net.Socket): void {
		this.#sockets.add(socket);
		socket.setNoDelay(true);
		socket.on("error", () => socket.destroy());
		socket.on("close", () => this.#sockets.delete(socket));
	}

	#record({ method, url, rawHeaders }: http.IncomingMessage): void {
		this.requests.push([method, url, ...rawHeaders].join(" "));
	}

	#isAllowed(request: http.IncomingMessage): boolean {
		return this.credentials === undefined || request.headers["proxy-authorization"] === this.credentials;
	}

	#tunnel(authority: string, socket: net.Socket, head: Buffer): void {
		const colon = authority.lastIndexOf(":");
		const name = authority.slice(0, colon);
		const far = dial(name.startsWith("[") ? name.slice(1, -1) : name, Number(authority.slice(colon + 1)));
		this.#keep(far);
		far.once("connect", () => {
			socket.write(`HTTP/1.1 200 Connection established\r\n${this.fields}\r\n`);
			far.write(head);
			join(socket, far);
		});
		far.once("error", () => socket.end("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"));
	}

	#forward(request: http.IncomingMessage, response: http.ServerResponse): void {
		this.#record(request);
		response.sendDate = false;
		if (!this.#isAllowed(request)) {
			response.writeHead(407, { "proxy-authenticate": "Basic realm=x", "content-length": 2 }).end("no");
			return;
		}
		const { host, hostname, port, pathname, search } = new URL(request.url as string);
		const fields = request.rawHeaders.slice();
		for (let i = 0; i < fields.length; i += 2) {
			const name = fields[i]?.toLowerCase();
			if (name === "proxy-authorization") fields.splice(i, 2);
			else if (name === "host") fields[i + 1] = host;
		}
		const options = { host: hostname.startsWith("[") ? hostname.slice(1, -1) : LOOPBACK, port: port || 80 };
		const path = request.method === "OPTIONS" && pathname === "/" ? "*" : pathname + search;
		const onward = http.request({
			...options,
			path,
			method: request.method,
			agent: this.#agent,
			headers: fields as never,
		});
		onward.on("error", () => response.writeHead(502, { "content-length": 0 }).end());
		onward.on("response", (answer) => {
			const kept = answer.rawHeaders.filter((_, i) => answer.rawHeaders[i - (i % 2)]?.toLowerCase() !== "connection");
			response.writeHead(answer.statusCode as number, kept);
			answer.pipe(response);
		});
		request.pipe(onward);
	}
}

/** How a SOCKS server answers; each is bytes, and undefined is the one in order. */
export interface SocksScript {
	/** user:password that it wants. */
	login?: string;
	method?: readonly number[];
	status?: readonly number[];
	/** FIN follows. */
	reply?: readonly number[];
	/** Address, its type before it, of the reply in order. */
	bound?: readonly number[];
	/** The connection ends after so many bytes of ours. */
	cut?: number;
	/** Nothing comes after so many bytes of ours. */
	stop?: number;
	/** All in single bytes. */
	inBytes?: boolean;
	/** Bytes that follow the reply in the same segment; the tunnel is not made then. */
	ahead?: string;
}

const BOUND: readonly number[] = Object.freeze([1, 0, 0, 0, 0]);

/** A SOCKS5 server (RFC 1928, RFC 1929). */
export class SocksProxy {
	/** What each connection asked for: methods, login, and the request, or what there was of them. */
	readonly requests: string[] = [];
	script: SocksScript = {};
	/** By the number of the connection, instead. */
	scripts: readonly SocksScript[] = [];
	port = 0;
	readonly #sockets = new Set<net.Socket>();
	readonly #server = net.createServer((socket) => {
		this.#keep(socket);
		this.#serve(socket).catch(() => socket.destroy());
	});

	async listen(): Promise<number> {
		this.port = await listen(this.#server);
		return this.port;
	}

	begin(script: SocksScript = {}): void {
		for (const socket of this.#sockets) socket.destroy();
		this.requests.length = 0;
		this.script = script;
	}

	async close(): Promise<void> {
		this.begin();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	get open(): number {
		return this.#sockets.size;
	}

	#keep(socket: net.Socket): void {
		this.#sockets.add(socket);
		socket.setNoDelay(true);
		socket.on("error", () => socket.destroy());
		socket.on("close", () => this.#sockets.delete(socket));
	}

	async #serve(socket: net.Socket): Promise<void> {
		const index = this.requests.push("") - 1;
		const script = this.scripts[index] ?? this.script;
		const note = (text: string): void => {
			this.requests[index] = `${this.requests[index]} ${text}`.trim();
		};
		let left = script.cut ?? script.stop ?? Number.POSITIVE_INFINITY;
		const send = async (bytes: readonly number[]): Promise<void> => {
			const pieces = script.inBytes ? bytes.map((byte) => [byte]) : [bytes];
			for (const piece of pieces) {
				const part = piece.slice(0, left);
				left -= part.length;
				if (part.length > 0) await new Promise((resolve) => socket.write(Buffer.from(part), resolve));
				if (script.inBytes) await new Promise((resolve) => setImmediate(resolve));
				if (left === 0 && script.cut !== undefined) socket.end();
				if (left === 0 && script.stop !== undefined) await new Promise(() => {});
				if (left === 0) throw new Error("cut");
			}
		};
		const reader = new Reader(socket);
		if (left === 0 && script.cut !== undefined) socket.end();
		if (left === 0) return;
		const [version, count] = await reader.take(2);
		note(`${version} [${(await reader.take(count as number)).join()}]`);
		await send(script.method ?? [5, script.login === undefined ? 0 : 2]);
		if (script.login !== undefined) {
			const [, userLength] = await reader.take(2);
			const user = Buffer.from(await reader.take(userLength as number)).toString();
			const [passwordLength] = await reader.take(1);
			const login = `${user}:${Buffer.from(await reader.take(passwordLength as number))}`;
			note(login);
			await send(script.status ?? [1, login === script.login ? 0 : 1]);
		}
		const [, command, , type] = await reader.take(4);
		const length = type === 3 ? (await reader.take(1))[0] : type === 1 ? 4 : 16;
		const address = Buffer.from(await reader.take(length as number));
		const port = Buffer.from(await reader.take(2)).readUInt16BE();
		const host = type === 3 ? address.toString() : type === 1 ? address.join(".") : address.toString("hex");
		note(`${command} ${type} ${host} ${port}`);
		if (script.reply) {
			await send(script.reply);
			socket.end();
			return;
		}
		const reply = [5, 0, 0, ...(script.bound ?? BOUND), 0, 0];
		if (script.ahead !== undefined) {
			await send([...reply, ...Buffer.from(script.ahead)]);
			return;
		}
		const far = dial(type === 4 ? "::1" : LOOPBACK, port);
		this.#keep(far);
		await once(far, "connect");
		await send(reply);
		reader.release();
		join(socket, far);
	}
}

/** Bytes of a socket, as many as are asked for. */
class Reader {
	readonly #socket: net.Socket;
	#bytes: Buffer = Buffer.alloc(0);
	#wake: (() => void) | undefined;
	readonly #onData = (data: Buffer): void => {
		this.#bytes = Buffer.concat([this.#bytes, data]);
		this.#wake?.();
	};

	constructor(socket: net.Socket) {
		this.#socket = socket;
		socket.on("data", this.#onData);
		socket.on("close", () => this.#wake?.());
	}

	async take(count: number): Promise<number[]> {
		while (this.#bytes.length < count) {
			if (this.#socket.destroyed) throw new Error("closed");
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
		}
		const taken = [...this.#bytes.subarray(0, count)];
		this.#bytes = this.#bytes.subarray(count);
		return taken;
	}

	/** What was not taken goes on. */
	release(): void {
		this.#socket.off("data", this.#onData);
		this.#socket.pause();
		if (this.#bytes.length > 0) this.#socket.unshift(this.#bytes);
	}
}
