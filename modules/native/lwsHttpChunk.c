/*
 * The framing of the chunked transfer coding (RFC 9112 section 7.1) on XS: http.d.ts is the contract, twin/http.ts says
 * the same in TypeScript, and test/host/http-kernels.ts holds the two equal. modules/engines/h1/chunked.ts says what is
 * accepted, and has the table of transitions.
 */

#include "lwsSpan.h"
#include <string.h>

enum { kBadChunkSize = -7, kBadChunkFraming = -8, kChunkExtensionTooLong = -9, kTrailerTooLong = -10 };
enum { kExtensionLimit = 4096, kTrailerLimit = 16384, kSizeDigits = 16 };
enum { kNextFraming = 0, kNextEnd = -1, kNextLarge = -2 };

#define kSizeBound ((uint64_t)1 << 52)
#define kHalf ((int32_t)1 << 26)

typedef enum {
	kAwaitSize, kAwaitExtensionStart, kAwaitExtension, kAwaitSizeLineFeed, kAwaitData, kAwaitDataReturn,
	kAwaitDataLineFeed, kAwaitTrailerStart, kAwaitTrailer, kAwaitTrailerLineFeed, kAwaitLastLineFeed, kDone
} Awaited;

/* The words of Chunk in http.d.ts. */
typedef struct {
	int32_t state, next, digits, length, sizeHigh, sizeLow, totalHigh, totalLow;
} Chunk;

static int hexValue(uint8_t byte)
{
	uint8_t letter = (byte | 0x20) - 'a';

	if ((uint8_t)(byte - '0') < 10)
		return byte - '0';
	return (letter < 6) ? letter + 10 : -1;
}

/* Steps return a fault or 0, and move `*at` past what they consumed. */
static int takeSize(Chunk* chunk, const uint8_t** at, const uint8_t* end)
{
	uint64_t size = ((uint64_t)chunk->sizeHigh << 26) | chunk->sizeLow;
	int digit;

	for (; (*at < end) && ((digit = hexValue(**at)) >= 0); (*at)++) {
		/* A recipient must prevent errors of too large numerals (RFC 9112 section 7.1); zeros need an end, too. */
		if (++chunk->digits > kSizeDigits)
			return kBadChunkSize;
		size = (size << 4) | digit;
		if (size >= kSizeBound)
			return kBadChunkSize;
		chunk->sizeHigh = (int32_t)(size >> 26);
		chunk->sizeLow = (int32_t)(size & (kHalf - 1));
	}
	if (*at == end)
		return 0;
	/* RFC 9112 section 7.1: 1*HEXDIG */
	if (!chunk->digits)
		return kBadChunkSize;
	chunk->digits = 0;
	chunk->state = kAwaitExtensionStart;
	return 0;
}

/*
 * White space before the extension is bad but tolerable (RFC 9112 section 7.1.1); anything else is no part of a
 * chunk-size line (section 7.1).
 */
static int takeExtensionStart(Chunk* chunk, uint8_t byte)
{
	switch (byte) {
	case '\r':
		chunk->state = kAwaitSizeLineFeed;
		return 0;
	case ' ':
	case '\t':
		return (++chunk->length > kExtensionLimit) ? kChunkExtensionTooLong : 0;
	case ';':
		chunk->state = kAwaitExtension;
		return 0;
	case '\n':
		return kBadChunkFraming;
	}
	return kBadChunkSize;
}

/* A line to its CR: of extensions and of trailer fields, all ignored (RFC 9112 sections 7.1.1 and 7.1.2). */
static int takeLine(Chunk* chunk, const uint8_t** at, const uint8_t* end, int32_t limit, int tooLong, Awaited next)
{
	for (; *at < end; (*at)++) {
		if (**at == '\r') {
			(*at)++;
			chunk->state = next;
			return 0;
		}
		/* RFC 9112 section 2.2 lets a bare LF end lines of heads only */
		if (**at == '\n')
			return kBadChunkFraming;
		if (chunk->length >= limit)
			return tooLong;
		chunk->length++;
	}
	return 0;
}

/* RFC 9112 section 7.1: CR LF ends every line of the framing, and follows the content. */
static int expect(Chunk* chunk, const uint8_t** at, uint8_t byte, Awaited next)
{
	if (*(*at)++ != byte)
		return kBadChunkFraming;
	chunk->state = next;
	return 0;
}

