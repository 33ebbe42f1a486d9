/**
 * How long the body of a response is (RFC 9112 section 6.3), and whether its connection can be used again (section 9.3), from
 * status, version and fields.
 */
import { Fault } from "../errors.js";
import type { HeadTable } from "../head-table.js";

export const enum Framing {
	None,
	Length,
	Chunked,
	/** Until the connection is closed: complete and truncated cannot be told apart. */
	UntilClose,
}

export class ResponseFraming {
	framing: Framing = Framing.None;
	/** Bytes of the body, for Framing.Length. */
	length = 0;
	/** The connection can carry another exchange once this one is complete. */
	keepAlive = false;

	/** 0, or a Fault. */
	read(table: HeadTable, method: string, status: number, minor: number): number {
		this.framing = Framing.None;
		this.length = 0;
		this.keepAlive = (minor > 0 || table.listHas("connection", "keep-alive")) && !table.listHas("connection", "close");
		const coding = table.find("transfer-encoding");
		const length = table.find("content-length");
		const declared = length < 0 ? -1 : contentLength(table);
		// Rule 1: no body, whatever the fields say. Who counts wrong is not trusted with the next response, though.
		if (method === "HEAD" || status < 200 || status === 204 || status === 304) {
			if (declared < -1) this.keepAlive = false;
			return 0;
		}
		// Rule 5, also where rule 3 lets Transfer-Encoding decide: that "ought to be handled as an error".
		if (declared < -1) return declared;
		if (coding >= 0) {
			// Rule 4: we sent no TE, so nothing but chunked, once, can be understood.
			if (table.find("transfer-encoding", 1) >= 0 || !table.valueIs(coding, "chunked")) {
				return Fault.BadTransferEncoding;
			}
			this.framing = Framing.Chunked;
			// Both fields, or chunked from HTTP/1.0, may be an attack on the framing: the connection is not used again
			// (rule 3, and section 6.1).
			if (length >= 0 || minor === 0) this.keepAlive = false;
			return 0;
		}
		if (declared >= 0) {
			this.framing = Framing.Length;
			this.length = declared;
			return 0;
		}
		this.framing = Framing.UntilClose;
		this.keepAlive = false;
		return 0;
	}
}

/** Digits, white space around them (RFC 9110 sections 5.6.3 and 8.6). `trim` would take what is none in HTTP. */
const NUMBER = /^[ \t]*0*([0-9]{1,16})[ \t]*$/;

/** One number, in one field or as a list of equals (RFC 9110 section 8.6); or a Fault. Above 2^53 positions are not exact. */
function contentLength(table: HeadTable): number {
	let result = -1;
	for (let nth = 0, index = table.find("content-length"); index >= 0; index = table.find("content-length", ++nth)) {
		for (const part of table.value(index).split(",")) {
			const value = Number(NUMBER.exec(part)?.[1] ?? Infinity);
			// no number, more than can be counted, or another one than before
			if (value > Number.MAX_SAFE_INTEGER || (result >= 0 && value !== result)) return Fault.BadContentLength;
			result = value;
		}
	}
	return result;
}
