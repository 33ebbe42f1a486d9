/*
 * The compressor of RFC 1951 on XS: deflate.d.ts is the contract, twin/deflate.ts says the same in TypeScript, and
 * test/host/deflate-kernels.ts holds the two equal.
 *
 * Fixed codes; matches of three bytes and more with the last place where the same three bytes began, as far as a table of
 * 512 places remembers.
 */

#include "lwsSpan.h"
#include "lwsDeflateCode.h"

enum { kCallBits = 7 + 3 + 7 + 3, kByteBits = 9 };
enum { kHashBits = 9, kLeastWindow = 512, kMostWindow = 1024, kLeastMatch = 3, kLongestMatch = 258 };

typedef struct {
	/* Deflate in deflate.d.ts */
	int32_t have;
	/* The place of the next byte in all that was compressed, modulo 2^16; whether a block is open; bits not yet written. */
	int32_t place, open, bits, hold;
	int32_t unused[3];
	uint16_t heads[1 << kHashBits];
} Deflate;

/* What a call works on: the window lies behind the state, and is followed by the source. */
typedef struct {
	Deflate* m;
	const uint8_t *window, *source;
	int32_t size, count;
	uint8_t* out;
	uint32_t hold, bits;
} Flow;

static void put(Flow* flow, uint32_t value, int count)
{
	flow->hold |= value << flow->bits;
	for (flow->bits += count; flow->bits >= 8; flow->bits -= 8) {
		*flow->out++ = (uint8_t)flow->hold;
		flow->hold >>= 8;
	}
}

/* Codes begin with their highest bit (RFC 1951 section 3.1.1). */
static void putCode(Flow* flow, uint32_t code, int count)
{
	put(flow, reverse(code) >> (16 - count), count);
}

/* RFC 1951 section 3.2.6 */
static void putSymbol(Flow* flow, uint32_t symbol)
{
	if (symbol < 144)
		putCode(flow, 0x30 + symbol, 8);
	else if (symbol < 256)
		putCode(flow, 0x190 - 144 + symbol, 9);
	else if (symbol < 280)
		putCode(flow, symbol - 256, 7);
	else
		putCode(flow, 0xC0 - 280 + symbol, 8);
}

/* RFC 1951 section 3.2.5: from the fourth on, 2^k symbols for each count of extra bits. */
static void putMatch(Flow* flow, uint32_t length, uint32_t distance)
{
	uint32_t value = length - 3, extra = 0;

	while ((value >> extra) >= 8)
		extra++;
	if (length == kLongestMatch)
		putSymbol(flow, 285);
	else {
		putSymbol(flow, 257 + 4 * extra + (value >> extra));
		put(flow, value & ((1u << extra) - 1), extra);
	}
	value = distance - 1;
	for (extra = 0; (value >> extra) >= 4; )
		extra++;
	putCode(flow, 2 * extra + (value >> extra), 5);
	put(flow, value & ((1u << extra) - 1), extra);
}

/* A byte of the source, or before it. */
static uint8_t byteAt(const Flow* flow, int32_t at)
{
	return (at >= 0) ? flow->source[at] : flow->window[(flow->m->place + at) & (flow->size - 1)];
}

/* Remembers the place, and gives how far before it the same three bytes may have been: 0: nowhere. */
static int32_t remember(Flow* flow, int32_t at)
{
	const uint8_t* from = flow->source + at;
	uint32_t three = from[0] | ((uint32_t)from[1] << 8) | ((uint32_t)from[2] << 16);
	uint16_t* head = flow->m->heads + (three * 0x9E3779B1u >> (32 - kHashBits));
	int32_t distance = (uint16_t)(flow->m->place + at - *head);

	*head = (uint16_t)(flow->m->place + at);
	return ((distance <= flow->size) && (distance <= flow->m->have + at)) ? distance : 0;
}

static int32_t matchLength(const Flow* flow, int32_t at, int32_t distance)
{
	int32_t most = flow->count - at, length = 0;

	if (most > kLongestMatch)
		most = kLongestMatch;
	while ((length < most) && (byteAt(flow, at - distance + length) == flow->source[at + length]))
		length++;
	return length;
}

static void compress(Flow* flow)
{
	int32_t at = 0, last = flow->count - kLeastMatch;

	while (at < flow->count) {
		int32_t distance = (at <= last) ? remember(flow, at) : 0;
		int32_t length = distance ? matchLength(flow, at, distance) : 0;
		if (length < kLeastMatch)
			putSymbol(flow, flow->source[at++]);
		else {
			putMatch(flow, length, distance);
			for (at++; --length; at++)
				if (at <= last)
					remember(flow, at);
		}
	}
}

/* What was compressed is what the next call may go back to. */
static void keep(Deflate* m, uint8_t* window, int32_t size, const uint8_t* source, int32_t count)
{
	int32_t from = (count > size) ? count - size : 0, at = (m->place + from) & (size - 1);
	int32_t rest = count - from, first = (rest < size - at) ? rest : size - at;

	memcpy(window + at, source + from, first);
	memcpy(window, source + from + first, rest - first);
	m->place = (m->place + count) & 0xFFFF;
	m->have = (count < size - m->have) ? m->have + count : size;
}

void lws_deflate(xsMachine* the)
{
	xsIntegerValue limit = readInteger(the, &xsArg(6));
	xsIntegerValue last = readIntegerWithin(the, &xsArg(7), 0, 1);
	Span source = readSpan(the, &xsArg(1), &xsArg(2), &xsArg(3));
	Span target = readSpan(the, &xsArg(4), &xsArg(5), NULL);
	xsUnsignedValue size;
	void* data;
	Deflate* m;
	Flow flow;

	xsmcGetBufferWritable(xsArg(0), &data, &size);
	m = data;
	size -= sizeof(Deflate);
	/* No call left anything else: the words are in the hands of JavaScript. */
	if ((size < kLeastWindow) || (size > kMostWindow) || (size & (size - 1)) || ((uintptr_t)data % sizeof(int32_t))
		|| ((uint32_t)m->have > size) || ((uint32_t)m->place > 0xFFFF) || ((uint32_t)m->bits > 7) || ((uint32_t)m->hold >> m->bits))
		xsRangeError("no state");
	if ((limit < target.start - target.buffer) || (limit > target.end - target.buffer))
		xsRangeError("span outside of buffer");
	flow.m = m;
	flow.window = (uint8_t*)(m + 1);
	flow.size = (int32_t)size;
	flow.source = source.start;
	flow.count = (int32_t)(source.end - source.start);
	flow.out = target.start;
	flow.hold = m->hold;
	flow.bits = m->bits;
	xsmcSetInteger(xsResult, 0);
	if (((int64_t)flow.count * kByteBits + kCallBits + 7) / 8 > target.buffer + limit - target.start)
		return;
	/* RFC 1951 section 3.2.3: no last block, fixed codes */
	if (flow.count && !m->open) {
		put(&flow, 2, 3);
		m->open = 1;
	}
	compress(&flow);
	if (last) {
		if (m->open)
			putSymbol(&flow, 256);
		/* RFC 7692 section 7.2.1: an empty block without compression, less its last four bytes */
		put(&flow, 0, 3);
		if (flow.bits)
			put(&flow, 0, 8 - flow.bits);
		m->open = 0;
	}
	m->hold = flow.hold;
	m->bits = flow.bits;
	keep(m, (uint8_t*)(m + 1), flow.size, flow.source, flow.count);
	xsmcSetInteger(xsResult, (xsIntegerValue)(flow.out - target.start));
}
