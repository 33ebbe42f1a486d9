/**
 * How long the body of a response is (RFC 9112 section 6.3), and whether its connection can be used again (section 9.3), from
 * status, version and fields.
 */
import { Head, HeadSummary, TransferCoding } from "lws-xs/native/http";
import { Fault } from "../errors.js";
import type { HeadTable } from "../head-table.js";

export const enum Framing {
	None,
	Length,
	Chunked,
	/** Until the connection is closed: complete and truncated cannot be told apart. */
	UntilClose,
}

/** Of a length. */
const HALF = 0x4000000;

export class ResponseFraming {
	framing: Framing = Framing.None;
	/** Bytes of the body, for Framing.Length. */
	length = 0;
	/** The connection can carry another exchange once this one is complete. */
	keepAlive = false;

	/** 0, or a Fault. */
	read(table: HeadTable, method: string, status: number, minor: number): number {
		const summary = table.words[Head.Summary] as number;
		let framing: Framing = Framing.None;
		let length = 0;
		let fault = 0;
		let keepAlive = (summary & HeadSummary.Persistent) !== 0;
		// Rule 1: no body, whatever the fields say. Who counts wrong is not trusted with the next response, though.
		if (method === "HEAD" || status < 200 || status === 204 || status === 304) {
			if ((summary & HeadSummary.BadLength) !== 0) keepAlive = false;
		}
		// Rule 5, also where rule 3 lets Transfer-Encoding decide: that "ought to be handled as an error".
		else if ((summary & HeadSummary.BadLength) !== 0) fault = Fault.BadContentLength;
		else if (((summary >> HeadSummary.CodingShift) & HeadSummary.CodingBits) !== TransferCoding.None) {
			// Rule 4: we sent no TE, so nothing but chunked, once, can be understood.
			if (((summary >> HeadSummary.CodingShift) & HeadSummary.CodingBits) === TransferCoding.Chunked) {
				framing = Framing.Chunked;
			} else fault = Fault.BadTransferEncoding;
			// Both fields, or chunked from HTTP/1.0, may be an attack on the framing: the connection is not used again
			// (rule 3, and section 6.1).
			if (minor === 0 || (summary & HeadSummary.Length) !== 0) keepAlive = false;
		} else if ((summary & HeadSummary.Length) !== 0) {
			framing = Framing.Length;
			length = table.words[Head.LengthLow] as number;
			if ((summary & HeadSummary.LargeLength) !== 0) length += (table.words[Head.LengthHigh] as number) * HALF;
		} else {
			framing = Framing.UntilClose;
			keepAlive = false;
		}
		this.framing = framing;
		this.length = length;
		this.keepAlive = keepAlive;
		return fault;
	}
}
