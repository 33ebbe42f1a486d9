/**
 * How long the body of a response is (RFC 9112 section 6.3), and whether its connection can be used again (section 9.3), from
 * status, version and fields.
 */
import { Head, HeadSummary, TransferCoding } from "lws-xs/native/http";
import { Fault } from "../errors.js";
import type { HeadTable } from "../head-table.js";

export const enum Framing {
	None,
	/** `contentLength` bytes. */
	Length,
	Chunked,
	/** Until the connection is closed: complete and truncated cannot be told apart. */
	UntilClose,
}

/** What `readFraming` gives. */
export const enum FramingBits {
	/** A Framing. */
	Kind = 3,
	/** The connection can carry another exchange once this one is complete. */
	KeepAlive = 4,
}

/** Of a length. */
const HALF = 0x4000000;

/** FramingBits, or a Fault. */
export function readFraming(table: HeadTable, method: string, status: number, minor: number): number {
	const summary = table.words[Head.Summary] as number;
	const keepAlive = (summary & HeadSummary.Persistent) !== 0 ? FramingBits.KeepAlive : 0;
	// Rule 1: no body, whatever the fields say. Who counts wrong is not trusted with the next response, though.
	if (method === "HEAD" || status < 200 || status === 204 || status === 304) {
		return (summary & HeadSummary.BadLength) !== 0 ? Framing.None : keepAlive;
	}
	// Rule 2: a tunnel begins behind the head, and both fields are ignored (RFC 9110 section 9.3.6).
	if (method === "CONNECT" && status < 300) return Framing.None;
	// Rule 5, also where rule 3 lets Transfer-Encoding decide: that "ought to be handled as an error".
	if ((summary & HeadSummary.BadLength) !== 0) return Fault.BadContentLength;
	const hasLength = (summary & HeadSummary.Length) !== 0;
	switch ((summary >> HeadSummary.CodingShift) & HeadSummary.CodingBits) {
		case TransferCoding.None:
			return hasLength ? Framing.Length | keepAlive : Framing.UntilClose;
		case TransferCoding.Chunked:
			// Both fields, or chunked from HTTP/1.0, may be an attack on the framing: the connection is not used again
			// (rule 3, and section 6.1).
			return minor === 0 || hasLength ? Framing.Chunked : Framing.Chunked | keepAlive;
		default:
			// Rule 4: we sent no TE, so nothing but chunked, once, can be understood.
			return Fault.BadTransferEncoding;
	}
}

/** Bytes of the body, for Framing.Length. */
export function contentLength({ words }: HeadTable): number {
	const low = words[Head.LengthLow] as number;
	const isLarge = ((words[Head.Summary] as number) & HeadSummary.LargeLength) !== 0;
	return isLarge ? low + (words[Head.LengthHigh] as number) * HALF : low;
}
