/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include <errno.h>

#include "ckptlib/abi.h"
#include "ckptlib/alloc.h"
#include "ckptlib/heap.h"
#include "ckptlib/wrap_heap.h"

#define N 20000

struct pair {
	int a;
	double b;
};

struct tail {
	int n;
	double v[];
};

static const struct ckpt_type t_int = {
	.name = "int", .kind = CKPT_INT, .align = 4, .size = sizeof(int)
};
static const struct ckpt_type t_double = {
	.name = "double", .kind = CKPT_FLOAT, .align = 8, .size = sizeof(double)
};
static const struct ckpt_type t_flex = {
	.name = "double[]", .kind = CKPT_ARRAY, .align = 8, .elem = &t_double
};
static const struct ckpt_field pair_fields[] = {
	{ .name = "a", .type = &t_int, .offset = offsetof(struct pair, a) },
	{ .name = "b", .type = &t_double, .offset = offsetof(struct pair, b) },
};
static const struct ckpt_type t_pair = { .name = "struct pair",
					 .kind = CKPT_STRUCT,
					 .align = 8,
					 .size = sizeof(struct pair),
					 .nfields = 2,
					 .fields = pair_fields };
static const struct ckpt_field tail_fields[] = {
	{ .name = "n", .type = &t_int, .offset = offsetof(struct tail, n) },
	{ .name = "v", .type = &t_flex, .offset = offsetof(struct tail, v) },
};
static const struct ckpt_type t_tail = { .name = "struct tail",
					 .kind = CKPT_STRUCT,
					 .align = 8,
					 .size = sizeof(struct tail),
					 .nfields = 2,
					 .fields = tail_fields };

static uint32_t word_of(void *block, size_t *ret_size)
{
	uint32_t slot;
	struct ckpti_span *s = ckpti_heap_block((uintptr_t)block, &slot);

	assert_non_null(s);
	assert_ptr_equal(ckpti_slot_addr(s, slot), block);
	*ret_size = ckpti_slot_size(s, slot);
	return s->words[slot];
}

static void test_sizes(void **state)
{
	size_t size, n;
	char *p;

	(void)state;
	for (n = 0; n < 200000; n = n < 3000 ? n + 1 : n + n / 7) {
		p = ckpt_malloc(n);
		assert_non_null(p);
		assert_int_equal((uintptr_t)p % 16, 0);
		word_of(p, &size);
		assert_int_equal(size, n);
		memset(p, 0x5a, n);
		/* one past the end is still this block's */
		word_of(p, &size);
		if (n) {
			uint32_t slot;
			struct ckpti_span *s =
				ckpti_heap_block((uintptr_t)p + n, &slot);

			assert_non_null(s);
			assert_ptr_equal(ckpti_slot_addr(s, slot), p);
		}
		ckpt_free(p);
		assert_false(ckpti_heap_foreign((uintptr_t)p));
	}
}

/* A small generator, so that a failure repeats. */
static unsigned next(unsigned *seed)
{
	*seed = *seed * 1103515245 + 12345;
	return *seed >> 16;
}

static void test_no_overlap(void **state)
{
	static unsigned char *blocks[N];
	static size_t sizes[N];
	unsigned seed = 1, i, round;
	size_t k;

	(void)state;
	for (round = 0; round < 6 * N; round++) {
		i = next(&seed) % N;
		if (blocks[i]) {
			for (k = 0; k < sizes[i]; k += 13)
				assert_int_equal(blocks[i][k], i & 0xff);
			if (next(&seed) % 3 == 0) {
				size_t n = next(&seed) % 4000;

				blocks[i] = ckpt_realloc(blocks[i], n + 1);
				for (k = 0; k < n && k < sizes[i]; k += 17)
					assert_int_equal(blocks[i][k],
							 i & 0xff);
				sizes[i] = n + 1;
				memset(blocks[i], (int)i, sizes[i]);
				continue;
			}
			ckpt_free(blocks[i]);
			blocks[i] = NULL;
			continue;
		}
		sizes[i] = next(&seed) % (round % 50 ? 300 : 90000);
		blocks[i] = ckpt_malloc(sizes[i]);
		memset(blocks[i], (int)i, sizes[i]);
	}
	for (i = 0; i < N; i++)
		ckpt_free(blocks[i]);
}

