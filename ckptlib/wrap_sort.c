/* SPDX-License-Identifier: MIT */
/*
 * The order of equal elements must be that of the plain program, whatever the
 * C library of the machine does: a stable merge, as glibc's up to 2.36. The
 * comparisons are made in its order too: halves first, left before right,
 * then the merge, which takes the left one of equals.
 *
 * A sort may take long, so it polls and can be captured. Before a poll the
 * array is made whole: it then holds all elements, sorted as far as the merge
 * came, and nothing else is worth saving but how far that is. Invariants at a
 * poll: the merges counted in post-order, `done` of them are complete; the
 * next one has its first `merged` elements in place, and behind them the rest
 * of its halves, `left` elements of the first. The size of an element is saved
 * as the address of the second one, so that it becomes the reader's size.
 * Callbacks run with polls masked, as from any caller that hcc did not build.
 */
#include "ckptlib/wrap_sort.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ckptlib/abi.h"
#include "ckptlib/poll.h"

/* While polls are counted, those worth the work of making the array whole. */
#define STEPS_PER_POLL 32
/* A merge of so few ends soon: no poll in it unless a request is there. */
#define FEW 256

struct sort {
	char *base; /* the program's array */
	size_t n, size;
	ckpti_compare *compare; /* one of the two, */
	ckpti_compare_r *compare_r; /* with arg */
	void *arg;
	char **order; /* large elements are sorted through pointers */
	char *room; /* for the n things that are moved */
	size_t done, skip; /* merges */
	size_t merged, left; /* of the merge under way */
	unsigned steps;
	int may_poll, unwinding;
};

/* ---- a poll ------------------------------------------------------------------- */

static void resume(void *ret);

static const struct ckpt_type of_void = { .name = "void", .kind = CKPT_VOID };
static const struct ckpt_type of_func = { .name = "int ()", .kind = CKPT_FUNC };
static const struct ckpt_type of_pointer = {
	.name = "void *",
	.kind = CKPT_PTR,
	.elem = &of_void,
	.size = sizeof(void *),
	.align = _Alignof(void *),
};
static const struct ckpt_type of_callback = {
	.name = "int (*)()",
	.kind = CKPT_PTR,
	.elem = &of_func,
	.size = sizeof(void *),
	.align = _Alignof(void *),
};
static const struct ckpt_type of_count = {
	.name = "size_t",
	.kind = CKPT_UINT,
	.size = sizeof(size_t),
	.align = _Alignof(size_t),
};

enum { BASE, SECOND, COMPARE, COMPARE_R, ARG, N, DONE, MERGED, LEFT, NVARS };

static const struct ckpt_var vars[NVARS] = {
	[BASE] = { "base", &of_pointer, CKPT_P_PTR, 0, 0 },
	[SECOND] = { "second", &of_pointer, CKPT_P_PTR, 0, 0 },
	[COMPARE] = { "compare", &of_callback, CKPT_P_PTR, 0, 0 },
	[COMPARE_R] = { "compare_r", &of_callback, CKPT_P_PTR, 0, 0 },
	[ARG] = { "arg", &of_pointer, CKPT_P_PTR, 0, 0 },
	[N] = { "n", &of_count, CKPT_P_COPY, 0, 0 },
	[DONE] = { "done", &of_count, CKPT_P_COPY, 0, 0 },
	[MERGED] = { "merged", &of_count, CKPT_P_COPY, 0, 0 },
	[LEFT] = { "left", &of_count, CKPT_P_COPY, 0, 0 },
};

static const struct ckpt_function self;
static const struct ckpt_point point = {
	.fn = &self,
	.what = "loop",
	.file = "qsort",
	.line = 1,
	.col = 1,
	.nvars = NVARS,
	.vars = vars,
};
static const struct ckpt_point *const points[] = { &point };
static const struct ckpt_function self = {
	.name = "qsort",
	.file = "qsort",
	.line = 1,
	.resume = resume,
	.points = points,
	.npoints = 1,
};
static const struct ckpt_function *const functions[] = { &self };
static const struct ckpt_type *const types[] = { &of_void, &of_func,
						 &of_pointer, &of_callback,
						 &of_count };
static const struct ckpt_unit unit = {
	.abi = CKPT_ABI_VERSION,
	.name = "qsort",
	.functions = functions,
	.types = types,
	.nfunctions = 1,
	.ntypes = 5,
};
__attribute__((section("ckpt_units"),
	       used)) static const struct ckpt_unit *const listed = &unit;

/* Whether a request can be answered, and is not only a count of polls. */
static int is_worth_it(struct sort *s)
{
	if (!s->may_poll || ckpt_mask)
		return 0;
	return !ckpti_poll_counting() || ++s->steps % STEPS_PER_POLL == 0;
}

