/** Names of cipher suites: what users write for OpenSSL or take from IANA's registry, as mbedTLS calls them. */

/** "ECDHE-RSA-AES128-GCM-SHA256" → "TLS-ECDHE-RSA-WITH-AES-128-GCM-SHA256" */
function fromOpenSSL(name: string): string {
	const parts = /^((?:ECDHE|DHE|ECDH)-(?:RSA|ECDSA|DSS|PSK)|PSK|)-?(.+)$/.exec(name);
	const exchange = parts?.[1] || "RSA";
	let cipher = (parts?.[2] ?? name).replace(/^(AES|CAMELLIA|ARIA)(\d{3})/, "$1-$2");
	if (cipher === "CHACHA20-POLY1305") cipher += "-SHA256";
	// OpenSSL leaves out the mode that was once the only one
	cipher = cipher.replace(/^((?:AES|CAMELLIA|ARIA)-\d{3})-(SHA\d*)$/, "$1-CBC-$2").replace(/-CCM(8?)$/, "-CCM$1");
	return `TLS-${exchange}-WITH-${cipher.replace("CCM8", "CCM-8")}`;
}

function nameOf(name: string): string {
	const upper = name.toUpperCase();
	if (upper.startsWith("TLS1-3-") || upper.startsWith("TLS-")) return upper;
	const isNew = /^TLS_(AES|CHACHA20)_/.test(upper);
	if (isNew) return `TLS1-3-${upper.slice(4).replaceAll("_", "-")}`;
	return upper.startsWith("TLS_") ? upper.replaceAll("_", "-") : fromOpenSSL(upper);
}

/** mbedTLS's names of the suites in a list that are for this version of TLS: a name of the other one has no effect. */
export function suitesOf(list: string, version: "1.2" | "1.3"): string[] {
	return list
		.split(/[:, ]+/)
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
