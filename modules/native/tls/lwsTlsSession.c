/*
 * One session, over memory. mbedTLS asks for ciphertext and gives some through two functions, which here only move bytes
 * from the `input` and to the `output` of the call that is under way; what it wants more of, it is given by the next
 * call. It keeps a record until it is whole, so nothing of the input has to be kept for it; and what of a record did not
 * fit in the output it keeps, too.
 */

#include "../lwsSpan.h"
#include "lwsTls.h"
#include <string.h>

/* RFC 8446 section 5.1: alert and handshake are what a server may begin with. */
#define RECORD_ALERT 21
#define RECORD_HANDSHAKE 22
#define HANDSHAKE_CERTIFICATE 11

static int lwsTlsReceive(void* context, unsigned char* buffer, size_t size)
{
	lwsTlsSession* session = context;
	size_t count = (size_t)(session->inputEnd - session->input), at;
	if (!count)
		return MBEDTLS_ERR_SSL_WANT_READ;
	if (count > size)
		count = size;
	/* What is no TLS at all is not waited for until it would be a record. */
	for (at = 0; (session->peeked < 2) && (at < count); at++, session->peeked++) {
		uint8_t byte = session->input[at];
		if (session->peeked == 0 ? (byte != RECORD_ALERT) && (byte != RECORD_HANDSHAKE) : byte != 3)
			session->isForeign = 1;
	}
	if (session->isForeign)
		return MBEDTLS_ERR_SSL_INVALID_RECORD;
	memcpy(buffer, session->input, count);
	session->input += count;
	return (int)count;
}

static int lwsTlsSend(void* context, const unsigned char* bytes, size_t size)
{
	lwsTlsSession* session = context;
	size_t count = (size_t)(session->outputEnd - session->output);
	if (!count)
		return MBEDTLS_ERR_SSL_WANT_WRITE;
	/* In TLS 1.2 our certificate, or that there is none, goes out unencrypted, and only when the server has asked. */
	if ((size > 5) && (bytes[0] == RECORD_HANDSHAKE) && (bytes[5] == HANDSHAKE_CERTIFICATE))
		session->hasCertified = 1;
	if (count > size)
		count = size;
	memcpy(session->output, bytes, count);
	session->output += count;
	return (int)count;
}

void lws_tls_session_delete(void* data)
{
	lwsTlsSession* session = data;
	if (!session)
		return;
	mbedtls_ssl_free(&session->ssl);
	mbedtls_ssl_config_free(&session->config);
	if (session->verdict)
		mbedtls_free(session->verdict->authority);
	mbedtls_free(session->verdict);
	mbedtls_free(session->suites);
	mbedtls_free(session->protocols);
	mbedtls_free(session->text);
	mbedtls_free(session->host);
	mbedtls_free(session->pins);
	if (session->credentials)
		lwsTlsReleaseCredentials(session->credentials);
	mbedtls_free(session);
}

lwsTlsSession* lwsTlsGetSession(xsMachine* the)
{
	lwsTlsSession* session = xsmcGetHostDataValidate(xsThis, lws_tls_session_delete);
	if (!session)
		xsUnknownError("the TLS session is closed");
	return session;
}

void lws_tls_session_new(xsMachine* the)
{
	lwsTlsCredentials* credentials;
	lwsTlsSession* session;
	xsmcVars(1);
	credentials = lwsTlsGetCredentials(the, &xsArg(0));
	session = lwsTlsAllocate(the, sizeof(lwsTlsSession));
	mbedtls_ssl_init(&session->ssl);
	mbedtls_ssl_config_init(&session->config);
	session->credentials = credentials;
	credentials->references++;
	xsmcSetHostData(xsThis, session);
	xsTry {
		lwsTlsSetUp(the, session, &xsArg(1));
	}
	xsCatch {
		/* not left to the garbage collector, which knows nothing of its 40 KB */
		xsmcSetHostData(xsThis, NULL);
		lws_tls_session_delete(session);
		xsThrow(xsException);
	}
	mbedtls_ssl_set_bio(&session->ssl, session, lwsTlsSend, lwsTlsReceive, NULL);
	xsmcSetInteger(xsVar(0), 0);
	xsmcSet(xsThis, xsID_consumed, xsVar(0));
	xsmcSet(xsThis, xsID_produced, xsVar(0));
	xsmcSet(xsThis, xsID_available, xsVar(0));
	xsmcSet(xsThis, xsID_events, xsVar(0));
	xsmcSet(xsThis, xsID_longest, xsVar(0));
}

