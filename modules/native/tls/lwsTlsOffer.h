/* What a session offers when nothing is chosen; docs/tls.md has the measurements. Also for the bench, without XS. */

#ifndef LWS_TLS_OFFER_H
#define LWS_TLS_OFFER_H

#include "lwsTlsVersion.h"

/*
 * Forward secrecy and authenticated encryption only. Which cipher comes first is what the platform does fastest: in
 * software ChaCha20-Poly1305, with an AES unit, as an ESP32 has, AES.
 */
#if defined(MBEDTLS_AES_ALT) || defined(ESP_PLATFORM)
	#define BY_SPEED(_CHACHA, _AES) _AES, _CHACHA
#else
	#define BY_SPEED(_CHACHA, _AES) _CHACHA, _AES
#endif

static const int gSuites[] = {
#if defined(LWS_TLS_HAS_13)
	BY_SPEED(MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256, MBEDTLS_TLS1_3_AES_128_GCM_SHA256),
	MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
#endif
	BY_SPEED(MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
	BY_SPEED(MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256),
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	0
};

/*
 * The cheapest first; the larger ones are there for the certificates that have them. In TLS 1.3 a key for the first one
 * is sent at once: every server takes P-256 (RFC 8446 section 9.1).
 */
#if defined(LWS_TLS_HAS_VERSIONS)
typedef uint16_t lwsTlsGroup;

static const lwsTlsGroup gGroups[] = {
	MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1, MBEDTLS_SSL_IANA_TLS_GROUP_X25519, MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1,
	MBEDTLS_SSL_IANA_TLS_GROUP_SECP521R1, MBEDTLS_SSL_IANA_TLS_GROUP_NONE
};
#else
typedef mbedtls_ecp_group_id lwsTlsGroup;

/* 2.28 has no table of multiples of P-256's base point. */
static const lwsTlsGroup gGroups[] = {
	MBEDTLS_ECP_DP_CURVE25519, MBEDTLS_ECP_DP_SECP256R1, MBEDTLS_ECP_DP_SECP384R1, MBEDTLS_ECP_DP_SECP521R1,
	MBEDTLS_ECP_DP_NONE
};
#endif

/*
 * Signatures: those of RSA by PKCS #1 before PSS. mbedTLS offers PSS for TLS 1.3, and when a server then chooses TLS 1.2
 * with it, as RFC 8446 section 4.2.3 allows, does not take it. TLS 1.3 has no use for PKCS #1 but in certificates.
 */
#if defined(LWS_TLS_HAS_13)
static const uint16_t gSignatures[] = {
	MBEDTLS_TLS1_3_SIG_ECDSA_SECP256R1_SHA256, MBEDTLS_TLS1_3_SIG_ECDSA_SECP384R1_SHA384,
	MBEDTLS_TLS1_3_SIG_ECDSA_SECP521R1_SHA512,
	MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA256, MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA384, MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA512,
	MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA256, MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA384,
	MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA512,
	MBEDTLS_TLS1_3_SIG_NONE
};
#endif

static inline void lwsTlsOfferGroups(mbedtls_ssl_config* config, const lwsTlsGroup* groups)
{
#if defined(LWS_TLS_HAS_VERSIONS)
	mbedtls_ssl_conf_groups(config, groups);
#else
	mbedtls_ssl_conf_curves(config, groups);
#endif
}

#endif
