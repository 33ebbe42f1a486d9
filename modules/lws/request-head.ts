/** The head of a request while the application completes it: which fields it has, and how its body is framed. */
import { isText, TextSet } from "lws-xs/native/http";
import type { Transaction } from "../dispatch/transaction.js";
import { isFieldValue, isToken } from "../engines/h1/request.js";
import { BodyKind } from "../roles/role.js";

/** Methods whose request has content by definition: without any, they say so (RFC 9110 section 8.6). */
const WITH_CONTENT: readonly string[] = Object.freeze(["POST", "PUT", "PATCH"]);

/** Such a number can be counted exactly. */
const LENGTH_DIGITS = 15;

export class RequestHead {
	readonly #method: string;
	readonly #fields: string[];
	readonly #secrets: string[] = [];
	#length = -1;
	#isChunked = false;
	/** The value of a field Authorization that the application does not add itself. */
	#authorization: string | undefined;
	/** The application has a body to send. */
	isBodyPending = false;

	constructor(method: string, host: string, origin?: string, authorization?: string) {
		this.#method = method;
		this.#authorization = authorization;
		this.#fields = ["Host", host];
		if (origin !== undefined) this.#fields.push("Origin", origin);
	}

	/** Throws for what would not stay one field, and for what is framed elsewhere. */
	add(name: string, value: string, isSecret: boolean): void {
		if (!isToken(name)) throw new TypeError(`${JSON.stringify(name)} is no field name`);
		if (!isFieldValue(value)) throw new TypeError(`the value of ${name} has CR, LF or NUL in it`);
		switch (name.toLowerCase()) {
			case "host":
				throw new TypeError("Host is the field `host` of the connect info");
			case "content-length":
				this.setLength(value);
				return;
			case "transfer-encoding":
				if (value.toLowerCase() !== "chunked") throw new TypeError("Transfer-Encoding can only be chunked");
				this.#isChunked = true;
				break;
			default:
				if (name.toLowerCase() === "authorization") this.#authorization = undefined;
				this.#fields.push(name, value);
				if (isSecret) this.#secrets.push(name.toLowerCase());
				return;
		}
		this.checkFraming();
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
		if (this.#length >= 0) {
			transaction.bodyKind = this.#length > 0 ? BodyKind.Length : BodyKind.None;
			transaction.bodyLength = this.#length;
			fields.push("Content-Length", String(this.#length));
		} else if (this.#isChunked || this.isBodyPending) {
			transaction.bodyKind = BodyKind.Chunked;
			fields.push("Transfer-Encoding", "chunked");
		} else if (WITH_CONTENT.includes(this.#method)) fields.push("Content-Length", "0");
	}
}
