/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "submit/analyze.h"

#include <time.h>

static struct ad *ad_of(const char *text)
{
	struct ad *ad = NULL;

	assert_int_equal(ad_parse_long(text, &ad, NULL), 0);
	return ad;
}

static json_t *json_of(const char *text)
{
	json_t *json = NULL;

	assert_int_equal(json_parse(text, strlen(text), &json, NULL), 0);
	return json;
}

static const char job_text[] = "Owner = \"ann\"\n"
			       "RequestMemory = 4096\n"
			       "Requirements = TARGET.Arch == \"X86_64\" && "
			       "TARGET.Memory >= RequestMemory\n";

/* Three machines: ann's job runs on one, bob's on another. */
static const char hosts_text[] =
	"[{\"name\":\"a\",\"state\":\"online\",\"slots\":[{\"Name\":\"s1@a\","
	"\"Arch\":\"X86_64\",\"Memory\":8192,\"RemoteOwner\":\"ann\","
	"\"Requirements\":true},{\"Name\":\"s2@a\",\"Arch\":\"X86_64\","
	"\"Memory\":8192,\"RemoteOwner\":\"bob\",\"Requirements\":true}]},"
	"{\"name\":\"b\",\"state\":\"online\",\"slots\":[{\"Name\":\"s1@b\","
	"\"Arch\":\"X86_64\",\"Memory\":8192,\"State\":\"Owner\","
	"\"Requirements\":true},{\"Name\":\"s2@b\",\"Arch\":\"X86_64\","
	"\"Memory\":1024,\"PartitionableSlot\":true,\"TotalSlotMemory\":8192,"
	"\"Requirements\":true}]},"
	"{\"name\":\"c\",\"state\":\"offline\",\"slots\":[{\"Name\":\"s1@c\","
	"\"Arch\":\"X86_64\",\"Memory\":8192,\"RemoteOwner\":\"ann\","
	"\"Requirements\":true}]}]";

static void expect(const char *why_text, const char *want)
{
	struct strbuf out = STRBUF_INIT;
	struct ad *ad = ad_of(job_text);
	json_t *why = json_of(why_text), *hosts = json_of(hosts_text);
	struct analyze_job job = { "781.0", ad, why, hosts };

	setenv("TZ", "UTC", 1);
	tzset();
	analyze_format(&job, &out);
	assert_string_equal(out.data, want);
	json_decref(why);
	json_decref(hosts);
	ad_free(ad);
	strbuf_release(&out);
}

static void as_htcondor_prints_it(void **state)
{
	(void)state;
	expect("{\"slots\":12,\"matched\":3,\"busy\":3,\"rejected_by_job\":8,"
	       "\"rejected_by_slot\":1,\"rejected_by_checkpoint\":0,"
	       "\"time\":1700000000,"
	       "\"clauses\":[{\"text\":\"TARGET.Arch == \\\"X86_64\\\"\","
	       "\"matched\":12},{\"text\":\"TARGET.Memory >= RequestMemory\","
	       "\"matched\":3}],\"text\":\"all slots are busy\"}",
	       "\nThe Requirements expression for job 781.000 is\n\n"
	       "    TARGET.Arch == \"X86_64\" && TARGET.Memory >= "
	       "RequestMemory\n\n"
	       "Job 781.000 defines the following attributes:\n\n"
	       "    RequestMemory = 4096\n\n"
	       "The Requirements expression for job 781.000 reduces to "
	       "these conditions:\n\n"
	       "         Slots\n"
	       "Step    Matched  Condition\n"
	       "-----  --------  ---------\n"
	       "[0]          12  TARGET.Arch == \"X86_64\"\n"
	       "[1]           3  TARGET.Memory >= RequestMemory\n\n"
	       "No successful match recorded.\n"
	       "Last failed match: Tue Nov 14 22:13:20 2023\n"
	       "Reason for last match failure: all slots are busy\n\n"
	       "781.000:  Run analysis summary ignoring user priority.  Of "
	       "12 slots on 3 machines,\n"
	       "      8 slots are rejected by your job's requirements\n"
	       "      1 slots reject your job because of their own "
	       "requirements\n"
	       "      1 slots match and are already running your jobs\n"
	       "      1 slots match but are serving other users\n"
	       "      1 slots match but their owner is there\n"
	       "      0 slots match and are willing to run your job\n"
	       "      1 slots would match if drained\n");
}

static void a_job_that_runs_has_only_a_text(void **state)
{
	(void)state;
	expect("{\"state\":\"running\",\"text\":\"the job is running\"}",
	       "\n781.000:  the job is running\n");
}

static void summary_is_a_line(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct ad *ad = ad_of(job_text);
	json_t *why = json_of("{\"slots\":12,\"matched\":3,\"busy\":1,"
			      "\"rejected_by_slot\":2,\"clauses\":[]}");
	json_t *hosts = json_of(hosts_text);
	struct analyze_job job = { "781.0", ad, why, hosts };

	(void)state;
	analyze_summary_line(&job, &out);
	assert_string_equal(out.data,
			    "781.0              12        5            2       "
			    "   1          1         2 ann\n");
	json_decref(why);
	json_decref(hosts);
	ad_free(ad);
	strbuf_release(&out);
}

static void the_other_way_round(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct ad *slot = ad_of("Name = \"s1@a\"\nArch = \"X86_64\"\n"
				"Memory = 8192\nSTART = TARGET.JobPrio > 0\n"
				"Requirements = START && "
				"TARGET.RequestMemory < 9000\n");
	struct ad *jobs[2] = { ad_of(job_text), ad_of(job_text) };

	(void)state;
	ad_set_int(jobs[0], "JobPrio", 1);
	ad_set_int(jobs[1], "RequestMemory", 10000);
	analyze_reverse(slot, jobs, 2, &out);
	assert_non_null(strstr(out.data, "The Requirements expression for "
					 "s1@a is\n\n    START && "));
	assert_non_null(strstr(out.data, "    START = TARGET.JobPrio > 0\n"));
	assert_non_null(strstr(out.data, "          Jobs\nStep    Matched"));
	assert_non_null(strstr(out.data,
			       "\n    1 (50.00 %) match both slot and job "
			       "requirements.\n"
			       "    1 match the requirements of this slot.\n"
			       "    1 have job requirements that match this "
			       "slot.\n"));
	ad_free(slot);
	ad_free(jobs[0]);
	ad_free(jobs[1]);
	strbuf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_htcondor_prints_it),
		cmocka_unit_test(a_job_that_runs_has_only_a_text),
		cmocka_unit_test(summary_is_a_line),
		cmocka_unit_test(the_other_way_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
