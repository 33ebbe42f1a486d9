/** Finds the heads in what comes from a server, so that they can be shown as they were sent. */
import * as lws from "lws-xs";
import { findByte, stringToBytes } from "lws-xs/native/kernels";

const CR = 0x0d;
const LF = 0x0a;
const ONE = 0x31;
/** What a status line begins with. What begins otherwise is no head, and is not shown. */
const HTTP: readonly number[] = Object.freeze([0x48, 0x54, 0x54, 0x50, 0x2f]);
/** The places of the first and the last digit of the status in "HTTP/1.1 200". */
const STATUS = 9;
const STATUS_END = 11;

/** Takes the bytes of one response, interim responses before it included, in pieces; hands out what is head. */
export class HeadFinder {
	/** `[0, end)` of `buffer` belongs to a head. */
	readonly #found: (buffer: Uint8Array, end: number) => void;
	#isActive = false;
	/** Bytes of the present line so far, and whether all of them are CR. */
	#length = 0;
	#isBlank = true;
	#lines = 0;
	#isInterim = false;
	#isGarbage = false;

	constructor(found: (buffer: Uint8Array, end: number) => void) {
		this.#found = found;
	}

	/** A response begins with the next byte. */
	begin(): void {
		this.#isActive = true;
		this.#isGarbage = false;
		this.#length = this.#lines = 0;
		this.#isBlank = true;
	}

	feed(buffer: Uint8Array, count: number): void {
		let at = 0;
		while (this.#isActive && at < count) {
			const lineEnd = findByte(buffer, LF, at, count);
			const end = lineEnd < 0 ? count : lineEnd;
			this.#look(buffer, at, end);
			at = end;
			if (lineEnd < 0) break;
			at++;
			this.#endLine();
		}
		if (at > 0 && !this.#isGarbage) this.#found(buffer, at);
	}

	#look(buffer: Uint8Array, from: number, to: number): void {
		if (this.#lines === 0) this.#lookAtStatus(buffer, from, to);
		if (this.#isBlank) for (let i = from; i < to && this.#isBlank; i++) this.#isBlank = buffer[i] === CR;
		this.#length += to - from;
	}

	#lookAtStatus(buffer: Uint8Array, from: number, to: number): void {
		const start = from - this.#length;
		const status = start + STATUS;
		if (status >= from && status < to) this.#isInterim = buffer[status] === ONE;
		// after 101 comes another protocol (RFC 9110 section 15.2.2)
		const last = start + STATUS_END;
		if (last >= from && last < to && buffer[last] === ONE) this.#isInterim = false;
		for (let i = from; i < to && i - start < HTTP.length; i++) {
			// an empty line before the status line is let pass, as the client does
			if (buffer[i] === HTTP[i - start] || (i === start && buffer[i] === CR)) continue;
			this.#isGarbage = true;
			this.#isActive = false;
		}
	}

	#endLine(): void {
		if (!this.#isBlank) this.#lines++;
		else if (this.#lines > 0) {
			// after an interim head another one follows
			this.#isActive = this.#isInterim;
			this.#lines = 0;
		}
		this.#length = 0;
		this.#isBlank = true;
	}
}

/** The head of the response as the client knows it, where it cannot be taken from the wire. */
export function knownHead(wsi: lws.AnyWsi): Uint8Array {
	const status = `HTTP/${lws.httpClientHttpVersion(wsi)} ${lws.httpClientHttpResponse(wsi)} ${lws.httpClientReasonPhrase(wsi)}`;
	const seen = new Map<string, number>();
	const lines = lws.headerNames(wsi).map((name) => {
		const nth = seen.get(name) ?? 0;
		seen.set(name, nth + 1);
		return `${name}: ${lws.headerValue(wsi, name, nth)}`;
	});
	const text = [status, ...lines, "", ""].join("\r\n");
	const bytes = new Uint8Array(3 * text.length);
	return bytes.subarray(0, stringToBytes(text, bytes, 0));
}
