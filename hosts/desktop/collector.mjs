/** A collector of what is posted, for the examples: it keeps that in memory, and gives it back. */
import { Failure } from "./step.mjs";

const PIECE = 16384;

/** Keeps what is posted to a path, and gives it to who gets that path, in chunks. */
export function collect(kept) {
	return (request, response) => {
		if (request.method === "POST") {
			const parts = [];
			request.on("error", () => {}); // a client that goes in the middle leaves nothing
			request.on("data", (part) => parts.push(part));
			request.on("end", () => {
				kept.set(request.url, Buffer.concat(parts));
				response.end("kept\n");
			});
			return;
		}
		const body = kept.get(request.url);
		response.statusCode = body ? 200 : 404;
		// in pieces, and so in chunks
		let at = 0;
		const send = () => {
			while (body && at < body.length) {
				const start = at;
				at += PIECE;
				if (!response.write(body.subarray(start, at))) return;
			}
			response.end();
		};
		response.on("drain", send);
		send();
	};
}

/** On loopback and a free port, unless told otherwise; resolves to the port. */
export function listen(server, port = 0, address = "127.0.0.1") {
	return new Promise((resolve, reject) => {
		server.once("error", (error) => {
			reject(
				new Failure(
					"server",
					`cannot listen on ${address} port ${port} (${error.code}): is that address ours, and the port free?`,
				),
			);
		});
		server.listen(port, address, () => resolve(server.address().port));
	});
}
