/* SPDX-License-Identifier: MIT */
#include "ckptlib/units.h"

#include <stddef.h>
#include <string.h>

#include "ckptlib/own.h"

extern const struct ckpt_unit *const __start_ckpt_units[] __attribute__((weak));
extern const struct ckpt_unit *const __stop_ckpt_units[] __attribute__((weak));

unsigned ckpti_nunits(void)
{
	if (!__start_ckpt_units)
		return 1;
	return (unsigned)(__stop_ckpt_units - __start_ckpt_units) + 1;
}

const struct ckpt_unit *ckpti_unit(unsigned i)
{
	return i + 1 < ckpti_nunits() ? __start_ckpt_units[i] : &ckpti_own_unit;
}

unsigned ckpti_unit_copy(unsigned i)
{
	const char *name = ckpti_unit(i)->name;
	unsigned copy = 0;
	unsigned k;

	for (k = 0; k < i; k++)
		copy += strcmp(ckpti_unit(k)->name, name) == 0;
	return copy;
}

const struct ckpt_unit *ckpti_unit_named(const char *name, unsigned copy)
{
	unsigned i;

	for (i = 0; i < ckpti_nunits(); i++) {
		if (strcmp(ckpti_unit(i)->name, name) == 0 && copy-- == 0)
			return ckpti_unit(i);
	}
	return NULL;
}

unsigned ckpti_global_copy(const struct ckpt_unit *unit, unsigned i)
{
	unsigned copy = 0;
	unsigned k;

	for (k = 0; k < i; k++)
		copy += strcmp(unit->globals[k].name, unit->globals[i].name) ==
			0;
	return copy;
}

const struct ckpt_global *ckpti_global_named(const struct ckpt_unit *unit,
					     const char *name, unsigned copy)
{
	unsigned i;

	for (i = 0; i < unit->nglobals; i++) {
		if (strcmp(unit->globals[i].name, name) == 0 && copy-- == 0)
			return &unit->globals[i];
	}
	return NULL;
}
