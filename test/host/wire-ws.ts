/** The WebSockets of a plan: what wire-client.ts does for requests, by their callbacks. */
import {
	addHttpHeaderByName,
	type ConnectInfo,
	type Context,
	callbackOnWritable,
	clientConnectViaInfo,
	close,
	closeReason,
	frameIsBinary,
	headerNames,
	headerValue,
	httpClientHttpResponse,
	isFinalFragment,
	isFirstFragment,
	type KeptConnection,
	keepConnected,
	LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER,
	LWS_CALLBACK_CLIENT_CLOSED,
	LWS_CALLBACK_CLIENT_CONFIRM_EXTENSION_SUPPORTED,
	LWS_CALLBACK_CLIENT_CONNECTION_ERROR,
	LWS_CALLBACK_CLIENT_ESTABLISHED,
	LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH,
	LWS_CALLBACK_CLIENT_RECEIVE,
	LWS_CALLBACK_CLIENT_RECEIVE_PONG,
	LWS_CALLBACK_CLIENT_WRITEABLE,
	LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP,
	LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ,
	LWS_CALLBACK_WS_CLIENT_BIND_PROTOCOL,
	LWS_CALLBACK_WS_CLIENT_DROP_PROTOCOL,
	LWS_CALLBACK_WS_PEER_INITIATED_CLOSE,
	LWS_CALLBACK_WSI_CREATE,
	LWS_CALLBACK_WSI_DESTROY,
	LWS_WRITE_BINARY,
	LWS_WRITE_PING,
	LWS_WRITE_TEXT,
	type LwsError,
	peerWriteAllowance,
	remainingPacketPayload,
	rxFlowControl,
	tlsInfo,
	transactionInfo,
	type Wsi,
	write,
	writeWsFlags,
} from "lws-xs";
import Time from "time";
import Timer from "timer";
import type { PlannedMessage, PlannedRequest, PlannedWs, Result, ResultWs } from "../wire/plan.js";
import { checksum } from "./sequence.js";
import { emptyResult, piece } from "./wire-raw.js";

const NAMES: Readonly<Record<number, string>> = Object.freeze({
	[LWS_CALLBACK_WS_CLIENT_BIND_PROTOCOL]: "BIND",
	[LWS_CALLBACK_WSI_CREATE]: "CREATE",
	[LWS_CALLBACK_CLIENT_CONFIRM_EXTENSION_SUPPORTED]: "CONFIRM",
	[LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER]: "APPEND",
	[LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP]: "HTTP",
	[LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ]: "READ",
	[LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH]: "FILTER",
	[LWS_CALLBACK_CLIENT_ESTABLISHED]: "ESTABLISHED",
	[LWS_CALLBACK_CLIENT_RECEIVE]: "RECEIVE",
	[LWS_CALLBACK_CLIENT_RECEIVE_PONG]: "PONG",
	[LWS_CALLBACK_CLIENT_WRITEABLE]: "WRITEABLE",
	[LWS_CALLBACK_WS_PEER_INITIATED_CLOSE]: "PEER_CLOSE",
	[LWS_CALLBACK_CLIENT_CONNECTION_ERROR]: "CONNECTION_ERROR",
	[LWS_CALLBACK_WS_CLIENT_DROP_PROTOCOL]: "DROP",
	[LWS_CALLBACK_CLIENT_CLOSED]: "CLOSED",
	[LWS_CALLBACK_WSI_DESTROY]: "DESTROY",
});

/** The longest piece that is written at a time, as long as the connection has room for it. */
const PIECE = 16 * 1024;
/** Messages that are told one by one. */
const TOLD = 20;
/** Characters of one to four bytes in UTF-8, over and over: "aä€😀". */
const LETTERS: readonly number[] = Object.freeze([0x61, 0xc3, 0xa4, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80]);
const CLOSED: readonly string[] = Object.freeze(["DROP", "CLOSED", "DESTROY"]);

let letters: Uint8Array | undefined;

function text(position: number, length: number): Uint8Array {
	letters ??= new Uint8Array(LETTERS.length + PIECE).map((_, i) => LETTERS[i % LETTERS.length] as number);
	const start = position % LETTERS.length;
	return letters.subarray(start, start + length);
}