static void addSize(Chunk* chunk)
{
	int32_t low = chunk->totalLow + chunk->sizeLow;

	chunk->totalHigh = (chunk->totalHigh + chunk->sizeHigh + low / kHalf) & (kHalf - 1);
	chunk->totalLow = low & (kHalf - 1);
}

static int step(Chunk* chunk, const uint8_t** at, const uint8_t* end)
{
	int fault;

	switch (chunk->state) {
	case kAwaitSize:
		return takeSize(chunk, at, end);
	case kAwaitExtensionStart:
		return takeExtensionStart(chunk, *(*at)++);
	case kAwaitExtension:
		return takeLine(chunk, at, end, kExtensionLimit, kChunkExtensionTooLong, kAwaitSizeLineFeed);
	case kAwaitSizeLineFeed:
		chunk->length = 0;
		fault = expect(chunk, at, '\n', (chunk->sizeHigh | chunk->sizeLow) ? kAwaitData : kAwaitTrailerStart);
		if (!fault)
			addSize(chunk);
		return fault;
	case kAwaitDataReturn:
		chunk->sizeHigh = chunk->sizeLow = 0;
		return expect(chunk, at, '\r', kAwaitDataLineFeed);
	case kAwaitDataLineFeed:
		return expect(chunk, at, '\n', kAwaitSize);
	case kAwaitTrailerStart:
		chunk->state = kAwaitTrailer;
		return (**at == '\r') ? expect(chunk, at, '\r', kAwaitLastLineFeed) : 0;
	case kAwaitTrailer:
		return takeLine(chunk, at, end, kTrailerLimit, kTrailerTooLong, kAwaitTrailerLineFeed);
	case kAwaitTrailerLineFeed:
		fault = expect(chunk, at, '\n', kAwaitTrailerStart);
		if (fault)
			return fault;
		chunk->length += 2;
		return (chunk->length > kTrailerLimit) ? kTrailerTooLong : 0;
	case kAwaitLastLineFeed:
		return expect(chunk, at, '\n', kDone);
	}
	return 0;
}

/* What comes next, for the owner of the machine. */
static int32_t next(const Chunk* chunk)
{
	if (chunk->state == kDone)
		return kNextEnd;
	if (chunk->state != kAwaitData)
		return kNextFraming;
	return (chunk->sizeHigh < 32) ? (chunk->sizeHigh << 26) | chunk->sizeLow : kNextLarge;
}

/* No scanner left anything else: the words are in the hands of JavaScript. */
static int isPossible(const Chunk* chunk)
{
	return ((uint32_t)chunk->state <= kDone) && ((uint32_t)chunk->digits <= kSizeDigits)
		&& ((uint32_t)chunk->length <= kTrailerLimit)
		&& ((uint32_t)chunk->sizeHigh < kHalf) && ((uint32_t)chunk->sizeLow < kHalf)
		&& ((uint32_t)chunk->totalHigh < kHalf) && ((uint32_t)chunk->totalLow < kHalf);
}

/* Of this machine and of that in lwsHttpHead.c. */
void lws_http_reset_state(xsMachine* the)
{
	xsIntegerValue count = readIntegerWithin(the, &xsArg(1), 0, INT32_MAX);
	xsUnsignedValue size;
	void* data;

	xsmcGetBufferWritable(xsArg(0), &data, &size);
	if ((xsUnsignedValue)count > size / sizeof(int32_t))
		xsRangeError("no words");
	memset(data, 0, count * sizeof(int32_t));
}

void lws_http_scan_chunk(xsMachine* the)
{
	Span bytes = readSpan(the, &xsArg(1), &xsArg(2), &xsArg(3));
	const uint8_t* at = bytes.start;
	xsUnsignedValue size;
	void* data;
	Chunk* chunk;
	int fault = 0;

	xsmcGetBufferWritable(xsArg(0), &data, &size);
	chunk = data;
	if ((size < sizeof(Chunk)) || ((uintptr_t)data % sizeof(int32_t)) || !isPossible(chunk))
		xsRangeError("no state");
	if (chunk->state == kAwaitData)
		chunk->state = kAwaitDataReturn;
	while ((at < bytes.end) && !fault && (chunk->state != kAwaitData) && (chunk->state != kDone))
		fault = step(chunk, &at, bytes.end);
	chunk->next = fault ? kNextFraming : next(chunk);
	xsmcSetInteger(xsResult, fault ? fault : (xsIntegerValue)(at - bytes.start));
}
