/*
 * The decompressor of RFC 1951 on XS: deflate.d.ts is the contract, twin/inflate.ts says the same in TypeScript, and
 * test/host/deflate-kernels.ts holds the two equal. modules/engines/ws/deflate.ts says what is accepted, and has the table
 * of transitions.
 *
 * Nothing that comes from the server is an index before it was compared: a distance is at most what the window holds, a
 * symbol less than its table, and every step takes bits or gives bytes, so that no input makes output for ever.
 */

#include "lwsSpan.h"
#include "lwsDeflateCode.h"

enum { kMessageTail = 4, kUsedLiterals = 286, kCodeSizes = 19, kLeastWindow = 512, kMostWindow = 32768 };
enum { kEndOfBlock = 256 };
/* What a step may come to, besides a fault. */
enum { kGoOn, kNeedsInput, kNeedsRoom, kWhole };

typedef enum {
	kAwaitHeader, kAwaitStoredLength, kAwaitStored, kAwaitSizes, kAwaitCodeSizes, kAwaitLengths, kAwaitSymbol, kAwaitDistance,
	kAwaitDistanceBits, kAwaitMatch, kBad
} Awaited;

typedef struct {
	/* Inflate in deflate.d.ts */
	int32_t left, have;
	int32_t state, next, length, distance, final, fixed, literals, distances, codes, index, tail, bits;
	uint32_t hold;
	int32_t unused;
	LiteralCode literal;
	DistanceCode distanceCode;
	uint8_t lengths[kLiterals + 32];
} Inflate;

/* What a call works on; the window lies behind the state. */
typedef struct {
	uint8_t* window;
	uint32_t size;
	const uint8_t *at, *end;
	uint8_t *start, *out, *limit;
	int last;
} Flow;

/* All whole bytes that there is room for; a message has four more than were sent (RFC 7692 section 7.2.2). */
static void refill(Inflate* m, Flow* flow)
{
	static const uint8_t tail[kMessageTail] = { 0, 0, 0xFF, 0xFF };

	while (m->bits <= 24) {
		uint32_t byte;
		if (flow->at < flow->end)
			byte = *flow->at++;
		else if (flow->last && (m->tail < kMessageTail))
			byte = tail[m->tail++];
		else
			return;
		m->hold |= byte << m->bits;
		m->bits += 8;
	}
}

static uint32_t takeBits(Inflate* m, int count)
{
	uint32_t value = m->hold & ((1u << count) - 1);

	m->hold >>= count;
	m->bits -= count;
	return value;
}

static void toBoundary(Inflate* m)
{
	takeBits(m, m->bits & 7);
}

static int makeLiterals(Inflate* m, int count)
{
	LiteralCode* code = &m->literal;

	return makeCode(m->lengths, count, code->ends, code->offsets, code->symbols, code->fast, kLiteralFast);
}

static int makeDistances(Inflate* m, int at, int count)
{
	DistanceCode* code = &m->distanceCode;

	return makeCode(m->lengths + at, count, code->ends, code->offsets, code->symbols, code->fast, kDistanceFast);
}

/* No farther than the window, wherever the output happens to be cut (RFC 7692 section 7.1.2.1), nor than what there was. */
static int isBefore(const Inflate* m, const Flow* flow, const uint8_t* out, uint32_t distance)
{
	return (distance <= flow->size) && (distance <= (uint32_t)m->have + (uint32_t)(out - flow->start));
}

/* So many bytes from before `out`; gives its end. */
static uint8_t* copyBack(const Inflate* m, const Flow* flow, uint8_t* out, uint32_t distance, uint32_t count)
{
	uint32_t made = (uint32_t)(out - flow->start);

	if (distance > made) {
		uint32_t there = distance - made, from = m->next - there;
		if (there > count)
			there = count;
		count -= there;
		while (there--)
			*out++ = flow->window[from++ & (flow->size - 1)];
	}
	for (; count; count--, out++)
		*out = *(out - distance);
	return out;
}

/* As much of a match as there is room for. */
static int takeMatch(Inflate* m, Flow* flow)
{
	uint32_t room = (uint32_t)(flow->limit - flow->out);
	uint32_t count = ((uint32_t)m->length < room) ? (uint32_t)m->length : room;

	flow->out = copyBack(m, flow, flow->out, m->distance, count);
	m->length -= count;
	m->state = m->length ? kAwaitMatch : kAwaitSymbol;
	return m->length ? kNeedsRoom : kGoOn;
}

