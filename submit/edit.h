/* SPDX-License-Identifier: MIT */
/* edit: changes attributes of queued jobs: hqedit, hprio. */
#ifndef HARRIER_SUBMIT_EDIT_H
#define HARRIER_SUBMIT_EDIT_H

#include <stdint.h>

#include "common/ad/ad.h"
#include "submit/client.h"
#include "submit/jobsel.h"

/* What is to change; either may be NULL. */
struct edit {
	const struct ad *attrs; /* these are set */
	const struct ad *add; /* these numbers are added */
};

/*
 * Changes each job of the selection. 0 where every named one was changed;
 * 1 where one could not, or where there was none (said on stderr).
 * *ret_jobs: how many were changed.
 */
int edit_run(struct client *c, const struct jobsel *sel,
	     const struct edit *edit, int64_t *ret_jobs);

#endif
