/* The versions of mbedTLS: 2.28, 3.6 (what this is written for), 4.x with its crypto in tf-psa-crypto. */

#ifndef LWS_TLS_VERSION_H
#define LWS_TLS_VERSION_H

/*
 * ESP-IDF gives its components mbedTLS's configuration on the command line; the SDK compiles us outside of them, and with
 * another configuration the library's structs would be others.
 */
#if defined(ESP_PLATFORM)
	#if !defined(MBEDTLS_CONFIG_FILE)
		#define MBEDTLS_CONFIG_FILE "mbedtls/esp_config.h"
	#endif
	#if !defined(TF_PSA_CRYPTO_USER_CONFIG_FILE)
		#define TF_PSA_CRYPTO_USER_CONFIG_FILE "mbedtls/esp_config.h"
	#endif
#endif

#include <mbedtls/version.h>

/* Where the SDK's makefiles have no place for an application's libraries, the object names them. */
#if defined(_MSC_VER)
	#pragma comment(lib, "mbedtls")
	#pragma comment(lib, "mbedx509")
	#pragma comment(lib, "mbedcrypto")
#elif defined(__APPLE__)
__asm__(".linker_option \"-lmbedtls\"");
__asm__(".linker_option \"-lmbedx509\"");
__asm__(".linker_option \"-lmbedcrypto\"");
#endif

#if MBEDTLS_VERSION_NUMBER < 0x021C0000
	#error "lws-xs needs mbedTLS 2.28 or later"
#endif

#include <mbedtls/asn1.h>
#include <mbedtls/md.h>
#include <mbedtls/oid.h>
#include <mbedtls/pk.h>
#include <mbedtls/platform.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ciphersuites.h>
#include <mbedtls/x509_crt.h>

#if !defined(MBEDTLS_PSA_CRYPTO_C) && !defined(MBEDTLS_PSA_CRYPTO_CLIENT)
	#error "lws-xs takes random bytes from PSA: turn on MBEDTLS_PSA_CRYPTO_C"
#endif
#include <psa/crypto.h>

#if MBEDTLS_VERSION_NUMBER >= 0x03000000
	#define LWS_TLS_HAS_VERSIONS 1		/* mbedtls_ssl_conf_min_tls_version, mbedtls_ssl_conf_groups */
#else
	#define MBEDTLS_PRIVATE(_FIELD) _FIELD
#endif

#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
	#define LWS_TLS_HAS_13 1
	/* From 3.6.1 to 4.0 the client is told of tickets only when it asks for that. */
	#if MBEDTLS_VERSION_NUMBER >= 0x03060100 && MBEDTLS_VERSION_NUMBER < 0x04000000 && defined(MBEDTLS_SSL_SESSION_TICKETS)
		#define LWS_TLS_TICKETS_SIGNALLED 1
	#endif
#endif

/* From 4.0 on, random bytes are always PSA's. */
#if MBEDTLS_VERSION_NUMBER < 0x04000000
	#define LWS_TLS_RNG 1
#endif

/*
 * The bundle of CAs that ESP-IDF has in flash, a name and a key each: it vouches for a chain by a callback of its own.
 * The callback is not in its header; its user here passes it the one flag that is its business.
 */
#if defined(ESP_PLATFORM)
	#include "sdkconfig.h"
	#if defined(CONFIG_MBEDTLS_CERTIFICATE_BUNDLE)
		#include <stdbool.h>	/* which the next one uses and does not include */
		#include "esp_crt_bundle.h"
		#define LWS_TLS_HAS_BUNDLE 1
extern int esp_crt_verify_callback(void* context, mbedtls_x509_crt* const certificate, const int depth,
	uint32_t* const flags);
	#endif
#endif

#if !defined(MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
	#define MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET -0x7B00
#endif

#endif
