/** A raw TCP server on a loopback address that plays the script whose number is the path of the request: `/7` or `/7/bytes`. */
import { once } from "node:events";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Script, Step } from "./scripts.js";

/** As a proxy it has no path: the port of what it is asked for is the number, from 1, and the name says how. */
function pathOf(head: string): string {
	const [method, target = ""] = head.split(" ");
	if (method !== "CONNECT") return target;
	const [how, port] = target.split(":");
	return `/${Number(port) - 1}/${how}`;
}

export class HostileServer {
	/** For each request its path and the number of its connection. */
	readonly requests: { path: string; connection: number }[] = [];
	readonly #scripts: Script[];
	readonly #sockets = new Set<net.Socket>();
	readonly #server = net.createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket));
	#connections = 0;

	constructor(scripts: Script[]) {
		this.#scripts = scripts;
	}

	async listen(): Promise<number> {
		this.#server.listen({ host: "127.0.0.1", port: 0, backlog: 256 });
		await once(this.#server, "listening");
		return (this.#server.address() as net.AddressInfo).port;
	}

	async close(): Promise<void> {
		for (const socket of this.#sockets) socket.destroy();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	/** The connections that are open now. */
	get open(): number {
		return this.#sockets.size;
	}

	#serve(socket: net.Socket): void {
		const connection = this.#connections++;
		this.#sockets.add(socket);
		socket.on("close", () => this.#sockets.delete(socket));
		socket.on("error", () => socket.destroy());
		socket.on("end", () => socket.end());
		socket.setNoDelay(true);
		let head = "";
		socket.on("data", (data) => {
			head += data.toString("latin1");
			const end = head.indexOf("\r\n\r\n");
			if (end < 0) return;
			const path = pathOf(head);
			head = head.slice(end + 4);
			this.requests.push({ path, connection });
			this.#play(socket, path).catch(() => socket.destroy());
		});
	}

	async #play(socket: net.Socket, path: string): Promise<void> {
		const [number, how] = path.slice(1).split("/");
		if (number === "good") {
			socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood");
			return;
		}
		const steps = this.#scripts[Number(number)]?.steps ?? [];
		for (const step of steps) {
			if (socket.destroyed) return;
			await this.#take(socket, step, how === "bytes");
		}
	}

	async #take(socket: net.Socket, step: Step, inBytes: boolean): Promise<void> {
		if (step === "FIN") socket.end();
		else if (step === "RESET") socket.resetAndDestroy();
		else if (typeof step === "string" || Buffer.isBuffer(step)) {
			const bytes = Buffer.from(step as string);
			if (!inBytes) await written(socket, bytes);
			else for (const byte of bytes) await written(socket, Buffer.of(byte));
		} else if ("pause" in step) await sleep(step.pause);
		else {
			const bytes = Buffer.from(step.endless.repeat(Math.ceil(4096 / step.endless.length)));
			while (!socket.destroyed) await written(socket, bytes);
		}
	}
}

/** Resolves when the bytes have left this process, or never can. */
function written(socket: net.Socket, bytes: Buffer): Promise<void> {
	return new Promise((resolve) => {
		socket.once("close", resolve);
		socket.write(bytes, () => {
			socket.off("close", resolve);
			resolve();
		});
	});
}
