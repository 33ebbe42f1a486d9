/*
 * The module "embedded:io/socket/tcp" over Linux sockets, behaving as the SDK's lwIP socket does on a device (the
 * contract is hosts/typings/tcp.d.ts):
 *
 *   - the descriptor is watched edge-triggered, so onReadable comes when bytes arrive and not again for the same;
 *   - a FIN and a failure are one thing, the end, told by onError after the last byte has been read;
 *   - what was taken and not sent is still sent after close(), for a while.
 *
 * The bytes themselves pass through lwsTcpStream.c.
 */

#include "lwsTcp.h"
#include "mc.xs.h"
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void lwsTcpDestructor(void* data);
static void lwsTcpMark(xsMachine* the, void* data, xsMarkRoot markRoot);
static const xsHostHooks gTcpHooks = { lwsTcpDestructor, lwsTcpMark, NULL };

static void lwsTcpRelease(lwsTcp* tcp)
{
	lwsUnwatch(&tcp->source);
	if (tcp->source.fd >= 0)
		close(tcp->source.fd);
	tcp->source.fd = -1;
	free(tcp->rest);
	tcp->rest = NULL;
	lwsEndSource(&tcp->source);
}

static void lwsTcpDestructor(void* data)
{
	if (data)
		lwsTcpRelease(data);
}

static void lwsTcpMark(xsMachine* the, void* data, xsMarkRoot markRoot)
{
	lwsTcp* tcp = data;
	if (!tcp)
		return;
	if (tcp->onReadable)
		(*markRoot)(the, tcp->onReadable);
	if (tcp->onWritable)
		(*markRoot)(the, tcp->onWritable);
	if (tcp->onError)
		(*markRoot)(the, tcp->onError);
}

lwsTcp* lwsGetTcp(xsMachine* the)
{
	lwsTcp* tcp = lwsHostData(the, &xsThis, &gTcpHooks);
	if (!tcp)
		lwsThrow(the, LWS_ERROR_KIND, "tcp: it is closed");
	return tcp;
}

/* What the kernel has is announced. */
static void lwsTcpMeasure(lwsTcp* tcp)
{
	int waiting = 0;
	ioctl(tcp->source.fd, FIONREAD, &waiting);
	if (waiting > tcp->waiting) {
		tcp->waiting = waiting;
		tcp->triggered |= LWS_READABLE;
	}
}

/*
 * The end. Nothing more is expected of the descriptor, except room for what is left to send after a FIN. A write may be the
 * first to learn of it: what has come before the end is there to be read all the same, as on lwIP.
 */
void lwsTcpOver(lwsTcp* tcp, int failure)
{
	if (tcp->over)
		return;
	lwsTcpMeasure(tcp);
	tcp->over = 1;
	tcp->failure = failure;
	tcp->ready = tcp->connecting = 0;
	if (!tcp->waiting)
		tcp->triggered |= LWS_ERROR;
	if (failure || !tcp->rest)
		lwsUnwatch(&tcp->source);
	else
		lwsWatch(&tcp->source, EPOLLOUT | EPOLLET);
}

static void lwsTcpDeliver(xsMachine* the, lwsTcp* tcp)
{
	uint8_t triggered = tcp->triggered;
	tcp->triggered = 0;
	if ((triggered & LWS_READABLE) && tcp->waiting && tcp->onReadable) {
		xsBeginHost(the);
			xsmcSetInteger(xsResult, tcp->waiting);
			xsCallFunction1(xsReference(tcp->onReadable), xsAccess(tcp->self), xsResult);
		xsEndHost(the);
		if (tcp->source.ended)
			return;
	}
	if (tcp->over) {
		if (!(triggered & LWS_ERROR) || tcp->waiting || tcp->told)
			return;
		tcp->told = 1;
		if (tcp->onError) {
			xsBeginHost(the);
				if (tcp->failure)
					xsmcSetString(xsResult, (char*)lwsFailureName(tcp->failure));
				xsCallFunction1(xsReference(tcp->onError), xsAccess(tcp->self), xsResult);
			xsEndHost(the);
		}
		return;
	}
	if ((triggered & LWS_WRITEABLE) && tcp->onWritable) {
		xsBeginHost(the);
			xsmcSetInteger(xsResult, LWS_WRITABLE - tcp->written - (tcp->restEnd - tcp->restStart));
			xsCallFunction1(xsReference(tcp->onWritable), xsAccess(tcp->self), xsResult);
		xsEndHost(the);
	}
}

