/*
 * From start to exit: options, root machine with everything that may lie in flash, application, loop, last words.
 */

#include "lwsHost.h"
#include "lwsEmbedded.h"
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LWS_DEFAULT_HEAP ((size_t)64 * 1024 * 1024)
#define LWS_DEFAULT_STACK 4096
/* The SDK's stack for ESP32 is 384 slots; a heap chosen by the user is meant to be like a device's. */
#define LWS_DEVICE_STACK 384
#define LWS_MINIMUM_HEAP ((size_t)4096)
#define LWS_MAXIMUM_HEAP ((size_t)1024 * 1024 * 1024)

lwsOptions gOptions;

/* What the messages begin with. */
static const char* gName = "xs-desktop";

static const char gUsage[] =
	"usage: xs-desktop [OPTION…] FILE.js [ARGUMENT…]\n"
	"\n"
	"Runs an ES module on the XS engine. Its arguments are in globalThis.argv.\n"
	"\n"
	"  --heap BYTES           a fixed heap of that size, stack included (K and M may follow the number)\n"
	"  --stack SLOTS          slots of the stack in it (384 with --heap, else 4096)\n"
	"  --preload NAME=FILE    put the module FILE under the name NAME beside the built-ins, outside that heap\n"
	"  --debug                line numbers in the stacks of preloaded modules, too\n"
	"  --stats                print heap figures as one line of JSON on standard error at the end\n"
	"  --stress               collect garbage at every allocation (builds with AddressSanitizer only)\n"
	"  -h, --help\n"
	"\n"
	"Exit codes: 2 usage, 120 unhandled exception, 121 unhandled rejection, 122 a module cannot be loaded,\n"
	"123 endless microtasks, 124 stack overflow, 125 memory full.\n";

static void lwsUsage(const char* problem, const char* what)
{
	fprintf(stderr, "%s: %s%s\n", gName, problem, what);
	fprintf(stderr, "usage: %s [OPTION…] FILE.js [ARGUMENT…] (--help tells more)\n", gName);
	exit(LWS_EXIT_USAGE);
}

/* 0 when it is none that lies between. */
static size_t lwsReadSize(const char* text, size_t minimum, size_t maximum)
{
	char* end;
	unsigned long long value;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (end != text && (*end == 'K' || *end == 'k'))
		value *= 1024, end++;
	else if (end != text && (*end == 'M' || *end == 'm'))
		value *= 1024 * 1024, end++;
	if (end == text || *end || errno || *text == '-' || value < minimum || value > maximum)
		return 0;
	return (size_t)value;
}

static size_t lwsParseSize(const char* option, const char* text, size_t minimum, size_t maximum)
{
	size_t value = lwsReadSize(text, minimum, maximum);
	char message[128];
	if (!value) {
		snprintf(message, sizeof(message), "%s wants a number from %zu to %zu, not ", option, minimum, maximum);
		lwsUsage(message, text);
	}
	return value;
}

static void lwsAddPreload(char* text)
{
	char* equals = strchr(text, '=');
	lwsPreload* preload = calloc(1, sizeof(lwsPreload));
	lwsPreload** last = &gOptions.preloads;
	if (!preload || !equals || equals == text || !equals[1])
		lwsUsage("--preload wants NAME=FILE, not ", text);
	*equals = 0;
	preload->specifier = text;
	preload->path = equals + 1;
	if (access(preload->path, R_OK))
		lwsUsage("--preload cannot read ", preload->path);
	while (*last)
		last = &(*last)->next;
	*last = preload;
}

static void lwsParseOptions(int argc, char** argv)
{
	static char real[PATH_MAX];
	int i = 1;
	gOptions.program = argv[0];
	gOptions.heap = LWS_DEFAULT_HEAP;
	for (; i < argc && argv[i][0] == '-'; i++) {
		char* option = argv[i];
		if (!strcmp(option, "-h") || !strcmp(option, "--help")) {
			fputs(gUsage, stdout);
			exit(0);
		}
		else if (!strcmp(option, "--debug"))
			gOptions.debug = 1;
		else if (!strcmp(option, "--stats"))
			gOptions.stats = 1;
		else if (!strcmp(option, "--stress")) {
#if !mxStress
			lwsUsage("this build cannot collect at every allocation; build/xs-desktop-asan can: ", option);
#endif
			gOptions.stress = 1;
		}
		else if (i + 1 == argc)
			lwsUsage("an option is not known or wants a value: ", option);
		else if (!strcmp(option, "--heap")) {
			gOptions.heap = lwsParseSize(option, argv[++i], LWS_MINIMUM_HEAP, LWS_MAXIMUM_HEAP);
			gOptions.fixed = 1;
		}
		else if (!strcmp(option, "--stack"))
			gOptions.stack = (int)lwsParseSize(option, argv[++i], 128, 1024 * 1024);
		else if (!strcmp(option, "--preload"))
			lwsAddPreload(argv[++i]);
		else
			lwsUsage("unknown option ", option);
	}
	if (i == argc)
		lwsUsage("no FILE.js is given", "");
	if (!gOptions.stack)
		gOptions.stack = gOptions.fixed ? LWS_DEVICE_STACK : LWS_DEFAULT_STACK;
	if (gOptions.stack * sizeof(xsSlot) + 2048 > gOptions.heap)
		lwsUsage("the stack leaves no room in a heap of this size; see --stack", "");
	if (!realpath(argv[i], real)) {
		fprintf(stderr, "%s: cannot read %s: %s\n", gName, argv[i], strerror(errno));
		exit(LWS_EXIT_LOAD);
	}
	gOptions.path = real;
	gOptions.argc = argc - i - 1;
	gOptions.argv = argv + i + 1;
}

