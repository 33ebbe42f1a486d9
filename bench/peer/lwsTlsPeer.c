/*
 * The reference for TLS: a plain C client of mbedTLS on a blocking socket. It is linked with the same static libraries
 * as the host, offers the same, takes its random bytes from the same place, and its memory is counted by the same
 * functions.
 *
 *	lwsTlsPeer PORT PATH BYTES COUNT CA VERSION SUITE GROUPS full|resumed
 *
 * Gets PATH on COUNT connections, one after another, through a buffer of BYTES. VERSION is 1.2 or 1.3, SUITE mbedTLS's
 * name or "" for all that the client offers; GROUPS their names with commas between, or "". "resumed": each connection
 * but the first resumes the session of the one before. Prints { bytes, peak, left }: of content and head together, and
 * of mbedTLS's memory.
 */
#include "lwsTlsOffer.h"
#include <mbedtls/net_sockets.h>
#include <mbedtls/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void lwsTlsHeap(size_t* now, size_t* peak);

typedef struct {
	const char *port, *path;
	unsigned char* buffer;
	size_t size;
	int isResuming, hasSession;
	mbedtls_ssl_config config;
	mbedtls_ssl_session session;
	mbedtls_x509_crt authorities;
	long long total;
} Peer;

static void stop(const char* what, int error)
{
	fprintf(stderr, "%s: -0x%04x\n", what, (unsigned)-error);
	exit(1);
}

static int randomBytes(void* context, unsigned char* output, size_t size)
{
	return psa_generate_random(output, size) == PSA_SUCCESS ? 0 : MBEDTLS_ERR_SSL_INTERNAL_ERROR;
}

