/** Random mutations of valid responses. */
import { faultCode } from "lws-xs/engines/errors";
import { ChunkedDecoder, ChunkedEvent } from "lws-xs/engines/h1/chunked";
import { contentLength, Framing, FramingBits, readFraming } from "lws-xs/engines/h1/framing";
import { feedHead, reasonPhrase } from "lws-xs/engines/h1/head";
import { HeadTable } from "lws-xs/engines/head-table";
import { Fuzz } from "./fuzz.js";
import { checkProgress, eachPiece, framingName, toBytes } from "./h1-check.js";

const RESPONSES: readonly string[] = [
	"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nSet-Cookie: a=b\r\n\r\n5;x=y\r\nhello\r\n1F\r\n0123456789abcdef0123456789abcde\r\n0\r\nT: u\r\n\r\n",
	"HTTP/1.0 200 OK\r\nServer: x\r\n\r\nuntil the end",
	"\r\nHTTP/1.1 404 Not Found\nA: b\n c\n\td\nContent-Length: 3, 3\n\nabc",
	"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
	"HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n0\r\n\r\n",
];

/** Bytes that decide something. */
const BYTES = [...'\0\t\n\r\r\n ",-019:;=AFGafghx\x7f\x80\xff'].map((character) => character.charCodeAt(0));

export class ResponseFuzz extends Fuzz {
	protected next(): Uint8Array {
		return toBytes(this.#mutated());
	}

	protected outcomeOf(bytes: Uint8Array, ends: readonly number[]): string {
		return outcomeOf(bytes, ends);
	}

	#mutated(): string {
		const random = (below: number) => this.chance.random(below);
		let text = this.chance.oneOf(RESPONSES);
		for (let changes = random(5); changes > 0; changes--) {
			const at = random(text.length + 1);
			const length = random(4) === 0 ? random(30) : 1;
			const piece = text.slice(at, at + length);
			const byte = String.fromCharCode(random(3) === 0 ? random(256) : this.chance.oneOf(BYTES));
			switch (random(6)) {
				case 0:
					text = text.slice(0, at) + text.slice(at + length);
					break;
				case 1:
					text = text.slice(0, at) + piece + text.slice(at);
					break;
				case 2:
					text = text.slice(0, at) + byte + text.slice(at);
					break;
				case 3:
					// beyond the limits of small tables and of sizes
					text = text.slice(0, at) + byte.repeat(random(300)) + text.slice(at);
					break;
				case 4:
					text = random(4) === 0 ? text.slice(0, at) : text;
					break;
				default:
					text = text.slice(0, at) + byte + text.slice(at + 1);
			}
		}
		return text;
	}
}

/** All that a response comes to; the last word is `complete`, `more` or a code. */
function outcomeOf(bytes: Uint8Array, ends: readonly number[]): string {
	const response = new Response();
	eachPiece(bytes, ends, (buffer, start, end) => {
		let steps = 0;
		for (let at = start; at < end && !response.isOver; at += response.take(buffer, at, end)) {
			if (++steps > end - start) throw new Error("more steps than bytes");
		}
		return !response.isOver;
	});
	return `${response.log} ${response.end}`;
}

const enum Part {
	Head,
	Length,
	UntilClose,
	Chunked,
}

/** The engines together, as a role uses them. */
class Response {
	log = "";
	end = "more";
	readonly #table = new HeadTable(512, 8);
	readonly #chunked = new ChunkedDecoder();
	#part: Part = Part.Head;
	#remaining = 0;

	constructor() {
		this.#chunked.reset();
	}

	get isOver(): boolean {
		return this.end !== "more";
	}

	/** Takes some of the bytes; gives how many. */
	take(buffer: Uint8Array, start: number, end: number): number {
		switch (this.#part) {
			case Part.Head: {
				const count = this.#checked(feedHead(this.#table, buffer, start, end, undefined), end - start);
				if (count > 0 && this.#table.isComplete) this.#headComplete();
				return count;
			}
			case Part.Chunked: {
				const chunked = this.#chunked;
				if (chunked.event === ChunkedEvent.Data) {
					const count = this.#content(buffer, start, Math.min(end, start + chunked.remaining));
					chunked.took(count);
					return count;
				}
				const count = this.#checked(chunked.feed(buffer, start, end), end - start);
				if (count > 0 && chunked.event === ChunkedEvent.Complete) this.end = "complete";
				return count;
			}
			case Part.UntilClose:
				return this.#content(buffer, start, end);
			case Part.Length: {
				const count = this.#content(buffer, start, Math.min(end, start + this.#remaining));
				this.#remaining -= count;
				if (this.#remaining === 0) this.end = "complete";
				return count;
			}
		}
	}

	#headComplete(): void {
		const table = this.#table;
		const { status, minor } = table;
		this.log += `${status} ${minor} ${reasonPhrase(table)};`;
		for (let i = 0; i < table.count; i++) this.log += `${table.name(i)}=${table.value(i)};`;
		this.log += `${table.dropped};`;
		if (status < 200) {
			table.reset();
			return;
		}
		const framing = readFraming(table, "GET", status, minor);
		if (framing < 0) {
			this.end = faultCode(framing);
			return;
		}
		this.log += `${framingName(table, framing)} ${(framing & FramingBits.KeepAlive) !== 0};`;
		this.#remaining = contentLength(table);
		switch (framing & FramingBits.Kind) {
			case Framing.Chunked:
				this.#part = Part.Chunked;
				break;
			case Framing.UntilClose:
				this.#part = Part.UntilClose;
				break;
			default:
				this.#part = Part.Length;
				if (this.#remaining === 0) this.end = "complete";
		}
	}

	#content(buffer: Uint8Array, start: number, end: number): number {
		for (let at = start; at < end; at++) this.log += String.fromCharCode(buffer[at] as number);
		return end - start;
	}

	#checked(count: number, given: number): number {
		if (count < 0) {
			this.end = faultCode(count);
			return 0;
		}
		checkProgress(count, given);
		return count;
	}
}
