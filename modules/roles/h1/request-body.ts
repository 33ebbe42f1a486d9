/** The body of a request on the wire: as it is, or in chunks (RFC 9112 section 7.1). */
import { copyBytes } from "lws-xs/native/kernels";
import type { Carrier } from "../role.js";

/** Eight digits and CR LF before the content, CR LF behind it, and the last chunk `0 CR LF CR LF`. */
const CHUNK_OVERHEAD = 17;

const CR = 0x0d;
const LF = 0x0a;
const ZERO = 0x30;

/** Bytes that one chunk may have now. It is put together in the output buffer, so that it leaves in one piece. */
export function chunkAllowance({ buffers, stream }: Carrier): number {
	const room = stream?.room ?? 0;
	return Math.max(0, Math.min(room, buffers.output.length) - CHUNK_OVERHEAD);
}

/** Writes `bytes` as one chunk, and the last chunk behind it; an empty chunk would be the last one, so it is left out. */
export function writeChunk({ buffers, stream }: Carrier, bytes: Uint8Array, last: boolean): boolean {
	const { output } = buffers;
	const count = bytes.length;
	let at = 0;
	if (count > 0) {
		at = writeHex(output, at, count);
		at = writeLineEnd(output, at);
		at += copyBytes(output, at, bytes, 0, count);
		at = writeLineEnd(output, at);
	}
	if (last) {
		output[at++] = ZERO;
		at = writeLineEnd(output, at);
		at = writeLineEnd(output, at);
	}
	return at === 0 || (stream?.write(output, 0, at) ?? 0) > 0;
}

function writeLineEnd(output: Uint8Array, at: number): number {
	output[at] = CR;
	output[at + 1] = LF;
	return at + 2;
}

function writeHex(output: Uint8Array, at: number, value: number): number {
	let shift = 0;
	while (value >> shift > 15) shift += 4;
	for (; shift >= 0; shift -= 4) {
		const digit = (value >> shift) & 15;
		output[at++] = digit < 10 ? ZERO + digit : 0x57 + digit;
	}
	return at;
}
