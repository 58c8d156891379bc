/* SPDX-License-Identifier: MIT */
/*
 * objects: what of the running program a pointer can lead to beside the heap:
 * globals, string literals, variables of frames, functions.
 */
#ifndef CKPTLIB_OBJECTS_H
#define CKPTLIB_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ckptlib/abi.h"

enum ckpti_object_kind { CKPTI_GLOBAL, CKPTI_STRING, CKPTI_VARIABLE };

struct ckpti_object {
	uintptr_t addr;
	size_t size;
	uint8_t kind;
	bool used; /* some pointer leads here */
	bool carved; /* structures lie in its arrays of bytes */
	uint32_t unit; /* of globals and strings */
	uint32_t index; /* in the unit's table; of a variable in its point's */
	const struct ckpt_type *type; /* NULL for a string */
	const struct ckpt_type *as; /* what an image takes it for, or NULL */
};

struct ckpti_funcobj {
	uintptr_t addr;
	uint32_t unit, index;
	bool used;
};

struct ckpti_objects {
	struct ckpti_object *objects; /* by address */
	struct ckpti_funcobj *funcs; /* by address */
	size_t nobjects, cap, nfuncs, cap_funcs;
	uintptr_t low, high; /* all addresses lie in [low, high] */
	bool shared; /* two variables lie in one place */
};

/* From the units' tables and the collected frames. 0 or -ENOMEM. */
int ckpti_objects_make(struct ckpti_objects *all);
void ckpti_objects_release(struct ckpti_objects *all);

/* The object that holds addr or ends there, or NULL. */
struct ckpti_object *ckpti_object_at(struct ckpti_objects *all, uintptr_t addr);
struct ckpti_funcobj *ckpti_func_at(struct ckpti_objects *all, uintptr_t addr);

#endif