function given(bytes: string, position: number, length: number): Uint8Array {
	return Uint8Array.from(bytes.slice(position, position + length), (character) => character.charCodeAt(0));
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
	return String.fromCharCode(...bytes.subarray(start, end));
}

export class WSRunning {
	readonly result: Result;
	readonly #request: PlannedRequest;
	readonly #ws: PlannedWs;
	readonly #told: ResultWs = { messages: [], count: 0, sent: 0, pongs: [], protocol: "", ends: [], attempts: [] };
	readonly #done: (result: Result) => void;
	readonly #start = Time.ticks;
	readonly #callbacks: string[] = [];
	readonly #pwsi: { wsi: Wsi<WSRunning> | undefined } = { wsi: undefined };
	/** Connections that stood. */
	#stood = 0;
	#kept: KeptConnection<WSRunning> | undefined;
	/** A call of ours into the client is under way, from which no callback may come. */
	#busy = false;
	#isHeld = false;
	/** The connection's receive buffer, always the same. */
	#buffer: Uint8Array | undefined;
	/** Bytes since the last pause. */
	#run = 0;
	#ends = 0;
	/** The message that comes: it has begun, its length so far and the checksum of that. */
	#isInside = false;
	#isBinary = false;
	#length = 0;
	#sum = 0;
	/** The message that is sent: its index, how often, and how much of it. */
	#index = 0;
	#times = 0;
	#at = 0;
	#pings = 0;
	#pongs = 0;
	#isClosing = false;

	constructor(id: number, request: PlannedRequest, done: (result: Result) => void) {
		this.result = emptyResult(id);
		this.#request = request;
		this.#ws = request.ws ?? {};
		this.#done = done;
	}

	begin(context: Context): void {
		const { address = "127.0.0.1", port, path, host = "wire", origin, sslConnection, deadlines } = this.#request;
		const { authUsername, authPassword, retryAndIdlePolicy, keepHeaders } = this.#request;
		const { protocol, kept } = this.#ws;
		const info: ConnectInfo<WSRunning> = {
			context,
			address,
			port,
			path,
			host,
			origin,
			protocol,
			userdata: this,
			pwsi: this.#pwsi,
			sslConnection,
			deadlines,
			authUsername,
			authPassword,
			retryAndIdlePolicy,
			keepHeaders,
		};
		this.#busy = true;
		if (kept !== undefined) this.#kept = keepConnected(info);
		else clientConnectViaInfo<WSRunning>(info);
		this.#busy = false;
	}

