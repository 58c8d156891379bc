/* SPDX-License-Identifier: MIT */
/* typetab: the types that an image uses, numbered in the order of first use. */
#ifndef CKPTLIB_TYPETAB_H
#define CKPTLIB_TYPETAB_H

#include <stddef.h>
#include <stdint.h>

#include "ckptlib/abi.h"
#include "ckptlib/os.h"

struct ckpti_typetab {
	const struct ckpt_type **types;
	size_t n, cap;
	uint32_t *by_id; /* 1 + index, by ckpti_type_id */
	size_t cap_ids;
	int failed;
};

/* The type's number; with it come those of its parts and its pointee. */
uint32_t ckpti_typetab_add(struct ckpti_typetab *tab,
			   const struct ckpt_type *type);
/* Appends the section of types. */
void ckpti_typetab_put(struct ckpti_typetab *tab, struct ckpti_buf *buf);
void ckpti_typetab_release(struct ckpti_typetab *tab);

#endif
