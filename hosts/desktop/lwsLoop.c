/*
 * The event loop. One turn: microtasks, then whatever is due in this order: events of descriptors, sources that were
 * posted before this turn, timers that were due when their part began. It ends when nothing is left that could call
 * the program again.
 */

#include "xsAll.h"
#include "lwsHost.h"
#include <sys/epoll.h>

/* A program that only ever queues more microtasks never returns to the loop; five seconds of that are a mistake. */
#define LWS_MICROTASK_MILLISECONDS 5000.0
#define LWS_EVENTS 32

static int gPoll = -1;
static int gHeld = 0;		/* sources watched, sources posted, and other work under way */
static lwsSource* gPostedFirst = C_NULL;
static lwsSource* gPostedLast = C_NULL;
static lwsSource* gEnded = C_NULL;
static txBoolean gInEvents = 0;

void lwsStartLoop(void)
{
	gPoll = epoll_create1(EPOLL_CLOEXEC);
	if (gPoll < 0)
		lwsDie(C_NULL, LWS_EXIT_INTERNAL, "cannot start the event loop: %s", strerror(errno));
}

void lwsStopLoop(void)
{
	close(gPoll);
}

void lwsHoldLoop(int delta)
{
	gHeld += delta;
}

int lwsWatch(lwsSource* source, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = source };
	if (epoll_ctl(gPoll, source->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, source->fd, &event) < 0)
		return 0;
	if (!source->watched)
		gHeld++;
	source->watched = 1;
	return 1;
}

void lwsUnwatch(lwsSource* source)
{
	if (!source->watched)
		return;
	epoll_ctl(gPoll, EPOLL_CTL_DEL, source->fd, C_NULL);
	source->watched = 0;
	gHeld--;
}

void lwsPost(lwsSource* source)
{
	if (source->posted || source->ended)
		return;
	source->posted = 1;
	source->next = C_NULL;
	if (gPostedLast)
		gPostedLast->next = source;
	else
		gPostedFirst = source;
	gPostedLast = source;
	gHeld++;
}

static void lwsFreeEnded(void)
{
	while (gEnded) {
		lwsSource* source = gEnded;
		gEnded = source->next;
		c_free(source);
	}
}

void lwsEndSource(lwsSource* source)
{
	lwsUnwatch(source);
	source->ended = 1;
	if (source->posted)
		return;		/* the queue still holds it, lwsRunPosted lets it go */
	source->next = gEnded;
	gEnded = source;
	if (!gInEvents)
		lwsFreeEnded();
}

void lwsRunJobs(xsMachine* the)
{
	double start = 0;
	unsigned rounds = 0;
	while (the->promiseJobs) {
		the->promiseJobs = 0;
		fxRunPromiseJobs(the);
		if (++rounds % 4096)
			continue;
		if (!start)
			start = lwsMilliseconds();
		else if (lwsMilliseconds() - start > LWS_MICROTASK_MILLISECONDS)
			lwsDie(the, LWS_EXIT_MICROTASKS,
				"endless microtasks: the program keeps queueing promise jobs and never returns to its event loop");
	}
	fxEndJob(the);
}

static void lwsRunPosted(xsMachine* the)
{
	lwsSource* source = gPostedFirst;
	lwsSource* next;
	gPostedFirst = gPostedLast = C_NULL;
	for (; source; source = next) {
		next = source->next;
		source->posted = 0;
		gHeld--;
		if (source->ended) {
			source->next = gEnded;
			gEnded = source;
			continue;
		}
		(*source->turn)(the, source, 0);
		lwsRunJobs(the);
	}
}

void lwsRunLoop(xsMachine* the)
{
	struct epoll_event events[LWS_EVENTS];
	lwsRunJobs(the);
	for (;;) {
		int count, i, delay = gPostedFirst ? 0 : lwsTimerDelay();
		if (!gHeld && delay < 0)
			return;
		count = epoll_wait(gPoll, events, LWS_EVENTS, delay);
		if (count < 0 && errno != EINTR)
			lwsDie(the, LWS_EXIT_INTERNAL, "the event loop failed: %s", strerror(errno));
		gInEvents = 1;
		for (i = 0; i < count; i++) {
			lwsSource* source = events[i].data.ptr;
			if (source->watched && !source->ended) {
				(*source->ready)(the, source, events[i].events);
				lwsRunJobs(the);
			}
		}
		lwsRunPosted(the);
		lwsRunTimers(the);
		gInEvents = 0;
		lwsFreeEnded();
	}
}
