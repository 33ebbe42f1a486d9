/**
 * Sends a file to a WebSocket server as one binary message, in fragments: of a gigabyte no more is in memory than a piece.
 * When the server has answered by a message, which is printed, it closes.
 *
 * Arguments: HOST PORT FILE [PATH]
 *
 * A piece is read when there is room for it, so a server that reads slowly holds up the file. Standard error shows how far
 * it has come.
 */
import File from "desktop/file";
import { exit } from "desktop/process";
import { writeError, writeOutput } from "desktop/stdio";
import {
	callbackOnWritable,
	clientConnectViaInfo,
	contextDestroy,
	createContext,
	isFinalFragment,
	LWS_CALLBACK_CLIENT_CLOSED,
	LWS_CALLBACK_CLIENT_CONNECTION_ERROR,
	LWS_CALLBACK_CLIENT_ESTABLISHED,
	LWS_CALLBACK_CLIENT_RECEIVE,
	LWS_CALLBACK_CLIENT_WRITEABLE,
	LWS_CALLBACK_WSI_DESTROY,
	LWS_WRITE_BINARY,
	type Protocol,
	type Wsi,
	write,
	writeWsFlags,
} from "lws-xs";

const USAGE = "arguments: HOST PORT FILE [PATH]";
/** Per cent of the whole between two lines about the progress. */
const STEP = 10;

const [address, port, name, path = "/"] = argv;
if (!address || !port || !name) {
	writeError(`bulk-sender: ${USAGE}\n`);
	exit(2);
}

const file = openFile(name);
const size = file.size ?? 0;
/** A frame has no more; in the 1024 bytes that a device has by default there would be more frames than some servers take. */
const FRAME = 4096;
const piece = new Uint8Array(FRAME);
let sent = 0;
let isSent = false;
let isAnswered = false;
let shown = 0;
let status = 0;

function openFile(path: string): File {
	try {
		return new File({ path });
	} catch (error) {
		writeError(`bulk-sender: ${(error as Error).message}\n`);
		exit(1);
	}
}

/** One frame, as long as there is room for. */
function send(wsi: Wsi, allowance: number): void {
	if (isSent) return;
	const room = Math.min(allowance, piece.length);
	const count = file.read(room < piece.length ? piece.subarray(0, room) : piece);
	// also of a file that grows or shrinks meanwhile
	isSent = count === 0 || sent + count === size;
	const mode = writeWsFlags(LWS_WRITE_BINARY, sent === 0, isSent);
	// a piece that is no longer than the allowance has room
	write(wsi, count < piece.length ? piece.subarray(0, count) : piece, mode);
	sent += count;
	showProgress();
	if (!isSent) callbackOnWritable(wsi);
}

function showProgress(): void {
	const percent = size > 0 ? Math.floor((sent / size) * 100) : 100;
	if (percent < shown + STEP && !isSent) return;
	shown = percent - (percent % STEP);
	writeError(`bulk-sender: ${sent} of ${size} bytes, ${percent} %\n`);
}

const protocol: Protocol = {
	name: "bulk-sender",
	callback(wsi, reason, _user, input, length) {
		switch (reason) {
			case LWS_CALLBACK_CLIENT_ESTABLISHED:
				callbackOnWritable(wsi);
				break;
			case LWS_CALLBACK_CLIENT_WRITEABLE:
				send(wsi, length);
				break;
			case LWS_CALLBACK_CLIENT_RECEIVE:
				if (length > 0) writeOutput(input.subarray(0, length));
				if (!isFinalFragment(wsi)) break;
				writeOutput("\n");
				isAnswered = isSent;
				return isAnswered ? -1 : 0;
			case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
			case LWS_CALLBACK_CLIENT_CLOSED:
				if (isAnswered) break;
				writeError(`bulk-sender: ${input ? input.message : "the server closed without an answer"}\n`);
				status = 1;
				break;
			case LWS_CALLBACK_WSI_DESTROY:
				file.close();
				contextDestroy(context);
				exit(status);
		}
		return 0;
	},
};

const context = createContext({ protocols: [protocol], connections: 1, transmitBuffer: FRAME });

clientConnectViaInfo({ context, address, port: Number(port), host: address, path });
