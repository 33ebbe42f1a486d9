/**
 * A proxy of TCP before a real TLS server, which does harm to what the server says. It counts the server's bytes and
 * records, so that a test can learn from one good connection where the next ones shall break.
 */
import { once } from "node:events";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { reset, written } from "./sockets.js";
import { ContentType, type Handshake, handshakeOf, type RecordMark, RecordReader } from "./tls-records.js";

/** Milliseconds before a RST, which would overtake what the client has not read yet. */
const BEFORE_RESET = 20;
/** A close_notify of TLS 1.3: header, level, description, type, tag. */
const ENCRYPTED_ALERT = 5 + 2 + 1 + 16;

export interface Harm {
	/** It happens when so many bytes of the server have gone to the client, 0 when absent: where the first would have. */
	at?: number;
	/**
	 * "fin", "reset": the connection ends. "hang": nothing more is said; what the client sends is taken and thrown away.
	 * Bytes are put in between. A number: the next byte is XORed with it.
	 */
	do: "fin" | "reset" | "hang" | Uint8Array | { flip: number };
}

export interface Script {
	/** In the order of their places. */
	harms?: Harm[];
	/** The server's close_notify is left out: its FIN stands alone. In TLS 1.3 it is known by its size, as the last record. */
	truncate?: boolean;
	/** Milliseconds before each piece. */
	delay?: number;
	/** Bytes in a piece; absent: as they come. */
	piece?: number;
}

/** One connection through the proxy. */
export class Passage {
	/** Records of both sides in the order of their coming. */
	readonly records: RecordMark[] = [];
	/** Bytes that went on to the client, with what was put in between. */
	sent = 0;
	/** How the client ended its side. */
	end: "open" | "fin" | "reset" = "open";
	/** Resolves when the client's connection is gone. */
	readonly closed: Promise<void>;
	readonly #client: net.Socket;
	readonly #server: net.Socket;
	readonly #script: Script;
	readonly #harms: Harm[];
	readonly #fromClient = new RecordReader("client", (mark) => this.records.push(mark));
	readonly #fromServer = new RecordReader("server", (mark, bytes) => this.#serverRecord(mark, bytes));
	/** Whole records that wait to be sent, when the last of all shall not be. */
	readonly #held: Buffer[] = [];
	#passed = 0;
	#isOver = false;

	constructor(client: net.Socket, server: net.Socket, script: Script) {
		this.#client = client;
		this.#server = server;
		this.#script = script;
		this.#harms = [...(script.harms ?? [])];
		this.closed = new Promise((resolve) => client.once("close", () => resolve()));
	}

	/** Bytes that the server has sent. */
	get fromServer(): number {
		return this.#fromServer.total;
	}

	/** Bytes that the client has sent. */
	get fromClient(): number {
		return this.#fromClient.total;
	}

	/** Undefined when it was not completed. */
	get handshake(): Handshake | undefined {
		return handshakeOf(this.records, this.#fromServer.start);
	}

	begin(): void {
		const [client, server] = [this.#client, this.#server];
		client.on("data", (data) => {
			this.#fromClient.push(data);
			if (!this.#isOver && server.writable && !server.write(data)) client.pause();
		});
		server.on("drain", () => client.resume());
		client.on("end", () => {
			if (this.end === "open") this.end = "fin";
			if (this.#isOver) client.destroy();
			else server.end();
		});
		client.on("error", () => {
			this.end = "reset";
		});
		client.on("close", () => server.destroy());
		server.on("error", () => reset(client));
		this.#forward().catch(() => client.destroy());
	}

	destroy(): void {
		this.#client.destroy();
		this.#server.destroy();
	}

	async #forward(): Promise<void> {
		const { truncate = false } = this.#script;
		for await (const data of this.#server.iterator({ destroyOnReturn: false })) {
			this.#fromServer.push(data);
			if (!truncate) await this.#deliver(data);
			else await this.#deliverHeld();
		}
		if (truncate) await this.#deliver(this.#fromServer.pending);
		if (!this.#isOver) this.#client.end();
	}

	#serverRecord(mark: RecordMark, bytes: Buffer): void {
		this.records.push(mark);
		if (this.#script.truncate) this.#held.push(bytes);
	}

	/** All, but for a last one that may be a close_notify. */
	async #deliverHeld(): Promise<void> {
		const last = this.#held.at(-1);
		const count = this.#held.length - (last !== undefined && mayBeAlert(last) ? 1 : 0);
		for (const bytes of this.#held.splice(0, count)) await this.#deliver(bytes);
	}

	async #deliver(data: Buffer): Promise<void> {
		const { piece = data.length } = this.#script;
		for (let rest = data; rest.length > 0; ) {
			await this.#harm(rest);
			if (this.#isOver) return;
			const untilHarm = (this.#harms[0]?.at ?? Number.POSITIVE_INFINITY) - this.#passed;
			const next = rest.subarray(0, Math.min(untilHarm, piece));
			await this.#send(next);
			this.#passed += next.length;
			rest = rest.subarray(next.length);
		}
		await this.#harm(undefined);
	}

	/** Does what is to be done here; without `rest` a byte that is to be changed is waited for. */
	async #harm(rest: Buffer | undefined): Promise<void> {
		for (;;) {
			const harm = this.#harms[0];
			if (harm === undefined || (harm.at ?? 0) > this.#passed || this.#isOver) return;
			const what = harm.do;
			if (typeof what === "object" && "flip" in what) {
				if (rest === undefined) return;
				rest[0] = (rest[0] ?? 0) ^ what.flip;
			} else if (typeof what === "object") await this.#send(what);
			else await this.#finish(what);
			this.#harms.shift();
		}
	}

	async #finish(how: "fin" | "reset" | "hang"): Promise<void> {
		this.#isOver = true;
		if (how === "fin") this.#client.end();
		if (how !== "reset") return;
		await sleep(BEFORE_RESET);
		reset(this.#client);
	}

	async #send(bytes: Uint8Array): Promise<void> {
		if (this.#script.delay !== undefined) await sleep(this.#script.delay);
		this.sent += bytes.length;
		await written(this.#client, bytes);
	}
}

/** An alert, or in TLS 1.3 what has the size of one. */
function mayBeAlert(bytes: Buffer): boolean {
	const isSmall = bytes[0] === ContentType.applicationData && bytes.length === ENCRYPTED_ALERT;
	return bytes[0] === ContentType.alert || isSmall;
}

export class Breaker {
	/** In the order of their coming. */
	readonly passages: Passage[] = [];
	/** For the connections that come from now on. */
	script: Script = {};
	readonly #target: number;
	readonly #server = net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));

	/** Before the server on that port of 127.0.0.1. */
	constructor(target: number) {
		this.#target = target;
	}

	async listen(host = "127.0.0.1"): Promise<number> {
		this.#server.listen({ host, port: 0, backlog: 256 });
		await once(this.#server, "listening");
		return (this.#server.address() as net.AddressInfo).port;
	}

	/** Forgets the passages that were, and ends those that are. */
	begin(script: Script): void {
		for (const passage of this.passages) passage.destroy();
		this.passages.length = 0;
		this.script = script;
	}

	async close(): Promise<void> {
		this.begin({});
		await new Promise((resolve) => this.#server.close(resolve));
	}

	#accept(client: net.Socket): void {
		const server = net.connect({ host: "127.0.0.1", port: this.#target, allowHalfOpen: true, noDelay: true });
		const passage = new Passage(client, server, this.script);
		this.passages.push(passage);
		passage.begin();
	}
}
