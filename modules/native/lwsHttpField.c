/*
 * One field of the head of a response: which of them the client needs, which the application wants, and what the ones
 * that the client needs say about the framing of the body and the connection (RFC 9112 sections 6 and 9.3). Part of the
 * machine in lwsHttpHead.c.
 */

#include "lwsHttp.h"

static uint8_t fold(uint8_t byte)
{
	return ((uint8_t)(byte - 'A') < 26) ? byte | 0x20 : byte;
}

/* `text` is in lower case, with no character that only differs in case from another one but letters. */
static int equals(const uint8_t* at, const uint8_t* end, const char* text)
{
	for (; at < end; at++, text++) {
		if (!*text || (fold(*at) != (uint8_t)*text))
			return 0;
	}
	return !*text;
}

/* `name` is a string of XS; only ASCII is a name. */
int lwsHttpNameIs(const uint8_t* at, const uint8_t* end, const uint8_t* name)
{
	for (; at < end; at++, name++)
		if (!*name || (*name >= 0x80) || (fold(*name) != fold(*at)))
			return 0;
	return !*name;
}

int lwsHttpNeededField(const uint8_t* name, const uint8_t* end)
{
	switch (end - name) {
	case 10:
		return !memcmp(name, "connection", 10) ? kConnection : !memcmp(name, "keep-alive", 10) ? kKeepAlive : 0;
	case 14:
		return !memcmp(name, "content-length", 14) ? kContentLength : 0;
	case 17:
		return !memcmp(name, "transfer-encoding", 17) ? kTransferEncoding : 0;
	}
	return kNotNeeded;
}

int lwsHttpIsWanted(const Table* table, const uint8_t* name, const uint8_t* end)
{
	const uint8_t* at = table->keep;

	if (!at)
		return 1;
	while (at < table->keepEnd) {
		const uint8_t* zero = memchr(at, 0, table->keepEnd - at);
		const uint8_t* stop = zero ? zero : table->keepEnd;
		if ((stop - at == end - name) && !memcmp(at, name, end - name))
			return 1;
		at = stop + 1;
	}
	return 0;
}

/* Content-Length: numbers that are all the same, of any fields of that name (RFC 9110 section 8.6). */
static int addContentLength(Head* head, const uint8_t* at, const uint8_t* end)
{
	for (;;) {
		uint64_t value = 0;
		int32_t high, low;
		at = skipSpace(at, end);
		if ((at == end) || !isDigit(*at))
			return kBadContentLength;
		for (; (at < end) && isDigit(*at); at++) {
			value = 10 * value + (*at - '0');
			/* more than 2^53 - 1: JavaScript could not count it */
			if (value >> 53)
				return kBadContentLength;
		}
		high = (int32_t)(value >> 26);
		low = (int32_t)(value & 0x3FFFFFF);
		if (head->length && ((head->lengthHigh != high) || (head->lengthLow != low)))
			return kBadContentLength;
		head->length = 1;
		head->lengthHigh = high;
		head->lengthLow = low;
		at = skipSpace(at, end);
		if (at == end)
			return 1;
		if (*at++ != ',')
			return kBadContentLength;
	}
}

/* Connection: a list of options (RFC 9110 section 7.6.1). */
static int connectionOptions(const uint8_t* at, const uint8_t* end)
{
	int options = 0;

	while (at < end) {
		const uint8_t* comma = memchr(at, ',', end - at);
		const uint8_t* next = comma ? comma : end;
		const uint8_t* start = skipSpace(at, next);
		const uint8_t* stop = trimEnd(start, next);
		if (equals(start, stop, "close"))
			options |= kOptionClose;
		else if (equals(start, stop, "keep-alive"))
			options |= kOptionKeepAlive;
		at = next + 1;
	}
	return options;
}

/* Keep-Alive: timeout=seconds, max=requests (RFC 2068 section 19.7.1.1); 0, or one more than the seconds. */
static int keepAlive(const uint8_t* at, const uint8_t* end)
{
	int result = 0;

	while (at < end) {
		const uint8_t* comma = memchr(at, ',', end - at);
		const uint8_t* next = comma ? comma : end;
		const uint8_t* start = skipSpace(at, next);
		const uint8_t* stop = trimEnd(start, next);
		const uint8_t* equal = memchr(start, '=', stop - start);
		at = next + 1;
		if (equal) {
			const uint8_t* digit = equal + 1;
			int32_t value = 0;
			while ((digit < stop) && isDigit(*digit) && (value <= kKeepAliveLimit))
				value = 10 * value + (*digit++ - '0');
			if ((digit < stop) || (digit == equal + 1) || (value > kKeepAliveLimit))
				continue;
			if ((equals(start, equal, "max") && (value == 0)) || (equals(start, equal, "timeout") && (value == 0)))
				return 1;
			if (equals(start, equal, "timeout"))
				result = value + 1;
		}
	}
	return result;
}

/* The field under construction is complete. */
void lwsHttpCommitField(Head* head, const Table* table)
{
	const uint8_t* value = table->bytes + head->nameEnd;
	const uint8_t* end = trimEnd(value, table->bytes + head->end);	/* RFC 9110 section 5.5 */
	int32_t* span = table->spans + 3 * head->count++;

	span[0] = head->used;
	span[1] = head->nameEnd;
	span[2] = head->used = head->end = (int32_t)(end - table->bytes);
	head->open = 0;
	switch (head->needed) {
	case kConnection:
		head->connection |= connectionOptions(value, end);
		break;
	case kKeepAlive:
		head->connection = (head->connection & (kOptionClose | kOptionKeepAlive)) | (keepAlive(value, end) << kKeepAliveShift);
		break;
	case kContentLength:
		if (head->length >= 0)
			head->length = addContentLength(head, value, end);
		break;
	case kTransferEncoding:
		head->coding = ((head->coding == kNoCoding) && equals(value, end, "chunked")) ? kChunked : kOtherCoding;
		break;
	}
}
