/** Node's own client of TLS and HTTPS, to try the servers with. */
import https from "node:https";
import tls from "node:tls";
import { authorities } from "./certificate-set.js";

export interface Heard {
	/** Code of the error, or "". */
	error: string;
	text: string;
	socket: tls.TLSSocket;
}

/** Connects, sends `text` and its end, and takes what comes until the server's end. */
export async function talk(port: number, text: string, options: tls.ConnectionOptions = {}): Promise<Heard> {
	const ca = (await authorities.root()).pem;
	const socket = tls.connect({ port, host: "127.0.0.1", servername: "localhost", ca, ...options });
	const heard: Heard = { error: "", text: "", socket };
	socket.on("secureConnect", () => socket.end(text));
	socket.on("data", (data) => {
		heard.text += data.toString("latin1");
	});
	socket.on("error", (error: NodeJS.ErrnoException) => {
		heard.error = error.code ?? error.message;
	});
	await new Promise((resolve) => socket.once("close", resolve));
	return heard;
}

/** A GET on a connection of its own: status and text, or the code of the error with what came before. */
export async function get(port: number, options: https.RequestOptions = {}): Promise<string> {
	const ca = (await authorities.root()).pem;
	return new Promise((resolve) => {
		let text = "";
		const failed = (error: NodeJS.ErrnoException) => resolve(`${error.code} ${text}`);
		const request = https.get({ port, host: "localhost", family: 4, ca, agent: false, ...options }, (response) => {
			response.on("data", (data) => {
				text += data;
			});
			response.on("error", failed);
			response.on("end", () => resolve(`${response.statusCode} ${text}`));
		});
		request.on("error", failed);
	});
}
