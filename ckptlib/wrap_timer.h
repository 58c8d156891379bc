/* SPDX-License-Identifier: MIT */
/* wrap_timer: the kernel's timers that a process cannot ask for. */
#ifndef CKPTLIB_WRAP_TIMER_H
#define CKPTLIB_WRAP_TIMER_H

#include <signal.h>
#include <time.h>

int ckpt_timer_create(clockid_t clock, struct sigevent *event,
		      timer_t *ret_timer);

#endif
