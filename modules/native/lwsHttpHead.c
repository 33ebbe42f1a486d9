/*
 * The head of a response (RFC 9112 sections 2-5) on XS: http.d.ts is the contract, twin/http.ts says the same in
 * TypeScript, and test/host/http-kernels.ts holds the two equal. modules/engines/h1/head.ts says what is accepted, and
 * has the table of transitions.
 */

#include "lwsSpan.h"
#include "lwsHttp.h"

/* What a step consumes: it moves `at`, and a fault is the end. */
typedef struct {
	const uint8_t *at, *end;
	int fault;
} Input;

typedef size_t Word;
#define kOnes ((Word)-1 / 0xFF)

/* Where words can only be read at a boundary, the compiler is told of it, as in lwsKernels.c. */
#if defined(__GNUC__) && !defined(__x86_64__) && !defined(__i386__) && !defined(__aarch64__)
	#define lwsOffBoundary(_POINTER) ((uintptr_t)(_POINTER) % sizeof(Word))
	#define lwsWordAt(_POINTER) __builtin_assume_aligned(_POINTER, sizeof(Word))
#else
	#define lwsOffBoundary(_POINTER) 0
	#define lwsWordAt(_POINTER) (_POINTER)
#endif

static int isText(uint8_t byte)
{
	return (byte > '\r') || (byte && (byte != '\r') && (byte != '\n'));
}

/* The first NUL, CR or LF, or `end`. */
static const uint8_t* skipText(const uint8_t* at, const uint8_t* end)
{
	while ((at < end) && lwsOffBoundary(at) && isText(*at))
		at++;
	for (; !lwsOffBoundary(at) && ((size_t)(end - at) >= sizeof(Word)); at += sizeof(Word)) {
		Word word;
		memcpy(&word, lwsWordAt(at), sizeof(Word));
		/* a byte below 0E borrows: one of the three, or a tab, which is rare */
		if ((word - kOnes * 0x0E) & ~word & (kOnes * 0x80))
			break;
	}
	while ((at < end) && isText(*at))
		at++;
	return at;
}

/* A tchar (RFC 9110 section 5.6.2) in lower case, or 0. */
static uint8_t foldToken(uint8_t byte)
{
	static const uint8_t folded[256] =
		"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		"\0!\0#$%&'\0\0*+\0-.\0" "0123456789\0\0\0\0\0\0"
		"\0abcdefghijklmno" "pqrstuvwxyz\0\0\0^_"
		"`abcdefghijklmno" "pqrstuvwxyz\0|\0~";
	return folded[byte];
}

/* A HTTP-version begins so, in capitals (RFC 9112 section 2.3); garbage is known by its first bytes. */
static int isHttp(const Head* head)
{
	return !memcmp(head->line, "HTTP/", (head->lineLength < 5) ? head->lineLength : 5);
}

/*
 * HTTP-version SP status-code [ SP reason ] (RFC 9112 section 4; the last SP is optional for robustness), with a version
 * of the one major number whose framing this is (RFC 9110 section 2.5), and a code of three digits that begins with no
 * 0 (RFC 9110 section 15).
 */
static int parseStatusLine(Head* head)
{
	const uint8_t* line = head->line;
	int32_t length = head->lineLength;

	if ((length < 8) || (line[6] != '.') || !isDigit(line[5]) || !isDigit(line[7]))
		return kBadStatusLine;
	if (line[5] != '1')
		return kBadVersion;
	if ((length < 12) || (line[8] != ' ') || ((length > 12) && (line[12] != ' ')))
		return kBadStatusLine;
	if (!isDigit(line[9]) || !isDigit(line[10]) || !isDigit(line[11]) || (line[9] == '0'))
		return kBadStatusLine;
	head->status = 100 * (line[9] - '0') + 10 * (line[10] - '0') + line[11] - '0';
	head->minor = line[7] != '0';
	head->state = kAwaitFieldStart;
	return 0;
}

static void takeStatusLine(Head* head, Input* input)
{
	const uint8_t* next = skipText(input->at, input->end);
	int32_t count = (int32_t)(next - input->at), room = kStatusLimit - head->lineLength;

	if (count > room)
		count = room;
	memmove(head->line + head->lineLength, input->at, count);
	head->lineLength += count;
	input->at = next;
	if (!isHttp(head) || ((next < input->end) && (head->lineLength < 5)))
		input->fault = kNotHttp;
	else if (next < input->end) {
		input->at++;
		if (*next == '\n')
			input->fault = parseStatusLine(head);
		else if (*next == '\r')
			head->state = kAwaitStatusLineFeed;
		else
			input->fault = kBadHeadByte;	/* NUL (RFC 9110 section 5.5) */
	}
}

/* Where the table ends for the field under construction. */
static int32_t limit(const Head* head, const Table* table)
{
	return table->size - (head->needed ? kNameRoom : kReservedBytes);
}

/* A field does not fit: it is skipped, or, if the client needs it, the head is refused. */
static void drop(Head* head, Input* input)
{
	head->dropped++;
	head->open = 0;
	head->state = kSkipValue;
	/* RFC 9110 section 5.4: a body whose framing was dropped would be read wrong */
	if (head->needed)
		input->fault = kHeadTooLong;
}

