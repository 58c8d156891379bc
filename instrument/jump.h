/* SPDX-License-Identifier: MIT */
/*
 * jump: calls of setjmp, to which a longjmp may lead from any point that can
 * follow them.
 */
#ifndef INSTRUMENT_JUMP_H
#define INSTRUMENT_JUMP_H

#include "instrument/fn.h"

/* Whether the call is of setjmp by any of its names. */
bool jump_is_setjmp(const struct node *call);
/* Notes the call as one of the function's sites. */
void jump_add_site(struct fn *fn, struct node *call);
/* The call's number among fn->sites, or -1. */
int jump_site(const struct fn *fn, const struct node *call);
/* Refuses a function whose setjmp stands where it cannot be resumed. */
void jump_refuse(struct fn *fn);
/* Makes the variable that numbers the activations of the function. */
void jump_add_frame(struct fn *fn);
/* Whether the frame may be stopped at p after that site was armed. */
bool jump_may_follow(const struct fn *fn, int site, const struct point *p);

#endif
