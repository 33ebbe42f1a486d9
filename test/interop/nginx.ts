/** nginx with a place for each of its habits, before a server of Node that it passes requests on to. */

import { authorities, certificates } from "../servers/certificate-set.js";
import type { Certificate } from "../servers/certificates.js";
import { pattern, WireServer } from "../wire/server.js";
import { Log, Service } from "./service.js";

export const LARGE = 3_000_001;
export const SMALL = 100;
/** Bytes that nginx takes of a body at /small-bodies/. */
export const LARGEST_BODY = 10_000;

/** The fields of its log, one for each request. */
const FIELDS = [
	"connection",
	"connection_requests",
	"request",
	"status",
	"body_bytes_sent",
	"request_length",
	"ssl_protocol",
	"ssl_session_reused",
	"request_completion",
	"ssl_client_s_dn",
	"args",
	"http_if_range",
	"pipe",
] as const;

export type Entry = Record<(typeof FIELDS)[number], string>;

function configuration({ ports, folder }: Service, backend: number, files: Record<string, string>): string {
	const [http, https, https12, https13, mutual] = ports;
	const passOn = `proxy_pass http://127.0.0.1:${backend}/; client_max_body_size 0;`;
	const secure = (port: number | undefined, versions: string, more = "") => `
	server {
		listen 127.0.0.1:${port} ssl;
		ssl_protocols ${versions};
		${more}
		location /files/ { alias ${folder}/files/; }
		location /backend/ { proxy_http_version 1.1; ${passOn} }
	}`;
	return `
daemon off;
master_process off;
pid ${folder}/pid;
error_log ${folder}/error.log info;
events { worker_connections 256; }
http {
	log_format wire '${FIELDS.map((field) => `$${field}`).join("|")}';
	access_log ${folder}/access.log wire;
	${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join(" ")}
	default_type application/octet-stream;
	keepalive_timeout 60s;
	lingering_timeout 1s;
	ssl_certificate ${files.certificate};
	ssl_certificate_key ${files.key};
	ssl_session_cache shared:wire:1m;
	server {
		listen 127.0.0.1:${http};
		location /files/ { alias ${folder}/files/; }
		location /three/ { alias ${folder}/files/; keepalive_requests 3; }
		location /second/ { alias ${folder}/files/; keepalive_timeout 1s 1s; }
		location /silent-second/ { alias ${folder}/files/; keepalive_timeout 1s; }
		location /once/ { alias ${folder}/files/; keepalive_timeout 0; }
		location /small-bodies/ { proxy_http_version 1.1; ${passOn.replace("size 0", `size ${LARGEST_BODY}`)} }
		location /abrupt/ { lingering_close off; proxy_http_version 1.1; ${passOn.replace("size 0", `size ${LARGEST_BODY}`)} }
		location /backend/ { proxy_http_version 1.1; ${passOn} }
		location /streamed/ { proxy_http_version 1.1; proxy_request_buffering off; proxy_buffering off; ${passOn} }
		location /backend-1.0/ { proxy_http_version 1.0; ${passOn} }
		location /dead/ { proxy_pass http://127.0.0.1:1/; }
		location /slow/ { alias ${folder}/files/; limit_rate 1m; }
		location /none { return 204; }
		location /to-https/ { return 301 https://localhost:${https}/files/small; }
		location /to-here/ { return 308 /files/small; }
		location /post-to-get/ { return 303 /files/small; }
		location /keep-method/ { return 307 /backend/taken; }
		location /gone { return 410 "no more of it"; }
	}
	${secure(https, "TLSv1.2 TLSv1.3")}
	${secure(https12, "TLSv1.2")}
	${secure(https13, "TLSv1.3")}
	${secure(mutual, "TLSv1.2 TLSv1.3", `ssl_client_certificate ${files.clients}; ssl_verify_client on;`)}
}
`;
}

export class Nginx {
	/** What it passes on to. */
	readonly backend = new WireServer();
	readonly log: Log;
	readonly #service: Service;

	static async start(): Promise<Nginx> {
		const backend = new WireServer();
		const port = await backend.listen();
		const { certPem: certificate, keyPem: key } = (await certificates.ec()) as Certificate;
		const clients = (await authorities.clients()).pem;
		const service = await Service.start("nginx", 5, (each) => {
			each.write("files/small", pattern(SMALL));
			each.write("files/large", pattern(LARGE));
			each.write("files/empty", "");
			each.write("files/folder/index.html", "the index");
			const files = {
				certificate: each.write("certificate.pem", certificate),
				key: each.write("key.pem", key),
				clients: each.write("clients.pem", clients),
			};
			const file = each.write("nginx.conf", configuration(each, port, files));
			return ["-c", file, "-p", each.folder, "-e", `${each.folder}/error.log`];
		});
		return new Nginx(service, backend);
	}

	private constructor(service: Service, backend: WireServer) {
		this.#service = service;
		this.backend = backend;
		this.log = new Log(() => service.read("access.log"));
	}

	get port(): number {
		return this.#service.ports[0] as number;
	}

	/** Of https: both versions, 1.2 alone, 1.3 alone, with a certificate of the client. */
	get secure(): { both: number; "1.2": number; "1.3": number; mutual: number } {
		const [, both, older, newer, mutual] = this.#service.ports as [number, number, number, number, number];
		return { both, "1.2": older, "1.3": newer, mutual };
	}

	/** What it wrote down since `log.begin`, when that are `count` requests. */
	async requests(count: number): Promise<Entry[]> {
		const lines = await this.log.lines(count);
		return lines.map((line) => {
			const values = line.split("|");
			return Object.fromEntries(FIELDS.map((field, i) => [field, values[i] ?? ""])) as Entry;
		});
	}

	async stop(): Promise<void> {
		await this.#service.stop();
		await this.backend.close();
	}
}
