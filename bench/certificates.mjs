/** Certificates for the bench, in files. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { makeCertificates as make } from "../hosts/desktop/certificates.mjs";

/** Files in `folder`: { ca, certificate, key }. */
export async function makeCertificates(folder, kind) {
	mkdirSync(folder, { recursive: true });
	const files = Object.entries(await make(kind)).map(([name, pem]) => {
		const file = path.join(folder, `${kind}-${name}.pem`);
		writeFileSync(file, pem);
		return [name, file];
	});
	return Object.fromEntries(files);
}
