/*
 * The checks of a certificate, each with its own meaning. mbedTLS builds the chain and finds what is wrong with each
 * certificate of it; this callback hears that, from the last to the server's own, and
 *
 *   - looks at the dates itself, by the time the session was given: not every device's mbedTLS does;
 *   - looks at the name itself: mbedTLS falls back to the common name;
 *   - compares pins, which nothing relaxes;
 *   - clears what the application does not want checked, and nothing else.
 *
 * What it leaves ends the handshake before any byte of the application has gone out.
 */

#include "lwsTls.h"
#include <string.h>

#define CHAIN MBEDTLS_X509_BADCERT_NOT_TRUSTED
#define DATES (MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE)
#define NAME MBEDTLS_X509_BADCERT_CN_MISMATCH
#define PIN MBEDTLS_X509_BADCERT_OTHER

/* The verdict tells of the first certificate that fails; the others count only as faults. */
static lwsTlsVerdict* lwsTlsVerdictOf(lwsTlsSession* session)
{
	if (!session->verdict)
		session->verdict = mbedtls_calloc(1, sizeof(lwsTlsVerdict));
	return session->verdict;
}

static int lwsTlsIsOwnIssuer(const mbedtls_x509_crt* certificate)
{
	return (certificate->issuer_raw.len == certificate->subject_raw.len)
		&& !memcmp(certificate->issuer_raw.p, certificate->subject_raw.p, certificate->issuer_raw.len);
}

static void lwsTlsNoteUntrusted(lwsTlsSession* session, const mbedtls_x509_crt* certificate, int depth)
{
	lwsTlsVerdict* verdict = lwsTlsVerdictOf(session);
	const uint8_t* key;
	size_t count;
	int isOwnIssuer = lwsTlsIsOwnIssuer(certificate);
	session->faults |= lwsTlsUntrusted | (isOwnIssuer && !depth ? lwsTlsSelfSigned : 0);
	if (!verdict || verdict->issuer[0])
		return;
	lwsTlsDistinguishedName(&certificate->issuer, verdict->issuer, sizeof(verdict->issuer));
	if ((key = lwsTlsAuthorityKey(certificate, &count)) != NULL)
		lwsTlsHex(key, count, verdict->keyIdentifier, sizeof(verdict->keyIdentifier));
	if (!session->keepsAuthority || !isOwnIssuer)
		return;
	verdict->authority = mbedtls_calloc(1, certificate->raw.len);
	if (verdict->authority) {
		memcpy(verdict->authority, certificate->raw.p, certificate->raw.len);
		verdict->authoritySize = certificate->raw.len;
	}
}

static uint32_t lwsTlsCheckDates(lwsTlsSession* session, const mbedtls_x509_crt* certificate)
{
	const mbedtls_x509_time* date = NULL;
	uint32_t flag = 0;
	lwsTlsVerdict* verdict;
	if (session->relaxed & (lwsTlsRelaxDates | lwsTlsRelaxAll))
		return 0;
	if (session->now > lwsTlsSeconds(&certificate->valid_to)) {
		date = &certificate->valid_to;
		flag = MBEDTLS_X509_BADCERT_EXPIRED;
		session->faults |= lwsTlsExpired;
	}
	else if (session->now < lwsTlsSeconds(&certificate->valid_from)) {
		date = &certificate->valid_from;
		flag = MBEDTLS_X509_BADCERT_FUTURE;
		session->faults |= lwsTlsNotYetValid;
	}
	if (date && ((verdict = lwsTlsVerdictOf(session)) != NULL) && !verdict->date[0]) {
		lwsTlsDate(date, verdict->date, sizeof(verdict->date));
		lwsTlsDistinguishedName(&certificate->subject, verdict->subject, sizeof(verdict->subject));
	}
	return flag;
}

static uint32_t lwsTlsCheckName(lwsTlsSession* session, const mbedtls_x509_crt* certificate)
{
	lwsTlsVerdict* verdict;
	if ((session->relaxed & (lwsTlsRelaxName | lwsTlsRelaxAll)) || lwsTlsMatches(session, certificate))
		return 0;
	session->faults |= lwsTlsWrongName;
	if ((verdict = lwsTlsVerdictOf(session)) != NULL)
		lwsTlsNames(certificate, verdict->names, sizeof(verdict->names));
	return NAME;
}

/* RFC 7469 section 2.4: the hash is that of the whole SubjectPublicKeyInfo. */
static uint32_t lwsTlsCheckPins(lwsTlsSession* session, const mbedtls_x509_crt* certificate)
{
	uint8_t hash[32] = { 0 };
	lwsTlsVerdict* verdict;
	int i;
	if (!session->pinCount)
		return 0;
	if (!lwsTlsHash(certificate->pk_raw.p, certificate->pk_raw.len, hash)) {
		for (i = 0; i < session->pinCount; i++) {
			if (!memcmp(session->pins[i], hash, sizeof(hash)))
				return 0;
		}
	}
	session->faults |= lwsTlsWrongPin;
	if ((verdict = lwsTlsVerdictOf(session)) != NULL) {
		memcpy(verdict->pin, hash, sizeof(hash));
		verdict->hasPin = 1;
	}
	return PIN;
}

/* mbedTLS's own verdicts, as ours. */
static void lwsTlsTranslate(lwsTlsSession* session, uint32_t flags)
{
	if (flags & (MBEDTLS_X509_BADCERT_KEY_USAGE | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE | MBEDTLS_X509_BADCERT_NS_CERT_TYPE))
		session->faults |= lwsTlsWrongUse;
	if (flags & (MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK | MBEDTLS_X509_BADCERT_BAD_KEY))
		session->faults |= lwsTlsWeak;
	if (flags & MBEDTLS_X509_BADCERT_REVOKED)
		session->faults |= lwsTlsRevoked;
}

int lwsTlsVerify(void* context, mbedtls_x509_crt* certificate, int depth, uint32_t* flags)
{
	lwsTlsSession* session = context;
	uint32_t left = *flags & ~(uint32_t)(DATES | NAME);
	session->isVerified = 1;
#if defined(LWS_TLS_HAS_BUNDLE)
	if (session->hasBundle && (left & CHAIN)) {
		uint32_t chain = CHAIN;
		if (!esp_crt_verify_callback(NULL, certificate, depth, &chain) && !chain)
			left &= ~(uint32_t)CHAIN;
	}
#endif
	if ((session->relaxed & (lwsTlsRelaxChain | lwsTlsRelaxAll)) == 0) {
		if (left & CHAIN)
			lwsTlsNoteUntrusted(session, certificate, depth);
	}
	else
		left &= ~(uint32_t)CHAIN;
	left |= lwsTlsCheckDates(session, certificate);
	if (session->relaxed & lwsTlsRelaxAll)
		left = 0;
	if (depth == 0) {
		left |= lwsTlsCheckName(session, certificate);
		left |= lwsTlsCheckPins(session, certificate);
	}
	lwsTlsTranslate(session, left);
	*flags = left;
	/* With everything relaxed mbedTLS would let flags pass, but not an error. */
	return left & PIN ? MBEDTLS_ERR_X509_CERT_VERIFY_FAILED : 0;
}

void lwsTlsJudge(lwsTlsSession* session)
{
	uint32_t flags = mbedtls_ssl_get_verify_result(&session->ssl);
	if (session->isVerified && (flags != (uint32_t)-1) && !(session->relaxed & lwsTlsRelaxAll))
		lwsTlsTranslate(session, flags);
}
