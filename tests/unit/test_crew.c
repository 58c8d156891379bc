/* SPDX-License-Identifier: MIT */
#include "startd/crew.h"

#include "common/base/clock.h"
#include "common/svc/evloop.h"

#include <stdatomic.h>
#include <stdbool.h>

#include "tests/unit/test.h"

#define LIMIT_MS 20000
#define TASKS	 20

struct fixture {
	struct evloop *loop;
	struct crew *crew;
	atomic_int working, released;
	int done;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_int_equal(evloop_new(&f->loop, NULL), 0);
	f->crew = crew_new(f->loop);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	crew_free(f->crew);
	evloop_free(f->loop);
	free(f);
	return 0;
}

static void turn_until(struct fixture *f, int done)
{
	int64_t end_ms = clock_mono_ms() + LIMIT_MS;

	while (f->done < done) {
		assert_true(clock_mono_ms() < end_ms);
		evloop_turn(f->loop, 100, NULL);
	}
}

static void on_done(void *arg)
{
	struct fixture *f = arg;

	f->done++;
}

/* Waits until all others are at work too. */
static void meet(void *arg)
{
	struct fixture *f = arg;
	int64_t end_ms = clock_mono_ms() + LIMIT_MS;

	atomic_fetch_add(&f->working, 1);
	while (atomic_load(&f->working) < TASKS && clock_mono_ms() < end_ms)
		usleep(1000);
}

static void test_all_work_at_the_same_time(void **state)
{
	struct fixture *f = *state;

	for (int round = 1; round <= 2; round++) {
		atomic_store(&f->working, 0);
		for (int i = 0; i < TASKS; i++)
			assert_int_equal(crew_run(f->crew, meet, on_done, f),
					 0);
		turn_until(f, round * TASKS);
		assert_int_equal(atomic_load(&f->working), TASKS);
	}
}

static void wait_release(void *arg)
{
	struct fixture *f = arg;

	atomic_store(&f->working, 1);
	while (!atomic_load(&f->released))
		usleep(1000);
	atomic_store(&f->released, 2);
}

static void test_free_does_not_wait(void **state)
{
	struct fixture *f = *state;
	int64_t end_ms = clock_mono_ms() + LIMIT_MS;

	assert_int_equal(crew_run(f->crew, wait_release, on_done, f), 0);
	while (!atomic_load(&f->working))
		assert_true(clock_mono_ms() < end_ms);
	crew_free(f->crew);
	f->crew = NULL;
	assert_int_equal(f->done, 0);
	atomic_store(&f->released, 1);
	while (atomic_load(&f->released) == 1)
		assert_true(clock_mono_ms() < end_ms);
	evloop_turn(f->loop, 0, NULL);
	assert_int_equal(f->done, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_all_work_at_the_same_time),
		T(test_free_does_not_wait),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