void lws_tls_session_close(xsMachine* the)
{
	lwsTlsSession* session = xsmcGetHostDataValidate(xsThis, lws_tls_session_delete);
	xsmcSetHostData(xsThis, NULL);
	lws_tls_session_delete(session);
}

/* The pointers are good until XS allocates, so nothing may between here and lwsTlsTell. `input` may have nothing in it. */
static lwsTlsSession* lwsTlsBegin(xsMachine* the, const Span* input, xsSlot* output, uint8_t** out)
{
	lwsTlsSession* session = lwsTlsGetSession(the);
	void* data;
	xsUnsignedValue size;
	xsmcGetBufferWritable(*output, &data, &size);
	session->input = input->start;
	session->inputEnd = input->end;
	*out = session->output = data;
	session->outputEnd = session->output + size;
	return session;
}

/* A property is set only when it changes: that costs more than to compare, and from record to record most stay. */
static void lwsTlsPut(xsMachine* the, xsIdentifier id, int* told, xsIntegerValue value)
{
	if (*told == value)
		return;
	*told = value;
	xsmcSetInteger(xsVar(0), value);
	xsmcSet(xsThis, id, xsVar(0));
}

static void lwsTlsTell(xsMachine* the, lwsTlsSession* session, const Span* in, const uint8_t* out, int events)
{
	int isFull = (session->output == session->outputEnd) && session->ssl.MBEDTLS_PRIVATE(out_left);
	xsmcVars(1);
	lwsTlsPut(the, xsID_consumed, &session->consumed, (xsIntegerValue)(session->input - in->start));
	lwsTlsPut(the, xsID_produced, &session->produced, (xsIntegerValue)(session->output - out));
	events |= (session->isTicketed ? lwsTlsTicket : 0) | (isFull ? lwsTlsMore : 0);
	lwsTlsPut(the, xsID_events, &session->events, events);
}

static int lwsTlsFail(lwsTlsSession* session, int error)
{
	if (!session->isEnded) {
		session->isEnded = 1;
		session->error = error;
		lwsTlsJudge(session);
	}
	return lwsTlsFailed;
}

/* What an error of mbedTLS means to a session that stands, as events; 0: it can go on when there is more input. */
static int lwsTlsMet(lwsTlsSession* session, int error)
{
	switch (error) {
	case MBEDTLS_ERR_SSL_WANT_READ:
	case MBEDTLS_ERR_SSL_WANT_WRITE:
		return 0;
	case MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET:
		session->isTicketed = 1;
		return 0;
	case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY:
		session->isEnded = 1;
		return lwsTlsClosed;
	default:
		return lwsTlsFail(session, error);
	}
}

void lws_tls_session_handshake(xsMachine* the)
{
	Span in = readSpan(the, &xsArg(0), &xsArg(1), &xsArg(2));
	uint8_t* out;
	lwsTlsSession* session = lwsTlsBegin(the, &in, &xsArg(3), &out);
	int events = 0;
	while (!session->isEnded && !session->isDone) {
		int error = mbedtls_ssl_handshake(&session->ssl);
		if (!error) {
			session->isDone = 1;
			/* In TLS 1.2 the ticket has come by now. */
			session->isTicketed = !session->isUnkept && session->ssl.MBEDTLS_PRIVATE(session)
				&& strcmp(mbedtls_ssl_get_version(&session->ssl), "TLSv1.3");
			break;
		}
		/* A warning makes mbedTLS ask again, with input left. */
		if ((error == MBEDTLS_ERR_SSL_WANT_READ) && (session->input < session->inputEnd))
			continue;
		events = lwsTlsMet(session, error);
		if ((error == MBEDTLS_ERR_SSL_WANT_READ) || (error == MBEDTLS_ERR_SSL_WANT_WRITE))
			break;
	}
	lwsTlsTell(the, session, &in, out, session->isEnded && !events ? lwsTlsFailed : events);
	if (session->isDone) {
		int longest = mbedtls_ssl_get_max_out_record_payload(&session->ssl);
		lwsTlsPut(the, xsID_longest, &session->longest, longest > 0 ? longest : 0);
	}
	xsmcSetBoolean(xsResult, session->isDone);
}

