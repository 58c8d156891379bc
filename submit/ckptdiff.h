/* SPDX-License-Identifier: MIT */
/* ckptdiff: what differs between two images of one program. */
#ifndef HARRIER_SUBMIT_CKPTDIFF_H
#define HARRIER_SUBMIT_CKPTDIFF_H

#include <stdio.h>

#include "ckptlib/image/img.h"
#include "common/base/err.h"

/*
 * Prints variables whose values differ, by name: pointers count as what they
 * lead to, so that images of different machines compare. Then frames, the heap
 * by type, and files. *ret_same: nothing was printed. 0 or -errno.
 */
int ckptdiff(FILE *out, const struct img *a, const struct img *b, int *ret_same,
	     struct err *err);

#endif
