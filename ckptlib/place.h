/* SPDX-License-Identifier: MIT */
/* place: the image's heap into the program arena. */
#ifndef CKPTLIB_PLACE_H
#define CKPTLIB_PLACE_H

#include "ckptlib/load.h"

/* Finds this program's types for the image's blocks. */
int ckpti_place_types(struct ckpti_load *load);

/*
 * Makes all blocks, at the image's addresses where layouts and types are
 * equal and these addresses are free, else anywhere. With the first way their
 * bytes are read too.
 */
int ckpti_place_blocks(struct ckpti_load *load);

/* Reads what was not yet read, and converts all pointers and values. */
int ckpti_place_values(struct ckpti_load *load);

#endif
