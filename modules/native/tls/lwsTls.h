/*
 * What the C files of the TLS session share. Each is one room:
 *
 *   lwsTlsCredentials	CAs, certificate and key, parsed; shared by sessions, counted by references
 *   lwsTlsSession		the functions that XS calls: one session over memory
 *   lwsTlsSetup		what a session is told before it begins: checks, versions, suites, names
 *   lwsTlsOffer.h		the suites and groups that are offered
 *   lwsTlsVerify		which checks a certificate fails, and which of them count
 *   lwsTlsName			names and addresses of a certificate (RFC 9525)
 *   lwsTlsTicket		sessions as sealed bytes, to be resumed
 *   lwsTlsReport		what happened, as objects for XS
 *
 * Written for mbedTLS 3.6; lwsTlsVersion.h has what other versions spell differently. session.d.ts is the contract.
 */

#ifndef LWS_TLS_H
#define LWS_TLS_H

#include "lwsTlsVersion.h"
#include "xsmc.h"
#include <stddef.h>
#include <stdint.h>

/* `@` in session.js: on the desktop the properties are found by name. */
#include "mc.xs.h"

typedef struct {
	int references;
	mbedtls_x509_crt authorities;
	mbedtls_x509_crt* certificate;	/* most clients have none, and it is large */
	mbedtls_pk_context key;
	uint8_t hasCertificate, hasKey;
	uint8_t isHashed;
	uint8_t hash[64];		/* over the authorities, and over the certificate */
} lwsTlsCredentials;

/* A session's checks that are not made: Relax in session.d.ts. */
enum {
	lwsTlsRelaxChain = 1,
	lwsTlsRelaxName = 2,
	lwsTlsRelaxDates = 4,
	lwsTlsRelaxAll = 8
};

/* Checks that failed: Fault in session.d.ts. */
enum {
	lwsTlsUntrusted = 1,
	lwsTlsSelfSigned = 2,
	lwsTlsExpired = 4,
	lwsTlsNotYetValid = 8,
	lwsTlsWrongName = 16,
	lwsTlsWrongPin = 32,
	lwsTlsWrongUse = 64,
	lwsTlsWeak = 128,
	lwsTlsRevoked = 256
};

/* What a call has met: Event in session.d.ts. */
enum {
	lwsTlsClosed = 1,
	lwsTlsFailed = 2,
	lwsTlsTicket = 4,
	lwsTlsMore = 8
};

/* The certificate that failed, in words. */
typedef struct {
	char subject[160], issuer[160], names[200], date[24], keyIdentifier[64];
	uint8_t pin[32];		/* SHA-256 of the server's public key, when it was not among those wanted */
	uint8_t hasPin;
	uint8_t* authority;		/* the last certificate of the chain, DER, when it is its own issuer */
	size_t authoritySize;
} lwsTlsVerdict;

#define lwsTlsPins 8
#define lwsTlsPinSize 32

typedef struct {
	lwsTlsCredentials* credentials;
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config config;
	/* Lists that the configuration points to. */
	int* suites;
	char* text;				/* the names of `protocols` */
	const char** protocols;
	char* host;				/* as a certificate has it: a name without its last dot, or NULL */
	uint8_t address[16];	/* of a numeric host */
	uint8_t addressSize;
	uint8_t relaxed;		/* lwsTlsRelax… */
	uint8_t pinCount;
	uint8_t (*pins)[lwsTlsPinSize];
	double now;				/* seconds since 1970, when it was made */
	/* The bytes of the call that is under way. */
	const uint8_t *input, *inputEnd;
	uint8_t *output, *outputEnd;
	/* What has come of it. */
	uint32_t faults;		/* lwsTlsUntrusted… */
	lwsTlsVerdict* verdict;
	int error;				/* mbedTLS's */
	int8_t peeked;			/* of the first two bytes of the peer, those that were looked at */
	uint8_t isForeign;		/* the first record is none of TLS */
	uint8_t isUnkept;		/* nobody wants to resume it */
	uint8_t hasBundle;		/* the CAs of the platform, beside none of the application's */
	uint8_t keepsAuthority;	/* the verdict's */
	uint8_t isOffered;		/* a session was given, to be resumed */
	uint8_t isVerified;		/* a certificate of the peer was looked at: not so when it resumes */
	uint8_t hasCertified;	/* we have answered a request for our certificate */
	uint8_t isTicketed;		/* a session waits to be sealed */
	uint8_t isDone;			/* the handshake */
	uint8_t isEnded;		/* nothing goes on any more */
	/* The properties that XS sees. */
	int consumed, produced, available, events, longest;
} lwsTlsSession;

/* lwsTlsCredentials */
/* Throws unless the value is one that has not been closed. */
lwsTlsCredentials* lwsTlsGetCredentials(xsMachine* the, xsSlot* slot);
void lwsTlsReleaseCredentials(lwsTlsCredentials* credentials);

/* lwsTlsSetup */
/* Reads the options; throws what is wrong with them. */
void lwsTlsSetUp(xsMachine* the, lwsTlsSession* session, xsSlot* options);
/* Random bytes, as mbedTLS asks for them. */
int lwsTlsRandom(void* context, unsigned char* output, size_t size);
/* Before the first use of mbedTLS; gives an mbedTLS error or 0. */
int lwsTlsStart(void);

/* lwsTlsVerify: mbedTLS's verify callback, `context` is the session */
int lwsTlsVerify(void* context, mbedtls_x509_crt* certificate, int depth, uint32_t* flags);
/* Reads mbedTLS's own verdicts that come after the callback. */
void lwsTlsJudge(lwsTlsSession* session);

/* lwsTlsName */
/* 4 or 16 bytes of a numeric IPv4 or IPv6 address, 0 when `text` is none. */
int lwsTlsParseAddress(const char* text, uint8_t* address);
/* A subjectAltName fits the session's host. */
int lwsTlsMatches(const lwsTlsSession* session, const mbedtls_x509_crt* certificate);
/* The names and addresses, with ", " between; what does not fit is left out for "…". */
void lwsTlsNames(const mbedtls_x509_crt* certificate, char* text, size_t size);
/* Hexadecimal digits, "" for what is too long. */
void lwsTlsHex(const uint8_t* bytes, size_t count, char* text, size_t size);
/* The issuer's key identifier (RFC 5280 section 4.2.1.1), or NULL. */
const uint8_t* lwsTlsAuthorityKey(const mbedtls_x509_crt* certificate, size_t* count);
void lwsTlsDistinguishedName(const mbedtls_x509_name* name, char* text, size_t size);
/* "YYYY-MM-DD hh:mm:ss UTC" without the UTC, and seconds since 1970. */
void lwsTlsDate(const mbedtls_x509_time* time, char* text, size_t size);
double lwsTlsSeconds(const mbedtls_x509_time* time);

/* lwsTlsTicket */
int lwsTlsHash(const void* bytes, size_t size, uint8_t hash[32]);
/* Takes up a sealed session, when it can be; otherwise a full handshake follows. */
void lwsTlsUnseal(lwsTlsSession* session, const uint8_t* sealed, size_t size);

/* lwsTlsSession */
lwsTlsSession* lwsTlsGetSession(xsMachine* the);
void* lwsTlsAllocate(xsMachine* the, size_t size);
/* Throws an Error with mbedTLS's number in it. */
void lwsTlsThrow(xsMachine* the, const char* what, int error);

#endif
