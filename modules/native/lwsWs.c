/*
 * The frames of WebSocket (RFC 6455 section 5) on XS: ws.d.ts is the contract, twin/ws.ts says the same in TypeScript,
 * and test/host/ws-kernels.ts holds the two equal. modules/engines/ws/frame.ts says what is accepted, and has the table
 * of transitions.
 */

#include "lwsBytes.h"
#include "lwsSpan.h"
#include <string.h>

enum {
	kReservedBits = -13, kBadOpcode = -14, kBadControlFrame = -15, kMaskedFrame = -16, kBadLength = -17,
	kBadContinuation = -18, kBadUtf8 = -19, kBadClose = -20
};
enum { kNone, kDataPiece, kPing, kPong, kClose, kKind = 7 };
/* kCompressed is where RSV1 is in the first byte. */
enum { kFirst = 8, kFinal = 16, kBinary = 32, kCompressed = 64, kReserved = 0x70, kFin = 0x80 };
enum { kTextFrame = 1, kBinaryFrame = 2, kControlFrames = 8, kCloseFrame = 8, kPingFrame = 9 };
enum { kMasked = 0x80, kControlLimit = 125, kMediumLength = 126, kMediumLimit = 65535 };

#define kLengthLimit (((uint64_t)1 << 53) - 1)
#define kHalf ((int32_t)1 << 26)

typedef enum {
	kAwaitOpcode, kAwaitLength, kAwaitLongLength, kAwaitPayload, kAwaitControl
} Awaited;

/* The words of Frame in ws.d.ts. */
typedef struct {
	int32_t state, event, length, from, remainingHigh, remainingLow, first, message, utf8, missing, controlLength;
	uint8_t control[128];
} Frame;

static uint64_t remainingOf(const Frame* frame)
{
	return ((uint64_t)frame->remainingHigh << 26) | frame->remainingLow;
}

static void setRemaining(Frame* frame, uint64_t remaining)
{
	frame->remainingHigh = (int32_t)(remaining >> 26);
	frame->remainingLow = (int32_t)(remaining & (kHalf - 1));
}

/* Steps return a fault or 0. */
static int takeOpcode(Frame* frame, uint8_t byte, int allowCompressed)
{
	int opcode = byte & 0x0F, reserved = byte & kReserved, begins = (opcode == kTextFrame) || (opcode == kBinaryFrame);

	if (reserved && ((reserved != kCompressed) || !allowCompressed || !begins))
		return kReservedBits;
	if ((opcode & 7) > kBinaryFrame)
		return kBadOpcode;
	if (opcode & kControlFrames) {
		if (!(byte & kFin))
			return kBadControlFrame;
	}
	else if (!opcode == !frame->message)
		return kBadContinuation;
	else if (begins)
		frame->message = opcode | kFirst | ((opcode == kBinaryFrame) ? kBinary : 0) | reserved;
	frame->first = byte;
	frame->state = kAwaitLength;
	return 0;
}

/* What there is of a frame's payload, or its end, is the next event. */
static int givePiece(Frame* frame, uint8_t* buffer, const uint8_t* from, size_t count, int isLast)
{
	int message = frame->message;

	if (!(message & (kBinary | kCompressed))) {
		frame->utf8 = lwsCheckUtf8(frame->utf8, from, from + count);
		if ((frame->utf8 < 0) || (isLast && frame->utf8))
			return kBadUtf8;
	}
	frame->event = kDataPiece | (message & ~kKind) | (isLast ? kFinal : 0);
	frame->message = isLast ? 0 : message & ~kFirst;
	frame->length = (int32_t)count;
	if (message & kCompressed)
		frame->from = (int32_t)(from - buffer);
	else
		memmove(buffer, from, count);
	return 0;
}

static int takePayload(Frame* frame, uint8_t* buffer, const uint8_t** at, const uint8_t* end)
{
	uint64_t remaining = remainingOf(frame);
	const uint8_t* from = *at;
	size_t count = end - from;

	if (count > remaining)
		count = (size_t)remaining;
	remaining -= count;
	*at += count;
	setRemaining(frame, remaining);
	if (!remaining)
		frame->state = kAwaitOpcode;
	return givePiece(frame, buffer, from, count, !remaining && (frame->first & kFin));
}

/* RFC 6455 section 7.4, and what IANA has registered since: 1012 to 1014. */
static int maySend(int code)
{
	return ((code >= 1000) && (code <= 1003)) || ((code >= 1007) && (code <= 1014)) || ((code >= 3000) && (code <= 4999));
}

static int giveControl(Frame* frame)
{
	int opcode = frame->first & 0x0F, length = frame->controlLength;
	const uint8_t* control = frame->control;

	if ((opcode == kCloseFrame) && length) {
		if ((length == 1) || !maySend((control[0] << 8) | control[1]))
			return kBadClose;
		if (lwsCheckUtf8(0, control + 2, control + length))
			return kBadUtf8;
	}
	frame->state = kAwaitOpcode;
	frame->event = (opcode == kCloseFrame) ? kClose : (opcode == kPingFrame) ? kPing : kPong;
	frame->length = length;
	return 0;
}

static int takeControl(Frame* frame, const uint8_t** at, const uint8_t* end)
{
	size_t count = end - *at;

	if (count > (size_t)frame->remainingLow)
		count = frame->remainingLow;
	memmove(frame->control + frame->controlLength, *at, count);
	*at += count;
	frame->controlLength += (int32_t)count;
	frame->remainingLow -= (int32_t)count;
	return frame->remainingLow ? 0 : giveControl(frame);
}

