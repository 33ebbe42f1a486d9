/** `openssl s_server` as a child process: a TLS stack that tells more and can do more than Node's. One client at a time. */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Certificate } from "./certificates.js";

/** Milliseconds that it may take to say what is waited for. */
const PATIENCE = 5000;

export interface OpensslOptions {
	certificate: Certificate;
	/** A second one, with a key of another kind. */
	second?: Certificate;
	version?: "tls1_2" | "tls1_3";
	/**
	 * "lines": what is typed goes to the client, and single letters are commands (see `type`); "status": HTTP with a page
	 * about the connection (-www); "files": HTTP with `files` (-WWW); "reverse": sends each line back reversed (-rev).
	 */
	mode?: "lines" | "status" | "files" | "reverse";
	/** For mode "files": contents by name. */
	files?: Record<string, string | Buffer>;
	/** PEM of the authorities of clients; with it a client must have a certificate. */
	clientAuthority?: string;
	tickets?: boolean;
	/** Cipher list of TLS 1.2. */
	cipher?: string;
	/** Those of TLS 1.3. */
	ciphersuites?: string;
	groups?: string;
	/** Tells each message of the protocol in `output`, as `<<< TLS 1.3, Alert [length 0002], warning close_notify`. */
	messages?: boolean;
	/** Anything else of `openssl s_server -help`. */
	others?: string[];
}

const MODES = { lines: [], status: ["-www"], files: ["-WWW"], reverse: ["-rev"] };

let version: string | undefined;

/** The version of the openssl command, "" where there is none. */
export function opensslVersion(): string {
	if (version === undefined) {
		try {
			version = execFileSync("openssl", ["version"], { encoding: "utf8" }).trim();
		} catch {
			version = "";
		}
	}
	return version;
}

/** Skips where this machine has no openssl, and says so. */
export function skipWithoutOpenssl(context: Mocha.Context): void {
	if (opensslVersion() !== "") return;
	console.log("      skipped, for there is no openssl command (Debian: apt-get install openssl):");
	context.skip();
}

export class OpensslServer {
	readonly port: number;
	readonly #child: ChildProcessWithoutNullStreams;
	readonly #folder: string;
	readonly #said: Said;
	/** A test that dies leaves no child behind. */
	readonly #kill = () => this.#child.kill("SIGKILL");

	private constructor(port: number, child: ChildProcessWithoutNullStreams, folder: string, said: Said) {
		this.port = port;
		this.#child = child;
		this.#folder = folder;
		this.#said = said;
		process.once("exit", this.#kill);
	}

	static async start(options: OpensslOptions): Promise<OpensslServer> {
		const folder = mkdtempSync(join(tmpdir(), "lws-xs-openssl-"));
		const child = spawn("openssl", ["s_server", ...argumentsOf(options, folder)], { cwd: folder });
		const said = new Said(child);
		try {
			const [, port] = await said.waitFor(/^ACCEPT .*:(\d+)$/m);
			return new OpensslServer(Number(port), child, folder, said);
		} catch (error) {
			child.kill("SIGKILL");
			rmSync(folder, { recursive: true });
			throw error;
		}
	}

	/** All that it has said. */
	get output(): string {
		return this.#said.text;
	}

	/** Resolves when it has said something of that form, after the first `from` characters. */
	waitFor(form: RegExp, from = 0): Promise<RegExpExecArray> {
		return this.#said.waitFor(form, from);
	}

	/**
	 * Mode "lines": text for the client. At the beginning of a line, alone: "q" ends the connection (with a close_notify),
	 * "Q" the server too; "r" renegotiates, "R" wants a certificate at that (TLS 1.2); "k" updates the server's keys, "K"
	 * both sides' (TLS 1.3); "P" sends plain text, past TLS.
	 */
	type(text: string): void {
		this.#child.stdin.write(text);
	}

	async close(): Promise<void> {
		process.off("exit", this.#kill);
		const { exitCode, signalCode } = this.#child;
		if (exitCode === null && signalCode === null) {
			this.#kill();
			await once(this.#child, "exit");
		}
		rmSync(this.#folder, { recursive: true, force: true });
	}
}

/** What the child says on both its outputs. */
class Said {
	text = "";
	#hasEnded = false;
	#wake: (() => void)[] = [];

	constructor(child: ChildProcessWithoutNullStreams) {
		const wake = () => {
			for (const resolve of this.#wake.splice(0)) resolve();
		};
		for (const stream of [child.stdout, child.stderr]) {
			stream.setEncoding("latin1").on("data", (text: string) => {
				this.text += text;
				wake();
			});
		}
		child.stdin.on("error", () => {}); // it has ended
		child.on("error", (error) => {
			this.text += error.message;
		});
		child.on("close", () => {
			this.#hasEnded = true;
			wake();
		});
	}

	async waitFor(form: RegExp, from = 0): Promise<RegExpExecArray> {
		const until = Date.now() + PATIENCE;
		for (;;) {
			const found = form.exec(this.text.slice(from));
			if (found !== null) return found;
			const left = until - Date.now();
			if (this.#hasEnded || left <= 0) throw new Error(`openssl did not say ${form}, but:\n${this.text.slice(-2000)}`);
			await new Promise<void>((resolve) => {
				const timer = setTimeout(resolve, left);
				this.#wake.push(() => {
					clearTimeout(timer);
					resolve();
				});
			});
		}
	}
}

function argumentsOf(options: OpensslOptions, folder: string): string[] {
	const { certificate, second, mode = "lines", files = {} } = options;
	const file = (name: string, content: string | Buffer) => {
		writeFileSync(join(folder, name), content);
		return name;
	};
	for (const [name, content] of Object.entries(files)) file(name, content);
	// the files have the names of the options: cert, key, cert_chain and dcert, dkey, dcert_chain
	const identity = ({ certPem, keyPem, chainPem }: Certificate, prefix: string) => {
		const above = chainPem.slice(certPem.length);
		return Object.entries({ cert: certPem, key: keyPem, cert_chain: above })
			.filter(([, pem]) => pem !== "")
			.flatMap(([name, pem]) => [`-${prefix}${name}`, file(`${prefix}${name}.pem`, pem)]);
	};
	const { clientAuthority, version, tickets = true, messages = false, cipher, ciphersuites, groups } = options;
	return [
		"-accept",
		"127.0.0.1:0",
		...identity(certificate, ""),
		...(second === undefined ? [] : identity(second, "d")),
		...MODES[mode],
		...(version === undefined ? [] : [`-${version}`]),
		...(clientAuthority === undefined
			? []
			: ["-CAfile", file("clients.pem", clientAuthority), "-Verify", "5", "-verify_return_error"]),
		...(tickets ? [] : ["-no_ticket"]),
		...(messages ? ["-msg"] : []),
		...given("-cipher", cipher),
		...given("-ciphersuites", ciphersuites),
		...given("-groups", groups),
		...(options.others ?? []),
	];
}

function given(option: string, value: string | undefined): string[] {
	return value === undefined ? [] : [option, value];
}
