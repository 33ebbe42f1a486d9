/*
 * The SDK's module "crypt", of which the desktop has digests: over mbedTLS, hence the file's name (the Makefile shows
 * mbedTLS's headers only to lwsTls….c). As on a device the state lies in the application's heap, as a chunk: mbedTLS's
 * contexts of these functions hold no pointers, so a chunk that moves may be copied like any other.
 */

#include "lwsHost.h"
#include "mc.xs.h"
#include <string.h>
#include <mbedtls/version.h>
#include <mbedtls/md5.h>
#include <mbedtls/sha1.h>
#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>

/* mbedTLS 2 has functions of the same names that return nothing. */
#if MBEDTLS_VERSION_MAJOR < 3
	#define LWS_MBEDTLS(NAME) mbedtls_##NAME##_ret
#else
	#define LWS_MBEDTLS(NAME) mbedtls_##NAME
#endif

typedef union {
	mbedtls_md5_context md5;
	mbedtls_sha1_context sha1;
	mbedtls_sha256_context sha256;
	mbedtls_sha512_context sha512;
} lwsDigestContext;

typedef struct {
	const char* name;
	uint16_t contextSize;
	uint8_t outputSize, blockSize, variant;
	int (*start)(void* context, int variant);
	int (*update)(void* context, const unsigned char* bytes, size_t size);
	int (*finish)(void* context, unsigned char* output);
} lwsDigestKind;

typedef struct {
	const lwsDigestKind* kind;
	uint32_t closed;
	/* lwsDigestContext follows, as much of it as the kind needs */
	uint64_t context[];
} lwsDigest;

#define LWS_DIGEST(NAME, START) \
	static int NAME##Start(void* context, int variant) \
	{ \
		mbedtls_##NAME##_init(context); \
		return START; \
	} \
	static int NAME##Update(void* context, const unsigned char* bytes, size_t size) \
	{ \
		return LWS_MBEDTLS(NAME##_update)(context, bytes, size); \
	} \
	static int NAME##Finish(void* context, unsigned char* output) \
	{ \
		return LWS_MBEDTLS(NAME##_finish)(context, output); \
	}

/* the variant is SHA-224 instead of SHA-256, SHA-384 instead of SHA-512 */
LWS_DIGEST(md5, LWS_MBEDTLS(md5_starts)(context))
LWS_DIGEST(sha1, LWS_MBEDTLS(sha1_starts)(context))
LWS_DIGEST(sha256, LWS_MBEDTLS(sha256_starts)(context, variant))
LWS_DIGEST(sha512, LWS_MBEDTLS(sha512_starts)(context, variant))

#define LWS_KIND(NAME, OUTPUT, BLOCK, VARIANT, FUNCTIONS) \
	{ NAME, sizeof(mbedtls_##FUNCTIONS##_context), OUTPUT, BLOCK, VARIANT, FUNCTIONS##Start, FUNCTIONS##Update, FUNCTIONS##Finish }

static const lwsDigestKind gKinds[] = {
	LWS_KIND("MD5", 16, 64, 0, md5),
	LWS_KIND("SHA1", 20, 64, 0, sha1),
	LWS_KIND("SHA256", 32, 64, 0, sha256),
	LWS_KIND("SHA224", 28, 64, 1, sha256),
	LWS_KIND("SHA512", 64, 128, 0, sha512),
	LWS_KIND("SHA384", 48, 128, 1, sha512),
	{ 0 }
};

void lws_digest_destructor(void* data)
{
}

static lwsDigest* lwsGetDigest(xsMachine* the)
{
	return xsmcGetHostChunkValidate(xsThis, lws_digest_destructor);
}

static lwsDigest* lwsGetOpenDigest(xsMachine* the, const char* what)
{
	lwsDigest* digest = lwsGetDigest(the);
	if (digest->closed)
		lwsThrow(the, LWS_ERROR_KIND, "crypt: can't call digest %s after close", what);
	return digest;
}

/* mbedTLS fails here only where a device's accelerator does. */
static void lwsCheckDigest(xsMachine* the, int result)
{
	if (result)
		lwsThrow(the, LWS_ERROR_KIND, "crypt: digest failed (-0x%04X)", -result);
}

static void lwsStartDigest(xsMachine* the, lwsDigest* digest)
{
	digest->closed = 0;
	lwsCheckDigest(the, digest->kind->start(digest->context, digest->kind->variant));
}

void lws_digest_constructor(xsMachine* the)
{
	const char* name = xsmcToString(xsArg(0));
	const lwsDigestKind* kind = gKinds;
	lwsDigest* digest;
	while (kind->name && strcmp(name, kind->name))
		kind++;
	if (!kind->name)
		lwsThrow(the, LWS_ERROR_KIND, "crypt: unsupported digest");
	digest = xsmcSetHostChunk(xsThis, NULL, (xsIntegerValue)(sizeof(lwsDigest) + kind->contextSize));
	digest->kind = kind;
	lwsStartDigest(the, digest);
}

void lws_digest_write(xsMachine* the)
{
	lwsDigest* digest;
	void* bytes;
	xsUnsignedValue size;
	if (xsmcTypeOf(xsArg(0)) == xsStringType) {
		bytes = xsmcToString(xsArg(0));
		size = (xsUnsignedValue)strlen(bytes);
	}
	else
		xsmcGetBufferReadable(xsArg(0), &bytes, &size);
	digest = lwsGetOpenDigest(the, "write");
	lwsCheckDigest(the, digest->kind->update(digest->context, bytes, size));
}

void lws_digest_close(xsMachine* the)
{
	int more = xsmcArgc > 0 && xsmcTest(xsArg(0));
	lwsDigest* digest = lwsGetOpenDigest(the, "close");
	const lwsDigestKind* kind = digest->kind;
	lwsDigestContext context;
	unsigned char output[64];
	memcpy(&context, digest->context, kind->contextSize);
	digest->closed = !more;
	lwsCheckDigest(the, kind->finish(&context, output));
	xsmcSetArrayBuffer(xsResult, output, kind->outputSize);
}

void lws_digest_reset(xsMachine* the)
{
	lwsStartDigest(the, lwsGetDigest(the));
}

void lws_digest_get_blockSize(xsMachine* the)
{
	xsmcSetInteger(xsResult, lwsGetDigest(the)->kind->blockSize);
}

void lws_digest_get_outputSize(xsMachine* the)
{
	xsmcSetInteger(xsResult, lwsGetDigest(the)->kind->outputSize);
}
