/* SPDX-License-Identifier: MIT */
/*
 * fn_bytes: functions that fill objects of any type byte by byte, as a swap
 * or memcpy of one's own.  Halfway a pointer is no pointer and a number no
 * number, so they may not be stopped.
 */
#ifndef INSTRUMENT_FN_BYTES_H
#define INSTRUMENT_FN_BYTES_H

#include "instrument/fn.h"
#include <stdbool.h>

/* Whether fn is one, and calls nothing that might take long. */
bool fn_fills_bytes(struct fn *fn);

/* Why it cannot be stopped; nobody needs to be warned of it. */
extern const char fn_fills_bytes_why[];

#endif
