/**
 * A TCP server on the loopback addresses that does what the client's first line says. Everything else a client sends
 * belongs to the command. Numbers are decimal; `name=N` after any command gives the connection a name for STATE.
 *
 * | line | what the server does |
 * |---|---|
 * | `SEND n seed [fin\|hold\|reset]` | sends n bytes of the sequence `seed`, then FIN (or nothing, or RST) |
 * | `ECHO` | sends back what comes, and its FIN after the client's |
 * | `SINK n [slow]` | takes n bytes, then sends their checksum as a line, and FIN; slow: 64 KB each 5 ms |
 * | `SILENT` | takes everything and never answers |
 * | `DEAF` | takes nothing more and never answers, until it is told to |
 * | `HEAR name`, `END name`, `KILL name` | lets the deaf connection of that name take everything; sends it a FIN; resets it; then FIN |
 * | `FIN`, `RESET` | ends the connection at once |
 * | `WHO` | sends the client's address and port as a line, and FIN |
 * | `SUM name` | sends the checksum of what has come on the connection of that name as a line, and FIN |
 * | `STATE name` | sends a line about the connection of that name, and FIN: `open`, `ended` (by FIN) or `reset`, then the bytes that have come and those that have left |
 */
import { once } from "node:events";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { checksum, Sequence } from "../host/sequence.js";

const CHUNK = 16384;
const LONGEST_LINE = 256;

interface Named {
	socket: net.Socket;
	state: "open" | "ended" | "reset";
	received: number;
	sum: number;
}

export interface Ports {
	ipv4: number;
	/** 0 where the machine has no IPv6. */
	ipv6: number;
}

export class ScriptedServer {
	readonly #servers: net.Server[] = [];
	readonly #sockets = new Set<net.Socket>();
	readonly #named = new Map<string, Named>();
	/** What went wrong in the server itself; a test that uses it should find this empty. */
	readonly faults: unknown[] = [];

	async listen(): Promise<Ports> {
		const ipv4 = await this.#listenOn("127.0.0.1");
		const ipv6 = await this.#listenOn("::1").catch(() => 0);
		return { ipv4, ipv6 };
	}

	/** Ends every connection and stops listening. */
	async close(): Promise<void> {
		for (const socket of this.#sockets) socket.destroy();
		await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
	}

	async #listenOn(host: string): Promise<number> {
		const server = net.createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket));
		server.listen({ host, port: 0, backlog: 256 });
		await once(server, "listening");
		this.#servers.push(server);
		return (server.address() as net.AddressInfo).port;
	}

	#serve(socket: net.Socket): void {
		this.#sockets.add(socket);
		socket.on("close", () => this.#sockets.delete(socket));
		// A client that resets is part of many scripts.
		socket.on("error", () => socket.destroy());
		socket.setNoDelay(true);
		let head = Buffer.alloc(0);
		const onData = (data: Buffer) => {
			head = Buffer.concat([head, data]);
			const end = head.indexOf("\n");
			if (end < 0) {
				if (head.length > LONGEST_LINE) socket.destroy();
				return;
			}
			socket.off("data", onData);
			socket.pause();
			if (end + 1 < head.length) socket.unshift(head.subarray(end + 1));
			this.#obey(socket, head.toString("latin1", 0, end).split(" ")).catch((error: NodeJS.ErrnoException) => {
				if (!socket.destroyed) this.faults.push(error);
				socket.destroy();
			});
		};
		socket.on("data", onData);
	}

	async #obey(socket: net.Socket, line: string[]): Promise<void> {
		const words = line.filter((word) => !word.startsWith("name="));
		const name = line.find((word) => word.startsWith("name="))?.slice(5);
		const named: Named = { socket, state: "open", received: 0, sum: 0 };
		if (name !== undefined) this.#named.set(name, named);
		socket.on("error", () => {
			named.state = "reset";
		});
		socket.on("end", () => {
			named.state = "ended";
		});
		const [command, first = "", second = "", third = ""] = words;
		const number = Number(first);
		if (command === "SINK") return sink(socket, number, second === "slow");

		socket.on("data", (data) => {
			named.received += data.length;
			named.sum = checksum(named.sum, data, data.length);
			if (command === "ECHO") socket.write(data);
		});
		if (command !== "DEAF") socket.resume();
		// Most scripts have said all that they want to say when the client ends.
		socket.on("end", () => socket.end());
		switch (command) {
			case "SEND":
				await send(socket, number, new Sequence(Number(second)));
				return finish(socket, third);
			case "WHO":
				socket.end(`${socket.remoteAddress} ${socket.remotePort}\n`);
				return;
			case "STATE":
				socket.end(`${describe(this.#named.get(first))}\n`);
				return;
			case "HEAR":
				this.#named.get(first)?.socket.resume();
				return finish(socket, "fin");
			case "END":
				this.#named.get(first)?.socket.end();
				return finish(socket, "fin");
			case "KILL":
				this.#named.get(first)?.socket.resetAndDestroy();
				return finish(socket, "fin");
			case "SUM":
				socket.end(`${(this.#named.get(first)?.sum ?? 0) >>> 0}\n`);
				return;
			case "FIN":
				return finish(socket, "fin");
			case "RESET":
				return finish(socket, "reset");
			case "ECHO":
			case "DEAF":
			case "SILENT":
				return;
			default:
				throw new Error(`unknown command ${command}`);
		}
	}
}

function describe(named: Named | undefined): string {
	if (named === undefined) return "unknown";
	const { socket, state, received } = named;
	return `${state} ${received} ${socket.bytesWritten - socket.writableLength}`;
}

function finish(socket: net.Socket, how: string): void {
	if (how === "reset") socket.resetAndDestroy();
	else if (how !== "hold") socket.end();
}

/** Resolves when the bytes have left this process, or can no more. */
async function send(socket: net.Socket, count: number, sequence: Sequence): Promise<void> {
	for (let left = count; left > 0 && !socket.destroyed; left -= CHUNK) {
		const chunk = sequence.fill(new Uint8Array(Math.min(left, CHUNK)));
		await new Promise<void>((resolve) => socket.write(chunk, () => resolve()));
	}
}

/** Resolves when there is something to read, or will never be. */
function readable(socket: net.Socket): Promise<void> {
	return new Promise((resolve) => {
		const wake = () => {
			for (const event of ["readable", "end", "close"]) socket.off(event, wake);
			resolve();
		};
		for (const event of ["readable", "end", "close"]) socket.on(event, wake);
	});
}

/** The client may send more than the `count` bytes: these are not taken. */
async function sink(socket: net.Socket, count: number, slow: boolean): Promise<void> {
	let sum = 0;
	let left = count;
	while (left > 0) {
		const data: Buffer | null = socket.read();
		if (data === null) {
			if (socket.readableEnded || socket.destroyed) {
				socket.destroy();
				return;
			}
			await readable(socket);
			continue;
		}
		const end = Math.min(left, data.length);
		sum = checksum(sum, data, end);
		left -= end;
		if (slow) await sleep(5);
	}
	socket.on("end", () => socket.destroy());
	socket.resume();
	socket.end(`${sum >>> 0}\n`);
}