/* The value goes on in another line: one space takes the place of all white space there (RFC 9112 section 5.2). */
static void fold(Head* head, const Table* table, Input* input)
{
	input->at++;
	head->state = kAwaitValueStart;
	if (!head->open) {
		head->state = kSkipValue;
		/* before the first field it joins nothing; RFC 9112 section 2.2 lets us reject it */
		if (!head->lines)
			input->fault = kBadFieldName;
		return;
	}
	head->end = (int32_t)(trimEnd(table->bytes + head->nameEnd, table->bytes + head->end) - table->bytes);
	if (head->end == head->nameEnd)
		return;
	if (head->end >= limit(head, table))
		drop(head, input);
	else
		table->bytes[head->end++] = ' ';
}

static void takeFieldStart(Head* head, const Table* table, Input* input)
{
	uint8_t byte = *input->at;

	if (isSpace(byte)) {
		fold(head, table, input);
		return;
	}
	if (head->open)
		lwsHttpCommitField(head, table);
	if ((byte == '\r') || (byte == '\n')) {
		input->at++;
		head->state = (byte == '\r') ? kAwaitLastLineFeed : kDone;
		return;
	}
	head->end = head->nameEnd = head->used;
	head->needed = 0;
	head->lines = 1;
	head->state = kAwaitName;
}

static void takeValue(Head* head, const Table* table, Input* input)
{
	const uint8_t* next = skipText(input->at, input->end);

	if (head->state == kAwaitValue) {
		int32_t count = (int32_t)(next - input->at);
		if (count > limit(head, table) - head->end)
			drop(head, input);
		else {
			memmove(table->bytes + head->end, input->at, count);
			head->end += count;
		}
	}
	input->at = next;
	if (input->fault || (next == input->end))
		return;
	input->at++;
	if (*next == '\n')
		head->state = kAwaitFieldStart;
	else if (*next == '\r') {
		head->state = kAwaitLineFeed;
		/* nearly always the LF is here, too: a step less */
		if ((input->at < input->end) && (*input->at == '\n')) {
			input->at++;
			head->state = kAwaitFieldStart;
		}
	}
	else
		input->fault = kBadHeadByte;	/* NUL is dangerous in any value (RFC 9110 section 5.5) */
}

static void takeValueStart(Head* head, const Table* table, Input* input)
{
	head->state = kAwaitValueStart;
	input->at = skipSpace(input->at, input->end);
	if (input->at < input->end) {
		head->state = kAwaitValue;
		takeValue(head, table, input);
	}
}

static void takeName(Head* head, const Table* table, Input* input)
{
	const uint8_t *at = input->at, *end = input->end;
	uint8_t *name = table->bytes + head->used, *to = table->bytes + head->end, *last = table->bytes + table->size, byte;
	const uint8_t* stop = (end - at > last - to) ? at + (last - to) : end;

	while ((at < stop) && ((byte = foldToken(*at)) != 0)) {
		*to++ = byte;
		at++;
	}
	head->end = (int32_t)(to - table->bytes);
	input->at = at;
	if (at == end)
		return;
	if ((to == last) && foldToken(*at)) {
		head->dropped++;
		head->state = kSkipName;
		return;
	}
	input->at++;
	/* RFC 9112 section 5.1: a name, and nothing between it and the colon */
	if ((*at != ':') || (to == name)) {
		input->fault = kBadFieldName;
		return;
	}
	head->nameEnd = head->end;
	head->needed = lwsHttpNeededField(name, to);
	if (!head->needed && !lwsHttpIsWanted(table, name, to))
		head->state = kSkipValue;
	else if ((head->end > limit(head, table)) || (head->count >= table->fields - (head->needed ? 0 : kReservedFields)))
		drop(head, input);
	else {
		head->open = 1;
		takeValueStart(head, table, input);
	}
}

static void skipName(Head* head, Input* input)
{
	while ((input->at < input->end) && foldToken(*input->at))
		input->at++;
	if (input->at == input->end)
		return;
	head->state = kSkipValue;
	/* as in takeName */
	if (*input->at++ != ':')
		input->fault = kBadFieldName;
}

/* A CR that ends no line is invalid in any element (RFC 9112 section 2.2). */
static void takeLineFeed(Head* head, Input* input, Awaited next, Fault fault)
{
	if (*input->at++ != '\n')
		input->fault = fault;
	else
		head->state = next;
}

