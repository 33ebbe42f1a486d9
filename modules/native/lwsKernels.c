/*
 * The byte kernels on XS: kernels.d.ts is the contract, twin/kernels.ts says the same in TypeScript, and
 * test/host/kernels.ts holds the two equal.
 *
 * The first half of the file is pure C over bytes, the second half the functions that XS calls. There, a pointer
 * into a buffer or a string is fetched after everything that may allocate: XS moves its chunks when it collects.
 *
 * How XS keeps a string in memory: UTF-8 that ends with a zero byte, U+0000 written as C0 80, a lone surrogate as its
 * three bytes (ED A0..BF xx), a pair that was joined from two strings as both of them, six bytes. Other native code can
 * make strings of any bytes at all, so reading one relies on nothing but the zero byte at its end.
 */

#include "lwsBytes.h"
#include "lwsSpan.h"
#include <string.h>

typedef size_t Word;

#define kOnes ((Word)-1 / 0xFF)
#define kHighBits (kOnes * 0x80)

/*
 * Words are loaded and stored by memcpy, which compilers turn into one instruction where they know that the machine
 * can do it. Xtensa and others have aligned accesses only: there the pointer is first brought to a boundary, and the
 * compiler is told. Elsewhere that is not worth the single bytes before the boundary.
 */
#if defined(__GNUC__) && !defined(__x86_64__) && !defined(__i386__) && !defined(__aarch64__)
	#define lwsOffBoundary(_POINTER) ((uintptr_t)(_POINTER) % sizeof(Word))
	#define lwsWordAt(_POINTER) __builtin_assume_aligned(_POINTER, sizeof(Word))
#else
	#define lwsOffBoundary(_POINTER) 0
	#define lwsWordAt(_POINTER) (_POINTER)
#endif

/* 01 to 7F: the bytes that are the same in ASCII, in UTF-8, in ISO-8859-1 and in a string of XS. */
static int isPlain(uint8_t byte)
{
	return (uint8_t)(byte - 1) < 0x7F;
}

/* The first byte that is not plain, or `end`. */
static const uint8_t* skipPlain(const uint8_t* at, const uint8_t* end)
{
	while ((at < end) && lwsOffBoundary(at) && isPlain(*at))
		at++;
	for (; !lwsOffBoundary(at) && ((size_t)(end - at) >= sizeof(Word)); at += sizeof(Word)) {
		Word word;
		memcpy(&word, lwsWordAt(at), sizeof(Word));
		/* A zero byte borrows, and so its high bit is set; above it bits may be wrong, but the word is not plain. */
		if (((word - kOnes) | word) & kHighBits)
			break;
	}
	while ((at < end) && isPlain(*at))
		at++;
	return at;
}

/* An empty line ends the head: LF, or CR LF (RFC 9112 section 2.2: a lone LF may be taken as a line's end). */
static const uint8_t* skipHead(const uint8_t* line, const uint8_t* end)
{
	while (line < end) {
		const uint8_t* feed = memchr(line, '\n', end - line);
		if (!feed)
			break;
		if ((feed == line) || ((feed == line + 1) && (*line == '\r')))
			return feed + 1;
		line = feed + 1;
	}
	return NULL;
}

/* `name` is a string of XS. Only plain characters can be equal, so its end or a stored C0 80 stops it, as it should. */
static int equalFolded(const uint8_t* at, const uint8_t* end, const uint8_t* name)
{
	for (; at < end; at++, name++) {
		uint8_t difference = *at ^ *name;
		if (!isPlain(*name))
			return 0;
		if (difference && ((difference != 0x20) || ((uint8_t)((*name | 0x20) - 'a') > 'z' - 'a')))
			return 0;
	}
	return !*name;
}

/*
 * A key repeats in memory order, so the word made of one or two of it has no byte order to care for. Where pointers have to
 * be aligned, moving first and masking in place costs less than a pass that aligns two of them; elsewhere one pass does it,
 * four words at a time, as this is what a byte that is sent costs. What overlaps upwards is moved first, too.
 */
void lwsCopyMasked(uint8_t* to, const uint8_t* from, size_t count, const uint8_t* key, unsigned phase)
{
	uint8_t turned[sizeof(Word)], *end = to + count;
	Word keys, words[4];
	size_t i;

	if ((to != from) && (lwsOffBoundary(1) || ((to > from) && (to < from + count)))) {
		memmove(to, from, count);
		from = to;
	}
	for (; (to < end) && lwsOffBoundary(to); phase++)
		*to++ = *from++ ^ key[phase & 3];
	for (i = 0; i < sizeof(Word); i++)
		turned[i] = key[(phase + i) & 3];
	memcpy(&keys, turned, sizeof(Word));
	for (; (size_t)(end - to) >= sizeof(words); to += sizeof(words), from += sizeof(words)) {
		memcpy(words, lwsWordAt(from), sizeof(words));
		words[0] ^= keys;
		words[1] ^= keys;
		words[2] ^= keys;
		words[3] ^= keys;
		memcpy(lwsWordAt(to), words, sizeof(words));
	}
	for (i = 0; to < end; i++)
		*to++ = *from++ ^ turned[i % sizeof(Word)];
}

