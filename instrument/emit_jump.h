/* SPDX-License-Identifier: MIT */
/* emit_jump: calls of setjmp in the emitted C. */
#ifndef INSTRUMENT_EMIT_JUMP_H
#define INSTRUMENT_EMIT_JUMP_H

#include "instrument/emit.h"

/* What a clone with sites starts with. */
void emit_jump_state(struct emit *e, const struct fn *fn);
void emit_setjmp(struct emit *e, struct ir *ir);
/* Behind a point's restored variables: longjmp finds this frame again. */
void emit_rearm(struct emit *e);
/*
 * The function as written, for what is refused and what is below the polls:
 * only the mask and the tags of its buffers are kept.
 */
void emit_jump_as_written(struct emit *e, struct fn *fn);

#endif