static int makeFixed(Inflate* m)
{
	int i;

	m->state = kAwaitSymbol;
	if (m->fixed)
		return kGoOn;
	/* RFC 1951 section 3.2.6 */
	for (i = 0; i < kLiterals; i++)
		m->lengths[i] = (i < 144) ? 8 : (i < 256) ? 9 : (i < 280) ? 7 : 8;
	memset(m->lengths + kLiterals, 5, kDistances + 2);
	makeLiterals(m, kLiterals);
	makeDistances(m, kLiterals, kDistances + 2);
	m->fixed = 1;
	return kGoOn;
}

static int takeHeader(Inflate* m, Flow* flow)
{
	/* A block that is the last of its stream may end a message without the empty block that else ends it. */
	if (m->final && flow->last && (flow->at == flow->end) && (m->bits == 8 * m->tail)) {
		m->hold = m->bits = 0;
		m->tail = kMessageTail;
	}
	refill(m, flow);
	if (m->bits < 3) {
		if ((m->tail < kMessageTail) || m->bits)
			return kNeedsInput;
		m->tail = m->final = 0;
		return kWhole;
	}
	m->final = takeBits(m, 1);
	switch (takeBits(m, 2)) {
	case 0:
		toBoundary(m);
		m->state = kAwaitStoredLength;
		return kGoOn;
	case 1:
		return makeFixed(m);
	case 2:
		m->fixed = 0;
		m->state = kAwaitSizes;
		return kGoOn;
	}
	/* RFC 1951 section 3.2.3: reserved */
	return kBadDeflate;
}

/* RFC 7692 section 7.2.3.4: after a last block a stream may begin, at the next byte. */
static int endBlock(Inflate* m)
{
	if (m->final)
		toBoundary(m);
	m->state = kAwaitHeader;
	return kGoOn;
}

static int takeStoredLength(Inflate* m, Flow* flow)
{
	refill(m, flow);
	if (m->bits < 32)
		return kNeedsInput;
	m->length = m->hold & 0xFFFF;
	/* RFC 1951 section 3.2.4 */
	if ((m->hold >> 16) != (uint32_t)(m->length ^ 0xFFFF))
		return kBadDeflate;
	m->hold = m->bits = 0;
	m->state = kAwaitStored;
	return kGoOn;
}

static int takeStored(Inflate* m, Flow* flow)
{
	while (m->length) {
		size_t count = m->length, there = flow->end - flow->at, room = flow->limit - flow->out;
		if (m->bits < 8 && !there)
			refill(m, flow);
		if (m->bits >= 8)
			there = 1;
		if (!there)
			return kNeedsInput;
		if (!room)
			return kNeedsRoom;
		if (m->bits >= 8) {
			*flow->out++ = (uint8_t)takeBits(m, 8);
			m->length--;
			continue;
		}
		if (count > there)
			count = there;
		if (count > room)
			count = room;
		memmove(flow->out, flow->at, count);
		flow->at += count;
		flow->out += count;
		m->length -= (int32_t)count;
	}
	return endBlock(m);
}

static int takeSizes(Inflate* m, Flow* flow)
{
	refill(m, flow);
	if (m->bits < 14)
		return kNeedsInput;
	m->literals = 257 + takeBits(m, 5);
	m->distances = 1 + takeBits(m, 5);
	m->codes = 4 + takeBits(m, 4);
	/* RFC 1951 section 3.2.7: HLIT is at most 286; the distance codes 30 and 31 never occur (section 3.2.5) */
	if ((m->literals > kUsedLiterals) || (m->distances > kDistances))
		return kBadDeflate;
	memset(m->lengths, 0, kCodeSizes);
	m->index = 0;
	m->state = kAwaitCodeSizes;
	return kGoOn;
}

static int takeCodeSizes(Inflate* m, Flow* flow)
{
	static const uint8_t order[kCodeSizes] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15 };

	for (; m->index < m->codes; m->index++) {
		refill(m, flow);
		if (m->bits < 3)
			return kNeedsInput;
		m->lengths[order[m->index]] = takeBits(m, 3);
	}
	/* RFC 1951 section 3.2.2: what is a code has as many as its lengths allow, no more and no less */
	if (makeLiterals(m, kCodeSizes))
		return kBadDeflate;
	m->index = 0;
	m->state = kAwaitLengths;
	return kGoOn;
}

static int makeCodes(Inflate* m)
{
	/* RFC 1951 section 3.2.7: without an end no block can end */
	if (!m->lengths[kEndOfBlock] || (makeLiterals(m, m->literals) < 0) || (makeDistances(m, m->literals, m->distances) < 0))
		return kBadDeflate;
	m->state = kAwaitSymbol;
	return kGoOn;
}

