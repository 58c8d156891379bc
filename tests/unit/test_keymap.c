/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "instrument/arena.h"
#include "instrument/keymap.h"
#include "instrument/strv.h"

static void keeps_many_keys(void **state)
{
	struct keymap *map = keymap_new();
	static int values[20000];
	uintptr_t i;

	(void)state;
	for (i = 0; i < 20000; i++)
		keymap_set(map, (struct key){ i % 7, i * 16, i % 3, 0 },
			   values + i);
	for (i = 0; i < 20000; i++)
		assert_ptr_equal(keymap_get(map, (struct key){ i % 7, i * 16,
							       i % 3, 0 }),
				 values + i);
	assert_null(keymap_get(map, (struct key){ 0, 0, 0, 1 }));
	keymap_set(map, (struct key){ 0, 0, 0, 0 }, values + 5);
	assert_ptr_equal(keymap_get(map, (struct key){ 0, 0, 0, 0 }),
			 values + 5);
	keymap_free(map);
}

static void arena_gives_zeroed_memory(void **state)
{
	struct arena *arena = arena_new();
	char *big = arena_alloc(arena, 1 << 20), *p;
	size_t i, j;

	(void)state;
	memset(big, 1, 1 << 20);
	for (i = 0; i < 5000; i++) {
		p = arena_alloc(arena, i % 300);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (j = 0; j < i % 300; j++)
			assert_int_equal(p[j], 0);
		memset(p, 0xff, i % 300);
	}
	assert_string_equal(arena_strndup(arena, "hello", 4), "hell");
	arena_free(arena);
}

static void strv_grows(void **state)
{
	struct strv s = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 100; i++)
		strv_addf(&s, "%d", i);
	strv_add_words(&s, "  a\tb ");
	assert_int_equal(s.n, 102);
	assert_string_equal(s.v[99], "99");
	assert_true(strv_has(&s, "b"));
	assert_false(strv_has(&s, "c"));
	assert_null(s.v[s.n]);
	strv_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_many_keys),
		cmocka_unit_test(arena_gives_zeroed_memory),
		cmocka_unit_test(strv_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
