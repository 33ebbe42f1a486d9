/** A server that knows no TLS and plays a script to each client that has said its ClientHello. */
import { once } from "node:events";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { reset, written } from "./sockets.js";
import { type AlertName, alert, ContentType, HEADER, LONGEST_FRAGMENT, record, serverHello } from "./tls-records.js";

/** Made from the client's first record where it must answer that. */
export type RawStep =
	| Uint8Array
	| { pause: number }
	| { endless: Uint8Array }
	| "fin"
	| "reset"
	| ((clientHello: Buffer) => Uint8Array);

export class RawServer {
	/** For each connection the bytes that came, and how it ended. */
	readonly connections: { received: number; end: "open" | "fin" | "reset" }[] = [];
	/** What the next connections get. */
	script: RawStep[] = [];
	/** Speaks when it has accepted, and waits for no ClientHello. */
	isHasty = false;
	readonly #sockets = new Set<net.Socket>();
	readonly #server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#serve(socket));

	async listen(): Promise<number> {
		this.#server.listen({ host: "127.0.0.1", port: 0, backlog: 256 });
		await once(this.#server, "listening");
		return (this.#server.address() as net.AddressInfo).port;
	}

	/** Forgets what was, and plays `script` from now on. */
	begin(script: RawStep[], isHasty = false): void {
		for (const socket of this.#sockets) socket.destroy();
		this.connections.length = 0;
		this.script = script;
		this.isHasty = isHasty;
	}

	async close(): Promise<void> {
		this.begin([]);
		await new Promise((resolve) => this.#server.close(resolve));
	}

	/** The connections that are open now. */
	get open(): number {
		return this.#sockets.size;
	}

	#serve(socket: net.Socket): void {
		const { script, isHasty } = this;
		const seen: (typeof this.connections)[number] = { received: 0, end: "open" };
		this.connections.push(seen);
		this.#sockets.add(socket);
		socket.on("close", () => this.#sockets.delete(socket));
		socket.on("error", () => {
			seen.end = "reset";
		});
		socket.on("end", () => {
			seen.end = "fin";
			socket.end();
		});
		let hello = Buffer.alloc(0);
		let hasBegun = isHasty;
		socket.on("data", (data) => {
			seen.received += data.length;
			if (hasBegun) return;
			hello = Buffer.concat([hello, data]);
			if (hello.length < HEADER || hello.length < HEADER + hello.readUInt16BE(3)) return;
			hasBegun = true;
			this.#play(socket, script, hello);
		});
		if (isHasty) this.#play(socket, script, hello);
	}

	async #play(socket: net.Socket, script: RawStep[], hello: Buffer): Promise<void> {
		for (const step of script) {
			if (!socket.writable) return;
			if (step === "fin") socket.end();
			else if (step === "reset") reset(socket);
			else if (typeof step === "function") await written(socket, step(hello));
			else if (step instanceof Uint8Array) await written(socket, step);
			else if ("pause" in step) await sleep(step.pause);
			else while (socket.writable) await written(socket, step.endless);
		}
	}
}

/** Fewer steps for the event loop than a record each. */
function many(bytes: Buffer, times = 500): Buffer {
	return Buffer.concat(Array.from({ length: times }, () => bytes));
}

const EMPTY = Buffer.alloc(0);

/** Scripts by what they say. Where no end is told, the server is silent behind it. */
export const RAW_SCRIPTS = {
	silence: [],
	finAtOnce: ["fin"],
	resetAtOnce: ["reset"],
	garbage: [Buffer.from("\xff\xfe\x00 what is this? ".repeat(20), "latin1"), "fin"],
	plainHttp: [Buffer.from("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), "fin"],
	/** Greetings of a mail server. */
	otherProtocol: [Buffer.from("220 mail.example.test ESMTP\r\n")],
	/** Longer by one than any record may be, be it encrypted. */
	recordTooLong: [record(ContentType.handshake, Buffer.alloc(LONGEST_FRAGMENT + 2049)), "fin"],
	/** The header alone says so. */
	recordLengthTooLong: [record(ContentType.handshake, EMPTY, 0xffff)],
	plainRecordTooLong: [record(ContentType.handshake, Buffer.alloc(LONGEST_FRAGMENT + 1)), "fin"],
	unknownRecordType: [record(99, Buffer.from("x"))],
	wrongRecordVersion: [Buffer.from("1609090004020000ff", "hex")],
	/** SSL 2. */
	oldRecord: [Buffer.from("80040300000000", "hex")],
	emptyHandshakeRecords: [{ endless: many(record(ContentType.handshake, EMPTY)) }],
	emptyAlertRecords: [{ endless: many(record(ContentType.alert, EMPTY)) }],
	emptyApplicationRecords: [{ endless: many(record(ContentType.applicationData, EMPTY)) }],
	warningAlerts: [{ endless: many(alert("unrecognized_name", "warning")) }],
	changeCipherSpecs: [{ endless: many(record(ContentType.changeCipherSpec, Buffer.of(1))) }],
	applicationDataFirst: [record(ContentType.applicationData, Buffer.from("hello"))],
	closeNotifyFirst: [alert("close_notify", "warning"), "fin"],
	/** The record is cut, by a FIN and by silence. */
	helloCut: [(client: Buffer) => serverHello("TLSv1.2", client).subarray(0, 40), "fin"],
	helloCutNewVersion: [(client: Buffer) => serverHello("TLSv1.3", client).subarray(0, 60), "fin"],
	helloStops: [(client: Buffer) => serverHello("TLSv1.3", client).subarray(0, 60)],
	/** The record is whole, the message is not. */
	helloGoesOn: [(client: Buffer) => announcingMore(serverHello("TLSv1.2", client)), "fin"],
	/** A message of 16 MB is announced, and comes. */
	endlessMessage: [
		(client: Buffer) => serverHello("TLSv1.2", client),
		record(ContentType.handshake, Buffer.of(11, 0xff, 0xff, 0xff)),
		{ endless: record(ContentType.handshake, Buffer.alloc(LONGEST_FRAGMENT)) },
	],
	/** Good so far, and then nothing. */
	helloThenSilence: [(client: Buffer) => serverHello("TLSv1.2", client)],
	helloTwice: [(client: Buffer) => many(serverHello("TLSv1.2", client), 2)],
	requestsForHello: [{ endless: many(Buffer.from("160303000400000000", "hex")) }],
} satisfies Record<string, RawStep[]>;

export function alertScript(name: AlertName, level: "fatal" | "warning" = "fatal"): RawStep[] {
	return [alert(name, level), "fin"];
}

/** The length in the header of the message, not that of the record, is greater by 100. */
function announcingMore(message: Buffer): Buffer {
	const more = Buffer.from(message);
	more.writeUIntBE(more.readUIntBE(HEADER + 1, 3) + 100, HEADER + 1, 3);
	return more;
}
