/* SPDX-License-Identifier: MIT */
/*
 * How the runtime receives values of a type.
 */
#ifndef INSTRUMENT_EMIT_PASS_H
#define INSTRUMENT_EMIT_PASS_H

#include "ckptlib/abi.h"
#include "instrument/fn.h"

enum ckpt_pass pass_of(const struct type *t);
/* Of a variable, of fn.frame or of the expression that a temporary holds. */
const struct type *var_type(const struct var *v);

#endif