/* Once the array is whole. */
static void poll(struct sort *s)
{
	if (!ckpt_poll(&point))
		return;
	ckpt_save(&point, (void *)s->base, (void *)(s->base + s->size),
		  (void *)(uintptr_t)s->compare,
		  (void *)(uintptr_t)s->compare_r, s->arg, &s->n, &s->done,
		  &s->merged, &s->left);
	s->unwinding = 1;
}

/* Brings the elements into the order of the pointers, and the pointers into
 * that of the elements. 0 without memory. */
static int settle(struct sort *s)
{
	char *copy = malloc(s->n * s->size);
	size_t i;

	if (!copy)
		return 0;
	for (i = 0; i < s->n; i++)
		memcpy(copy + i * s->size, s->order[i], s->size);
	memcpy(s->base, copy, s->n * s->size);
	for (i = 0; i < s->n; i++)
		s->order[i] = s->base + i * s->size;
	free(copy);
	return 1;
}

/* ---- the merge ------------------------------------------------------------------ */

struct merge {
	char *to; /* where the first element that is not in place belongs */
	char *a, *b; /* what is left of the halves */
	size_t na, nb;
	char *out; /* behind what was merged, in the room */
};

/* Makes the array whole, and polls. */
static void poll_within(struct sort *s, struct merge *m, size_t unit_size)
{
	size_t rest = m->na * unit_size;
	size_t ready = (size_t)(m->out - s->room);

	memmove(m->b - rest, m->a, rest);
	memcpy(m->to, s->room, ready);
	m->to += ready;
	m->a = m->to;
	m->out = s->room;
	s->merged += ready / unit_size;
	s->left = m->na;
	if (!s->order || settle(s))
		poll(s);
}

/* How elements are compared: constants below, so that each loop has one. */
enum by { PLAINLY, WITH_ARG, THROUGH_POINTERS };

static inline __attribute__((always_inline)) int
in_order(const struct sort *s, enum by by, ckpti_compare *compare,
	 const char *a, const char *b)
{
	if (by == PLAINLY)
		return compare(a, b) <= 0;
	if (by == THROUGH_POINTERS) {
		a = *(char *const *)(const void *)a;
		b = *(char *const *)(const void *)b;
		if (compare)
			return compare(a, b) <= 0;
	}
	return s->compare_r(a, b, s->arg) <= 0;
}

/* What poll_within may change lives in registers but for its time. */
static inline __attribute__((always_inline)) void
merge(struct sort *s, const struct merge *start, size_t unit_size, enum by by)
{
	ckpti_compare *compare = s->compare;
	struct merge m;
	char *to = start->to, *out = s->room;
	char *a = start->a, *a_end = a + start->na * unit_size;
	char *b = start->b, *b_end = b + start->nb * unit_size;

	while (a != a_end && b != b_end) {
		if (__builtin_expect(ckpt_request, 0) && is_worth_it(s)) {
			m = (struct merge){ to, a, b, 0, 0, out };
			m.na = (size_t)(a_end - a) / unit_size;
			poll_within(s, &m, unit_size);
			if (s->unwinding)
				return;
			to = a = m.to;
			a_end = a + m.na * unit_size;
			out = m.out;
		}
		if (in_order(s, by, compare, a, b)) {
			memcpy(out, a, unit_size);
			a += unit_size;
		} else {
			memcpy(out, b, unit_size);
			b += unit_size;
		}
		out += unit_size;
	}
	memcpy(out, a, (size_t)(a_end - a));
	out += a_end - a;
	memcpy(to, s->room, (size_t)(out - s->room));
}

/* Both halves hold something. */
static inline __attribute__((always_inline)) void
merge_few(struct sort *s, const struct merge *start, size_t unit_size)
{
	ckpti_compare *compare = s->compare;
	char *out = s->room;
	char *a = start->a, *a_end = a + start->na * unit_size;
	char *b = start->b, *b_end = b + start->nb * unit_size;

	for (;;) {
		if (compare(a, b) <= 0) {
			memcpy(out, a, unit_size);
			a += unit_size;
			out += unit_size;
			if (a == a_end)
				break;
		} else {
			memcpy(out, b, unit_size);
			b += unit_size;
			out += unit_size;
			if (b == b_end)
				break;
		}
	}
	if (a != a_end) /* what is left of b stands where it belongs */
		memmove(b - (a_end - a), a, (size_t)(a_end - a));
	memcpy(start->to, s->room, (size_t)(out - s->room));
}

static inline __attribute__((always_inline)) void
merge_plainly(struct sort *s, const struct merge *m, size_t unit_size)
{
	if (m->na + m->nb <= FEW && m->na && m->nb && !ckpt_request)
		merge_few(s, m, unit_size);
	else
		merge(s, m, unit_size, PLAINLY);
}

