/** A raw connection that takes everything. Arguments: port, bytes of the receive buffer. */
import { exit } from "desktop/process";
import {
	clientConnectViaInfo,
	createContext,
	LWS_CALLBACK_CLIENT_CONNECTION_ERROR,
	LWS_CALLBACK_RAW_CLOSE,
	LWS_CALLBACK_RAW_RX,
	type Protocol,
} from "lws-xs";

const [port, size] = argv;
let bytes = 0;

const bench: Protocol = {
	name: "bench",
	callback(_wsi, reason, _user, input, length) {
		if (reason === LWS_CALLBACK_RAW_RX) bytes += length;
		else if (reason === LWS_CALLBACK_CLIENT_CONNECTION_ERROR || reason === LWS_CALLBACK_RAW_CLOSE) {
			if (input || bytes === 0) console.error(input?.message ?? "nothing came");
			exit(input || bytes === 0 ? 1 : 0);
		}
		return 0;
	},
};

const context = createContext({ connections: 1, receiveBuffer: Number(size), protocols: [bench] });
clientConnectViaInfo({ context, address: "127.0.0.1", port: Number(port), method: "RAW" });
