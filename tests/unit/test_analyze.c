/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "submit/analyze.h"

static void expect(const char *json, const char *want)
{
	struct strbuf out = STRBUF_INIT;
	json_t *why;

	assert_int_equal(json_parse(json, strlen(json), &why, NULL), 0);
	analyze_format("781.0", why, 3, &out);
	assert_string_equal(out.data, want);
	json_decref(why);
	strbuf_release(&out);
}

static void as_htcondor_prints_it(void **state)
{
	(void)state;
	expect("{\"slots\":12,\"matched\":3,\"busy\":2,\"rejected_by_job\":8,"
	       "\"rejected_by_slot\":1,\"rejected_by_checkpoint\":0,"
	       "\"clauses\":[{\"text\":\"TARGET.Arch == \\\"X86_64\\\"\","
	       "\"matched\":1},{\"text\":\"TARGET.Memory >= RequestMemory\","
	       "\"matched\":0}],\"text\":\"no slot has it\"}",
	       "\nThe Requirements expression for job 781.000 reduces to "
	       "these conditions:\n\n"
	       "         Slots\n"
	       "Step    Matched  Condition\n"
	       "-----  --------  ---------\n"
	       "[0]           1  TARGET.Arch == \"X86_64\"\n"
	       "[1]           0  TARGET.Memory >= RequestMemory\n"
	       "\n781.000:  Run analysis summary ignoring user priority.  Of "
	       "12 slots on 3 machines,\n"
	       "      8 slots are rejected by your job's requirements\n"
	       "      1 slots reject your job because of their own "
	       "requirements\n"
	       "      2 slots match but are busy, or their owner is there\n"
	       "      1 slots match and are willing to run your job\n"
	       "\n781.000:  no slot has it\n");
}

static void a_job_that_runs_has_only_a_text(void **state)
{
	(void)state;
	expect("{\"state\":\"running\",\"text\":\"the job is running\"}",
	       "\n781.000:  the job is running\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_htcondor_prints_it),
		cmocka_unit_test(a_job_that_runs_has_only_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
