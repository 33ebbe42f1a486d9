/** What programs/client.ts does, with the same arguments, by the HTTPClient of the SDK. */

import TCP from "embedded:io/socket/tcp";
import HTTPClient from "embedded:network/http/client";
import { exit } from "desktop/process";

const [port, method, path, size, count, upload] = argv;
const buffer = new Uint8Array(Number(size));
const body = Number(upload ?? 0);
let bytes = 0;
let left = Number(count);

/** The address is there already; the SDK's own resolver would take a timer to say so. */
class Literal {
	resolve({ host, onResolved }) {
		onResolved(host, host);
	}
}

const client = new HTTPClient({
	host: "127.0.0.1",
	port: Number(port),
	socket: { io: TCP },
	dns: { io: Literal },
	onError: () => fail("the connection has failed"),
});

function fail(sentence) {
	console.error(sentence);
	exit(1);
}

function next() {
	client.request({
		method,
		path,
		headers: body > 0 ? new Map([["Content-Length", String(body)]]) : undefined,
		onReadable() {
			// never more than the buffer takes: the socket's own has no more
			bytes += this.read(buffer);
		},
		onWritable(writable) {
			this.write(writable < buffer.length ? buffer.subarray(0, writable) : buffer);
		},
		onDone(error) {
			if (error) fail("the request has failed");
			if (--left > 0) next();
			else {
				if (bytes === 0) fail("no content came");
				client.close();
				exit(0);
			}
		},
	});
}

next();
