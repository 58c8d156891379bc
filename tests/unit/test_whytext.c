/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "submit/whytext.h"

#define NOW 1700000000

static void expect(const char *job_text, const char *why_text, const char *want)
{
	struct strbuf out = STRBUF_INIT;
	struct ad *job = NULL;
	json_t *why = NULL;

	assert_int_equal(ad_parse_long(job_text, &job, NULL), 0);
	if (why_text)
		assert_int_equal(
			json_parse(why_text, strlen(why_text), &why, NULL), 0);
	whytext_format("12.0", job, why, 3, NOW, &out);
	assert_string_equal(out.data, want);
	json_decref(why);
	ad_free(job);
	strbuf_release(&out);
}

static void the_smallest_change(void **state)
{
	(void)state;
	expect("JobStatus = 1\nRequestMemory = 4096\n"
	       "EnteredCurrentStatus = 1699999940\n",
	       "{\"slots\":12,\"matched\":0,\"busy\":0,\"rejected_by_job\":12,"
	       "\"limits\":\"none\",\"text\":\"no slot has it\","
	       "\"clauses\":[{\"text\":\"(TARGET.Arch == \\\"X86_64\\\")\","
	       "\"matched\":12},{\"text\":\"(TARGET.Memory >= "
	       "RequestMemory)\",\"matched\":0,\"without\":4}],"
	       "\"suggestion\":[{\"text\":\"request_memory = 900 would match "
	       "4 slots\",\"attr\":\"RequestMemory\",\"value\":900,"
	       "\"slots\":4,\"owner_present\":1}]}",
	       "Job 12.0 is idle for 0+00:01:00.\n"
	       "No slot has it.\n\n"
	       "Of 12 slots on 3 hosts\n"
	       "      12 are not what it asks for\n\n"
	       "What it asks for, and how many slots fail it:\n"
	       "      12 of 12 fail  TARGET.Memory >= RequestMemory  "
	       "[RequestMemory = 4096]\n"
	       "                     without it 4 slots would match\n\n"
	       "The smallest change that would help:\n"
	       "  request_memory = 900 would match 4 slots (its owner is at "
	       "the keyboard on 1 of them): hqedit 12.0 RequestMemory '900'\n");
}

static void what_limits(void **state)
{
	(void)state;
	expect("JobStatus = 1\n",
	       "{\"slots\":2,\"matched\":2,\"busy\":2,\"serving_others\":1,"
	       "\"owner_present\":1,\"limits\":\"owner-present\",\"clauses\":[],\"text\":\"busy\"}",
	       "Job 12.0 is idle.\n"
	       "Where it could run, the owner is at the keyboard: it starts "
	       "when one leaves.\n\n"
	       "Of 2 slots on 3 hosts\n"
	       "       1 fits, but serves another user\n"
	       "       1 fits, but its owner is at the keyboard\n");
	expect("JobStatus = 1\n",
	       "{\"slots\":0,\"matched\":0,\"limits\":\"no-host\","
	       "\"clauses\":[]}",
	       "Job 12.0 is idle.\n"
	       "No host is online: 'hstatus' shows them, 'harrier up' starts "
	       "one here.\n");
}

static void jobs_that_do_not_wait(void **state)
{
	(void)state;
	expect("JobStatus = 5\nHoldReason = \"no input\"\n", "{}",
	       "Job 12.0 is held: no input.\n'hrelease 12.0' lets it run "
	       "again.\n");
	expect("JobStatus = 2\nRemoteHost = \"slot1@a\"\n"
	       "EnteredCurrentStatus = 1699999999\n",
	       "{}", "Job 12.0 runs on slot1@a for 0+00:00:01.\n");
	expect("JobStatus = 4\nExitCode = 3\n", NULL,
	       "Job 12.0 has ended with exit code 3.\n");
	expect("JobStatus = 3\nRemoveReason = \"via hrm\"\n", NULL,
	       "Job 12.0 was removed: via hrm.\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_smallest_change),
		cmocka_unit_test(what_limits),
		cmocka_unit_test(jobs_that_do_not_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
