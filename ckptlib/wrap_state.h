/* SPDX-License-Identifier: MIT */
/* wrap_state: what of the process a restart sets again. */
#ifndef CKPTLIB_WRAP_STATE_H
#define CKPTLIB_WRAP_STATE_H

#include <sys/types.h>

mode_t ckpt_umask(mode_t mask);
int ckpt_nice(int by);

/* After ckpti_own holds what the image says. */
void ckpti_process_resume(void);

#endif
