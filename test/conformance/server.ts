/**
 * A server that plays one case on each connection: `GET /runCase?case=ID&agent=NAME`. It answers as Autobahn's does
 * (`Upgrade: WebSocket`); in every second case the first frames come in one piece with the answer.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import net from "node:net";
import type { Case, Scale } from "./case.js";
import { type Agreement, Compression, parseOffer } from "./deflate.js";
import { Play, type Report } from "./judge.js";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const MAX_HEAD = 16_384;

interface Waiting {
	resolve(report: Report): void;
	reject(error: Error): void;
}

export class ConformanceServer {
	/** Requests that are no handshake, and what else goes wrong outside of a case. */
	readonly faults: string[] = [];
	readonly #scale: Scale;
	readonly #cases: ReadonlyMap<string, Case>;
	readonly #reports = new Map<string, Report>();
	readonly #waiting = new Map<string, Waiting>();
	readonly #sockets = new Set<net.Socket>();
	readonly #server = net.createServer({ noDelay: true }, (socket) => this.#accept(socket));
	#lost: Error | undefined;

	constructor(cases: readonly Case[], scale: Scale) {
		this.#scale = scale;
		this.#cases = new Map(cases.map((each) => [each.id, each]));
	}

	async listen(): Promise<number> {
		this.#server.listen({ host: "127.0.0.1", port: 0 });
		await once(this.#server, "listening");
		return (this.#server.address() as net.AddressInfo).port;
	}

	async close(): Promise<void> {
		for (const socket of this.#sockets) socket.destroy();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	/** The report of a case, once the client has played it. */
	report(id: string): Promise<Report> {
		const report = this.#reports.get(id);
		if (report) return Promise.resolve(report);
		if (this.#lost) return Promise.reject(this.#lost);
		return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
	}

	/** The client has ended: no report comes any more but of what is under way. */
	async lose(error: Error): Promise<void> {
		await Promise.all([...this.#sockets].map((socket) => once(socket, "close")));
		this.#lost = error;
		for (const { reject } of this.#waiting.values()) reject(error);
	}

	#accept(socket: net.Socket): void {
		this.#sockets.add(socket);
		let head = Buffer.alloc(0);
		let judge: Play | undefined;
		socket.on("data", (bytes) => {
			if (judge) {
				judge.received(bytes);
				return;
			}
			head = Buffer.concat([head, bytes]);
			const end = head.indexOf("\r\n\r\n");
			if (end >= 0) judge = this.#open(socket, head.subarray(0, end).toString("latin1"), head.subarray(end + 4));
			else if (head.length > MAX_HEAD) socket.destroy();
		});
		// A reset is followed by "close", as any end is.
		socket.on("error", () => {});
		socket.on("close", () => {
			this.#sockets.delete(socket);
			judge?.ended();
		});
	}

	#open(socket: net.Socket, head: string, rest: Buffer): Play | undefined {
		const [line = "", ...lines] = head.split("\r\n");
		const fields = new Map(lines.map((field) => splitField(field)));
		const the = this.#cases.get(/^GET \/runCase\?case=([\d.]+)&agent=\w+ /.exec(line)?.[1] ?? "");
		const fault = the ? faultOf(line, fields) : "no such case";
		if (fault !== "" || !the) {
			this.faults.push(`${line}: ${fault}`);
			socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
			return undefined;
		}
		// It promises nothing before the handshake is answered (RFC 6455 section 4.1).
		if (rest.length > 0) this.faults.push(`${line}: bytes behind the handshake`);
		const offer = parseOffer(fields.get("sec-websocket-extensions"));
		const agreement = offer && the.deflate?.(offer);
		const compression = agreement && new Compression(agreement);
		const judge = new Play(the, this.#scale, socket, compression, (report) => this.#done(report));
		const isGlued = [...this.#cases.keys()].indexOf(the.id) % 2 === 0;
		if (isGlued) socket.cork();
		socket.write(answer(fields.get("sec-websocket-key") ?? "", agreement));
		if (isGlued) {
			judge.begin();
			socket.uncork();
		} else {
			setImmediate(() => judge.begin());
		}
		return judge;
	}

	#done(report: Report): void {
		this.#reports.set(report.id, report);
		this.#waiting.get(report.id)?.resolve(report);
		this.#waiting.delete(report.id);
	}
}

function splitField(field: string): [string, string] {
	const colon = field.indexOf(":");
	return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
}

function faultOf(line: string, fields: ReadonlyMap<string, string>): string {
	if (!/^GET \S+ HTTP\/1\.1$/.test(line)) return "the request line";
	if (fields.get("upgrade")?.toLowerCase() !== "websocket") return "Upgrade";
	if (!/(^|[ ,])upgrade([ ,]|$)/i.test(fields.get("connection") ?? "")) return "Connection";
	if (fields.get("sec-websocket-version") !== "13") return "Sec-WebSocket-Version";
	if (!/^[A-Za-z0-9+/]{22}==$/.test(fields.get("sec-websocket-key") ?? "")) return "Sec-WebSocket-Key";
	return fields.get("host") === undefined ? "Host" : "";
}

function answer(key: string, agreement: Agreement | undefined): string {
	const accept = createHash("sha1").update(`${key}${GUID}`).digest("base64");
	const lines = [
		"HTTP/1.1 101 Switching Protocols",
		"Server: conformance",
		"Upgrade: WebSocket",
		"Connection: Upgrade",
		`Sec-WebSocket-Accept: ${accept}`,
	];
	if (agreement) lines.push(`Sec-WebSocket-Extensions: ${agreement.text}`);
	return `${lines.join("\r\n")}\r\n\r\n`;
}
