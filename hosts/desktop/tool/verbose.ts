/** -v: requests, responses and connections on standard error, without what must stay secret. */
import Base64 from "base64";
import { writeError } from "desktop/stdio";
import type { PeerCertificate, SessionInfo } from "lws-xs";
import { bytesToString, copyBytes, findByte } from "lws-xs/native/kernels";
import { SECRETS } from "./record/masker.js";

const CR = 0x0d;
const LF = 0x0a;
/** Longer lines are cut. */
const LINE = 4096;

/** A field line whose value may be shown. */
function masked(line: string): string {
	const colon = line.indexOf(":");
	const name = line.slice(0, colon).toLowerCase().trim();
	return colon > 0 && SECRETS.includes(name) ? `${line.slice(0, colon)}: (masked)` : line;
}

export function showNote(text: string): void {
	writeError(`* ${text}\n`);
}

export function bytesText(count: number): string {
	return count === 1 ? "1 byte" : `${count} bytes`;
}

/** What has come of a handshake. `relaxed`: the checks that were not made. */
export function showTls(info: SessionInfo, certificate: PeerCertificate | undefined, relaxed: string): void {
	showNote(`TLS connection using ${info.version} / ${info.cipher}`);
	showNote(info.protocol ? `ALPN: server accepted ${info.protocol}` : "ALPN: server did not agree on a protocol");
	if (info.isResumed) showNote("The session of an earlier connection is resumed: no certificate is sent");
	if (certificate) {
		const { subject, issuer, names, validFrom, validTo, pin } = certificate;
		showNote("Server certificate:");
		showNote(` subject: ${subject}`);
		showNote(` names: ${names}`);
		showNote(` start date: ${validFrom} UTC`);
		showNote(` expire date: ${validTo} UTC`);
		showNote(` issuer: ${issuer}`);
		showNote(` public key: sha256//${Base64.encode(pin)}`);
	}
	if (relaxed) showNote(`Not checked: ${relaxed}`);
	else if (certificate) showNote("The certificate is verified");
}

export function showRequest(method: string, path: string, host: string, fields: readonly string[]): void {
	let text = `> ${method} ${path} HTTP/1.1\n> Host: ${host}\n`;
	for (let i = 0; i < fields.length; i += 2) text += `> ${masked(`${fields[i]}: ${fields[i + 1]}`)}\n`;
	writeError(`${text}> \n`);
}

/** Shows a head, which comes in pieces, line by line: "<" is a response's, ">" a request's. */
export class HeadPrinter {
	readonly #mark: "<" | ">";
	readonly #line = new Uint8Array(LINE);
	#length = 0;

	constructor(mark: "<" | ">") {
		this.#mark = mark;
	}

	feed(buffer: Uint8Array, end: number): void {
		for (let at = 0; at < end; ) {
			const lineEnd = findByte(buffer, LF, at, end);
			const to = lineEnd < 0 ? end : lineEnd;
			const count = Math.min(to - at, LINE - this.#length);
			if (count > 0) this.#length += copyBytes(this.#line, this.#length, buffer, at, at + count);
			at = to + 1;
			if (lineEnd >= 0) this.#print();
		}
	}

	#print(): void {
		const end = this.#line[this.#length - 1] === CR ? this.#length - 1 : this.#length;
		const line = bytesToString(this.#line, 0, end);
		this.#length = 0;
		writeError(`${this.#mark} ${masked(line)}\n`);
	}
}
