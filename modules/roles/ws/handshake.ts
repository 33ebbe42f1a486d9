/**
 * The opening handshake of WebSocket (RFC 6455 section 4.1), the client's side: the fields of the request, and what the
 * answer must have. Subprotocols are offered and chosen by name; an extension is only used when it was offered.
 */
import Base64 from "base64";
import { Digest } from "crypt";
import RNG from "rng";
import type { HeadTable } from "../../engines/head-table.js";
import type { Extension, MessageCodec, WebSocketRequest } from "../role.js";

/** What is hashed behind the key: a server that answers with it knows WebSocket (section 1.3). */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const KEY_BYTES = 16;

/** Names of response fields that the handshake needs, in lower case. */
export const HANDSHAKE_FIELDS: readonly string[] = Object.freeze([
	"connection",
	"upgrade",
	"sec-websocket-accept",
	"sec-websocket-extensions",
	"sec-websocket-protocol",
]);

/** A nonce, the same never twice (section 4.1). */
export function makeKey(): string {
	return Base64.encode(RNG.get(KEY_BYTES));
}

/** Section 4.2.2: what the server makes of the key. */
export function acceptFor(key: string): string {
	const digest = new Digest("SHA1");
	digest.write(key + GUID);
	return Base64.encode(digest.close());
}

/** The fields of the request, names and values in turn, behind those of the application. */
export function handshakeFields(key: string, { subprotocols, extension }: WebSocketRequest): string[] {
	const fields = [
		"Connection",
		"Upgrade",
		"Upgrade",
		"websocket",
		"Sec-WebSocket-Version",
		"13",
		"Sec-WebSocket-Key",
		key,
	];
	if (subprotocols.length > 0) fields.push("Sec-WebSocket-Protocol", subprotocols.join(", "));
	if (extension) fields.push("Sec-WebSocket-Extensions", extension.offer);
	return fields;
}

/** Why the answer is none: the code of an LwsError, and its detail; or what messages are compressed by, if anything. */
export interface Agreement {
	readonly code?: string;
	readonly detail?: unknown;
	readonly codec?: MessageCodec | undefined;
}

/** Whether one of the elements of the fields of that name (RFC 9110 section 5.6.1) is `token`, in whatever case. */
function hasToken(table: HeadTable, name: string, token: string): boolean {
	for (let nth = 0, index = table.find(name); index >= 0; index = table.find(name, ++nth)) {
		for (const element of table.value(index).split(",")) if (element.trim().toLowerCase() === token) return true;
	}
	return false;
}

/** What an answer of 101 says; `accept` is what the key must have become. */
export function readAgreement(table: HeadTable, accept: string, request: WebSocketRequest): Agreement {
	const acceptAt = table.find("sec-websocket-accept");
	// a table too small for a field that is needed has a remedy, which its code says
	if (acceptAt < 0 && table.dropped > 0) return { code: "h1:head-too-long", detail: "Sec-WebSocket-Accept" };
	if (!hasToken(table, "upgrade", "websocket")) return { code: "ws:bad-upgrade", detail: "no Upgrade: websocket" };
	if (!hasToken(table, "connection", "upgrade")) return { code: "ws:bad-upgrade", detail: "no Connection: upgrade" };
	if (acceptAt < 0 || table.find("sec-websocket-accept", 1) >= 0 || table.value(acceptAt).trim() !== accept) {
		return { code: "ws:bad-accept" };
	}
	return readSubprotocol(table, request) ?? readExtensions(table, request.extension);
}

/** A server may choose none: whether that will do, the application knows. */
function readSubprotocol(table: HeadTable, { subprotocols }: WebSocketRequest): Agreement | undefined {
	const index = table.find("sec-websocket-protocol");
	if (index < 0) return undefined;
	const name = table.value(index);
	// section 11.3.4: once, and section 4.1: one of those that were offered
	if (table.find("sec-websocket-protocol", 1) >= 0 || !subprotocols.includes(name)) {
		return { code: "ws:bad-subprotocol", detail: name };
	}
	return undefined;
}

/** Section 9.1. There is one extension; a comma could only bring another, or the same once more. */
function readExtensions(table: HeadTable, extension: Extension | undefined): Agreement {
	const index = table.find("sec-websocket-extensions");
	if (index < 0) return {};
	const value = table.value(index);
	const refusal: Agreement = { code: "ws:bad-extension", detail: value };
	if (!extension || value.includes(",") || table.find("sec-websocket-extensions", 1) >= 0) return refusal;
	const end = value.indexOf(";");
	const name = end < 0 ? value : value.slice(0, end);
	if (name.trim().toLowerCase() !== extension.name) return refusal;
	const codec = extension.accept(end < 0 ? "" : value.slice(end + 1));
	return codec ? { codec } : refusal;
}
