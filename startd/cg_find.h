/* SPDX-License-Identifier: MIT */
/* cg_find: which cgroup hierarchies there are and where we may make groups. */
#ifndef HARRIER_STARTD_CG_FIND_H
#define HARRIER_STARTD_CG_FIND_H

#include <stdbool.h>

enum cg_kind {
	CG_V2, /* the unified hierarchy, for its freezer */
	CG_CPU,
	CG_MEMORY,
	CG_PIDS,
	CG_KINDS,
};

struct cg_parents {
	/* The parent group of the host's jobs; for CPU and on: version 1. */
	char *path[CG_KINDS];
	/* The version 2 group of all hosts on this machine. */
	char *all_jobs;
	/* Controllers of version 2 at work in path[CG_V2]. */
	bool v2_has[CG_KINDS];
};

/*
 * Fills `at` and makes the groups. Root's lie below `harrier` at the top of
 * each hierarchy, another user's below the group this process is in, where
 * that was delegated to him. A hierarchy we may not use stays NULL.
 */
void cg_find(const char *host, struct cg_parents *at);
void cg_find_release(struct cg_parents *at);

#endif
