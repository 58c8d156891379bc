/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "instrument/linemap.h"

static void expect(const char *text, const char *mark, const char *file,
		   unsigned line, unsigned col, bool is_system)
{
	struct linemap *map = linemap_new(text, strlen(text));
	struct place p =
		linemap_place(map, (size_t)(strstr(text, mark) - text));

	assert_string_equal(p.file, file);
	assert_int_equal(p.line, line);
	assert_int_equal(p.col, col);
	assert_int_equal(p.is_system, is_system);
	linemap_free(map);
}

static const char text[] = "# 0 \"dir/m.c\"\n"
			   "# 1 \"dir/m.c\"\n"
			   "first;\n"
			   "  second;\n"
			   "# 33 \"/usr/include/x.h\" 1 3 4\n"
			   "third;\n"
			   "#pragma pack(1)\n"
			   "fourth;\n"
			   "# 9 \"dir/m.c\" 2\n"
			   "fifth;\n"
			   "#line 70\n"
			   "sixth;\n"
			   "#line 5 \"a\\\\b\\\"\\303.y\"\n"
			   "\tseventh";

static void follows_markers(void **state)
{
	(void)state;
	expect(text, "first", "dir/m.c", 1, 1, false);
	expect(text, "second", "dir/m.c", 2, 3, false);
	expect(text, "third", "/usr/include/x.h", 33, 1, true);
	expect(text, "fourth", "/usr/include/x.h", 35, 1, true);
	expect(text, "fifth", "dir/m.c", 9, 1, false);
	expect(text, "sixth", "dir/m.c", 70, 1, false);
	expect(text, "seventh", "a\\b\"\303.y", 5, 2, false);
}

static void knows_the_main_file(void **state)
{
	struct linemap *map = linemap_new(text, strlen(text));

	(void)state;
	assert_string_equal(linemap_main_file(map), "dir/m.c");
	linemap_free(map);
	map = linemap_new("x", 1);
	assert_string_equal(linemap_main_file(map), "<stdin>");
	assert_int_equal(linemap_place(map, 0).line, 1);
	linemap_free(map);
	map = linemap_new("", 0);
	assert_int_equal(linemap_place(map, 0).col, 1);
	linemap_free(map);
}

static void survives_damaged_markers(void **state)
{
	static const char *const bad[] = { "#",		"# ",	 "# 1 \"",
					   "# 1 \"\\",	"#line", "#line x\ny",
					   "# 1 \"\\30" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct linemap *map = linemap_new(bad[i], strlen(bad[i]));

		assert_non_null(linemap_place(map, strlen(bad[i])).file);
		linemap_free(map);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_markers),
		cmocka_unit_test(knows_the_main_file),
		cmocka_unit_test(survives_damaged_markers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
