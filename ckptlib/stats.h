/* SPDX-License-Identifier: MIT */
/* stats: one JSON line per checkpoint and restart, where CKPT_STATS says. */
#ifndef CKPTLIB_STATS_H
#define CKPTLIB_STATS_H

#include <stdint.h>

#include "ckptlib/image/img.h"
#include "ckptlib/reasons.h"

/* The phase before ends here; "" ends the last one. Names are borrowed. */
void ckpti_stats_phase(const char *name);
/* Phases count from here. */
void ckpti_stats_reset(void);

struct ckpti_stats_ckpt {
	const char *why; /* "exit", "go on", "interval", "polls" */
	const char *error; /* NULL: it was written */
	uint64_t bytes, blocks, frames, serial;
	uint64_t wait_ns; /* from the request to the poll */
	uint64_t pause_ns; /* from the poll until the program went on */
	int forked; /* a child wrote it */
	const struct ckpti_reasons *reasons;
};
void ckpti_stats_checkpoint(const struct ckpti_stats_ckpt *c);

/* Remembers the image of a restart; told by ckpti_stats_restarted. */
void ckpti_stats_restart(const struct img *img, int in_place);
void ckpti_stats_restarted(void);

#endif
