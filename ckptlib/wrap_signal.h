/* SPDX-License-Identifier: MIT */
/*
 * wrap_signal: the program's signal handlers beside ours, and across restarts.
 *
 * SIGTERM and SIGTSTP stay ours whatever the program says: who stops a job
 * wants its image. The program's own handler runs when the program sends the
 * signal to itself, and when no checkpoint can be made. SIGUSR2 goes to the
 * program as soon as it asks for it.
 */
#ifndef CKPTLIB_WRAP_SIGNAL_H
#define CKPTLIB_WRAP_SIGNAL_H

#include <signal.h>

typedef void ckpti_handler(int sig);

ckpti_handler *ckpt_signal(int sig, ckpti_handler *handler);
ckpti_handler *ckpt_ssignal(int sig, ckpti_handler *handler);
ckpti_handler *ckpt_bsd_signal(int sig, ckpti_handler *handler);
ckpti_handler *ckpt_sysv_signal(int sig, ckpti_handler *handler);
ckpti_handler *ckpt___sysv_signal(int sig, ckpti_handler *handler);
int ckpt_sigaction(int sig, const struct sigaction *action,
		   struct sigaction *ret_old);

/* Notes in ckpti_own what is installed now, by whatever way. */
void ckpti_signal_look(void);
/* Installs what ckpti_own says but for the signals that ask for checkpoints. */
void ckpti_signal_resume(void);
/* What the program has asked for; 0 if nothing. */
int ckpti_signal_wanted(int sig, struct sigaction *ret_action);

/* Runs the program's handler in place of ours, which was called so. */
void ckpti_signal_pass(int sig, siginfo_t *info, void *context);
/* Lets the program's handler, if it has one, take the signal. */
void ckpti_signal_raise(int sig);

#endif
