/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include <errno.h>

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "instrument/profile.h"

static const char text[] =
	"harrier-plan 1\n"
	"run 2.5 seconds, 0.25 without a poll, windows of 0.0015\n"
	"# by hand\n"
	"point 3 100 loop a.c:7:2 f a.c:5\n"
	"point 4 5 qsort ?:0:0 qsort ?:0\n"
	"point 8 1 entry a.c:20:2 main a.c:18\n"
	"point 9 12 goto a.c:30:2 g a.c:28\n"
	"edge 4 main a.c:18 f a.c:5\n"
	"window 7 3 4 9\n"
	"window 2 3 77\n";

static void test_parse(void **unused)
{
	struct profile *p;

	(void)unused;
	assert_int_equal(profile_parse(text, "x", &p, NULL), 0);
	assert_true(p->seconds == 2.5 && p->blind == 0.25);
	assert_int_equal(p->npoints, 3);
	assert_int_equal(p->points[0].kind, PROFILE_LOOP);
	assert_string_equal(p->points[0].where, "a.c:7:2");
	assert_string_equal(p->points[1].fn.name, "main");
	assert_true(p->points[2].visits == 12);
	assert_string_equal(p->edges[0].callee.where, "a.c:5");
	assert_int_equal(p->windows[0].npoints, 2);
	assert_int_equal(p->windows[0].points[1], 2);
	/* a point that the file does not describe is left out */
	assert_int_equal(p->windows[1].npoints, 1);
	profile_free(p);
}

static void refuse(const char *line, const char *message)
{
	struct strbuf sb = STRBUF_INIT;
	struct err err = ERR_INIT;
	struct profile *p = NULL;

	strbuf_addf(&sb, "harrier-plan 1\n%s\n", line);
	assert_int_equal(profile_parse(sb.data, "x.plan", &p, &err), -EINVAL);
	assert_null(p);
	assert_non_null(strstr(err_text(&err), message));
	err_clear(&err);
	strbuf_release(&sb);
}

static void test_refused(void **unused)
{
	struct profile *p;

	(void)unused;
	assert_int_equal(profile_parse("", "x", &p, NULL), -EINVAL);
	assert_int_equal(profile_parse("harrier-plan 2\n", "x", &p, NULL),
			 -EINVAL);
	refuse("point 1 2 loop a.c:1:2 f", "'x.plan' is no plan: line 2");
	refuse("point 1 -2 loop a.c:1:2 f a.c:1", "line 2");
	refuse("run\n", "line 2");
	refuse("edge 1 f a.c:1", "line 2");
	refuse("window x 1", "line 2");
	refuse("widow 1 1", "line 2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
