/** tinyproxy and microsocks, each with and without a password; what they write down is the side of the proxy. */
import { Log, Service } from "./service.js";

export const USER = "wire";
export const PASSWORD = "p4ssw0rd-of-interop";

export class DebianProxy {
	readonly log: Log;
	readonly #service: Service;

	/** An HTTP proxy that makes tunnels to `tunnelPorts` only. */
	static async tinyproxy(isGuarded: boolean, tunnelPorts: readonly number[]): Promise<DebianProxy> {
		const service = await Service.start("tinyproxy", 1, (each) => {
			const lines = [
				`Port ${each.ports[0]}`,
				"Listen 127.0.0.1",
				"Allow 127.0.0.1",
				"Timeout 20",
				"LogLevel Connect",
				"MaxClients 50",
				...tunnelPorts.map((port) => `ConnectPort ${port}`),
				...(isGuarded ? [`BasicAuth ${USER} ${PASSWORD}`] : []),
			];
			return ["-d", "-c", each.write("tinyproxy.conf", `${lines.join("\n")}\n`)];
		});
		return new DebianProxy(service, / Request \(file descriptor \d+\): (.*)$/);
	}

	/** A SOCKS5 proxy. */
	static async microsocks(isGuarded: boolean): Promise<DebianProxy> {
		const login = isGuarded ? ["-u", USER, "-P", PASSWORD] : [];
		const service = await Service.start("microsocks", 1, ({ ports }) => {
			return ["-i", "127.0.0.1", "-p", `${ports[0]}`, ...login];
		});
		return new DebianProxy(service, /^client\[\d+\] \S+: (connected to .*)$/);
	}

	/** `request` finds what a line of its log has to say of a request. */
	private constructor(service: Service, request: RegExp) {
		this.#service = service;
		this.log = new Log(() =>
			service.output
				.split("\n")
				.flatMap((line) => request.exec(line)?.[1] ?? [])
				.map((line) => `${line}\n`)
				.join(""),
		);
	}

	get address(): string {
		return `127.0.0.1:${this.#service.ports[0]}`;
	}

	/** With user and password. */
	get login(): string {
		return `${USER}:${PASSWORD}@${this.address}`;
	}

	stop(): Promise<void> {
		return this.#service.stop();
	}
}
