/** A byte stream under the hand of a test: what comes, how much room there is, and what was written. */
import type { ByteStream, StreamSink } from "lws-xs/transport/stream";

const DEAF: StreamSink = { opened() {}, readable() {}, writable() {}, ended() {}, broken() {} };

export class ScriptedStream implements ByteStream {
	sink = DEAF;
	available = 0;
	room: number;
	readonly source = undefined;
	/** Everything that was written. */
	written: number[] = [];
	isAborted = false;
	/** The write, counted from 1, that breaks the stream. */
	breaksAt = 0;
	#writes = 0;
	#waiting: number[] = [];
	#hasEnded = false;

	constructor(room: number) {
		this.room = room;
	}

	read(buffer: Uint8Array, start: number, end: number): number {
		const count = Math.min(end - start, this.#waiting.length);
		if (count <= 0 || this.isAborted) return 0;
		buffer.set(this.#waiting.splice(0, count), start);
		this.available = this.#waiting.length;
		return count;
	}

	write(buffer: Uint8Array, start: number, end: number): number {
		const count = end - start;
		if (this.isAborted || this.#hasEnded || count <= 0 || count > this.room) return 0;
		if (++this.#writes === this.breaksAt) {
			this.break("tcp:other");
			return 0;
		}
		this.written.push(...buffer.subarray(start, end));
		this.room -= count;
		return count;
	}

	abort(): void {
		this.isAborted = true;
		this.available = this.room = 0;
	}

	// what the test does

	open(): void {
		this.sink.opened();
	}

	receive(bytes: readonly number[]): void {
		if (this.isAborted) return;
		this.#waiting.push(...bytes);
		this.available = this.#waiting.length;
		this.sink.readable();
	}

	/** Room for so many bytes more. */
	drain(bytes: number): void {
		if (this.isAborted || this.#hasEnded) return;
		this.room += bytes;
		this.sink.writable();
	}

	/** The peer ends, when all has been read: as a socket tells it. */
	end(code?: string): void {
		if (this.isAborted) return;
		this.#hasEnded = true;
		this.room = 0;
		this.sink.ended(code);
	}

	/** A write or read fails as none may. */
	break(code: string): void {
		this.abort();
		this.sink.broken(code);
	}
}
