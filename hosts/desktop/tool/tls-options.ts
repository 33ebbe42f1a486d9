/** The options about TLS, as the command line gives them. */
import { usage } from "./exit.js";

export interface TlsOptions {
	/** -k: only pins are checked. */
	isInsecure: boolean;
	isSelfSignedAllowed: boolean;
	isExpiredAllowed: boolean;
	isNameSkipped: boolean;
	caFile?: string;
	certificateFile?: string;
	keyFile?: string;
	/** A secret. */
	password?: string;
	pins?: string;
	minimum: "1.2" | "1.3";
	/** "default" is the highest there is. */
	maximum: string;
	ciphers?: string;
	ciphers13?: string;
	/** --show-ca: tell what CA is missing, and ask for nothing. */
	isCaShown: boolean;
}

const MAXIMA: readonly string[] = Object.freeze(["default", "1.0", "1.1", "1.2", "1.3"]);

export function defaultTlsOptions(): TlsOptions {
	return {
		isInsecure: false,
		isSelfSignedAllowed: false,
		isExpiredAllowed: false,
		isNameSkipped: false,
		minimum: "1.2",
		maximum: "default",
		isCaShown: false,
	};
}

/** `FILE[:PASSWORD]`; in the file's name "\:" is a colon and "\\" a backslash. */
export function setCertificate(tls: TlsOptions, value: string): void {
	const [name] = /^(?:\\.|[^:\\]|\\$)*/s.exec(value) as RegExpExecArray;
	tls.certificateFile = name.replace(/\\([:\\])/g, "$1");
	const password = value.slice(name.length + 1);
	if (password !== "") tls.password = password;
}

export function setMaximum(tls: TlsOptions, value: string, name: string): void {
	if (!MAXIMA.includes(value)) throw usage("bad-version", `${name} wants ${MAXIMA.join(", ")}`);
	tls.maximum = value;
}
