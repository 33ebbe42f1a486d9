/*
 * The scanning kernels on XS: where a run of bytes of one kind ends, as the parsers of HTTP need it. scan.d.ts is the
 * contract, twin/scan.ts says the same in TypeScript, test/host/scan.ts holds the two equal.
 */

#include "lwsSpan.h"

enum { kToken = 1, kNoText = 2, kHex = 4 };

/* tchar (RFC 9110 section 5.6.2), what ends a field value (CR, LF and NUL, section 5.5), HEXDIG. */
static uint8_t kind(uint8_t byte)
{
	static const uint8_t kinds[128] = {
		2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 2, 0, 0,	/* 00 */
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,	/* 10 */
		0, 1, 0, 1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 1, 1, 0,	/* 20 */
		5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 0, 0, 0, 0, 0, 0,	/* 30 */
		0, 5, 5, 5, 5, 5, 5, 1, 1, 1, 1, 1, 1, 1, 1, 1,	/* 40 */
		1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1,	/* 50 */
		1, 5, 5, 5, 5, 5, 5, 1, 1, 1, 1, 1, 1, 1, 1, 1,	/* 60 */
		1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1, 0,	/* 70 */
	};
	return byte < 128 ? kinds[byte] : 0;
}

static uint8_t fold(uint8_t byte)
{
	return ((uint8_t)(byte - 'A') < 26) ? byte | 0x20 : byte;
}

void lws_scan_skip_token(xsMachine* the)
{
	Span span = readSpan(the, &xsArg(0), &xsArg(1), &xsArg(2));
	const uint8_t* at = span.start;

	while ((at < span.end) && (kind(*at) & kToken))
		at++;
	setPosition(the, span, at);
}

void lws_scan_skip_text(xsMachine* the)
{
	Span span = readSpan(the, &xsArg(0), &xsArg(1), &xsArg(2));
	const uint8_t* at = span.start;

	while ((at < span.end) && !(kind(*at) & kNoText))
		at++;
	setPosition(the, span, at);
}

void lws_scan_skip_hex(xsMachine* the)
{
	Span span = readSpan(the, &xsArg(0), &xsArg(1), &xsArg(2));
	const uint8_t* at = span.start;

	while ((at < span.end) && (kind(*at) & kHex))
		at++;
	setPosition(the, span, at);
}

void lws_scan_parse_hex(xsMachine* the)
{
	Span span = readSpan(the, &xsArg(0), &xsArg(1), &xsArg(2));
	const uint8_t* at;
	uint64_t value = 0;

	if (span.end - span.start > 13)
		xsRangeError("out of range");
	for (at = span.start; at < span.end; at++) {
		if (!(kind(*at) & kHex))
			xsRangeError("no hexadecimal digit");
		value = (value << 4) | ((*at <= '9') ? *at - '0' : (*at | 0x20) - 'a' + 10);
	}
	if (value <= INT32_MAX)
		xsmcSetInteger(xsResult, (xsIntegerValue)value);
	else
		xsmcSetNumber(xsResult, (xsNumberValue)value);
}

void lws_scan_copy_folded(xsMachine* the)
{
	Span target, source;
	size_t count = readCopy(the, &target, &source), i;

	/* forwards or backwards, as memmove does: the two may overlap */
	if (target.start <= source.start) {
		for (i = 0; i < count; i++)
			target.start[i] = fold(source.start[i]);
	}
	else {
		for (i = count; i > 0; i--)
			target.start[i - 1] = fold(source.start[i - 1]);
	}
	xsmcSetInteger(xsResult, (xsIntegerValue)count);
}
