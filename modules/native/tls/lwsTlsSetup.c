/* What a session is told before it begins. */

#include "lwsTls.h"
#include "lwsTlsOffer.h"
#include <stdlib.h>
#include <string.h>

int lwsTlsStart(void)
{
	/* It may be called again. */
	return psa_crypto_init() == PSA_SUCCESS ? 0 : MBEDTLS_ERR_SSL_INTERNAL_ERROR;
}

int lwsTlsRandom(void* context, unsigned char* output, size_t size)
{
	(void)context;
	return psa_generate_random(output, size) == PSA_SUCCESS ? 0 : MBEDTLS_ERR_SSL_INTERNAL_ERROR;
}

/* A member of the options, as a string that the next allocation of XS moves. */
static const char* lwsTlsGetText(xsMachine* the, xsSlot* options, xsIdentifier id)
{
	xsmcGet(xsVar(0), *options, id);
	return xsmcTypeOf(xsVar(0)) == xsUndefinedType ? "" : xsmcToString(xsVar(0));
}

static int lwsTlsGetInteger(xsMachine* the, xsSlot* options, xsIdentifier id)
{
	xsmcGet(xsVar(0), *options, id);
	return xsmcToInteger(xsVar(0));
}

/* The names between commas, in one block of memory that the configuration points into. */
static void lwsTlsSetProtocols(xsMachine* the, lwsTlsSession* session, const char* text)
{
	size_t length = strlen(text), count = 1, i;
	char* at;
	if (!length)
		return;
	session->text = mbedtls_calloc(1, length + 1);
	if (!session->text)
		xsUnknownError("no memory for TLS");
	memcpy(session->text, text, length + 1);
	for (i = 0; i < length; i++)
		count += text[i] == ',';
	session->protocols = lwsTlsAllocate(the, (count + 1) * sizeof(char*));
	for (at = session->text, i = 0; i < count; i++) {
		char* comma = strchr(at, ',');
		if (comma)
			*comma = 0;
		session->protocols[i] = at;
		at += strlen(at) + 1;
	}
	if (mbedtls_ssl_conf_alpn_protocols(&session->config, session->protocols))
		xsRangeError("alpn: a protocol has no name, or one longer than 255 bytes");
}

/* RFC 8446 appendix B.4: those of TLS 1.3 have numbers of their own. */
static int lwsTlsIs13(int suite)
{
	return (suite >> 8) == 0x13;
}

/*
 * Names that mbedTLS does not know, or has not built in, are left out, as OpenSSL does; one must be left. "1.3" and "1.2"
 * are not names: they stand for our own of that version.
 */
static void lwsTlsSetSuites(xsMachine* the, lwsTlsSession* session, const char* text)
{
	size_t count = sizeof(gSuites) / sizeof(gSuites[0]) + 1, found = 0;
	const char* at;
	if (!*text) {
		mbedtls_ssl_conf_ciphersuites(&session->config, gSuites);
		return;
	}
	for (at = text; *at; at++)
		count += *at == ':';
	/* zeros, so the list ends */
	session->suites = mbedtls_calloc(count, sizeof(int));
	if (!session->suites)
		xsUnknownError("no memory for TLS");
	for (at = text; *at;) {
		size_t length = strcspn(at, ":");
		char name[64];
		if ((length == 3) && !memcmp(at, "1.", 2)) {
			const int* each;
			for (each = gSuites; *each; each++) {
				if ((lwsTlsIs13(*each) == (at[2] == '3')) && (found + 1 < count))
					session->suites[found++] = *each;
			}
		}
		else if ((length < sizeof(name)) && (found + 1 < count)) {
			memcpy(name, at, length);
			name[length] = 0;
			session->suites[found] = mbedtls_ssl_get_ciphersuite_id(name);
			found += session->suites[found] != 0;
		}
		at += length + (at[length] == ':');
	}
	if (!found)
		xsRangeError("ciphers: none of them is known");
	mbedtls_ssl_conf_ciphersuites(&session->config, session->suites);
}

