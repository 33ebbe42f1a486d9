/** Certificates, made when they are needed: an authority issues them, or a certificate signs itself. */
import "reflect-metadata"; // @peculiar/x509 does not load without it
import { createHash, createPrivateKey, KeyObject, webcrypto, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import * as x509 from "@peculiar/x509";

const DAY = 86_400_000;
/** A private extension, which nobody knows and which is not critical. */
const PADDING = "1.3.6.1.4.1.55555.1";

export const SERVER_AUTH: string = x509.ExtendedKeyUsage.serverAuth;
export const CLIENT_AUTH: string = x509.ExtendedKeyUsage.clientAuth;

const { digitalSignature, keyCertSign, keyEncipherment, cRLSign } = x509.KeyUsageFlags;
const SIGNS = keyCertSign | cRLSign;
/** A key usage that signs no certificates. */
export const DIGITAL_SIGNATURE = digitalSignature;

/** EC is P-256 with SHA-256, RSA has 2048 bits, with SHA-256. */
export type KeyKind = "ec" | "rsa";

export interface Terms {
	/** EC when absent. */
	algorithm?: KeyKind;
	/** A day ago when absent. */
	notBefore?: Date;
	/** In thirty days when absent. */
	notAfter?: Date;
}

export interface AuthorityTerms extends Terms {
	/** Its common name. */
	name: string;
	/** Absent: it signs itself. */
	signedBy?: Authority;
	/** True when absent; an authority that is none may still be told to issue. */
	isCA?: boolean;
	pathLength?: number;
	/** keyCertSign and cRLSign when absent; null: no such extension. */
	usages?: x509.KeyUsageFlags | null;
}

export interface LeafTerms extends Terms {
	/** Names of the subjectAltName; without these and without addresses there is none. */
	names?: string[];
	/** IP addresses of the subjectAltName. */
	addresses?: string[];
	/** The subject is empty without it. */
	commonName?: string;
	/** Object identifiers; server authentication when absent, null: no such extension. */
	extendedKeyUsage?: string[] | null;
	/** Says in its basic constraints that it is an authority. */
	isCA?: boolean;
	/** So many bytes in a private extension, at least 65536: fewer would want a shorter form of DER. */
	padding?: number;
}

interface Signer {
	subject: x509.X509Certificate["subjectName"];
	keys: webcrypto.CryptoKeyPair;
}

/** A certificate and its key, and what others know them by. */
export class Certificate {
	readonly certPem: string;
	/** PKCS#8, not encrypted. */
	readonly keyPem: string;
	/** This certificate and those that vouch for it, without the root. */
	readonly chainPem: string;
	readonly der: Buffer;
	/** As Node.js writes it: pairs of capital digits with colons. */
	readonly fingerprint256: string;
	/** As curl takes it: the hash of the public key. */
	readonly pin: string;
	/** Hexadecimal, small digits. */
	readonly subjectKeyIdentifier: string;
	readonly authorityKeyIdentifier: string;

	constructor(made: x509.X509Certificate, keys: webcrypto.CryptoKeyPair, above: Certificate[]) {
		const view = new X509Certificate(Buffer.from(made.rawData));
		this.certPem = view.toString();
		this.keyPem = KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" }).toString();
		this.chainPem = this.certPem + above.map(({ certPem }) => certPem).join("");
		this.der = view.raw;
		this.fingerprint256 = view.fingerprint256;
		const key = view.publicKey.export({ type: "spki", format: "der" });
		this.pin = `sha256//${createHash("sha256").update(key).digest("base64")}`;
		this.subjectKeyIdentifier = made.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId ?? "";
		this.authorityKeyIdentifier = made.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId ?? "";
	}

	/** The key under a passphrase; "traditional" has the cipher in header lines of the PEM, as older OpenSSL writes it. */
	encryptedKeyPem(passphrase: string, form: "pkcs8" | "traditional" = "pkcs8"): string {
		const key = createPrivateKey(this.keyPem);
		const type = form === "pkcs8" ? "pkcs8" : key.asymmetricKeyType === "ec" ? "sec1" : "pkcs1";
		return key.export({ type, format: "pem", cipher: "aes-256-cbc", passphrase } as never).toString();
	}
}

export class Authority {
	readonly certificate: Certificate;
	readonly #signer: Signer;
	/** From this one up to the one below the root: what a server sends after its own. */
	readonly #chain: Certificate[];

	private constructor(certificate: Certificate, signer: Signer, chain: Certificate[]) {
		this.certificate = certificate;
		this.#signer = signer;
		this.#chain = chain;
	}

	static async create(terms: AuthorityTerms): Promise<Authority> {
		const { isCA = true, pathLength, usages = SIGNS, signedBy } = terms;
		const keys = await newKeys(terms.algorithm ?? "ec", "authority");
		const extensions: x509.Extension[] = [new x509.BasicConstraintsExtension(isCA, pathLength, true)];
		if (usages !== null) extensions.push(new x509.KeyUsagesExtension(usages, true));
		const { signer, above } =
			signedBy === undefined ? { above: [] } : { signer: signedBy.#signer, above: signedBy.#chain };
		const made = await sign(keys, [{ CN: [terms.name] }], extensions, terms, signer);
		const certificate = new Certificate(made, keys, above);
		const chain = signedBy === undefined ? [] : [certificate, ...above];
		return new Authority(certificate, { subject: made.subjectName, keys }, chain);
	}

	get pem(): string {
		return this.certificate.certPem;
	}

	get der(): Buffer {
		return this.certificate.der;
	}

	get keyPem(): string {
		return this.certificate.keyPem;
	}

	/** All RSA certificates that are issued in one process have the same key. */
	issue(terms: LeafTerms): Promise<Certificate> {
		return makeLeaf(terms, this.#chain, this.#signer);
	}
}

/** A certificate that vouches for itself and is no authority. */
export function selfSigned(terms: LeafTerms): Promise<Certificate> {
	return makeLeaf(terms, [], undefined);
}

async function makeLeaf(terms: LeafTerms, above: Certificate[], signer: Signer | undefined): Promise<Certificate> {
	const { algorithm = "ec", extendedKeyUsage = [SERVER_AUTH], isCA = false } = terms;
	const keys = await newKeys(algorithm, "leaf");
	const usages = algorithm === "rsa" ? digitalSignature | keyEncipherment : digitalSignature;
	const extensions: x509.Extension[] = [
		new x509.BasicConstraintsExtension(isCA, undefined, true),
		new x509.KeyUsagesExtension(isCA ? usages | SIGNS : usages, true),
	];
	if (extendedKeyUsage !== null) extensions.push(new x509.ExtendedKeyUsageExtension(extendedKeyUsage));
	const alternatives: x509.JsonGeneralNames = [
		...(terms.names ?? []).map((value) => ({ type: "dns" as const, value })),
		...(terms.addresses ?? []).map((value) => ({ type: "ip" as const, value: checkedAddress(value) })),
	];
	// RFC 5280 section 4.2.1.6: critical where the subject is empty
	const isNameless = terms.commonName === undefined;
	if (alternatives.length > 0) extensions.push(new x509.SubjectAlternativeNameExtension(alternatives, isNameless));
	if (terms.padding !== undefined) extensions.push(paddingOf(terms.padding));
	const subject = isNameless ? [] : [{ CN: [terms.commonName as string] }];
	return new Certificate(await sign(keys, subject, extensions, terms, signer), keys, above);
}

function checkedAddress(address: string): string {
	if (isIP(address) === 0) throw new Error(`${address} is no IP address`);
	return address;
}

/** An OCTET STRING of `length` bytes. */
function paddingOf(length: number): x509.Extension {
	const digits = Buffer.from(length.toString(16).padStart(6, "0"), "hex");
	return new x509.Extension(PADDING, false, Buffer.concat([Buffer.of(0x04, 0x83), digits, Buffer.alloc(length, "x")]));
}

async function sign(
	keys: webcrypto.CryptoKeyPair,
	subject: x509.JsonName,
	extensions: x509.Extension[],
	terms: Terms,
	signer: Signer | undefined,
): Promise<x509.X509Certificate> {
	const issuer = signer ?? { subject, keys };
	return x509.X509CertificateGenerator.create({
		subject,
		issuer: issuer.subject,
		notBefore: terms.notBefore ?? new Date(Date.now() - DAY),
		notAfter: terms.notAfter ?? new Date(Date.now() + 30 * DAY),
		publicKey: keys.publicKey,
		signingKey: issuer.keys.privateKey,
		signingAlgorithm: { name: issuer.keys.privateKey.algorithm.name, hash: "SHA-256" },
		extensions: [
			...extensions,
			await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
			await x509.AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey),
		],
	});
}

const rsaKeys = new Map<string, Promise<webcrypto.CryptoKeyPair>>();

/** RSA keys take long, so each role has one for all. */
function newKeys(kind: KeyKind, role: "authority" | "leaf"): Promise<webcrypto.CryptoKeyPair> {
	if (kind === "ec") {
		return webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
	}
	let keys = rsaKeys.get(role);
	if (keys === undefined) {
		keys = webcrypto.subtle.generateKey(
			{ name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: "SHA-256" },
			true,
			["sign", "verify"],
		);
		rsaKeys.set(role, keys);
	}
	return keys;
}
