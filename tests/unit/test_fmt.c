/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "submit/fmt.h"
#include "submit/queue_view.h"
#include "submit/status_view.h"

#include <time.h>

#define NOW 1700000000 /* 2023-11-14 22:13:20 UTC */

static int setup(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	return 0;
}

static void times(void **state)
{
	char date[FMT_DATE_SIZE], d[FMT_DURATION_SIZE], heading[24];

	(void)state;
	fmt_date(date, NOW);
	assert_string_equal(date, "11/14 22:13");
	fmt_date(date, 1688958120);
	assert_string_equal(date, " 7/10 03:02");
	fmt_date(date, 0);
	assert_string_equal(date, "           ");
	fmt_duration(d, 0);
	assert_string_equal(d, "0+00:00:00");
	fmt_duration(d, 86400 * 12 + 3661);
	assert_string_equal(d, "12+01:01:01");
	fmt_duration(d, -1);
	assert_string_equal(d, "[?????]");
	fmt_heading_time(heading, NOW);
	assert_string_equal(heading, "11/14/23 22:13:20");
}

static void sizes(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{ 0, "0 B" },
		{ 999, "999 B" },
		{ 1000, "1.0 KB" },
		{ 1024, "1.0 KB" },
		{ 81920, "80.0 KB" },
		{ 1 << 20, "1.0 MB" },
		{ 150u << 20, "150 MB" },
		{ UINT64_MAX, "16384 PB" },
	};
	char text[FMT_SIZE_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		fmt_size(text, cases[i].bytes);
		assert_string_equal(text, cases[i].text);
	}
}

/* What comes from others must not steer the terminal. */
static void text_is_tame(void **state)
{
	struct strbuf out = STRBUF_INIT;

	(void)state;
	fmt_text(&out, "a\033[31mb\nc\x7f%n");
	assert_string_equal(out.data, "a?[31mb?c?%n");
	strbuf_reset(&out);
	fmt_column(&out, "h\303\244rrier", 4);
	assert_string_equal(out.data, "h\303\244rr");
	strbuf_reset(&out);
	fmt_column(&out, "\303\244", 3);
	assert_string_equal(out.data, "\303\244  ");
	strbuf_reset(&out);
	strbuf_addstr(&out, "abcdef\n\303\244\303\244\303\244\303\244x\nab\n");
	fmt_cut_line(&out, 4);
	assert_string_equal(out.data,
			    "abcd\n\303\244\303\244\303\244\303\244\nab\n");
	strbuf_release(&out);
}

static struct ad *job(const char *text)
{
	struct ad *ad;

	assert_int_equal(ad_parse_long(text, &ad, NULL), 0);
	return ad;
}

static void line(enum queue_view view, const char *text, const char *want)
{
	struct strbuf out = STRBUF_INIT;
	struct ad *ad = job(text);

	queue_view_line(view, ad, NOW, &out);
	assert_string_equal(out.data, want);
	ad_free(ad);
	strbuf_release(&out);
}

static void queue_lines(void **state)
{
	(void)state;
	line(QUEUE_JOBS,
	     "ClusterId = 125\nProcId = 0\nOwner = \"jbasney\"\n"
	     "QDate = 1688958120\nJobStatus = 1\nJobPrio = -10\n"
	     "ImageSize = 1229\nCmd = \"/home/j/hello.remote\"\n",
	     " 125.0   jbasney         7/10 03:02   0+00:00:00 I  -10 1.2  "
	     "hello.remote\n");
	line(QUEUE_JOBS,
	     "ClusterId = 1\nProcId = 12\nOwner = \"ann\"\n"
	     "QDate = 1699999990\nJobStatus = 2\n"
	     "RemoteWallClockTime = 100.0\n"
	     "JobCurrentStartDate = 1699999995\nMemoryUsage = 20\n"
	     "Cmd = \"sat\"\nArguments = \"a b\"\n",
	     "   1.12  ann            11/14 22:13   0+00:01:45 R  0   20.0 "
	     "sat a b\n");
	line(QUEUE_RUN,
	     "ClusterId = 1\nProcId = 0\nOwner = \"ann\"\nJobStatus = 2\n"
	     "RemoteHost = \"slot1@big\"\n",
	     "   1.0   ann                          0+00:00:00 slot1@big\n");
	line(QUEUE_HOLD,
	     "ClusterId = 1\nProcId = 0\nOwner = \"ann\"\nJobStatus = 5\n"
	     "EnteredCurrentStatus = 1699999990\nHoldReasonCode = 13\n"
	     "HoldReasonSubCode = 2\nHoldReason = \"no %s\"\n",
	     "   1.0   ann            11/14 22:13 13/2     no %s\n");
	line(QUEUE_HISTORY,
	     "ClusterId = 1\nProcId = 0\nOwner = \"ann\"\nJobStatus = 3\n"
	     "Cmd = \"x\"\n",
	     "   1.0   ann                          0+00:00:00 X          "
	     "??? x\n");
}

