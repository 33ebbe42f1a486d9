/*
 * The kernels over bytes that other machines need as well. They are in lwsKernels.c; object names are global in a build
 * of the SDK.
 */

#ifndef LWS_BYTES_H
#define LWS_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* The two may overlap; the first byte is masked by `key[phase]`. */
void lwsCopyMasked(uint8_t* to, const uint8_t* from, size_t count, const uint8_t* key, unsigned phase);

/* Gives the next state: 0 between characters, -1 when it can be no UTF-8 any more. */
int lwsCheckUtf8(int state, const uint8_t* at, const uint8_t* end);

#endif
