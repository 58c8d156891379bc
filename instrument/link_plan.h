/* SPDX-License-Identifier: MIT */
/* link_plan: which plan file a link goes by, and the name of a new one. */
#ifndef INSTRUMENT_LINK_PLAN_H
#define INSTRUMENT_LINK_PLAN_H

#include "instrument/diag.h"
#include "instrument/job.h"
#include "instrument/profile.h"

/*
 * --plan=file (an error where it cannot be read; "none": no plan), else
 * $HCC_PLAN (a warning), else OUTPUT.plan where it exists. *ret may be NULL:
 * polls are placed by estimate. The caller frees it.
 */
int link_plan(const struct job *job, struct profile **ret, struct diags *diags,
	      struct err *err);

/* One warning for each line of what plan_make told. */
void link_plan_told(const struct job *job, const struct strbuf *told,
		    struct diags *diags);

/* The file that a program built with --profile writes: OUTPUT.plan, in the
 * folder where it is run. */
char *link_plan_name(const struct job *job);

#endif
