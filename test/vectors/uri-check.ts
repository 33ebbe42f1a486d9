/** Runs a vector of references, in Node as on XS. */
import { authorityOf, resolveUri, type Uri } from "lws-xs/engines/uri";

/** The base of RFC 3986 section 5.4. */
const TARGET = "/b/c/d;p?q";

function outcome(uri: Uri | undefined): string {
	if (!uri) return "refused";
	if (uri.scheme !== "http" && uri.scheme !== "https") return `other ${uri.scheme}`;
	return `${uri.scheme}://${authorityOf(uri)}${uri.target}`;
}

export function checkUri(reference: string, expect: string, target = TARGET): string {
	const found = outcome(resolveUri({ scheme: "http", host: "a", port: 80, target }, reference));
	if (found !== expect) throw new Error(`${found}, not ${expect}`);
	return found;
}
