/** The body of a request on its way out. */
import * as lws from "lws-xs";
import type { Body } from "./body.js";

const NOTHING = new Uint8Array(0);
/** Bytes that are read at a time: as many as the read buffer has, between these. */
const LEAST = 1024;
const MOST = 16384;

export class Upload {
	readonly #body: Body;
	readonly #piece: Uint8Array;
	/** What was read of the body and not written yet lies at the start of `#piece`. */
	#pending = 0;
	#sent = 0;
	/** Something is still to be sent. */
	isSending = true;

	/** In APPEND_HANDSHAKE_HEADER. */
	constructor(wsi: lws.AnyWsi, body: Body, size: number) {
		this.#body = body;
		this.#piece = new Uint8Array(Math.min(MOST, Math.max(size, LEAST)));
		body.onReady = () => lws.callbackOnWritable(wsi);
		lws.clientHttpBodyPending(wsi, true);
		lws.callbackOnWritable(wsi);
	}

	/** Another request follows, with this body or without. */
	pause(): void {
		this.#sent = this.#pending = 0;
		this.isSending = false;
	}

	rewind(): void {
		this.pause();
		this.isSending = true;
		this.#body.rewind();
	}

	/** In HTTP_WRITEABLE. */
	write(wsi: lws.AnyWsi, allowance: number): void {
		const body = this.#body;
		if (this.#pending === 0) {
			const room = Math.min(allowance, this.#piece.length);
			const count = body.read(this.#part(room));
			// `onReady` will tell
			if (count === 0) return;
			if (count < 0) {
				this.isSending = false;
				lws.write(wsi, NOTHING, lws.LWS_WRITE_HTTP_FINAL);
				return;
			}
			this.#pending = count;
		}
		const written = lws.write(wsi, this.#part(this.#pending), lws.LWS_WRITE_HTTP);
		if (written < 0) return;
		if (written > 0) {
			this.#pending = 0;
			this.#sent += written;
			if (this.#sent === body.length) this.isSending = false;
		}
		lws.callbackOnWritable(wsi);
	}

	#part(count: number): Uint8Array {
		return count === this.#piece.length ? this.#piece : this.#piece.subarray(0, count);
	}
}
