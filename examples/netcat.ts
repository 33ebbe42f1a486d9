/**
 * Standard input goes to a server, and what that says to standard output, byte for byte: `nc`, by lws's raw callbacks.
 *
 * Arguments: [--tls] [--cacert FILE] [--quit MILLISECONDS] HOST PORT
 *
 * It ends when the server does. Sockets of ECMA-419 cannot end one direction alone, so the server is not told of the end of
 * standard input; with --quit the connection is closed when the server has been silent for so long after that.
 */
import { exit } from "desktop/process";
import { Input, writeError, writeOutput } from "desktop/stdio";
import {
	callbackOnWritable,
	clientConnectViaInfo,
	close,
	contextDestroy,
	createContext,
	LCCSCF_USE_SSL,
	LWS_CALLBACK_CLIENT_CONNECTION_ERROR,
	LWS_CALLBACK_RAW_CLOSE,
	LWS_CALLBACK_RAW_CONNECTED,
	LWS_CALLBACK_RAW_RX,
	LWS_CALLBACK_RAW_WRITEABLE,
	LWS_CALLBACK_WSI_DESTROY,
	LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
	LWS_WRITE_RAW,
	type LwsError,
	type Protocol,
	write,
} from "lws-xs";
import Timer from "timer";

const USAGE = "arguments: [--tls] [--cacert FILE] [--quit MILLISECONDS] HOST PORT";

let usesTLS = false;
let authorities: string | undefined;
let patience = 0;
const words: string[] = [];
for (let i = 0; i < argv.length; i++) {
	const word = argv[i] as string;
	if (word === "--tls") usesTLS = true;
	else if (word === "--cacert") authorities = argv[++i];
	else if (word === "--quit") patience = Number(argv[++i]);
	else words.push(word);
}
const [address, port] = words;
if (!address || words.length !== 2) {
	writeError(`netcat: ${USAGE}\n`);
	exit(2);
}

/** What was read from standard input, and has not been written: [start, end). */
const piece = new Uint8Array(4096);
let start = 0;
let end = 0;
let input: Input | undefined;
let quitting: Timer | undefined;
let isQuit = false;
let status = 0;

/** The next piece; not before the last one has been written, which holds up whoever writes to us. */
function readInput(): void {
	if (!input || start < end) return;
	const count = input.read(piece);
	start = 0;
	end = Math.max(count, 0);
	if (count > 0) callbackOnWritable(wsi);
	if (count >= 0) return;
	endInput();
	if (patience > 0) quitting = Timer.set(quit, patience);
}

function endInput(): void {
	input?.close();
	input = undefined;
}

function quit(): void {
	quitting = undefined;
	isQuit = true;
	close(wsi);
}

function ended(error: LwsError | undefined): void {
	endInput();
	if (quitting) Timer.clear(quitting);
	if (!error || isQuit) return;
	writeError(`netcat: ${error.message}\n`);
	status = 1;
}

const protocol: Protocol = {
	name: "netcat",
	callback(wsi, reason, _user, content, length) {
		switch (reason) {
			case LWS_CALLBACK_RAW_CONNECTED:
				input = new Input({ onReadable: readInput });
				break;
			case LWS_CALLBACK_RAW_WRITEABLE: {
				const count = Math.min(length, end - start);
				start += Math.max(write(wsi, piece.subarray(start, start + count), LWS_WRITE_RAW), 0);
				if (start < end) callbackOnWritable(wsi);
				else readInput();
				break;
			}
			case LWS_CALLBACK_RAW_RX:
				// blocks while our reader is slow, and what is not read meanwhile holds up the server
				writeOutput(content.subarray(0, length));
				if (quitting) Timer.schedule(quitting, patience);
				break;
			case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
			case LWS_CALLBACK_RAW_CLOSE:
				ended(content);
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

const wsi = clientConnectViaInfo({
	context,
	address,
	port: Number(port),
	method: "RAW",
	sslConnection: usesTLS ? LCCSCF_USE_SSL : 0,
});
