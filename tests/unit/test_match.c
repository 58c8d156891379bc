/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/ad/match.h"
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"

static struct ad *ad_of(const char *text)
{
	struct err err = ERR_INIT;
	struct ad *ad = NULL;

	if (ad_parse_long(text, &ad, &err) != 0)
		fail_msg("%s: %s", text, err.text);
	return ad;
}

/* What HTCondor's own library was seen to decide. */
static void test_observed(void **state)
{
	static const struct {
		const char *job;
		const char *machine;
		bool match;
	} pairs[] = {
		{ "Requirements = Memory >= 64",
		  "Memory = 128\nRequirements = TRUE", true },
		{ "Memory = 5\nRequirements = Memory >= 64",
		  "Memory = 128\nRequirements = TRUE", false },
		{ "Requirements = TARGET.Memory >= 64",
		  "Memory = 128\nRequirements = TRUE", true },
		{ "Requirements = nosuch == 3", "Requirements = TRUE", false },
		{ "Requirements = nosuch =!= 3", "Requirements = TRUE", true },
		{ "Requirements = Memory", "Memory = 128\nRequirements = 1",
		  true },
		{ "A = TARGET.B\nRequirements = A",
		  "B = TARGET.A\nRequirements = TRUE", false },
		{ "Memory = 1", "Requirements = TRUE", false },
		{ "Requirements = TRUE", "Memory = 1", false },
		{ "Requirements = TRUE", "Requirements = 0.0", false },
		{ "Requirements = \"yes\"", "Requirements = TRUE", false },
		/* sides change where evaluation goes over */
		{ "Want = 3\nRequirements = Offer",
		  "Want = 4\nOffer = MY.Want == 4 && TARGET.Want == 3\n"
		  "Requirements = TARGET.Want < Want",
		  true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct ad *job = ad_of(pairs[i].job);
		struct ad *machine = ad_of(pairs[i].machine);

		if (ad_match(job, machine) != pairs[i].match)
			fail_msg("pair %zu: %s", i, pairs[i].job);
		ad_free(job);
		ad_free(machine);
	}
}

static void test_rank(void **state)
{
	static const struct {
		const char *my;
		double rank;
	} ranks[] = {
		{ "Rank = TARGET.Mips / 2", 500 },
		{ "Rank = Mips * 0.5", 500 },
		{ "Rank = nosuch", 0 },
		{ "Rank = \"x\"", 0 },
		{ "Rank = Mips > 3", 1 },
		{ "Rank = 1e308 * 10", 0 },
		{ "Other = 3", 0 },
	};
	struct ad *machine = ad_of("Mips = 1000");

	(void)state;
	for (size_t i = 0; i < sizeof(ranks) / sizeof(ranks[0]); i++) {
		struct ad *job = ad_of(ranks[i].my);

		assert_true(ad_rank(job, machine) == ranks[i].rank);
		ad_free(job);
	}
	ad_free(machine);
}

static void test_clauses(void **state)
{
	static const struct {
		const char *text;
		enum match_verdict verdict;
	} want[] = {
		{ "TARGET.Memory >= RequestMemory", MATCH_NO },
		{ "TARGET.Arch == \"X86_64\"", MATCH_YES },
		{ "(a || b)", MATCH_UNDEFINED },
		{ "HasJava", MATCH_UNDEFINED },
		{ "TARGET.Arch > 3", MATCH_ERROR },
		{ "TARGET.Cpus", MATCH_YES },
	};
	struct ad *job = ad_of("RequestMemory = 500\n"
			       "IsPc = TARGET.Arch == \"X86_64\" && (a || b)\n"
			       "Requirements = ((TARGET.Memory >= RequestMemory"
			       " && IsPc) && HasJava) && TARGET.Arch > 3 && "
			       "TARGET.Cpus");
	struct ad *machine = ad_of("Memory = 128\nArch = \"X86_64\"\nCpus = 2");
	struct match_clauses *clauses = match_clauses_new(job);
	struct strbuf values = STRBUF_INIT;
	struct match_clause *all;
	size_t count;

	(void)state;
	assert_int_equal(6, match_clauses_count(clauses));
	for (size_t i = 0; i < 6; i++) {
		assert_string_equal(match_clauses_text(clauses, i),
				    want[i].text);
		assert_int_equal(match_clauses_try(clauses, i, machine),
				 want[i].verdict);
	}
	match_clauses_values(clauses, 0, machine, &values);
	assert_string_equal(values.data,
			    "TARGET.Memory = 128, RequestMemory = 500");
	all = match_explain(job, machine, &count);
	assert_int_equal(6, count);
	assert_false(all[0].matched);
	assert_true(all[1].matched);
	match_explain_free(all, count);
	strbuf_release(&values);
	match_clauses_free(clauses);
	ad_free(job);
	ad_free(machine);
}

static void test_no_requirements(void **state)
{
	struct ad *job = ad_of("A = 1");

	(void)state;
	assert_null(match_clauses_new(job));
	ad_free(job);
}

static void test_literal_requirements(void **state)
{
	struct ad *job = ad_of("Requirements = FALSE");
	struct match_clauses *clauses = match_clauses_new(job);

	(void)state;
	assert_int_equal(1, match_clauses_count(clauses));
	assert_string_equal(match_clauses_text(clauses, 0), "false");
	assert_int_equal(MATCH_NO, match_clauses_try(clauses, 0, NULL));
	match_clauses_free(clauses);
	ad_free(job);
}

static void test_mentions(void **state)
{
	struct expr *expr;

	(void)state;
	assert_int_equal(0, expr_parse("[Disk = 1].x > MY.Memory && "
				       "TARGET.arch == 1 || f(CPUS)",
				       &expr, NULL));
	assert_true(expr_mentions(expr, "Arch"));
	assert_true(expr_mentions(expr, "Cpus"));
	assert_false(expr_mentions(expr, "Memory"));
	assert_false(expr_mentions(expr, "Disk"));
	assert_string_equal(expr_unknown_fn(expr), "f");
	expr_free(expr);
}

/* The limit is far above what is measured; it catches a change of class. */
static void test_speed(void **state)
{
	struct ad *job = ad_of("RequestMemory = 100\nRequestCpus = 1\n"
			       "Requirements = (TARGET.Arch == \"X86_64\") && "
			       "(TARGET.OpSys == \"LINUX\") && (TARGET.Memory "
			       ">= RequestMemory) && (TARGET.Cpus >= "
			       "RequestCpus)");
	struct ad *machine = ad_of("Arch = \"X86_64\"\nOpSys = \"LINUX\"\n"
				   "Memory = 128\nCpus = 2\nStart = TRUE\n"
				   "Requirements = START");
	int64_t start = clock_mono_ns();
	int count = 0, rounds = 200000;

	(void)state;
	for (int i = 0; i < rounds; i++)
		count += ad_match(job, machine);
	start = clock_mono_ns() - start;
	assert_int_equal(count, rounds);
	print_message("%lld ns a pair of 5 clauses\n",
		      (long long)(start / rounds));
	assert_true(start / rounds < 20000);
	ad_free(job);
	ad_free(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_observed),
		cmocka_unit_test(test_rank),
		cmocka_unit_test(test_clauses),
		cmocka_unit_test(test_no_requirements),
		cmocka_unit_test(test_literal_requirements),
		cmocka_unit_test(test_mentions),
		cmocka_unit_test(test_speed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
