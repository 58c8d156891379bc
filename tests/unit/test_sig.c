/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/ad/ad.h"
#include "common/base/strbuf.h"
#include "scheduler/sig.h"

static const char *const first[] = { "Requirements", "Rank", NULL };

static struct ad *ad_of(const char *text)
{
	struct ad *ad;

	assert_int_equal(ad_parse_long(text, &ad, NULL), 0);
	return ad;
}

static void test_references_are_followed(void **state)
{
	struct sig *job = sig_new(first), *slot = sig_new(first);
	struct ad *ad = ad_of("Requirements = Wanted && TARGET.Memory > Need\n"
			      "Wanted = MY.Color == \"red\"\n"
			      "Need = RequestMemory * 2\n"
			      "Note = Other\n");
	unsigned int before = sig_generation(job);

	(void)state;
	sig_collect(job, slot, ad);
	assert_true(sig_generation(job) > before);
	assert_true(sig_has(job, "wanted"));
	assert_true(sig_has(job, "Color"));
	assert_true(sig_has(job, "Need"));
	assert_true(sig_has(job, "RequestMemory"));
	assert_false(sig_has(job, "Note"));
	assert_false(sig_has(job, "Memory"));
	assert_true(sig_has(slot, "Memory"));
	/* Not defined here: it may be the slot's. */
	assert_true(sig_has(slot, "RequestMemory"));
	before = sig_generation(job);
	sig_collect(job, slot, ad);
	assert_int_equal(sig_generation(job), before);
	ad_free(ad);
	sig_free(job);
	sig_free(slot);
}

static void test_keys(void **state)
{
	struct sig *job = sig_new(first), *slot = sig_new(first);
	struct ad *a = ad_of("Requirements = TARGET.X > Y\nY = 1\nZ = 1\n");
	struct ad *b = ad_of("Requirements = TARGET.X > Y\nY = 1\nZ = 2\n");
	struct ad *c = ad_of("Requirements = TARGET.X > Y\nY = 2\nZ = 1\n");
	struct strbuf ka = STRBUF_INIT, kb = STRBUF_INIT, kc = STRBUF_INIT;

	(void)state;
	sig_collect(job, slot, a);
	sig_key(job, a, &ka);
	sig_key(job, b, &kb);
	sig_key(job, c, &kc);
	assert_string_equal(ka.data, kb.data);
	assert_string_not_equal(ka.data, kc.data);
	strbuf_release(&ka);
	strbuf_release(&kb);
	strbuf_release(&kc);
	ad_free(a);
	ad_free(b);
	ad_free(c);
	sig_free(job);
	sig_free(slot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_references_are_followed),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
