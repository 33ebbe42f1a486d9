/** TLS as lws has it: what a vhost's client connections are secured with. */

import Base64 from "base64";
import { Relax } from "lws-xs/native/tls/session";
import { SessionCache } from "../dispatch/sessions.js";
import { nameOf } from "../engines/uri.js";
import { Security, type SecurityOptions, type TLSModule, type TrustHost } from "../transport/security.js";
import { suiteNames, suitesOf } from "../transport/tls-suites.js";
import {
	LCCSCF_ALLOW_EXPIRED,
	LCCSCF_ALLOW_INSECURE,
	LCCSCF_ALLOW_SELFSIGNED,
	LCCSCF_SKIP_SERVER_CERT_HOSTNAME_CHECK,
} from "./constants.js";

type Credentials = InstanceType<TLSModule["Credentials"]>;

/** Bytes of a certificate or key, PEM or DER: in the heap, or a resource in flash. */
export type SslBytes = ArrayBuffer | Uint8Array;

/** TLS 1.0 and 1.1 are not built in (RFC 8996). */
export type TLSVersion = "1.2" | "1.3";

/** lws's ssl members of lws_context_creation_info, as far as a client has use for them. */
export interface ClientSslInfo {
	/** LWS_SERVER_OPTION_…: without LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT initVhostClientSsl does nothing. */
	options?: number;
	/** Parsed before, by createClientSslCtx: for several vhosts. The members about certificates have no effect then. */
	providedClientSslCtx?: ClientSslCtx;
	/** Suites of TLS 1.2, by OpenSSL's or IANA's names with colons between, the best first. */
	sslCipherList?: string;
	/** Suites of TLS 1.3. */
	clientTls13CipherList?: string;
	/** CAs to trust; without them those of the host, if it has some. */
	sslCaFilepath?: string;
	sslCaMem?: SslBytes;
	/** A certificate of one's own, with its chain, for servers that ask for one; with its key. */
	sslCertFilepath?: string;
	sslCertMem?: SslBytes;
	sslPrivateKeyFilepath?: string;
	sslPrivateKeyMem?: SslBytes;
	sslPrivateKeyPassword?: string;
	/** Default "1.2". */
	sslMinimumVersion?: TLSVersion;
	/** Default: the highest that mbedTLS has built in. */
	sslMaximumVersion?: TLSVersion;
	/** Protocols to offer, with commas between. Default "http/1.1". */
	alpn?: string;
	/** Public keys that servers may have, as curl writes them: "sha256//BASE64". */
	pinnedPublicKeys?: readonly string[];
	/** For tools: a `tls:unknown-ca` has the CA that the server sent, DER of up to 16 KB, in `detail.failure.authority`. */
	sslKeepUntrustedCa?: boolean;
	/** Sessions that are kept to be resumed. Default 4, some 300 bytes each (a ticket may be longer); 0: none. */
	sslSessions?: number;
}

/** What one connection asks for besides. */
export interface ConnectionSsl {
	host: string;
	port: number;
	/** LCCSCF_… */
	flags: number;
	alpn: string | undefined;
	pins: readonly string[] | undefined;
}

const DEFAULT_ALPN = "http/1.1";
const DEFAULT_SESSIONS = 4;
const PIN_BEGIN = "sha256//";
/** Characters of base64 behind it, the last one "=". */
const PIN_LENGTH = 44;
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PIN_BYTES = 32;
/** As many as the native session has room for. */
const PINS = 8;

/** Certificates and key, parsed once; made by createClientSslCtx. */
export class ClientSslCtx {
	/** @internal */
	readonly credentials: Credentials;

	/** @internal */
	constructor(credentials: Credentials) {
		this.credentials = credentials;
	}
}

/** In debug builds XS begins a message with the name of the native function. */
const XS_PREFIX = "Credentials.prototype.";

function read(what: string, work: () => void): void {
	try {
		work();
	} catch (exception) {
		const message = exception instanceof Error ? exception.message : `${exception}`;
		throw new Error(`${what}: ${message.startsWith(XS_PREFIX) ? message.slice(message.indexOf(": ") + 2) : message}`);
	}
}

/** Throws an Error that names the member whose bytes cannot be used. */
export function parseCredentials(host: TrustHost, info: ClientSslInfo): ClientSslCtx {
	const credentials = new host.TLS.Credentials();
	try {
		const { sslCaFilepath, sslCaMem, sslCertFilepath, sslCertMem, sslPrivateKeyFilepath, sslPrivateKeyMem } = info;
		if (sslCaFilepath !== undefined) {
			read("sslCaFilepath", () => credentials.addAuthorities(host.readFile(sslCaFilepath)));
		}
		if (sslCaMem) read("sslCaMem", () => credentials.addAuthorities(sslCaMem));
		if (sslCaFilepath === undefined && !sslCaMem) {
			const authorities = host.authorities();
			if (authorities) read("the CAs of the host", () => credentials.addAuthorities(authorities));
		}
		const certificate = sslCertMem ?? (sslCertFilepath !== undefined ? host.readFile(sslCertFilepath) : undefined);
		const key =
			sslPrivateKeyMem ?? (sslPrivateKeyFilepath !== undefined ? host.readFile(sslPrivateKeyFilepath) : undefined);
		if ((certificate === undefined) !== (key === undefined)) {
			throw new TypeError("a certificate needs its private key, and a private key its certificate");
		}
		if (certificate && key) {
			read("sslCert", () => credentials.setCertificate(certificate));
			read("sslPrivateKey", () => credentials.setKey(key, info.sslPrivateKeyPassword));
		}
	} catch (exception) {
		credentials.close();
		throw exception;
	}
	return new ClientSslCtx(credentials);
}

