/*
 * How kernels read their arguments: the same checks and the same errors for all of them. A pointer into a buffer is
 * good until the next allocation, so spans are read last.
 */

#ifndef LWS_SPAN_H
#define LWS_SPAN_H

#include "xsmc.h"
#include <stdint.h>

/* No conversions: a number that is no 32-bit integer can be no position, and converting an object may allocate. */
static inline xsIntegerValue readInteger(xsMachine* the, xsSlot* slot)
{
	switch (xsmcTypeOf(*slot)) {
	case xsIntegerType:
		return xsmcToInteger(*slot);
	case xsNumberType: {
		xsNumberValue number = xsmcToNumber(*slot);
		if ((number >= INT32_MIN) && (number <= INT32_MAX) && (number == (xsIntegerValue)number))
			return (xsIntegerValue)number;
		} break;
	}
	xsRangeError("not an integer");
	return 0;
}

static inline xsIntegerValue readIntegerWithin(xsMachine* the, xsSlot* slot, xsIntegerValue least, xsIntegerValue most)
{
	xsIntegerValue integer = readInteger(the, slot);
	if ((integer < least) || (integer > most))
		xsRangeError("out of range");
	return integer;
}

typedef struct {
	uint8_t *buffer, *start, *end;
} Span;

/* All spans are read here; without `end` it goes to the end of the buffer, and is to be written to. */
static inline Span readSpan(xsMachine* the, xsSlot* buffer, xsSlot* start, xsSlot* end)
{
	xsUnsignedValue from = readInteger(the, start), to = end ? readInteger(the, end) : 0, size;
	void* data;
	Span span;

	if (end)
		xsmcGetBufferReadable(*buffer, &data, &size);
	else {
		xsmcGetBufferWritable(*buffer, &data, &size);
		to = size;
	}
	/* Unsigned, negative numbers are too large. */
	if ((from > to) || (to > size))
		xsRangeError("span outside of buffer");
	span.buffer = data;
	span.start = span.buffer + from;
	span.end = span.buffer + to;
	return span;
}

static inline void setPosition(xsMachine* the, Span span, const uint8_t* found)
{
	xsmcSetInteger(xsResult, found ? (xsIntegerValue)(found - span.buffer) : -1);
}

/* Reads the first five arguments of a copy. */
static inline size_t readCopy(xsMachine* the, Span* target, Span* source)
{
	*source = readSpan(the, &xsArg(2), &xsArg(3), &xsArg(4));
	*target = readSpan(the, &xsArg(0), &xsArg(1), NULL);
	if (source->end - source->start > target->end - target->start)
		xsRangeError("span outside of buffer");
	return source->end - source->start;
}

#endif
