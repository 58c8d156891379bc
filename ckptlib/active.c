/* SPDX-License-Identifier: MIT */
#include "ckptlib/active.h"

#include <string.h>

#include "ckptlib/types.h"
#include "ckptlib/units.h"

static int has_member(const struct ckpt_type *type, const char *name)
{
	unsigned i;

	for (i = 0; i < type->nfields; i++) {
		if (strcmp(type->fields[i].name, name) == 0)
			return 1;
	}
	return 0;
}

/* A union without a name goes by any of its members. */
static int is_about(const struct ckpt_active *a, const struct ckpt_field *field)
{
	if (!a->member || !field)
		return !a->member && !field;
	if (field->type->kind != CKPT_UNION)
		return 0;
	return field->name[0] ? strcmp(field->name, a->member) == 0
			      : has_member(field->type, a->member);
}

const struct ckpt_active *ckpti_active_of(const struct ckpt_type *owner,
					  const struct ckpt_field *field)
{
	unsigned u, i;

	for (u = 0; u < ckpti_nunits(); u++) {
		const struct ckpt_unit *unit = ckpti_unit(u);

		for (i = 0; i < unit->nactives; i++) {
			const struct ckpt_active *a = &unit->actives[i];

			if (is_about(a, field) &&
			    ckpti_type_same(a->type, owner))
				return a;
		}
	}
	return NULL;
}

const struct ckpt_field *ckpti_active_member(const struct ckpt_active *active,
					     const void *object,
					     const struct ckpt_type *type)
{
	int unwinding = ckpt_unwinding;
	const char *name;
	unsigned i;

	/* It may call functions that hcc built: they run, with polls masked. */
	ckpt_unwinding = 0;
	ckpt_mask++;
	name = active->active(object);
	ckpt_mask--;
	ckpt_unwinding = unwinding;
	for (i = 0; name && name[0] && i < type->nfields; i++) {
		if (strcmp(type->fields[i].name, name) == 0)
			return &type->fields[i];
	}
	return NULL;
}
