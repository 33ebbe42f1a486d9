/* A simulated device has neither arguments nor a standard output of its own; the simulator's process has both. */
#include "xsmc.h"
#include "mc.xs.h"
#include <stdio.h>
#include <stdlib.h>

void lws_test_environment(xsMachine* the)
{
	const char* value = getenv(xsmcToString(xsArg(0)));
	xsmcSetString(xsResult, value ? (char*)value : "");
}

void lws_test_print(xsMachine* the)
{
	puts(xsmcToString(xsArg(0)));
	fflush(stdout);
}

void lws_test_exit(xsMachine* the)
{
	_Exit(xsmcToInteger(xsArg(0)));
}
