/* SPDX-License-Identifier: MIT */
/* translate: pointers of the image into pointers of this process. */
#ifndef CKPTLIB_TRANSLATE_H
#define CKPTLIB_TRANSLATE_H

#include "ckptlib/load.h"

enum ckpti_found {
	CKPTI_FOUND,
	CKPTI_UNKNOWN, /* leads nowhere: carry its value */
	CKPTI_DANGLING, /* led somewhere once: any value will do */
	CKPTI_MISSING, /* leads to what this program does not have */
};

/*
 * pointee: the image's type that the pointer is declared to lead to, or
 * IMG_NONE. *ret_name: what is missing.
 */
enum ckpti_found ckpti_translate(struct ckpti_load *load, uint64_t addr,
				 uint32_t pointee, uintptr_t *ret_value,
				 const char **ret_name);

/* The value of a pointer that leads nowhere; false if it does not fit. */
bool ckpti_carry(struct ckpti_load *load, uint64_t addr, uintptr_t *ret_value);

/* Finds the targets of all that the image names, but variables of frames. */
int ckpti_targets_make(struct ckpti_load *load);
/* Adds one; before ckpti_targets_sort. */
int ckpti_target_add(struct ckpti_load *load, const struct ckpti_target *t);
void ckpti_targets_sort(struct ckpti_load *load);

#endif
