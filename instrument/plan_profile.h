/* SPDX-License-Identifier: MIT */
/*
 * plan_profile: polls by what a run was seen to do.
 *
 * A poll is wanted in every window of the profile (1.5 ms of the run). A
 * point costs what it and the tests behind the calls on the way to it
 * execute; the cheapest set of points that meets nearly all windows is the
 * plan. What the run never came to keeps the polls that the estimate gave it.
 */
#ifndef INSTRUMENT_PLAN_PROFILE_H
#define INSTRUMENT_PLAN_PROFILE_H

#include "common/base/strbuf.h"
#include "instrument/plan_cost.h"
#include "instrument/profile.h"

/*
 * Changes a plan that was made by estimate. Adds to `told` a line for each
 * thing the user should know: points that are not in the program, and that
 * the profile was not used (then the plan is as before).
 */
void plan_by_profile(struct plan *p, const struct profile *profile,
		     struct strbuf *told);

#endif
