/**
 * An address that never answers, without a network: a process listens there with a short queue and is stopped, the queue is
 * filled, and from then on the kernel drops every SYN.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds in which a connection on loopback stands, or does not. */
const PATIENCE = 300;
/** Longer than any queue that Linux makes of a backlog of 1. */
const MOST = 20;

const LISTENER = `
require("node:net").createServer(() => {}).listen({ host: process.argv[1], port: +process.argv[2], backlog: 1 }, () => {
	console.log("listening");
	process.kill(process.pid, "SIGSTOP");
});`;

const SYN_SENT = "02";

export class BlackHole {
	readonly #port: number;
	readonly #child: ChildProcess;
	readonly #queued: net.Socket[] = [];

	/** Resolves when the address does not answer any more. */
	static async open(host: string, port: number): Promise<BlackHole> {
		const hole = new BlackHole(host, port);
		try {
			await once(hole.#child.stdout as NonNullable<ChildProcess["stdout"]>, "data");
			while (await hole.#fill(host)) {
				if (hole.#queued.length > MOST) throw new Error(`${host} still answers`);
			}
			return hole;
		} catch (error) {
			hole.close();
			throw error;
		}
	}

	private constructor(host: string, port: number) {
		this.#port = port;
		this.#child = spawn(process.execPath, ["-e", LISTENER, host, `${port}`], { stdio: ["ignore", "pipe", "inherit"] });
	}

	/** Attempts of `host` that go on now, those of this object not among them; `host` is 127.0.0.x or ::1. */
	attempts(host: string): number {
		const isIPv6 = host.includes(":");
		const address = isIPv6
			? "00000000000000000000000001000000"
			: host
					.split(".")
					.reverse()
					.map((octet) => Number(octet).toString(16).toUpperCase().padStart(2, "0"))
					.join("");
		const remote = `${address}:${this.#port.toString(16).toUpperCase().padStart(4, "0")}`;
		const own = this.#queued.map(({ localPort }) => localPort);
		return readFileSync(isIPv6 ? "/proc/net/tcp6" : "/proc/net/tcp", "latin1")
			.split("\n")
			.map((line) => line.trim().split(/\s+/))
			.filter(([, local, to, state]) => {
				if (to !== remote || state !== SYN_SENT) return false;
				return !own.includes(Number.parseInt((local as string).split(":")[1] as string, 16));
			}).length;
	}

	close(): void {
		for (const socket of this.#queued) socket.destroy();
		this.#child.kill("SIGKILL");
	}

	/** One more connection; false: it does not stand. */
	async #fill(host: string): Promise<boolean> {
		const socket = net.connect({ host, port: this.#port });
		socket.on("error", () => {});
		this.#queued.push(socket);
		const controller = new AbortController();
		const { signal } = controller;
		const stands = await Promise.race([once(socket, "connect").then(() => true), sleep(PATIENCE, false, { signal })]);
		controller.abort();
		return stands;
	}
}
