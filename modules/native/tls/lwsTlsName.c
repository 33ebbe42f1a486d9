/*
 * Names of a certificate. Only subjectAltName counts (RFC 9525 section 6.3): a name against dNSName, an address against
 * iPAddress, never the common name. A wildcard stands for one whole first label (RFC 9525 section 6.3), with at least
 * two labels behind it, so that nobody has a whole top-level domain.
 */

#include "lwsTls.h"
#include <stdio.h>
#include <string.h>

#define DNS_NAME (MBEDTLS_ASN1_CONTEXT_SPECIFIC | 2)
#define IP_ADDRESS (MBEDTLS_ASN1_CONTEXT_SPECIFIC | 7)

static int lwsTlsFold(int c)
{
	return (c >= 'A') && (c <= 'Z') ? c | 0x20 : c;
}

static int lwsTlsEqual(const char* a, const char* b, size_t count)
{
	for (; count; a++, b++, count--) {
		if (lwsTlsFold((uint8_t)*a) != lwsTlsFold((uint8_t)*b))
			return 0;
	}
	return 1;
}

/* `pattern` is not a string: it may have zero bytes, and then equals no host. */
static int lwsTlsMatchesName(const char* pattern, size_t size, const char* host)
{
	size_t length = strlen(host);
	const char* dot;
	if (size && (pattern[size - 1] == '.'))
		size--;
	if ((size == length) && lwsTlsEqual(pattern, host, size))
		return 1;
	if ((size < 3) || (pattern[0] != '*') || (pattern[1] != '.'))
		return 0;
	pattern++;
	size--;
	if (!memchr(pattern + 1, '.', size - 1))
		return 0;
	dot = strchr(host, '.');
	return dot && (dot > host) && (strlen(dot) == size) && lwsTlsEqual(pattern, dot, size);
}

int lwsTlsMatches(const lwsTlsSession* session, const mbedtls_x509_crt* certificate)
{
	const mbedtls_x509_sequence* each;
	for (each = &certificate->subject_alt_names; each; each = each->next) {
		const mbedtls_x509_buf* name = &each->buf;
		if (session->addressSize) {
			if ((name->tag == IP_ADDRESS) && (name->len == session->addressSize)
				&& !memcmp(name->p, session->address, name->len))
				return 1;
		}
		else if ((name->tag == DNS_NAME) && lwsTlsMatchesName((const char*)name->p, name->len, session->host))
			return 1;
	}
	return 0;
}

static int lwsTlsParseIPv4(const char* text, uint8_t* address)
{
	int i;
	for (i = 0; i < 4; i++) {
		unsigned value = 0, digits = 0;
		for (; (*text >= '0') && (*text <= '9') && (digits < 3); text++, digits++)
			value = value * 10 + (unsigned)(*text - '0');
		if (!digits || (value > 255) || (*text != (i < 3 ? '.' : 0)))
			return 0;
		text++;
		address[i] = (uint8_t)value;
	}
	return 4;
}

static int lwsTlsDigit(int c)
{
	c = lwsTlsFold(c);
	return (c >= '0') && (c <= '9') ? c - '0' : (c >= 'a') && (c <= 'f') ? c - 'a' + 10 : -1;
}

/* RFC 4291 section 2.2; a zone is no part of what a certificate has. */
static int lwsTlsParseIPv6(const char* text, uint8_t* address)
{
	int at = 0, gap = -1;
	memset(address, 0, 16);
	if ((text[0] == ':') && (text[1] != ':'))
		return 0;
	while (*text && (*text != '%')) {
		unsigned value = 0, digits = 0;
		const char* group = text;
		if ((text[0] == ':') && (text[1] == ':')) {
			if (gap >= 0)
				return 0;
			gap = at;
			text += 2;
			continue;
		}
		if (*text == ':')
			group = ++text;
		for (; (lwsTlsDigit(*text) >= 0) && (digits < 4); text++, digits++)
			value = value << 4 | (unsigned)lwsTlsDigit(*text);
		if ((*text == '.') && (at <= 12)) {
			if (!lwsTlsParseIPv4(group, address + at))
				return 0;
			at += 4;
			break;
		}
		if (!digits || (at > 14) || (*text && (*text != ':') && (*text != '%')))
			return 0;
		address[at++] = (uint8_t)(value >> 8);
		address[at++] = (uint8_t)value;
	}
	if (gap < 0)
		return at == 16 ? 16 : 0;
	if (at > 14)
		return 0;
	memmove(address + 16 - (at - gap), address + gap, (size_t)(at - gap));
	memset(address + gap, 0, (size_t)(16 - at));
	return 16;
}

int lwsTlsParseAddress(const char* text, uint8_t* address)
{
	return strchr(text, ':') ? lwsTlsParseIPv6(text, address) : lwsTlsParseIPv4(text, address);
}