/*
 * UTF-8 (RFC 3629 section 4). The state is what is awaited:
 *
 *	0	a character
 *	1	80..BF, then 0
 *	2	80..BF, then 1
 *	3	80..BF, then 2
 *	4	A0..BF, then 1	after E0: less would be overlong
 *	5	80..9F, then 1	after ED: more would be a surrogate
 *	6	90..BF, then 2	after F0: less would be overlong
 *	7	80..8F, then 2	after F4: more would be above U+10FFFF
 */
static const struct {
	uint8_t low, high, next;
} kContinuations[8] = {
	{0, 0, 0}, {0x80, 0xBF, 0}, {0x80, 0xBF, 1}, {0x80, 0xBF, 2},
	{0xA0, 0xBF, 1}, {0x80, 0x9F, 1}, {0x90, 0xBF, 2}, {0x80, 0x8F, 2}
};

/* The state after a byte from 80 on that stands where a character begins. */
static int lead(uint8_t byte)
{
	if (byte < 0xC2)
		return -1;	/* a continuation, or C0 and C1, which could only begin something overlong */
	if (byte < 0xE0)
		return 1;
	if (byte < 0xF0)
		return (byte == 0xE0) ? 4 : (byte == 0xED) ? 5 : 2;
	if (byte < 0xF5)
		return (byte == 0xF0) ? 6 : (byte == 0xF4) ? 7 : 3;
	return -1;	/* above U+10FFFF, or no UTF-8 at all */
}

int lwsCheckUtf8(int state, const uint8_t* at, const uint8_t* end)
{
	while ((state >= 0) && (at < end)) {
		uint8_t byte = *at++;
		if (state) {
			if ((byte < kContinuations[state].low) || (byte > kContinuations[state].high))
				return -1;
			state = kContinuations[state].next;
		}
		else if (byte < 0x80)
			at = skipPlain(at, end);
		else
			state = lead(byte);
	}
	return state;
}

/*
 * As a string of XS: U+0000 takes two bytes, and so does each byte from 80 on when it is a character of its own.
 * Writes to `to` unless that is NULL; returns how many bytes it is.
 */
static size_t writeString(uint8_t* to, const uint8_t* at, const uint8_t* end, int isUtf8)
{
	size_t count = end - at;
	for (; at < end; at++) {
		uint8_t byte = *at;
		int isTwo = !byte || (!isUtf8 && (byte >= 0x80));
		count += isTwo;
		if (to && isTwo) {
			*to++ = 0xC0 | (byte >> 6);
			*to++ = 0x80 | (byte & 0x3F);
		}
		else if (to)
			*to++ = byte;
	}
	return count;
}

/*
 * One character of a string of XS; `*at` moves past it. What is not in the form described at the top is U+FFFD: to
 * decode an overlong sequence could yield the very CR that a check of the string did not see (RFC 3629 section 10).
 */
static uint32_t readCharacter(const uint8_t** at)
{
	const uint8_t* next = *at;
	uint8_t byte = *next++;
	uint32_t character = byte & ((byte < 0x80) ? 0x7F : (byte < 0xE0) ? 0x1F : (byte < 0xF0) ? 0x0F : 0x07);
	int state = (byte < 0x80) ? 0 : (byte == 0xED) ? 2 : lead(byte);	/* after ED surrogates are allowed here */

	if ((byte == 0xC0) && (*next == 0x80))
		state = 1;
	*at = next;
	while (state > 0) {
		/* The zero byte at the end is no continuation: this never runs past it. */
		if ((*next < kContinuations[state].low) || (*next > kContinuations[state].high))
			return 0xFFFD;
		character = (character << 6) | (*next++ & 0x3F);
		state = kContinuations[state].next;
	}
	if (state < 0)
		return 0xFFFD;
	if (((character & 0xFFFFFC00) == 0xD800)
			&& (next[0] == 0xED) && ((next[1] & 0xF0) == 0xB0) && ((next[2] & 0xC0) == 0x80)) {
		character = 0x10000 + ((character & 0x3FF) << 10) + ((uint32_t)(next[1] & 0x0F) << 6) + (next[2] & 0x3F);
		next += 3;
	}
	*at = next;
	/* RFC 3629 section 3 prohibits surrogates: one that is left alone has no UTF-8. */
	return ((character & 0xFFFFF800) == 0xD800) ? 0xFFFD : character;
}

