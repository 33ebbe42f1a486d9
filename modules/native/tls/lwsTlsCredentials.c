/* CAs, and a certificate and key of one's own. Sessions share them, so the last of them lets them go. */

#include "lwsTls.h"
#include <string.h>

#if defined(LWS_TLS_OWNS_PSA)
/*
 * Where nobody else uses PSA, as on the desktop, it is put away with the last credentials, and no memory of mbedTLS is
 * left. On a device other code has keys in it.
 */
static int gUsers = 0;
#endif

void lws_tls_credentials_delete(void* data)
{
	if (data)
		lwsTlsReleaseCredentials(data);
}

void lwsTlsReleaseCredentials(lwsTlsCredentials* credentials)
{
	if (--credentials->references > 0)
		return;
	mbedtls_x509_crt_free(&credentials->authorities);
	if (credentials->certificate)
		mbedtls_x509_crt_free(credentials->certificate);
	mbedtls_free(credentials->certificate);
	mbedtls_pk_free(&credentials->key);
	mbedtls_free(credentials);
#if defined(LWS_TLS_OWNS_PSA)
	if (--gUsers == 0)
		mbedtls_psa_crypto_free();
#endif
}

lwsTlsCredentials* lwsTlsGetCredentials(xsMachine* the, xsSlot* slot)
{
	lwsTlsCredentials* credentials = xsmcGetHostDataValidate(*slot, lws_tls_credentials_delete);
	if (!credentials)
		xsUnknownError("the credentials are closed");
	return credentials;
}

void lwsTlsThrow(xsMachine* the, const char* what, int error)
{
	xsUnknownError("%s (mbedTLS -0x%04x)", what, (unsigned)-error);
}

void* lwsTlsAllocate(xsMachine* the, size_t size)
{
	void* block = mbedtls_calloc(1, size);
	if (!block)
		xsUnknownError("no memory for TLS");
	return block;
}

void lws_tls_credentials_new(xsMachine* the)
{
	lwsTlsCredentials* credentials;
	int error = lwsTlsStart();
	if (error)
		lwsTlsThrow(the, "mbedTLS does not start", error);
	credentials = lwsTlsAllocate(the, sizeof(lwsTlsCredentials));
	credentials->references = 1;
#if defined(LWS_TLS_OWNS_PSA)
	gUsers++;
#endif
	mbedtls_x509_crt_init(&credentials->authorities);
	mbedtls_pk_init(&credentials->key);
	xsmcSetHostData(xsThis, credentials);
}

void lws_tls_credentials_close(xsMachine* the)
{
	lwsTlsCredentials* credentials = xsmcGetHostDataValidate(xsThis, lws_tls_credentials_delete);
	xsmcSetHostData(xsThis, NULL);
	lws_tls_credentials_delete(credentials);
}

/* PEM must end with a zero byte for mbedTLS; who gives none gets a copy that does. `copy` is to be freed. */
static const uint8_t* lwsTlsText(xsMachine* the, xsSlot* slot, size_t* size, uint8_t** copy)
{
	static const char dashes[] = "-----BEGIN ";
	void* data;
	xsUnsignedValue length, at;
	*copy = NULL;
	xsmcGetBufferReadable(*slot, &data, &length);
	*size = length;
	for (at = 0; at + sizeof(dashes) - 1 <= length; at++) {
		const uint8_t* found = memchr((uint8_t*)data + at, '-', length - at);
		if (!found)
			break;
		at = (xsUnsignedValue)(found - (uint8_t*)data);
		if ((at + sizeof(dashes) - 1 <= length) && !memcmp(found, dashes, sizeof(dashes) - 1)) {
			/* DER begins with 30: dashes in it are part of a name. */
			if (*(uint8_t*)data == 0x30)
				break;
			*copy = lwsTlsAllocate(the, length + 1);
			xsmcGetBufferReadable(*slot, &data, &length);
			memcpy(*copy, data, length);
			*size = length + 1;
			return *copy;
		}
	}
	return data;
}

static size_t lwsTlsCount(const mbedtls_x509_crt* certificate)
{
	size_t count = 0;
	for (; certificate && certificate->raw.p; certificate = certificate->next)
		count++;
	return count;
}

/* Reads certificates into `chain`; of several, those that mbedTLS cannot read are left out. */
static void lwsTlsParseCertificates(xsMachine* the, mbedtls_x509_crt* chain, const char* what)
{
	size_t size, before = lwsTlsCount(chain);
	uint8_t* copy;
	const uint8_t* bytes = lwsTlsText(the, &xsArg(0), &size, &copy);
	int error = size ? mbedtls_x509_crt_parse(chain, bytes, size) : MBEDTLS_ERR_X509_INVALID_FORMAT;
	mbedtls_free(copy);
	lwsTlsGetCredentials(the, &xsThis)->isHashed = 0;
	if ((error < 0) || (lwsTlsCount(chain) == before))
		lwsTlsThrow(the, what, error < 0 ? error : MBEDTLS_ERR_X509_INVALID_FORMAT);
}