static void states(void **state)
{
	static const char *const letters = "?IRXCH>S?";

	(void)state;
	for (int i = 0; letters[i]; i++) {
		char text[32];
		struct ad *ad;

		snprintf(text, sizeof(text), "JobStatus = %d\n", i);
		ad = job(text);
		assert_int_equal(fmt_job_state(ad)[0], letters[i]);
		ad_free(ad);
	}
}

static void add(struct queue_batches *b, int cluster, int proc, int status,
		const char *rest)
{
	char text[300];
	struct ad *ad;

	snprintf(text, sizeof(text),
		 "ClusterId = %d\nProcId = %d\nOwner = \"nemo\"\n"
		 "QDate = 1688958120\nJobStatus = %d\n%s",
		 cluster, proc, status, rest);
	ad = job(text);
	queue_batches_add(b, ad);
	ad_free(ad);
}

static void batches(void **state)
{
	struct queue_batches *b = queue_batches_new();
	struct strbuf out = STRBUF_INIT;

	(void)state;
	add(b, 10, 4, 2, "TotalSubmitProcs = 9\n");
	add(b, 10, 5, 1, "TotalSubmitProcs = 9\n");
	add(b, 11, 0, 1, "JobBatchName = \"b\"\n");
	add(b, 12, 0, 1, "JobBatchName = \"b\"\n");
	queue_batches_format(b, &out);
	assert_string_equal(
		out.data,
		"OWNER    BATCH_NAME     SUBMITTED   DONE   RUN    IDLE  TOTAL "
		"JOB_IDS\n"
		"nemo     ID: 10         7/10 03:02      7      1      1      9 "
		"10.4-5\n"
		"nemo     b              7/10 03:02      _      _      2      2 "
		"11.0 ... 12.0\n");
	add(b, 13, 0, 5, "");
	strbuf_reset(&out);
	queue_batches_format(b, &out);
	assert_non_null(strstr(out.data, "HOLD  TOTAL JOB_IDS\n"));
	strbuf_release(&out);
	queue_batches_free(b);
}

/* The scheduler's counts make the same table as the jobs themselves. */
static void groups(void **state)
{
	struct queue_batches *one = queue_batches_new();
	struct queue_batches *many = queue_batches_new();
	struct strbuf want = STRBUF_INIT, out = STRBUF_INIT;
	struct ad *group = job("ClusterId = 10\nProcId = 4\nLastProc = 6\n"
			       "Owner = \"nemo\"\nQDate = 1688958120\n"
			       "TotalSubmitProcs = 9\nJobs = 3\nJobsIdle = 1\n"
			       "JobsRunning = 1\nJobsHeld = 1\n");

	(void)state;
	add(one, 10, 4, 2, "TotalSubmitProcs = 9\n");
	add(one, 10, 5, 1, "TotalSubmitProcs = 9\n");
	add(one, 10, 6, 5, "TotalSubmitProcs = 9\n");
	queue_batches_add_group(many, group);
	queue_batches_format(one, &want);
	queue_batches_format(many, &out);
	assert_string_equal(out.data, want.data);
	ad_free(group);
	queue_batches_free(one);
	queue_batches_free(many);
	strbuf_release(&want);
	strbuf_release(&out);
}

static void status_tables(void **state)
{
	struct status_totals *t = status_totals_new();
	struct ad *slot = job("Name = \"slot1@big\"\nOpSys = \"LINUX\"\n"
			      "Arch = \"S390X\"\nState = \"Claimed\"\n"
			      "Activity = \"Busy\"\nLoadAvg = 0.99\n"
			      "Memory = 896\n"
			      "EnteredCurrentActivity = 1699999816\n");
	struct strbuf out = STRBUF_INIT;

	(void)state;
	status_view_slot(STATUS_SLOTS, slot, NOW, &out);
	assert_string_equal(out.data,
			    "slot1@big                          LINUX      "
			    "S390X    Claimed   Busy       0.990    896   "
			    "0+00:03:04\n");
	strbuf_reset(&out);
	status_totals_add(t, slot);
	status_totals_add(t, slot);
	status_totals_format(t, &out);
	assert_non_null(strstr(out.data, "S390X/LINUX     2     0       2 "));
	assert_non_null(strstr(out.data, "      Total     2     0       2 "));
	strbuf_release(&out);
	status_totals_free(t);
	ad_free(slot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times),	cmocka_unit_test(sizes),
		cmocka_unit_test(text_is_tame), cmocka_unit_test(queue_lines),
		cmocka_unit_test(states),	cmocka_unit_test(batches),
		cmocka_unit_test(groups),	cmocka_unit_test(status_tables),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
