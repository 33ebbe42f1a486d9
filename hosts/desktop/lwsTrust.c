/*
 * The module "lws-xs/host/trust": files of certificates, and the CAs of the machine. A file is read into memory outside of the heap,
 * where a bundle of a quarter of a megabyte would not fit, and is a buffer to XS.
 */

#include "lwsHost.h"
#include "mc.xs.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Nobody has more certificates than this. */
#define LWS_TRUST_LIMIT (64 * 1024 * 1024)

void lws_trust_free(void* data)
{
	free(data);
}

void lws_trust_read(xsMachine* the)
{
	const char* path = xsmcToString(xsArg(0));
	FILE* file = fopen(path, "rb");
	uint8_t* bytes = NULL;
	size_t size = 0, room = 0;
	if (!file)
		lwsThrow(the, LWS_ERROR_KIND, "%s: %s", path, strerror(errno));
	for (;;) {
		size_t count;
		if (size == room) {
			uint8_t* more = room < LWS_TRUST_LIMIT ? realloc(bytes, room = room ? 2 * room : 64 * 1024) : NULL;
			if (!more) {
				errno = EFBIG;
				break;
			}
			bytes = more;
		}
		errno = 0;
		count = fread(bytes + size, 1, room - size, file);
		size += count;
		if (!count)
			break;
	}
	if (errno) {
		int error = errno;
		fclose(file);
		free(bytes);
		lwsThrow(the, LWS_ERROR_KIND, "%s: %s", path, strerror(error));
	}
	fclose(file);
	xsmcSetHostBuffer(xsThis, bytes, (xsIntegerValue)size);
}

/* OpenSSL's variable, which curl obeys, too. */
void lws_trust_setting(xsMachine* the)
{
	const char* path = getenv("SSL_CERT_FILE");
	if (path && *path)
		xsmcSetString(xsResult, (char*)path);
}

void lws_trust_exists(xsMachine* the)
{
	xsmcSetBoolean(xsResult, access(xsmcToString(xsArg(0)), R_OK) == 0);
}
