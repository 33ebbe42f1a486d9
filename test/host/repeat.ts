/**
 * Lets one kind of request end again and again, and tells at marks what the heap holds: what a failure leaves
 * behind would be seen there. At a mark it waits for a byte on its standard input, so that others can count, too.
 *
 * Arguments: JSON of a Repetition (test/hostile/repetition.ts).
 */

import { collect, statistics } from "desktop/memory";
import { Input } from "desktop/stdio";
import {
	addHttpHeaderByName,
	type ConnectInfo,
	callbackOnWritable,
	clientConnectViaInfo,
	clientHttpBodyPending,
	close,
	contextDestroy,
	createContext,
	httpClientRead,
	LCCSCF_USE_SSL,
	LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER,
	LWS_CALLBACK_CLIENT_CLOSED,
	LWS_CALLBACK_CLIENT_CONNECTION_ERROR,
	LWS_CALLBACK_CLIENT_ESTABLISHED,
	LWS_CALLBACK_CLIENT_RECEIVE,
	LWS_CALLBACK_CLIENT_WRITEABLE,
	LWS_CALLBACK_CLOSED_CLIENT_HTTP,
	LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP,
	LWS_CALLBACK_RAW_CLOSE,
	LWS_CALLBACK_RAW_CONNECTED,
	LWS_CALLBACK_RAW_RX,
	LWS_CALLBACK_RECEIVE_CLIENT_HTTP,
	LWS_CALLBACK_WSI_DESTROY,
	LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
	LWS_WRITE_BINARY,
	type LwsError,
	type Protocol,
	rxFlowControl,
	write,
} from "lws-xs";
import Timer from "timer";
import type { Repetition } from "../hostile/repetition.js";
import { resolverOf } from "./resolver-of.js";

const repetition: Repetition = JSON.parse(argv[0] as string);
const { port, address, addresses, path, count, first, behaviour, trusted, sessions, deadlines } = repetition;
const { parallel = 1, context: more } = repetition;
const isUpload = behaviour === "upload" || behaviour === "expect";
/** A mark whose figures nobody compares: what a mark itself needs is there from then on. */
const WARM_UP = 5;
const QUIET = 30;

const buffer = new Uint8Array(512);
let done = 0;
let running = 0;
let code = "none";

function mark(): void {
	collect();
	const { chunks, slots, tlsHeap } = statistics();
	console.log(JSON.stringify({ done, code, chunks, slots, tlsHeap }));
	new Input({
		onReadable() {
			this.read(buffer);
			this.close();
			if (done < count) begin();
			else contextDestroy(context);
		},
	});
}

/** None for a WebSocket. */
function methodOf(): string | undefined {
	if (behaviour.startsWith("ws")) return undefined;
	return behaviour.startsWith("raw") ? "RAW" : isUpload ? "POST" : "GET";
}

function begin(): void {
	for (running = 0; running < parallel; running++) clientConnectViaInfo(info);
}

const protocol: Protocol<never> = {
	name: "repeat",
	callback(wsi, reason, _user, input, _length) {
		switch (reason) {
			case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
				if (isUpload) {
					addHttpHeaderByName(wsi, "Content-Length", "100000");
					clientHttpBodyPending(wsi, true);
					callbackOnWritable(wsi);
				}
				break;
			case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
				if (behaviour === "throw") throw new Error("on purpose");
				if (behaviour === "refuse") return -1;
				if (behaviour === "close") close(wsi);
				break;
			case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
				httpClientRead(wsi, buffer);
				break;
			case LWS_CALLBACK_CLIENT_ESTABLISHED:
				if (behaviour === "wsHold") rxFlowControl(wsi, 0);
				if (behaviour === "wsWrite") callbackOnWritable(wsi);
				break;
			case LWS_CALLBACK_CLIENT_RECEIVE:
				return behaviour === "wsClose" ? -1 : 0;
			case LWS_CALLBACK_CLIENT_WRITEABLE:
				write(wsi, buffer, LWS_WRITE_BINARY);
				callbackOnWritable(wsi);
				break;
			case LWS_CALLBACK_RAW_CONNECTED:
				if (behaviour === "rawHold") rxFlowControl(wsi, 0);
				if (behaviour === "rawEcho") write(wsi, buffer);
				break;
			case LWS_CALLBACK_RAW_RX:
				if (behaviour === "rawEcho") close(wsi);
				break;
			case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
			case LWS_CALLBACK_RAW_CLOSE:
			case LWS_CALLBACK_CLIENT_CLOSED:
			case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
				code = (input as LwsError | undefined)?.code ?? "";
				break;
			case LWS_CALLBACK_WSI_DESTROY:
				if (--running > 0) break;
				done++;
				// what the peer still has to say about the last one comes meanwhile
				if (done === WARM_UP || done === first || done === count) Timer.set(mark, QUIET);
				else begin();
				break;
		}
		return 0;
	},
};

const context = createContext({
	protocols: [protocol],
	receiveBuffer: 2048,
	options: trusted === undefined ? 0 : LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
	sslCaMem: trusted === undefined ? undefined : Uint8Array.from(trusted, (character) => character.charCodeAt(0)),
	sslSessions: sessions ?? 0,
	...more,
	...(addresses && {
		connections: parallel,
		// the races are meant, not what comes after them
		keepWarm: 0,
		host: { Resolver: resolverOf({ [address as string]: addresses }) },
	}),
});
const info: ConnectInfo<never> = {
	context,
	address: address ?? "127.0.0.1",
	port,
	path,
	host: "localhost",
	sslConnection: (trusted === undefined ? 0 : LCCSCF_USE_SSL) | (repetition.sslConnection ?? 0),
	method: methodOf(),
	expectContinue: behaviour === "expect" ? 1000 : 0,
	deadlines,
	retryAndIdlePolicy: repetition.retryAndIdlePolicy,
	maxResumes: repetition.maxResumes,
};
begin();
