/* SPDX-License-Identifier: MIT */
/* eventlog_priv: what writing and reading share. */
#ifndef HARRIER_JOB_EVENTLOG_PRIV_H
#define HARRIER_JOB_EVENTLOG_PRIV_H

/* First lines of 040, by enum event_transfer. */
extern const char *const eventlog_transfers[];

#endif
