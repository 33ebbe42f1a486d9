/** One connection of a TLS server, and what it has seen. */
import type { X509Certificate } from "node:crypto";
import type net from "node:net";
import { Duplex } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import type tls from "node:tls";
import { reset } from "./sockets.js";

/**
 * The way between a socket and its TLS layer. Node.js tells a close_notify from a bare FIN nowhere; here the FIN goes to
 * the TLS layer only when it has digested all that came before.
 */
class Tap extends Duplex {
	readonly #raw: net.Socket;

	constructor(raw: net.Socket, beforeEnd: () => Promise<void>) {
		super({ allowHalfOpen: false });
		this.#raw = raw;
		raw.on("data", (data) => {
			if (!this.push(data)) raw.pause();
		});
		raw.on("end", () => beforeEnd().then(() => this.push(null)));
		raw.on("error", (error) => this.destroy(error));
		raw.on("close", () => this.destroy());
	}

	override _read(): void {
		this.#raw.resume();
	}

	override _write(data: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
		if (this.#raw.writable) this.#raw.write(data, done);
		else done(); // it was cut: what the TLS layer still wants to say is lost
	}

	override _final(done: () => void): void {
		if (this.#raw.writable) this.#raw.end(done);
		else done();
	}

	override _destroy(error: Error | null, done: (error: Error | null) => void): void {
		this.#raw.destroy();
		done(error);
	}
}

export class TlsConnection {
	/**
	 * What the TLS layer reads and writes. It is made as one that is not half-open, so that a FIN ends a handshake; its own
	 * end must wait for that of the TLS layer, so whoever has given it to one sets `allowHalfOpen`.
	 */
	readonly stream: Duplex;
	/** Resolves when the TCP connection is gone. */
	readonly closed: Promise<void>;
	/** Once the handshake is done. */
	socket: tls.TLSSocket | undefined;
	/** Name of the SNI extension, "" without one. */
	servername = "";
	alpnProtocol = "";
	/** As "TLSv1.3". */
	protocol = "";
	/** Its IANA name. */
	cipher = "";
	isSessionReused = false;
	clientCertificate: X509Certificate | undefined;
	/** The client's certificate was found good. */
	isAuthorized = false;
	/** Code of what ended the handshake or, later, the connection. */
	error = "";
	/** How the client ended its side. */
	end: "open" | "close_notify" | "fin" | "reset" = "open";
	readonly #raw: net.Socket;

	constructor(raw: net.Socket) {
		this.#raw = raw;
		this.stream = new Tap(raw, () => this.#digested());
		this.stream.on("error", () => {
			if (this.end === "open") this.end = "reset";
		});
		this.closed = new Promise((resolve) => raw.once("close", () => resolve()));
	}

	get isSecure(): boolean {
		return this.socket !== undefined;
	}

	/** Bytes of the application that came, be they read or not. */
	get received(): number {
		return this.socket?.bytesRead ?? 0;
	}

	/** Bytes that came over TCP. */
	get rawReceived(): number {
		return this.#raw.bytesRead;
	}

	/** The handshake is done. */
	secure(socket: tls.TLSSocket): void {
		this.socket = socket;
		this.servername = socket.servername || "";
		this.alpnProtocol = socket.alpnProtocol || "";
		this.protocol = socket.getProtocol() ?? "";
		this.cipher = socket.getCipher().standardName;
		this.isSessionReused = socket.isSessionReused();
		this.clientCertificate = socket.getPeerX509Certificate();
		this.isAuthorized = socket.authorized;
		socket.on("error", (error: NodeJS.ErrnoException) => {
			this.error ||= error.code ?? error.message;
			socket.destroy();
		});
		socket.once("end", () => {
			if (this.end === "open") this.end = "close_notify";
		});
	}

	/** Ends the TCP connection without a close_notify, behind all that was written before. */
	async cut(how: "fin" | "reset" = "fin"): Promise<void> {
		do await turn();
		while ((this.socket?.writableLength ?? 0) > 0 || this.stream.writableLength > 0);
		if (how === "fin") this.#raw.end();
		else reset(this.#raw);
	}

	destroy(): void {
		this.#raw.destroy();
	}

	/** The FIN is here: was there a close_notify before it? */
	async #digested(): Promise<void> {
		const isBusy = () => this.stream.readableLength > 0 || (this.socket?.readableLength ?? 0) > 0;
		do {
			await turn();
			await turn();
		} while (isBusy() && !this.stream.destroyed);
		if (this.end === "open") this.end = "fin";
	}
}