static void step(Head* head, const Table* table, Input* input)
{
	switch (head->state) {
	case kAwaitStatusStart:
		/* RFC 9112 section 2.2: empty lines before it are ignored */
		if (*input->at == '\r')
			head->state = kAwaitStatusStartLineFeed;
		else if (*input->at != '\n') {
			head->state = kAwaitStatus;
			break;
		}
		input->at++;
		break;
	case kAwaitStatusStartLineFeed:
		takeLineFeed(head, input, kAwaitStatusStart, kNotHttp);
		break;
	case kAwaitStatus:
		takeStatusLine(head, input);
		break;
	case kAwaitStatusLineFeed:
		takeLineFeed(head, input, kAwaitFieldStart, kBadHeadByte);
		if (!input->fault)
			input->fault = parseStatusLine(head);
		break;
	case kAwaitFieldStart:
		takeFieldStart(head, table, input);
		break;
	case kAwaitName:
		takeName(head, table, input);
		break;
	case kSkipName:
		skipName(head, input);
		break;
	case kAwaitValueStart:
		takeValueStart(head, table, input);
		break;
	case kAwaitValue:
	case kSkipValue:
		takeValue(head, table, input);
		break;
	case kAwaitLineFeed:
		takeLineFeed(head, input, kAwaitFieldStart, kBadHeadByte);
		break;
	case kAwaitLastLineFeed:
		takeLineFeed(head, input, kDone, kBadHeadByte);
		break;
	}
}

/* The bits of HeadSummary in http.d.ts. */
static int32_t summary(const Head* head)
{
	/* RFC 9112 section 9.3 */
	int isPersistent = !(head->connection & kOptionClose) && (head->minor || (head->connection & kOptionKeepAlive));

	return (head->status & 0x3FF) | ((head->minor & 1) << 10) | (isPersistent ? 0x800 : 0)
		| ((head->lengthHigh > 0) ? 0x1000 : 0) | ((head->coding & 3) << 13)
		| (head->length ? 0x8000 : 0) | ((head->length < 0) ? 0x10000 : 0);
}

/* No scanner left anything else: the words are in the hands of JavaScript. */
static int isPossible(const Head* head, const Table* table)
{
	return ((uint32_t)head->state <= kDone) && ((uint32_t)head->size <= kHeadLimit)
		&& ((uint32_t)head->count <= (uint32_t)table->fields) && (!head->open || (head->count < table->fields))
		&& ((uint32_t)head->end <= (uint32_t)table->size) && ((uint32_t)head->used <= (uint32_t)head->end)
		&& ((uint32_t)head->nameEnd <= (uint32_t)head->end)
		&& ((uint32_t)head->dropped <= kHeadLimit) && ((uint32_t)head->lineLength <= kStatusLimit);
}

/* The state, and in `table` the spans and the text that follow it: http.d.ts has the order. */
static Head* readTable(xsMachine* the, xsSlot* slot, Table* table)
{
	xsUnsignedValue size;
	void* data;
	Head* head;

	xsmcGetBufferWritable(*slot, &data, &size);
	head = data;
	if ((size < sizeof(Head)) || ((uintptr_t)data % sizeof(int32_t)))
		xsRangeError("no words");
	size -= sizeof(Head);
	if (((uint32_t)head->fields > size / kFieldSize) || (head->textSize < kReservedBytes)
		|| ((uint32_t)head->textSize > size - head->fields * kFieldSize))
		xsRangeError("table too short");
	table->spans = (int32_t*)(head + 1);
	table->fields = head->fields;
	table->bytes = (uint8_t*)(table->spans + 3 * head->fields);
	table->size = head->textSize;
	if (!isPossible(head, table))
		xsRangeError("no state");
	return head;
}

void lws_http_find_field(xsMachine* the)
{
	int32_t nth = xsmcToInteger(xsArg(2));
	const uint8_t* name = (const uint8_t*)xsmcToString(xsArg(1));
	Table table;
	Head* head = readTable(the, &xsArg(0), &table);
	int32_t i;

	for (i = 0; i < head->count; i++) {
		const int32_t* span = table.spans + 3 * i;
		if (((uint32_t)span[0] > (uint32_t)span[1]) || ((uint32_t)span[1] > (uint32_t)table.size))
			xsRangeError("no state");
		if (lwsHttpNameIs(table.bytes + span[0], table.bytes + span[1], name) && (nth-- == 0))
			break;
	}
	xsmcSetInteger(xsResult, (i < head->count) ? i : -1);
}

void lws_http_scan_head(xsMachine* the)
{
	Span bytes = readSpan(the, &xsArg(1), &xsArg(2), &xsArg(3));
	Table table;
	Input input = { bytes.start, bytes.end, 0 };
	xsUnsignedValue count;
	void* data;
	Head* head = readTable(the, &xsArg(0), &table);

	table.keep = NULL;
	if (xsmcTypeOf(xsArg(4)) != xsUndefinedType) {
		xsmcGetBufferReadable(xsArg(4), &data, &count);
		table.keep = data;
		table.keepEnd = table.keep + count;
	}
	if (input.end - input.at > kHeadLimit - head->size)
		input.end = input.at + kHeadLimit - head->size;
	while ((input.at < input.end) && !input.fault && (head->state != kDone))
		step(head, &table, &input);
	head->size += (int32_t)(input.at - bytes.start);
	/* RFC 9112 section 2.2 and RFC 9110 section 5.4: a recipient has its limits, and says so */
	if (!input.fault && (head->size == kHeadLimit) && (head->state != kDone))
		input.fault = kHeadTooLong;
	head->summary = (!input.fault && (head->state == kDone)) ? summary(head) : 0;
	xsmcSetInteger(xsResult, input.fault ? input.fault : (xsIntegerValue)(input.at - bytes.start));
}
