/*
 * The module "desktop/stdio": standard input by events, since a pipe or a terminal may keep a program waiting while
 * its sockets live on; standard output and error as plain writes.
 */

#include "lwsHost.h"
#include "mc.xs.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* epoll refuses regular files: those are always ready, and are told by posting the source to the next turn. */
typedef struct {
	lwsSource source;
	xsSlot self;
	xsSlot* onReadable;
	uint8_t regular, armed, closed;
} lwsInput;

static void lwsInputMark(xsMachine* the, void* data, xsMarkRoot markRoot);
static void lwsInputDestructor(void* data);
static const xsHostHooks gInputHooks = { lwsInputDestructor, lwsInputMark, NULL };

static void lwsInputMark(xsMachine* the, void* data, xsMarkRoot markRoot)
{
	lwsInput* input = data;
	if (input && input->onReadable)
		(*markRoot)(the, input->onReadable);
}

static void lwsInputDestructor(void* data)
{
	if (data)
		lwsEndSource(data);
}

static void lwsInputArm(lwsInput* input)
{
	input->armed = 1;
	if (!input->regular && !lwsWatch(&input->source, EPOLLIN | EPOLLONESHOT))
		input->regular = 1;
	if (input->regular)
		lwsPost(&input->source);
}

static void lwsInputReady(xsMachine* the, lwsSource* source, uint32_t events)
{
	lwsInput* input = (lwsInput*)source;
	(void)events;
	input->armed = 0;
	lwsUnwatch(source);
	xsBeginHost(the);
		xsCallFunction0(xsReference(input->onReadable), xsAccess(input->self));
	xsEndHost(the);
}

void lws_input_constructor(xsMachine* the)
{
	xsSlot* onReadable = lwsGetCallback(the, xsID_onReadable);
	lwsInput* input;
	if (!onReadable)
		lwsThrow(the, LWS_TYPE_ERROR, "input: onReadable is needed");
	input = calloc(1, sizeof(lwsInput));
	if (!input)
		lwsThrow(the, LWS_ERROR_KIND, "input: no memory");
	input->onReadable = onReadable;
	input->source.ready = input->source.turn = lwsInputReady;
	input->source.fd = STDIN_FILENO;
	input->self = xsThis;
	xsmcSetHostData(xsThis, input);
	xsSetHostHooks(xsThis, (xsHostHooks*)&gInputHooks);
	xsRemember(input->self);
	lwsInputArm(input);
}

void lws_input_destructor(void* data)
{
	lwsInputDestructor(data);
}

void lws_input_read(xsMachine* the)
{
	lwsInput* input = lwsHostData(the, &xsThis, &gInputHooks);
	void* bytes;
	xsUnsignedValue size;
	ssize_t got;
	if (!input)
		lwsThrow(the, LWS_ERROR_KIND, "input: it is closed");
	/* Between announcements a read could block. The descriptor itself stays blocking: others may share it. */
	if (input->armed) {
		xsmcSetInteger(xsResult, 0);
		return;
	}
	xsmcGetBufferWritable(xsArg(0), &bytes, &size);
	if (!size)
		lwsThrow(the, LWS_RANGE_ERROR, "input: the buffer is empty");
	do
		got = read(STDIN_FILENO, bytes, size);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		lwsThrow(the, LWS_ERROR_KIND, "cannot read the standard input: %s", strerror(errno));
	if (got > 0)
		lwsInputArm(input);
	xsmcSetInteger(xsResult, got ? (int)got : -1);
}

void lws_input_close(xsMachine* the)
{
	lwsInput* input = lwsHostData(the, &xsThis, &gInputHooks);
	if (!input)
		return;
	xsForget(input->self);
	xsmcSetHostData(xsThis, NULL);
	lwsInputDestructor(input);
}

static void lwsWriteStandard(xsMachine* the, int fd, FILE* stream, const char* name)
{
	fflush(stream);
	if (xsmcTypeOf(xsArg(0)) == xsStringType) {
		const char* text = xsmcToString(xsArg(0));
		if (lwsWriteAll(fd, text, strlen(text)))
			return;
	}
	else {
		void* bytes;
		xsUnsignedValue size;
		xsmcGetBufferReadable(xsArg(0), &bytes, &size);
		if (lwsWriteAll(fd, bytes, size))
			return;
	}
	lwsThrow(the, LWS_ERROR_KIND, "cannot write the standard %s: %s", name, strerror(errno));
}

void lws_stdio_output(xsMachine* the)
{
	lwsWriteStandard(the, STDOUT_FILENO, stdout, "output");
}

void lws_stdio_error(xsMachine* the)
{
	lwsWriteStandard(the, STDERR_FILENO, stderr, "error");
}

void lws_stdio_isTerminal(xsMachine* the)
{
	xsmcSetBoolean(xsResult, isatty(xsmcToInteger(xsArg(0))));
}
