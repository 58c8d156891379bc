/* tests: recursion with arrays of variable length in each frame, one element too */
/* SPDX-License-Identifier: MIT */
#include "check.h"
#include <stdlib.h>
#include <string.h>

struct item {
	char *name;
	double key;
	struct item *twin; /* in the caller's array */
};

static int compares;

static int before(const struct item *a, const struct item *b)
{
	for (int i = 0; i < 2; i++)
		compares++;
	return a->key < b->key;
}

static void merge_sort(size_t n, struct item v[n])
{
	if (n < 2)
		return;
	size_t half = n / 2;
	struct item left[half], right[n - half], *l = left, *r = right;

	for (size_t i = 0; i < n; i++) {
		struct item *to = i < half ? &left[i] : &right[i - half];

		*to = v[i];
		to->twin = &v[i];
	}
	merge_sort(half, left);
	merge_sort(n - half, right);
	for (size_t i = 0; i < n; i++) {
		if (l == left + half || (r < right + n - half && before(r, l)))
			v[i] = *r++;
		else
			v[i] = *l++;
		v[i].twin = NULL;
	}
}

/* Subsets by a stack of rows, the first of them empty of meaning. */
static int subsets(int n, int k, const int *chosen)
{
	int mine[k + 1], count = k >= 2;

	memcpy(mine, chosen, k * sizeof *mine);
	for (int i = k ? chosen[k - 1] + 1 : 0; i < n; i++) {
		mine[k] = i;
		count += subsets(n, k + 1, mine);
	}
	check_mix((uint32_t)(mine[k / 2] + count));
	return count;
}

int main(void)
{
	static struct item items[23];
	static char names[23][16];
	int none[1] = { 0 };

	for (int i = 0; i < 23; i++) {
		snprintf(names[i], sizeof names[i], "i%d", i);
		items[i].name = names[i];
		items[i].key = i * 37 % 23 / 4.0;
	}
	merge_sort(23, items);
	for (int i = 0; i < 23; i++)
		printf("%s%c", items[i].name, i < 22 ? ' ' : '\n');
	printf("%d\n", compares);
	printf("%d\n", subsets(6, 0, none));
	return check_done();
}
