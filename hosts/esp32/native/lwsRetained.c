/*
 * Memory that deep sleep leaves as it is, and that sleep. RTC memory has 8 KB (16 KB on the C6), of which ESP-IDF uses
 * little; it is cleared at power-on.
 */
#include "xsmc.h"
#include "mc.xs.h"
#include <stdint.h>
#include <string.h>
#include "esp_attr.h"
#include "esp_sleep.h"

/* A session of TLS 1.3 with its ticket is some 300 to 1,500 bytes long. */
#define KEPT 2048

typedef struct {
	uint32_t length;
	uint8_t bytes[KEPT];
} lwsKept;

static RTC_DATA_ATTR lwsKept gKept;

void lws_retained_set(xsMachine* the)
{
	void* bytes;
	xsUnsignedValue length;
	xsmcGetBufferReadable(xsArg(0), &bytes, &length);
	if (length > KEPT) {
		gKept.length = 0;
		xsmcSetBoolean(xsResult, 0);
		return;
	}
	memcpy(gKept.bytes, bytes, length);
	gKept.length = length;
	xsmcSetBoolean(xsResult, 1);
}

/* A Uint8Array, or undefined. */
void lws_retained_get(xsMachine* the)
{
	if (gKept.length == 0 || gKept.length > KEPT)
		return;
	xsmcVars(1);
	xsmcSetArrayBuffer(xsVar(0), gKept.bytes, gKept.length);
	xsResult = xsNew1(xsGlobal, xsID_Uint8Array, xsVar(0));
}

/* Does not come back: the device restarts. */
void lws_retained_sleep(xsMachine* the)
{
	esp_deep_sleep((uint64_t)xsmcToNumber(xsArg(0)) * 1000);
}