static int takeLength(Frame* frame, uint8_t* buffer, uint8_t byte)
{
	int isControl = frame->first & kControlFrames;

	if (byte & kMasked)
		return kMaskedFrame;
	if (isControl && (byte > kControlLimit))
		return kBadControlFrame;
	frame->controlLength = 0;
	setRemaining(frame, (byte < kMediumLength) ? byte : 0);
	if (byte >= kMediumLength) {
		frame->missing = (byte == kMediumLength) ? 2 : 8;
		frame->state = kAwaitLongLength;
	}
	else if (byte)
		frame->state = isControl ? kAwaitControl : kAwaitPayload;
	else if (isControl)
		return giveControl(frame);
	else {
		frame->state = kAwaitOpcode;
		return (frame->first & kFin) ? givePiece(frame, buffer, buffer, 0, 1) : 0;
	}
	return 0;
}

static int takeLongLength(Frame* frame, uint8_t byte)
{
	uint64_t length = (remainingOf(frame) << 8) | byte;
	int missing = --frame->missing;

	/* Of eight bytes the first six may not be all 0, and two must say more than the seven bits before them could. */
	if ((length > (kLengthLimit >> (8 * missing))) || ((missing == 2) && !length) || (!missing && (length < kMediumLength)))
		return kBadLength;
	setRemaining(frame, length);
	if (!missing)
		frame->state = kAwaitPayload;
	return 0;
}

/* No scanner left anything else: the words are in the hands of JavaScript. */
static int isPossible(const Frame* frame)
{
	return ((uint32_t)frame->state <= kAwaitControl) && ((uint32_t)frame->remainingHigh < 2 * kHalf)
		&& ((uint32_t)frame->remainingLow < kHalf) && ((uint32_t)frame->first <= 0xFF)
		&& !(frame->message & ~(kFirst | kBinary | kCompressed | kTextFrame | kBinaryFrame))
		&& ((uint32_t)frame->utf8 <= 7) && ((uint32_t)frame->missing <= 8) && ((uint32_t)frame->controlLength <= kControlLimit)
		&& ((frame->state != kAwaitLongLength) || frame->missing)
		&& ((frame->state != kAwaitControl) || (frame->controlLength + frame->remainingLow <= kControlLimit));
}

void lws_ws_scan_frame(xsMachine* the)
{
	int allowCompressed = readIntegerWithin(the, &xsArg(4), 0, 1);
	Span bytes = readSpan(the, &xsArg(1), &xsArg(2), NULL);
	const uint8_t* at = bytes.start;
	const uint8_t* end = bytes.buffer
		+ readIntegerWithin(the, &xsArg(3), bytes.start - bytes.buffer, bytes.end - bytes.buffer);
	xsUnsignedValue size;
	void* data;
	Frame* frame;
	int fault = 0;

	xsmcGetBufferWritable(xsArg(0), &data, &size);
	frame = data;
	if ((size < sizeof(Frame)) || ((uintptr_t)data % sizeof(int32_t)) || !isPossible(frame))
		xsRangeError("no state");
	frame->event = frame->length = frame->from = 0;
	while ((at < end) && !fault && !frame->event) {
		switch (frame->state) {
		case kAwaitOpcode:
			fault = takeOpcode(frame, *at++, allowCompressed);
			break;
		case kAwaitLength:
			fault = takeLength(frame, bytes.buffer, *at++);
			break;
		case kAwaitLongLength:
			fault = takeLongLength(frame, *at++);
			break;
		case kAwaitPayload:
			fault = takePayload(frame, bytes.buffer, &at, end);
			break;
		case kAwaitControl:
			fault = takeControl(frame, &at, end);
			break;
		}
	}
	xsmcSetInteger(xsResult, fault ? fault : (xsIntegerValue)(at - bytes.start));
}

/* What stands before the payload, and the key in it. */
static size_t headSize(size_t length)
{
	return (length <= kControlLimit) ? 6 : (length <= kMediumLimit) ? 8 : 14;
}

/* RFC 6455 section 5.2: a client masks, and a length is in its shortest form. */
static void writeHead(uint8_t* at, uint8_t first, size_t length, const uint8_t* key)
{
	int bytes = (length <= kControlLimit) ? 0 : (length <= kMediumLimit) ? 2 : 8;

	*at++ = first;
	*at++ = kMasked | (uint8_t)(!bytes ? length : (bytes == 2) ? kMediumLength : kMediumLength + 1);
	while (bytes--)
		*at++ = (uint8_t)((uint64_t)length >> (8 * bytes));
	memcpy(at, key, 4);
}

void lws_ws_write_frame(xsMachine* the)
{
	xsIntegerValue first = readIntegerWithin(the, &xsArg(2), 0, 0xFF);
	xsIntegerValue keyAt = readIntegerWithin(the, &xsArg(7), 0, INT32_MAX);
	Span source = readSpan(the, &xsArg(3), &xsArg(4), &xsArg(5));
	Span target = readSpan(the, &xsArg(0), &xsArg(1), NULL);
	size_t count = source.end - source.start, head = headSize(count);
	size_t room = target.end - target.start;
	xsUnsignedValue size;
	void* data;
	uint8_t key[4], *payload;

	if ((room < head) || (room - head < count))
		xsRangeError("frame outside of buffer");
	xsmcGetBufferReadable(xsArg(6), &data, &size);
	if ((size < sizeof(key)) || ((xsUnsignedValue)keyAt > size - sizeof(key)))
		xsRangeError("key outside of buffer");
	/* Key and source may lie in the target: the key is kept, and the payload moved before the head is written. */
	memcpy(key, (uint8_t*)data + keyAt, sizeof(key));
	payload = target.start + head;
	lwsCopyMasked(payload, source.start, count, key, 0);
	writeHead(target.start, (uint8_t)first, count, key);
	xsmcSetInteger(xsResult, (xsIntegerValue)(head + count));
}
