/*
 * What XS asks of its platform, for the desktop host. XS includes this through its XSPLATFORM macro, before its own
 * types exist.
 *
 * mxCESU8 stays undefined: devices run without it, and with it String.fromArrayBuffer is missing.
 */

#ifndef __LWS_PLATFORM__
#define __LWS_PLATFORM__

#if !defined(__GNUC__) || !defined(__linux__)
	#error the desktop host is made for GNU C on Linux
#endif

#undef mxLinux
#define mxLinux 1
#define mxExport extern
#define mxImport extern
#define XS_FUNCTION_NORETURN __attribute__((noreturn))

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define mxUseGCCAtomics 1
#define mxUsePOSIXThreads 1

/* The static heap of one machine: chunks grow up from `heapLow`, slots grow down from `heapHigh`. */
#define mxMachinePlatform \
	int promiseJobs; \
	char* heapBase; \
	char* heapEnd; \
	char* heapLow; \
	char* heapHigh; \
	void* waiterCondition; \
	void* waiterData; \
	void* waiterLink;

#define mxUseDefaultBuildKeys 1
#define mxUseDefaultParseScript 1
#define mxUseDefaultSharedChunks 1
#define mxUseDefaultDebug 1
/* XS asks at every match of a regular expression; the default reads /proc/self/maps each time. */
#define mxUseDefaultCStackLimit 0

/* 64-bit pointers have room for 32-bit identifiers in a slot; 32-bit machines use 16 bits, as the ESP32. */
#if INTPTR_MAX == INT64_MAX
	#define mx32bitID 1
#endif

#endif