/*
 * There is more to be read without more input than the call was given. A ticket of TLS 1.3 is first received, with
 * WANT_READ, and taken up by the next call, which may be a write: that would write nothing.
 */
static int lwsTlsHasMore(const lwsTlsSession* session)
{
#if defined(LWS_TLS_HAS_13) && (MBEDTLS_VERSION_NUMBER >= 0x03060000)
	if (session->ssl.MBEDTLS_PRIVATE(state) == MBEDTLS_SSL_TLS1_3_NEW_SESSION_TICKET)
		return 1;
#endif
	return session->input < session->inputEnd;
}

void lws_tls_session_read(xsMachine* the)
{
	Span target = readSpan(the, &xsArg(0), &xsArg(1), &xsArg(2));
	Span in = readSpan(the, &xsArg(3), &xsArg(4), &xsArg(5));
	uint8_t* out;
	lwsTlsSession* session = lwsTlsBegin(the, &in, &xsArg(6), &out);
	uint8_t* at = target.start;
	int events = 0;
	size_t available = 0;
	while (!session->isEnded) {
		int count;
		available = mbedtls_ssl_get_bytes_avail(&session->ssl);
		if (!available) {
			/* decrypts the next record, and reads none of it */
			count = mbedtls_ssl_read(&session->ssl, at, 0);
			if (count < 0) {
				events |= lwsTlsMet(session, count);
				/* tickets, warnings and empty records are not the end of what can be read */
				if (lwsTlsHasMore(session))
					continue;
				break;
			}
			available = mbedtls_ssl_get_bytes_avail(&session->ssl);
			if (!available) {
				if (lwsTlsHasMore(session))
					continue;
				break;
			}
		}
		if (at == target.end)
			break;
		count = mbedtls_ssl_read(&session->ssl, at, (size_t)(target.end - at) < available ? (size_t)(target.end - at)
			: available);
		if (count < 0) {
			events |= lwsTlsMet(session, count);
			break;
		}
		at += count;
		available = mbedtls_ssl_get_bytes_avail(&session->ssl);
	}
	lwsTlsTell(the, session, &in, out, events);
	lwsTlsPut(the, xsID_available, &session->available, (xsIntegerValue)available);
	xsmcSetInteger(xsResult, (xsIntegerValue)(at - target.start));
}

/* Writes what mbedTLS has kept, and then a record of `bytes`, if any. */
void lws_tls_session_write(xsMachine* the)
{
	static const Span in;
	Span bytes = readSpan(the, &xsArg(0), &xsArg(1), &xsArg(2));
	uint8_t* out;
	lwsTlsSession* session = lwsTlsBegin(the, &in, &xsArg(3), &out);
	int events = 0;
	if (!session->isEnded) {
		size_t size = (size_t)(bytes.end - bytes.start);
		int isKept = session->ssl.MBEDTLS_PRIVATE(out_left) != 0;
		if (isKept || size) {
			int count;
			/* a ticket is told of, instead of writing */
			while ((count = mbedtls_ssl_write(&session->ssl, bytes.start, isKept ? 0 : size))
				== MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
				session->isTicketed = 1;
			/* once it is encrypted it is written, wherever it lies */
			if (count < 0)
				events = lwsTlsMet(session, count);
		}
	}
	lwsTlsTell(the, session, &in, out, events);
}

void lws_tls_session_finish(xsMachine* the)
{
	static const Span in;
	uint8_t* out;
	lwsTlsSession* session = lwsTlsBegin(the, &in, &xsArg(0), &out);
	if (session->isDone && (!session->isEnded || !session->error))
		mbedtls_ssl_close_notify(&session->ssl);
	session->isEnded = 1;
	lwsTlsTell(the, session, &in, out, 0);
}
