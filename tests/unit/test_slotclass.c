/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/ad/ad.h"
#include "scheduler/nodes.h"
#include "scheduler/sig.h"
#include "scheduler/slotclass.h"

struct fixture {
	struct sig *sig, *jobs;
	struct slotclasses *all;
};

static void setup(struct fixture *f)
{
	static const char *const first[] = { "Arch", NULL };

	f->sig = sig_new(first);
	f->jobs = sig_new(first);
	f->all = slotclass_new(f->sig);
}

static void teardown(struct fixture *f)
{
	slotclass_free(f->all);
	sig_free(f->sig);
	sig_free(f->jobs);
}

static struct ad *slot_ad(const char *arch, int memory)
{
	struct ad *ad = ad_new();

	ad_set_string(ad, "Arch", arch);
	ad_set_int(ad, "Memory", memory);
	return ad;
}

static struct slotclass *class_of(struct fixture *f, const char *arch,
				  int memory, bool *ret_new)
{
	struct ad *ad = slot_ad(arch, memory);
	struct slotclass *c = slotclass_get(f->all, ad, arch, ret_new);

	ad_free(ad);
	return c;
}

static void test_equal_slots_share_a_class(void **state)
{
	struct slotclass *a, *b, *c;
	struct fixture f;
	bool is_new;

	(void)state;
	setup(&f);
	a = class_of(&f, "PPC", 1, &is_new);
	assert_true(is_new);
	b = class_of(&f, "PPC", 2, &is_new);
	assert_false(is_new);
	assert_ptr_equal(a, b);
	c = class_of(&f, "S390X", 1, &is_new);
	assert_ptr_not_equal(a, c);
	slotclass_leave(a);
	slotclass_leave(b);
	assert_int_equal(slotclass_count(f.all), 1);
	/* Its index is used again, its serial is not. */
	a = class_of(&f, "ARM", 1, &is_new);
	assert_int_equal(a->index, 0);
	assert_int_equal(a->serial, 3);
	assert_int_equal(slotclass_bound(f.all), 2);
	slotclass_leave(a);
	slotclass_leave(c);
	teardown(&f);
}

static void test_a_job_that_looks_tells_them_apart(void **state)
{
	struct ad *job = ad_new();
	struct slotclass *a, *b;
	struct fixture f;
	bool is_new;

	(void)state;
	setup(&f);
	ad_set_text(job, "Arch", "TARGET.Memory > 1", NULL);
	sig_collect(f.jobs, f.sig, job);
	a = class_of(&f, "PPC", 1, &is_new);
	b = class_of(&f, "PPC", 2, &is_new);
	assert_ptr_not_equal(a, b);
	slotclass_leave(a);
	slotclass_leave(b);
	ad_free(job);
	teardown(&f);
}

static void assert_null_offers(struct fixture *f)
{
	size_t n;

	slotclass_offers(f->all, &n);
	assert_int_equal(n, 0);
}

static void test_free_slots(void **state)
{
	struct slot s[2] = { 0 };
	struct fixture f;
	bool is_new;

	(void)state;
	setup(&f);
	for (int i = 0; i < 2; i++) {
		list_init(&s[i].free_link);
		s[i].class = class_of(&f, "PPC", 1, &is_new);
	}
	assert_null_offers(&f);
	slotclass_set_free(&s[1], true);
	slotclass_set_free(&s[0], true);
	slotclass_set_free(&s[0], true);
	assert_int_equal(s[0].class->free_count, 2);
	assert_ptr_equal(list_first(&s[0].class->free, struct slot, free_link),
			 &s[1]);
	assert_ptr_equal(slotclass_next_fresh(f.all), s[0].class);
	assert_null(slotclass_next_fresh(f.all));
	slotclass_set_free(&s[1], false);
	assert_null(slotclass_next_fresh(f.all));
	slotclass_set_free(&s[0], false);
	assert_null_offers(&f);
	slotclass_set_free(&s[0], true);
	assert_ptr_equal(slotclass_next_fresh(f.all), s[0].class);
	slotclass_set_free(&s[0], false);
	slotclass_leave(s[0].class);
	slotclass_leave(s[1].class);
	teardown(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_slots_share_a_class),
		cmocka_unit_test(test_a_job_that_looks_tells_them_apart),
		cmocka_unit_test(test_free_slots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
