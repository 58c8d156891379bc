/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/base/hash.h"
#include "common/base/xalloc.h"

/* From the reference vectors: key 00..0f, input 00..len-1. */
static void test_siphash(void **state)
{
	static const struct {
		size_t len;
		uint64_t want;
	} vectors[] = {
		{ 0, 0x726fdb47dd0e0e31 },  { 1, 0x74f839c593dc67fd },
		{ 7, 0xab0200f58b01d137 },  { 8, 0x93f5f5799a932462 },
		{ 15, 0xa129ca6149be45e5 },
	};
	uint8_t key[16], data[16];

	(void)state;
	for (int i = 0; i < 16; i++)
		key[i] = data[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++)
		assert_true(hash_siphash(key, data, vectors[i].len) ==
			    vectors[i].want);
}

static void test_set_get_del(void **state)
{
	struct hash *hash = hash_new(free);

	(void)state;
	assert_null(hash_get(hash, "a"));
	assert_false(hash_del(hash, "a"));
	hash_set(hash, "a", xstrdup("1"));
	hash_set(hash, "a", xstrdup("2"));
	hash_set(hash, "", xstrdup("empty"));
	assert_string_equal(hash_get(hash, "a"), "2");
	assert_string_equal(hash_get(hash, ""), "empty");
	assert_null(hash_get(hash, "A"));
	assert_int_equal(hash_count(hash), 2);
	assert_true(hash_del(hash, "a"));
	assert_null(hash_get(hash, "a"));
	free(hash_steal(hash, ""));
	assert_null(hash_steal(hash, ""));
	assert_int_equal(hash_count(hash), 0);
	hash_free(hash);
	hash_free(NULL);
}

static void test_nocase_and_bytes(void **state)
{
	struct hash *hash = hash_new_nocase(NULL);

	(void)state;
	hash_set(hash, "RequestMemory", "x");
	assert_string_equal(hash_get(hash, "requestMEMORY"), "x");
	assert_true(hash_has(hash, "REQUESTMEMORY"));
	assert_null(hash_get(hash, "RequestMemorY2"));
	hash_set_mem(hash, "a\0b", 3, "y");
	assert_null(hash_get_mem(hash, "a\0c", 3));
	assert_string_equal(hash_get_mem(hash, "A\0B", 3), "y");
	assert_true(hash_del_mem(hash, "a\0b", 3));
	hash_free(hash);
}

/* Against a plain array, through many sizes and deletions. */
static void test_model(void **state)
{
	enum { KEYS = 700 };
	struct hash *hash = hash_new(NULL);
	intptr_t model[KEYS] = { 0 };
	unsigned seed = 5;
	char key[16];

	(void)state;
	for (int step = 1; step < 30000; step++) {
		int i = (int)(rand_r(&seed) % KEYS);

		snprintf(key, sizeof(key), "key%d", i);
		if (rand_r(&seed) % 3) {
			hash_set(hash, key, (void *)(intptr_t)step);
			model[i] = step;
		} else {
			assert_int_equal(hash_del(hash, key), model[i] != 0);
			model[i] = 0;
		}
		i = (int)(rand_r(&seed) % KEYS);
		snprintf(key, sizeof(key), "key%d", i);
		assert_true((intptr_t)hash_get(hash, key) == model[i]);
	}
	hash_free(hash);
}

static void test_iteration(void **state)
{
	struct hash *hash = hash_new(NULL);
	struct hash_iter it = { 0 };
	char key[16];
	int want = 1, seen = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		snprintf(key, sizeof(key), "%d", i);
		hash_set(hash, key, (void *)(intptr_t)(i + 1));
	}
	for (int i = 0; i < 100; i += 2) {
		snprintf(key, sizeof(key), "%d", i);
		hash_del(hash, key);
	}
	/* In order of insertion; the one at hand may be deleted. */
	while (hash_next(hash, &it)) {
		assert_int_equal(atoi(it.key), want);
		assert_true((intptr_t)it.value == want + 1);
		assert_int_equal(it.key_len, strlen(it.key));
		want += 2;
		seen++;
		hash_del(hash, it.key);
	}
	assert_int_equal(seen, 50);
	assert_int_equal(hash_count(hash), 0);
	hash_free(hash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_siphash),
		cmocka_unit_test(test_set_get_del),
		cmocka_unit_test(test_nocase_and_bytes),
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_iteration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
