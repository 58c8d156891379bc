/* SPDX-License-Identifier: MIT */
/*
 * hand: what of <harrier/ckpt.h> hcc must know: calls that may take a
 * checkpoint, and the functions that tell a union's member.
 */
#ifndef INSTRUMENT_HAND_H
#define INSTRUMENT_HAND_H

#include "instrument/ast.h"
#include <stdbool.h>

struct plan;
struct strbuf;

/* ckpt_now and ckpt_here: they unwind as an instrumented function does. */
bool hand_is_poll(const char *name);
/* Whether this call is one of those. */
bool hand_is_poll_call(const struct node *call);

/* ckpt_type_: its argument's sizeof names a block's type. */
bool hand_is_type(const char *name);

/*
 * A function that ckpt_union or ckpt_union_self made: the type that it looks
 * at, or NULL. *ret_member: the name of the union in it, NULL for itself.
 */
const struct type *hand_union(const struct decl *fn, const char **ret_member);

/* Makes `#pragma harrier poll` of a preprocessed text a poll of that line. */
void hand_pragmas(struct strbuf *text);

/*
 * Puts functions that reach such a poll above the cut, so that all their
 * frames can be resumed, whatever they cost.
 */
void hand_plan(struct plan *p);

#endif
