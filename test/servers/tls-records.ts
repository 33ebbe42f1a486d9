/** The record layer of TLS, as far as it can be read and written without keys (RFC 8446 section 5, RFC 5246 section 6). */
import { randomBytes } from "node:crypto";

export const HEADER = 5;
export const ContentType = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const;
/** Of the plain text; what is encrypted may be longer by 256 (TLS 1.3) or 2048 bytes (TLS 1.2). */
export const LONGEST_FRAGMENT = 2 ** 14;

export const ALERTS = {
	close_notify: 0,
	unexpected_message: 10,
	bad_record_mac: 20,
	record_overflow: 22,
	handshake_failure: 40,
	bad_certificate: 42,
	unsupported_certificate: 43,
	certificate_revoked: 44,
	certificate_expired: 45,
	certificate_unknown: 46,
	illegal_parameter: 47,
	unknown_ca: 48,
	access_denied: 49,
	decode_error: 50,
	decrypt_error: 51,
	protocol_version: 70,
	insufficient_security: 71,
	internal_error: 80,
	inappropriate_fallback: 86,
	user_canceled: 90,
	no_renegotiation: 100,
	missing_extension: 109,
	unsupported_extension: 110,
	unrecognized_name: 112,
	bad_certificate_status_response: 113,
	unknown_psk_identity: 115,
	certificate_required: 116,
	no_application_protocol: 120,
} as const;

export type AlertName = keyof typeof ALERTS;

/** A record; `length` is for the header where it shall not be true. */
export function record(type: number, fragment: Uint8Array, length = fragment.length): Buffer {
	return Buffer.concat([Buffer.of(type, 3, 3, length >> 8, length & 0xff), fragment]);
}

export function alert(name: AlertName, level: "fatal" | "warning" = "fatal"): Buffer {
	return record(ContentType.alert, Buffer.of(level === "fatal" ? 2 : 1, ALERTS[name]));
}

/** A handshake message; `length` is for its header where it shall not be true. */
export function handshake(type: number, body: Uint8Array, length = body.length): Buffer {
	return record(
		ContentType.handshake,
		Buffer.concat([Buffer.of(type, length >> 16, (length >> 8) & 0xff, length & 0xff), body]),
	);
}

/** A ServerHello that answers any client well enough to be read to its end; X25519, whose key is no one's. */
export function serverHello(version: "TLSv1.2" | "TLSv1.3", clientHello: Uint8Array): Buffer {
	const hello = Buffer.from(clientHello);
	const sessionId = hello.subarray(44, 44 + (hello[43] ?? 0));
	const isNew = version === "TLSv1.3";
	// supported_versions and key_share; of the older version only renegotiation_info, as servers send it
	const extensions = isNew
		? Buffer.concat([Buffer.from("002b00020304" + "00330024001d0020", "hex"), randomBytes(32)])
		: Buffer.from("ff01000100", "hex");
	const head = Buffer.concat([Buffer.of(3, 3), randomBytes(32), Buffer.of(sessionId.length), sessionId]);
	const suite = isNew ? 0x1301 : 0xc02b;
	const tail = Buffer.of(suite >> 8, suite & 0xff, 0, 0, extensions.length);
	return handshake(2, Buffer.concat([head, tail, extensions]));
}

export interface RecordMark {
	from: "client" | "server";
	type: number;
	/** Where it begins among the bytes of its side. */
	at: number;
	/** With its header. */
	size: number;
}

/** Finds the records in bytes that come in any pieces. */
export class RecordReader {
	readonly from: RecordMark["from"];
	/** Bytes that came. */
	total = 0;
	/** The first bytes, enough for a hello. */
	start = Buffer.alloc(0);
	#pending = Buffer.alloc(0);
	readonly #found: (mark: RecordMark, bytes: Buffer) => void;

	/** `found` gets each record when it is whole. */
	constructor(from: RecordMark["from"], found: (mark: RecordMark, bytes: Buffer) => void) {
		this.from = from;
		this.#found = found;
	}

	push(data: Buffer): void {
		this.total += data.length;
		if (this.start.length < 1024) this.start = Buffer.concat([this.start, data]);
		let bytes = this.#pending.length === 0 ? data : Buffer.concat([this.#pending, data]);
		let at = this.total - bytes.length;
		while (bytes.length >= HEADER) {
			const size = HEADER + bytes.readUInt16BE(3);
			if (bytes.length < size) break;
			this.#found({ from: this.from, type: bytes[0] ?? 0, at, size }, bytes.subarray(0, size));
			bytes = bytes.subarray(size);
			at += size;
		}
		this.#pending = Buffer.from(bytes);
	}

	/** Bytes of a record that is not whole. */
	get pending(): Buffer {
		return this.#pending;
	}
}

export interface Handshake {
	version: "TLSv1.2" | "TLSv1.3";
	/**
	 * Bytes and records that the server sends before the handshake is done; in TLS 1.3 without its tickets. With an RSA
	 * certificate these are the same each time; signatures of EC differ in length.
	 */
	bytes: number;
	records: RecordMark[];
}

/** What of `marks`, in the order of their coming, is the server's handshake; undefined while it is not whole. */
export function handshakeOf(marks: RecordMark[], serverStart: Buffer): Handshake | undefined {
	const records: RecordMark[] = [];
	let isNew = false;
	for (const mark of marks) {
		const before = records.at(-1);
		if (mark.from === "server") {
			records.push(mark);
			isNew ||= before === undefined && serverStart.subarray(0, mark.size).includes(VERSION_13);
		}
		// TLS 1.3: the client sends its Finished, or a certificate, when it has all of the server's handshake
		const isWhole = isNew
			? mark.from === "client" && mark.type === ContentType.applicationData
			: mark.from === "server" && mark.type === ContentType.handshake && before?.type === ContentType.changeCipherSpec;
		if (!isWhole) continue;
		const bytes = records.reduce((sum, { size }) => sum + size, 0);
		return { version: isNew ? "TLSv1.3" : "TLSv1.2", bytes, records };
	}
	return undefined;
}

/** The extension supported_versions as a server of TLS 1.3 sends it. */
const VERSION_13 = Buffer.from("002b00020304", "hex");
