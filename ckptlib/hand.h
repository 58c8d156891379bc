/* SPDX-License-Identifier: MIT */
/* hand: what programs ask for by <harrier/ckpt.h>. */
#ifndef CKPTLIB_HAND_H
#define CKPTLIB_HAND_H

#include "ckptlib/abi.h"

/* Which hooks; kept in ckpti_own. */
enum ckpti_hook_when {
	CKPTI_HOOK_CAPTURE,
	CKPTI_HOOK_CONTINUE,
	CKPTI_HOOK_RESTART,
};

/* Calls them with polls masked. errno is kept. */
void ckpti_hooks_run(unsigned when);

/*
 * Whether the innermost frame of the image waits for ckpt_now or ckpt_here;
 * stores what that returns at ret (may be NULL).
 */
int ckpti_hand_resumed(int *ret);

/* After a restart of an image that was written on `arch`. */
void ckpti_hand_restarted(const char *arch);

/* Whether a global's contents stay out of images. */
int ckpti_global_left_out(const void *addr);

#endif
