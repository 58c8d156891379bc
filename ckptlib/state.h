/* SPDX-License-Identifier: MIT */
/* state: what of the process beside memory and files a restart sets again. */
#ifndef CKPTLIB_STATE_H
#define CKPTLIB_STATE_H

#include <stddef.h>

/* After ckpti_own holds what the image says. The locale comes first: streams
 * of wide characters need it. -1 with the reason if numbers would change. */
int ckpti_state_locale(char *why, size_t size);
void ckpti_state_resume(void);

char *ckpt_setlocale(int category, const char *name);

#endif
