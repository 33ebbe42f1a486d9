/*
 * How a program ends before its time: each way has a sentence on the standard error and an exit code (lwsHost.h).
 */

#include "xsAll.h"
#include "lwsHost.h"

void lwsDie(xsMachine* the, int status, const char* format, ...)
{
	va_list arguments;
	fflush(stdout);
	fprintf(stderr, "lws-xs: ");
	if (gOptions.tool)
		fprintf(stderr, "(%d) ", status);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	if (the) {
		lwsHeapFigures figures;
		lwsHeapStatistics(the, &figures);
		fprintf(stderr, " (heap %zu of %zu bytes: %zu in chunks, %zu slots of %zu bytes, the rest stack)", figures.used,
			figures.limit, figures.chunks, figures.slots, figures.slotSize);
	}
	fprintf(stderr, "\n");
	fflush(stderr);
	_exit(status);
}

/* With mxDebug XS begins the messages of its own errors with the function they come from; this one says nothing. */
#define LWS_NO_FUNCTION "(host): "

static void lwsPrintText(const char* text)
{
	const char* noise = strstr(text, LWS_NO_FUNCTION);
	if (noise)
		fprintf(stderr, "%.*s%s", (int)(noise - text), text, noise + strlen(LWS_NO_FUNCTION));
	else
		fprintf(stderr, "%s", text);
}

/* An error object's stack names the error itself first; anything else that was thrown has only its string. */
static void lwsPrintException(txMachine* the)
{
	mxTry(the) {
		mxPush(mxException);
		mxException = mxUndefined;
		if (the->stack->kind == XS_REFERENCE_KIND) {
			mxDub();
			fxGetID(the, mxID(_stack));
			if (the->stack->kind != XS_STRING_KIND || !the->stack->value.string[0])
				mxPop();
		}
		lwsPrintText(fxToString(the, the->stack));
	}
	mxCatch(the) {
		fprintf(stderr, "(an exception that cannot be shown as a string)");
	}
}

void lwsDieOfException(xsMachine* the, int status, const char* what)
{
	txJump* jump = the->firstJump;
	fflush(stdout);
	fprintf(stderr, "lws-xs: ");
	if (gOptions.tool)
		fprintf(stderr, "(%d) ", status);
	fprintf(stderr, "%s: ", what);
	if (jump) {
		/* the engine still stands where the exception was thrown; scripts can run again from here */
		the->stack = jump->stack;
		the->scope = jump->scope;
		the->frame = jump->frame;
		the->code = jump->code;
		the->firstJump = jump->nextJump;
	}
	lwsPrintException(the);
	fprintf(stderr, "\n");
	fflush(stderr);
	_exit(status);
}

void lwsThrow(xsMachine* the, lwsErrorKind kind, const char* format, ...)
{
	char message[1024];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	switch (kind) {
	case LWS_RANGE_ERROR: mxPush(mxRangeErrorConstructor); break;
	case LWS_TYPE_ERROR: mxPush(mxTypeErrorConstructor); break;
	case LWS_SYNTAX_ERROR: mxPush(mxSyntaxErrorConstructor); break;
	default: mxPush(mxErrorConstructor); break;
	}
	fxNew(the);
	mxPushStringC(message);
	mxRunCount(1);
	mxPull(mxException);
	fxJump(the);
}

void fxAbort(txMachine* the, int status)
{
	switch (status) {
	case XS_NOT_ENOUGH_MEMORY_EXIT:
		if (the->heapEnd - the->heapBase == (ptrdiff_t)LWS_ROOT_HEAP)
			lwsDie(C_NULL, LWS_EXIT_MEMORY, "memory full while the modules were preloaded");
		if (gOptions.tool)
			lwsDie(the, LWS_EXIT_MEMORY, "heap:full: the heap is exceeded; give a larger --heap");
		lwsDie(the, LWS_EXIT_MEMORY, "memory full: the program needs a larger --heap");
	case XS_STACK_OVERFLOW_EXIT:
		lwsDie(the, LWS_EXIT_STACK, "stack overflow: calls nest too deep for %d slots; see --stack", gOptions.stack);
	case XS_UNHANDLED_EXCEPTION_EXIT:
		lwsDieOfException(the, LWS_EXIT_EXCEPTION, "unhandled exception");
	case XS_UNHANDLED_REJECTION_EXIT:
		lwsDieOfException(the, LWS_EXIT_REJECTION, "unhandled rejection of a promise");
	case XS_NO_MORE_KEYS_EXIT:
		lwsDie(the, LWS_EXIT_INTERNAL, "the program uses too many different property names");
	default:
		lwsDie(the, LWS_EXIT_INTERNAL, "the engine stopped with status %d", status);
	}
}
