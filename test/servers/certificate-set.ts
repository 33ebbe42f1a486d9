/** The certificates that the tests of TLS want, each made at its first use and then kept. */
import {
	Authority,
	type AuthorityTerms,
	type Certificate,
	CLIENT_AUTH,
	DIGITAL_SIGNATURE,
	type LeafTerms,
	selfSigned,
} from "./certificates.js";

const DAY = 86_400_000;
const CHAIN_LENGTH = 100;
const LONGER = 12;
export const LOCAL: Readonly<LeafTerms> = { names: ["localhost"], addresses: ["127.0.0.1", "::1"] };

function once<T>(make: () => Promise<T>): () => Promise<T> {
	let made: Promise<T> | undefined;
	return () => {
		made ??= make();
		return made;
	};
}

function fromNow(days: number): Date {
	return new Date(Date.now() + days * DAY);
}

const root = once(() => Authority.create({ name: "Test Root" }));

/** What a client trusts, and what it does not. */
export const authorities = {
	root,
	rsaRoot: once(() => Authority.create({ name: "Test RSA Root", algorithm: "rsa" })),
	intermediate: once(async () =>
		Authority.create({ name: "Test Intermediate", pathLength: 0, signedBy: await root() }),
	),
	/** Its path length 0 allows no authority below it. */
	shortRoot: once(() => Authority.create({ name: "Test Short Root", pathLength: 0 })),
	unknown: once(() => Authority.create({ name: "Unknown Root" })),
	/** Another key under the name of the root. */
	impostor: once(() => Authority.create({ name: "Test Root" })),
	/** For certificates of clients. */
	clients: once(() => Authority.create({ name: "Test Client Root" })),
} satisfies Record<string, () => Promise<Authority>>;

function leaf(terms: LeafTerms, authority: () => Promise<Authority> = root): () => Promise<Certificate> {
	return once(async () => (await authority()).issue(terms));
}

async function chain(length: number): Promise<Authority> {
	let authority = await root();
	for (let i = 0; i < length; i++) {
		authority = await Authority.create({ name: `Intermediate ${i}`, signedBy: authority });
	}
	return authority;
}

/** Issued by an authority that is made for it. */
function below(terms: AuthorityTerms, above: () => Promise<Authority>): () => Promise<Certificate> {
	return leaf(LOCAL, async () => Authority.create({ ...terms, signedBy: await above() }));
}

/** For "localhost", 127.0.0.1 and ::1, issued by `authorities.root`, for servers, where nothing else is said. */
export const certificates = {
	ec: leaf(LOCAL),
	rsa: leaf({ ...LOCAL, algorithm: "rsa" }),
	/** RSA up to its root, `authorities.rsaRoot`. */
	rsaByRsa: leaf({ ...LOCAL, algorithm: "rsa" }, authorities.rsaRoot),
	viaIntermediate: leaf(LOCAL, authorities.intermediate),
	expired: leaf({ ...LOCAL, notBefore: fromNow(-30), notAfter: fromNow(-1) }),
	notYetValid: leaf({ ...LOCAL, notBefore: fromNow(1), notAfter: fromNow(30) }),
	wrongName: leaf({ names: ["wrong.example.test"] }),
	/** No address. */
	nameOnly: leaf({ names: ["localhost"] }),
	/** No name. */
	addressOnly: leaf({ addresses: ["127.0.0.1", "::1"] }),
	/** An address where a name belongs: no client may take it for one. */
	addressAsName: leaf({ names: ["127.0.0.1"] }),
	wildcard: leaf({ names: ["*.example.test"] }),
	wildcardInSecondLabel: leaf({ names: ["www.*.example.test"] }),
	wildcardInPart: leaf({ names: ["w*.example.test"] }),
	/** CN=localhost and no subjectAltName. */
	commonNameOnly: leaf({ commonName: "localhost" }),
	/** A subjectAltName for another host beside CN=localhost. */
	commonNameBesideOthers: leaf({ commonName: "localhost", names: ["wrong.example.test"] }),
	selfSigned: once(() => selfSigned({ ...LOCAL, commonName: "localhost" })),
	unknownAuthority: leaf(LOCAL, authorities.unknown),
	/** The issuer has the root's name and not its key. */
	impostor: leaf(LOCAL, authorities.impostor),
	clientAuthOnly: leaf({ ...LOCAL, extendedKeyUsage: [CLIENT_AUTH] }),
	noExtendedKeyUsage: leaf({ ...LOCAL, extendedKeyUsage: null }),
	/** The issuer is certified by the root and is no authority. */
	byNoAuthority: below({ name: "No Authority", isCA: false }, root),
	/** The issuer is an authority whose key may not sign certificates. */
	byNoSigner: below({ name: "No Signer", usages: DIGITAL_SIGNATURE }, root),
	/** `authorities.shortRoot`, an intermediate, the leaf. */
	pathTooLong: below({ name: "One Too Many" }, authorities.shortRoot),
	embeddedNul: leaf({ names: ["localhost\0.evil.test"] }),
	/** A hundred intermediates, and some more than anybody follows. */
	longChain: leaf(LOCAL, () => chain(CHAIN_LENGTH)),
	longerChain: leaf(LOCAL, () => chain(LONGER)),
	/** More than 64 KB. */
	large: leaf({ ...LOCAL, padding: 70_000 }),
	/** Certificates of clients; the good ones come from `authorities.clients`. */
	client: leaf({ commonName: "client", extendedKeyUsage: [CLIENT_AUTH] }, authorities.clients),
	rsaClient: leaf({ commonName: "rsa client", algorithm: "rsa", extendedKeyUsage: [CLIENT_AUTH] }, authorities.clients),
	unknownClient: leaf({ commonName: "client", extendedKeyUsage: [CLIENT_AUTH] }, authorities.unknown),
} satisfies Record<string, () => Promise<Certificate>>;