/* Inlined for the usual sizes: memcpy is then a move. */
static void merge_by(struct sort *s, const struct merge *m, size_t unit_size)
{
	if (s->order)
		merge(s, m, sizeof(*s->order), THROUGH_POINTERS);
	else if (!s->compare)
		merge(s, m, unit_size, WITH_ARG);
	else if (unit_size == 8)
		merge_plainly(s, m, 8);
	else if (unit_size == 4)
		merge_plainly(s, m, 4);
	else
		merge_plainly(s, m, unit_size);
}

static void merge_halves(struct sort *s, char *base, size_t n1, size_t n2,
			 size_t unit_size)
{
	char *to = base + s->merged * unit_size;
	struct merge m = { to, to, NULL, 0, 0, s->room };

	m.na = s->merged ? s->left : n1;
	m.nb = n1 + n2 - s->merged - m.na;
	m.b = m.a + m.na * unit_size;
	merge_by(s, &m, unit_size);
}

static void sort_range(struct sort *s, char *base, size_t n, size_t unit_size)
{
	size_t n1 = n / 2, n2 = n - n1;

	if (n <= 1)
		return;
	if (s->skip >= n - 1) { /* n elements take n - 1 merges */
		s->skip -= n - 1;
		return;
	}
	sort_range(s, base, n1, unit_size);
	if (!s->unwinding)
		sort_range(s, base + n1 * unit_size, n2, unit_size);
	if (s->unwinding)
		return;
	merge_halves(s, base, n1, n2, unit_size);
	if (s->unwinding)
		return;
	s->done++;
	s->merged = 0;
	s->left = 0;
}

/* ---- a whole sort ---------------------------------------------------------------- */

/* Through pointers; 0 without memory. */
static int sort_indirect(struct sort *s)
{
	size_t i;

	s->order = malloc(2 * s->n * sizeof(*s->order));
	if (!s->order)
		return 0;
	s->room = (char *)(s->order + s->n);
	for (i = 0; i < s->n; i++)
		s->order[i] = s->base + i * s->size;
	sort_range(s, (char *)s->order, s->n, sizeof(*s->order));
	if (!s->unwinding && !settle(s)) {
		free(s->order);
		s->order = NULL;
		s->done = 0;
		return 0;
	}
	if (!s->unwinding) /* the program may go on with it */
		free(s->order);
	return 1;
}

static void sort_with(struct sort *s, char *room)
{
	s->room = room;
	sort_range(s, s->base, s->n, s->size);
	s->room = NULL;
}

static int sort_direct(struct sort *s)
{
	char small[1024];
	char *room;

	if (s->n <= sizeof(small) / s->size) {
		sort_with(s, small);
		return 1;
	}
	room = s->n > SIZE_MAX / s->size ? NULL : malloc(s->n * s->size);
	if (!room)
		return 0;
	sort_with(s, room);
	if (!s->unwinding)
		free(room);
	return 1;
}

/* The callback keeps its own type: no cast of a function is called. */
static int compare_plain(const void *a, const void *b, void *arg)
{
	ckpti_compare *const *compare = arg;

	return (*compare)(a, b);
}

static void sort_by(struct sort *s)
{
	if (s->n <= 1 || s->size == 0)
		return;
	if (s->size > 32 && sort_indirect(s))
		return;
	if (sort_direct(s))
		return;
	if (s->compare)
		qsort_r(s->base, s->n, s->size, compare_plain, &s->compare);
	else
		qsort_r(s->base, s->n, s->size, s->compare_r, s->arg);
}

static void resume(void *ret)
{
	struct sort s = { .may_poll = 1 };
	unsigned id;
	void *const *v = ckpt_restore(&self, &id);
	char *second = *(char **)v[SECOND];

	(void)ret;
	s.base = *(char **)v[BASE];
	s.size = (size_t)(second - s.base);
	memcpy(&s.compare, v[COMPARE], sizeof(s.compare));
	memcpy(&s.compare_r, v[COMPARE_R], sizeof(s.compare_r));
	s.arg = *(void **)v[ARG];
	s.n = *(size_t *)v[N];
	s.done = s.skip = *(size_t *)v[DONE];
	s.merged = *(size_t *)v[MERGED];
	s.left = *(size_t *)v[LEFT];
	sort_by(&s);
}

/* Whether the caller left its token: it can be captured with us. */
static int take_token(const void *callee)
{
	if (ckpt_token != callee)
		return 0;
	ckpt_token = NULL;
	return 1;
}

void ckpt_qsort_r(void *base, size_t n, size_t size, ckpti_compare_r *compare,
		  void *arg)
{
	struct sort s = { .base = base, .n = n, .size = size, .arg = arg };

	s.compare_r = compare;
	s.may_poll = take_token((const void *)(uintptr_t)ckpt_qsort_r);
	sort_by(&s);
}

void ckpt_qsort(void *base, size_t n, size_t size, ckpti_compare *compare)
{
	struct sort s = { .base = base, .n = n, .size = size };

	s.compare = compare;
	s.may_poll = take_token((const void *)(uintptr_t)ckpt_qsort);
	sort_by(&s);
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
