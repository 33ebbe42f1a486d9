/* What happened, as objects for XS. Everything in words has been made printable before. */

#include "lwsTls.h"
#include <stdio.h>
#include <string.h>

static void lwsTlsPutText(xsMachine* the, xsIdentifier id, const char* text)
{
	xsmcSetString(xsVar(0), (char*)text);
	xsmcSet(xsResult, id, xsVar(0));
}

static void lwsTlsPutNumber(xsMachine* the, xsIdentifier id, xsNumberValue number)
{
	xsmcSetNumber(xsVar(0), number);
	xsmcSet(xsResult, id, xsVar(0));
}

static void lwsTlsPutBoolean(xsMachine* the, xsIdentifier id, int value)
{
	xsmcSetBoolean(xsVar(0), value);
	xsmcSet(xsResult, id, xsVar(0));
}

static void lwsTlsPutBytes(xsMachine* the, xsIdentifier id, const void* bytes, size_t size)
{
	xsmcSetArrayBuffer(xsVar(0), (void*)bytes, (xsIntegerValue)size);
	xsmcSet(xsResult, id, xsVar(0));
}

/* mbedTLS's numbers by what they mean, for they differ between versions: Cause in session.d.ts. */
enum { otherCause, alertCause, recordCause, versionCause, memoryCause, messageCause, lengthCause, certificateCause,
	chainCause, signatureCause };

static int lwsTlsCause(lwsTlsSession* session)
{
	int error = session->error;
#if defined(LWS_TLS_HAS_13)
	/* see lwsTlsOffer.h: RSA-PSS, which was offered for TLS 1.3, in TLS 1.2 */
	if ((error == MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER)
		&& (session->ssl.MBEDTLS_PRIVATE(state) == MBEDTLS_SSL_SERVER_KEY_EXCHANGE))
		return signatureCause;
#endif
	switch (error) {
	case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE:
		return alertCause;
	case MBEDTLS_ERR_SSL_INVALID_RECORD:
	case MBEDTLS_ERR_SSL_INVALID_MAC:
		return recordCause;
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
	case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION:
		return versionCause;
	case MBEDTLS_ERR_SSL_DECODE_ERROR:
	case MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER:
	case MBEDTLS_ERR_SSL_UNSUPPORTED_EXTENSION:
		return messageCause;
	case MBEDTLS_ERR_SSL_BAD_CERTIFICATE:
		return certificateCause;
#else
	case MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION:
		return versionCause;
	case MBEDTLS_ERR_SSL_BAD_HS_SERVER_HELLO:
	case MBEDTLS_ERR_SSL_BAD_HS_SERVER_KEY_EXCHANGE:
	case MBEDTLS_ERR_SSL_BAD_HS_FINISHED:
		return messageCause;
	case MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE:
		return certificateCause;
	/* a message that goes on in a second record */
	case MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE:
		return lengthCause;
#endif
	case MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE:
		return messageCause;
	case MBEDTLS_ERR_SSL_ALLOC_FAILED:
#if MBEDTLS_VERSION_NUMBER < 0x04000000
	case MBEDTLS_ERR_X509_ALLOC_FAILED:
#endif
		return memoryCause;
	case MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL:
	/* so mbedTLS calls its wish for more than its buffer holds */
	case MBEDTLS_ERR_SSL_BAD_INPUT_DATA:
		return lengthCause;
	/* more certificates in the chain than MBEDTLS_X509_MAX_INTERMEDIATE_CA */
	case MBEDTLS_ERR_X509_FATAL_ERROR:
		return chainCause;
	}
	/* x509.h: -0x2080 to -0x2900; asn1.h, pk.h, pem.h lie below 0x80 or above -0x4000 */
	return (-error & 0xFF80) >= 0x2080 && (-error & 0xFF80) <= 0x2980 ? certificateCause : otherCause;
}

