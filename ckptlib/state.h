/* SPDX-License-Identifier: MIT */
/* state: what of the process beside memory and files a restart sets again. */
#ifndef CKPTLIB_STATE_H
#define CKPTLIB_STATE_H

/* After ckpti_own holds what the image says. The locale comes first: streams
 * of wide characters need it. */
void ckpti_state_locale(void);
void ckpti_state_resume(void);

char *ckpt_setlocale(int category, const char *name);

#endif
