/*
 * What the files of the head of a response share: its state and its table. http.d.ts is the contract.
 */

#ifndef LWS_HTTP_H
#define LWS_HTTP_H

#include <stdint.h>
#include <string.h>

typedef enum {
	kNotHttp = -1, kBadVersion = -2, kBadStatusLine = -3, kBadHeadByte = -4, kBadFieldName = -5, kHeadTooLong = -6,
	kBadContentLength = -11
} Fault;

enum {
	kKeepAliveLimit = 1000000, kHeadLimit = 262144, kStatusLimit = 77, kReservedBytes = 256, kReservedFields = 4, kNameRoom = 24, kFieldSize = 12
};

typedef enum {
	kAwaitStatusStart, kAwaitStatusStartLineFeed, kAwaitStatus, kAwaitStatusLineFeed, kAwaitFieldStart, kAwaitName,
	kSkipName, kAwaitValueStart, kAwaitValue, kSkipValue, kAwaitLineFeed, kAwaitLastLineFeed, kDone
} Awaited;

enum { kNotNeeded, kConnection, kKeepAlive, kContentLength, kTransferEncoding };
enum { kOptionClose = 1, kOptionKeepAlive = 2, kKeepAliveShift = 3 };
enum { kNoCoding, kChunked, kOtherCoding };

/* The words of Head in http.d.ts. */
typedef struct {
	int32_t state, summary, size, status, minor, count, used, nameEnd, end, open, needed, lines, dropped, connection, coding;
	int32_t length, lengthHigh, lengthLow, lineLength;
	uint8_t line[80];
	int32_t fields, textSize;	/* the sizes of the table, which follows */
} Head;

typedef struct {
	int32_t* spans;
	int32_t fields;
	uint8_t* bytes;
	int32_t size;
	const uint8_t *keep, *keepEnd;	/* NULL: all */
} Table;

static inline int isSpace(uint8_t byte)
{
	return (byte == ' ') || (byte == '\t');
}

/* RFC 9110 section 5.6.3: OWS */
static inline const uint8_t* skipSpace(const uint8_t* at, const uint8_t* end)
{
	while ((at < end) && isSpace(*at))
		at++;
	return at;
}

static inline const uint8_t* trimEnd(const uint8_t* at, const uint8_t* end)
{
	while ((end > at) && isSpace(end[-1]))
		end--;
	return end;
}

static inline int isDigit(uint8_t byte)
{
	return (uint8_t)(byte - '0') < 10;
}

/* lwsHttpField.c; object names are global in a build of the SDK. */
int lwsHttpNeededField(const uint8_t* name, const uint8_t* end);
int lwsHttpIsWanted(const Table* table, const uint8_t* name, const uint8_t* end);
int lwsHttpNameIs(const uint8_t* at, const uint8_t* end, const uint8_t* name);
void lwsHttpCommitField(Head* head, const Table* table);

#endif
