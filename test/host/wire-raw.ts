/** The raw connections of a plan: what wire-client.ts does for requests, by their callbacks. */
import {
	type Context,
	callbackOnWritable,
	clientConnectViaInfo,
	close,
	LWS_CALLBACK_CLIENT_CONNECTION_ERROR,
	LWS_CALLBACK_RAW_CLOSE,
	LWS_CALLBACK_RAW_CONNECTED,
	LWS_CALLBACK_RAW_RX,
	LWS_CALLBACK_RAW_SKT_BIND_PROTOCOL,
	LWS_CALLBACK_RAW_SKT_DROP_PROTOCOL,
	LWS_CALLBACK_RAW_WRITEABLE,
	LWS_CALLBACK_WSI_CREATE,
	LWS_CALLBACK_WSI_DESTROY,
	LWS_WRITE_RAW,
	type LwsError,
	peerCertificate,
	peerWriteAllowance,
	rxFlowControl,
	tlsInfo,
	transactionInfo,
	type Wsi,
	write,
} from "lws-xs";
import Time from "time";
import Timer from "timer";
import type { PlannedRequest, Result } from "../wire/plan.js";
import { PERIOD, patternByte } from "./pattern.js";
import { checksum } from "./sequence.js";

const NAMES: Readonly<Record<number, string>> = Object.freeze({
	[LWS_CALLBACK_RAW_SKT_BIND_PROTOCOL]: "BIND",
	[LWS_CALLBACK_WSI_CREATE]: "CREATE",
	[LWS_CALLBACK_RAW_CONNECTED]: "CONNECTED",
	[LWS_CALLBACK_RAW_RX]: "RX",
	[LWS_CALLBACK_RAW_WRITEABLE]: "WRITEABLE",
	[LWS_CALLBACK_CLIENT_CONNECTION_ERROR]: "CONNECTION_ERROR",
	[LWS_CALLBACK_RAW_SKT_DROP_PROTOCOL]: "DROP",
	[LWS_CALLBACK_RAW_CLOSE]: "CLOSE",
	[LWS_CALLBACK_WSI_DESTROY]: "DESTROY",
});

/** The longest piece that is written at a time, as long as the connection has room for it. */
const PIECE = 16 * 1024;

export function emptyResult(id: number): Result {
	return {
		id,
		status: 0,
		reason: "",
		names: [],
		fields: [],
		redirects: [],
		length: 0,
		sum: 0,
		sent: 0,
		callbacks: "",
		announced: 0,
		reads: 0,
		writeables: 0,
		refused: 0,
		error: "",
		message: "",
		delivered: "",
		tls: undefined,
		certificate: undefined,
		session: 0,
		milliseconds: 0,
		info: {},
		faults: [],
	};
}

let pattern: Uint8Array | undefined;

/** A piece of the bytes that are sent, from `position` on. */
export function piece(position: number, length: number): Uint8Array {
	pattern ??= new Uint8Array(PERIOD + PIECE).map((_, i) => patternByte(i));
	const start = position % PERIOD;
	return pattern.subarray(start, start + length);
}

export class RawRunning {
	readonly result: Result;
	readonly #request: PlannedRequest;
	readonly #done: (result: Result) => void;
	readonly #start = Time.ticks;
	readonly #callbacks: string[] = [];
	readonly #pwsi: { wsi: Wsi<RawRunning> | undefined } = { wsi: undefined };
	/** A call of ours into the client is under way, from which no callback may come. */
	#busy = false;
	#isHeld = false;
	/** The connection's receive buffer, always the same. */
	#buffer: Uint8Array | undefined;
	/** Bytes since the last pause. */
	#run = 0;
	#ends = 0;

	constructor(id: number, request: PlannedRequest, done: (result: Result) => void) {
		this.result = emptyResult(id);
		this.#request = request;
		this.#done = done;
	}

	begin(context: Context): void {
		const { address = "127.0.0.1", port, host, sslConnection, alpn, deadlines } = this.#request;
		this.#busy = true;
		clientConnectViaInfo<RawRunning>({
			context,
			address,
			port,
			host,
			method: "RAW",
			userdata: this,
			pwsi: this.#pwsi,
			sslConnection,
			alpn,
			deadlines,
		});
		this.#busy = false;
	}