static int takeLengths(Inflate* m, Flow* flow)
{
	int total = m->literals + m->distances;

	while (m->index < total) {
		int found, symbol, extra, count = 1;
		refill(m, flow);
		found = findLiteral(&m->literal, m->hold, m->bits);
		if (found < 0)
			return kBadDeflate;
		symbol = found >> 4;
		extra = (symbol < 16) ? 0 : (symbol == 16) ? 2 : (symbol == 17) ? 3 : 7;
		if (!found || ((found & 15) + extra > m->bits))
			return kNeedsInput;
		takeBits(m, found & 15);
		if (symbol >= 16) {
			count = takeBits(m, extra) + ((symbol == 18) ? 11 : 3);
			/* RFC 1951 section 3.2.7: 16 repeats the one before, and there must be one; all belong to one table */
			if (((symbol == 16) && !m->index) || (m->index + count > total))
				return kBadDeflate;
			symbol = (symbol == 16) ? m->lengths[m->index - 1] : 0;
		}
		memset(m->lengths + m->index, symbol, count);
		m->index += count;
	}
	return makeCodes(m);
}

static int takeDistanceBits(Inflate* m, Flow* flow, int symbol)
{
	int extra = distanceBits(symbol);

	if (extra)
		refill(m, flow);
	if (m->bits < extra)
		return kNeedsInput;
	m->distance = distanceBase(symbol) + takeBits(m, extra);
	/* RFC 1951 section 3.2: not beyond the start of the output; RFC 7692 section 7.1.2.1: nor of the window */
	return isBefore(m, flow, flow->out, m->distance) ? takeMatch(m, flow) : kBadDeflate;
}

static int takeDistance(Inflate* m, Flow* flow)
{
	int found;

	refill(m, flow);
	found = findDistance(&m->distanceCode, m->hold, m->bits);
	if (!found)
		return kNeedsInput;
	/* RFC 1951 section 3.2.6: 30 and 31 never occur */
	if ((found < 0) || ((found >> 4) >= kDistances))
		return kBadDeflate;
	takeBits(m, found & 15);
	m->distance = found >> 4;
	m->state = kAwaitDistanceBits;
	return takeDistanceBits(m, flow, m->distance);
}

static int takeSymbol(Inflate* m, Flow* flow)
{
	int found, symbol, extra;

	refill(m, flow);
	found = findLiteral(&m->literal, m->hold, m->bits);
	if (found <= 0)
		return found ? kBadDeflate : kNeedsInput;
	symbol = found >> 4;
	if (symbol < kEndOfBlock) {
		if (flow->out == flow->limit)
			return kNeedsRoom;
		takeBits(m, found & 15);
		*flow->out++ = (uint8_t)symbol;
		return kGoOn;
	}
	if (symbol == kEndOfBlock) {
		takeBits(m, found & 15);
		return endBlock(m);
	}
	/* RFC 1951 section 3.2.6: 286 and 287 never occur */
	if (symbol >= kUsedLiterals)
		return kBadDeflate;
	extra = lengthBits(symbol - 257);
	if ((found & 15) + extra > m->bits)
		return kNeedsInput;
	takeBits(m, found & 15);
	m->length = lengthBase(symbol - 257) + takeBits(m, extra);
	m->state = kAwaitDistance;
	return takeDistance(m, flow);
}

/*
 * takeSymbol for many, while there is plenty of input: with the bits in registers. It does the same, and leaves to that what
 * ends a block, is wrong, or does not fit.
 */
static int takeSymbols(Inflate* m, Flow* flow)
{
	enum { kPlenty = 12 };
	const uint8_t *at = flow->at, *stop = (flow->end - at > kPlenty) ? flow->end - kPlenty : at;
	uint8_t *out = flow->out, *limit = flow->limit;
	uint32_t hold = m->hold;
	int bits = m->bits;

	while ((at < stop) && (out < limit)) {
		uint32_t rest, length, distance;
		const uint8_t* next;
		int found, symbol, left;
		for (; bits <= 24; bits += 8)
			hold |= (uint32_t)*at++ << bits;
		found = findLiteral(&m->literal, hold, bits);
		symbol = found >> 4;
		if ((found < 0) || (symbol == kEndOfBlock) || (symbol >= kUsedLiterals))
			break;
		rest = hold >> (found & 15);
		left = bits - (found & 15);
		if (symbol < kEndOfBlock) {
			*out++ = (uint8_t)symbol;
			hold = rest;
			bits = left;
			continue;
		}
		found = lengthBits(symbol - 257);
		length = lengthBase(symbol - 257) + (rest & ((1u << found) - 1));
		rest >>= found;
		left -= found;
		for (next = at; left <= 24; left += 8)
			rest |= (uint32_t)*next++ << left;
		found = findDistance(&m->distanceCode, rest, left);
		symbol = found >> 4;
		if ((found < 0) || (symbol >= kDistances) || (length > (uint32_t)(limit - out)))
			break;
		rest >>= found & 15;
		left -= found & 15;
		found = distanceBits(symbol);
		if (found)
			for (; left <= 24; left += 8)
				rest |= (uint32_t)*next++ << left;
		distance = distanceBase(symbol) + (rest & ((1u << found) - 1));
		if (!isBefore(m, flow, out, distance))
			break;
		out = copyBack(m, flow, out, distance, length);
		m->distance = distance;
		m->length = 0;
		at = next;
		hold = rest >> found;
		bits = left - found;
	}
	flow->at = at;
	flow->out = out;
	m->hold = hold;
	m->bits = bits;
	return takeSymbol(m, flow);
}

