/* SPDX-License-Identifier: MIT */
/* jobsel: which jobs the command line means: 12, 12.3, users, expressions. */
#ifndef HARRIER_SUBMIT_JOBSEL_H
#define HARRIER_SUBMIT_JOBSEL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/err.h"
#include "common/base/strbuf.h"

enum jobsel_kind {
	JOBSEL_JOB, /* "12.3" */
	JOBSEL_CLUSTER, /* "12" */
	JOBSEL_USER,
};

struct jobsel_item {
	enum jobsel_kind kind;
	char *text; /* normalised: "12.3", "12", "ann" */
};

struct jobsel {
	struct jobsel_item *items;
	size_t count;
	char *constraint; /* or NULL */
	bool all;
};

void jobsel_init(struct jobsel *sel);
void jobsel_release(struct jobsel *sel);
bool jobsel_empty(const struct jobsel *sel);

/* Is it said without an expression: all, one user, or ids? */
bool jobsel_is_plain(const struct jobsel *sel);
/* Is it all, or all of one user: what the scheduler's totals count? */
bool jobsel_is_queue(const struct jobsel *sel);

/* Reads "12", "12.3": 0 and *ret_proc -1 without a proc; else -EINVAL. */
int jobsel_parse_id(const char *text, int *ret_cluster, int *ret_proc);

/* A word of the command line. -EINVAL where it is neither id nor user. */
int jobsel_add(struct jobsel *sel, const char *word, struct err *err);
/*
 * Adds the clusters of a job event log. -ENOENT where it holds none, or what
 * opening it says.
 */
int jobsel_add_log(struct jobsel *sel, const char *path, struct err *err);
/* -constraint, checked here for its syntax. A second one is joined by &&. */
int jobsel_constrain(struct jobsel *sel, const char *text, struct err *err);

/*
 * Leaves of what was named those for which `test` is true as well: all of it
 * is an expression then. Of a selection that names nothing: of all jobs.
 */
void jobsel_only(struct jobsel *sel, const char *test);

/*
 * Appends the query parameters (ids=, owner=, constraint=) to `path`;
 * `default_owner` (or NULL) counts where no job and no user is named.
 */
void jobsel_query(const struct jobsel *sel, const char *default_owner,
		  struct strbuf *path);

#endif
