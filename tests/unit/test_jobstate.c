/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/base/err.h"
#include "common/base/fd.h"
#include "common/base/strbuf.h"
#include "scheduler/jobstate.h"

#define EACH(s, e)                               \
	for (int s = 0; s < JOBSTATE_COUNT; s++) \
		for (int e = 0; e < JOBEVENT_COUNT; e++)

static struct job_step step(int s, int e)
{
	return jobstate_step((enum job_state)s, (enum job_event)e);
}

static void test_only_ok_steps_do_something(void **state)
{
	(void)state;
	EACH(s, e)
	{
		struct job_step x = step(s, e);

		if (x.verdict == JOBSTATE_OK)
			continue;
		assert_int_equal(x.next, s);
		assert_int_equal(x.effects, 0);
	}
}

/* A live attempt is opened on the way in and closed on the way out. */
static void test_attempts_are_opened_and_closed(void **state)
{
	(void)state;
	EACH(s, e)
	{
		struct job_step x = step(s, e);
		bool before = jobstate_has_attempt((enum job_state)s);
		bool after = jobstate_has_attempt(x.next);

		if (x.verdict != JOBSTATE_OK)
			continue;
		assert_int_equal(!before && after, !!(x.effects & JOBFX_OPEN));
		assert_int_equal(before && !after, !!(x.effects & JOBFX_CLOSE));
		/* Orders are for attempts that go on. */
		if (x.effects &
		    (JOBFX_RUN | JOBFX_SUSPEND | JOBFX_VACATE | JOBFX_KILL))
			assert_true(before && after);
	}
}

/* Whatever state an attempt is in, each of its ends is taken. */
static void test_every_end_is_taken(void **state)
{
	static const enum job_event ends[] = {
		JOBEVENT_EXITED,       JOBEVENT_AGAIN,	 JOBEVENT_EXIT_HOLD,
		JOBEVENT_CHECKPOINTED, JOBEVENT_EVICTED, JOBEVENT_LOST,
		JOBEVENT_REFUSED,      JOBEVENT_FAILED,
	};

	(void)state;
	for (int s = 0; s < JOBSTATE_COUNT; s++) {
		if (!jobstate_has_attempt((enum job_state)s))
			continue;
		for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
			struct job_step x = step(s, ends[i]);

			assert_int_equal(x.verdict, JOBSTATE_OK);
			assert_false(jobstate_has_attempt(x.next));
			if (s == JOBSTATE_REMOVING)
				assert_true(x.next == JOBSTATE_REMOVED ||
					    x.next == JOBSTATE_PLACING);
			if (s == JOBSTATE_HOLDING)
				assert_true(x.next == JOBSTATE_HELD ||
					    x.next == JOBSTATE_PLACING);
		}
	}
}

/* 005 and 009 once, on the way out; out of the history nothing leads. */
static void test_the_end_is_logged_once(void **state)
{
	(void)state;
	EACH(s, e)
	{
		struct job_step x = step(s, e);
		bool was = jobstate_is_end((enum job_state)s);
		bool ends = x.verdict == JOBSTATE_OK && jobstate_is_end(x.next);

		/* One that was kept in the queue only leaves. */
		if (was && x.verdict == JOBSTATE_OK) {
			assert_int_equal(e, JOBEVENT_REMOVE);
			assert_int_equal(x.next, s);
			assert_int_equal(x.effects, JOBFX_END);
			continue;
		}
		assert_int_equal(ends, !!(x.effects & JOBFX_END));
		assert_int_equal(ends && x.next == JOBSTATE_COMPLETED,
				 !!(x.effects & JOBFX_LOG_ENDED));
		assert_int_equal(ends && x.next == JOBSTATE_REMOVED,
				 !!(x.effects & JOBFX_LOG_ABORTED));
		if (was)
			assert_int_not_equal(x.verdict, JOBSTATE_OK);
	}
}

/* A user can always get rid of a job. */
static void test_remove_always_works(void **state)
{
	(void)state;
	for (int s = 0; s < JOBSTATE_COUNT; s++)
		assert_int_not_equal(step(s, JOBEVENT_REMOVE).verdict,
				     JOBSTATE_BAD);
}

static void test_the_usual_way(void **state)
{
	static const struct {
		enum job_event event;
		enum job_state next;
		int status;
	} way[] = {
		{ JOBEVENT_MATCH, JOBSTATE_STARTING, 2 },
		{ JOBEVENT_STARTED, JOBSTATE_RUNNING, 2 },
		{ JOBEVENT_FROZEN, JOBSTATE_SUSPENDED, 7 },
		{ JOBEVENT_LEAVING, JOBSTATE_VACATING, 2 },
		{ JOBEVENT_CHECKPOINTED, JOBSTATE_IDLE, 1 },
		{ JOBEVENT_MATCH, JOBSTATE_STARTING, 2 },
		{ JOBEVENT_EXITED, JOBSTATE_PLACING, 2 },
		{ JOBEVENT_PLACED, JOBSTATE_COMPLETED, 4 },
	};
	enum job_state s = JOBSTATE_IDLE;

	(void)state;
	for (size_t i = 0; i < sizeof(way) / sizeof(way[0]); i++) {
		struct job_step x = jobstate_step(s, way[i].event);

		assert_int_equal(x.verdict, JOBSTATE_OK);
		assert_int_equal(x.next, way[i].next);
		assert_int_equal(jobstate_status(x.next), way[i].status);
		s = x.next;
	}
}

/* docs/job-states.md holds the table as it is. */
static void test_the_page_is_up_to_date(void **state)
{
	struct strbuf page = STRBUF_INIT, table = STRBUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	jobstate_markdown(&table);
	if (getenv("HARRIER_PRINT_TABLE"))
		fputs(table.data, stderr);
	assert_int_equal(
		fd_read_file("docs/job-states.md", 1 << 20, &page, &err), 0);
	assert_non_null(strstr(page.data, table.data));
	strbuf_release(&page);
	strbuf_release(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_ok_steps_do_something),
		cmocka_unit_test(test_attempts_are_opened_and_closed),
		cmocka_unit_test(test_every_end_is_taken),
		cmocka_unit_test(test_the_end_is_logged_once),
		cmocka_unit_test(test_remove_always_works),
		cmocka_unit_test(test_the_usual_way),
		cmocka_unit_test(test_the_page_is_up_to_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
