/*
 * The SDK's command-line platform brings no main(): this one imports the module "main" and runs until exit(), with the
 * loop that the SDK's timers and sockets need. Nor has that platform resources.
 */
#include "xsPlatform.h"
#include "xs.h"
#include "mc.xs.h"
#include <glib.h>

void fxAbort(xsMachine* the, int status)
{
	fprintf(stderr, "abort: %s\n", fxAbortString(status));
	exit(1);
}

/* The desktop host's mbedTLS, which may be linked here, allocates by these. */
void* lwsTlsCalloc(size_t count, size_t size)
{
	return calloc(count, size);
}

void lwsTlsFree(void* block)
{
	free(block);
}

const void* mcGetResource(xsMachine* the, char* path, size_t* size)
{
	return NULL;
}

int main(int argc, char* argv[])
{
	xsMachine* machine = fxPrepareMachine(NULL, xsPreparation(), "main", NULL, NULL);
	xsBeginHost(machine);
	{
		xsTry {
			xsAwaitImport("main", XS_IMPORT_NAMESPACE);
		}
		xsCatch {
			fprintf(stderr, "exception: %s\n", xsToString(xsException));
			exit(1);
		}
	}
	xsEndHost(machine);
	g_main_loop_run(g_main_loop_new(NULL, FALSE));
	return 0;
}