void lws_tls_session_failure(xsMachine* the)
{
	static const lwsTlsVerdict none;
	lwsTlsSession* session = lwsTlsGetSession(the);
	const lwsTlsVerdict* verdict = session->verdict ? session->verdict : &none;
	int alert = -1;
	if ((session->error == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) && session->ssl.MBEDTLS_PRIVATE(in_msg))
		alert = session->ssl.MBEDTLS_PRIVATE(in_msg)[1];
	xsmcVars(1);
	xsmcSetNewObject(xsResult);
	lwsTlsPutNumber(the, xsID_faults, session->faults);
	lwsTlsPutNumber(the, xsID_error, session->error);
	lwsTlsPutNumber(the, xsID_cause, lwsTlsCause(session));
	lwsTlsPutNumber(the, xsID_alert, alert);
	lwsTlsPutBoolean(the, xsID_isForeign, session->isForeign);
	lwsTlsPutBoolean(the, xsID_isAsked, session->hasCertified);
	lwsTlsPutBoolean(the, xsID_isDone, session->isDone);
	lwsTlsPutText(the, xsID_subject, verdict->subject);
	lwsTlsPutText(the, xsID_issuer, verdict->issuer);
	lwsTlsPutText(the, xsID_keyIdentifier, verdict->keyIdentifier);
	lwsTlsPutText(the, xsID_names, verdict->names);
	lwsTlsPutText(the, xsID_date, verdict->date);
	if (verdict->hasPin)
		lwsTlsPutBytes(the, xsID_pin, verdict->pin, sizeof(verdict->pin));
	if (verdict->authority)
		lwsTlsPutBytes(the, xsID_authority, verdict->authority, verdict->authoritySize);
}

void lws_tls_session_info(xsMachine* the)
{
	lwsTlsSession* session = lwsTlsGetSession(the);
	const char* cipher = mbedtls_ssl_get_ciphersuite(&session->ssl);
	const char* protocol = mbedtls_ssl_get_alpn_protocol(&session->ssl);
	xsmcVars(1);
	xsmcSetNewObject(xsResult);
	lwsTlsPutText(the, xsID_version, mbedtls_ssl_get_version(&session->ssl));
	lwsTlsPutText(the, xsID_cipher, cipher ? cipher : "");
	lwsTlsPutText(the, xsID_protocol, protocol ? protocol : "");
	lwsTlsPutBoolean(the, xsID_isResumed, session->isDone && session->isOffered && !session->isVerified);
}

void lws_tls_session_peer_certificate(xsMachine* the)
{
	lwsTlsSession* session = lwsTlsGetSession(the);
	const mbedtls_x509_crt* certificate = mbedtls_ssl_get_peer_cert(&session->ssl);
	char text[256];
	uint8_t hash[32];
	if (!certificate || !certificate->raw.p)
		return;
	xsmcVars(1);
	xsmcSetNewObject(xsResult);
	lwsTlsDistinguishedName(&certificate->subject, text, sizeof(text));
	lwsTlsPutText(the, xsID_subject, text);
	lwsTlsDistinguishedName(&certificate->issuer, text, sizeof(text));
	lwsTlsPutText(the, xsID_issuer, text);
	lwsTlsNames(certificate, text, sizeof(text));
	lwsTlsPutText(the, xsID_names, text);
	lwsTlsDate(&certificate->valid_from, text, sizeof(text));
	lwsTlsPutText(the, xsID_validFrom, text);
	lwsTlsDate(&certificate->valid_to, text, sizeof(text));
	lwsTlsPutText(the, xsID_validTo, text);
	lwsTlsHash(certificate->raw.p, certificate->raw.len, hash);
	lwsTlsHex(hash, sizeof(hash), text, sizeof(text));
	lwsTlsPutText(the, xsID_fingerprint, text);
	lwsTlsHash(certificate->pk_raw.p, certificate->pk_raw.len, hash);
	lwsTlsPutBytes(the, xsID_pin, hash, sizeof(hash));
}

/* Of __DATE__, "Mmm dd yyyy", the beginning of that day. */
static double lwsTlsBuilt(void)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char month[4] = { 0 };
	mbedtls_x509_time time = { 0 };
	const char* found;
	if (sscanf(__DATE__, "%3s %d %d", month, &time.day, &time.year) != 3)
		return 0;
	found = strstr(months, month);
	time.mon = found ? (int)(found - months) / 3 + 1 : 1;
	/* a day earlier: the compiler's clock has a time zone */
	return lwsTlsSeconds(&time) - 86400;
}

void lws_tls_knows_suite(xsMachine* the)
{
	xsmcSetBoolean(xsResult, mbedtls_ssl_get_ciphersuite_id(xsmcToString(xsArg(0))) != 0);
}

void lws_tls_library(xsMachine* the)
{
	xsmcVars(1);
	xsmcSetNewObject(xsResult);
	lwsTlsPutText(the, xsID_version, MBEDTLS_VERSION_STRING);
#if defined(LWS_TLS_HAS_13)
	lwsTlsPutBoolean(the, xsID_hasTLS13, 1);
#else
	lwsTlsPutBoolean(the, xsID_hasTLS13, 0);
#endif
	lwsTlsPutNumber(the, xsID_built, lwsTlsBuilt());
}