/* A closed socket that still sends: no script is told anything any more. */
static void lwsTcpLinger(xsMachine* the, lwsSource* source, uint32_t events)
{
	lwsTcp* tcp = (lwsTcp*)source;
	(void)the;
	if (tcp->rest && !(events & (EPOLLERR | EPOLLHUP)))
		lwsTcpFlush(tcp);
	if (!tcp->rest || tcp->failure || (events & (EPOLLERR | EPOLLHUP)))
		lwsTcpRelease(tcp);
}

static void lwsTcpReady(xsMachine* the, lwsSource* source, uint32_t events)
{
	lwsTcp* tcp = (lwsTcp*)source;
	int failure = 0;
	socklen_t length = sizeof(failure);
	if (tcp->connecting && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))) {
		getsockopt(source->fd, SOL_SOCKET, SO_ERROR, &failure, &length);
		tcp->connecting = 0;
		if (failure)
			lwsTcpOver(tcp, failure);
		else {
			tcp->ready = 1;
			tcp->triggered |= LWS_WRITEABLE;
		}
	}
	else if ((events & EPOLLOUT) && tcp->rest)
		lwsTcpFlush(tcp);
	if (!tcp->over && (events & (EPOLLIN | EPOLLRDHUP | EPOLLERR | EPOLLHUP))) {
		lwsTcpMeasure(tcp);
		if (events & EPOLLERR) {
			getsockopt(source->fd, SOL_SOCKET, SO_ERROR, &failure, &length);
			lwsTcpOver(tcp, failure ? failure : ECONNRESET);
		}
		else if (events & (EPOLLRDHUP | EPOLLHUP))
			lwsTcpOver(tcp, 0);
	}
	lwsTcpDeliver(the, tcp);
}

static void lwsTcpTurn(xsMachine* the, lwsSource* source, uint32_t events)
{
	lwsTcp* tcp = (lwsTcp*)source;
	(void)events;
	if (tcp->written) {
		tcp->written = 0;
		if (!tcp->rest)
			tcp->triggered |= LWS_WRITEABLE;
	}
	lwsTcpDeliver(the, tcp);
}

static uint8_t lwsParseFormat(xsMachine* the, xsSlot* slot)
{
	const char* format = fxToString(the, slot);
	if (!strcmp(format, "buffer"))
		return LWS_BUFFER;
	if (strcmp(format, "number"))
		lwsThrow(the, LWS_RANGE_ERROR, "tcp: unknown format");
	return LWS_NUMBER;
}