/* Writes to `to` unless that is NULL; returns how many bytes it is. */
static size_t writeUtf8(uint8_t* to, const uint8_t* at, const uint8_t* end)
{
	size_t count = 0;
	while (at < end) {
		uint32_t character = readCharacter(&at);
		unsigned more = (character < 0x80) ? 0 : (character < 0x800) ? 1 : (character < 0x10000) ? 2 : 3;
		if (to) {
			static const uint8_t kLeads[4] = {0x00, 0xC0, 0xE0, 0xF0};
			unsigned shift = 6 * more;
			*to++ = kLeads[more] | (character >> shift);
			while (shift) {
				shift -= 6;
				*to++ = 0x80 | ((character >> shift) & 0x3F);
			}
		}
		count += more + 1;
	}
	return count;
}

static const uint8_t* readString(xsMachine* the, xsSlot* slot)
{
	if (xsmcTypeOf(*slot) != xsStringType)
		xsTypeError("not a string");
	return (const uint8_t*)xsmcToString(*slot);
}

void lws_kernel_find_byte(xsMachine* the)
{
	xsIntegerValue byte = readIntegerWithin(the, &xsArg(1), 0, 255);
	Span span = readSpan(the, &xsArg(0), &xsArg(2), &xsArg(3));

	setPosition(the, span, memchr(span.start, byte, span.end - span.start));
}

void lws_kernel_find_head_end(xsMachine* the)
{
	Span span = readSpan(the, &xsArg(0), &xsArg(1), &xsArg(2));

	setPosition(the, span, skipHead(span.start, span.end));
}

void lws_kernel_equals_folded(xsMachine* the)
{
	Span span = readSpan(the, &xsArg(0), &xsArg(1), &xsArg(2));

	xsmcSetBoolean(xsResult, equalFolded(span.start, span.end, readString(the, &xsArg(3))));
}

void lws_kernel_bytes_to_string(xsMachine* the)
{
	Span span = readSpan(the, &xsArg(0), &xsArg(1), &xsArg(2));
	const uint8_t* rest = skipPlain(span.start, span.end);
	int isUtf8 = lwsCheckUtf8(0, rest, span.end) == 0;
	size_t plain = rest - span.start, size = plain + writeString(NULL, rest, span.end, isUtf8);
	uint8_t* string;

	if (size >= INT32_MAX)
		xsRangeError("string too long");
	xsmcSetStringBuffer(xsResult, NULL, (xsIntegerValue)size);
	span = readSpan(the, &xsArg(0), &xsArg(1), &xsArg(2));
	string = (uint8_t*)xsmcToString(xsResult);
	if (size == (size_t)(span.end - span.start))
		plain = size;
	memcpy(string, span.start, plain);
	writeString(string + plain, span.start + plain, span.end, isUtf8);
}

void lws_kernel_string_to_bytes(xsMachine* the)
{
	Span target = readSpan(the, &xsArg(1), &xsArg(2), NULL);
	const uint8_t* text = readString(the, &xsArg(0));
	const uint8_t* end = text + strlen((const char*)text);
	const uint8_t* rest = skipPlain(text, end);
	size_t plain = rest - text, count = plain + writeUtf8(NULL, rest, end);

	xsmcSetInteger(xsResult, -1);
	if (count <= (size_t)(target.end - target.start)) {
		memcpy(target.start, text, plain);
		writeUtf8(target.start + plain, rest, end);
		xsmcSetInteger(xsResult, (xsIntegerValue)count);
	}
}

void lws_kernel_copy_bytes(xsMachine* the)
{
	Span target, source;
	size_t count = readCopy(the, &target, &source);

	memmove(target.start, source.start, count);
	xsmcSetInteger(xsResult, (xsIntegerValue)count);
}

void lws_kernel_copy_masked(xsMachine* the)
{
	xsIntegerValue phase = readIntegerWithin(the, &xsArg(6), 0, 3);
	xsUnsignedValue size;
	void* data;
	uint8_t key[4];
	Span target, source;
	size_t count;

	xsmcGetBufferReadable(xsArg(5), &data, &size);
	if (size != sizeof(key))
		xsRangeError("key has not four bytes");
	memcpy(key, data, sizeof(key));	/* it may lie in the target, as it does in a frame */
	count = readCopy(the, &target, &source);
	if (target.start != source.start) {
		uintptr_t to = (uintptr_t)target.start, from = (uintptr_t)source.start;
		if ((to < from + count) && (from < to + count))
			xsRangeError("spans overlap");
	}
	lwsCopyMasked(target.start, source.start, count, key, phase);
	xsmcSetInteger(xsResult, (phase + count) & 3);
}

void lws_kernel_check_utf8(xsMachine* the)
{
	xsIntegerValue state = readIntegerWithin(the, &xsArg(0), -1, 7);
	Span span = readSpan(the, &xsArg(1), &xsArg(2), &xsArg(3));

	xsmcSetInteger(xsResult, lwsCheckUtf8(state, span.start, span.end));
}
