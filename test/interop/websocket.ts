/** Servers of WebSocket in other people's hands: libwebsockets' own test server, mosquitto, and nginx before a server of `ws`. */
import { certificates } from "../servers/certificate-set.js";
import type { Certificate } from "../servers/certificates.js";
import { WSServer } from "../servers/websocket.js";
import { Log, Service } from "./service.js";

/** Errors, warnings, notices, and its info lines, which tell of handshakes and ends. */
const LEVELS = 15;

/** libwebsockets-test-server: its protocols are dumb-increment-protocol, lws-mirror-protocol and lws-status. */
export function startLws(): Promise<Service> {
	return Service.start("libwebsockets-test-server", 1, ({ ports, folder }) => {
		return [`--port=${ports[0]}`, "-i", "lo", "-d", `${LEVELS}`, "-r", folder];
	});
}

export function startMosquitto(): Promise<Service> {
	return Service.start("mosquitto", 2, (each) => {
		const [port, other] = each.ports;
		const lines = [
			// with no other listener than one of WebSocket it thinks that it has none
			`listener ${other} 127.0.0.1`,
			// the name of the interface: by its address libwebsockets would not find it, and listen on all
			`listener ${port} lo`,
			"protocol websockets",
			"allow_anonymous true",
			"persistence false",
			"log_dest stderr",
			"log_type all",
			// it is nobody's service here
			...(process.getuid?.() === 0 ? ["user root"] : []),
		];
		return ["-c", each.write("mosquitto.conf", `${lines.join("\n")}\n`)];
	});
}

export class WebSocketProxy {
	/** What it passes on to. */
	readonly backend: WSServer;
	/** Of each connection its status, the bytes that went to the client, and the TLS of it. */
	readonly log: Log;
	readonly #service: Service;

	static async start(): Promise<WebSocketProxy> {
		const backend = new WSServer({ deflate: true });
		const port = await backend.listen();
		const { certPem, keyPem } = (await certificates.ec()) as Certificate;
		const service = await Service.start("nginx", 2, (each) => {
			const [plain, secure] = each.ports;
			const certificate = each.write("certificate.pem", certPem);
			const key = each.write("key.pem", keyPem);
			const places = `
		location / {
			proxy_pass http://127.0.0.1:${port};
			proxy_http_version 1.1;
			proxy_set_header Upgrade $http_upgrade;
			proxy_set_header Connection "upgrade";
		}
		location /without/ { proxy_pass http://127.0.0.1:${port}; }
		location /short/ {
			proxy_pass http://127.0.0.1:${port};
			proxy_http_version 1.1;
			proxy_set_header Upgrade $http_upgrade;
			proxy_set_header Connection "upgrade";
			proxy_read_timeout 1s;
		}
		location /moved { return 302 /elsewhere; }`;
			const names = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
			const file = each.write(
				"nginx.conf",
				`
daemon off;
master_process off;
pid ${each.folder}/pid;
error_log ${each.folder}/error.log info;
events { worker_connections 256; }
http {
	log_format wire '$request|$status|$ssl_protocol';
	access_log ${each.folder}/access.log wire;
	${names.map((name) => `${name}_temp_path ${each.folder}/${name};`).join(" ")}
	server { listen 127.0.0.1:${plain}; ${places} }
	server { listen 127.0.0.1:${secure} ssl; ssl_certificate ${certificate}; ssl_certificate_key ${key}; ${places} }
}
`,
			);
			return ["-c", file, "-p", each.folder, "-e", `${each.folder}/error.log`];
		});
		return new WebSocketProxy(service, backend);
	}

	private constructor(service: Service, backend: WSServer) {
		this.#service = service;
		this.backend = backend;
		this.log = new Log(() => service.read("access.log"));
	}

	/** Of http, and of https. */
	get ports(): [number, number] {
		return this.#service.ports as [number, number];
	}

	async stop(): Promise<void> {
		await this.#service.stop();
		await this.backend.close();
	}
}
