/** A server certificate for loopback, made when it is needed: an authority of this one run issues it. */
import "reflect-metadata"; // @peculiar/x509 does not load without it
import { KeyObject, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

const HOUR = 3_600_000;
const KINDS = {
	ecdsa: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
	rsa: {
		name: "RSASSA-PKCS1-v1_5",
		hash: "SHA-256",
		modulusLength: 2048,
		publicExponent: Uint8Array.of(1, 0, 1),
	},
};

/** For "localhost", 127.0.0.1 and more addresses, as PEM: { ca, certificate, key }. */
export async function makeCertificates(kind = "ecdsa", addresses = []) {
	const algorithm = KINDS[kind];
	const make = () => webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
	const [issuer, server] = [await make(), await make()];
	const common = {
		notBefore: new Date(Date.now() - HOUR),
		notAfter: new Date(Date.now() + 24 * HOUR),
		signingAlgorithm: algorithm,
		signingKey: issuer.privateKey,
	};
	const { keyCertSign, digitalSignature } = x509.KeyUsageFlags;
	const ca = await x509.X509CertificateGenerator.create({
		...common,
		subject: "CN=lws-xs, for this run",
		issuer: "CN=lws-xs, for this run",
		publicKey: issuer.publicKey,
		extensions: [
			new x509.BasicConstraintsExtension(true, 0, true),
			new x509.KeyUsagesExtension(keyCertSign, true),
			await x509.SubjectKeyIdentifierExtension.create(issuer.publicKey),
		],
	});
	const certificate = await x509.X509CertificateGenerator.create({
		...common,
		subject: "CN=localhost",
		issuer: ca.subject,
		publicKey: server.publicKey,
		extensions: [
			new x509.BasicConstraintsExtension(false, undefined, true),
			new x509.KeyUsagesExtension(digitalSignature, true),
			new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
			new x509.SubjectAlternativeNameExtension([
				{ type: "dns", value: "localhost" },
				...["127.0.0.1", ...addresses].map((value) => ({ type: "ip", value })),
			]),
			await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
		],
	});
	const key = KeyObject.from(server.privateKey).export({ type: "pkcs8", format: "pem" });
	return { ca: ca.toString("pem"), certificate: certificate.toString("pem"), key };
}
