/* SPDX-License-Identifier: MIT */
/*
 * load: an image on its way into this process. Shared by the modules that
 * match, translate, convert and place; restore.c leads them.
 *
 * Nothing outside the process changes before all of it has succeeded.
 */
#ifndef CKPTLIB_LOAD_H
#define CKPTLIB_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ckptlib/abi.h"
#include "ckptlib/image/img.h"

/* Something of the image that pointers lead to, and where it is now. */
struct ckpti_target {
	uint64_t addr, size;
	uintptr_t to; /* 0: this program has no such thing */
	uint32_t type; /* of the image, or IMG_NONE for strings */
	uint32_t width; /* of a string's characters */
	const struct ckpt_type *to_type;
	const char *name; /* for the message */
};

/* Where the blocks of a span of the image are now. */
struct ckpti_moved {
	const struct img_span *span;
	uintptr_t *slots; /* by slot; 0 where none was live */
};

struct ckpti_conv;
struct ckpti_pointmatch;

struct ckpti_load {
	struct img *img;
	char why[512]; /* the first failure */
	uint64_t breaks; /* enum img_limit that this machine would break */
	bool same_order; /* bytes and scalars as here; long double apart */
	bool same_ldouble;
	bool breaks_layout; /* some scalar has another order, size, alignment */
	bool in_place; /* the heap is at the image's addresses */

	const char *unclear; /* a union: a pointer leads into one of several
			      * members, nobody knows which */
	const struct ckpt_unit **units; /* by the image's index; may be NULL */
	struct ckpti_conv **convs; /* by the image's type: a list */
	const struct ckpt_type **block_types; /* by type, for heap blocks */
	struct ckpti_pointmatch *points;

	struct ckpti_target *targets; /* by address */
	size_t ntargets;
	struct ckpti_target *funcs; /* by address */
	size_t nfuncs;
	struct ckpti_moved *spans; /* by base */
	size_t nspans;
	uint64_t heap_low, heap_high;
};

/* Records the first failure; returns -1. */
int ckpti_load_fail(struct ckpti_load *load, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
