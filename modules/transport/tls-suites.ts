/** Names of cipher suites: what users write for OpenSSL or take from IANA's registry, as mbedTLS calls them. */

import { isText, TextSet } from "lws-xs/native/http";

const EXCHANGES: readonly string[] = Object.freeze(["ECDHE", "DHE", "ECDH"]);
const KEYS: readonly string[] = Object.freeze(["RSA", "ECDSA", "DSS", "PSK"]);
const CIPHERS: readonly string[] = Object.freeze(["AES", "CAMELLIA", "ARIA"]);

/** "ECDHE-RSA-AES128-GCM-SHA256" → "TLS-ECDHE-RSA-WITH-AES-128-GCM-SHA256" */
function fromOpenSSL(name: string): string {
	const parts = name.split("-");
	const [first = "", second = ""] = parts;
	let exchange = "RSA";
	if (EXCHANGES.includes(first) && KEYS.includes(second)) exchange = parts.splice(0, 2).join("-");
	else if (first === "PSK") exchange = parts.shift() ?? "";
	return `TLS-${exchange}-WITH-${cipherOf(parts)}`;
}

/** "AES128", "CCM8" → "AES-128-CCM-8" */
function cipherOf(parts: string[]): string {
	const [cipher = "", mode = ""] = parts;
	if (parts.join("-") === "CHACHA20-POLY1305") return "CHACHA20-POLY1305-SHA256";
	const family = CIPHERS.find((each) => cipher.startsWith(each) && isText(cipher.slice(each.length), TextSet.Digits));
	if (family === undefined) return parts.join("-");
	parts[0] = `${family}-${cipher.slice(family.length)}`;
	// OpenSSL leaves out the mode that was once the only one
	if (parts.length === 2 && mode.startsWith("SHA")) parts.splice(1, 0, "CBC");
	return parts.join("-").replace("CCM8", "CCM-8");
}

function nameOf(name: string): string {
	const upper = name.toUpperCase();
	if (upper.startsWith("TLS1-3-") || upper.startsWith("TLS-")) return upper;
	if (upper.startsWith("TLS_AES_") || upper.startsWith("TLS_CHACHA20_"))
		return `TLS1-3-${upper.slice(4).replaceAll("_", "-")}`;
	return upper.startsWith("TLS_") ? upper.replaceAll("_", "-") : fromOpenSSL(upper);
}

/** mbedTLS's names of the suites in a list that are for this version of TLS: a name of the other one has no effect. */
export function suitesOf(list: string, version: "1.2" | "1.3"): string[] {
	return list
		.replaceAll(",", ":")
		.replaceAll(" ", ":")
		.split(":")
		.filter((name) => name !== "")
		.map(nameOf)
		.filter((name) => name.startsWith("TLS1-3-") === (version === "1.3"));
}

/**
 * mbedTLS's names, with colons between; "1.3" or "1.2" stands for the session's own suites of that version, "" for all of
 * them.
 */
export function suiteNames(list12: string | undefined, list13: string | undefined): string {
	if (list12 === undefined && list13 === undefined) return "";
	const of13 = list13 === undefined ? ["1.3"] : suitesOf(list13, "1.3");
	const of12 = list12 === undefined ? ["1.2"] : suitesOf(list12, "1.2");
	return [...of13, ...of12].join(":");
}
