/** What the options about TLS ask of the library, and what curl's exit codes are when they cannot be had. */
import { environment } from "desktop/process";
import * as lws from "lws-xs";
import { authorities, readFile } from "lws-xs/host/trust";
import { library } from "lws-xs/native/tls/session";
import { Exit, Failure, messageOf, notBuiltIn } from "./exit.js";
import type { TlsOptions } from "./tls-options.js";

const PIN = /^sha256\/\/[A-Za-z0-9+/]{43}=$/;
/** As many as the library takes. */
const PINS = 8;

/** LCCSCF_…: which checks of the server's certificate are not made. */
export function flagsOf(tls: TlsOptions): number {
	// names and dates have nothing to do with which CA is missing
	if (tls.isCaShown) return lws.LCCSCF_SKIP_SERVER_CERT_HOSTNAME_CHECK | lws.LCCSCF_ALLOW_EXPIRED;
	let flags = 0;
	if (tls.isInsecure) flags |= lws.LCCSCF_ALLOW_INSECURE;
	if (tls.isSelfSignedAllowed) flags |= lws.LCCSCF_ALLOW_SELFSIGNED;
	if (tls.isExpiredAllowed) flags |= lws.LCCSCF_ALLOW_EXPIRED;
	if (tls.isNameSkipped) flags |= lws.LCCSCF_SKIP_SERVER_CERT_HOSTNAME_CHECK;
	return flags;
}

/** The checks that are not made, in words; "" when all are. */
export function relaxedChecks(tls: TlsOptions): string {
	if (tls.isInsecure) return "chain, name, dates";
	const checks = [tls.isSelfSignedAllowed && "chain", tls.isNameSkipped && "name", tls.isExpiredAllowed && "dates"];
	return checks.filter(Boolean).join(", ");
}

/** Lets a vhost's connections use TLS, unless they can already. Throws a Failure. */
export function secure(vhost: lws.Vhost, tls: TlsOptions): void {
	if (vhost.ssl) return;
	const info: lws.ClientSslInfo = {
		...versions(tls),
		options: lws.LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
		sslCipherList: tls.ciphers,
		clientTls13CipherList: tls.ciphers13,
		sslKeepUntrustedCa: tls.isCaShown,
		pinnedPublicKeys: tls.isCaShown ? undefined : pinsOf(tls.pins),
	};
	const caFile = tls.caFile ?? (environment("CURL_CA_BUNDLE") || undefined);
	// with -k no CA is looked for, and none has to be there
	if (!tls.isInsecure || tls.isCaShown) {
		info.sslCaMem = read(() => (caFile === undefined ? authorities() : readFile(caFile)), Exit.CAFile, "tls:ca-file");
	}
	const { certificateFile, keyFile = certificateFile, password } = tls;
	if (certificateFile !== undefined && keyFile !== undefined) {
		info.sslCertMem = read(() => readFile(certificateFile), Exit.LocalCertificate, "tls:local-certificate");
		info.sslPrivateKeyMem = read(() => readFile(keyFile), Exit.LocalCertificate, "tls:local-certificate");
		info.sslPrivateKeyPassword = password;
	}
	try {
		lws.initVhostClientSsl(info, vhost);
	} catch (error) {
		throw explain(messageOf(error), {
			sslCaMem: caFile ?? "the system's CAs",
			sslCert: certificateFile,
			sslPrivateKey: keyFile,
		});
	}
}

function read<T>(work: () => T, exit: Exit, code: string): T {
	try {
		return work();
	} catch (error) {
		throw new Failure(exit, code, messageOf(error));
	}
}

function versions({
	minimum,
	maximum,
}: TlsOptions): Pick<lws.ClientSslInfo, "sslMinimumVersion" | "sslMaximumVersion"> {
	if (maximum === "1.0" || maximum === "1.1") {
		throw new Failure(Exit.Handshake, "tls:set-up", `TLS ${maximum} is not built in (RFC 8996), but 1.2 and 1.3 are`);
	}
	if (maximum === "1.2" && minimum === "1.3") {
		throw new Failure(Exit.Handshake, "tls:set-up", "--tlsv1.3 and --tls-max 1.2 exclude each other");
	}
	const { hasTLS13, version } = library();
	if (minimum === "1.3" && !hasTLS13) throw notBuiltIn(`TLS 1.3 (mbedTLS ${version})`);
	const isLimited = maximum === "1.2" || !hasTLS13;
	return { sslMinimumVersion: minimum, sslMaximumVersion: isLimited ? "1.2" : "1.3" };
}

/** As curl: what is no pin matches nothing, which is no error while there is one that may. */
function pinsOf(text: string | undefined): string[] | undefined {
	if (text === undefined) return undefined;
	if (!text.startsWith("sha256//")) throw notBuiltIn("--pinnedpubkey with the name of a file");
	const pins = text.split(";").filter((pin) => PIN.test(pin));
	if (pins.length === 0) {
		throw new Failure(Exit.Pin, "tls:pin-mismatch", "--pinnedpubkey wants sha256// and 44 characters of Base64");
	}
	if (pins.length > PINS) throw notBuiltIn(`--pinnedpubkey with more than ${PINS} keys`);
	return pins;
}

/** What the library refuses. It names the member, the user knows the file. */
function explain(message: string, files: Readonly<Record<string, string | undefined>>): Failure {
	// XS puts the native function's name before its message
	const [, member = "", sentence = message] = /^(\w+): (.*)$/s.exec(message) ?? [];
	const file = files[member];
	switch (member) {
		case "sslCaMem":
			return new Failure(Exit.CAFile, "tls:ca-file", `${file}: ${sentence}`);
		case "sslCert":
		case "sslPrivateKey":
			return new Failure(Exit.LocalCertificate, "tls:local-certificate", `${file}: ${sentence}`);
		case "sslCipherList":
		case "clientTls13CipherList":
			return new Failure(Exit.Cipher, "tls:ciphers", sentence);
		default:
			return new Failure(Exit.Handshake, "tls:set-up", message);
	}
}
