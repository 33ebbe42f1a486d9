/*
 * What a program sees of its process: the globals console, trace and argv, and the modules "desktop/process" and
 * "rng".
 */

#include "lwsHost.h"
#include "mc.xs.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static void lwsPrint(xsMachine* the, FILE* stream, const char* separator, const char* end)
{
	int i, count = xsmcArgc;
	for (i = 0; i < count; i++) {
		xsSlot* slot = &xsArg(i);
		if (i)
			fputs(separator, stream);
		xsResult = *slot;
		/* an error says more by its stack, where the host has one */
		if (xsmcTypeOf(xsResult) == xsReferenceType && xsmcIsInstanceOf(xsResult, xsErrorPrototype)) {
			xsmcGet(xsResult, *slot, xsID_stack);
			if (!xsmcTest(xsResult))
				xsResult = *slot;
		}
		else if (xsmcTypeOf(xsResult) == xsSymbolType)
			xsmcSetString(xsResult, "[symbol]");
		/* XS writes NUL inside a string as C0 80 */
		for (const char* text = xsmcToString(xsResult); *text; text++) {
			if ((unsigned char)text[0] == 0xC0 && (unsigned char)text[1] == 0x80) {
				fputc(0, stream);
				text++;
			}
			else
				fputc(*text, stream);
		}
	}
	fputs(end, stream);
	xsmcSetUndefined(xsResult);
}

static void lwsConsoleLog(xsMachine* the)
{
	lwsPrint(the, stdout, " ", "\n");
	fflush(stdout);
}

static void lwsConsoleError(xsMachine* the)
{
	fflush(stdout);
	lwsPrint(the, stderr, " ", "\n");
}

static void lwsTrace(xsMachine* the)
{
	lwsPrint(the, stdout, "", "");
	fflush(stdout);
}

void lwsDefineGlobals(xsMachine* the)
{
	xsBeginHost(the);
	xsmcVars(2);
	xsmcSetNewObject(xsVar(0));
	xsVar(1) = xsNewHostFunction(lwsConsoleLog, 0);
	xsmcDefine(xsVar(0), xsID("log"), xsVar(1), xsDontEnum);
	xsmcDefine(xsVar(0), xsID("info"), xsVar(1), xsDontEnum);
	xsmcDefine(xsVar(0), xsID("debug"), xsVar(1), xsDontEnum);
	xsVar(1) = xsNewHostFunction(lwsConsoleError, 0);
	xsmcDefine(xsVar(0), xsID("error"), xsVar(1), xsDontEnum);
	xsmcDefine(xsVar(0), xsID("warn"), xsVar(1), xsDontEnum);
	xsmcDefine(xsGlobal, xsID("console"), xsVar(0), xsDontEnum);
	xsVar(1) = xsNewHostFunction(lwsTrace, 0);
	xsmcDefine(xsGlobal, xsID("trace"), xsVar(1), xsDontEnum);
	xsEndHost(the);
}

void lwsDefineArguments(xsMachine* the)
{
	int i;
	xsBeginHost(the);
	xsmcVars(2);
	xsmcSetNewArray(xsVar(0), 0);
	for (i = 0; i < gOptions.argc; i++) {
		xsmcSetString(xsVar(1), gOptions.argv[i]);
		xsmcSetIndex(xsVar(0), i, xsVar(1));
	}
	xsmcDefine(xsGlobal, xsID("argv"), xsVar(0), xsDontEnum);
	xsEndHost(the);
}

void lws_process_environment(xsMachine* the)
{
	const char* value = getenv(xsmcToString(xsArg(0)));
	if (value)
		xsmcSetString(xsResult, (char*)value);
}

void lws_process_exit(xsMachine* the)
{
	int status = xsmcArgc ? xsmcToInteger(xsArg(0)) : 0;
	lwsEnd(the, status);
}

void lws_rng_get(xsMachine* the)
{
	int count = xsmcToInteger(xsArg(0));
	char* bytes;
	if (count < 0)
		lwsThrow(the, LWS_RANGE_ERROR, "rng: invalid count");
	bytes = xsmcSetArrayBuffer(xsResult, NULL, count);
	while (count > 0) {
		ssize_t got = getrandom(bytes, count, 0);
		if (got < 0) {
			if (errno == EINTR)
				continue;
			lwsThrow(the, LWS_ERROR_KIND, "rng: %s", strerror(errno));
		}
		bytes += got;
		count -= got;
	}
}
