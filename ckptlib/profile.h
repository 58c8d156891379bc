/* SPDX-License-Identifier: MIT */
/*
 * profile: where a run could poll, and how often it comes by there; the plan
 * file that hcc reads at the next build (docs/plan-format.md).
 *
 * ckpt_request stays set, so that the program runs in its slow clones and
 * comes to ckpt_poll at every loop, entry and backward goto. The run is cut
 * into windows of processor time, less what the polls themselves take; each
 * window knows the rarest polls met in it, and the functions on the stack at
 * its end.
 */
#ifndef CKPTLIB_PROFILE_H
#define CKPTLIB_PROFILE_H

#include <stdint.h>

#include "ckptlib/abi.h"

#define CKPTI_WINDOW_SECONDS 0.0015
#define CKPTI_WINDOW_SPOTS   12

extern int ckpti_profiling;

/*
 * Whether a profile is asked for: by CKPT_PROFILE=path in `envp`, or by the
 * build (hcc --profile). Says so where the file cannot be written.
 */
int ckpti_profile_start(char **envp);
/* What ckpt_poll does while profiling: 1 when the frames are to be seen. */
int ckpti_profile_poll(const struct ckpt_point *point);
/* The frames were unwound. Goes back to the poll. */
void ckpti_profile_sampled(void) __attribute__((noreturn));

/* ---- what is collected ---- */

struct ckpti_spot {
	const struct ckpt_point *point;
	uint64_t visits;
	uint64_t window; /* the last one that met it, from 1 */
};

struct ckpti_window {
	unsigned short n;
	unsigned spot[CKPTI_WINDOW_SPOTS]; /* ascending */
};

struct ckpti_edge {
	const struct ckpt_function *caller, *callee;
	uint64_t n;
};

struct ckpti_profile {
	struct ckpti_spot *spots; /* hash table by point */
	unsigned nspots; /* a power of two */
	struct ckpti_window *windows;
	unsigned nwindows;
	struct ckpti_edge *edges; /* hash table */
	unsigned nedges; /* a power of two */
	double seconds; /* less the polls' own time */
	double blind; /* in gaps that hold no poll at all */
};

/* Writes `p` to `path`, at once or not at all. 0 or -errno. */
int ckpti_profile_write(const struct ckpti_profile *p, const char *path);

#endif