static int step(Inflate* m, Flow* flow)
{
	switch (m->state) {
	case kAwaitHeader:
		return takeHeader(m, flow);
	case kAwaitStoredLength:
		return takeStoredLength(m, flow);
	case kAwaitStored:
		return takeStored(m, flow);
	case kAwaitSizes:
		return takeSizes(m, flow);
	case kAwaitCodeSizes:
		return takeCodeSizes(m, flow);
	case kAwaitLengths:
		return takeLengths(m, flow);
	case kAwaitSymbol:
		return takeSymbols(m, flow);
	case kAwaitDistance:
		return takeDistance(m, flow);
	case kAwaitDistanceBits:
		return takeDistanceBits(m, flow, m->distance);
	case kAwaitMatch:
		return (flow->out == flow->limit) ? kNeedsRoom : takeMatch(m, flow);
	}
	return kBadDeflate;
}

/* What was written is what the next call may go back to. */
static void keep(Inflate* m, Flow* flow)
{
	uint32_t count = (uint32_t)(flow->out - flow->start), size = flow->size, first = size - m->next;
	const uint8_t* from = flow->start;

	m->have = (count < size - m->have) ? (int32_t)(m->have + count) : (int32_t)size;
	if (count > size) {
		from = flow->out - size;
		count = size;
	}
	if (first > count)
		first = count;
	memcpy(flow->window + m->next, from, first);
	memcpy(flow->window, from + first, count - first);
	m->next = (m->next + count) & (size - 1);
}

/* No call left anything else: the words are in the hands of JavaScript. */
static int isPossible(const Inflate* m, uint32_t size)
{
	return ((uint32_t)m->state <= kBad) && ((uint32_t)m->next < size) && ((uint32_t)m->have <= size)
		&& ((uint32_t)m->bits <= 32) && ((uint32_t)m->tail <= kMessageTail) && ((uint32_t)m->length <= 0xFFFF)
		&& ((m->state != kAwaitMatch) || ((m->distance >= 1) && (m->distance <= m->have) && m->length))
		&& ((m->state != kAwaitDistanceBits) || ((uint32_t)m->distance < kDistances))
		&& ((uint32_t)m->literals <= kUsedLiterals) && ((uint32_t)m->distances <= kDistances)
		&& ((uint32_t)m->codes <= kCodeSizes) && ((uint32_t)m->index <= kUsedLiterals + kDistances)
		&& ((m->state != kAwaitCodeSizes) || (m->index <= m->codes));
}

void lws_inflate(xsMachine* the)
{
	xsIntegerValue limit = readInteger(the, &xsArg(6));
	xsIntegerValue last = readIntegerWithin(the, &xsArg(7), 0, 1);
	Span input = readSpan(the, &xsArg(1), &xsArg(2), &xsArg(3));
	Span output = readSpan(the, &xsArg(4), &xsArg(5), NULL);
	xsUnsignedValue size;
	void* data;
	Inflate* m;
	Flow flow;
	int result;

	xsmcGetBufferWritable(xsArg(0), &data, &size);
	m = data;
	size -= sizeof(Inflate);
	if ((size < kLeastWindow) || (size > kMostWindow) || (size & (size - 1)) || ((uintptr_t)data % sizeof(int32_t))
		|| !isPossible(m, size))
		xsRangeError("no state");
	if ((limit < output.start - output.buffer) || (limit > output.end - output.buffer))
		xsRangeError("span outside of buffer");
	flow.window = (uint8_t*)(m + 1);
	flow.size = size;
	flow.at = input.start;
	flow.end = input.end;
	flow.start = flow.out = output.start;
	flow.limit = output.buffer + limit;
	flow.last = last;
	do
		result = step(m, &flow);
	while (result == kGoOn);
	/* RFC 7692 section 7.2.2: with its tail, a message ends where a block does */
	if ((result < 0) || (last && (result == kNeedsInput))) {
		m->state = kBad;
		xsmcSetInteger(xsResult, kBadDeflate);
		return;
	}
	m->left = (result == kNeedsRoom) ? (int32_t)(flow.end - flow.at) : -1;
	keep(m, &flow);
	xsmcSetInteger(xsResult, (xsIntegerValue)(flow.out - flow.start));
}
