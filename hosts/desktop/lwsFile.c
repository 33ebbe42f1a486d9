/*
 * The module "desktop/file": regular files, pipes and devices by path, read and written in pieces. Calls block, as
 * files do. Failures throw an Error whose message names the file and the reason.
 */

#include "lwsHost.h"
#include "mc.xs.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
	int fd;
	char path[1];
} lwsFile;

static void lwsFileDestructor(void* data)
{
	lwsFile* file = data;
	if (file) {
		if (file->fd >= 0)
			close(file->fd);
		free(file);
	}
}

static const xsHostHooks gFileHooks = { lwsFileDestructor, NULL, NULL };

static lwsFile* lwsGetFile(xsMachine* the)
{
	lwsFile* file = lwsHostData(the, &xsThis, &gFileHooks);
	if (!file)
		lwsThrow(the, LWS_ERROR_KIND, "file: it is closed");
	return file;
}

void lws_file_constructor(xsMachine* the)
{
	char path[PATH_MAX];
	const char* mode = "r";
	int flags;
	lwsFile* file;
	xsmcVars(2);
	xsmcGet(xsVar(0), xsArg(0), xsID_path);
	if (xsmcTypeOf(xsVar(0)) != xsStringType)
		lwsThrow(the, LWS_TYPE_ERROR, "file: path is no string");
	xsmcToStringBuffer(xsVar(0), path, sizeof(path));
	xsmcGet(xsVar(1), xsArg(0), xsID_mode);
	if (xsmcTest(xsVar(1)))
		mode = xsmcToString(xsVar(1));
	if (!strcmp(mode, "r"))
		flags = O_RDONLY;
	else if (!strcmp(mode, "r+"))
		flags = O_RDWR;
	else if (!strcmp(mode, "w"))
		flags = O_WRONLY | O_CREAT | O_TRUNC;
	else if (!strcmp(mode, "a"))
		flags = O_WRONLY | O_CREAT | O_APPEND;
	else
		lwsThrow(the, LWS_RANGE_ERROR, "file: mode is one of r, r+, w, a");
	file = malloc(sizeof(lwsFile) + strlen(path));
	if (!file)
		lwsThrow(the, LWS_ERROR_KIND, "file: no memory");
	strcpy(file->path, path);
	file->fd = open(path, flags | O_CLOEXEC, 0666);
	if (file->fd < 0) {
		free(file);
		lwsThrow(the, LWS_ERROR_KIND, "cannot open %s: %s", path, strerror(errno));
	}
	xsmcSetHostData(xsThis, file);
	xsSetHostHooks(xsThis, (xsHostHooks*)&gFileHooks);
}

void lws_file_destructor(void* data)
{
	lwsFileDestructor(data);
}

void lws_file_close(xsMachine* the)
{
	lwsFile* file = lwsHostData(the, &xsThis, &gFileHooks);
	int failure = 0;
	char path[PATH_MAX];
	if (!file)
		return;
	if (close(file->fd) < 0)	/* a full disk on a network file system is told only here */
		failure = errno;
	file->fd = -1;
	snprintf(path, sizeof(path), "%s", file->path);
	xsmcSetHostData(xsThis, NULL);
	free(file);
	if (failure)
		lwsThrow(the, LWS_ERROR_KIND, "cannot close %s: %s", path, strerror(failure));
}

void lws_file_read(xsMachine* the)
{
	lwsFile* file = lwsGetFile(the);
	void* bytes;
	xsUnsignedValue size;
	ssize_t got;
	xsmcGetBufferWritable(xsArg(0), &bytes, &size);
	do
		got = read(file->fd, bytes, size);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		lwsThrow(the, LWS_ERROR_KIND, "cannot read %s: %s", file->path, strerror(errno));
	xsmcSetInteger(xsResult, (int)got);
}

int lwsWriteAll(int fd, const char* bytes, size_t size)
{
	while (size) {
		ssize_t put = write(fd, bytes, size);
		if (put < 0 && errno != EINTR)
			return 0;
		if (put > 0) {
			bytes += put;
			size -= put;
		}
	}
	return 1;
}

void lws_file_write(xsMachine* the)
{
	lwsFile* file = lwsGetFile(the);
	void* bytes;
	xsUnsignedValue size;
	xsmcGetBufferReadable(xsArg(0), &bytes, &size);
	if (!lwsWriteAll(file->fd, bytes, size))
		lwsThrow(the, LWS_ERROR_KIND, "cannot write %s: %s", file->path, strerror(errno));
	xsmcSetInteger(xsResult, (int)size);
}

void lws_file_get_size(xsMachine* the)
{
	lwsFile* file = lwsGetFile(the);
	struct stat status;
	if (fstat(file->fd, &status) < 0)
		lwsThrow(the, LWS_ERROR_KIND, "cannot look at %s: %s", file->path, strerror(errno));
	if (S_ISREG(status.st_mode))
		xsmcSetNumber(xsResult, (double)status.st_size);
}

void lws_file_get_position(xsMachine* the)
{
	off_t position = lseek(lwsGetFile(the)->fd, 0, SEEK_CUR);
	if (position >= 0)
		xsmcSetNumber(xsResult, (double)position);
}

void lws_file_set_position(xsMachine* the)
{
	lwsFile* file = lwsGetFile(the);
	double position = xsmcToNumber(xsArg(0));
	if (!(position >= 0) || lseek(file->fd, (off_t)position, SEEK_SET) < 0)
		lwsThrow(the, LWS_RANGE_ERROR, "cannot set the position of %s", file->path);
}
