/* SPDX-License-Identifier: MIT */
/* units: the tables of all translation units, in link order. */
#ifndef CKPTLIB_UNITS_H
#define CKPTLIB_UNITS_H

#include "ckptlib/abi.h"

/* How many; the last one is ckptlib's own. */
unsigned ckpti_nunits(void);
const struct ckpt_unit *ckpti_unit(unsigned i);

/* Which one of the units with this base name it is, from 0. */
unsigned ckpti_unit_copy(unsigned i);
/* The copy-th unit with the base name, or NULL. */
const struct ckpt_unit *ckpti_unit_named(const char *name, unsigned copy);

/* Which one of the unit's globals with the same name, from 0. */
unsigned ckpti_global_copy(const struct ckpt_unit *unit, unsigned i);
const struct ckpt_global *ckpti_global_named(const struct ckpt_unit *unit,
					     const char *name, unsigned copy);

#endif
