/**
 * Takes frames from a server that never stops, and tells now and then what the heap holds; then it closes. Argument: the
 * server's port.
 */
import { collect, statistics } from "desktop/memory";
import {
	clientConnectViaInfo,
	close,
	contextDestroy,
	createContext,
	LWS_CALLBACK_CLIENT_CLOSED,
	LWS_CALLBACK_CLIENT_CONNECTION_ERROR,
	LWS_CALLBACK_CLIENT_ESTABLISHED,
	LWS_CALLBACK_WSI_DESTROY,
	type LwsError,
	type Protocol,
	type Wsi,
} from "lws-xs";
import Timer from "timer";

const MARKS = 6;
/** Milliseconds between them. */
const PAUSE = 100;

let marks = 0;

function mark(wsi: Wsi<never>): void {
	collect();
	const { chunks, slots } = statistics();
	console.log(JSON.stringify({ chunks, slots }));
	if (++marks === MARKS) close(wsi);
	else Timer.set(() => mark(wsi), PAUSE);
}

const protocol: Protocol<never> = {
	name: "flood",
	callback(wsi, reason, _user, input, _length) {
		switch (reason) {
			case LWS_CALLBACK_CLIENT_ESTABLISHED:
				Timer.set(() => mark(wsi), PAUSE);
				break;
			case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
			case LWS_CALLBACK_CLIENT_CLOSED:
				console.log(`closed ${(input as LwsError | undefined)?.code ?? ""}`);
				break;
			case LWS_CALLBACK_WSI_DESTROY:
				contextDestroy(context);
				break;
		}
		return 0;
	},
};

const context = createContext({ protocols: [protocol], connections: 1 });
clientConnectViaInfo({
	context,
	address: "127.0.0.1",
	port: Number(argv[0]),
	path: "/",
	host: "flood",
	deadlines: { close: 100 },
});
