/*
 * The module "embedded:network/dns/resolver/udp": names are resolved by the C library, each in a thread of its own,
 * and told in a turn of the loop. A thread touches only its own lwsLookup until it puts that into gDone.
 */

#include "lwsHost.h"
#include "mc.xs.h"
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct lwsResolver lwsResolver;
typedef struct lwsLookup lwsLookup;

struct lwsLookup {
	lwsLookup* next;			/* of the same resolver */
	lwsLookup* nextDone;
	lwsResolver* resolver;		/* NULL once nobody waits for it */
	char* host;
	xsSlot* onResolved;
	xsSlot* onError;
	struct addrinfo* addresses;
	int failure;
};

struct lwsResolver {
	xsSlot self;
	lwsLookup* lookups;
};

static void lwsResolverDestructor(void* data);
static void lwsResolverMark(xsMachine* the, void* data, xsMarkRoot markRoot);
static const xsHostHooks gResolverHooks = { lwsResolverDestructor, lwsResolverMark, NULL };

static pthread_mutex_t gMutex = PTHREAD_MUTEX_INITIALIZER;
static lwsLookup* gDone = NULL;
static int gWaiting = 0;		/* lookups that somebody waits for */
static lwsSource* gSignal = NULL;

static void lwsFreeLookup(lwsLookup* lookup)
{
	if (lookup->addresses)
		freeaddrinfo(lookup->addresses);
	free(lookup->host);
	free(lookup);
}

static void lwsWaitFor(int delta)
{
	gWaiting += delta;
	if (gWaiting)
		lwsWatch(gSignal, EPOLLIN);
	else
		lwsUnwatch(gSignal);
}

static void lwsDropLookups(lwsResolver* resolver)
{
	while (resolver->lookups) {
		lwsLookup* lookup = resolver->lookups;
		resolver->lookups = lookup->next;
		lookup->resolver = NULL;	/* its thread still runs; who finds it in gDone frees it */
		lwsWaitFor(-1);
	}
}

static void lwsResolverDestructor(void* data)
{
	lwsResolver* resolver = data;
	if (resolver) {
		lwsDropLookups(resolver);
		free(resolver);
	}
}

static void lwsResolverMark(xsMachine* the, void* data, xsMarkRoot markRoot)
{
	lwsResolver* resolver = data;
	lwsLookup* lookup;
	for (lookup = resolver ? resolver->lookups : NULL; lookup; lookup = lookup->next) {
		if (lookup->onResolved)
			(*markRoot)(the, lookup->onResolved);
		if (lookup->onError)
			(*markRoot)(the, lookup->onError);
	}
}

