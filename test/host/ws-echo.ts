/**
 * Plays cases of test/conformance one after the other: a connection for each, on which every message is echoed in pieces
 * through one buffer of fixed size. Its argument is a plan as JSON; for each case it prints a line of JSON. It ends by itself
 * when the contexts are destroyed: a socket or timer left behind would keep it alive.
 */
import {
	type Context,
	callbackOnWritable,
	clientConnectViaInfo,
	contextDestroy,
	createContext,
	type DeflateOptions,
	frameIsBinary,
	isFinalFragment,
	LWS_CALLBACK_CLIENT_CLOSED,
	LWS_CALLBACK_CLIENT_CONNECTION_ERROR,
	LWS_CALLBACK_CLIENT_RECEIVE,
	LWS_CALLBACK_CLIENT_WRITEABLE,
	LWS_CALLBACK_WS_PEER_INITIATED_CLOSE,
	LWS_CALLBACK_WSI_DESTROY,
	LWS_WRITE_BINARY,
	LWS_WRITE_TEXT,
	type LwsError,
	peerWriteAllowance,
	permessageDeflate,
	rxFlowControl,
	type Wsi,
	write,
	writeWsFlags,
} from "lws-xs";
import Timer from "timer";

export interface EchoPlan {
	port: number;
	/** Size of the connection's receive and transmit buffers. */
	buffer: number;
	runs: readonly EchoRun[];
}

export interface EchoRun {
	cases: readonly string[];
	/** What is offered; absent: no compression. */
	deflate?: DeflateOptions;
}

/** A line of the output. */
export interface EchoResult {
	case: string;
	/** The status in the peer's Close, 0: none. */
	status: number;
	/** Of the LwsError that ended it, "": none. */
	error: string;
	/** Rules of the interface that were broken. */
	faults: string[];
}

const plan: EchoPlan = JSON.parse(argv[0] as string);

/** What waits to be written: [0, filled), of which `written` bytes have been. A piece always fits behind what waits. */
const held = new Uint8Array(2 * plan.buffer);
let filled = 0;
let written = 0;
/** What waits is the end of its message, or not. */
let isFinal = false;
/** The message's first frame has been written. */
let hasBegun = false;
let mode: number = LWS_WRITE_TEXT;
/** Nothing is taken until what waits has been written. */
let isHeld = false;

let run = 0;
let next = 0;
let context: Context | undefined;
let result: EchoResult = emptyResult("");

function emptyResult(id: string): EchoResult {
	return { case: id, status: 0, error: "", faults: [] };
}

function fault(what: string): void {
	if (result.faults.length < 5) result.faults.push(what);
}

function received(wsi: Wsi, bytes: Uint8Array, length: number): void {
	if (isHeld) fault("CLIENT_RECEIVE while that is held up");
	if (length > plan.buffer) fault(`a piece of ${length} bytes`);
	mode = frameIsBinary(wsi) ? LWS_WRITE_BINARY : LWS_WRITE_TEXT;
	held.set(bytes.subarray(0, length), filled);
	filled += length;
	isFinal = isFinalFragment(wsi);
	if (!isFinal && filled <= plan.buffer) return;
	isHeld = true;
	if (rxFlowControl(wsi, 0) !== 0) fault("rxFlowControl");
	callbackOnWritable(wsi);
}

function writeable(wsi: Wsi, allowance: number): void {
	if (allowance !== peerWriteAllowance(wsi) || allowance === 0) fault(`an allowance of ${allowance}`);
	if (!isHeld) {
		fault("CLIENT_WRITEABLE that nobody asked for");
		return;
	}
	const count = Math.min(filled - written, allowance);
	const isLast = written + count === filled;
	const piece = held.subarray(written, written + count);
	const taken = write(wsi, piece, writeWsFlags(mode, !hasBegun, isFinal && isLast));
	if (taken !== count) {
		fault(`${taken} of ${count} bytes written`);
		return;
	}
	written += count;
	hasBegun = !(isFinal && isLast);
	if (!isLast) {
		callbackOnWritable(wsi);
		return;
	}
	filled = written = 0;
	isHeld = false;
	rxFlowControl(wsi, 1);
}

function callback(wsi: Wsi, reason: number, _user: unknown, input: unknown, length: number): number {
	switch (reason) {
		case LWS_CALLBACK_CLIENT_RECEIVE:
			received(wsi, input as Uint8Array, length);
			break;
		case LWS_CALLBACK_CLIENT_WRITEABLE:
			writeable(wsi, length);
			break;
		case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE: {
			const [high = 0, low = 0] = input as Uint8Array;
			if (length > 1) result.status = high * 256 + low;
			break;
		}
		case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		case LWS_CALLBACK_CLIENT_CLOSED:
			result.error = (input as LwsError | undefined)?.code ?? "";
			break;
		case LWS_CALLBACK_WSI_DESTROY:
			console.log(JSON.stringify(result));
			Timer.set(begin);
			break;
	}
	return 0;
}

/** The next case, in the run's own context. */
function begin(): void {
	const id = plan.runs[run]?.cases[next++];
	if (id === undefined) {
		if (context) contextDestroy(context);
		context = undefined;
		next = 0;
		if (++run < plan.runs.length) begin();
		return;
	}
	result = emptyResult(id);
	filled = written = 0;
	hasBegun = isHeld = isFinal = false;
	const deflate = plan.runs[run]?.deflate;
	context ??= createContext({
		extensions: deflate && [permessageDeflate(deflate)],
		receiveBuffer: plan.buffer,
		transmitBuffer: plan.buffer,
		protocols: [{ name: "echo", callback }],
	});
	clientConnectViaInfo({
		context,
		address: "127.0.0.1",
		port: plan.port,
		path: `/runCase?case=${id}&agent=xs`,
		host: "localhost",
	});
}

begin();
