/** What goes out by a WebSocket of the tool: a piece for each time that there is room. */
import * as lws from "lws-xs";
import { copyBytes } from "lws-xs/native/kernels";
import { bytesText, showNote } from "./verbose.js";
import type { Source } from "./ws-source.js";

export interface Sender {
	/** In CLIENT_WRITEABLE. Throws a Failure. */
	write(wsi: lws.AnyWsi, allowance: number): void;
	/** All has been sent that there will ever be. */
	readonly isDone: boolean;
}

function modeOf(isText: boolean, isFirst: boolean, isLast: boolean): number {
	return lws.writeWsFlags(isText ? lws.LWS_WRITE_TEXT : lws.LWS_WRITE_BINARY, isFirst, isLast);
}

/** A frame; false: it was refused. The caller has seen that there is room, so nothing is refused but what is too long. */
function sendFrame(wsi: lws.AnyWsi, piece: Uint8Array, mode: number, isShown: boolean): boolean {
	if (lws.write(wsi, piece, mode) !== piece.length) return false;
	if (isShown) {
		const kinds = ["text", "binary", "continuation"];
		const more = (mode & lws.LWS_WRITE_NO_FIN) === 0 ? "" : ", more of the message follows";
		showNote(`Sent: ${kinds[mode & ~lws.LWS_WRITE_NO_FIN]}, ${bytesText(piece.length)}${more}`);
	}
	return true;
}

/** Sends what a source has. */
export class SourceSender implements Sender {
	readonly #source: Source;
	readonly #isShown: boolean;
	/** A piece that was refused. */
	#pending: Uint8Array | undefined;

	constructor(wsi: lws.AnyWsi, source: Source, isShown: boolean) {
		this.#source = source;
		this.#isShown = isShown;
		source.onReady = () => lws.callbackOnWritable(wsi);
		lws.callbackOnWritable(wsi);
	}

	get isDone(): boolean {
		return this.#source.isDone && !this.#pending;
	}

	write(wsi: lws.AnyWsi, allowance: number): void {
		const source = this.#source;
		const piece = this.#pending ?? source.next(allowance);
		// `onReady` will tell
		if (!piece) return;
		const isSent = sendFrame(wsi, piece, modeOf(source.isText, source.isFirst, source.isLast), this.#isShown);
		this.#pending = isSent ? undefined : piece;
		lws.callbackOnWritable(wsi);
	}
}

/** Sends back what comes, as it comes. What finds no room holds up what is behind it. */
export class EchoSender implements Sender {
	readonly isDone = true;
	readonly #isShown: boolean;
	/** A piece that waits lies in `[#from, #to)`. */
	readonly #held: Uint8Array;
	#from = 0;
	#to = 0;
	#isHolding = false;
	#isText = false;
	#isFirst = false;
	#isLast = false;

	/** `size`: of the longest piece that can come. */
	constructor(size: number, isShown: boolean) {
		this.#held = new Uint8Array(size);
		this.#isShown = isShown;
	}

	/** In CLIENT_RECEIVE. */
	take(wsi: lws.AnyWsi, bytes: Uint8Array, count: number): void {
		this.#isText = !lws.frameIsBinary(wsi);
		this.#isFirst = lws.isFirstFragment(wsi);
		this.#isLast = lws.isFinalFragment(wsi);
		const allowance = lws.peerWriteAllowance(wsi);
		if (allowance > 0 && count <= allowance) {
			const mode = modeOf(this.#isText, this.#isFirst, this.#isLast);
			if (sendFrame(wsi, bytes.subarray(0, count), mode, this.#isShown)) return;
		}
		copyBytes(this.#held, 0, bytes, 0, count);
		this.#from = 0;
		this.#to = count;
		this.#isHolding = true;
		lws.rxFlowControl(wsi, 0);
		lws.callbackOnWritable(wsi);
	}

	write(wsi: lws.AnyWsi, allowance: number): void {
		if (!this.#isHolding) return;
		const from = this.#from;
		const to = Math.min(this.#to, from + allowance);
		const mode = modeOf(this.#isText, this.#isFirst, this.#isLast && to === this.#to);
		if (sendFrame(wsi, this.#held.subarray(from, to), mode, this.#isShown)) {
			this.#from = to;
			this.#isFirst = false;
		}
		this.#isHolding = this.#from < this.#to;
		if (this.#isHolding) lws.callbackOnWritable(wsi);
		else lws.rxFlowControl(wsi, 1);
	}
}
