/*
 * Reading and writing of lwsTcp.c's sockets. At most LWS_WRITABLE bytes are taken before the next turn of the loop; what
 * the kernel does not take at once waits in `rest`.
 */

#include "lwsTcp.h"
#include "mc.xs.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

void lwsTcpFlush(lwsTcp* tcp)
{
	ssize_t sent = send(tcp->source.fd, tcp->rest + tcp->restStart, tcp->restEnd - tcp->restStart, MSG_NOSIGNAL);
	if (sent < 0) {
		if (errno != EAGAIN && errno != EINTR) {
			int failure = errno;
			free(tcp->rest);
			tcp->rest = NULL;
			tcp->restStart = tcp->restEnd = 0;
			lwsTcpOver(tcp, failure);
		}
		return;
	}
	tcp->restStart += (int)sent;
	tcp->triggered |= LWS_WRITEABLE;
	if (tcp->restStart == tcp->restEnd) {
		free(tcp->rest);
		tcp->rest = NULL;
		tcp->restStart = tcp->restEnd = 0;
		if (tcp->over)
			lwsUnwatch(&tcp->source);
	}
}

void lws_tcp_read(xsMachine* the)
{
	lwsTcp* tcp = lwsGetTcp(the);
	void* bytes;
	uint8_t byte;
	int requested = 1, done = 0;
	if (!tcp->waiting)
		return;
	if (tcp->format == LWS_NUMBER)
		bytes = &byte;
	else if (xsmcArgc && xsmcTypeOf(xsArg(0)) == xsReferenceType) {
		xsUnsignedValue size;
		xsmcGetBufferWritable(xsArg(0), &bytes, &size);
		if (size == 0 || size > (xsUnsignedValue)tcp->waiting)
			lwsThrow(the, LWS_ERROR_KIND, "invalid");
		requested = (int)size;
		xsmcSetInteger(xsResult, requested);
	}
	else {
		requested = xsmcArgc ? xsmcToInteger(xsArg(0)) : tcp->waiting;
		if (requested <= 0 || requested > tcp->waiting)
			lwsThrow(the, LWS_ERROR_KIND, "invalid");
		bytes = xsmcSetArrayBuffer(xsResult, NULL, requested);
	}
	while (done < requested) {
		ssize_t got = recv(tcp->source.fd, (char*)bytes + done, requested - done, 0);
		if (got > 0)
			done += (int)got;
		else if (got == 0 || errno != EINTR)
			lwsThrow(the, LWS_ERROR_KIND, "tcp: the kernel lost bytes it had announced");
	}
	tcp->waiting -= requested;
	if (tcp->format == LWS_NUMBER)
		xsmcSetInteger(xsResult, byte);
	if (!tcp->waiting && tcp->over && !tcp->told) {
		tcp->triggered |= LWS_ERROR;
		lwsPost(&tcp->source);
	}
}

void lws_tcp_write(xsMachine* the)
{
	lwsTcp* tcp = lwsGetTcp(the);
	void* bytes;
	uint8_t byte;
	xsUnsignedValue size = 1;
	int room;
	ssize_t sent = 0;
	if (!tcp->ready)
		lwsThrow(the, LWS_ERROR_KIND, "not ready");
	if (tcp->format == LWS_NUMBER) {
		byte = (uint8_t)xsmcToInteger(xsArg(0));
		bytes = &byte;
	}
	else
		xsmcGetBufferReadable(xsArg(0), &bytes, &size);
	room = LWS_WRITABLE - tcp->written - (tcp->restEnd - tcp->restStart);
	if (size > (xsUnsignedValue)room)
		lwsThrow(the, LWS_ERROR_KIND, "would block");
	if (size && !tcp->rest) {
		sent = send(tcp->source.fd, bytes, size, MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN && errno != EINTR) {
			lwsTcpOver(tcp, errno);
			lwsPost(&tcp->source);
			return;
		}
		if (sent < 0)
			sent = 0;
	}
	if (sent < (ssize_t)size) {
		if (!tcp->rest) {
			tcp->rest = malloc(LWS_WRITABLE);
			if (!tcp->rest)
				lwsThrow(the, LWS_RANGE_ERROR, "no memory");
		}
		else if (tcp->restStart) {
			memmove(tcp->rest, tcp->rest + tcp->restStart, tcp->restEnd - tcp->restStart);
			tcp->restEnd -= tcp->restStart;
			tcp->restStart = 0;
		}
		memcpy(tcp->rest + tcp->restEnd, (char*)bytes + sent, size - sent);
		tcp->restEnd += (int)(size - sent);
	}
	tcp->written += (int)sent;
	if (size && !tcp->rest)
		lwsPost(&tcp->source);
	xsmcSetInteger(xsResult, room - (int)size);
}