static void test_zeroed(void **state)
{
	unsigned char *p;
	size_t n, k;
	int again;

	(void)state;
	for (n = 1; n < 300000; n = n * 3 + 1) {
		for (again = 0; again < 2; again++) {
			p = ckpt_calloc(n, 1);
			for (k = 0; k < n; k++)
				assert_int_equal(p[k], 0);
			memset(p, 0xff, n);
			ckpt_free(p);
		}
	}
}

static void test_hint(void **state)
{
	size_t size;
	void *p;

	(void)state;
	ckpt_hint = &t_pair;
	p = ckpt_malloc(3 * sizeof(struct pair));
	assert_ptr_equal(ckpti_type_of_id(CKPTI_TYPE_OF(word_of(p, &size))),
			 &t_pair);
	assert_null(ckpt_hint);
	/* grown without a hint it keeps its type, where that fits */
	p = ckpt_realloc(p, 50 * sizeof(struct pair));
	assert_ptr_equal(ckpti_type_of_id(CKPTI_TYPE_OF(word_of(p, &size))),
			 &t_pair);
	p = ckpt_realloc(p, 50 * sizeof(struct pair) + 4);
	assert_int_equal(CKPTI_TYPE_OF(word_of(p, &size)), 0);
	ckpt_free(p);

	ckpt_hint = &t_pair;
	p = ckpt_malloc(sizeof(struct pair) + 4);
	assert_int_equal(CKPTI_TYPE_OF(word_of(p, &size)), 0);
	ckpt_free(p);

	ckpt_hint = &t_tail;
	p = ckpt_calloc(1, sizeof(struct tail) + 7 * sizeof(double));
	assert_ptr_equal(ckpti_type_of_id(CKPTI_TYPE_OF(word_of(p, &size))),
			 &t_tail);
	ckpt_free(p);

	p = ckpt_malloc(sizeof(struct pair));
	assert_int_equal(CKPTI_TYPE_OF(word_of(p, &size)), 0);
	ckpt_free(p);
}

static void test_aligned(void **state)
{
	size_t align, n, size;
	void *p;

	(void)state;
	for (align = 16; align <= 1 << 20; align *= 2) {
		for (n = 1; n < 100000; n = n * 5 + 3) {
			p = ckpt_aligned_alloc(align, n);
			assert_non_null(p);
			assert_int_equal((uintptr_t)p % align, 0);
			word_of(p, &size);
			assert_int_equal(size, n);
			memset(p, 1, n);
			ckpt_free(p);
		}
	}
	assert_int_equal(ckpt_posix_memalign(&p, 24, 8), EINVAL);
}

static void test_refused(void **state)
{
	volatile size_t huge = SIZE_MAX - 100;

	(void)state;
	errno = 0;
	assert_null(ckpt_malloc(huge));
	assert_int_equal(errno, ENOMEM);
	assert_null(ckpt_calloc(huge / 2, 3));
	assert_null(ckpt_reallocarray(NULL, huge / 2, 3));
	assert_null(ckpt_malloc(PTRDIFF_MAX));
}

static void test_arenas_apart(void **state)
{
	void *ours = ckpt_malloc(40);
	void *theirs = ckpti_alloc(CKPTI_FOREIGN, 40, NULL);
	uint32_t slot;

	(void)state;
	assert_non_null(ckpti_heap_block((uintptr_t)ours, &slot));
	assert_null(ckpti_heap_block((uintptr_t)theirs, &slot));
	assert_true(ckpti_heap_foreign((uintptr_t)theirs));
	/* a block stays in its arena */
	theirs = ckpt_realloc(theirs, 100000);
	assert_true(ckpti_heap_foreign((uintptr_t)theirs));
	ckpt_free(theirs);
	ckpt_free(ours);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_no_overlap),
		cmocka_unit_test(test_zeroed),
		cmocka_unit_test(test_hint),
		cmocka_unit_test(test_aligned),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_arenas_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