/* Appends what can be shown of bytes that anybody may have written. */
static size_t lwsTlsShow(const uint8_t* bytes, size_t count, char* text, size_t at, size_t size)
{
	for (; count && (at + 1 < size); bytes++, count--)
		text[at++] = (*bytes >= 0x20) && (*bytes < 0x7F) ? (char)*bytes : '?';
	text[at] = 0;
	return at;
}

static void lwsTlsShowAddress(const mbedtls_x509_buf* name, char* text, size_t size)
{
	size_t i, at = 0;
	if (name->len == 4) {
		snprintf(text, size, "%u.%u.%u.%u", name->p[0], name->p[1], name->p[2], name->p[3]);
		return;
	}
	for (i = 0; (i + 1 < name->len) && (i < 16); i += 2)
		at += (size_t)snprintf(text + at, size - at, i ? ":%02x%02x" : "%02x%02x", name->p[i], name->p[i + 1]);
}

void lwsTlsNames(const mbedtls_x509_crt* certificate, char* text, size_t size)
{
	static const char more[] = ", ...";
	const mbedtls_x509_sequence* each;
	size_t at = 0;
	text[0] = 0;
	for (each = &certificate->subject_alt_names; each; each = each->next) {
		const mbedtls_x509_buf* name = &each->buf;
		char address[48] = "";
		const uint8_t* shown = name->p;
		size_t count = name->len;
		if (name->tag == IP_ADDRESS) {
			lwsTlsShowAddress(name, address, sizeof(address));
			shown = (const uint8_t*)address;
			count = strlen(address);
		}
		else if (name->tag != DNS_NAME)
			continue;
		if (at + 2 + count + sizeof(more) > size) {
			lwsTlsShow((const uint8_t*)more + (at ? 0 : 2), sizeof(more) - 1 - (at ? 0 : 2), text, at, size);
			return;
		}
		if (at)
			at = lwsTlsShow((const uint8_t*)", ", 2, text, at, size);
		at = lwsTlsShow(shown, count, text, at, size);
	}
}

void lwsTlsHex(const uint8_t* bytes, size_t count, char* text, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;
	text[0] = 0;
	if (2 * count + 1 > size)
		return;
	for (i = 0; i < count; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * count] = 0;
}

/* The value of the extension authorityKeyIdentifier (2.5.29.35): 2.28 does not keep it. */
const uint8_t* lwsTlsAuthorityKey(const mbedtls_x509_crt* certificate, size_t* count)
{
	static const uint8_t oid[] = { 0x55, 0x1D, 0x23 };
	unsigned char* at = certificate->v3_ext.p;
	unsigned char* end = at + certificate->v3_ext.len;
	size_t size;
	if (!at || mbedtls_asn1_get_tag(&at, end, &size, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE))
		return NULL;
	while (at < end) {
		unsigned char* next;
		if (mbedtls_asn1_get_tag(&at, end, &size, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE))
			return NULL;
		next = at + size;
		if (mbedtls_asn1_get_tag(&at, next, &size, MBEDTLS_ASN1_OID))
			return NULL;
		if ((size == sizeof(oid)) && !memcmp(at, oid, size)) {
			at += size;
			if ((at < next) && (*at == MBEDTLS_ASN1_BOOLEAN) && mbedtls_asn1_get_bool(&at, next, &(int){ 0 }))
				return NULL;
			if (mbedtls_asn1_get_tag(&at, next, &size, MBEDTLS_ASN1_OCTET_STRING)
				|| mbedtls_asn1_get_tag(&at, next, &size, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE)
				|| mbedtls_asn1_get_tag(&at, next, count, MBEDTLS_ASN1_CONTEXT_SPECIFIC))
				return NULL;
			return at;
		}
		at = next;
	}
	return NULL;
}

void lwsTlsDistinguishedName(const mbedtls_x509_name* name, char* text, size_t size)
{
	int length = mbedtls_x509_dn_gets(text, size, name);
	if (length < 0)
		snprintf(text, size, "(a name that is too long)");
	else
		lwsTlsShow((const uint8_t*)text, (size_t)length, text, 0, size);
}

void lwsTlsDate(const mbedtls_x509_time* time, char* text, size_t size)
{
	snprintf(text, size, "%04u-%02u-%02u %02u:%02u:%02u", (unsigned)time->year % 10000, (unsigned)time->mon % 100,
		(unsigned)time->day % 100, (unsigned)time->hour % 100, (unsigned)time->min % 100, (unsigned)time->sec % 100);
}

/* Days by the civil calendar, in eras of 400 years; mbedTLS has checked the ranges. */
double lwsTlsSeconds(const mbedtls_x509_time* time)
{
	int year = time->year - (time->mon <= 2);
	int era = year / 400, ofEra = year % 400;
	int ofYear = (153 * (time->mon + (time->mon > 2 ? -3 : 9)) + 2) / 5 + time->day - 1;
	double days = era * 146097.0 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719468;
	return days * 86400 + time->hour * 3600 + time->min * 60 + time->sec;
}
