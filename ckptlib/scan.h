/* SPDX-License-Identifier: MIT */
/*
 * scan: one walk over all that is live, before an image is written. It gives
 * blocks without a type the one by which they are reached, marks what outside
 * the heap is pointed to, and finds the reasons why the image cannot go
 * everywhere.
 */
#ifndef CKPTLIB_SCAN_H
#define CKPTLIB_SCAN_H

#include <stdbool.h>

#include "ckptlib/objects.h"
#include "ckptlib/reasons.h"

struct ckpti_scan {
	struct ckpti_objects objects;
	struct ckpti_reasons reasons;
	uint64_t nblocks, heap_bytes;
};

/* Makes an empty one, with the reasons that the program always has. */
void ckpti_scan_begin(struct ckpti_scan *scan);
/* 0 or -ENOMEM. Release in either case. */
int ckpti_scan_run(struct ckpti_scan *scan);
void ckpti_scan_release(struct ckpti_scan *scan);

#endif