static void* lwsLookupThread(void* data)
{
	lwsLookup* lookup = data;
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC };
	uint64_t one = 1;
	int signal = gSignal->fd;
	lookup->failure = getaddrinfo(lookup->host, NULL, &hints, &lookup->addresses);
	pthread_mutex_lock(&gMutex);
	lookup->nextDone = gDone;
	gDone = lookup;
	pthread_mutex_unlock(&gMutex);
	while (write(signal, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	return NULL;
}

static void lwsTellResolved(xsMachine* the, lwsLookup* lookup, xsSlot* self)
{
	struct addrinfo* info;
	char text[NI_MAXHOST];
	int count = 0;
	/* xsVar(0) is the callback, as lwsTell has left it */
	xsmcSetString(xsVar(1), lookup->host);
	xsmcSetNewArray(xsVar(2), 0);
	for (info = lookup->addresses; info; info = info->ai_next) {
		if (getnameinfo(info->ai_addr, info->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST))
			continue;
		xsmcSetString(xsVar(3), text);
		xsmcSetIndex(xsVar(2), count++, xsVar(3));
	}
	xsmcGetIndex(xsVar(3), xsVar(2), 0);
	xsCallFunction3(xsVar(0), xsAccess(*self), xsVar(1), xsVar(3), xsVar(2));
}

static void lwsForgetLookup(xsMachine* the, lwsResolver* resolver, lwsLookup* lookup)
{
	lwsLookup** address = &resolver->lookups;
	while (*address != lookup)
		address = &(*address)->next;
	*address = lookup->next;
	lwsWaitFor(-1);
	if (!resolver->lookups)
		xsForget(resolver->self);
}

static void lwsTell(xsMachine* the, lwsLookup* lookup)
{
	lwsResolver* resolver = lookup->resolver;
	xsSlot* callback = lookup->failure || !lookup->addresses ? lookup->onError : lookup->onResolved;
	xsBeginHost(the);
		xsmcVars(4);
		/* from here on this frame keeps resolver and callbacks alive, not the list */
		xsResult = xsAccess(resolver->self);
		if (callback)
			xsVar(0) = xsReference(callback);
		lwsForgetLookup(the, resolver, lookup);
		if (!callback)
			;
		else if (callback == lookup->onResolved)
			lwsTellResolved(the, lookup, &xsResult);
		else {
			xsmcSetString(xsVar(1), lookup->host);
			xsCallFunction1(xsVar(0), xsResult, xsVar(1));
		}
	xsEndHost(the);
}

static void lwsResolverReady(xsMachine* the, lwsSource* source, uint32_t events)
{
	uint64_t count;
	lwsLookup *lookup, *oldest = NULL;
	(void)events;
	if (read(source->fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		return;
	pthread_mutex_lock(&gMutex);
	lookup = gDone;
	gDone = NULL;
	pthread_mutex_unlock(&gMutex);
	while (lookup) {	/* gDone has the newest first */
		lwsLookup* next = lookup->nextDone;
		lookup->nextDone = oldest;
		oldest = lookup;
		lookup = next;
	}
	while (oldest) {
		lookup = oldest;
		oldest = lookup->nextDone;
		if (lookup->resolver)
			lwsTell(the, lookup);
		lwsFreeLookup(lookup);
		lwsRunJobs(the);
	}
}

static void lwsPrepareSignal(xsMachine* the)
{
	if (gSignal)
		return;
	gSignal = calloc(1, sizeof(lwsSource));
	if (!gSignal)
		lwsThrow(the, LWS_ERROR_KIND, "resolver: no memory");
	gSignal->ready = lwsResolverReady;
	gSignal->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (gSignal->fd < 0) {
		free(gSignal);
		gSignal = NULL;
		lwsThrow(the, LWS_ERROR_KIND, "resolver: %s", strerror(errno));
	}
}

void lws_resolver_constructor(xsMachine* the)
{
	lwsResolver* resolver;
	lwsPrepareSignal(the);
	resolver = calloc(1, sizeof(lwsResolver));
	if (!resolver)
		lwsThrow(the, LWS_ERROR_KIND, "resolver: no memory");
	resolver->self = xsThis;
	xsmcSetHostData(xsThis, resolver);
	xsSetHostHooks(xsThis, (xsHostHooks*)&gResolverHooks);
}

void lws_resolver_destructor(void* data)
{
	lwsResolverDestructor(data);
}

void lws_resolver_close(xsMachine* the)
{
	lwsResolver* resolver = lwsHostData(the, &xsThis, &gResolverHooks);
	if (!resolver)
		return;
	xsForget(resolver->self);
	xsmcSetHostData(xsThis, NULL);
	lwsResolverDestructor(resolver);
}

void lws_resolver_resolve(xsMachine* the)
{
	lwsResolver* resolver = lwsHostData(the, &xsThis, &gResolverHooks);
	xsSlot *onResolved, *onError;
	lwsLookup* lookup;
	pthread_t thread;
	if (!resolver)
		lwsThrow(the, LWS_ERROR_KIND, "resolver: it is closed");
	xsmcVars(1);
	onResolved = lwsGetCallback(the, xsID_onResolved);
	onError = lwsGetCallback(the, xsID_onError);
	xsmcGet(xsVar(0), xsArg(0), xsID_host);
	if (!xsmcTest(xsVar(0)) || (!onResolved && !onError))
		lwsThrow(the, LWS_ERROR_KIND, "resolver: host and a callback are needed");
	lookup = calloc(1, sizeof(lwsLookup));
	if (lookup)
		lookup->host = strdup(xsmcToString(xsVar(0)));
	if (!lookup || !lookup->host) {
		free(lookup);
		lwsThrow(the, LWS_ERROR_KIND, "resolver: no memory");
	}
	lookup->onResolved = onResolved;
	lookup->onError = onError;
	lookup->resolver = resolver;
	if (pthread_create(&thread, NULL, lwsLookupThread, lookup)) {
		lwsFreeLookup(lookup);
		lwsThrow(the, LWS_ERROR_KIND, "resolver: no thread");
	}
	pthread_detach(thread);
	if (!resolver->lookups)
		xsRemember(resolver->self);
	lookup->next = resolver->lookups;
	resolver->lookups = lookup;
	lwsWaitFor(1);
}
