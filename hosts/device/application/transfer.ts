/** An upload by streamed POST and a download by GET, both in pieces of one buffer. */

import { keep } from "board";
import {
	addHttpHeaderByName,
	callbackOnWritable,
	clientHttpBodyPending,
	exportSession,
	httpClientHttpResponse,
	httpClientRead,
	LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER,
	LWS_CALLBACK_CLIENT_CONNECTION_ERROR,
	LWS_CALLBACK_CLIENT_HTTP_WRITEABLE,
	LWS_CALLBACK_CLOSED_CLIENT_HTTP,
	LWS_CALLBACK_COMPLETED_CLIENT_HTTP,
	LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP,
	LWS_CALLBACK_RECEIVE_CLIENT_HTTP,
	LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ,
	LWS_CALLBACK_WSI_DESTROY,
	LWS_WRITE_HTTP,
	LWS_WRITE_HTTP_FINAL,
	type LwsError,
	type Protocol,
	tlsInfo,
	type Wsi,
	write,
} from "lws-xs";
import { Progress } from "./report";

/** For both directions: what one write or one read takes at most. */
const piece = 512;

export interface Transfer {
	method: "POST" | "GET";
	path: string;
	/** Bytes of the upload, of readings that are made as they leave. */
	size: number;
	buffer: Uint8Array;
	progress: Progress | undefined;
	/** Hears the error, or undefined after a complete response. */
	done: (error: LwsError | undefined) => void;
	error: LwsError | undefined;
}

export function makeTransfer(method: "POST" | "GET", path: string, size: number, done: Transfer["done"]): Transfer {
	return { method, path, size, buffer: new Uint8Array(piece), progress: undefined, done, error: undefined };
}

/** Readings of a sensor, as lines of text. */
function fill(buffer: Uint8Array, position: number): void {
	for (let i = 0; i < buffer.length; i++) {
		const column = (position + i) % 8;
		buffer[i] = column === 7 ? 0x0a : 0x30 + ((position + i) % 10);
	}
}

function sendOn(wsi: Wsi<Transfer>, transfer: Transfer, allowance: number): void {
	const { progress, buffer, size } = transfer;
	const sent = progress?.bytes ?? 0;
	const count = Math.min(buffer.length, allowance, size - sent);
	const bytes = count === buffer.length ? buffer : buffer.subarray(0, count);
	fill(bytes, sent);
	const isLast = sent + count === size;
	// all of it, or nothing
	const isTaken = write(wsi, bytes, isLast ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) === count;
	if (isTaken) progress?.advance(count);
	if (!isTaken || !isLast) callbackOnWritable(wsi);
}

export const protocol: Protocol<Transfer> = {
	name: "transfer",
	callback(wsi, reason, transfer, input, length) {
		switch (reason) {
			case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER: {
				const tls = tlsInfo(wsi);
				if (tls) trace(`${tls.version} ${tls.cipher}${tls.isResumed ? ", resumed" : ""}\n`);
				transfer.progress = new Progress(`${transfer.method} ${transfer.path}`);
				if (transfer.method === "GET") break;
				addHttpHeaderByName(wsi, "Content-Type", "text/plain");
				addHttpHeaderByName(wsi, "Content-Length", String(transfer.size));
				clientHttpBodyPending(wsi, true);
				callbackOnWritable(wsi);
				break;
			}
			case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
				sendOn(wsi, transfer, length);
				break;
			case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
				trace(`${transfer.method} ${transfer.path}: status ${httpClientHttpResponse(wsi)}\n`);
				break;
			case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
				httpClientRead(wsi, transfer.buffer);
				break;
			case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
				if (transfer.method === "GET") transfer.progress?.advance(length);
				break;
			case LWS_CALLBACK_COMPLETED_CLIENT_HTTP: {
				transfer.progress?.show("");
				const session = exportSession(wsi);
				if (session && !keep(new Uint8Array(session)))
					trace(`the session is too long to keep (${session.byteLength})\n`);
				break;
			}
			case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
				transfer.error = input;
				break;
			case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
				transfer.error = input ?? undefined;
				break;
			case LWS_CALLBACK_WSI_DESTROY:
				transfer.done(transfer.error);
				break;
		}
		return 0;
	},
};