static void setVersion(mbedtls_ssl_config* config, const char* version)
{
#if defined(LWS_TLS_HAS_13)
	mbedtls_ssl_protocol_version number = strcmp(version, "1.3") ? MBEDTLS_SSL_VERSION_TLS1_2 : MBEDTLS_SSL_VERSION_TLS1_3;
	mbedtls_ssl_conf_min_tls_version(config, number);
	mbedtls_ssl_conf_max_tls_version(config, number);
#else
	mbedtls_ssl_conf_min_version(config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
#endif
}

static void setGroups(mbedtls_ssl_config* config, const char* names)
{
#if defined(LWS_TLS_HAS_VERSIONS)
	#define GROUP(_NUMBER, _OLDER) _NUMBER
#else
	#define GROUP(_NUMBER, _OLDER) _OLDER
#endif
	static const struct { const char* name; lwsTlsGroup group; } known[] = {
		{ "secp256r1", GROUP(23, MBEDTLS_ECP_DP_SECP256R1) }, { "x25519", GROUP(29, MBEDTLS_ECP_DP_CURVE25519) },
		{ "secp384r1", GROUP(24, MBEDTLS_ECP_DP_SECP384R1) }, { "secp521r1", GROUP(25, MBEDTLS_ECP_DP_SECP521R1) }
	};
	static lwsTlsGroup groups[8];
	int count = 0, i;
	char text[128], *name;
	snprintf(text, sizeof(text), "%s", names);
	for (name = strtok(text, ","); name; name = strtok(NULL, ",")) {
		for (i = 0; i < 4; i++) {
			if (!strcmp(name, known[i].name))
				groups[count++] = known[i].group;
		}
	}
	lwsTlsOfferGroups(config, count ? groups : gGroups);
}

static void setUp(Peer* peer, char** argv)
{
	static int suites[2];
	mbedtls_ssl_config* config = &peer->config;
	int error;
	if (psa_crypto_init() != PSA_SUCCESS)
		stop("psa", 0);
	mbedtls_x509_crt_init(&peer->authorities);
	error = mbedtls_x509_crt_parse_file(&peer->authorities, argv[5]);
	if (error)
		stop("CA", error);
	mbedtls_ssl_session_init(&peer->session);
	mbedtls_ssl_config_init(config);
	error = mbedtls_ssl_config_defaults(config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
		MBEDTLS_SSL_PRESET_DEFAULT);
	if (error)
		stop("configuration", error);
	mbedtls_ssl_conf_rng(config, randomBytes, NULL);
	mbedtls_ssl_conf_ca_chain(config, &peer->authorities, NULL);
	setVersion(config, argv[6]);
	suites[0] = mbedtls_ssl_get_ciphersuite_id(argv[7]);
	mbedtls_ssl_conf_ciphersuites(config, suites[0] ? suites : gSuites);
	setGroups(config, argv[8]);
#if defined(LWS_TLS_TICKETS_SIGNALLED)
	mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(config, peer->isResuming);
#endif
}

/* Keeps the session that stands for the next connection. */
static void keep(Peer* peer, mbedtls_ssl_context* ssl)
{
	mbedtls_ssl_session_free(&peer->session);
	mbedtls_ssl_session_init(&peer->session);
	peer->hasSession = !mbedtls_ssl_get_session(ssl, &peer->session);
}

static void transfer(Peer* peer, mbedtls_ssl_context* ssl)
{
	char request[256];
	int count = snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: localhost:%s\r\nConnection: close\r\n\r\n",
		peer->path, peer->port);
	count = mbedtls_ssl_write(ssl, (unsigned char*)request, count);
	if (count < 0)
		stop("write", count);
	for (;;) {
		count = mbedtls_ssl_read(ssl, peer->buffer, peer->size);
		if (count == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
			keep(peer, ssl);
		else if (count == 0 || count == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY)
			break;
		/* also said of a ticket that is not the first */
		else if (count < 0 && count != MBEDTLS_ERR_SSL_WANT_READ)
			stop("read", count);
		else
			peer->total += count;
	}
}

static void connection(Peer* peer)
{
	mbedtls_net_context net;
	mbedtls_ssl_context ssl;
	int error;
	mbedtls_net_init(&net);
	mbedtls_ssl_init(&ssl);
	error = mbedtls_net_connect(&net, "127.0.0.1", peer->port, MBEDTLS_NET_PROTO_TCP);
	if (!error)
		error = mbedtls_ssl_setup(&ssl, &peer->config);
	if (!error)
		error = mbedtls_ssl_set_hostname(&ssl, "localhost");
	if (!error && peer->hasSession)
		error = mbedtls_ssl_set_session(&ssl, &peer->session);
	mbedtls_ssl_set_bio(&ssl, &net, mbedtls_net_send, mbedtls_net_recv, NULL);
	if (!error)
		error = mbedtls_ssl_handshake(&ssl);
	if (error)
		stop("handshake", error);
	if (peer->isResuming && !strcmp(mbedtls_ssl_get_version(&ssl), "TLSv1.2"))
		keep(peer, &ssl);
	transfer(peer, &ssl);
	mbedtls_ssl_close_notify(&ssl);
	mbedtls_ssl_free(&ssl);
	mbedtls_net_free(&net);
}

int main(int argc, char** argv)
{
	Peer peer = { 0 };
	size_t now, peak;
	int count, i;
	if (argc != 10)
		return 2;
	peer.port = argv[1];
	peer.path = argv[2];
	peer.size = atoi(argv[3]);
	count = atoi(argv[4]);
	peer.isResuming = !strcmp(argv[9], "resumed");
	peer.buffer = malloc(peer.size);
	setUp(&peer, argv);
	for (i = 0; i < count; i++)
		connection(&peer);
	mbedtls_ssl_session_free(&peer.session);
	mbedtls_ssl_config_free(&peer.config);
	mbedtls_x509_crt_free(&peer.authorities);
	mbedtls_psa_crypto_free();
	lwsTlsHeap(&now, &peak);
	printf("{\"bytes\":%lld,\"tlsHeap\":%zu,\"tlsHeapPeak\":%zu}\n", peer.total, now, peak);
	return 0;
}
