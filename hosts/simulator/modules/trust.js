// @ts-check
/** In the simulator certificates are resources, as on a device, and the machine's CAs are trusted: hosts/typings/host. */

import Resource from "Resource";
import { File } from "file";

/** Where Debian and others, Fedora, and macOS keep all their CAs in one file. */
const PLACES = Object.freeze([
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/cert.pem",
]);

/** @param {string} path */
export function readFile(path) {
	return new Resource(path);
}

export function authorities() {
	for (const path of PLACES) {
		if (!File.exists(path)) continue;
		const file = new File(path);
		const bytes = file.read(ArrayBuffer);
		file.close();
		return bytes;
	}
	return undefined;
}
