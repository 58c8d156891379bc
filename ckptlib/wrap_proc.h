/* SPDX-License-Identifier: MIT */
/* wrap_proc: atexit, the environment, strtok. */
#ifndef CKPTLIB_WRAP_PROC_H
#define CKPTLIB_WRAP_PROC_H

int ckpt_atexit(void (*fn)(void));
int ckpt_on_exit(void (*fn)(int status, void *arg), void *arg);
int ckpt_at_quick_exit(void (*fn)(void));
int ckpt_setenv(const char *name, const char *value, int replace);
int ckpt_unsetenv(const char *name);
int ckpt_putenv(char *entry);
int ckpt_clearenv(void);
char *ckpt_strtok(char *text, const char *delims);

/* Has the handlers of ckpt_atexit run when the process exits. */
void ckpti_exit_arm(void);

#endif