	/** The result of the callback. */
	tell(wsi: Wsi<WSRunning>, reason: number, input: unknown, length: number): number {
		const { result } = this;
		const told = this.#told;
		const name = NAMES[reason] ?? `${reason}`;
		if (!this.#callbacks.includes(name)) this.#callbacks.push(name);
		if (this.#busy) this.#fault(`${name} from inside a call`);
		if (this.#pwsi.wsi !== wsi) this.#fault(`${name} for another wsi than pwsi's`);
		if (this.#ends > 0 && !CLOSED.includes(name)) this.#fault(`${name} after the end`);
		switch (reason) {
			case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
				for (const [field, value] of this.#request.fields ?? []) addHttpHeaderByName(wsi, field, value);
				break;
			case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
				result.status = httpClientHttpResponse(wsi);
				result.names = headerNames(wsi);
				result.fields = result.names.map((each) => `${each}: ${headerValue(wsi, each)}`);
				result.tls = tlsInfo(wsi);
				break;
			case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
				result.reads++;
				result.length += length;
				result.reason += textOf(input as Uint8Array, 0, Math.min(length, 100));
				break;
			case LWS_CALLBACK_CLIENT_ESTABLISHED:
				return this.#established(wsi);
			case LWS_CALLBACK_CLIENT_RECEIVE:
				return this.#piece(wsi, input as Uint8Array, length);
			case LWS_CALLBACK_CLIENT_RECEIVE_PONG:
				if (++this.#pongs <= TOLD) told.pongs.push(textOf(input as Uint8Array, 0, length));
				return this.#closeIfDone(wsi);
			case LWS_CALLBACK_CLIENT_WRITEABLE:
				return this.#writeable(wsi, length);
			case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE: {
				const [high = 0, low = 0] = input as Uint8Array;
				told.peerClose = length === 0 ? "" : `${high * 256 + low} ${textOf(input as Uint8Array, 2, length)}`.trim();
				break;
			}
			case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
			case LWS_CALLBACK_CLIENT_CLOSED:
				this.#ended(wsi, input as LwsError | undefined);
				break;
			case LWS_CALLBACK_WSI_DESTROY:
				this.#destroyed(wsi);
				break;
		}
		return 0;
	}

	#fault(what: string): void {
		if (this.result.faults.length < 5) this.result.faults.push(what);
	}

	#established(wsi: Wsi<WSRunning>): number {
		const { hold, send = [], pings = [], receive = 0, stays, refuses } = this.#ws;
		this.#told.protocol = headerValue(wsi, "sec-websocket-protocol") ?? "";
		if (hold !== undefined) this.#pause(wsi, hold);
		if (send.length > 0 || pings.length > 0) this.#wantWriteable(wsi);
		if (refuses) return -1;
		// the result of CLIENT_ESTABLISHED would make it a failure
		if (send.length === 0 && pings.length === 0 && receive === 0 && !stays) this.#closeOutside(wsi);
		return 0;
	}

	#wantWriteable(wsi: Wsi<WSRunning>): void {
		this.#busy = true;
		callbackOnWritable(wsi);
		this.#busy = false;
	}

	/** One frame. */
	#writeable(wsi: Wsi<WSRunning>, length: number): number {
		this.result.writeables++;
		if (length !== peerWriteAllowance(wsi) || length === 0) this.#fault(`an allowance of ${length}`);
		if (this.#isClosing) this.#fault("WRITEABLE while it is being closed");
		const { send = [], pings = [] } = this.#ws;
		const message = send[this.#index];
		this.#busy = true;
		if (this.#pings < pings.length) {
			const ping = Uint8Array.from(pings[this.#pings++] as string, (character) => character.charCodeAt(0));
			if (write(wsi, ping, LWS_WRITE_PING) !== ping.length) this.result.refused++;
		} else if (message) this.#writeFragment(wsi, message, length);
		else this.#fault("WRITEABLE unasked");
		this.#busy = false;
		if (this.#pings < pings.length || this.#index < send.length) this.#wantWriteable(wsi);
		return this.#closeIfDone(wsi);
	}

	#writeFragment(
		wsi: Wsi<WSRunning>,
		{ size, isText, bytes, piece: most = PIECE, count: times = 1 }: PlannedMessage,
		length: number,
	): void {
		const at = this.#at;
		const count = Math.min(length, size - at, most, PIECE);
		const mode = writeWsFlags(isText ? LWS_WRITE_TEXT : LWS_WRITE_BINARY, at === 0, at + count === size);
		if (write(wsi, bytes ? given(bytes, at, count) : isText ? text(at, count) : piece(at, count), mode) !== count) {
			this.result.refused++;
			return;
		}
		this.result.sent += count;
		this.#at += count;
		if (this.#at < size) return;
		this.#at = 0;
		this.#told.sent++;
		if (++this.#times < times) return;
		this.#times = 0;
		this.#index++;
	}

	#piece(wsi: Wsi<WSRunning>, bytes: Uint8Array, length: number): number {
		const { result } = this;
		const { pauseEach = Number.POSITIVE_INFINITY, pause = 1 } = this.#ws;
		this.#buffer ??= bytes;
		if (bytes !== this.#buffer && !this.#kept) this.#fault("RECEIVE with another buffer");
		if (length > bytes.length) this.#fault(`RECEIVE of ${length} bytes`);
		if (this.#isHeld) this.#fault("RECEIVE while that is held up");
		const isFinal = isFinalFragment(wsi);
		if (length === 0 && !isFinal) this.#fault("a piece with nothing in it");
		if (isFirstFragment(wsi) === this.#isInside) this.#fault(`isFirstFragment is ${this.#isInside}`);
		if (this.#isInside && frameIsBinary(wsi) !== this.#isBinary) this.#fault("a message changes its type");
		const remaining = remainingPacketPayload(wsi);
		if (remaining < 0 || (isFinal && remaining > 0)) this.#fault(`${remaining} bytes remain`);
		result.reads++;
		result.length += length;
		this.#isBinary = frameIsBinary(wsi);
		this.#length += length;
		this.#sum = checksum(this.#sum, bytes, length);
		this.#isInside = !isFinal;
		if (isFinal) this.#message();
		this.#run += length;
		if (this.#run >= pauseEach) {
			this.#run = 0;
			this.#pause(wsi, pause);
		}
		return this.#closeIfDone(wsi);
	}

	#message(): void {
		const told = this.#told;
		const type = this.#isBinary ? "binary" : "text";
		if (++told.count <= TOLD) told.messages.push(`${type} ${this.#length} ${this.#sum >>> 0}`);
		this.#length = this.#sum = 0;
	}

	#pause(wsi: Wsi<WSRunning>, milliseconds: number): void {
		this.#isHeld = true;
		this.result.announced++;
		this.#flow(wsi, 0);
		Timer.set(() => {
			this.#isHeld = false;
			this.#flow(wsi, 1);
		}, milliseconds);
	}

	#flow(wsi: Wsi<WSRunning>, enable: 0 | 1): void {
		this.#busy = true;
		const isTaken = rxFlowControl(wsi, enable) === 0;
		this.#busy = false;
		if (isTaken === wsi.isEnded) this.#fault(`rxFlowControl was ${isTaken ? "" : "not "}taken`);
	}

	/** Nonzero: it is to be closed, by the result of the callback. */
	#closeIfDone(wsi: Wsi<WSRunning>): number {
		const { send = [], pings = [], receive = 0, stays, status, reason, isOutside } = this.#ws;
		const told = this.#told;
		const isLess = this.#index < send.length || told.count < receive || this.#pongs < pings.length;
		if (stays || isLess || this.#isClosing || this.#isHeld) return 0;
		this.#isClosing = true;
		if (status !== undefined) closeReason(wsi, status, reason);
		if (!isOutside) return -1;
		this.#closeOutside(wsi);
		return 0;
	}

	#closeOutside(wsi: Wsi<WSRunning>): void {
		Timer.set(() => {
			this.#busy = true;
			close(wsi);
			this.#busy = false;
		});
	}

	#ended(wsi: Wsi<WSRunning>, error: LwsError | undefined): void {
		const { result } = this;
		this.#ends++;
		result.error = error?.code ?? "";
		result.message = error?.message ?? "";
		result.delivered = error?.delivered ?? "";
		this.#told.ends.push(result.error);
		this.#told.attempts.push(this.#kept?.attempts ?? 0);
		if (httpClientHttpResponse(wsi) !== result.status) this.#fault("the status has changed");
	}

	#destroyed(wsi: Wsi<WSRunning>): void {
		const { result } = this;
		const { kept } = this.#ws;
		if (this.#ends !== 1) this.#fault(`${this.#ends} ends before DESTROY`);
		if (result.status === 101) this.#stood++;
		if (kept !== undefined && this.#stood < kept) {
			this.#again();
			return;
		}
		this.#kept?.stop();
		result.callbacks = this.#callbacks.join(" ");
		result.milliseconds = Time.delta(this.#start);
		result.info = transactionInfo(wsi) ?? {};
		result.ws = this.#told;
		if (kept === undefined && result.status === 101) {
			if (result.info.received !== result.length) this.#fault(`${result.info.received} bytes received`);
			if (result.info.sent !== result.sent) this.#fault(`${result.info.sent} bytes sent`);
		}
		this.#done(result);
	}

	/** Another connection begins, with all that there is to send. */
	#again(): void {
		this.#ends = this.#index = this.#times = this.#at = this.#pings = this.#pongs = this.#length = this.#sum = 0;
		this.#isInside = this.#isClosing = false;
		this.result.status = 0;
	}
}
