/* SPDX-License-Identifier: MIT */
/* What ckptlib has of its own against libc's, number for number. */
#include "tests/unit/test.h"

#include <errno.h>
#include <getopt.h>

#include "ckptlib/wrap_getopt.h"
#include "ckptlib/wrap_proc.h"
#include "ckptlib/wrap_rand.h"
#include "ckptlib/wrap_sort.h"

static void test_rand(void **state)
{
	const unsigned seeds[] = { 1, 0, 42, 2147483647, 4294967295u };
	size_t i;
	int k;

	(void)state;
	for (k = 0; k < 1000; k++)
		assert_int_equal(ckpt_rand(), rand());
	for (i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++) {
		srand(seeds[i]);
		ckpt_srand(seeds[i]);
		for (k = 0; k < 1000; k++)
			assert_int_equal(ckpt_random(), random());
	}
}

static void test_rand48(void **state)
{
	unsigned short a[3] = { 1, 2, 3 }, b[3] = { 1, 2, 3 };
	unsigned short param[7] = { 9, 8, 7, 6, 5, 4, 3 };
	int k;

	(void)state;
	for (k = 0; k < 100; k++)
		assert_true(ckpt_drand48() == drand48());
	srand48(-77);
	ckpt_srand48(-77);
	for (k = 0; k < 500; k++) {
		assert_true(ckpt_drand48() == drand48());
		assert_int_equal(ckpt_lrand48(), lrand48());
		assert_int_equal(ckpt_mrand48(), mrand48());
		assert_true(ckpt_erand48(a) == erand48(b));
		assert_int_equal(ckpt_nrand48(a), nrand48(b));
		assert_int_equal(ckpt_jrand48(a), jrand48(b));
	}
	assert_memory_equal(ckpt_seed48(a), seed48(b), 6);
	assert_true(ckpt_drand48() == drand48());
	ckpt_lcong48(param);
	lcong48(param);
	for (k = 0; k < 100; k++)
		assert_int_equal(ckpt_lrand48(), lrand48());
}

static void test_initstate(void **state)
{
	static char ours[6][256], theirs[6][256];
	const size_t sizes[] = { 8, 31, 32, 100, 128, 256 };
	char *home = NULL, *our_home = NULL, *p;
	int i, k;

	(void)state;
	srandom(9);
	ckpt_srandom(9);
	for (i = 0; i < 6; i++) {
		p = initstate((unsigned)i + 1, theirs[i], sizes[i]);
		home = home ? home : p;
		p = ckpt_initstate((unsigned)i + 1, ours[i], sizes[i]);
		our_home = our_home ? our_home : p;
		for (k = 0; k < 200; k++)
			assert_int_equal(ckpt_random(), random());
	}
	for (i = 0; i < 40; i++) {
		setstate(i % 7 == 6 ? home : theirs[i % 7]);
		ckpt_setstate(i % 7 == 6 ? our_home : ours[i % 7]);
		for (k = 0; k < i + 3; k++)
			assert_int_equal(ckpt_random(), random());
	}
	setstate(home);
	ckpt_setstate(our_home);
	assert_null(ckpt_initstate(1, ours[0], 7));
	assert_int_equal(errno, EINVAL);
}

/* ---- sorting: order of equals and of comparisons ------------------------------- */

struct item {
	int key, place;
	char fill[40];
};

static unsigned long trace;

static int compare_items(const void *pa, const void *pb)
{
	const struct item *a = pa, *b = pb;

	trace = trace * 31 + (unsigned)a->place * 7 + (unsigned)b->place;
	return a->key - b->key;
}

static int compare_ints(const void *pa, const void *pb)
{
	return *(const int *)pa / 10 - *(const int *)pb / 10;
}

static void test_sort(void **state)
{
	struct item items[300];
	int ints[1000];
	int n, i;

	(void)state;
	for (n = 0; n < 300; n += 7) {
		for (i = 0; i < n; i++) {
			items[i].key = i * 7919 % 23;
			items[i].place = i;
		}
		ckpt_qsort(items, (size_t)n, sizeof(items[0]), compare_items);
		for (i = 1; i < n; i++) {
			assert_true(items[i - 1].key <= items[i].key);
			if (items[i - 1].key == items[i].key)
				assert_true(items[i - 1].place <
					    items[i].place);
		}
	}
	for (i = 0; i < 1000; i++)
		ints[i] = i * 7919 % 1000;
	ckpt_qsort(ints, 1000, sizeof(int), compare_ints);
	for (i = 1; i < 1000; i++)
		assert_true(ints[i - 1] / 10 <= ints[i] / 10);
	i = 537;
	assert_int_equal(*(int *)ckpt_bsearch(&i, ints, 1000, sizeof(int),
					      compare_ints) /
				 10,
			 53);
	i = 5000;
	assert_null(ckpt_bsearch(&i, ints, 1000, sizeof(int), compare_ints));
}

