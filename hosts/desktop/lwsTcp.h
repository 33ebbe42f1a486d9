/* A TCP socket of the host, as lwsTcp.c and lwsTcpStream.c share it. */

#ifndef __LWS_TCP__
#define __LWS_TCP__

#include "lwsHost.h"

#define LWS_WRITABLE 65536
/* A peer that does not take what is left after close() may not keep the program alive. */
#define LWS_LINGER_MILLISECONDS 5000

enum { LWS_READABLE = 1, LWS_WRITEABLE = 2, LWS_ERROR = 4 };
enum { LWS_BUFFER, LWS_NUMBER };

typedef struct {
	lwsSource source;
	xsSlot self;
	xsSlot* onReadable;
	xsSlot* onWritable;
	xsSlot* onError;
	uint8_t format;
	uint8_t triggered;
	uint8_t connecting, ready, over, told;	/* over: FIN or failure has come; told: onError has been called */
	int failure;			/* errno, 0 for a FIN */
	int waiting;			/* bytes that may be read */
	int written;			/* bytes taken in this turn */
	char* rest;				/* what the kernel would not take */
	int restStart, restEnd;
} lwsTcp;

/* The socket of `this`; throws when it is closed. */
lwsTcp* lwsGetTcp(xsMachine* the);
/* The end has come: `failure` is an errno, 0 for a FIN. */
void lwsTcpOver(lwsTcp* tcp, int failure);
/* Sends what waits in `rest`. */
void lwsTcpFlush(lwsTcp* tcp);

#endif
