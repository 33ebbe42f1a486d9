/**
 * Passes the body of one response on as the body of a request, no faster than the receiver takes it and without ever holding
 * more than one buffer of it: content is read only when the onward connection is writable, and what is not read holds up
 * the origin by TCP.
 *
 * Arguments: the origin's port, the receiver's port; it GETs / from the one and POSTs to / of the other.
 */
import { statistics } from "desktop/memory";
import { exit } from "desktop/process";
import {
	callbackOnWritable,
	clientConnectViaInfo,
	clientHttpBodyPending,
	contextDestroy,
	createContext,
	httpClientRead,
	LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER,
	LWS_CALLBACK_CLIENT_CONNECTION_ERROR,
	LWS_CALLBACK_CLIENT_HTTP_WRITEABLE,
	LWS_CALLBACK_CLOSED_CLIENT_HTTP,
	LWS_CALLBACK_COMPLETED_CLIENT_HTTP,
	LWS_CALLBACK_RECEIVE_CLIENT_HTTP,
	LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ,
	LWS_WRITE_HTTP,
	type Protocol,
	write,
} from "lws-xs";

/** No larger than what one write of the onward connection takes: its transmit buffer less the framing of a chunk. */
const piece = new Uint8Array(1000);
/** Half of that: when chunks end in it a read brings several runs, none longer than this, all together less than twice. */
const buffer = new Uint8Array(piece.length / 2);
let filled = 0;
let isReading = false;
let isComplete = false;
let passed = 0;
let announcements = 0;
/** The origin has said that content waits, and it has not been read since. */
let waiting = false;

const originProtocol: Protocol = {
	name: "origin",
	callback(_wsi, reason, _user, input, length) {
		switch (reason) {
			case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
				if (waiting) fail("content was announced twice");
				waiting = true;
				announcements++;
				callbackOnWritable(onward);
				break;
			case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
				piece.set(length === input.length ? input : input.subarray(0, length), filled);
				filled += length;
				break;
			case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
				isComplete = true;
				// inside a read there is something to be passed on yet
				if (!isReading) clientHttpBodyPending(onward, false);
				break;
			case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
				return fail(`origin: ${input.message}`);
			case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
				if (input) fail(`origin: ${input.message}`);
				break;
		}
		return 0;
	},
};

const onwardProtocol: Protocol = {
	name: "onward",
	callback(wsi, reason, _user, input, length) {
		switch (reason) {
			case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
				clientHttpBodyPending(wsi, true);
				break;
			case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
				if (!waiting) break;
				waiting = false;
				passOn(length);
				break;
			case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
				// the receiver's answer is of no interest, but it has to be read
				httpClientRead(wsi, buffer);
				break;
			case LWS_CALLBACK_COMPLETED_CLIENT_HTTP: {
				const heap = statistics();
				console.log(
					`${passed} bytes passed on, ${announcements} announcements, peak heap ${heap.peakHeap} of ${heap.limit} bytes`,
				);
				contextDestroy(context);
				break;
			}
			case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
				return fail(`onward: ${input.message}`);
			case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
				if (input) fail(`onward: ${input.message}`);
				break;
		}
		return 0;
	},
};

/** Less than `allowance` is read, so one write takes all of it: each write is a chunk, whose framing needs room, too. */
function passOn(allowance: number): void {
	filled = 0;
	isReading = true;
	httpClientRead(origin, allowance < piece.length ? buffer.subarray(0, Math.max(1, allowance >> 1)) : buffer);
	isReading = false;
	if (
		filled > 0 &&
		write(onward, filled === piece.length ? piece : piece.subarray(0, filled), LWS_WRITE_HTTP) !== filled
	) {
		fail("the receiver took less than it had said");
	}
	passed += filled;
	if (isComplete) clientHttpBodyPending(onward, false);
}

const context = createContext({
	connections: 2,
	protocols: [originProtocol, onwardProtocol],
});

function fail(sentence: string): never {
	console.error(`relay: ${sentence}`);
	return exit(1);
}

function start(name: string, method: string, port: string | undefined) {
	const host = `127.0.0.1:${port}`;
	return clientConnectViaInfo({
		context,
		address: "127.0.0.1",
		port: Number(port),
		host,
		path: "/",
		method,
		localProtocolName: name,
		// the receiver decides how long it takes, and while it does the origin waits
		deadlines: { idle: 0, firstByte: 0 },
	});
}

const onward = start("onward", "POST", argv[1]);
const origin = start("origin", "GET", argv[0]);
