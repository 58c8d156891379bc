/* SPDX-License-Identifier: MIT */
#include "tests/unit/test.h"

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/job/queuestmt.h"
#include "common/job/submitfile.h"

#include <errno.h>

static int read_file(void *ctx, const char *path, struct strbuf *out,
		     struct err *err)
{
	(void)ctx;
	if (strcmp(path, "list.txt") != 0)
		return err_set(err, -ENOENT, "cannot open '%s'", path);
	strbuf_addstr(out, "a 1 x y\n# no\n\n  b,2,z, w  \nc\n");
	return 0;
}

static int run(void *ctx, const char *command, struct strbuf *out,
	       struct err *err)
{
	(void)ctx;
	(void)err;
	strbuf_addf(out, "%s\nsecond", command);
	return 0;
}

static int find(void *ctx, const char *pattern, enum queue_match kind,
		void (*found)(void *arg, const char *path), void *arg,
		struct err *err)
{
	char path[64];

	(void)ctx;
	(void)err;
	snprintf(path, sizeof(path), "%s:%d", pattern, kind);
	found(arg, path);
	return 0;
}

static const struct submit_io io = { .read_file = read_file,
				     .run = run,
				     .glob = find };

/* Count, variables, items; lines behind \n go to queuestmt_line. */
static void describe(const char *text, struct strbuf *out)
{
	struct err err = ERR_INIT;
	struct queuestmt stmt;
	char *copy = strdup(text), *line = strtok(copy, "\n");
	int rc = queuestmt_parse(line ? line : "", &stmt, &err);

	while (rc == 0 && stmt.want_lines && (line = strtok(NULL, "\n")))
		rc = queuestmt_line(&stmt, line, &err) < 0;
	if (rc == 0 && stmt.want_lines)
		strbuf_addstr(out, "open ");
	if (rc == 0) {
		rc = queuestmt_load(&stmt, &io, &err);
		if (rc != 0)
			queuestmt_release(&stmt);
	}
	free(copy);
	if (rc != 0) {
		strbuf_addf(out, "error: %s", err.text);
		return;
	}
	strbuf_addf(out, "%lld", (long long)stmt.count);
	for (size_t i = 0; i < stmt.nvars; i++)
		strbuf_addf(out, "%c%s", i ? ',' : ' ', stmt.vars[i]);
	for (size_t i = 0; i < stmt.nitems; i++) {
		char *values[8];

		strbuf_addch(out, ' ');
		queuestmt_split(&stmt, i, values);
		for (size_t k = 0; k < stmt.nvars; k++) {
			strbuf_addf(out, "[%s]", values[k]);
			free(values[k]);
		}
	}
	strbuf_addf(out, " =%lld", (long long)queuestmt_jobs(&stmt));
	queuestmt_release(&stmt);
}

static void test_forms(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} forms[] = {
		{ "", "1 =1" },
		{ " 5 ", "5 =5" },
		{ "2*3+1", "7 =7" },
		{ "0", "0 =0" },
		{ "in (A, B)", "1 Item [A] [B] =2" },
		{ "3 in (A, B)", "3 Item [A] [B] =6" },
		{ "x in A B,C", "1 x [A] [B] [C] =3" },
		{ "x in (\nA\nB C\n)", "1 x [A] [B] [C] =3" },
		{ "x in [1:] (A B C)", "1 x [B] [C] =2" },
		{ "(1+1) x in (A)", "2 x [A] =2" },
		{ "f matching *.dat", "1 f [*.dat:0] =1" },
		{ "f matching files *.dat, *.c", "1 f [*.dat:1] [*.c:1] =2" },
		{ "f matching dirs [:] (a b)", "1 f [a:2] [b:2] =2" },
		{ "2 f MATCHING [abc]*", "2 f [[abc]*:0] =2" },
		{ "a from list.txt", "1 a [a 1 x y] [b,2,z, w] [c] =3" },
		{ "a,b from list.txt",
		  "1 a,b [a][1 x y] [b][2,z, w] [c][] =3" },
		{ "a, b c from list.txt",
		  "1 a,b,c [a][1][x y] [b][2][z, w] [c][][] =3" },
		{ "a from [::2] list.txt", "1 a [a 1 x y] [c] =2" },
		{ "a from [-1] list.txt", "1 a [c] =1" },
		{ "a from [1:2] list.txt", "1 a [b,2,z, w] =1" },
		{ "a from [5:] list.txt", "1 a =0" },
		{ "a from prog -x |", "1 a [prog -x] [second] =2" },
		{ "a b from (\n1 2\n # no\n\n3, 4 5\n)",
		  "1 a,b [1][2] [3][4 5] =2" },
		{ "a from (\n1", "open 1 a [1] =1" },
		{ "from list.txt", "1 Item [a 1 x y] [b,2,z, w] [c] =3" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct strbuf got = STRBUF_INIT;

		describe(forms[i].text, &got);
		if (strcmp(got.data, forms[i].want) != 0)
			fail_msg("queue %s: got %s, want %s", forms[i].text,
				 got.data, forms[i].want);
		strbuf_release(&got);
	}
}

static void test_errors(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} bad[] = {
		{ "-1", "error: queue count '-1' is no integer from 0 to "
			"10000000" },
		{ "x", "error: queue count 'x' is no integer from 0 to "
		       "10000000" },
		{ "3 4", "error: queue count '3 4': column 3: expected an "
			 "operator, found '4'" },
		{ "99999999", "error: queue count '99999999' is no integer "
			      "from 0 to 10000000" },
		{ "5000000 in (a b c)", "error: more than 10000000 jobs" },
		{ "1a from list.txt",
		  "error: queue count '1a': column 1: bad number '1a' (units "
		  "and hexadecimal are not allowed here)" },
		{ "a-b from list.txt", "error: bad queue variable 'a-b'" },
		{ "from nosuch", "error: cannot open 'nosuch'" },
		{ "from", "error: queue from: no file, command or list" },
		{ "matching files ", "error: queue matching: no pattern" },
		{ "in (a) b", "error: 'b' behind the queue's list" },
		{ "in [::-1] (a)", "error: slice '[::-1]': step must be "
				   "above 0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct strbuf got = STRBUF_INIT;

		describe(bad[i].text, &got);
		if (strcmp(got.data, bad[i].want) != 0)
			fail_msg("queue %s: got %s, want %s", bad[i].text,
				 got.data, bad[i].want);
		strbuf_release(&got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
