/* SPDX-License-Identifier: MIT */
/*
 * limit: on which architectures a job can go on: what its executable was
 * built for, what its checkpoint can be read on, and what already failed.
 * Joins the match beside Requirements.
 */
#ifndef HARRIER_SCHEDULER_LIMIT_H
#define HARRIER_SCHEDULER_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct strbuf;

/* A job's newest sound checkpoint, as far as it concerns the match. */
struct ckptref {
	int64_t id;
	int generation;
	unsigned int class; /* ARCHTAB_* */
	char *arch; /* where it was written */
	char *archs; /* comma list of what was built, or NULL */
};

void ckptref_free(struct ckptref *c);

/* Embedded; the texts are owned. All zero: any machine. */
struct limit {
	char *built; /* comma list, NULL: no limit */
	struct ckptref *ckpt; /* NULL: from the start */
	char *excluded; /* comma list, or NULL */
};

void limit_release(struct limit *l);

/* Takes its arguments (NULL is fine), any of which may be NULL. */
void limit_set(struct limit *l, char *built, const struct ckptref *ckpt,
	       char *excluded);

bool limit_allows(const struct limit *l, const char *arch);
/* Appends what distinguishes it: equal text, equal verdicts. */
void limit_key(const struct limit *l, struct strbuf *out);

#endif