	tell(wsi: Wsi<RawRunning>, reason: number, input: unknown, length: number): undefined {
		const { result } = this;
		const { send = 0, hold } = this.#request.raw ?? {};
		const name = NAMES[reason] ?? `${reason}`;
		if (!this.#callbacks.includes(name)) this.#callbacks.push(name);
		if (this.#busy) this.#fault(`${name} from inside a call`);
		if (this.#pwsi.wsi !== wsi) this.#fault(`${name} for another wsi than pwsi's`);
		if (this.#ends > 0 && name !== "DROP" && name !== "DESTROY") this.#fault(`${name} after the end`);
		switch (reason) {
			case LWS_CALLBACK_RAW_CONNECTED:
				result.tls = tlsInfo(wsi);
				result.certificate = peerCertificate(wsi);
				if (hold !== undefined) this.#pause(wsi, hold);
				if (send > 0) callbackOnWritable(wsi);
				break;
			case LWS_CALLBACK_RAW_RX:
				this.#content(wsi, input as Uint8Array, length);
				break;
			case LWS_CALLBACK_RAW_WRITEABLE:
				result.writeables++;
				if (length !== peerWriteAllowance(wsi) || length === 0) this.#fault(`an allowance of ${length}`);
				this.#write(wsi, Math.min(length, send - result.sent, PIECE));
				break;
			case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
			case LWS_CALLBACK_RAW_CLOSE: {
				const error = input as LwsError | undefined;
				this.#ends++;
				result.error = error?.code ?? "";
				result.message = error?.message ?? "";
				result.delivered = error?.delivered ?? "";
				break;
			}
			case LWS_CALLBACK_WSI_DESTROY:
				this.#finish(wsi);
				break;
		}
	}

	#fault(what: string): void {
		if (this.result.faults.length < 5) this.result.faults.push(what);
	}

	#write(wsi: Wsi<RawRunning>, count: number): void {
		const { result } = this;
		const { send = 0 } = this.#request.raw ?? {};
		this.#busy = true;
		if (write(wsi, piece(result.sent, count), LWS_WRITE_RAW) === count) result.sent += count;
		else result.refused++;
		if (result.sent < send) callbackOnWritable(wsi);
		this.#busy = false;
	}

	#content(wsi: Wsi<RawRunning>, bytes: Uint8Array, length: number): void {
		const { result } = this;
		const { pauseEach = Number.POSITIVE_INFINITY, pause = 1 } = this.#request.raw ?? {};
		this.#buffer ??= bytes;
		if (bytes !== this.#buffer) this.#fault("RX with another buffer");
		if (!(length > 0 && length <= bytes.length)) this.#fault(`RX of ${length} bytes`);
		if (this.#isHeld) this.#fault("RX while that is held up");
		result.reads++;
		result.length += length;
		result.sum = checksum(result.sum, bytes, length);
		this.#run += length;
		if (this.#run >= pauseEach) {
			this.#run = 0;
			this.#pause(wsi, pause);
		}
		if (result.length >= (this.#request.closeAfter ?? Number.POSITIVE_INFINITY)) close(wsi);
	}

	#pause(wsi: Wsi<RawRunning>, milliseconds: number): void {
		this.#isHeld = true;
		this.result.announced++;
		this.#flow(wsi, 0);
		Timer.set(() => {
			this.#isHeld = false;
			this.#flow(wsi, 1);
		}, milliseconds);
	}

	#flow(wsi: Wsi<RawRunning>, enable: 0 | 1): void {
		this.#busy = true;
		const isTaken = rxFlowControl(wsi, enable) === 0;
		this.#busy = false;
		if (isTaken === wsi.isEnded) this.#fault(`rxFlowControl was ${isTaken ? "" : "not "}taken`);
	}

	#finish(wsi: Wsi<RawRunning>): void {
		const { result } = this;
		if (this.#ends !== 1) this.#fault(`${this.#ends} ends before DESTROY`);
		result.callbacks = this.#callbacks.join(" ");
		result.sum >>>= 0;
		result.milliseconds = Time.delta(this.#start);
		result.info = transactionInfo(wsi) ?? {};
		if (result.info.received !== result.length) this.#fault(`${result.info.received} bytes received`);
		if (result.info.sent !== result.sent) this.#fault(`${result.info.sent} bytes sent`);
		this.#done(result);
	}
}