static void lwsTlsSetVersions(xsMachine* the, lwsTlsSession* session, int minimum, int maximum)
{
	if ((minimum < 2) || (maximum > 3) || (minimum > maximum))
		xsRangeError("the TLS versions are 1.2 and 1.3, the minimum not above the maximum");
#if defined(LWS_TLS_HAS_13)
	mbedtls_ssl_conf_min_tls_version(&session->config, minimum == 2 ? MBEDTLS_SSL_VERSION_TLS1_2 : MBEDTLS_SSL_VERSION_TLS1_3);
	mbedtls_ssl_conf_max_tls_version(&session->config, maximum == 2 ? MBEDTLS_SSL_VERSION_TLS1_2 : MBEDTLS_SSL_VERSION_TLS1_3);
#else
	if (minimum > 2)
		xsRangeError("TLS 1.3 is not in this build of mbedTLS");
	#if defined(LWS_TLS_HAS_VERSIONS)
	mbedtls_ssl_conf_min_tls_version(&session->config, MBEDTLS_SSL_VERSION_TLS1_2);
	#else
	mbedtls_ssl_conf_min_version(&session->config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
	#endif
#endif
}

/* RFC 6066 section 3: an address is not told as a server name. mbedTLS wants to be told that there is none. */
static void lwsTlsSetHost(xsMachine* the, lwsTlsSession* session, const char* host)
{
	size_t length = strlen(host);
	int error;
	session->addressSize = (uint8_t)lwsTlsParseAddress(host, session->address);
	if (length && (host[length - 1] == '.'))
		length--;
	session->host = mbedtls_calloc(1, length + 1);
	if (!session->host)
		xsUnknownError("no memory for TLS");
	memcpy(session->host, host, length);
	error = mbedtls_ssl_set_hostname(&session->ssl, session->addressSize ? NULL : session->host);
	if (error)
		lwsTlsThrow(the, "the host is no name for TLS", error);
}

static void lwsTlsSetPins(xsMachine* the, lwsTlsSession* session, xsSlot* options)
{
	void* data;
	xsUnsignedValue size;
	xsmcGet(xsVar(0), *options, xsID_pins);
	xsmcGetBufferReadable(xsVar(0), &data, &size);
	if ((size % lwsTlsPinSize) || (size / lwsTlsPinSize > lwsTlsPins))
		xsRangeError("up to %d pins of %d bytes", lwsTlsPins, lwsTlsPinSize);
	if (!size)
		return;
	session->pins = lwsTlsAllocate(the, size);
	xsmcGetBufferReadable(xsVar(0), &data, &size);
	memcpy(session->pins, data, size);
	session->pinCount = (uint8_t)(size / lwsTlsPinSize);
}

static void lwsTlsConfigure(xsMachine* the, lwsTlsSession* session)
{
	mbedtls_ssl_config* config = &session->config;
	lwsTlsCredentials* credentials = session->credentials;
	int error = mbedtls_ssl_config_defaults(config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
		MBEDTLS_SSL_PRESET_DEFAULT);
	if (error)
		lwsTlsThrow(the, "mbedTLS cannot be configured", error);
#if defined(LWS_TLS_RNG)
	mbedtls_ssl_conf_rng(config, lwsTlsRandom, NULL);
#endif
#if defined(LWS_TLS_HAS_BUNDLE)
	/* It sets what is set anew below, and finds its bundle. */
	if (!credentials->authorities.raw.p)
		session->hasBundle = esp_crt_bundle_attach(config) == 0;
#endif
	/* With OPTIONAL mbedTLS goes on whatever it has found. */
	mbedtls_ssl_conf_authmode(config, session->relaxed & lwsTlsRelaxAll ? MBEDTLS_SSL_VERIFY_OPTIONAL
		: MBEDTLS_SSL_VERIFY_REQUIRED);
	mbedtls_ssl_conf_verify(config, lwsTlsVerify, session);
	/* An empty list is one, in which no CA is found. */
	mbedtls_ssl_conf_ca_chain(config, &credentials->authorities, NULL);
	if (credentials->hasCertificate && credentials->hasKey) {
		error = mbedtls_ssl_conf_own_cert(config, credentials->certificate, &credentials->key);
		if (error)
			lwsTlsThrow(the, "the certificate cannot be used", error);
	}
	lwsTlsOfferGroups(config, gGroups);
#if defined(LWS_TLS_HAS_13)
	mbedtls_ssl_conf_sig_algs(config, gSignatures);
#endif
#if defined(LWS_TLS_TICKETS_SIGNALLED)
	if (!session->isUnkept)
		mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(config,
			MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
#endif
#if defined(MBEDTLS_SSL_SESSION_TICKETS)
	if (session->isUnkept)
		mbedtls_ssl_conf_session_tickets(config, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
#endif
}

void lwsTlsSetUp(xsMachine* the, lwsTlsSession* session, xsSlot* options)
{
	int minimum, maximum, error;
	xsmcGet(xsVar(0), *options, xsID_now);
	session->now = xsmcToNumber(xsVar(0));
	session->relaxed = (uint8_t)lwsTlsGetInteger(the, options, xsID_relaxed);
	xsmcGet(xsVar(0), *options, xsID_isUnkept);
	session->isUnkept = xsmcTest(xsVar(0)) != 0;
	xsmcGet(xsVar(0), *options, xsID_keepsAuthority);
	session->keepsAuthority = (uint8_t)xsmcTest(xsVar(0));
	lwsTlsConfigure(the, session);
	minimum = lwsTlsGetInteger(the, options, xsID_minimum);
	maximum = lwsTlsGetInteger(the, options, xsID_maximum);
	lwsTlsSetVersions(the, session, minimum, maximum);
	lwsTlsSetProtocols(the, session, lwsTlsGetText(the, options, xsID_protocols));
	lwsTlsSetSuites(the, session, lwsTlsGetText(the, options, xsID_suites));
	lwsTlsSetPins(the, session, options);
	error = mbedtls_ssl_setup(&session->ssl, &session->config);
	if (error)
		lwsTlsThrow(the, "no memory for a TLS session", error);
	lwsTlsSetHost(the, session, lwsTlsGetText(the, options, xsID_host));
	xsmcGet(xsVar(0), *options, xsID_resume);
	if (xsmcTypeOf(xsVar(0)) == xsReferenceType) {
		void* data;
		xsUnsignedValue size;
		xsmcGetBufferReadable(xsVar(0), &data, &size);
		lwsTlsUnseal(session, data, size);
	}
}
