/* SPDX-License-Identifier: MIT */
/*
 * sigstate: what the kernel keeps of the program's signals beside its handlers
 * (wrap_signal): the blocked and the pending ones, interval timers, the other
 * stack. It is asked for at capture, so that nothing must be followed.
 *
 * While a capture lasts, and in a restarted process until its frames are
 * there, no handler of the program runs: what it would change is being saved,
 * what it would jump to is not there yet.
 */
#ifndef CKPTLIB_SIGSTATE_H
#define CKPTLIB_SIGSTATE_H

#include "ckptlib/abi.h"
#include "ckptlib/reasons.h"

struct ckpti_sigstate {
	unsigned char blocked[8], pending[8]; /* as ckpti_sigbits_get */
	/* ITIMER_REAL, _VIRTUAL, _PROF, in microseconds; 0: off */
	long long left_us[3], period_us[3];
	char *stack; /* of sigaltstack; NULL: none */
	long long stack_bytes;
};
extern struct ckpti_sigstate ckpti_sigstate;
extern const struct ckpt_type ckpti_sigstate_type;

/* Holds back the signals that the program handles; lets them in again. */
void ckpti_sigstate_hold(void);
void ckpti_sigstate_release(void);

/* Fills ckpti_sigstate. */
void ckpti_sigstate_capture(struct ckpti_reasons *reasons);

/* In a restarted process: holds back, then installs the handlers. */
void ckpti_sigstate_resume(void);
/* When all frames are there: timers start, what was pending comes. Does
 * nothing in other processes or the second time. */
void ckpti_sigstate_go(void);

#endif
