/* What the machine trusts; lwsTrust.c is behind it, hosts/typings/host is its contract. */
class Contents @ "lws_trust_free" {
	constructor(path) @ "lws_trust_read";
}

/* Where distributions keep all their CAs in one file. */
const PLACES = Object.freeze([
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
]);

function setting() @ "lws_trust_setting";
function exists(path) @ "lws_trust_exists";

export function readFile(path) {
	return new Contents(path);
}

export function authorities() {
	const path = setting() ?? PLACES.find((path) => exists(path));
	return path === undefined ? undefined : new Contents(path);
}
