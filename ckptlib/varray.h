/* SPDX-License-Identifier: MIT */
/* varray: types of arrays whose length is known at run time only. */
#ifndef CKPTLIB_VARRAY_H
#define CKPTLIB_VARRAY_H

#include <stddef.h>

#include "ckptlib/abi.h"

/* The type of `count` elements, the same one for the same question; NULL
 * without memory. Never freed, as types are known by their address. */
const struct ckpt_type *ckpti_varray(const struct ckpt_type *elem,
				     size_t count);

#endif
