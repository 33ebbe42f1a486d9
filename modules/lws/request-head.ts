/** The head of a request while the application completes it: which fields it has, and how its body is framed. */
import { isText, TextSet } from "lws-xs/native/http";
import { EXPECT } from "../dispatch/request.js";
import type { Transaction } from "../dispatch/transaction.js";
import { isFieldValue, isToken } from "../engines/h1/request.js";
import { BodyKind } from "../roles/role.js";

/** Methods whose request has content by definition: without any, they say so (RFC 9110 section 8.6). */
const WITH_CONTENT: readonly string[] = Object.freeze(["POST", "PUT", "PATCH"]);

const FORM = "application/x-www-form-urlencoded";

/**
 * Milliseconds that a body waits for 100, as in curl: longer than a way there and back takes, and no more than a server
 * that does not know the expectation may cost.
 */
export const EXPECT_TIMEOUT = 1000;

/** Fields of a handshake, in lower case, besides those that begin so: the client writes them itself. */
const HANDSHAKE: readonly string[] = Object.freeze([
	"connection",
	"upgrade",
	"content-length",
	"transfer-encoding",
	"expect",
]);
const HANDSHAKE_PREFIX = "sec-websocket-";

/** Such a number can be counted exactly. */
const LENGTH_DIGITS = 15;

/** What is known of it before. */
export interface HeadOutline {
	readonly host: string;
	origin?: string;
	/** The value of that field. */
	authorization?: string;
	isForm?: boolean;
	/** It is the handshake of a WebSocket. */
	isHandshake?: boolean;
	/** As for RequestHead. */
	expectTimeout?: number;
}

export class RequestHead {
	readonly #method: string;
	readonly #fields: string[];
	readonly #secrets: string[] = [];
	readonly #isHandshake: boolean | undefined;
	#length = -1;
	#isChunked = false;
	/** The value of a field Authorization that the application does not add itself. */
	#authorization: string | undefined;
	/** The application has a body to send. */
	isBodyPending = false;
	/** The body waits for 100 for so many milliseconds. */
	declare expectTimeout: number | undefined;

	constructor(method: string, { host, origin, authorization, isForm, isHandshake, expectTimeout }: HeadOutline) {
		this.#isHandshake = isHandshake;
		this.#method = method;
		this.#authorization = authorization;
		if (expectTimeout) this.expectTimeout = expectTimeout;
		this.#fields = ["Host", host];
		if (origin !== undefined) this.#fields.push("Origin", origin);
		if (isForm) this.#fields.push("Content-Type", FORM);
	}

	/** Throws for what would not stay one field, and for what is framed elsewhere. */
	add(name: string, value: string, isSecret: boolean): void {
		if (!isToken(name)) throw new TypeError(`${JSON.stringify(name)} is no field name`);
		if (!isFieldValue(value)) throw new TypeError(`the value of ${name} has CR, LF or NUL in it`);
		const key = name.toLowerCase();
		if (this.#isHandshake && (HANDSHAKE.includes(key) || key.startsWith(HANDSHAKE_PREFIX))) {
			throw new TypeError(`${name} is the client's own in the handshake of a WebSocket`);
		}
		const fields = this.#fields;
		switch (key) {
			case "host":
				throw new TypeError("Host is the field `host` of the connect info");
			case "content-length":
				this.setLength(value);
				return;
			case "transfer-encoding":
				if (value.toLowerCase() !== "chunked") throw new TypeError("Transfer-Encoding can only be chunked");
				this.#isChunked = true;
				this.checkFraming();
				return;
			case "content-type": {
				// what stands for LCCSCF_HTTP_X_WWW_FORM_URLENCODED gives way
				const at = fields.indexOf(FORM) - 1;
				if (fields[at] === "Content-Type") fields.splice(at, 2);
				break;
			}
			case "authorization":
				this.#authorization = undefined;
				break;
			case "expect":
				if (value.toLowerCase() !== "100-continue") break;
				this.expectTimeout ??= EXPECT_TIMEOUT;
				return;
		}
		fields.push(name, value);
		if (isSecret) this.#secrets.push(key);
	}

	private setLength(value: string): void {
		if (value.length > LENGTH_DIGITS || !isText(value, TextSet.Digits))
			throw new TypeError("Content-Length is no number of bytes");
		this.#length = Number(value);
		this.checkFraming();
	}

	private checkFraming(): void {
		// both at once are how requests are smuggled (RFC 9112 section 6.2)
		if (this.#length >= 0 && this.#isChunked)
			throw new TypeError("Content-Length and Transfer-Encoding exclude each other");
	}

	/** Writes fields and framing into the transaction. */
	complete(transaction: Transaction): void {
		const fields = this.#fields;
		if (this.#authorization !== undefined) fields.push("Authorization", this.#authorization);
		transaction.fields = fields;
		transaction.secrets = this.#secrets;
		if (this.#isHandshake) return;
		if (this.#length >= 0) {
			transaction.bodyLength = this.#length;
			fields.push("Content-Length", String(this.#length));
			if (this.#length > 0) this.begin(transaction, BodyKind.Length);
		} else if (this.#isChunked || this.isBodyPending) {
			fields.push("Transfer-Encoding", "chunked");
			this.begin(transaction, BodyKind.Chunked);
		} else if (WITH_CONTENT.includes(this.#method)) fields.push("Content-Length", "0");
	}

	/** RFC 9110 section 10.1.1: an expectation not without content. */
	private begin(transaction: Transaction, kind: BodyKind): void {
		transaction.bodyKind = kind;
		if (!this.expectTimeout) return;
		this.#fields.push(EXPECT, "100-continue");
		transaction.expectTimeout = this.expectTimeout;
	}
}
