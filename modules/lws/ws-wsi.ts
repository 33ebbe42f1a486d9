/**
 * The wsi of a WebSocket. The order of callbacks is lws 4.1's:
 *
 *     BIND_PROTOCOL WSI_CREATE CONFIRM_EXTENSION_SUPPORTED? APPEND_HANDSHAKE_HEADER ESTABLISHED_CLIENT_HTTP
 *     FILTER_PRE_ESTABLISH CLIENT_ESTABLISHED (CLIENT_RECEIVE | CLIENT_RECEIVE_PONG | CLIENT_WRITEABLE)*
 *     WS_PEER_INITIATED_CLOSE? DROP_PROTOCOL CLIENT_CLOSED WSI_DESTROY
 *
 * or, from anywhere before CLIENT_ESTABLISHED has returned: CLIENT_CONNECTION_ERROR DROP_PROTOCOL WSI_DESTROY. A handshake
 * that is refused has RECEIVE_CLIENT_HTTP_READ before that, with the beginning of the body.
 */
import type { LwsError } from "../engines/errors.js";
import type { Exchange } from "../roles/role.js";
import {
	LWS_CALLBACK_CLIENT_CONFIRM_EXTENSION_SUPPORTED,
	LWS_CALLBACK_CLIENT_RECEIVE,
	LWS_CALLBACK_CLIENT_RECEIVE_PONG,
	LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP,
	LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ,
	LWS_CALLBACK_WS_PEER_INITIATED_CLOSE,
	LWS_CLOSE_STATUS_NORMAL,
} from "./constants.js";
import { type Face, WS_FACE } from "./face.js";
import { ClientWsi, Life } from "./wsi.js";

/** Ends that the application has asked for: they are told to the peer first. */
const ASKED: readonly string[] = Object.freeze(["app:closed", "app:callback-refused"]);

export class WSWsi<User = unknown> extends ClientWsi<User> {
	declare closeWith: { status: number; reason: string } | undefined;

	override content(buffer: Uint8Array, count: number): boolean {
		if (this.life !== Life.Established) {
			if (!this.call(LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ, buffer, count)) this.refuse();
		} else {
			// not by way of `call`: this is where each step counts
			try {
				if (this.protocol.callback(this, LWS_CALLBACK_CLIENT_RECEIVE, this.user, buffer, count)) this.refuse();
			} catch (exception) {
				this.threw(exception);
			}
		}
		return this.exchange !== undefined;
	}

	protected override get face(): Face {
		return WS_FACE;
	}

	/** Whether that is the end of the connection, or only what begins its end. */
	override end(error: LwsError): void {
		if (this.life === Life.Established && ASKED.includes(error.code) && this.isClosing()) return;
		super.end(error);
	}

	/** The close handshake begins, or has begun; false: there is nothing to close. */
	private isClosing(): boolean {
		const { exchange } = this;
		if (!exchange?.close || this.isEnded) return false;
		const { status, reason } = this.closeWith ?? NORMAL;
		exchange.close(status, reason);
		return true;
	}

	override prepare(): boolean {
		const websocket = this.transaction?.request.websocket;
		const extension = websocket?.extension;
		if (extension && !this.call(LWS_CALLBACK_CLIENT_CONFIRM_EXTENSION_SUPPORTED, extension.name, 0)) {
			if (this.isEnded) return false;
			websocket.extension = undefined;
		}
		return super.prepare();
	}

	/** A head has come; whether it opens the WebSocket is told by `upgraded`. */
	override responded(): boolean {
		return this.call(LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP, undefined, 0);
	}

	upgraded(exchange: Exchange): void {
		this.exchange = exchange;
		if (!super.responded()) this.refuse();
	}

	ponged(payload: Uint8Array, count: number): void {
		if (!this.call(LWS_CALLBACK_CLIENT_RECEIVE_PONG, payload, count)) this.refuse();
	}

	closing(payload: Uint8Array, count: number): boolean {
		return this.call(LWS_CALLBACK_WS_PEER_INITIATED_CLOSE, payload, count);
	}

	/** What there is to say is said in CLIENT_CLOSED. */
	override completed(): void {}

	/** Messages end by their frames. */
	override finishBody(): void {}
}

const NORMAL = Object.freeze({ status: LWS_CLOSE_STATUS_NORMAL, reason: "" });
