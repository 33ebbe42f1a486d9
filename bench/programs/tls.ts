/**
 * The client over TLS, one connection after another. Arguments: port, path, bytes of the buffers, count of connections,
 * file of the CA, version, suite (IANA's name, "" for the default), sessions to keep. Prints { bytes, tlsHeap,
 * tlsHeapPeak } at the end, when the context is gone.
 */
import { statistics } from "desktop/memory";
import { exit } from "desktop/process";
import {
	clientConnectViaInfo,
	contextDestroy,
	createContext,
	httpClientRead,
	LCCSCF_USE_SSL,
	LWS_CALLBACK_CLIENT_CONNECTION_ERROR,
	LWS_CALLBACK_CLOSED_CLIENT_HTTP,
	LWS_CALLBACK_PROTOCOL_DESTROY,
	LWS_CALLBACK_RECEIVE_CLIENT_HTTP,
	LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ,
	LWS_CALLBACK_WSI_DESTROY,
	LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
	type Protocol,
	type TLSVersion,
} from "lws-xs";

const [port, path = "/", size, count, ca, version, suite, sessions] = argv;
const buffer = new Uint8Array(Number(size));
let bytes = 0;
let left = Number(count);

const bench: Protocol = {
	name: "bench",
	callback(wsi, reason, _user, input, length) {
		if (reason === LWS_CALLBACK_RECEIVE_CLIENT_HTTP) httpClientRead(wsi, buffer);
		else if (reason === LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ) bytes += length;
		else if (reason === LWS_CALLBACK_CLIENT_CONNECTION_ERROR) fail(input.message);
		else if (reason === LWS_CALLBACK_CLOSED_CLIENT_HTTP) {
			if (input) fail(input.message);
		} else if (reason === LWS_CALLBACK_WSI_DESTROY) {
			if (--left > 0) next();
			else contextDestroy(context);
		} else if (reason === LWS_CALLBACK_PROTOCOL_DESTROY) {
			const { tlsHeap, tlsHeapPeak } = statistics();
			console.log(JSON.stringify({ bytes, tlsHeap, tlsHeapPeak }));
		}
		return 0;
	},
};

const context = createContext({
	connections: 1,
	receiveBuffer: buffer.length,
	keepWarm: 0,
	protocols: [bench],
	options: LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
	sslCaFilepath: ca as string,
	sslMinimumVersion: version as TLSVersion,
	sslMaximumVersion: version as TLSVersion,
	sslSessions: Number(sessions),
	...(suite ? { [version === "1.3" ? "clientTls13CipherList" : "sslCipherList"]: suite } : undefined),
});

function fail(sentence: string): never {
	console.error(sentence);
	return exit(1);
}

function next(): void {
	clientConnectViaInfo({
		context,
		address: "127.0.0.1",
		port: Number(port),
		host: `localhost:${port}`,
		path,
		method: "GET",
		sslConnection: LCCSCF_USE_SSL,
	});
}

next();
