/** Node's TLS on loopback addresses, as a server of bytes or of HTTP, with a record of each connection. */
import { randomBytes, constants as ssl } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import tls from "node:tls";
import type { Certificate } from "./certificates.js";
import { TlsConnection } from "./tls-connection.js";

type Passed =
	| "minVersion"
	| "maxVersion"
	| "ciphers"
	| "sigalgs"
	| "ecdhCurve"
	| "requestCert"
	| "rejectUnauthorized"
	| "ca"
	| "ALPNProtocols"
	| "SNICallback"
	| "secureOptions"
	| "sessionIdContext"
	| "sessionTimeout"
	| "handshakeTimeout";

export type RequestHandler = (
	request: http.IncomingMessage,
	response: http.ServerResponse,
	connection: TlsConnection,
) => void;

export interface TlsServerOptions extends Pick<tls.TlsOptions, Passed> {
	/** Several when they have keys of several kinds. */
	certificate: Certificate | Certificate[];
	/**
	 * How sessions are resumed, by tickets when absent. "ids" is for TLS 1.2; with it, and with "none", TLS 1.3 hands out
	 * tickets that resume nothing.
	 */
	sessions?: "tickets" | "ids" | "none";
	/** Absent: an answer to a close_notify follows at once. */
	allowHalfOpen?: boolean;
	/** Makes it a server of bytes: what comes is the handler's to read. */
	onSecure?: (socket: tls.TLSSocket, connection: TlsConnection) => void;
	/** Makes it a server of HTTP. Without either it takes everything and says nothing. */
	onRequest?: RequestHandler;
}

export class TlsServer {
	/** In the order of their coming. */
	readonly connections: TlsConnection[] = [];
	readonly #options: TlsServerOptions;
	readonly #listeners: net.Server[] = [];
	readonly #sessions = new Map<string, Buffer>();
	readonly #ticketKeys = randomBytes(48);
	readonly #http = http.createServer({ keepAliveTimeout: 0 });
	readonly #bySocket = new WeakMap<net.Socket, TlsConnection>();

	constructor(options: TlsServerOptions) {
		this.#options = options;
		this.#http.on("request", (request, response) => {
			response.on("error", () => {});
			options.onRequest?.(request, response, this.#bySocket.get(request.socket) as TlsConnection);
		});
	}

	/** May be called for a second address, with the port of the first. */
	async listen(host = "127.0.0.1", port = 0): Promise<number> {
		const listener = net.createServer({ allowHalfOpen: true, noDelay: true }, (raw) => this.#accept(raw));
		listener.listen({ host, port, backlog: 256 });
		await once(listener, "listening");
		this.#listeners.push(listener);
		return (listener.address() as net.AddressInfo).port;
	}

	/** Forgets the connections that were, and ends those that are. */
	reset(): void {
		for (const connection of this.connections) connection.destroy();
		this.connections.length = 0;
	}

	async close(): Promise<void> {
		for (const connection of this.connections) connection.destroy();
		await Promise.all(this.#listeners.map((listener) => new Promise((resolve) => listener.close(resolve))));
	}

	/**
	 * Each connection has a TLS server of its own, which listens to nothing: so it is known whose an error in a handshake
	 * is. What sessions need is shared.
	 */
	#accept(raw: net.Socket): void {
		const connection = new TlsConnection(raw);
		this.connections.push(connection);
		const server = tls.createServer(this.#tlsOptions(), (socket) => this.#serve(socket, connection));
		server.on("tlsClientError", (error: NodeJS.ErrnoException) => {
			connection.error ||= error.code ?? error.message;
		});
		if (this.#options.sessions === "ids") this.#keepSessions(server);
		server.emit("connection", connection.stream);
		connection.stream.allowHalfOpen = true;
	}

	#tlsOptions(): tls.TlsOptions {
		const { certificate, sessions = "tickets", onSecure, onRequest, allowHalfOpen, ...passed } = this.#options;
		const certificates = Array.isArray(certificate) ? certificate : [certificate];
		return {
			...passed,
			cert: certificates.map(({ chainPem }) => chainPem),
			key: certificates.map(({ keyPem }) => keyPem),
			secureOptions: (passed.secureOptions ?? 0) | (sessions === "tickets" ? 0 : ssl.SSL_OP_NO_TICKET),
			ticketKeys: this.#ticketKeys,
		};
	}

	#keepSessions(server: tls.Server): void {
		server.on("newSession", (id, data, done) => {
			this.#sessions.set(id.toString("hex"), data);
			done();
		});
		server.on("resumeSession", (id, done) => done(null, this.#sessions.get(id.toString("hex")) ?? null));
	}

	#serve(socket: tls.TLSSocket, connection: TlsConnection): void {
		const { onSecure, onRequest, allowHalfOpen = false } = this.#options;
		connection.secure(socket);
		socket.allowHalfOpen = allowHalfOpen;
		if (onRequest !== undefined) {
			this.#bySocket.set(socket, connection);
			this.#http.emit("connection", socket);
		} else if (onSecure !== undefined) onSecure(socket, connection);
		else socket.resume();
	}
}
