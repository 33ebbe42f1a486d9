/*
 * A session as bytes that can be kept: in memory, or over a deep sleep. They hold the session's secret, so who keeps them
 * keeps a key.
 *
 *	4	"LXT1"
 *	8	the beginning of a SHA-256 over all that follows: damage is found before mbedTLS sees it
 *	16	identity: what the session was made for and under which checks (Credentials.identify)
 *	8	when it was made, seconds since 1970
 *	…	mbedTLS's own form, which begins with its version and configuration
 *
 * Integers in the order of the machine: the bytes are for the device that made them.
 */

#include "lwsTls.h"
#include <string.h>

#define MAGIC "LXT1"
#define CHECKED 12
#define IDENTITY 12
#define MADE 28
#define SESSION 36

/* RFC 8446 section 4.6.1: no ticket is used for more than seven days; RFC 5246 section F.1.4 asks for less, servers know. */
#define LIFETIME (7.0 * 86400)
/* A clock may have been set a little since. */
#define SLACK 300.0
/* How long a ticket is the server decides, up to 64 KB: one that would fill a device's heap is not kept. */
#define LIMIT 2048

int lwsTlsHash(const void* bytes, size_t size, uint8_t hash[32])
{
	return mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), bytes, size, hash);
}

static int lwsTlsIsSealed(const uint8_t* sealed, size_t size)
{
	uint8_t hash[32];
	return (size > SESSION) && !memcmp(sealed, MAGIC, 4)
		&& !lwsTlsHash(sealed + CHECKED, size - CHECKED, hash) && !memcmp(sealed + 4, hash, 8);
}

/* The peer's certificate is the largest part of a session of TLS 1.2, and a resumed one does not need it. */
static void lwsTlsDropCertificate(mbedtls_ssl_session* session)
{
#if defined(MBEDTLS_SSL_KEEP_PEER_CERTIFICATE)
	mbedtls_x509_crt* certificate = session->MBEDTLS_PRIVATE(peer_cert);
	if (certificate) {
		mbedtls_x509_crt_free(certificate);
		mbedtls_free(certificate);
		session->MBEDTLS_PRIVATE(peer_cert) = NULL;
	}
#else
	(void)session;
#endif
}

void lwsTlsUnseal(lwsTlsSession* session, const uint8_t* sealed, size_t size)
{
	mbedtls_ssl_session saved;
	double made;
	if (!lwsTlsIsSealed(sealed, size))
		return;
	memcpy(&made, sealed + MADE, sizeof(made));
	if (!((session->now > made - SLACK) && (session->now < made + LIFETIME)))
		return;
	mbedtls_ssl_session_init(&saved);
	if (!mbedtls_ssl_session_load(&saved, sealed + SESSION, size - SESSION)
		&& !mbedtls_ssl_set_session(&session->ssl, &saved))
		session->isOffered = 1;
	mbedtls_ssl_session_free(&saved);
}

/* Of the text of an identity; the text is too short: zeros. */
static void lwsTlsReadIdentity(const char* text, uint8_t identity[16])
{
	int i;
	memset(identity, 0, 16);
	for (i = 0; i < 32 && text[i]; i++) {
		int digit = text[i] <= '9' ? text[i] - '0' : text[i] - 'a' + 10;
		identity[i / 2] = (uint8_t)(identity[i / 2] << 4 | (digit & 15));
	}
}

void lws_tls_session_seal(xsMachine* the)
{
	lwsTlsSession* session = lwsTlsGetSession(the);
	mbedtls_ssl_session saved;
	uint8_t hash[32], identity[16];
	uint8_t* sealed = NULL;
	size_t size = 0;
	int error;
	if (!session->isTicketed)
		return;
	session->isTicketed = 0;
	lwsTlsReadIdentity(xsmcToString(xsArg(0)), identity);
	mbedtls_ssl_session_init(&saved);
	error = mbedtls_ssl_get_session(&session->ssl, &saved);
	if (!error) {
		lwsTlsDropCertificate(&saved);
		error = mbedtls_ssl_session_save(&saved, NULL, 0, &size);
		if ((error == MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL) && (SESSION + size <= LIMIT)) {
			sealed = mbedtls_calloc(1, SESSION + size);
			error = sealed ? mbedtls_ssl_session_save(&saved, sealed + SESSION, size, &size) : error;
		}
	}
	mbedtls_ssl_session_free(&saved);
	if (!error && sealed) {
		memcpy(sealed, MAGIC, 4);
		memcpy(sealed + IDENTITY, identity, sizeof(identity));
		memcpy(sealed + MADE, &session->now, sizeof(double));
		lwsTlsHash(sealed + CHECKED, SESSION + size - CHECKED, hash);
		memcpy(sealed + 4, hash, 8);
		xsmcSetArrayBuffer(xsResult, sealed, (xsIntegerValue)(SESSION + size));
	}
	if (sealed) {
		memset(sealed, 0, SESSION + size);
		mbedtls_free(sealed);
	}
}

void lws_tls_session_identity(xsMachine* the)
{
	void* data;
	xsUnsignedValue size;
	char digits[33];
	xsmcGetBufferReadable(xsArg(0), &data, &size);
	if (!lwsTlsIsSealed(data, size))
		return;
	lwsTlsHex((uint8_t*)data + IDENTITY, 16, digits, sizeof(digits));
	xsmcSetString(xsResult, digits);
}
