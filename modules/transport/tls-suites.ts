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

/** The suites of TLS 1.3 that stand when only those of TLS 1.2 are chosen, and the other way round. */
const DEFAULT_13 = "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384";
const DEFAULT_12 = [
	"ECDHE-ECDSA-CHACHA20-POLY1305",
	"ECDHE-ECDSA-AES128-GCM-SHA256",
	"ECDHE-RSA-CHACHA20-POLY1305",
	"ECDHE-RSA-AES128-GCM-SHA256",
	"ECDHE-ECDSA-AES256-GCM-SHA384",
	"ECDHE-RSA-AES256-GCM-SHA384",
].join(":");

/** mbedTLS's names, with colons between; "" when nothing is chosen, which leaves the choice to the session. */
export function suiteNames(list12: string | undefined, list13: string | undefined): string {
	if (list12 === undefined && list13 === undefined) return "";
	return `${list13 ?? DEFAULT_13}:${list12 ?? DEFAULT_12}`
		.split(/[:, ]+/)
		.filter((name) => name !== "")
		.map(nameOf)
		.join(":");
}
