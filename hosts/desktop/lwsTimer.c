/*
 * The modules "timer" and "time", as the SDK's modules/base/timer behaves on a device:
 * a timer without a repeat ends after its call, even when that call schedules it again; Timer.schedule(timer) without
 * a time holds it; a held timer does not keep the program alive here, since nothing could wake it.
 */

#include "lwsHost.h"
#include "mc.xs.h"
#include <math.h>
#include <stdlib.h>
#include <time.h>

typedef struct lwsTimer lwsTimer;
struct lwsTimer {
	lwsTimer* next;		/* by due time */
	double due;			/* milliseconds, see lwsMilliseconds */
	int repeat;			/* milliseconds; 0: ends after the call; -1: held */
	unsigned serial;	/* of the arming: those armed during a turn wait for the next one */
	uint8_t armed, firing, cleared;
	xsSlot self;
	xsSlot* callback;
};

static lwsTimer* gTimers = NULL;
static unsigned gSerial = 0;

double lwsMilliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1000.0 + (double)now.tv_nsec / 1000000.0;
}

static void lwsDisarm(lwsTimer* timer)
{
	lwsTimer** address = &gTimers;
	if (!timer->armed)
		return;
	timer->armed = 0;
	while (*address != timer)
		address = &(*address)->next;
	*address = timer->next;
}

static void lwsArm(lwsTimer* timer, double due)
{
	lwsTimer** address = &gTimers;
	timer->due = due;
	timer->serial = ++gSerial;
	timer->armed = 1;
	while (*address && (*address)->due <= due)
		address = &(*address)->next;
	timer->next = *address;
	*address = timer;
}

static void lwsTimerDestructor(void* data)
{
	lwsTimer* timer = data;
	if (timer) {
		lwsDisarm(timer);
		free(timer);
	}
}

static void lwsTimerMark(xsMachine* the, void* data, xsMarkRoot markRoot)
{
	lwsTimer* timer = data;
	if (timer && timer->callback)
		(*markRoot)(the, timer->callback);
}

static const xsHostHooks gTimerHooks = { lwsTimerDestructor, lwsTimerMark, NULL };

/* The object outlives its record: its methods then find no data. */
static void lwsEndTimer(xsMachine* the, lwsTimer* timer)
{
	xsForget(timer->self);
	xsmcSetHostData(timer->self, NULL);
	lwsDisarm(timer);
	free(timer);
}

int lwsTimerDelay(void)
{
	double delay;
	if (!gTimers)
		return -1;
	delay = ceil(gTimers->due - lwsMilliseconds());
	return delay <= 0 ? 0 : delay > 1e9 ? 1000000000 : (int)delay;
}

void lwsRunTimers(xsMachine* the)
{
	double now;
	unsigned last = gSerial;
	if (!gTimers)
		return;
	now = lwsMilliseconds();
	for (;;) {
		lwsTimer* timer = gTimers;
		while (timer && (int)(timer->serial - last) > 0 && timer->due <= now)
			timer = timer->next;
		if (!timer || timer->due > now)
			return;
		lwsDisarm(timer);
		if (timer->repeat > 0)
			lwsArm(timer, timer->due + timer->repeat > now ? timer->due + timer->repeat : now + timer->repeat);
		timer->firing = 1;
		xsBeginHost(the);
			xsCallFunction1(xsReference(timer->callback), xsGlobal, xsAccess(timer->self));
		xsEndHost(the);
		timer->firing = 0;
		if (timer->cleared)
			free(timer);
		else if (timer->repeat == 0)
			lwsEndTimer(the, timer);
		lwsRunJobs(the);
	}
}

void lwsFreeTimers(void)
{
	gTimers = NULL;	/* the records go with their objects, when the machine is deleted */
}

static int lwsInterval(xsMachine* the, int index)
{
	return xsmcArgc > index ? xsmcToInteger(xsArg(index)) : 0;
}

static void lwsNewTimer(xsMachine* the, int interval, int repeat)
{
	lwsTimer* timer;
	if (!xsmcArgc || !xsmcIsCallable(xsArg(0)))
		lwsThrow(the, LWS_TYPE_ERROR, "timer: callback is no function");
	xsResult = xsNewHostObject(NULL);
	timer = calloc(1, sizeof(lwsTimer));
	if (!timer)
		lwsThrow(the, LWS_ERROR_KIND, "timer: no memory");
	timer->callback = xsmcToReference(xsArg(0));
	timer->repeat = repeat > 0 ? repeat : 0;
	timer->self = xsResult;
	xsmcSetHostData(xsResult, timer);
	xsSetHostHooks(xsResult, (xsHostHooks*)&gTimerHooks);
	xsRemember(timer->self);
	lwsArm(timer, lwsMilliseconds() + interval);
}

static lwsTimer* lwsGetTimer(xsMachine* the)
{
	lwsTimer* timer = xsmcArgc ? lwsHostData(the, &xsArg(0), &gTimerHooks) : NULL;
	if (!timer)
		lwsThrow(the, LWS_ERROR_KIND, "timer: it has ended");
	return timer;
}

void lws_timer_set(xsMachine* the)
{
	lwsNewTimer(the, lwsInterval(the, 1), lwsInterval(the, 2));
}

void lws_timer_repeat(xsMachine* the)
{
	int interval = lwsInterval(the, 1);
	lwsNewTimer(the, interval, interval);
}

void lws_timer_schedule(xsMachine* the)
{
	lwsTimer* timer = lwsGetTimer(the);
	lwsDisarm(timer);
	if (xsmcArgc < 2) {
		timer->repeat = -1;
		return;
	}
	timer->repeat = lwsInterval(the, 2) > 0 ? lwsInterval(the, 2) : 0;
	lwsArm(timer, lwsMilliseconds() + lwsInterval(the, 1));
}

void lws_timer_clear(xsMachine* the)
{
	lwsTimer* timer = xsmcArgc ? lwsHostData(the, &xsArg(0), &gTimerHooks) : NULL;
	if (!timer)
		return;
	if (!timer->firing) {
		lwsEndTimer(the, timer);
		return;
	}
	/* lwsRunTimers still holds the record */
	xsForget(timer->self);
	xsmcSetHostData(timer->self, NULL);
	lwsDisarm(timer);
	timer->callback = NULL;
	timer->cleared = 1;
}

void lws_timer_delay(xsMachine* the)
{
	int milliseconds = lwsInterval(the, 0);
	struct timespec delay = { milliseconds / 1000, (milliseconds % 1000) * 1000000L };
	if (milliseconds > 0)
		nanosleep(&delay, NULL);
}

void lws_time_ticks(xsMachine* the)
{
	xsmcSetNumber(xsResult, floor(lwsMilliseconds()));
}

void lws_time_microseconds(xsMachine* the)
{
	xsmcSetNumber(xsResult, floor(lwsMilliseconds() * 1000.0));
}

void lws_time_delta(xsMachine* the)
{
	double start = xsmcArgc ? xsmcToNumber(xsArg(0)) : 0;
	double end = xsmcArgc > 1 ? xsmcToNumber(xsArg(1)) : floor(lwsMilliseconds());
	xsmcSetNumber(xsResult, end - start);
}
