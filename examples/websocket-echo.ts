/**
 * Each line of standard input goes to a WebSocket server as a text message, and each message that comes back to standard
 * output, as a line. It closes when every message has had its answer, as an echo server gives it.
 *
 * Arguments: [--tls] [--cacert FILE] HOST PORT [PATH]
 */
import { exit } from "desktop/process";
import { Input, writeError, writeOutput } from "desktop/stdio";
import {
	callbackOnWritable,
	clientConnectViaInfo,
	close,
	contextDestroy,
	createContext,
	isFinalFragment,
	LCCSCF_USE_SSL,
	LWS_CALLBACK_CLIENT_CLOSED,
	LWS_CALLBACK_CLIENT_CONNECTION_ERROR,
	LWS_CALLBACK_CLIENT_ESTABLISHED,
	LWS_CALLBACK_CLIENT_RECEIVE,
	LWS_CALLBACK_CLIENT_WRITEABLE,
	LWS_CALLBACK_WSI_DESTROY,
	LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
	LWS_WRITE_TEXT,
	type Protocol,
	write,
	writeWsFlags,
} from "lws-xs";

const USAGE = "arguments: [--tls] [--cacert FILE] HOST PORT [PATH]";
const LF = 0x0a;

let usesTLS = false;
let authorities: string | undefined;
const words: string[] = [];
for (let i = 0; i < argv.length; i++) {
	const word = argv[i] as string;
	if (word === "--tls") usesTLS = true;
	else if (word === "--cacert") authorities = argv[++i];
	else words.push(word);
}
const [address, port, path = "/"] = words;
if (!address || !port || words.length > 3) {
	writeError(`websocket-echo: ${USAGE}\n`);
	exit(2);
}

/** What was read from standard input, and has not been sent: [start, end). A longer line is sent in several frames. */
const piece = new Uint8Array(1024);
let start = 0;
let end = 0;
let input: Input | undefined;
/** The next frame begins a message. */
let isFirst = true;
/** Messages that have had no answer. */
let unanswered = 0;
let status = 0;

/** Not before all of the last piece has been sent, which holds up whoever writes to us. */
function readInput(): void {
	if (!input || start < end) return;
	const count = input.read(piece);
	start = 0;
	end = Math.max(count, 0);
	if (count < 0) endInput();
	if (count > 0 || !isFirst) callbackOnWritable(wsi);
	else if (isAnswered()) close(wsi);
}

function endInput(): void {
	input?.close();
	input = undefined;
}

function isAnswered(): boolean {
	return !input && start === end && isFirst && unanswered === 0;
}

/** One frame: of a line as much as there is, and as has room. */
function send(allowance: number): void {
	if (start === end && (input || isFirst)) return;
	const lineEnd = piece.subarray(0, end).indexOf(LF, start);
	const stop = Math.min(lineEnd < 0 ? end : lineEnd, start + allowance);
	// the end of the input ends the last line, too
	const isLast = lineEnd < 0 ? !input && stop === end : stop === lineEnd;
	write(wsi, piece.subarray(start, stop), writeWsFlags(LWS_WRITE_TEXT, isFirst, isLast));
	start = isLast && lineEnd >= 0 ? stop + 1 : stop;
	isFirst = isLast;
	if (isLast) unanswered++;
	if (start < end) callbackOnWritable(wsi);
	else readInput();
}

const protocol: Protocol = {
	name: "echo",
	callback(_wsi, reason, _user, content, length) {
		switch (reason) {
			case LWS_CALLBACK_CLIENT_ESTABLISHED:
				input = new Input({ onReadable: readInput });
				break;
			case LWS_CALLBACK_CLIENT_WRITEABLE:
				send(length);
				break;
			case LWS_CALLBACK_CLIENT_RECEIVE:
				// a message may come in pieces
				if (length > 0) writeOutput(content.subarray(0, length));
				if (!isFinalFragment(wsi)) break;
				writeOutput("\n");
				unanswered--;
				// with status 1000, as closeReason says nothing else
				if (isAnswered()) return -1;
				break;
			case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
			case LWS_CALLBACK_CLIENT_CLOSED:
				endInput();
				if (!content) break;
				writeError(`websocket-echo: ${content.message}\n`);
				status = 1;
				break;
			case LWS_CALLBACK_WSI_DESTROY:
				contextDestroy(context);
				exit(status);
		}
		return 0;
	},
};

const context = createContext({
	protocols: [protocol],
	connections: 1,
	options: usesTLS ? LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT : 0,
	sslCaFilepath: authorities,
});

// without `method` it is a WebSocket
const wsi = clientConnectViaInfo({
	context,
	address,
	port: Number(port),
	host: address,
	path,
	sslConnection: usesTLS ? LCCSCF_USE_SSL : 0,
});
