/** The certificates for the tests of TLS, tried with Node's own client. */
import { match, ok, strictEqual } from "node:assert";
import tls from "node:tls";
import { authorities, certificates } from "../servers/certificate-set.js";
import { talk } from "../servers/node-client.js";
import { TlsServer } from "../servers/tls.js";

type CertificateName = keyof typeof certificates;

describe("Certificates for tests", () => {
	const EXPECTED: Record<CertificateName, string> = {
		ec: "",
		rsa: "",
		rsaByRsa: "",
		viaIntermediate: "",
		expired: "CERT_HAS_EXPIRED",
		notYetValid: "CERT_NOT_YET_VALID",
		wrongName: "ERR_TLS_CERT_ALTNAME_INVALID",
		nameOnly: "",
		addressOnly: "ERR_TLS_CERT_ALTNAME_INVALID",
		addressAsName: "ERR_TLS_CERT_ALTNAME_INVALID",
		wildcard: "ERR_TLS_CERT_ALTNAME_INVALID",
		wildcardInSecondLabel: "ERR_TLS_CERT_ALTNAME_INVALID",
		wildcardInPart: "ERR_TLS_CERT_ALTNAME_INVALID",
		commonNameOnly: "", // Node.js still takes it
		commonNameBesideOthers: "ERR_TLS_CERT_ALTNAME_INVALID",
		selfSigned: "DEPTH_ZERO_SELF_SIGNED_CERT",
		unknownAuthority: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
		impostor: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
		clientAuthOnly: "INVALID_PURPOSE",
		noExtendedKeyUsage: "",
		byNoAuthority: "INVALID_PURPOSE|INVALID_CA", // the releases of OpenSSL differ
		byNoSigner: "UNSPECIFIED|INVALID_CA|INVALID_PURPOSE",
		pathTooLong: "PATH_LENGTH_EXCEEDED",
		embeddedNul: "ERR_TLS_CERT_ALTNAME_INVALID",
		longChain: "",
		longerChain: "",
		large: "",
		client: "INVALID_PURPOSE",
		rsaClient: "INVALID_PURPOSE",
		unknownClient: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
	};

	for (const [name, expected] of Object.entries(EXPECTED) as [CertificateName, string][]) {
		it(`${name}: Node's client ${expected === "" ? "takes it" : `says ${expected}`}.`, async () => {
			const certificate = await certificates[name]();
			const trusted = [authorities.root, authorities.rsaRoot, authorities.shortRoot, authorities.clients];
			const ca = await Promise.all(trusted.map(async (authority) => (await authority()).pem));
			const server = new TlsServer({ certificate });
			try {
				const { error } = await talk(await server.listen(), "", { ca });
				ok(expected.split("|").includes(error), error);
			} finally {
				await server.close();
			}
		});
	}

	it("The wildcard stands for one label.", async () => {
		const server = new TlsServer({ certificate: await certificates.wildcard() });
		const port = await server.listen();
		strictEqual((await talk(port, "", { servername: "www.example.test" })).error, "");
		strictEqual((await talk(port, "", { servername: "a.www.example.test" })).error, "ERR_TLS_CERT_ALTNAME_INVALID");
		strictEqual(server.connections[0]?.servername, "www.example.test");
		await server.close();
	});

	it("The identifiers are those that the certificate has, and a key can be encrypted.", async () => {
		const [root, ec, rsa] = await Promise.all([authorities.root(), certificates.ec(), certificates.rsa()]);
		strictEqual(ec.authorityKeyIdentifier, root.certificate.subjectKeyIdentifier);
		match(ec.subjectKeyIdentifier, /^[0-9a-f]{40}$/);
		match(ec.pin, /^sha256\/\/[A-Za-z0-9+/]{43}=$/);
		ok((await certificates.large()).der.length > 65536);
		strictEqual((await certificates.longChain()).chainPem.split("BEGIN").length - 1, 101);
		for (const certificate of [ec, rsa]) {
			for (const form of ["pkcs8", "traditional"] as const) {
				const key = certificate.encryptedKeyPem("secret", form);
				match(key, form === "pkcs8" ? /BEGIN ENCRYPTED/ : /DEK-Info: AES-256-CBC/);
				tls.createSecureContext({ key, passphrase: "secret", cert: certificate.certPem });
			}
		}
	});
});
