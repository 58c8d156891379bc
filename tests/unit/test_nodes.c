/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/ad/ad.h"
#include "common/base/xalloc.h"
#include "common/job/wire.h"
#include "scheduler/nodes.h"
#include "scheduler/sig.h"

/* A sync with slots of these names; "-" in front: accepts nothing. */
static void sync_with(struct host *h, const char *const *names, bool leaving)
{
	struct wire_sync s = { .sync = h->sync + 1, .leaving = leaving };

	while (names[s.slot_count])
		s.slot_count++;
	s.slots = xcalloc(s.slot_count + 1, sizeof(*s.slots));
	for (size_t i = 0; i < s.slot_count; i++) {
		bool accepts = names[i][0] != '-';

		s.slots[i].slot = xstrdup(names[i] + !accepts);
		s.slots[i].accepts = accepts;
		s.slots[i].ad = ad_new();
		ad_set_string(s.slots[i].ad, "Arch", "PPC");
	}
	nodes_update(h, &s, 5, 6);
	wire_sync_release(&s);
}

#define NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void test_slots_come_and_go(void **state)
{
	struct nodes *n = nodes_new();
	struct host *h = nodes_get(n, "h");
	struct attempt *some = (struct attempt *)n;

	(void)state;
	assert_ptr_equal(nodes_get(n, "h"), h);
	assert_null(nodes_host(n, "other"));
	sync_with(h, NAMES("a", "-b", "c"), false);
	assert_int_equal(h->slot_count, 3);
	assert_true(nodes_is_free(nodes_slot(h, "a")));
	assert_false(nodes_is_free(nodes_slot(h, "b")));
	assert_string_equal(nodes_slot(h, "a")->full, "a@h");
	assert_string_equal(nodes_slot(h, "a")->arch, "PPC");
	nodes_slot(h, "c")->attempt = some;
	assert_false(nodes_is_free(nodes_slot(h, "c")));
	sync_with(h, NAMES("b"), false);
	/* c has a job: its slot stays, and takes nothing more. */
	assert_int_equal(h->slot_count, 2);
	assert_null(nodes_slot(h, "a"));
	nodes_slot(h, "c")->attempt = NULL;
	assert_false(nodes_is_free(nodes_slot(h, "c")));
	assert_true(nodes_is_free(nodes_slot(h, "b")));
	sync_with(h, NAMES("b"), true);
	assert_false(h->online);
	assert_false(nodes_is_free(nodes_slot(h, "b")));
	nodes_free(n);
}

static void test_classes(void **state)
{
	static const char *const first[] = { "Arch", NULL };
	struct sig *sig = sig_new(first), *other = sig_new(first);
	struct nodes *n = nodes_new();
	struct host *h = nodes_get(n, "h");
	struct slot *a, *b;
	struct ad *job = ad_new();

	(void)state;
	sync_with(h, NAMES("a", "b"), false);
	a = nodes_slot(h, "a");
	b = nodes_slot(h, "b");
	ad_set_int(a->ad, "Memory", 1);
	ad_set_int(b->ad, "Memory", 2);
	assert_string_equal(nodes_class(a, sig), nodes_class(b, sig));
	/* A job that looks at Memory tells them apart. */
	ad_set_text(job, "Requirements", "TARGET.Memory > 1", NULL);
	sig_collect(other, sig, job);
	assert_false(sig_has(sig, "Requirements"));
	ad_set_text(job, "Arch", "TARGET.Memory", NULL);
	sig_collect(other, sig, job);
	assert_true(sig_has(sig, "Memory"));
	assert_string_not_equal(nodes_class(a, sig), nodes_class(b, sig));
	ad_free(job);
	nodes_free(n);
	sig_free(sig);
	sig_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slots_come_and_go),
		cmocka_unit_test(test_classes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
