/* SPDX-License-Identifier: MIT */
/*
 * sig: significant attributes: those on which a match can depend. Jobs that
 * are equal in them form an autocluster, slots a slot class; one evaluation
 * serves all pairs of the two.
 */
#ifndef HARRIER_SCHEDULER_SIG_H
#define HARRIER_SCHEDULER_SIG_H

#include <stdbool.h>

struct ad;
struct strbuf;
struct sig;

/* @first: names that are always significant, ended by NULL. */
struct sig *sig_new(const char *const *first);
void sig_free(struct sig *sig);

bool sig_has(const struct sig *sig, const char *name);
/* Grows whenever a name is added; keys of another generation are void. */
unsigned int sig_generation(const struct sig *sig);

/*
 * Adds what Requirements and Rank of @ad depend on: attributes of its own
 * side to @mine, of the other side to @theirs. Follows references through
 * attributes that are expressions.
 */
void sig_collect(struct sig *mine, struct sig *theirs, const struct ad *ad);

/* Appends the significant attributes' expressions: equal text, equal ads. */
void sig_key(const struct sig *sig, const struct ad *ad, struct strbuf *out);

#endif
