/* SPDX-License-Identifier: MIT */
/* link: makes a program whose units can be checkpointed. */
#ifndef INSTRUMENT_LINK_H
#define INSTRUMENT_LINK_H

#include "instrument/job.h"

/*
 * Links as the user asked, first plainly (so that errors are the compiler's
 * own), then with the instrumented units in place of the plain ones. Returns
 * the exit status, or -errno with err. Messages go to stderr, a report to
 * stdout.
 */
int link_program(struct job *job, struct err *err);

#endif
