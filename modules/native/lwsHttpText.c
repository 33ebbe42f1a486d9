/* Which characters a text of a request may have; http.d.ts is the contract. Strings of XS are UTF-8, with NUL as C0 80. */
#include "xsmc.h"
#include "lwsHttp.h"

/* TextSet of http.d.ts. */
enum { kToken, kFieldValue, kTarget, kDigits };

/* RFC 9110 section 5.6.2: a bit for each of the characters from 0x20 on. */
static const uint32_t gToken[3] = { 0x03FF6CFA, 0xC7FFFFFE, 0x57FFFFFF };

static int isOf(int set, uint8_t byte)
{
	switch (set) {
	case kToken:
		return (byte >= 0x20) && (byte < 0x80) && ((gToken[(byte >> 5) - 1] >> (byte & 31)) & 1);
	case kFieldValue:
		return (byte != '\r') && (byte != '\n') && (byte != 0xC0);
	case kTarget:
		return (byte > ' ') && (byte != 0x7F) && (byte != 0xC0);
	default:
		return isDigit(byte);
	}
}

void lws_http_is_text(xsMachine* the)
{
	int set = xsmcToInteger(xsArg(1));
	const uint8_t* at = (const uint8_t*)xsmcToString(xsArg(0));
	int isText = *at || (set == kFieldValue);
	while (*at && isText)
		isText = isOf(set, *at++);
	xsmcSetBoolean(xsResult, isText);
}
