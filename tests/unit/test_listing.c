/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "submit/listing.h"

#include <errno.h>
#include <stdlib.h>

static const struct opt_def defs[] = {
	LISTING_OPTIONS("jobs'"),
	{ 0 },
};

/* What the words print of two ads; NULL: they are refused. */
static char *print(char *words)
{
	char *argv[32] = { (char *)"hq" }, *save = NULL, *text = NULL;
	struct listing l;
	struct opt opt;
	struct ad *ad;
	size_t size = 0;
	FILE *out;
	int argc = 1, id, r = 0;

	for (char *w = strtok_r(words, " ", &save); w;
	     w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	listing_init(&l);
	r = listing_split_flags(&l, argc, argv, NULL);
	opt_init(&opt, "", NULL, defs, argc, argv);
	while (r >= 0 && (id = opt_next(&opt, NULL)) != OPT_END)
		r = id < 0 ? id : listing_option(&l, &opt, id, NULL);
	if (r < 0) {
		listing_release(&l);
		return NULL;
	}
	out = open_memstream(&text, &size);
	for (int i = 0; i < 2; i++) {
		char name[16];

		ad = ad_new();
		ad_set_int(ad, "P", i);
		ad_set_string(ad, "S", i ? "two words" : "a");
		ad_set_real(ad, "R", 1.5);
		ad_set_text(ad, "E", "P + 1", NULL);
		snprintf(name, sizeof(name), "7.%d", i);
		listing_print(&l, ad, name, out);
		ad_free(ad);
	}
	listing_end(&l, out);
	fclose(out);
	listing_release(&l);
	return text;
}

static void expect(const char *words, const char *want)
{
	char *copy = strdup(words), *text = print(copy);

	if (want)
		assert_string_equal(text, want);
	else
		assert_null(text);
	free(text);
	free(copy);
}

static void autoformat(void **state)
{
	(void)state;
	expect("-af P S", "0 a\n1 two words\n");
	expect("-af:j P", "7.0 0\n7.1 1\n");
	expect("-af:t P S", "0\ta\n1\ttwo words\n");
	expect("-af:, P S", "0, a\n1, two words\n");
	expect("-af:V S", "\"a\"\n\"two words\"\n");
	expect("-af:r E", "P + 1\nP + 1\n");
	expect("-af E Nix", "1 undefined\n2 undefined\n");
	expect("-af:h P E", "P E\n0 1\n1 2\n");
	expect("-af:lng P S", "P = 0\nS = a\n\nP = 1\nS = two words\n");
	expect("-autoformat:l P", "P = 0\nP = 1\n");
	expect("-af P - -af S", "0 a\n1 two words\n");
	expect("-af:jh P/2", "ID P/2\n7.0 0\n7.1 0\n");
	expect("-af:x P", NULL);
	expect("-af", NULL);
	expect("-af P+", NULL);
}

static void bad_letters(void **state)
{
	char word[] = "-af:jx";
	char *argv[] = { (char *)"hq", word };
	struct err err = ERR_INIT;
	struct listing l;

	(void)state;
	listing_init(&l);
	assert_int_equal(listing_split_flags(&l, 2, argv, &err), -EINVAL);
	assert_non_null(strstr(err_text(&err), "unknown letter in '-af:jx'"));
	listing_release(&l);
}

static void format(void **state)
{
	(void)state;
	expect("-format %d\\n P", "0\n1\n");
	expect("-format [%3d]\\t P -format %s\\n S",
	       "[  0]\ta\n[  1]\ttwo words\n");
	expect("-format %.2f, R", "1.50,1.50,");
	expect("-format %d| R", "1|1|");
	expect("-format %f\\n P", "0.000000\n1.000000\n");
	expect("-format %-4s|\\n S", "a   |\ntwo words|\n");
	expect("-format %V\\n S", "\"a\"\n\"two words\"\n");
	expect("-format %v\\n E", "1\n2\n");
	expect("-format %r\\n E", "P + 1\nP + 1\n");
	expect("-format 100%%\\n P", "100%\n100%\n");
	/* No value of that kind: nothing. */
	expect("-format %s\\n Nix", "");
	expect("-format %d\\n S", "");
	expect("-format %d%d P", NULL);
	expect("-format %n P", NULL);
	expect("-format %*d P", NULL);
	expect("-format %d", NULL);
}

static void json(void **state)
{
	(void)state;
	expect("-jsonl -attributes P,S",
	       "{\"P\":0,\"S\":\"a\"}\n{\"P\":1,\"S\":\"two words\"}\n");
	expect("-json -attributes P",
	       "[\n{\n  \"P\": 0\n},\n{\n  \"P\": 1\n}\n]\n");
	expect("-long -attributes E,P", "E = P + 1\nP = 0\n\n"
					"E = P + 1\nP = 1\n\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(autoformat),
		cmocka_unit_test(bad_letters),
		cmocka_unit_test(format),
		cmocka_unit_test(json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
