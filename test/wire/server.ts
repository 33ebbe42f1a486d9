/** Node's HTTP server on a loopback address, with a record of what came in: raw heads, bodies, connections. */
import { once } from "node:events";
import http from "node:http";
import type net from "node:net";
import { PERIOD, patternByte } from "../host/pattern.js";
import { checksum } from "../host/sequence.js";

const PATTERN = Buffer.from(Array.from({ length: PERIOD * 64 }, (_, i) => patternByte(i)));
/** Of each connection so many bytes are recorded. */
const RAW_LIMIT = 16 * 1024;

/** `length` bytes of the sequence that the client can check. */
export function pattern(length: number): Buffer {
	const bytes = Buffer.alloc(length);
	for (let at = 0; at < length; at += PATTERN.length) PATTERN.copy(bytes, at);
	return bytes;
}

export function patternSum(length: number): number {
	return checksum(0, pattern(length), length) >>> 0;
}

/** One request as it came. */
export interface Received {
	method: string;
	url: string;
	/** Names and values in turn, as they were sent. */
	fields: string[];
	/** Number of its connection, from 0. */
	connection: number;
	length: number;
	sum: number;
}

export type Handler = (request: http.IncomingMessage, response: http.ServerResponse, received: Received) => void;

export class WireServer {
	readonly received: Received[] = [];
	/** For each connection the first bytes that came on it. */
	readonly raw: Buffer[] = [];
	readonly sockets: net.Socket[] = [];
	readonly server: http.Server;
	/** What answers next; a request's body is taken and summed when it is read. */
	handler: Handler = (_request, response) => response.end();

	constructor() {
		this.server = http.createServer({ keepAliveTimeout: 0 }, (request, response) => this.#serve(request, response));
		this.server.on("connection", (socket: net.Socket) => {
			const connection = this.sockets.push(socket) - 1;
			this.raw.push(Buffer.alloc(0));
			socket.setNoDelay(true);
			socket.on("error", () => socket.destroy());
			socket.on("data", (data) => {
				const raw = this.raw[connection] as Buffer;
				if (raw.length < RAW_LIMIT) this.raw[connection] = Buffer.concat([raw, data]);
			});
		});
	}

	async listen(host = "127.0.0.1", port = 0): Promise<number> {
		this.server.listen({ host, port });
		await once(this.server, "listening");
		return this.port;
	}

	get port(): number {
		return (this.server.address() as net.AddressInfo).port;
	}

	/** Forgets what came, and answers by `handler` from now on. */
	begin(handler: Handler): void {
		for (const socket of this.sockets) socket.destroy();
		this.received.length = this.raw.length = this.sockets.length = 0;
		this.handler = handler;
	}

	async close(): Promise<void> {
		for (const socket of this.sockets) socket.destroy();
		await new Promise((resolve) => this.server.close(resolve));
	}

	/** The head of the first request of a connection, byte for byte. */
	head(connection = 0): string {
		const raw = (this.raw[connection] ?? Buffer.alloc(0)).toString("latin1");
		return raw.slice(0, raw.indexOf("\r\n\r\n") + 4);
	}

	#serve(request: http.IncomingMessage, response: http.ServerResponse): void {
		const received: Received = {
			method: request.method ?? "",
			url: request.url ?? "",
			fields: request.rawHeaders,
			connection: this.sockets.indexOf(request.socket),
			length: 0,
			sum: 0,
		};
		this.received.push(received);
		response.on("error", () => {});
		this.handler(request, response, received);
	}
}

/** Takes the body of a request, summing it, then calls `done`. */
export function takeBody(request: http.IncomingMessage, received: Received, done: () => void): void {
	request.on("data", (data: Buffer) => count(received, data));
	request.on("end", () => {
		received.sum >>>= 0;
		done();
	});
}

export function count(received: Received, data: Buffer): void {
	received.length += data.length;
	received.sum = checksum(received.sum, data, data.length);
}

/** Answers without the Date field, whose value no test knows. */
export function plain(response: http.ServerResponse): http.ServerResponse {
	response.sendDate = false;
	return response;
}
