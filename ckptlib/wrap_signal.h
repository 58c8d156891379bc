/* SPDX-License-Identifier: MIT */
/* wrap_signal: the program's signal handlers beside ours, and across restarts. */
#ifndef CKPTLIB_WRAP_SIGNAL_H
#define CKPTLIB_WRAP_SIGNAL_H

#include <signal.h>

typedef void ckpti_handler(int sig);

ckpti_handler *ckpt_signal(int sig, ckpti_handler *handler);
ckpti_handler *ckpt___sysv_signal(int sig, ckpti_handler *handler);
int ckpt_sigaction(int sig, const struct sigaction *action,
		   struct sigaction *ret_old);
char *ckpt_setlocale(int category, const char *name);

#endif
