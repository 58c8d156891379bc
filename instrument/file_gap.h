/* SPDX-License-Identifier: MIT */
/*
 * file_gap: a spare byte behind each array of file scope, so that a pointer
 * to its end is never a pointer to what comes next.  Where a pointer leads
 * decides what becomes of it on another machine.
 */
#ifndef INSTRUMENT_FILE_GAP_H
#define INSTRUMENT_FILE_GAP_H

#include "instrument/emit.h"

/*
 * Writes the declaration with the gaps that its arrays want; false, with
 * nothing written, if they want none.
 */
bool file_gaps(struct emit *e, struct node *decl);

#endif
