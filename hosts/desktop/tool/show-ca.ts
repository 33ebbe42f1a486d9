/** --show-ca: which CA the server's chain needs. What is to be read goes to standard error, the CA itself is the output. */
import Base64 from "base64";
import { type LwsError, type PeerCertificate, TLSFailure } from "lws-xs";

const LINE = 64;

export interface CaReport {
	text: string;
	/** PEM; undefined when there is nothing to add, or the server has not sent it. */
	pem: string | undefined;
}

export function reportTrusted(server: string, certificate: PeerCertificate | undefined): CaReport {
	const issuer = certificate ? `issuer: ${certificate.issuer}\n` : "";
	return { text: `${server}: the chain is trusted already\n${issuer}`, pem: undefined };
}

/** undefined for an error that has nothing to do with a CA. */
export function reportMissing(server: string, error: LwsError): CaReport | undefined {
	const { detail } = error;
	if (!(detail instanceof TLSFailure)) return undefined;
	const { issuer, keyIdentifier, authority } = detail.failure;
	if (detail.code === "tls:self-signed") {
		const text = `${server}: the certificate has signed itself, no CA has issued it\nsubject: ${issuer}\n`;
		const pem = authority && pemOf(authority);
		return { text: `${text}It can be trusted as it is: compare it with its owner's before you do.\n`, pem };
	}
	if (detail.code !== "tls:unknown-ca") return undefined;
	let text = `${server}: the chain needs a CA that is not trusted here\nissuer: ${issuer}\n`;
	if (keyIdentifier) text += `key identifier: ${keyIdentifier}\n`;
	text += authority
		? "The server has sent it. Anybody can send one: compare it with its owner's before you trust it.\n"
		: "The server has not sent it: its owner publishes it.\n";
	return { text, pem: authority && pemOf(authority) };
}

function pemOf(der: ArrayBuffer): string {
	const text = Base64.encode(der);
	let lines = "";
	for (let at = 0; at < text.length; at += LINE) lines += `${text.slice(at, at + LINE)}\n`;
	return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`;
}
