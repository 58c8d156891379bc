/* SPDX-License-Identifier: MIT */
/* active: which member of a union is meant, where the program declared it. */
#ifndef CKPTLIB_ACTIVE_H
#define CKPTLIB_ACTIVE_H

#include "ckptlib/abi.h"

/*
 * The declaration for a union that is `field` of `owner`, or that is `owner`
 * itself (field NULL); NULL if there is none.
 */
const struct ckpt_active *ckpti_active_of(const struct ckpt_type *owner,
					  const struct ckpt_field *field);

/*
 * The member of the union type that is meant in the object that the
 * declaration is about; NULL if it is not known.
 */
const struct ckpt_field *ckpti_active_member(const struct ckpt_active *active,
					     const void *object,
					     const struct ckpt_type *type);

#endif
