/** What an application does with a WebSocket, besides what it does with every wsi (client.ts). */
import { isToken } from "../engines/h1/request.js";
import { checkClose } from "../roles/ws/control.js";
import { LWS_WRITE_CONTINUATION, LWS_WRITE_NO_FIN } from "./constants.js";
import type { AnyWsi } from "./protocol.js";

/** Of RFC 6455 section 5.2, by lws's LWS_WRITE_TEXT to LWS_WRITE_PONG. */
const OPCODES: readonly (number | undefined)[] = Object.freeze([1, 2, 0, undefined, undefined, 9, 10]);

/** Throws RangeError for a mode that is none of a WebSocket. */
export function opcodeOf(mode: number): number {
	const opcode = OPCODES[mode & ~LWS_WRITE_NO_FIN];
	if (opcode === undefined) throw new RangeError(`write mode ${mode} is not for a WebSocket`);
	return opcode;
}

/** The names of a list with commas; throws TypeError for what cannot be offered (RFC 6455 section 4.1). */
export function subprotocolsOf(list = ""): readonly string[] {
	const names = list === "" ? [] : list.split(",").map((name) => name.trim());
	for (const name of names) {
		if (!isToken(name)) throw new TypeError(`${JSON.stringify(name)} is no name of a subprotocol`);
		if (names.indexOf(name) !== names.lastIndexOf(name)) throw new TypeError(`${name} is offered twice`);
	}
	return names;
}

/**
 * In CLIENT_RECEIVE: the piece is the first one of its message. Source: lws_is_first_fragment.
 *
 * @example
 * case LWS_CALLBACK_CLIENT_RECEIVE:
 * 	if (isFirstFragment(wsi)) begin(frameIsBinary(wsi));
 * 	add(input, length);
 * 	if (isFinalFragment(wsi)) finish();
 * 	return 0;
 */
export function isFirstFragment(wsi: AnyWsi): boolean {
	return wsi.exchange?.isFirst ?? false;
}

/** In CLIENT_RECEIVE: the piece is the last one of its message, however many frames that has. Source: lws_is_final_fragment. */
export function isFinalFragment(wsi: AnyWsi): boolean {
	return wsi.exchange?.isFinal ?? false;
}

/** In CLIENT_RECEIVE: the message is binary, not text. Source: lws_frame_is_binary. */
export function frameIsBinary(wsi: AnyWsi): boolean {
	return wsi.exchange?.isBinary ?? false;
}

/**
 * In CLIENT_RECEIVE: bytes of the present frame that have not come yet, as they are sent: compressed, where they are.
 * Source: lws_remaining_packet_payload.
 */
export function remainingPacketPayload(wsi: AnyWsi): number {
	return wsi.exchange?.remaining ?? 0;
}

/**
 * The mode for one of several writes that make a message: `initial` is LWS_WRITE_TEXT or LWS_WRITE_BINARY.
 * Source: lws_write_ws_flags.
 *
 * @example
 * write(wsi, piece, writeWsFlags(LWS_WRITE_BINARY, isFirst, isLast));
 */
export function writeWsFlags(initial: number, isStart: boolean, isEnd: boolean): number {
	return (isStart ? initial : LWS_WRITE_CONTINUATION) | (isEnd ? 0 : LWS_WRITE_NO_FIN);
}

/**
 * With what status and reason a WebSocket will be closed when a callback returns -1, or by `close`; without it that is 1000. The
 * reason has at most 123 bytes. Throws RangeError for a status that may not be sent (RFC 6455 section 7.4.1) and for a reason
 * that is too long. Source: lws_close_reason.
 *
 * @example
 * closeReason(wsi, LWS_CLOSE_STATUS_GOINGAWAY, "deep sleep");
 * return -1;
 */
export function closeReason(wsi: AnyWsi, status: number, reason = ""): void {
	checkClose(status, reason);
	wsi.closeWith = { status, reason };
}
