/**
 * Echoes by WebSocket, one after another. Arguments: port, bytes of a message, count, bytes of the buffers; with "deflate" the
 * messages that come are compressed.
 */
import { exit } from "desktop/process";
import {
	callbackOnWritable,
	clientConnectViaInfo,
	createContext,
	isFinalFragment,
	LWS_CALLBACK_CLIENT_CLOSED,
	LWS_CALLBACK_CLIENT_CONNECTION_ERROR,
	LWS_CALLBACK_CLIENT_ESTABLISHED,
	LWS_CALLBACK_CLIENT_RECEIVE,
	LWS_CALLBACK_CLIENT_WRITEABLE,
	LWS_WRITE_BINARY,
	type Protocol,
	write,
	writeWsFlags,
} from "lws-xs";

const [port, size, count, buffer] = argv.map(Number) as [number, number, number, number];
const message = new Uint8Array(size);
/** The largest piece that fits the transmit buffer, with the header of its frame. */
const piece = message.subarray(0, Math.min(size, buffer - 8));
let sent = 0;
let received = 0;
let left = count;

const bench: Protocol = {
	name: "bench",
	callback(wsi, reason, _user, input, length) {
		switch (reason) {
			case LWS_CALLBACK_CLIENT_RECEIVE:
				received += length;
				if (!isFinalFragment(wsi)) return 0;
				if (received !== size) exit(1);
				received = 0;
				if (--left === 0) exit(0);
				if (size > piece.length || write(wsi, message, LWS_WRITE_BINARY) === 0) callbackOnWritable(wsi);
				return 0;
			case LWS_CALLBACK_CLIENT_ESTABLISHED:
				callbackOnWritable(wsi);
				return 0;
			case LWS_CALLBACK_CLIENT_WRITEABLE: {
				const end = Math.min(size, sent + length);
				const bytes = end - sent === piece.length ? piece : message.subarray(sent, end);
				if (write(wsi, bytes, writeWsFlags(LWS_WRITE_BINARY, sent === 0, end === size)) > 0) sent = end;
				if (sent < size) callbackOnWritable(wsi);
				else sent = 0;
				return 0;
			}
			case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
			case LWS_CALLBACK_CLIENT_CLOSED:
				console.error((input as Error)?.message ?? "closed");
				exit(1);
		}
		return 0;
	},
};

const context = createContext({
	connections: 1,
	receiveBuffer: buffer,
	transmitBuffer: buffer,
	protocols: [bench],
});
clientConnectViaInfo({ context, address: "127.0.0.1", port, host: "bench", path: "/" });
