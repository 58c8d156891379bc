/* SPDX-License-Identifier: MIT */
/* profile: a plan file, as a run of a program built with --profile wrote it. */
#ifndef INSTRUMENT_PROFILE_H
#define INSTRUMENT_PROFILE_H

#include <stddef.h>

#include "common/base/err.h"

/* A function: its name and where it is defined, "x.c:12". */
struct profile_fn {
	char *name, *where;
};

enum profile_kind { PROFILE_LOOP, PROFILE_ENTRY, PROFILE_GOTO };

struct profile_point {
	unsigned number; /* in the file */
	double visits;
	enum profile_kind kind;
	char *where; /* "x.c:14:2" */
	struct profile_fn fn;
};

/* `caller` was seen waiting for `callee`. */
struct profile_edge {
	struct profile_fn caller, callee;
};

/* So many stretches of the run met these points. */
struct profile_window {
	double weight;
	int *points; /* indexes of points */
	int npoints;
};

struct profile {
	double seconds, blind; /* blind: in gaps that hold no point */
	struct profile_point *points;
	int npoints;
	struct profile_edge *edges;
	int nedges;
	struct profile_window *windows;
	int nwindows;
};

/* -EINVAL, with the line, for what no run can have written. */
int profile_parse(const char *text, const char *name, struct profile **ret,
		  struct err *err);
int profile_read(const char *path, struct profile **ret, struct err *err);
void profile_free(struct profile *p);

#endif
