/* A simulated device has neither arguments nor a standard output of its own; the process that simulates it has both. */
#include "xsmc.h"
#include "mc.xs.h"
#include <stdio.h>
#include <stdlib.h>

void lws_linux_environment(xsMachine* the)
{
	const char* value = getenv(xsmcToString(xsArg(0)));
	xsmcSetString(xsResult, value ? (char*)value : "");
}

void lws_linux_print(xsMachine* the)
{
	puts(xsmcToString(xsArg(0)));
	fflush(stdout);
}

void lws_linux_exit(xsMachine* the)
{
	_Exit(xsmcArgc > 0 ? xsmcToInteger(xsArg(0)) : 0);
}
