/*
 * What the C files of the desktop host share. Each file is one room:
 *
 *   lwsMain       options, order of events from start to exit
 *   lwsMachine    the two XS machines and their memory
 *   lwsEnd        how a program dies: sentences and exit codes
 *   lwsLoader     specifier -> source -> byte code; native functions behind `@`
 *   lwsLoop       events, timers and microtasks, one turn after another
 *   lwsTcp lwsTcpStream lwsResolver lwsTimer lwsFile lwsStdio lwsProcess   host modules; lwsAddress serves the first three
 *   lwsTlsMemory  what mbedTLS allocates, counted
 *   lwsTlsDigest  the host module "crypt", over mbedTLS
 */

#ifndef __LWS_HOST__
#define __LWS_HOST__

#include "xsmc.h"
#include "xsHost.h"
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Exit codes. Curl's end near 100 and a shell's begin at 126, so that the tool can use all of them as they are. */
enum {
	LWS_EXIT_USAGE = 2,
	LWS_EXIT_INTERNAL = 119,	/* the engine found itself damaged, or has no more keys */
	LWS_EXIT_EXCEPTION = 120,
	LWS_EXIT_REJECTION = 121,
	LWS_EXIT_LOAD = 122,
	LWS_EXIT_MICROTASKS = 123,
	LWS_EXIT_STACK = 124,
	LWS_EXIT_MEMORY = 125
};

typedef struct lwsPreload lwsPreload;
struct lwsPreload {
	lwsPreload* next;
	const char* specifier;
	const char* path;
};

typedef struct {
	const char* program;	/* how the host was called, for messages */
	const char* path;	/* the application's file, absolute */
	int argc;			/* the application's own arguments */
	char** argv;
	size_t heap;		/* bytes of the application's static heap */
	int stack;			/* slots of its stack, inside that heap */
	int fixed;			/* the size was chosen by the user */
	int stress;			/* collect at every allocation */
	int debug;			/* preloaded modules keep their line numbers */
	int stats;			/* print heap figures at the end */
	int tool;			/* the arguments are the tool's; `path` is the module that starts it */
	lwsPreload* preloads;
} lwsOptions;

extern lwsOptions gOptions;

/* lwsMachine */
/* The root machine's memory, which no program's limits touch. */
#define LWS_ROOT_HEAP ((size_t)48 * 1024 * 1024)

typedef struct {
	size_t limit, used, peak;	/* bytes of the static heap, stack included */
	size_t chunks, slots, slotSize;	/* bytes of chunks, count of slots in use */
	unsigned long collections;
} lwsHeapFigures;

xsMachine* lwsNewRoot(void);
xsMachine* lwsNewApplication(xsMachine* root);
void lwsDeleteMachine(xsMachine* the);
/* Runs `body`; an exception that leaves it ends the process with its stack. */
void lwsRun(xsMachine* the, void (*body)(xsMachine*));
/* Makes the root machine read-only. */
void lwsShare(xsMachine* root);
void lwsHeapStatistics(xsMachine* the, lwsHeapFigures* figures);
/* Dies of the first promise that was rejected and never handled. */
void lwsCheckRejections(xsMachine* the);
void lwsStress(int on);
void lwsCountCollections(xsMachine* the);
/* lwsEnd */
/* Prints `lws-xs: SENTENCE (heap figures)`, in the tool `lws-xs: (STATUS) SENTENCE …`, and ends the process. */
void lwsDie(xsMachine* the, int status, const char* format, ...) __attribute__((noreturn, format(printf, 3, 4)));
/* Ends with the exception that is pending, its stack included. */
void lwsDieOfException(xsMachine* the, int status, const char* what) __attribute__((noreturn));

typedef enum { LWS_ERROR_KIND, LWS_RANGE_ERROR, LWS_TYPE_ERROR, LWS_SYNTAX_ERROR } lwsErrorKind;
/* Throws an Error with a message of any length; XS's own way cuts at 128 bytes and, with mxDebug, adds a prefix. */
void lwsThrow(xsMachine* the, lwsErrorKind kind, const char* format, ...)
	__attribute__((noreturn, format(printf, 3, 4)));

/* lwsLoader */
/* Starts an import; when it fails, now or after a top-level await, the process ends with the reason. */
void lwsImport(xsMachine* the, const char* specifier);
void lwsFreeScripts(void);

/* lwsMain */
/* The program ends itself. */
void lwsEnd(xsMachine* the, int status) __attribute__((noreturn));

/* lwsFile */
int lwsWriteAll(int fd, const char* bytes, size_t size);

/* lwsProcess */
void lwsDefineGlobals(xsMachine* the);
void lwsDefineArguments(xsMachine* the);

/* lwsLoop: a source is anything that waits for a file descriptor, or wants to be called in the next turn */
typedef struct lwsSource lwsSource;
typedef void (*lwsReady)(xsMachine* the, lwsSource* source, uint32_t events);
struct lwsSource {
	lwsReady ready;		/* the descriptor has events (EPOLL…) */
	lwsReady turn;		/* called in the turn after lwsPost */
	lwsSource* next;	/* in the queue of the posted */
	int fd;
	uint8_t watched, posted, ended;
};

void lwsStartLoop(void);
void lwsStopLoop(void);
int lwsWatch(lwsSource* source, uint32_t events);
void lwsUnwatch(lwsSource* source);
void lwsPost(lwsSource* source);
/* Frees the source when no event of this turn can name it any more. */
void lwsEndSource(lwsSource* source);
/* Work that keeps the loop alive without a descriptor: a resolver's thread. */
void lwsHoldLoop(int delta);
void lwsRunJobs(xsMachine* the);
void lwsRunLoop(xsMachine* the);

/* lwsAddress */
struct sockaddr_storage;
/* A numeric IPv4 or IPv6 address, or "+PATH" for a UNIX socket; 0 when it is none. `length` receives the size of the socket address. */
int lwsParseAddress(const char* text, int port, struct sockaddr_storage* address, unsigned* length);
/* The TCPFailure (hosts/typings/tcp.d.ts) of an errno. */
const char* lwsFailureName(int failure);

/* lwsTlsMemory: the calloc and free of mbedTLS and of the C files in modules/native/tls */
void* lwsTlsCalloc(size_t count, size_t size);
void lwsTlsFree(void* data);
/* Bytes that are allocated now, and the most that ever were. */
void lwsTlsHeap(size_t* now, size_t* peak);

/* lwsTimer */
double lwsMilliseconds(void);
/* Milliseconds until the next timer, -1 without one. */
int lwsTimerDelay(void);
void lwsRunTimers(xsMachine* the);
void lwsFreeTimers(void);

#ifndef xsmcToReference
	#define xsmcToReference(_SLOT) fxToReference(the, &_SLOT)
#endif
/* The data of a host object that has these hooks; NULL for anything else and after its end. Never throws. */
void* lwsHostData(xsMachine* the, xsSlot* slot, const xsHostHooks* hooks);
/* A callback from the options in argument 0, or NULL; throws when it is there and no function. */
xsSlot* lwsGetCallback(xsMachine* the, xsIdentifier id);

#endif
