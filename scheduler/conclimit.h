/* SPDX-License-Identifier: MIT */
/*
 * conclimit: concurrency limits, HTCondor's: a job names what it uses
 * ("license, db.large:2.5") and starts only while the pool has so much left.
 * How much there is stands in the configuration; a name that does not has its
 * group's default ("db.*"), or the pool's.
 */
#ifndef HARRIER_SCHEDULER_CONCLIMIT_H
#define HARRIER_SCHEDULER_CONCLIMIT_H

#include <stdbool.h>

struct err;
struct conclimits;

/* What HTCondor has where nothing is configured: as good as no limit. */
#define CONCLIMIT_DEFAULT 2308032

/*
 * @text: "license = 5, db.* = 10"; NULL: none. -EINVAL names the entry. Names
 * are compared without regard to case.
 */
int conclimit_new(const char *text, double missing,
		  struct conclimits **ret_limits, struct err *err);
void conclimit_free(struct conclimits *l);

/*
 * May a job with these ConcurrencyLimits (NULL: none) start? Otherwise, where
 * ret_name is not NULL, *ret_name is the limit's name, the caller's to free.
 */
bool conclimit_allows(struct conclimits *l, const char *wants, char **ret_name);
/* It has started (sign 1) or ended (sign -1). */
void conclimit_use(struct conclimits *l, const char *wants, int sign);
/* How much of it there is, and how much is used. */
double conclimit_max(struct conclimits *l, const char *name);
double conclimit_used(struct conclimits *l, const char *name);

#endif
