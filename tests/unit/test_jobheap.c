/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "scheduler/jobheap.h"

#define N 500

static void test_order(void **state)
{
	static struct jobheap_node n[N];
	struct jobheap h;
	unsigned int seed = 1;
	struct jobheap_node *last = NULL, *top;
	int left = 0;

	(void)state;
	jobheap_init(&h);
	assert_null(jobheap_top(&h));
	for (int i = 0; i < N; i++) {
		seed = seed * 1103515245u + 12345u;
		n[i].prio = (int)(seed >> 16) % 4;
		n[i].cluster = (int)(seed >> 20) % 9;
		n[i].proc = i;
		jobheap_push(&h, &n[i]);
	}
	/* Out of the middle, as jobs are held or removed. */
	for (int i = 0; i < N; i += 3)
		jobheap_del(&h, &n[i]);
	while ((top = jobheap_top(&h))) {
		assert_true(top->proc % 3);
		if (last)
			assert_true(jobheap_before(last, top));
		jobheap_del(&h, top);
		assert_int_equal(top->place, 0);
		last = top;
		left++;
	}
	assert_int_equal(left, N - (N + 2) / 3);
	jobheap_release(&h);
}

static void test_priority_then_age(void **state)
{
	struct jobheap_node old = { .cluster = 1, .proc = 5 };
	struct jobheap_node young = { .cluster = 2 };
	struct jobheap_node urgent = { .cluster = 9, .prio = 1 };

	(void)state;
	assert_true(jobheap_before(&urgent, &old));
	assert_true(jobheap_before(&old, &young));
	assert_false(jobheap_before(&young, &old));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_priority_then_age),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
