/* SPDX-License-Identifier: MIT */
/* frames: the program's frames as ckpt_save hands them over, innermost first. */
#ifndef CKPTLIB_FRAMES_H
#define CKPTLIB_FRAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "ckptlib/abi.h"
#include "ckptlib/os.h"

struct ckpti_frame {
	const struct ckpt_point *point;
	size_t values; /* where its variables start in ckpti_frames.values */
};

struct ckpti_frames {
	struct ckpti_frame *frames;
	size_t n, cap;
	struct ckpti_buf values;
};

extern struct ckpti_frames ckpti_frames;

/*
 * Bytes that a variable takes in `values`: the value itself, or the address
 * of one that stays in memory. Values lie there without alignment.
 */
size_t ckpti_var_stored(const struct ckpt_var *var);

/* Whether it stays in memory; then the address is what is stored. */
bool ckpti_var_in_memory(const struct ckpt_var *var);

/* The type of the variable whose value is stored at `at`. */
const struct ckpt_type *ckpti_var_type(const struct ckpt_var *var,
				       const void *at);

/* Forgets all frames; keeps the memory. */
void ckpti_frames_reset(void);

/* Whether a frame was lost for want of memory. */
int ckpti_frames_failed(void);

#endif
