/* SPDX-License-Identifier: MIT */
/* rframes: the image's frames, made ready and resumed one by one. */
#ifndef CKPTLIB_RFRAMES_H
#define CKPTLIB_RFRAMES_H

#include "ckptlib/load.h"

/* Finds the program's points for the image's frames. 0 or -1. */
int ckpti_rframes_match(struct ckpti_load *load);
/* Gives every variable its place; those in memory become targets. */
int ckpti_rframes_place(struct ckpti_load *load);
/* Converts all values. */
int ckpti_rframes_values(struct ckpti_load *load);

/* Runs the outermost frame; its result goes to ret. */
void ckpti_rframes_resume(void *ret);

#endif
