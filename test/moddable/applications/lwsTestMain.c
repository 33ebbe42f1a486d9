/*
 * The SDK's command-line platform brings no main(): this one prints the default export of the module "main". Nor has it
 * resources.
 */
#include "xsPlatform.h"
#include "xs.h"
#include "mc.xs.h"

void fxAbort(xsMachine* the, int status)
{
	fprintf(stderr, "abort: %s\n", fxAbortString(status));
	exit(1);
}

/* The desktop host's mbedTLS, which is linked here, allocates by these. */
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
	int error = 0;
	xsMachine* machine = fxPrepareMachine(NULL, xsPreparation(), "main", NULL, NULL);
	xsBeginHost(machine);
	{
		xsVars(1);
		xsTry {
			xsVar(0) = xsAwaitImport("main", XS_IMPORT_DEFAULT);
			printf("%s\n", xsToString(xsVar(0)));
		}
		xsCatch {
			fprintf(stderr, "exception: %s\n", xsToString(xsException));
			error = 1;
		}
	}
	xsEndHost(machine);
	xsDeleteMachine(machine);
	return error;
}
