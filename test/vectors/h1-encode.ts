/** The chunks that the role writes, for the vectors that are run backwards. */
import { writeChunk } from "lws-xs/roles/h1/request-body";

/** What `writeChunk` needs, and more than it writes around its content. */
type Carrier = Parameters<typeof writeChunk>[0];
const OVERHEAD = 32;

/** `content` in chunks of `size` bytes, and the last chunk. */
export function encodeChunks(content: Uint8Array, size: number): Uint8Array {
	const all: Uint8Array[] = [];
	const carrier = {
		buffers: { output: new Uint8Array(size + OVERHEAD) },
		stream: {
			write(buffer: Uint8Array, start: number, end: number): number {
				all.push(buffer.slice(start, end));
				return end - start;
			},
		},
	} as unknown as Carrier;
	for (let at = 0; at < content.length; at += size) {
		const last = at + size >= content.length;
		if (!writeChunk(carrier, content.subarray(at, at + size), last)) throw new Error("refused");
	}
	if (content.length === 0) writeChunk(carrier, new Uint8Array(0), true);
	const bytes = new Uint8Array(all.reduce((total, part) => total + part.length, 0));
	let at = 0;
	for (const part of all) {
		bytes.set(part, at);
		at += part.length;
	}
	return bytes;
}
