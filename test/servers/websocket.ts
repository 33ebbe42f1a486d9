/** The WebSocket server of the package `ws` on a loopback address, with a record of what came to it. */
import { once } from "node:events";
import http from "node:http";
import type net from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { checksum } from "../host/sequence.js";
import { reset } from "./sockets.js";

/** Longer ones are no part of any test. */
const LONGEST = 64 * 1024 * 1024;

/** One connection whose handshake was right. */
export interface WSConnection {
	readonly url: string;
	/** Names, in lower case, and values. */
	readonly headers: http.IncomingHttpHeaders;
	readonly protocol: string;
	/** Of each message "text" or "binary", length and checksum. */
	readonly messages: string[];
	readonly pings: string[];
	readonly pongs: string[];
	/** Status and reason as `ws` tells them, 1005 and 1006 included; "" while it is open. */
	close: string;
	readonly socket: WebSocket;
	/** What it runs on, TLS or not. */
	readonly transport: net.Socket;
}

export type WSHandler = (socket: WebSocket, connection: WSConnection) => void;

/** An answer to the handshake that is none. */
export interface WSRefusal {
	status: number;
	body: string;
	headers?: Record<string, string>;
}

export function described(bytes: Buffer, isBinary: boolean): string {
	return `${isBinary ? "binary" : "text"} ${bytes.length} ${checksum(0, bytes, bytes.length) >>> 0}`;
}

export class WSServer {
	readonly connections: WSConnection[] = [];
	/** The handshakes that were refused: their fields. */
	readonly refused: http.IncomingHttpHeaders[] = [];
	handler: WSHandler = () => {};
	refusal: WSRefusal | undefined;
	/** Which of the subprotocols it takes; absent: the first. */
	choose: ((protocols: Set<string>) => string | false) | undefined;
	readonly #sockets = new Set<net.Socket>();
	readonly #ws: WebSocketServer;
	readonly #http = http.createServer((_request, response) => response.writeHead(426).end());

	/** `autoPong`: whether it answers pings; `deflate`: whether it takes an offer to compress messages. */
	constructor({ autoPong = true, deflate = false } = {}) {
		this.#ws = new WebSocketServer({
			noServer: true,
			perMessageDeflate: deflate && { threshold: 0 },
			maxPayload: LONGEST,
			autoPong,
			handleProtocols: (protocols) =>
				this.choose ? this.choose(protocols) : (protocols.values().next().value ?? false),
			verifyClient: ({ req }, done) => {
				const { refusal } = this;
				if (refusal) this.refused.push(req.headers);
				if (refusal) done(false, refusal.status, refusal.body, refusal.headers);
				else done(true);
			},
		});
		this.#http.on("upgrade", (request, socket: net.Socket, head) => {
			this.#ws.handleUpgrade(request, socket, head, (webSocket) => this.#serve(webSocket, request, socket));
		});
		this.#http.on("connection", (socket: net.Socket) => {
			this.#sockets.add(socket);
			socket.setNoDelay(true);
			socket.on("error", () => {});
			socket.on("close", () => this.#sockets.delete(socket));
		});
	}

	async listen(port = 0): Promise<number> {
		this.#http.listen({ host: "127.0.0.1", port, backlog: 256 });
		await once(this.#http, "listening");
		return (this.#http.address() as net.AddressInfo).port;
	}

	/** Serves what another server has accepted. */
	accept(socket: net.Socket): void {
		this.#http.emit("connection", socket);
	}

	/** Forgets what was. */
	begin(handler: WSHandler = () => {}): void {
		for (const socket of this.#sockets) socket.destroy();
		this.connections.length = this.refused.length = 0;
		this.handler = handler;
		this.refusal = this.choose = undefined;
	}

	/** Connections that are open. */
	get open(): number {
		return this.#sockets.size;
	}

	/** Listens no more; what there is goes on until `kill`, or its own end. */
	unlisten(): void {
		this.#http.close();
	}

	/** As the kernel does for a process that is gone with bytes unread. */
	kill(): void {
		this.unlisten();
		for (const socket of this.#sockets) reset(socket);
	}

	async close(): Promise<void> {
		for (const socket of this.#sockets) socket.destroy();
		if (!this.#http.listening) return;
		await new Promise((resolve) => this.#http.close(resolve));
	}

	#serve(socket: WebSocket, request: http.IncomingMessage, transport: net.Socket): void {
		const connection: WSConnection = {
			url: request.url ?? "",
			headers: request.headers,
			protocol: socket.protocol,
			messages: [],
			pings: [],
			pongs: [],
			close: "",
			socket,
			transport,
		};
		this.connections.push(connection);
		socket.on("message", (data: Buffer, isBinary) => connection.messages.push(described(data, isBinary)));
		socket.on("ping", (data) => connection.pings.push(data.toString("latin1")));
		socket.on("pong", (data) => connection.pongs.push(data.toString("latin1")));
		socket.on("error", () => {});
		socket.on("close", (code, reason) => {
			connection.close = `${code} ${reason}`.trim();
		});
		this.handler(socket, connection);
	}
}

/** Sends back every message as it came. */
export function echo(socket: WebSocket): void {
	socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
}
