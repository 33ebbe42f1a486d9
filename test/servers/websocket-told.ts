/** A WebSocket server on loopback, of the package ws, that keeps whole what it was asked and sent; websocket.ts keeps sums of it. */
import type { IncomingMessage } from "node:http";
import http from "node:http";
import https from "node:https";
import type net from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

export interface Told {
	/** "text" or "binary". */
	kind: string;
	data: Buffer;
}

export interface Closed {
	code: number;
	reason: string;
}

type Talk = (socket: WebSocket, request: IncomingMessage) => void;

/** Sends back every message, in its kind. */
export function echo(socket: WebSocket): void {
	socket.on("message", (data: Buffer, isBinary) => socket.send(data, { binary: isBinary }));
}

export class SocketServer {
	readonly handshakes: IncomingMessage[] = [];
	readonly messages: Told[] = [];
	readonly pings: string[] = [];
	/** Of each connection, when it has ended. */
	readonly closes: Closed[] = [];
	/** `echo` unless a test sets it. */
	talk: Talk = echo;
	/** Answers a handshake instead of opening a WebSocket. */
	refuse: ((request: IncomingMessage) => string | undefined) | undefined;
	/** The subprotocol that is chosen: the first one. */
	choose: (offered: Set<string>) => string | false = (offered) => [...offered][0] ?? false;
	readonly #http: http.Server;
	readonly #sockets = new Set<net.Socket>();
	readonly #ws: WebSocketServer;
	readonly #isSecure: boolean;

	constructor(tls?: { cert: string; key: string }) {
		this.#isSecure = tls !== undefined;
		this.#http = tls ? https.createServer(tls) : http.createServer();
		this.#ws = new WebSocketServer({
			noServer: true,
			perMessageDeflate: { threshold: 0 },
			handleProtocols: (offered) => this.choose(offered),
		});
		this.#http.on("connection", (socket: net.Socket) => {
			this.#sockets.add(socket);
			socket.on("close", () => this.#sockets.delete(socket)).on("error", () => {});
		});
		this.#http.on("upgrade", (request: IncomingMessage, socket: net.Socket, head: Buffer) => {
			this.handshakes.push(request);
			const refusal = this.refuse?.(request);
			if (refusal !== undefined) socket.end(refusal);
			else this.#ws.handleUpgrade(request, socket, head, (client) => this.#serve(client, request));
		});
	}

	#serve(socket: WebSocket, request: IncomingMessage): void {
		socket.on("error", () => {});
		socket.on("message", (data: Buffer, isBinary) => {
			this.messages.push({ kind: isBinary ? "binary" : "text", data });
		});
		socket.on("ping", (data) => this.pings.push(data.toString()));
		socket.on("close", (code, reason) => this.closes.push({ code, reason: reason.toString() }));
		this.talk(socket, request);
	}

	async listen(host = "127.0.0.1"): Promise<void> {
		await new Promise<void>((done, reject) => this.#http.once("error", reject).listen(0, host, done));
	}

	get port(): number {
		return (this.#http.address() as net.AddressInfo).port;
	}

	get url(): string {
		return `${this.#isSecure ? "wss" : "ws"}://127.0.0.1:${this.port}/`;
	}

	/** Status and reason of each end; waits for so many. */
	async closed(count = 1): Promise<string> {
		for (let i = 0; i < 100 && this.closes.length < count; i++) await new Promise((done) => setTimeout(done, 20));
		return this.closes.map(({ code, reason }) => `${code}${reason}`).join();
	}

	/** What was sent, as text. */
	get texts(): string[] {
		return this.messages.map(({ kind, data }) => `${kind}:${data}`);
	}

	reset(): void {
		for (const list of [this.handshakes, this.messages, this.pings, this.closes]) list.length = 0;
		this.talk = echo;
		this.refuse = undefined;
		this.choose = (offered) => [...offered][0] ?? false;
	}

	close(): void {
		this.#http.close();
		for (const socket of this.#sockets) socket.destroy();
	}
}