function parsePins(pins: readonly string[]): Uint8Array {
	if (pins.length > PINS) throw new RangeError(`there are ${pins.length} pins, and ${PINS} at most`);
	const bytes = new Uint8Array(PIN_BYTES * pins.length);
	for (let i = 0; i < pins.length; i++) {
		const text = base64OfPin(pins[i] as string);
		if (text === undefined) throw new TypeError(`${JSON.stringify(pins[i])} is no pin: "sha256//" and 44 characters`);
		bytes.set(new Uint8Array(Base64.decode(text)), PIN_BYTES * i);
	}
	return bytes;
}

function base64OfPin(pin: string): string | undefined {
	if (!pin.startsWith(PIN_BEGIN) || pin.length !== PIN_BEGIN.length + PIN_LENGTH || !pin.endsWith("="))
		return undefined;
	const text = pin.slice(PIN_BEGIN.length);
	for (const character of text.slice(0, -1)) if (!BASE64.includes(character)) return undefined;
	return text;
}

/** Bits of LCCSCF_… as the checks that are not made. */
function relaxed(flags: number): number {
	let sum = 0;
	if ((flags & LCCSCF_ALLOW_SELFSIGNED) !== 0) sum |= Relax.Chain;
	if ((flags & LCCSCF_SKIP_SERVER_CERT_HOSTNAME_CHECK) !== 0) sum |= Relax.Name;
	if ((flags & LCCSCF_ALLOW_EXPIRED) !== 0) sum |= Relax.Dates;
	if ((flags & LCCSCF_ALLOW_INSECURE) !== 0) sum |= Relax.All;
	return sum;
}

/** As with OpenSSL, names that are not known are left out, but one must be left in each list that is given. */
function readSuites({ TLS }: TrustHost, { sslCipherList, clientTls13CipherList }: ClientSslInfo): string {
	const check = (member: string, list: string | undefined, version: TLSVersion): void => {
		if (list === undefined || suitesOf(list, version).some(TLS.knowsSuite)) return;
		throw new RangeError(`${member}: no suite of TLS ${version} is known in ${JSON.stringify(list)}`);
	};
	check("sslCipherList", sslCipherList, "1.2");
	check("clientTls13CipherList", clientTls13CipherList, "1.3");
	return suiteNames(sslCipherList, clientTls13CipherList);
}

function versionNumber(name: string, version: string): number {
	if (version !== "1.2" && version !== "1.3") throw new RangeError(`${name} is ${version}: it is "1.2" or "1.3"`);
	return Number(version.slice(2));
}

/** All that a vhost's connections with TLS have in common. */
export class ClientSsl {
	readonly sessions: SessionCache;
	readonly #host: TrustHost;
	readonly #info: ClientSslInfo;
	readonly #base: Omit<SecurityOptions, "host" | "relaxed">;
	/** Parsed when the first connection needs it: a bundle of CAs takes a while. */
	#ctx: ClientSslCtx | undefined;
	/** The last one made: the next request mostly goes to the same place. */
	#last: Security | undefined;
	#lastKey = "";

	constructor(host: TrustHost, info: ClientSslInfo) {
		this.#host = host;
		this.#info = info;
		const { hasTLS13 } = host.TLS.library();
		const minimum = versionNumber("sslMinimumVersion", info.sslMinimumVersion ?? "1.2");
		const maximum = versionNumber("sslMaximumVersion", info.sslMaximumVersion ?? (hasTLS13 ? "1.3" : "1.2"));
		if (minimum > maximum) throw new RangeError("sslMinimumVersion is above the highest version");
		this.#base = {
			minimum,
			maximum,
			protocols: info.alpn ?? DEFAULT_ALPN,
			suites: readSuites(host, info),
			pins: parsePins(info.pinnedPublicKeys ?? []),
			isUnkept: info.sslSessions === 0,
			keepsAuthority: info.sslKeepUntrustedCa ?? false,
		};
		this.sessions = new SessionCache(info.sslSessions ?? DEFAULT_SESSIONS);
		// what the application gives is looked at now, while it can hear of mistakes
		const isGiven =
			info.sslCaFilepath !== undefined ||
			info.sslCaMem ||
			(info.sslCertFilepath ?? info.sslCertMem ?? info.sslPrivateKeyFilepath ?? info.sslPrivateKeyMem);
		this.#ctx = info.providedClientSslCtx ?? (isGiven ? parseCredentials(host, info) : undefined);
	}

	/** Throws what is wrong with `connection`, and what the host's own CAs are refused for. */
	secure({ host, port, flags, alpn, pins }: ConnectionSsl): Security {
		const key = `${host} ${port} ${flags} ${alpn} ${pins}`;
		if (this.#last && this.#lastKey === key) return this.#last;
		this.#ctx ??= parseCredentials(this.#host, this.#info);
		const options: SecurityOptions = { ...this.#base, host: nameOf(host), relaxed: relaxed(flags) };
		if (alpn !== undefined) options.protocols = alpn;
		if (pins !== undefined) options.pins = parsePins(pins);
		const { TLS, now } = this.#host;
		this.#last = new Security(TLS, this.#ctx.credentials, this.sessions, options, `${host} ${port}`, now);
		this.#lastKey = key;
		return this.#last;
	}

	close(): void {
		if (!this.#info.providedClientSslCtx) this.#ctx?.credentials.close();
		this.#ctx = this.#last = undefined;
	}
}
