/* SPDX-License-Identifier: MIT */
#include "common/base/spell.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

#define SPELL_WORD_MAX 64

static int least(int a, int b, int c)
{
	int ab = a < b ? a : b;

	return ab < c ? ab : c;
}

static int low(const char *s, size_t i)
{
	return tolower((unsigned char)s[i]);
}

/* Three rows of the table of distances between prefixes are enough. */
static int distance(const char *a, const char *b)
{
	int rows[3][SPELL_WORD_MAX + 1];
	size_t na = strlen(a), nb = strlen(b);

	for (size_t j = 0; j <= nb; j++)
		rows[0][j] = (int)j;
	for (size_t i = 1; i <= na; i++) {
		int *before = rows[(i + 1) % 3], *above = rows[(i + 2) % 3];
		int *row = rows[i % 3];

		row[0] = (int)i;
		for (size_t j = 1; j <= nb; j++) {
			int differs = low(a, i - 1) != low(b, j - 1);

			row[j] = least(above[j] + 1, row[j - 1] + 1,
				       above[j - 1] + differs);
			if (i > 1 && j > 1 && low(a, i - 1) == low(b, j - 2) &&
			    low(a, i - 2) == low(b, j - 1) &&
			    before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
	}
	return rows[na % 3][nb];
}

const char *spell_nearest(const char *word, const char *const *candidates,
			  size_t count)
{
	const char *best = NULL;
	int best_distance = INT_MAX;

	if (strlen(word) > SPELL_WORD_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(candidates[i]);
		int d;

		if (len > SPELL_WORD_MAX)
			continue;
		d = distance(word, candidates[i]);
		if (d < best_distance && d <= (int)(len + 2) / 3) {
			best = candidates[i];
			best_distance = d;
		}
	}
	return best;
}
