/** Why a session of TLS failed, as the code of an LwsError and what there is to say besides. */
import Base64 from "base64";
import { Cause, type Failure, Fault } from "lws-xs/native/tls/session";

/** Alerts by number (RFC 8446 section 6, and RFC 5246 section 7.2 for those of before). */
const ALERTS: Readonly<Record<number, string>> = Object.freeze({
	0: "close_notify",
	10: "unexpected_message",
	20: "bad_record_mac",
	21: "decryption_failed",
	22: "record_overflow",
	30: "decompression_failure",
	40: "handshake_failure",
	42: "bad_certificate",
	43: "unsupported_certificate",
	44: "certificate_revoked",
	45: "certificate_expired",
	46: "certificate_unknown",
	47: "illegal_parameter",
	48: "unknown_ca",
	49: "access_denied",
	50: "decode_error",
	51: "decrypt_error",
	60: "export_restriction",
	70: "protocol_version",
	71: "insufficient_security",
	80: "internal_error",
	86: "inappropriate_fallback",
	90: "user_canceled",
	100: "no_renegotiation",
	109: "missing_extension",
	110: "unsupported_extension",
	112: "unrecognized_name",
	113: "bad_certificate_status_response",
	115: "unknown_psk_identity",
	116: "certificate_required",
	120: "no_application_protocol",
});

const HANDSHAKE_FAILURE = 40;
const BAD_CERTIFICATE = 42;
const PROTOCOL_VERSION = 70;
const INSUFFICIENT_SECURITY = 71;
const CERTIFICATE_REQUIRED = 116;

/** The checks that can fail, the first to be told first. */
const CODES: readonly (readonly [Fault, string])[] = Object.freeze(
	(
		[
			[Fault.WrongPin, "tls:pin-mismatch"],
			[Fault.SelfSigned, "tls:self-signed"],
			[Fault.Untrusted, "tls:unknown-ca"],
			[Fault.Revoked, "tls:certificate-revoked"],
			[Fault.Expired, "tls:expired"],
			[Fault.NotYetValid, "tls:not-yet-valid"],
			[Fault.WrongName, "tls:host-mismatch"],
			[Fault.WrongUse, "tls:certificate-usage"],
			[Fault.Weak, "tls:certificate-weak"],
		] as const
	).map((row) => Object.freeze(row)),
);

const CAUSES: Readonly<Record<Cause, string>> = Object.freeze({
	[Cause.Other]: "tls:failed",
	[Cause.Alert]: "tls:alert",
	[Cause.Record]: "tls:bad-record",
	[Cause.Version]: "tls:protocol-version",
	[Cause.Memory]: "tls:out-of-memory",
	[Cause.Message]: "tls:bad-message",
	[Cause.Length]: "tls:message-too-long",
	[Cause.Certificate]: "tls:bad-certificate",
	[Cause.Chain]: "tls:chain-too-long",
	[Cause.Signature]: "tls:no-common-cipher",
});

const PSS_IN_12 = "the server signs by RSA-PSS in TLS 1.2, which mbedTLS does not take";

/** What is known about a failed session; as text it is one line. */
export class TLSFailure {
	readonly code: string;
	readonly failure: Readonly<Failure>;

	constructor(failure: Failure) {
		this.failure = failure;
		this.code = codeOf(failure);
	}

	/** With TLS 1.2 only it may go well (see Security.fallBack). */
	get isOfVersion(): boolean {
		return this.failure.cause === Cause.Signature;
	}

	toString(): string {
		return sentenceOf(this.code, this.failure) || `mbedTLS -0x${(-this.failure.error).toString(16)}`;
	}
}

function codeOf({ faults, cause, alert, isForeign, isAsked, isDone }: Failure): string {
	if (isForeign) return "tls:not-tls";
	const found = CODES.find(([fault]) => (faults & fault) !== 0);
	if (found) return found[1];
	if (alert === CERTIFICATE_REQUIRED) return "tls:certificate-required";
	// before TLS 1.3 a server that misses our certificate has no word of its own for it
	if (isAsked && (alert === HANDSHAKE_FAILURE || alert === BAD_CERTIFICATE)) return "tls:certificate-required";
	// what it says of a renegotiation is no word about the beginning
	if (isDone) return CAUSES[cause];
	if (alert === PROTOCOL_VERSION) return "tls:protocol-version";
	if (alert === HANDSHAKE_FAILURE || alert === INSUFFICIENT_SECURITY) return "tls:no-common-cipher";
	return CAUSES[cause];
}

function sentenceOf(code: string, { issuer, keyIdentifier, names, date, subject, pin, alert, cause }: Failure): string {
	switch (code) {
		case "tls:unknown-ca":
			return `add the CA ${issuer}${keyIdentifier && `, key identifier ${keyIdentifier}`}`;
		case "tls:self-signed":
			return issuer;
		case "tls:expired":
			return `${subject}, on ${date} UTC`;
		case "tls:not-yet-valid":
			return `${subject}, before ${date} UTC`;
		case "tls:host-mismatch":
			return names ? `it is for ${names}` : "it has no names";
		case "tls:pin-mismatch":
			return pin ? `its key is sha256//${Base64.encode(pin)}` : "";
		case "tls:no-common-cipher":
			if (cause === Cause.Signature) return PSS_IN_12;
	}
	return alert >= 0 ? `alert ${alertName(alert)}` : "";
}

function alertName(alert: number): string {
	return ALERTS[alert] ?? String(alert);
}
