/**
 * The client at one load. Arguments: port, method, path, bytes of the buffers, count of requests, bytes of request body,
 * "pipeline" for all of them at once.
 */
import { exit } from "desktop/process";
import {
	addHttpHeaderByName,
	callbackOnWritable,
	clientConnectViaInfo,
	clientHttpBodyPending,
	contextDestroy,
	createContext,
	httpClientRead,
	LCCSCF_PIPELINE,
	LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER,
	LWS_CALLBACK_CLIENT_CONNECTION_ERROR,
	LWS_CALLBACK_CLIENT_HTTP_WRITEABLE,
	LWS_CALLBACK_CLOSED_CLIENT_HTTP,
	LWS_CALLBACK_RECEIVE_CLIENT_HTTP,
	LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ,
	LWS_CALLBACK_WSI_DESTROY,
	type Protocol,
	write,
} from "lws-xs";

const [port, method = "GET", path = "/", size, count, upload, mode] = argv;
const buffer = new Uint8Array(Number(size));
const body = Number(upload ?? 0);
let bytes = 0;
let sent = 0;
let left = Number(count);

const bench: Protocol = {
	name: "bench",
	callback(wsi, reason, _user, input, length) {
		if (reason === LWS_CALLBACK_RECEIVE_CLIENT_HTTP) httpClientRead(wsi, buffer);
		else if (reason === LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ) bytes += length;
		else if (reason === LWS_CALLBACK_CLIENT_HTTP_WRITEABLE) {
			const rest = body - sent;
			sent += write(wsi, rest < buffer.length ? buffer.subarray(0, rest) : buffer);
			if (sent < body) callbackOnWritable(wsi);
		} else if (reason === LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER) {
			if (body > 0) {
				addHttpHeaderByName(wsi, "Content-Length", String(body));
				clientHttpBodyPending(wsi, true);
				callbackOnWritable(wsi);
			}
		} else if (reason === LWS_CALLBACK_CLIENT_CONNECTION_ERROR) fail(input.message);
		else if (reason === LWS_CALLBACK_CLOSED_CLIENT_HTTP) {
			if (input) fail(input.message);
		} else if (reason === LWS_CALLBACK_WSI_DESTROY) {
			if (--left > 0) {
				if (mode !== "pipeline") next();
			} else {
				if (bytes === 0) fail("no content came");
				contextDestroy(context);
				exit(0); // the event loop of the SDK, on which this runs too, has no end of its own
			}
		}
		return 0;
	},
};

const context = createContext({
	connections: 1,
	receiveBuffer: buffer.length,
	transmitBuffer: buffer.length,
	protocols: [bench],
});

function fail(sentence: string): never {
	console.error(sentence);
	return exit(1);
}

function next(): void {
	const sslConnection = mode === "pipeline" ? LCCSCF_PIPELINE : 0;
	const host = `127.0.0.1:${port}`;
	clientConnectViaInfo({ context, address: "127.0.0.1", port: Number(port), host, path, method, sslConnection });
}

for (let i = mode === "pipeline" ? left : 1; i > 0; i--) next();
