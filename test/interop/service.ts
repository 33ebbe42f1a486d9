/** A server of the distribution, run for one test file: on loopback, on free ports, with its files in a folder that goes with it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../servers/sockets.js";

interface Found {
	/** Of each program that is there its path. */
	programs: Readonly<Record<string, string>>;
	libraries: string;
}

const { LWS_INTEROP } = process.env;
const found: Found = LWS_INTEROP ? JSON.parse(LWS_INTEROP) : { programs: {}, libraries: "" };

/** Milliseconds for a service to listen. */
const PATIENCE = 10_000;
/** Somebody else may take a port between its choice and its use. */
const ATTEMPTS = 3;
const LISTENING = "0A";
/** ::ffff:0:0/96, as the kernel writes it. */
const MAPPED = "0000000000000000FFFF0000";

/** Skips what needs a program that is not there; `npm run test:interop` has said why. */
export function skipUnlessThere(context: Mocha.Context, program: string): void {
	if (found.programs[program]) return;
	console.log(`      skipped, for ${program} is missing (npm run test:interop fetches it, or says why not):`);
	context.skip();
}

async function freePort(): Promise<number> {
	const server = net.createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as net.AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}

/** Without connecting, which servers write down. */
function isListening(port: number): boolean {
	const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
	return ["/proc/net/tcp", "/proc/net/tcp6"].filter(existsSync).some((table) => {
		const lines = readFileSync(table, "latin1").split("\n");
		return lines.some((line) => {
			const [, from = "", , state] = line.trim().split(/\s+/);
			// libwebsockets listens by IPv6 for both
			return (from === local || from === `${MAPPED}${local}`) && state === LISTENING;
		});
	});
}

export class Service {
	readonly folder = mkdtempSync(join(tmpdir(), "lws-xs-interop-"));
	ports: number[] = [];
	/** What it has written to its streams. */
	output = "";
	#child: ChildProcess | undefined;
	readonly #kill = () => this.#child?.kill("SIGKILL");

	/** `prepare` writes its configuration, for `ports`, and gives its arguments. Resolves when it listens on all of them. */
	static async start(program: string, count: number, prepare: (service: Service) => string[]): Promise<Service> {
		const service = new Service();
		try {
			for (let attempt = 1; ; attempt++) {
				service.ports = await Promise.all(Array.from({ length: count }, freePort));
				if (await service.#run(program, prepare(service))) return service;
				if (attempt === ATTEMPTS) throw new Error(`${program} does not listen:\n${service.output}`);
			}
		} catch (error) {
			await service.stop();
			throw error;
		}
	}

	write(name: string, content: string | Buffer): string {
		const file = join(this.folder, name);
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, content);
		return file;
	}

	read(name: string): string {
		return readFileSync(join(this.folder, name), "latin1");
	}

	async stop(): Promise<void> {
		const child = this.#child;
		if (child && child.exitCode === null && child.signalCode === null) {
			child.kill("SIGTERM");
			const controller = new AbortController();
			const { signal } = controller;
			const end = once(child, "exit").then(() => controller.abort());
			await sleep(2000, undefined, { signal }).then(this.#kill, () => {});
			await end;
		}
		process.off("exit", this.#kill);
		rmSync(this.folder, { recursive: true, force: true });
	}

	/** False: it has ended instead. */
	async #run(program: string, args: string[]): Promise<boolean> {
		const { programs, libraries } = found;
		const file = programs[program] as string;
		const env = libraries ? { ...process.env, LD_LIBRARY_PATH: libraries } : process.env;
		const child = spawn(file, args, { cwd: this.folder, env, stdio: ["ignore", "pipe", "pipe"] });
		this.#child = child;
		process.on("exit", this.#kill);
		for (const stream of [child.stdout, child.stderr]) {
			stream.on("data", (data) => {
				this.output += data;
			});
		}
		for (const end = Date.now() + PATIENCE; child.exitCode === null && Date.now() < end; await sleep(10)) {
			if (this.ports.every(isListening)) return true;
		}
		process.off("exit", this.#kill);
		child.kill("SIGKILL");
		return false;
	}
}

/** The lines of a server's log, whose last may come a little after the client has its answer. */
export class Log {
	readonly #text: () => string;
	#from = 0;

	constructor(text: () => string) {
		this.#text = text;
	}

	/** Forgets what has been written. */
	begin(): void {
		this.#from = this.#lines().length;
	}

	/** Those since `begin`, when there are `count`; more are given, too. */
	async lines(count: number): Promise<string[]> {
		await until(() => this.#lines().length >= this.#from + count).catch(() => {});
		return this.#lines().slice(this.#from);
	}

	#lines(): string[] {
		// what follows the last newline is not there yet
		return this.#text().split("\n").slice(0, -1);
	}
}
