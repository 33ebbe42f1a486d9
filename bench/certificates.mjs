/** Certificates for the bench, made by the openssl command: a CA and a server's for localhost, of one kind of key. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { Failure } from "../hosts/desktop/step.mjs";
import { capture } from "./measure.mjs";

const KEYS = {
	ecdsa: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
	rsa: ["-newkey", "rsa:2048"],
};

const EXTENSIONS = ["subjectAltName=DNS:localhost", "keyUsage=digitalSignature", "basicConstraints=critical,CA:FALSE"];

/** Files in `folder`: { ca, certificate, key }. */
export async function makeCertificates(folder, kind) {
	if (spawnSync("openssl", ["version"]).error) {
		throw new Failure("bench", "openssl makes the certificates and is missing: apt-get install openssl");
	}
	mkdirSync(folder, { recursive: true });
	const file = (name) => path.join(folder, `${kind}-${name}.pem`);
	const common = ["req", "-x509", "-sha256", "-nodes", "-days", "30", ...KEYS[kind]];
	const ca = [...common, "-subj", `/CN=Bench ${kind}`, "-addext", "keyUsage=keyCertSign"];
	await capture("openssl", [...ca, "-keyout", file("ca-key"), "-out", file("ca")]);
	const leaf = [...common, "-subj", "/CN=localhost", ...EXTENSIONS.flatMap((text) => ["-addext", text])];
	const issuer = ["-CA", file("ca"), "-CAkey", file("ca-key")];
	await capture("openssl", [...leaf, ...issuer, "-keyout", file("key"), "-out", file("server")]);
	return { ca: file("ca"), certificate: file("server"), key: file("key") };
}
