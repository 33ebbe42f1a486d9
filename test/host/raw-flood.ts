/**
 * Takes from a server that never stops, held up for a while after each half megabyte, and tells at each of these times what
 * the heap holds. Argument: the server's port.
 */
import { collect, statistics } from "desktop/memory";
import {
	clientConnectViaInfo,
	close,
	contextDestroy,
	createContext,
	LWS_CALLBACK_RAW_RX,
	LWS_CALLBACK_WSI_DESTROY,
	type Protocol,
	rxFlowControl,
	type Wsi,
} from "lws-xs";
import Timer from "timer";

const EACH = 500_000;
const MARKS = 6;
const PAUSE = 50;

let bytes = 0;
let marks = 0;
let isHeld = false;

function mark(wsi: Wsi<never>): void {
	collect();
	const { chunks, slots } = statistics();
	console.log(JSON.stringify({ bytes, chunks, slots }));
	if (++marks === MARKS) close(wsi);
	isHeld = false;
	rxFlowControl(wsi, 1);
}

const protocol: Protocol<never> = {
	name: "flood",
	callback(wsi, reason, _user, _input, length) {
		if (reason === LWS_CALLBACK_RAW_RX) {
			if (isHeld) throw new Error("it is held up");
			bytes += length;
			if (bytes < EACH * (marks + 1)) return 0;
			isHeld = true;
			rxFlowControl(wsi, 0);
			Timer.set(() => mark(wsi), PAUSE);
		} else if (reason === LWS_CALLBACK_WSI_DESTROY) contextDestroy(context);
		return 0;
	},
};

const context = createContext({ protocols: [protocol], connections: 1 });
clientConnectViaInfo({ context, address: "127.0.0.1", port: Number(argv[0]), method: "RAW" });