void lws_tls_credentials_add_authorities(xsMachine* the)
{
	lwsTlsCredentials* credentials = lwsTlsGetCredentials(the, &xsThis);
	size_t before = lwsTlsCount(&credentials->authorities);
	lwsTlsParseCertificates(the, &credentials->authorities, "no CA certificate can be read");
	xsmcSetInteger(xsResult, (xsIntegerValue)(lwsTlsCount(&credentials->authorities) - before));
}

void lws_tls_credentials_set_certificate(xsMachine* the)
{
	lwsTlsCredentials* credentials = lwsTlsGetCredentials(the, &xsThis);
	if (!credentials->certificate) {
		credentials->certificate = lwsTlsAllocate(the, sizeof(mbedtls_x509_crt));
		mbedtls_x509_crt_init(credentials->certificate);
	}
	lwsTlsParseCertificates(the, credentials->certificate, "the certificate cannot be read");
	credentials->hasCertificate = 1;
}

static int lwsTlsCheckPair(lwsTlsCredentials* credentials)
{
#if MBEDTLS_VERSION_NUMBER >= 0x04000000
	return mbedtls_pk_check_pair(&credentials->certificate->pk, &credentials->key);
#elif MBEDTLS_VERSION_NUMBER >= 0x03000000
	return mbedtls_pk_check_pair(&credentials->certificate->pk, &credentials->key, lwsTlsRandom, NULL);
#else
	return mbedtls_pk_check_pair(&credentials->certificate->pk, &credentials->key);
#endif
}

static int lwsTlsParseKey(mbedtls_pk_context* key, const uint8_t* bytes, size_t size, const uint8_t* password,
	size_t length)
{
	mbedtls_pk_free(key);
	mbedtls_pk_init(key);
#if (MBEDTLS_VERSION_NUMBER >= 0x03000000) && defined(LWS_TLS_RNG)
	return mbedtls_pk_parse_key(key, bytes, size, password, length, lwsTlsRandom, NULL);
#else
	return mbedtls_pk_parse_key(key, bytes, size, password, length);
#endif
}

void lws_tls_credentials_set_key(xsMachine* the)
{
	lwsTlsCredentials* credentials = lwsTlsGetCredentials(the, &xsThis);
	const uint8_t* password = NULL;
	size_t size, length = 0;
	uint8_t* copy;
	const uint8_t* bytes;
	int error;
	if ((xsmcArgc > 1) && (xsmcTypeOf(xsArg(1)) != xsUndefinedType)) {
		/* made a string first: that may allocate, which moves everything else */
		xsmcToString(xsArg(1));
	}
	bytes = lwsTlsText(the, &xsArg(0), &size, &copy);
	if ((xsmcArgc > 1) && (xsmcTypeOf(xsArg(1)) != xsUndefinedType)) {
		password = (const uint8_t*)xsmcToString(xsArg(1));
		length = strlen((const char*)password);
	}
	error = lwsTlsParseKey(&credentials->key, bytes, size, password, length);
	if (copy) {
		memset(copy, 0, size);
		mbedtls_free(copy);
	}
	if (error)
		lwsTlsThrow(the, password ? "the private key cannot be read, or not with this password"
			: "the private key cannot be read", error);
	if (credentials->hasCertificate && ((error = lwsTlsCheckPair(credentials)) != 0))
		lwsTlsThrow(the, "the private key is not that of the certificate", error);
	credentials->hasKey = 1;
}

/* A hash over hashes: no more memory for a hundred CAs than for one. */
static void lwsTlsHashChain(const mbedtls_x509_crt* each, uint8_t hash[32])
{
	uint8_t sums[64] = { 0 };
	for (; each && each->raw.p; each = each->next) {
		lwsTlsHash(each->raw.p, each->raw.len, sums + 32);
		lwsTlsHash(sums, sizeof(sums), sums);
	}
	memcpy(hash, sums, 32);
}

/* 16 bytes of a hash over everything, as hexadecimal digits. */
void lws_tls_credentials_identify(xsMachine* the)
{
	lwsTlsCredentials* credentials = lwsTlsGetCredentials(the, &xsThis);
	uint8_t hash[32], parts[3 * 32];
	char digits[33];
	const char* text = xsmcToString(xsArg(0));
	if (!credentials->isHashed) {
		lwsTlsHashChain(&credentials->authorities, credentials->hash);
		lwsTlsHashChain(credentials->certificate, credentials->hash + 32);
		credentials->isHashed = 1;
	}
	memcpy(parts, credentials->hash, 64);
	lwsTlsHash(text, strlen(text), parts + 64);
	lwsTlsHash(parts, sizeof(parts), hash);
	lwsTlsHex(hash, 16, digits, sizeof(digits));
	xsmcSetString(xsResult, digits);
}
