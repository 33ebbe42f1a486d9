/**
 * An HTTP server on loopback for the bench: /identity/BYTES, /chunked/BYTES/CHUNK, /small (a head of about 396 bytes and a body
 * of 50), and any POST. Files of a certificate and its key as arguments make it one of HTTPS. It prints its port and ends
 * with its standard input.
 */
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";

const piece = Buffer.alloc(65536, 0x61);

function send(response, bytes, chunk) {
	let left = bytes;
	const go = () => {
		while (left > 0) {
			const count = Math.min(left, chunk);
			left -= count;
			if (!response.write(piece.subarray(0, count))) {
				response.once("drain", go);
				return;
			}
		}
		response.end();
	};
	go();
}

function answer(request, response) {
	const [, kind, bytes, chunk] = request.url.split("/");
	if (request.method === "POST") {
		request.on("end", () => response.end("ok")).resume();
	} else if (kind === "small") {
		for (let i = 0; i < 5; i++) response.setHeader(`X-Header-${i}`, `the value of header number ${i}`);
		response.setHeader("Content-Length", 50);
		response.end(piece.subarray(0, 50));
	} else if (kind === "identity") {
		response.setHeader("Content-Length", bytes);
		send(response, Number(bytes), piece.length);
	} else send(response, Number(bytes), Number(chunk));
}

const [certificate, key] = process.argv.slice(2);
const server = certificate
	? https.createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, answer)
	: http.createServer(answer);
server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit()).resume();
