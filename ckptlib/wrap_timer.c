/* SPDX-License-Identifier: MIT */
/* An object of its own: with an old libc timer_create needs a library. */
#include "ckptlib/wrap_timer.h"

#include "ckptlib/poll.h"

int ckpt_timer_create(clockid_t clock, struct sigevent *event,
		      timer_t *ret_timer)
{
	ckpti_poll_refuse("the program has a POSIX timer (timer_create)");
	return timer_create(clock, event, ret_timer);
}
