/** Between the client and a server: it breaks connections off after so many bytes of what the server says. */
import { once } from "node:events";
import net from "node:net";

export class CuttingRelay {
	readonly #server: net.Server;
	readonly #sockets = new Set<net.Socket>();

	/** The first connection is broken off after the first of `cuts`, and so on; those for which there is none are not. */
	constructor(to: number, cuts: readonly number[]) {
		const left = [...cuts];
		this.#server = net.createServer((client) => {
			const server = net.connect(to, "127.0.0.1");
			let room = left.shift() ?? Number.POSITIVE_INFINITY;
			for (const [socket, other] of [
				[client, server],
				[server, client],
			] as const) {
				this.#sockets.add(socket);
				socket.on("error", () => {});
				socket.on("close", () => other.destroy());
			}
			client.pipe(server);
			server.on("data", (data) => {
				client.write(data.subarray(0, room));
				room -= data.length;
				if (room <= 0) client.end(() => server.destroy());
			});
			server.on("end", () => client.end());
		});
	}

	async listen(): Promise<number> {
		this.#server.listen(0, "127.0.0.1");
		await once(this.#server, "listening");
		return (this.#server.address() as net.AddressInfo).port;
	}

	async close(): Promise<void> {
		for (const socket of this.#sockets) socket.destroy();
		await new Promise((resolve) => this.#server.close(resolve));
	}
}
