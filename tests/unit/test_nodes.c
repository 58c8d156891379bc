/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/ad/ad.h"
#include "common/base/xalloc.h"
#include "common/job/wire.h"
#include "scheduler/nodes.h"

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

/* -- partitionable slots ------------------------------------------------------ */

static void sync_whole(struct host *h, int cpus, int memory_mb, bool dynamic)
{
	struct wire_sync s = { .sync = h->sync + 1,
			       .slot_count = dynamic ? 2 : 1 };

	s.slots = xcalloc(2, sizeof(*s.slots));
	for (size_t i = 0; i < s.slot_count; i++) {
		struct ad *ad = ad_new();

		s.slots[i].slot = xstrdup(i ? "slot1_1" : "slot1");
		s.slots[i].accepts = true;
		s.slots[i].ad = ad;
		ad_set_string(ad, "Arch", "PPC");
		ad_set_bool(ad, i ? "DynamicSlot" : "PartitionableSlot", true);
		ad_set_int(ad, "TotalSlotCpus", cpus);
		ad_set_int(ad, "TotalSlotMemory", memory_mb);
		ad_set_int(ad, "TotalSlotDisk", 1000);
		ad_set_string(ad, "Activity", i ? "Busy" : "Idle");
	}
	nodes_update(h, &s, 5, 6);
	wire_sync_release(&s);
}

static void test_carving(void **state)
{
	const struct wire_provision want = { 2, 300, 100 };
	struct nodes *n = nodes_new();
	struct host *h = nodes_get(n, "h");
	struct slot *whole, *a, *b;

	(void)state;
	sync_whole(h, 4, 1000, false);
	whole = nodes_slot(h, "slot1");
	assert_true(whole->partitionable && nodes_is_free(whole));
	assert_int_equal(ad_int(whole->offer, "Cpus", 0), 4);
	a = nodes_carve(whole, &want);
	assert_string_equal(a->name, "slot1_1");
	assert_string_equal(a->full, "slot1_1@h");
	assert_string_equal(a->arch, "PPC");
	assert_false(nodes_is_free(a));
	assert_int_equal(ad_int(a->ad, "Memory", 0), 300);
	assert_true(ad_bool(a->ad, "DynamicSlot", false));
	assert_false(ad_bool(a->ad, "PartitionableSlot", false));
	assert_int_equal(ad_int(whole->offer, "Cpus", 0), 2);
	assert_int_equal(ad_int(whole->offer, "Memory", 0), 700);
	assert_int_equal(ad_int(whole->ad, "Memory", 0), 1000);
	b = nodes_carve(whole, &(struct wire_provision){ 2, 900, 1 });
	assert_string_equal(b->name, "slot1_2");
	assert_int_equal(b->given.memory_mb, 700);
	assert_false(nodes_is_free(whole));
	nodes_give_back(a);
	assert_null(nodes_slot(h, "slot1_1"));
	assert_int_equal(whole->left.cpus, 2);
	assert_int_equal(whole->left.memory_mb, 300);
	assert_true(nodes_is_free(whole));
	nodes_give_back(b);
	assert_true(nodes_is_free(whole));
	assert_ptr_equal(whole->offer, whole->ad);
	assert_string_equal(nodes_carve(whole, &want)->name, "slot1_1");
	nodes_free(n);
}

/* What the host says of a dynamic slot is taken, while its attempt lives. */
static void test_carved_and_synced(void **state)
{
	const struct wire_provision want = { 1, 300, 100 };
	struct nodes *n = nodes_new();
	struct host *h = nodes_get(n, "h");
	struct slot *a;

	(void)state;
	sync_whole(h, 4, 1000, true);
	assert_int_equal(h->slot_count, 1);
	a = nodes_carve(h->slots[0], &want);
	sync_whole(h, 2, 1000, true);
	assert_string_equal(ad_str(a->ad, "Activity"), "Busy");
	assert_int_equal(h->slots[0]->left.cpus, 1);
	/* Fewer than are given: nothing is left, and nothing is taken away. */
	sync_whole(h, 0, 100, false);
	assert_int_equal(h->slots[0]->left.memory_mb, 0);
	assert_int_equal(h->slot_count, 2);
	sync_with(h, NAMES("other"), false);
	assert_int_equal(h->slot_count, 3);
	nodes_give_back(a);
	sync_with(h, NAMES("other"), false);
	assert_int_equal(h->slot_count, 1);
	nodes_free(n);
}

/* After a restart the attempts are there before their hosts. */
static void test_carved_before_the_host(void **state)
{
	const struct wire_provision given = { 1, 300, 100 };
	struct nodes *n = nodes_new();
	struct host *h = nodes_get(n, "h");
	struct slot *s = nodes_slot_get(h, "slot1_3", &given);

	(void)state;
	assert_string_equal(s->parent->name, "slot1");
	assert_false(nodes_is_free(s->parent));
	sync_whole(h, 2, 400, false);
	assert_int_equal(s->parent->left.memory_mb, 100);
	assert_int_equal(s->parent->left.cpus, 1);
	/* A static slot may have such a name, too. */
	assert_null(nodes_slot_get(h, "my_1", NULL)->parent);
	nodes_free(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slots_come_and_go),
		cmocka_unit_test(test_carving),
		cmocka_unit_test(test_carved_and_synced),
		cmocka_unit_test(test_carved_before_the_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
