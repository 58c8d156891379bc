/* SPDX-License-Identifier: MIT */
/* Two-sided matching of ads, ranks, and why a match fails. */
#ifndef HARRIER_AD_MATCH_H
#define HARRIER_AD_MATCH_H

#include "common/ad/ad.h"

/* Requirements of both sides TRUE (or a number that is not 0)? */
bool ad_match(const struct ad *job, const struct ad *machine);

/* One side only: my's Requirements against target. */
bool ad_accepts(const struct ad *my, const struct ad *target);

/* A boolean expression: true only for TRUE or a number that is not 0. */
bool ad_test(const struct expr *expr, const struct ad *my,
	     const struct ad *target);

/* my's Rank of target; what is no number, or not finite, counts as 0. */
double ad_rank(const struct ad *my, const struct ad *target);

/*
 * An ad's Requirements cut at its top && operators (also through attributes
 * that are only referred to), to be tried clause by clause against many
 * targets. The clauses' own texts are owned by the struct.
 */
struct match_clauses;

/* NULL if my has no Requirements. The plan keeps a reference to my. */
struct match_clauses *match_clauses_new(struct ad *my);
void match_clauses_free(struct match_clauses *clauses);
size_t match_clauses_count(const struct match_clauses *clauses);
const char *match_clauses_text(const struct match_clauses *clauses, size_t i);

/* What clause i says of the target. */
enum match_verdict {
	MATCH_NO, /* false */
	MATCH_YES, /* true, or a number that is not 0 */
	MATCH_UNDEFINED, /* an attribute is missing on either side */
	MATCH_ERROR, /* types do not fit */
};
enum match_verdict match_clauses_try(const struct match_clauses *clauses,
				     size_t i, const struct ad *target);

/*
 * Names of the attributes clause i reads and the value each has, as text:
 * `TARGET.Memory = 2048, RequestMemory = 4096`.
 */
void match_clauses_values(const struct match_clauses *clauses, size_t i,
			  const struct ad *target, struct strbuf *out);

/* All of it for one pair at once. */
struct match_clause {
	char *text;
	bool matched;
};

/* Returns the clauses (the caller passes them to match_explain_free). */
struct match_clause *match_explain(struct ad *job, const struct ad *machine,
				   size_t *ret_count);
void match_explain_free(struct match_clause *clauses, size_t count);

#endif
