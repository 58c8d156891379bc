/* SPDX-License-Identifier: MIT */
/* What parses can be written, read again and evaluated. */
#include "tests/fuzz/fuzz.h"

#include "common/ad/ad.h"
#include "common/ad/expr_eval.h"
#include "common/base/strbuf.h"

#include <errno.h>
#include <string.h>

const char *const fuzz_seeds[] = {
	"(TARGET.Arch == \"X86_64\") && (TARGET.Memory >= RequestMemory) || !x",
	"a ?: b ?: -9223372036854775808 % -1",
	"x > 3 ? {1, 2.5e3, \"s\\\"\\\\\"}[1] : [a = 1; b = a + 1].b",
	"member(\"A\", {\"a\", undefined}) =?= TRUE && 1 << 3 >>> 2 | 5 ^ 6 & ~7",
	"strcat(\"a\", 1, TRUE, string(1.5)) is error",
	"regexps(\"(a*)([b-d]+)?\", \"xaabc\", \"\\2\\1\", \"i\") isnt 'odd name'",
	"split(\"a, b\", \",\")[0] + substr(\"abcdef\", -2, 1) + parent.x + .y",
	"eval(strcat(\"x\", \"+1\")) * quantize(7, {4, 8}) - interval(3600)",
	"countMatches(a > 1, {[a = 1], [a = 2]}) + size(evalInEachContext(a, "
	"{MY, TARGET}))",
	"sum({1, 2}) / avg({}) + min({1, x}) * max({}) + self + ping",
	"formatTime(0, \"%Y-%m\") + join(\",\", {1, {2}}) + pow(2, 70)",
	"versioncmp(\"1.02\", \"1.2a\") + int(\"12abc\") + round(1e300)",
	"absTime(\"2004-01-31T23:59:58+01:00\") - relTime(\"-1+02:03:04.5\") "
	"< absTime(1e9, -3600) + relTime(67) * 2.5 / 3",
	"splitTime(absTime(0)).Year + getDays(relTime(1e15)) + getMonth(absTime("
	"-1e15)) - getDayOfWeek(currentTime()) + timeZoneOffset() + dayTime()",
	"mergeEnvironment(\"A=1 B='x y'\", envV1ToV2(\"A=1;B=2\"))",
	"listToArgs(argsToList(\"a 'b ''c' d\", 2), 1) + userHome(\"a\", 1)",
	"unparse(x) is unresolved(ping, \"^p.*g$\") || unresolved(self)",
	"stringListSubsetMatch(\"a,b\", \"b a\") && anyCompare(\"<\", {1, x}, 2)",
	NULL
};

/* The value's text reads as an expression, unless it is too long or deep. */
static void check_value(const struct value *v)
{
	struct strbuf text = STRBUF_INIT;
	struct expr *expr = NULL;
	int rc;

	value_unparse(v, &text);
	rc = expr_parse_n(text.data, text.len, &expr, NULL);
	FUZZ_CHECK(rc == 0 || rc == -E2BIG || text.len > EXPR_TEXT_MAX / 2);
	expr_free(expr);
	strbuf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf text = STRBUF_INIT, again = STRBUF_INIT;
	struct expr *expr, *same;
	struct value v;
	struct eval ev;
	struct ad *my, *target;

	if (expr_parse_n((const char *)data, size, &expr, NULL) < 0)
		return 0;
	expr_unparse(expr, &text);
	FUZZ_CHECK(expr_parse_n(text.data, text.len, &same, NULL) == 0);
	expr_unparse(same, &again);
	FUZZ_CHECK(strcmp(text.data, again.data) == 0);
	FUZZ_CHECK(expr_equal(expr, same));
	FUZZ_CHECK(ad_parse_long("x = 3\nself = self\nping = TARGET.pong", &my,
				 NULL) == 0);
	FUZZ_CHECK(ad_parse_long("y = x\npong = ping\nArch = \"X86_64\"",
				 &target, NULL) == 0);
	eval_init(&ev, my, target);
	ev.random = 1;
	v = eval_expr(&ev, expr);
	check_value(&v);
	eval_release(&ev);
	ad_free(my);
	ad_free(target);
	expr_free(expr);
	expr_free(same);
	strbuf_release(&text);
	strbuf_release(&again);
	return 0;
}
