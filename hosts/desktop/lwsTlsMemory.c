/*
 * The memory of mbedTLS, counted. Its static libraries are copied with calloc and free renamed to the functions here
 * (mbedtls.mjs), and the C files of the TLS module are compiled with the same names, so nothing of theirs is left out.
 * Below is malloc: AddressSanitizer sees each block. One thread only, as TLS runs on the loop's.
 */

#include "lwsHost.h"
#include <stdlib.h>

/* In front of each block: its size, in as many bytes as keep the block aligned. */
#define LWS_TLS_HEADER 16

static size_t gNow, gPeak;

void* lwsTlsCalloc(size_t count, size_t size)
{
	size_t bytes;
	char* block;
	if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - LWS_TLS_HEADER)
		return NULL;
	block = calloc(1, LWS_TLS_HEADER + bytes);
	if (!block)
		return NULL;
	*(size_t*)block = bytes;
	gNow += bytes;
	if (gPeak < gNow)
		gPeak = gNow;
	return block + LWS_TLS_HEADER;
}

void lwsTlsFree(void* data)
{
	char* block = data;
	if (!block)
		return;
	block -= LWS_TLS_HEADER;
	gNow -= *(size_t*)block;
	free(block);
}

void lwsTlsHeap(size_t* now, size_t* peak)
{
	*now = gNow;
	*peak = gPeak;
}
