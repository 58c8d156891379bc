/* SPDX-License-Identifier: MIT */
/* spell: which known word somebody meant. */
#ifndef HARRIER_BASE_SPELL_H
#define HARRIER_BASE_SPELL_H

#include <stddef.h>

/*
 * The candidate nearest to `word` without regard to case, by the number of
 * inserted, deleted, replaced and swapped letters (optimal string alignment);
 * NULL where none is near enough to be meant: more than a third of the
 * letters differ. The first of equals wins. Words over 64 letters match none.
 */
const char *spell_nearest(const char *word, const char *const *candidates,
			  size_t count);

#endif
