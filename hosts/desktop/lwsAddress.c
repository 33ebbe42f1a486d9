/*
 * Socket addresses and their failures, as numbers and as text.
 */

#include "lwsHost.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

/* lws's spelling: "+PATH" is a UNIX socket, "+@NAME" one in the abstract name space. */
static int lwsParseUnixAddress(const char* path, struct sockaddr_un* address, socklen_t* length)
{
	int isAbstract = path[0] == '@';
	size_t size = strlen(path) + (isAbstract ? 0 : 1);	/* only a path ends in a NUL */
	if (path[0] == 0 || size > sizeof(address->sun_path))
		return 0;
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, path, size);
	if (isAbstract)
		address->sun_path[0] = 0;
	*length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
	return 1;
}

int lwsParseAddress(const char* text, int port, struct sockaddr_storage* address, socklen_t* length)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };
	struct addrinfo* info;
	struct sockaddr_in* v4 = (struct sockaddr_in*)address;
	char service[16];
	memset(address, 0, sizeof(*address));
	if (text[0] == '+')
		return lwsParseUnixAddress(text + 1, (struct sockaddr_un*)address, length);
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		*length = sizeof(*v4);
		return 1;
	}
	/* getaddrinfo knows the scope of a link-local address: fe80::1%eth0 */
	snprintf(service, sizeof(service), "%d", port);
	hints.ai_family = AF_INET6;
	if (getaddrinfo(text, service, &hints, &info))
		return 0;
	memcpy(address, info->ai_addr, info->ai_addrlen);
	*length = info->ai_addrlen;
	freeaddrinfo(info);
	return 1;
}

const char* lwsFailureName(int failure)
{
	switch (failure) {
	case ECONNREFUSED: return "refused";
	case ECONNRESET: case EPIPE: case ECONNABORTED: return "reset";
	case ETIMEDOUT: return "timed-out";
	case ENETUNREACH: case EHOSTUNREACH: case ENETDOWN: case EHOSTDOWN: return "unreachable";
	case EADDRNOTAVAIL: case EADDRINUSE: case EINVAL: case EAFNOSUPPORT: return "address";
	case ENOENT: return "refused";	/* nobody has made that UNIX socket */
	default: return "other";
	}
}
