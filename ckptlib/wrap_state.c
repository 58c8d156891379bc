/* SPDX-License-Identifier: MIT */
#include "ckptlib/wrap_state.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ckptlib/os.h"
#include "ckptlib/own.h"

mode_t ckpt_umask(mode_t mask)
{
	ckpti_own.umask_set = 1;
	ckpti_own.umask = (int)(mask & 0777);
	return umask(mask);
}

int ckpt_nice(int by)
{
	int r;

	errno = 0;
	r = nice(by);
	if (r != -1 || !errno)
		ckpti_own.nice += by;
	return r;
}

void ckpti_process_resume(void)
{
	if (ckpti_own.umask_set)
		umask((mode_t)ckpti_own.umask);
	errno = 0;
	if (ckpti_own.nice && nice(ckpti_own.nice) == -1 && errno)
		ckpti_say("cannot lower the priority by %d again: %s",
			  ckpti_own.nice, strerror(errno));
}