/* Where `run` stands when only options of the host are before it, else 0. */
static int lwsFindRun(int argc, char** argv)
{
	int i = 1;
	while (i < argc) {
		if (!strcmp(argv[i], "run"))
			return i;
		if (!strcmp(argv[i], "--stats") || !strcmp(argv[i], "--debug") || !strcmp(argv[i], "--stress"))
			i++;
		else if (!strcmp(argv[i], "--heap") || !strcmp(argv[i], "--stack") || !strcmp(argv[i], "--preload"))
			i += 2;
		else
			return 0;
	}
	return 0;
}

/*
 * The tool reads its arguments itself, but --heap must be known before there is a machine to read them with. What is
 * wrong with its value is left to the tool to tell.
 */
static void lwsParseToolArguments(int argc, char** argv)
{
	int i, run = lwsFindRun(argc, argv);
	gName = "lws-xs";
	if (run) {
		gName = "lws-xs run";
		memmove(argv + run, argv + run + 1, (argc - run) * sizeof(char*));	/* the NULL at the end, too */
		lwsParseOptions(argc - 1, argv);
		return;
	}
	gOptions.program = argv[0];
	gOptions.tool = 1;
	gOptions.path = LWS_TOOL_START;
	gOptions.argc = argc - 1;
	gOptions.argv = argv + 1;
	gOptions.heap = LWS_DEFAULT_HEAP;
	for (i = 1; i + 1 < argc && strcmp(argv[i], "--"); i++) {
		size_t heap = strcmp(argv[i], "--heap") ? 0 : lwsReadSize(argv[i + 1], LWS_MINIMUM_HEAP, LWS_MAXIMUM_HEAP);
		if (heap) {
			gOptions.heap = heap;
			gOptions.fixed = 1;
		}
	}
	gOptions.stack = gOptions.fixed ? LWS_DEVICE_STACK : LWS_DEFAULT_STACK;
	if (gOptions.stack * sizeof(xsSlot) + 2048 > gOptions.heap)
		lwsDie(NULL, LWS_EXIT_MEMORY, "heap:full: the stack alone takes %zu of %zu bytes; give a larger --heap",
			gOptions.stack * sizeof(xsSlot), gOptions.heap);
}

static void lwsPreloadModules(xsMachine* the)
{
	lwsPreload* preload;
	int i;
	lwsDefineGlobals(the);
	for (i = 0; i < lwsEmbeddedModuleCount; i++)
		lwsImport(the, lwsEmbeddedModules[i].specifier);
	for (i = 0; i < lwsToolModuleCount; i++) {
		const char* specifier = lwsToolModules[i].specifier;
		if (strcmp(specifier, LWS_TOOL_START) && (gOptions.tool || strcmp(specifier, LWS_TOOL)))
			lwsImport(the, specifier);
	}
	lwsRunJobs(the);
	for (preload = gOptions.preloads; preload; preload = preload->next) {
		lwsImport(the, preload->specifier);
		lwsRunJobs(the);
	}
}

static void lwsRunApplication(xsMachine* the)
{
	lwsCountCollections(the);
	lwsDefineArguments(the);
	lwsStress(gOptions.stress);
	lwsImport(the, gOptions.path);
	lwsRunLoop(the);
	lwsStress(0);
	lwsCheckRejections(the);
}

static void lwsPrintStats(xsMachine* the)
{
	lwsHeapFigures figures;
	lwsHeapStatistics(the, &figures);
	fflush(stdout);
	fprintf(stderr, "{\"peakHeap\":%zu,\"heap\":%zu,\"limit\":%zu,\"chunks\":%zu,\"slots\":%zu,\"gcs\":%lu}\n", figures.peak,
		figures.used, figures.limit, figures.chunks, figures.slots, figures.collections);
}

void lwsEnd(xsMachine* the, int status)
{
	if (gOptions.stats)
		lwsPrintStats(the);
	fflush(stdout);
	fflush(stderr);
	_exit(status);
}

int main(int argc, char** argv)
{
	xsMachine *root, *the;
	if (lwsToolModuleCount)
		lwsParseToolArguments(argc, argv);
	else
		lwsParseOptions(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	lwsStartLoop();
	root = lwsNewRoot();
	lwsRun(root, lwsPreloadModules);
	lwsShare(root);
	the = lwsNewApplication(root);
	lwsRun(the, lwsRunApplication);
	if (gOptions.stats)
		lwsPrintStats(the);
	lwsFreeTimers();
	lwsDeleteMachine(the);
	lwsDeleteMachine(root);
	lwsFreeScripts();
	lwsStopLoop();
	return 0;
}
