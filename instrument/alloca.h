/* SPDX-License-Identifier: MIT */
/*
 * alloca: its memory has no place in a resumed frame. In the clones it comes
 * from the captured heap; the frame's variable __ckpt_al owns it, whose
 * cleanup frees it when the function returns.
 */
#ifndef INSTRUMENT_ALLOCA_H
#define INSTRUMENT_ALLOCA_H

#include "instrument/fn.h"
#include <stdbool.h>

bool alloca_is_call(const struct node *n);
/* Makes the variable if the function calls alloca. */
void alloca_make(struct fn *fn);

#endif
