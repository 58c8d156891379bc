/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "scheduler/archtab.h"
#include "scheduler/limit.h"

static void test_what_is_allowed(void **state)
{
	struct ckptref c = { .class = ARCHTAB_LAYOUT, .arch = "X86_64" };
	struct limit l = { 0 };

	(void)state;
	assert_true(limit_allows(&l, "PPC"));
	limit_set(&l, xstrdup("X86_64,AARCH64,PPC"), NULL, NULL);
	assert_true(limit_allows(&l, "PPC"));
	assert_false(limit_allows(&l, "S390X"));
	limit_release(&l);
	limit_set(&l, xstrdup("X86_64,AARCH64,PPC"), &c, xstrdup("AARCH64"));
	assert_true(limit_allows(&l, "X86_64"));
	assert_false(limit_allows(&l, "AARCH64"));
	assert_false(limit_allows(&l, "PPC"));
	limit_release(&l);
}

static void key_of(struct limit *l, struct strbuf *out)
{
	strbuf_reset(out);
	limit_key(l, out);
}

/* Jobs with equal keys are matched as one. */
static void test_keys_tell_apart(void **state)
{
	struct ckptref any = { .arch = "X86_64" };
	struct ckptref other = { .arch = "PPC", .id = 9 };
	struct ckptref bound = { .arch = "PPC", .class = ARCHTAB_LAYOUT };
	struct strbuf a = STRBUF_INIT, b = STRBUF_INIT;
	struct limit l = { 0 };

	(void)state;
	limit_set(&l, NULL, &any, NULL);
	key_of(&l, &a);
	limit_release(&l);
	limit_set(&l, NULL, &other, NULL);
	key_of(&l, &b);
	assert_string_equal(a.data, b.data);
	limit_release(&l);
	limit_set(&l, NULL, &bound, NULL);
	key_of(&l, &b);
	assert_string_not_equal(a.data, b.data);
	limit_release(&l);
	limit_set(&l, NULL, &any, xstrdup("PPC"));
	key_of(&l, &b);
	assert_string_not_equal(a.data, b.data);
	limit_release(&l);
	strbuf_release(&a);
	strbuf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_allowed),
		cmocka_unit_test(test_keys_tell_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
