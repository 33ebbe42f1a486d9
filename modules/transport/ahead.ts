/**
 * A stream of which something was read ahead: those bytes come first, then what follows. So whoever takes a connection
 * over from a protocol that read its head in pieces of any size (a tunnel, an upgrade) gets every byte behind it.
 */
import { copyBytes } from "lws-xs/native/kernels";
import type { Secured } from "./security.js";
import type { ByteStream, Source, StreamSink } from "./stream.js";

export class AheadStream implements ByteStream {
	readonly #lower: ByteStream;
	readonly #buffer: Uint8Array;
	#start: number;
	#end: number;

	/** [start, end) of `buffer` was read ahead; it must stay there until it has been read, or be what it is read into. */
	constructor(lower: ByteStream, buffer: Uint8Array, start: number, end: number) {
		this.#lower = lower;
		this.#buffer = buffer;
		this.#start = start;
		this.#end = end;
	}

	/** Nothing stands between the sink and the stream below: events take no way round. */
	get sink(): StreamSink {
		return this.#lower.sink;
	}

	set sink(sink: StreamSink) {
		this.#lower.sink = sink;
	}

	get available(): number {
		return this.#end - this.#start + this.#lower.available;
	}

	/** By who reads from `source`, which is there only when nothing is left of what was read ahead. */
	set available(count: number) {
		this.#lower.available = count;
	}

	get source(): Source | undefined {
		return this.#start < this.#end ? undefined : this.#lower.source;
	}

	get secured(): Secured | undefined {
		return this.#lower.secured;
	}

	get room(): number {
		return this.#lower.room;
	}

	read(buffer: Uint8Array, start: number, end: number): number {
		const left = this.#end - this.#start;
		if (left === 0) return this.#lower.read(buffer, start, end);
		const count = Math.min(left, end - start);
		if (count <= 0) return 0;
		copyBytes(buffer, start, this.#buffer, this.#start, this.#start + count);
		this.#start += count;
		return count;
	}

	write(buffer: Uint8Array, start: number, end: number): number {
		return this.#lower.write(buffer, start, end);
	}

	abort(): void {
		this.#start = this.#end;
		this.#lower.abort();
	}
}
