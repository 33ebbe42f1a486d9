/**
 * Prints the events of a WebSocket server, and misses none while that is restarted: it connects again, after longer and
 * longer waits, and says which event it has seen last. An event is a text message of JSON with a number `id` that grows.
 *
 * Arguments: [--wait MILLISECONDS] [--count N] HOST PORT [PATH]
 *
 * --wait is the first of the waits, --count ends it after so many events. The server finds the last id in the field
 * Last-Event-ID of the handshake, as that of an EventSource has it.
 */
import { exit } from "desktop/process";
import { writeError, writeOutput } from "desktop/stdio";
import {
	addHttpHeaderByName,
	closeReason,
	createContext,
	isFinalFragment,
	isFirstFragment,
	keepConnected,
	LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER,
	LWS_CALLBACK_CLIENT_CLOSED,
	LWS_CALLBACK_CLIENT_CONNECTION_ERROR,
	LWS_CALLBACK_CLIENT_ESTABLISHED,
	LWS_CALLBACK_CLIENT_RECEIVE,
	LWS_CALLBACK_WSI_DESTROY,
	LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE,
	LWS_CLOSE_STATUS_POLICY_VIOLATION,
	type Protocol,
	type Wsi,
} from "lws-xs";
import TextDecoder from "text/decoder";

const USAGE = "arguments: [--wait MILLISECONDS] [--count N] HOST PORT [PATH]";

let wait = 1000;
let left = Number.POSITIVE_INFINITY;
const words: string[] = [];
for (let i = 0; i < argv.length; i++) {
	const word = argv[i] as string;
	if (word === "--wait") wait = Number(argv[++i]);
	else if (word === "--count") left = Number(argv[++i]);
	else words.push(word);
}
const [address, port, path = "/"] = words;
if (!address || !port || words.length > 3) {
	writeError(`subscriber: ${USAGE}\n`);
	exit(2);
}

/** The event that is coming, of which `[0, filled)` is there; a longer one is refused. */
const event = new Uint8Array(2048);
let filled = 0;
let lastId = -1;
const decoder = new TextDecoder();

function note(text: string): void {
	writeError(`subscriber: ${text}\n`);
}

/** The result of the callback. */
function receive(wsi: Wsi, bytes: Uint8Array, length: number): number {
	if (isFirstFragment(wsi)) filled = 0;
	if (filled + length > event.length) return refuse(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, "an event is too long");
	event.set(bytes.subarray(0, length), filled);
	filled += length;
	if (!isFinalFragment(wsi)) return 0;
	const text = decoder.decode(event.subarray(0, filled));
	const id = idOf(text);
	if (id === undefined) return refuse(wsi, LWS_CLOSE_STATUS_POLICY_VIOLATION, "an event has no id");
	// a server may say more than it was asked for
	if (id <= lastId) return 0;
	lastId = id;
	writeOutput(`${text}\n`);
	left--;
	if (left > 0) return 0;
	kept.stop();
	return -1;
}

function refuse(wsi: Wsi, code: number, why: string): number {
	note(why);
	closeReason(wsi, code, why);
	return -1;
}

function idOf(text: string): number | undefined {
	try {
		const { id } = JSON.parse(text);
		return typeof id === "number" ? id : undefined;
	} catch {
		return undefined;
	}
}

const protocol: Protocol = {
	name: "subscriber",
	callback(wsi, reason, _user, input, length) {
		switch (reason) {
			case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
				if (lastId >= 0) addHttpHeaderByName(wsi, "Last-Event-ID", `${lastId}`);
				break;
			case LWS_CALLBACK_CLIENT_ESTABLISHED:
				note(lastId < 0 ? "connected" : `connected, after event ${lastId}`);
				break;
			case LWS_CALLBACK_CLIENT_RECEIVE:
				return receive(wsi, input, length);
			case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
			case LWS_CALLBACK_CLIENT_CLOSED:
				if (left > 0) note(input ? input.message : "closed");
				break;
			case LWS_CALLBACK_WSI_DESTROY:
				// otherwise another one follows
				if (left <= 0) exit(0);
		}
		return 0;
	},
};

const context = createContext({ protocols: [protocol], connections: 1 });

const kept = keepConnected({
	context,
	address,
	port: Number(port),
	host: address,
	path,
	retryAndIdlePolicy: {
		retryMsTable: [wait, 2 * wait, 4 * wait, 8 * wait],
		// a server that is silent for so long is asked, and one that says nothing then is gone
		secsSinceValidPing: 30,
		secsSinceValidHangup: 40,
	},
});
