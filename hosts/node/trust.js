// @ts-check
/** What the machine trusts, and files of certificates: as hosts/typings/host says. */
import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";

/** @param {string} path */
export function readFile(path) {
	return new Uint8Array(readFileSync(path));
}

export function authorities() {
	return new TextEncoder().encode(rootCertificates.join("\n"));
}