void lws_tcp_constructor(xsMachine* the)
{
	struct sockaddr_storage address, local;
	socklen_t addressLength, localLength = 0;
	char text[128];	/* a UNIX socket's path has up to 107 bytes */
	int port, nodelay = -1;
	uint8_t format = LWS_BUFFER;
	xsSlot *onReadable, *onWritable, *onError;
	lwsTcp* tcp;

	xsmcVars(1);
	onReadable = lwsGetCallback(the, xsID_onReadable);
	onWritable = lwsGetCallback(the, xsID_onWritable);
	onError = lwsGetCallback(the, xsID_onError);
	xsmcGet(xsVar(0), xsArg(0), xsID_format);
	if (xsmcTest(xsVar(0)))
		format = lwsParseFormat(the, &xsVar(0));
	xsmcGet(xsVar(0), xsArg(0), xsID_nodelay);
	if (xsmcTypeOf(xsVar(0)) != xsUndefinedType)
		nodelay = xsmcToBoolean(xsVar(0)) ? 1 : 0;
	xsmcGet(xsVar(0), xsArg(0), xsID_port);
	if (xsmcTypeOf(xsVar(0)) == xsUndefinedType)
		lwsThrow(the, LWS_RANGE_ERROR, "invalid port");
	port = xsmcToInteger(xsVar(0));
	if (port < 0 || port > 65535)
		lwsThrow(the, LWS_RANGE_ERROR, "invalid port");
	xsmcGet(xsVar(0), xsArg(0), xsID_address);
	if (xsmcTypeOf(xsVar(0)) != xsStringType)
		lwsThrow(the, LWS_ERROR_KIND, "invalid address");
	xsmcToStringBuffer(xsVar(0), text, sizeof(text));
	if (!lwsParseAddress(text, port, &address, &addressLength))
		lwsThrow(the, LWS_ERROR_KIND, "invalid address");
	xsmcGet(xsVar(0), xsArg(0), xsID_localAddress);
	if (xsmcTypeOf(xsVar(0)) != xsUndefinedType) {
		xsmcToStringBuffer(xsVar(0), text, sizeof(text));
		if (!lwsParseAddress(text, 0, &local, &localLength))
			lwsThrow(the, LWS_ERROR_KIND, "invalid local address");
	}
	xsmcGet(xsVar(0), xsArg(0), xsID_target);
	if (xsmcTypeOf(xsVar(0)) != xsUndefinedType)
		xsmcSet(xsThis, xsID_target, xsVar(0));

	tcp = calloc(1, sizeof(lwsTcp));
	if (!tcp)
		lwsThrow(the, LWS_RANGE_ERROR, "no memory");
	tcp->source.ready = lwsTcpReady;
	tcp->source.turn = lwsTcpTurn;
	tcp->source.fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (tcp->source.fd < 0) {
		free(tcp);
		lwsThrow(the, LWS_RANGE_ERROR, "no socket");
	}
	tcp->format = format;
	tcp->onReadable = onReadable;
	tcp->onWritable = onWritable;
	tcp->onError = onError;
	tcp->self = xsThis;
	xsmcSetHostData(xsThis, tcp);
	xsSetHostHooks(xsThis, (xsHostHooks*)&gTcpHooks);
	xsRemember(tcp->self);

	if (nodelay >= 0 && address.ss_family != AF_UNIX)
		setsockopt(tcp->source.fd, IPPROTO_TCP, TCP_NODELAY, &nodelay, sizeof(nodelay));
	tcp->connecting = 1;
	if ((localLength && bind(tcp->source.fd, (struct sockaddr*)&local, localLength) < 0)
		|| (connect(tcp->source.fd, (struct sockaddr*)&address, addressLength) < 0 && errno != EINPROGRESS)
		|| !lwsWatch(&tcp->source, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET)) {
		lwsTcpOver(tcp, errno);
		lwsPost(&tcp->source);
	}
}

void lws_tcp_destructor(void* data)
{
	lwsTcpDestructor(data);
}

void lws_tcp_close(xsMachine* the)
{
	lwsTcp* tcp = lwsHostData(the, &xsThis, &gTcpHooks);
	if (!tcp)
		return;
	xsmcSetHostData(xsThis, NULL);
	xsForget(tcp->self);
	tcp->onReadable = tcp->onWritable = tcp->onError = NULL;
	tcp->triggered = 0;
	if (tcp->rest && !tcp->failure) {
		unsigned patience = LWS_LINGER_MILLISECONDS;
		setsockopt(tcp->source.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof(patience));
		tcp->source.ready = tcp->source.turn = lwsTcpLinger;
		if (lwsWatch(&tcp->source, EPOLLOUT))
			return;
	}
	lwsTcpRelease(tcp);
}

static void lwsTcpPeer(xsMachine* the, char* host, char* service)
{
	lwsTcp* tcp = lwsGetTcp(the);
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	*host = *service = 0;
	if (!getpeername(tcp->source.fd, (struct sockaddr*)&address, &length))
		getnameinfo((struct sockaddr*)&address, length, host, NI_MAXHOST, service, NI_MAXSERV, NI_NUMERICHOST | NI_NUMERICSERV);
}

void lws_tcp_get_remoteAddress(xsMachine* the)
{
	char host[NI_MAXHOST], service[NI_MAXSERV];
	lwsTcpPeer(the, host, service);
	xsmcSetString(xsResult, host);
}

void lws_tcp_get_remotePort(xsMachine* the)
{
	char host[NI_MAXHOST], service[NI_MAXSERV];
	lwsTcpPeer(the, host, service);
	xsmcSetInteger(xsResult, atoi(service));
}

void lws_tcp_get_format(xsMachine* the)
{
	xsmcSetString(xsResult, lwsGetTcp(the)->format == LWS_NUMBER ? "number" : "buffer");
}

void lws_tcp_set_format(xsMachine* the)
{
	lwsTcp* tcp = lwsGetTcp(the);
	tcp->format = lwsParseFormat(the, &xsArg(0));
}
