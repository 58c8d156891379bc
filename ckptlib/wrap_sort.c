/* SPDX-License-Identifier: MIT */
/*
 * The order of equal elements must be that of the plain program, whatever the
 * C library of the machine does: a stable merge, as glibc's up to 2.36. The
 * comparisons are made in its order too: halves first, left before right,
 * then the merge, which takes the left one of equals.
 */
#include "ckptlib/wrap_sort.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct sort {
	size_t size;
	ckpti_compare_r *compare;
	void *arg;
	char *room; /* for n elements */
};

static inline void copy_elements(char *to, const char *from, size_t n,
				 size_t size)
{
	memcpy(to, from, n * size);
}

static void merge_sort(const struct sort *s, char *base, size_t n)
{
	size_t n1 = n / 2, n2 = n - n1;
	char *a = base, *b = base + n1 * s->size;
	char *out = s->room;

	if (n <= 1)
		return;
	merge_sort(s, a, n1);
	merge_sort(s, b, n2);
	while (n1 > 0 && n2 > 0) {
		if (s->compare(a, b, s->arg) <= 0) {
			copy_elements(out, a, 1, s->size);
			a += s->size;
			n1--;
		} else {
			copy_elements(out, b, 1, s->size);
			b += s->size;
			n2--;
		}
		out += s->size;
	}
	copy_elements(out, a, n1, s->size);
	memcpy(base, s->room, (n - n2) * s->size);
}

/* Large elements are sorted through pointers and moved once. */
struct indirect {
	ckpti_compare_r *compare;
	void *arg;
};

static int compare_indirect(const void *a, const void *b, void *arg)
{
	const struct indirect *in = arg;

	return in->compare(*(const char *const *)a, *(const char *const *)b,
			   in->arg);
}

static int sort_indirect(char *base, size_t n, const struct sort *by)
{
	struct indirect in = { by->compare, by->arg };
	char **order = malloc(2 * n * sizeof(*order));
	char *copy = malloc(n * by->size);
	struct sort s = { sizeof(*order), compare_indirect, &in,
			  (char *)(order + n) };
	size_t i;

	if (!order || !copy) {
		free(order);
		free(copy);
		return -1;
	}
	for (i = 0; i < n; i++)
		order[i] = base + i * by->size;
	merge_sort(&s, (char *)order, n);
	for (i = 0; i < n; i++)
		memcpy(copy + i * by->size, order[i], by->size);
	memcpy(base, copy, n * by->size);
	free(order);
	free(copy);
	return 0;
}

void ckpt_qsort_r(void *base, size_t n, size_t size, ckpti_compare_r *compare,
		  void *arg)
{
	struct sort s = { size, compare, arg, NULL };
	char small[1024];
	char *room = small;

	if (n <= 1 || size == 0)
		return;
	if (size > 32 && sort_indirect(base, n, &s) == 0)
		return;
	if (n > sizeof(small) / size)
		room = n > SIZE_MAX / size ? NULL : malloc(n * size);
	if (!room) {
		qsort_r(base, n, size, compare, arg);
		return;
	}
	s.room = room;
	merge_sort(&s, base, n);
	if (room != small)
		free(room);
}

/* The callback keeps its own type: no cast of a function is called. */
static int compare_plain(const void *a, const void *b, void *arg)
{
	ckpti_compare *const *compare = arg;

	return (*compare)(a, b);
}

void ckpt_qsort(void *base, size_t n, size_t size, ckpti_compare *compare)
{
	ckpt_qsort_r(base, n, size, compare_plain, &compare);
}

void *ckpt_bsearch(const void *key, const void *base, size_t n, size_t size,
		   ckpti_compare *compare)
{
	const char *low = base;
	const char *mid;
	int order;

	while (n > 0) {
		mid = low + n / 2 * size;
		order = compare(key, mid);
		if (order == 0)
			return (void *)(uintptr_t)mid;
		if (order > 0) {
			low = mid + size;
			n = n - n / 2 - 1;
		} else {
			n /= 2;
		}
	}
	return NULL;
}