/* ---- getopt ------------------------------------------------------------------------ */

static int flag;
static const struct option options[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "again", no_argument, &flag, 7 },
	{ "file", required_argument, NULL, 'f' },
	{ "level", optional_argument, NULL, 'l' },
	{ 0 },
};

typedef int getopt_fn(int argc, char *const *argv, const char *letters,
		      const struct option *options, int *ret_index);

static int plain_libc(int argc, char *const *argv, const char *letters,
		      const struct option *o, int *ret_index)
{
	(void)o;
	(void)ret_index;
	return getopt(argc, argv, letters);
}

static int plain_ours(int argc, char *const *argv, const char *letters,
		      const struct option *o, int *ret_index)
{
	(void)o;
	(void)ret_index;
	return ckpt_getopt(argc, argv, letters);
}

/* All that one run of getopt says, as text. */
static void collect(getopt_fn *next, const char *letters,
		    const char *const *words, char *text)
{
	char *argv[24] = { (char *)"prog" };
	int argc = 1, index, c;

	while (words[argc - 1]) {
		argv[argc] = (char *)words[argc - 1];
		argc++;
	}
	optind = 0;
	opterr = 0;
	flag = 0;
	do {
		index = -1;
		c = next(argc, argv, letters, options, &index);
		text += sprintf(text, "%d/%s/%d/%d/%d/%d ", c,
				optarg ? optarg : "-", optind,
				c == '?' || c == ':' ? optopt : 0, index, flag);
	} while (c != -1);
	for (c = 0; c < argc; c++)
		text += sprintf(text, "%s ", argv[c]);
}

static const char *const lines[][16] = {
	{ "-a", "x", "-b", "y", "-c", "val", "z", NULL },
	{ "-abcval", "x", "-ab", "-c", NULL },
	{ "x", "y", "-a", "--", "-b", "z", NULL },
	{ "-d", "-dfoo", "-d", "bar", "-", "-q", NULL },
	{ "one", "-a", "two", "three", "-b", "-a", "four", "-cx", NULL },
	{ "--all", "p", "--file", "name", "q", "--level", "--level=3", NULL },
	{ "--fi=x", "--ag", "--al=3", "--a", "--none", "-f", NULL },
	{ "x", "--file", NULL },
	{ "-file=x", "-all", "-a", "-level", "--", "w", NULL },
	{ NULL },
};

static void test_getopt(void **state)
{
	const char *const letters[] = { "abc:d::f:", "+abc:d::", "-abc:d::",
					":abc:d::" };
	char ours[2000], libcs[2000];
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		for (k = 0; k < sizeof(letters) / sizeof(letters[0]); k++) {
			collect(plain_libc, letters[k], lines[i], libcs);
			collect(plain_ours, letters[k], lines[i], ours);
			assert_string_equal(ours, libcs);
			collect(getopt_long, letters[k], lines[i], libcs);
			collect(ckpt_getopt_long, letters[k], lines[i], ours);
			assert_string_equal(ours, libcs);
			collect(getopt_long_only, letters[k], lines[i], libcs);
			collect(ckpt_getopt_long_only, letters[k], lines[i],
				ours);
			assert_string_equal(ours, libcs);
		}
	}
}

static void test_environment(void **state)
{
	(void)state;
	assert_int_equal(ckpt_setenv("HARRIER_A", "1", 1), 0);
	assert_string_equal(getenv("HARRIER_A"), "1");
	assert_int_equal(ckpt_setenv("HARRIER_A", "2", 0), 0);
	assert_string_equal(getenv("HARRIER_A"), "1");
	assert_int_equal(ckpt_setenv("HARRIER_A", "2", 1), 0);
	assert_string_equal(getenv("HARRIER_A"), "2");
	assert_int_equal(ckpt_putenv((char *)"HARRIER_B=x=y"), 0);
	assert_string_equal(getenv("HARRIER_B"), "x=y");
	assert_int_equal(ckpt_unsetenv("HARRIER_A"), 0);
	assert_null(getenv("HARRIER_A"));
	assert_string_equal(getenv("HARRIER_B"), "x=y");
	assert_int_equal(ckpt_setenv("A=B", "", 1), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rand),
		cmocka_unit_test(test_rand48),
		cmocka_unit_test(test_initstate),
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_getopt),
		cmocka_unit_test(test_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
