/* SPDX-License-Identifier: MIT */
#include "instrument/objcache.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/fd.h"
#include "common/base/xalloc.h"
#include "tests/unit/test.h"

struct fixture {
	char dir[32];
	char *cache, *in, *out;
};

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/ht-objcache.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->cache = xasprintf("%s/a/cache", f->dir);
	f->in = xasprintf("%s/in", f->dir);
	f->out = xasprintf("%s/out", f->dir);
	setenv("HCC_CACHE", f->cache, 1);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	fd_rm_tree(AT_FDCWD, f->dir, NULL);
	unsetenv("HCC_CACHE");
	free(f->cache);
	free(f->in);
	free(f->out);
	free(f);
	return 0;
}

static void write_text(const char *path, const char *text)
{
	assert_int_equal(
		fd_write_file_atomic(path, text, strlen(text), 0600, NULL), 0);
}

static bool holds(const char *path, const char *text)
{
	struct strbuf data = STRBUF_INIT;
	bool equal = !fd_read_file(path, 1 << 20, &data, NULL) &&
		     !strcmp(data.data, text);

	strbuf_release(&data);
	unlink(path);
	return equal;
}

/* The key of `cc` and words, or "" where there is none. */
static char *key_of(const char *words, const char *source)
{
	char *key = xcalloc(1, OBJCACHE_KEY_CHARS + 1);
	struct strv command = { 0 };
	struct strbuf text = STRBUF_INIT;

	strv_add(&command, "sh");
	strv_add_words(&command, words);
	strbuf_addstr(&text, source);
	if (!objcache_key(&command, &text, key))
		*key = '\0';
	strv_release(&command);
	strbuf_release(&text);
	return key;
}

static bool same_key(const char *words_a, const char *words_b,
		     const char *text_a, const char *text_b)
{
	char *a = key_of(words_a, text_a), *b = key_of(words_b, text_b);
	bool equal = *a && !strcmp(a, b);

	free(a);
	free(b);
	return equal;
}

static void gives_what_was_put(void **state)
{
	struct fixture *f = *state;
	struct objcache *c = objcache_open();

	assert_non_null(c);
	write_text(f->in, "object");
	assert_false(objcache_get(c, "0123", f->out));
	objcache_put(c, "0123", f->in);
	assert_true(objcache_get(c, "0123", f->out));
	assert_true(holds(f->out, "object"));
	assert_false(objcache_get(c, "0124", f->out));
	objcache_close(c);
	c = objcache_open();
	assert_true(objcache_get(c, "0123", f->out));
	objcache_close(c);
}

static void an_empty_object_is_none(void **state)
{
	struct fixture *f = *state;
	struct objcache *c = objcache_open();

	write_text(f->in, "");
	objcache_put(c, "0123", f->in);
	assert_false(objcache_get(c, "0123", f->out));
	objcache_close(c);
}

static void set_age(const struct fixture *f, const char *key, time_t sec)
{
	struct timespec times[2] = { { .tv_sec = sec }, { .tv_sec = sec } };
	char *path = xasprintf("%s/%s.o", f->cache, key);

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	free(path);
}

static void what_was_not_used_goes_first(void **state)
{
	struct fixture *f = *state;
	struct objcache *c = objcache_open();

	write_text(f->in, "0123456789");
	objcache_put(c, "a", f->in);
	objcache_put(c, "b", f->in);
	objcache_put(c, "c", f->in);
	set_age(f, "a", 1000);
	set_age(f, "b", 2000);
	set_age(f, "c", 3000);
	assert_true(objcache_get(c, "a", f->out)); /* now the newest */
	unlink(f->out);
	objcache_trim(c, 25);
	assert_false(objcache_get(c, "b", f->out));
	assert_true(objcache_get(c, "a", f->out));
	unlink(f->out);
	assert_true(objcache_get(c, "c", f->out));
	objcache_close(c);
}

static void none_where_none_is_wanted(void **state)
{
	struct fixture *f = *state;

	setenv("HCC_CACHE", "off", 1);
	assert_null(objcache_open());
	write_text(f->in, "a file, no directory");
	setenv("HCC_CACHE", f->in, 1);
	assert_null(objcache_open());
	objcache_close(NULL);
}

static void keys_differ_with_what_is_compiled(void **state)
{
	(void)state;
	assert_true(same_key("-O2 -w", "-O2 -w", "int x;", "int x;"));
	assert_false(same_key("-O2 -w", "-O1 -w", "int x;", "int x;"));
	assert_false(same_key("-O2 -w", "-O2 -w", "int x;", "int y;"));
	assert_false(same_key("-O2 -w", "-O2w", "int x;", "int x;"));
}

static void debugging_data_names_the_directory(void **state)
{
	struct fixture *f = *state;
	char *here = getcwd(NULL, 0);
	char *g = key_of("-g", ""), *plain = key_of("-O2", "");
	char *there_g, *there_plain;

	assert_int_equal(chdir(f->dir), 0);
	there_g = key_of("-g", "");
	there_plain = key_of("-O2", "");
	assert_string_not_equal(g, there_g);
	assert_string_equal(plain, there_plain);
	assert_int_equal(chdir(here), 0);
	free(here);
	free(g);
	free(plain);
	free(there_g);
	free(there_plain);
}

static void no_key_where_more_is_read(void **state)
{
	(void)state;
	assert_false(same_key("-fprofile-use", "-fprofile-use", "", ""));
	assert_false(same_key("--coverage", "--coverage", "", ""));
	assert_false(same_key("-fplugin=x", "-fplugin=x", "", ""));
	assert_false(same_key("-O2", "-O2", "__asm__(\".incbin \\\"x\\\"\");",
			      "__asm__(\".incbin \\\"x\\\"\");"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(gives_what_was_put, setup,
						teardown),
		cmocka_unit_test_setup_teardown(an_empty_object_is_none, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_was_not_used_goes_first,
						setup, teardown),
		cmocka_unit_test_setup_teardown(none_where_none_is_wanted,
						setup, teardown),
		cmocka_unit_test(keys_differ_with_what_is_compiled),
		cmocka_unit_test_setup_teardown(
			debugging_data_names_the_directory, setup, teardown),
		cmocka_unit_test(no_key_where_more_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
