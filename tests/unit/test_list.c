/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/base/list.h"

struct item {
	int value;
	struct list link;
};

static int sum_in_order(struct list *head)
{
	struct item *item;
	int digits = 0;

	list_for_each(item, head, link)
		digits = digits * 10 + item->value;
	return digits;
}

static void test_order(void **state)
{
	struct list head = LIST_INIT(head);
	struct item a = { .value = 1 }, b = { .value = 2 }, c = { .value = 3 };

	(void)state;
	assert_true(list_empty(&head));
	list_append(&head, &b.link);
	list_append(&head, &c.link);
	list_prepend(&head, &a.link);
	assert_int_equal(sum_in_order(&head), 123);
	assert_ptr_equal(list_first(&head, struct item, link), &a);
	assert_ptr_equal(list_last(&head, struct item, link), &c);
	list_del(&b.link);
	list_del(&b.link);
	assert_int_equal(sum_in_order(&head), 13);
	list_insert_before(&c.link, &b.link);
	assert_int_equal(sum_in_order(&head), 123);
}

static void test_safe_deletion(void **state)
{
	struct list head = LIST_INIT(head);
	struct item *item, *next;

	(void)state;
	for (int i = 0; i < 10; i++) {
		item = malloc(sizeof(*item));
		item->value = i;
		list_append(&head, &item->link);
	}
	list_for_each_safe(item, next, &head, link)
		if (item->value % 2 == 0) {
			list_del(&item->link);
			free(item);
		}
	assert_int_equal(sum_in_order(&head), 13579);
	list_for_each_safe(item, next, &head, link)
		free(item);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_safe_deletion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
