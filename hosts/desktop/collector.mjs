/** A collector of what is posted, for the examples: it keeps that in memory, and gives it back. */
import { Failure } from "./step.mjs";

/** Keeps what is posted to a path, and gives it to who gets that path, in chunks. */
export function collect(kept) {
	return async (request, response) => {
		if (request.method === "POST") {
			const parts = [];
			for await (const part of request) parts.push(part);
			kept.set(request.url, Buffer.concat(parts));
			response.end("kept\n");
			return;
		}
		const body = kept.get(request.url);
		response.statusCode = body ? 200 : 404;
		for (let at = 0; body && at < body.length; at += 16384) {
			if (!response.write(body.subarray(at, at + 16384))) await new Promise((done) => response.once("drain", done));
		}
		response.end();
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
