/** haproxy before servers of Node: one that keeps connections, one of HTTP/1.0, one that is slow, one that is not there. */
import { once } from "node:events";
import net from "node:net";
import { authorities, certificates } from "../servers/certificate-set.js";
import { pattern, WireServer } from "../wire/server.js";
import { Log, Service } from "./service.js";

/** The body of the HTTP/1.0 server, which only the end of the connection delimits. */
export const OLD_SIZE = 100_000;
/** Milliseconds that haproxy waits for the slow server. */
export const SLOW = 300;
/** Milliseconds after which it closes an idle connection, at the port for that. */
export const IDLE = 500;

/** The fields of its log, one for each request; the port of the client tells connections apart. */
const FIELDS = {
	port: "%cp",
	request: "%r",
	status: "%ST",
	sent: "%U",
	received: "%B",
	end: "%tsc",
	tls: "%sslv",
} as const;
const MARK = "wire|";

export type Entry = Record<keyof typeof FIELDS, string>;

function configuration({ ports }: Service, keeping: number, old: number, certificate: string): string {
	const [http, https, idle] = ports;
	const server = (port: number) => `server one 127.0.0.1:${port}`;
	return `
global
	log stdout format raw local0
	maxconn 200
defaults
	mode http
	log global
	log-format "${MARK}${Object.values(FIELDS).join("|")}"
	timeout connect 2s
	timeout client 20s
	timeout server 20s
	retries 0
frontend main
	bind 127.0.0.1:${http}
	bind 127.0.0.1:${https} ssl crt ${certificate} alpn http/1.1
	http-request return status 429 content-type text/plain string "not now" hdr Retry-After 1 if { path_beg /limited/ }
	http-request deny deny_status 403 if { path_beg /denied/ }
	http-request redirect location https://localhost:${https}/behind code 302 if { path_beg /to-https/ }
	use_backend dead if { path_beg /dead/ }
	use_backend old if { path_beg /old/ }
	use_backend slow if { path_beg /slow/ }
	use_backend closing if { path_beg /closing/ }
	default_backend keeping
frontend impatient
	bind 127.0.0.1:${idle}
	timeout http-keep-alive ${IDLE}
	default_backend keeping
backend keeping
	${server(keeping)}
backend closing
	http-response set-header connection close
	${server(keeping)}
backend old
	${server(old)}
backend slow
	timeout server ${SLOW}
	${server(keeping)}
backend dead
	${server(1)}
`;
}

export class HAProxy {
	readonly backend: WireServer;
	readonly log: Log;
	/** Heads that the HTTP/1.0 server has got. */
	readonly old: string[] = [];
	readonly #service: Service;
	readonly #old: net.Server;

	static async start(): Promise<HAProxy> {
		const backend = new WireServer();
		const port = await backend.listen();
		const heads: string[] = [];
		const old = net.createServer((socket) => {
			socket.on("error", () => {});
			socket.once("data", (data) => {
				heads.push(data.toString("latin1"));
				socket.write("HTTP/1.0 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n");
				socket.end(pattern(OLD_SIZE));
			});
		});
		old.listen(0, "127.0.0.1");
		await once(old, "listening");
		await authorities.root();
		const { certPem, keyPem } = await certificates.ec();
		const service = await Service.start("haproxy", 3, (each) => {
			const certificate = each.write("certificate.pem", `${certPem}\n${keyPem}`);
			const { port: oldPort } = old.address() as net.AddressInfo;
			return ["-db", "-f", each.write("haproxy.cfg", configuration(each, port, oldPort, certificate))];
		});
		return new HAProxy(service, backend, old, heads);
	}

	private constructor(service: Service, backend: WireServer, old: net.Server, heads: string[]) {
		this.#service = service;
		this.backend = backend;
		this.#old = old;
		this.old = heads;
		this.log = new Log(() => service.output.replace(/^(?!wire\|).*\n/gm, ""));
	}

	get port(): number {
		return this.#service.ports[0] as number;
	}

	get securePort(): number {
		return this.#service.ports[1] as number;
	}

	/** Where connections that are idle for IDLE are closed. */
	get impatientPort(): number {
		return this.#service.ports[2] as number;
	}

	/** What it wrote down since `log.begin`, when that are `count` requests. */
	async requests(count: number): Promise<Entry[]> {
		const lines = await this.log.lines(count);
		return lines.map((line) => {
			const values = line.slice(MARK.length).split("|");
			return Object.fromEntries(Object.keys(FIELDS).map((field, i) => [field, values[i] ?? ""])) as Entry;
		});
	}

	async stop(): Promise<void> {
		await this.#service.stop();
		await this.backend.close();
		await new Promise((resolve) => this.#old.close(resolve));
	}
}
