/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include <errno.h>

#include "common/svc/conf.h"

static const struct conf_def defs[] = {
	{ "name", CONF_STRING, NULL },	     { "slots", CONF_INT, "2" },
	{ "dedicated", CONF_BOOL, "no" },    { "lease", CONF_DURATION, "20m" },
	{ "store.quota", CONF_SIZE, "10G" }, { NULL, 0, NULL },
};

struct fixture {
	char dir[TEST_DIR_SIZE];
	char path[48];
	struct conf *conf;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	test_make_dir(f->dir);
	snprintf(f->path, sizeof(f->path), "%s/conf", f->dir);
	f->conf = conf_new(defs);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	conf_free(f->conf);
	test_remove_dir(f->dir);
	free(f);
	return 0;
}

static int load(struct fixture *f, const char *text, struct err *err)
{
	FILE *file = fopen(f->path, "w");

	fputs(text, file);
	fclose(file);
	return conf_load(f->conf, f->path, err);
}

static void test_defaults(void **state)
{
	struct fixture *f = *state;

	assert_null(conf_str(f->conf, "name"));
	assert_false(conf_is_set(f->conf, "name"));
	assert_int_equal(conf_int(f->conf, "slots"), 2);
	assert_false(conf_bool(f->conf, "dedicated"));
	assert_int_equal(conf_duration_ms(f->conf, "lease"), 1200000);
	assert_true(conf_size_bytes(f->conf, "store.quota") ==
		    10LL * (1 << 30));
}

static void test_file_and_order(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(load(f,
			      "# a comment\n\n  name =  big = box \r\n"
			      "slots=4\nDedicated = ON\nlease = 250ms\n"
			      "store.quota = 64K",
			      NULL),
			 0);
	assert_string_equal(conf_str(f->conf, "name"), "big = box");
	assert_int_equal(conf_int(f->conf, "slots"), 4);
	assert_true(conf_bool(f->conf, "dedicated"));
	assert_int_equal(conf_duration_ms(f->conf, "lease"), 250);
	assert_int_equal(conf_size_bytes(f->conf, "store.quota"), 65536);
	setenv("HARRIER_STORE_QUOTA", "1M", 1);
	assert_int_equal(conf_load_env(f->conf, NULL), 0);
	assert_int_equal(conf_size_bytes(f->conf, "store.quota"), 1 << 20);
	unsetenv("HARRIER_STORE_QUOTA");
	assert_int_equal(conf_set(f->conf, "store.quota", "7", NULL), 0);
	assert_int_equal(conf_size_bytes(f->conf, "store.quota"), 7);
}

static void test_errors(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} cases[] = {
		{ "slots = 5\nslot = 4",
		  ":2: unknown setting 'slot': did you mean 'slots'?" },
		{ "slots = many",
		  ":1: bad value 'many' of 'slots': use a whole number" },
		{ "slots = 4x", "bad value '4x'" },
		{ "\nlease = 5 parsecs", ":2: bad value" },
		{ "lease = -5s", "use a duration" },
		{ "store.quota = 99999999T", "use a size" },
		{ "dedicated = maybe", "use true or false" },
		{ "slots", "no '=' in 'slots'" },
		{ "zzz = 1", "unknown setting 'zzz'" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(load(f, cases[i].text, &err), -EINVAL);
		if (!strstr(err_text(&err), cases[i].want))
			fail_msg("'%s' is not in '%s'", cases[i].want,
				 err_text(&err));
		assert_non_null(strstr(err_text(&err), f->path));
		/* Nothing of the file was taken. */
		assert_int_equal(conf_int(f->conf, "slots"), 2);
	}
	unlink(f->path);
	assert_int_equal(conf_load(f->conf, f->path, NULL), -ENOENT);
	setenv("HARRIER_SLOTS", "x", 1);
	{
		struct err err = ERR_INIT;

		assert_int_equal(conf_load_env(f->conf, &err), -EINVAL);
		assert_non_null(strstr(err_text(&err), "HARRIER_SLOTS"));
	}
	unsetenv("HARRIER_SLOTS");
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_defaults),
		CASE(test_file_and_order),
		CASE(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
