/* SPDX-License-Identifier: MIT */
/* htail: shows the end of a running job's output. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/base/strbuf.h"
#include "submit/cli.h"
#include "submit/client.h"
#include "submit/jobsel.h"

enum {
	OPT_FOLLOW = 1,
	OPT_BYTES,
	OPT_STDERR,
	OPT_NO_STDOUT,
	OPT_RETRY,
	OPT_NAME,
};

static const struct opt_def defs[] = {
	{ OPT_FOLLOW, 'f', "follow", NULL, "go on as it grows" },
	{ OPT_BYTES, 0, "maxbytes", "N",
	  "at most N bytes at the beginning (default 1024)" },
	{ OPT_STDERR, 0, "stderr", NULL, "the error output too" },
	{ OPT_NO_STDOUT, 0, "no-stdout", NULL, "not the standard output" },
	{ OPT_RETRY, 0, "auto-retry", NULL, "wait until the job runs" },
	{ OPT_NAME, 0, "name", "URL", "another scheduler" },
	{ OPT_NAME, 0, "pool", "URL", NULL },
	{ 0 },
};

#define FILES_MAX    100
#define BYTES_MAX    (1 << 20) /* what the scheduler answers at a time */
#define LOOK_AGAIN_S 1

/* One of the files that are shown. */
struct source {
	const char *label;
	const char *key, *value; /* of the query */
	int64_t next; /* byte to go on at; -1: not seen yet */
};

struct htail {
	const char *job;
	struct source sources[FILES_MAX + 2];
	size_t count;
	size_t shown; /* whose text came last */
	long long max;
	const char *url;
	bool follow, with_stderr, no_stdout, retry;
	bool seen; /* it answered once */
};

static int take_word(struct htail *t, const char *word, struct err *err)
{
	int cluster, proc;

	if (t->job) {
		if (t->count == FILES_MAX)
			return err_set(err, -E2BIG, "more than %d files",
				       FILES_MAX);
		t->sources[t->count++] =
			(struct source){ word, "file", word, -1 };
		return 0;
	}
	if (jobsel_parse_id(word, &cluster, &proc) < 0)
		return err_set(err, -EINVAL, "'%s' is no job (12 or 12.3)",
			       word);
	t->job = word;
	return 0;
}

static int set_option(struct htail *t, const struct opt *opt, int id,
		      struct err *err)
{
	switch (id) {
	case OPT_ARG:
		return take_word(t, opt->value, err);
	case OPT_FOLLOW:
		t->follow = true;
		return 0;
	case OPT_BYTES:
		return opt_parse_int(opt->value, "-maxbytes", 1, BYTES_MAX,
				     &t->max, err);
	case OPT_STDERR:
		t->with_stderr = true;
		return 0;
	case OPT_NO_STDOUT:
		t->no_stdout = true;
		return 0;
	case OPT_RETRY:
		t->retry = true;
		return 0;
	case OPT_NAME:
		t->url = opt->value;
		return 0;
	}
	return 0;
}

/* The streams that are meant where no file is named. */
static void add_streams(struct htail *t)
{
	bool named = t->count > 0;

	if (!named && !t->no_stdout)
		t->sources[t->count++] =
			(struct source){ "stdout", "stream", "stdout", -1 };
	if (t->with_stderr)
		t->sources[t->count++] =
			(struct source){ "stderr", "stream", "stderr", -1 };
}

static void make_path(const struct htail *t, const struct source *src,
		      struct strbuf *path)
{
	int cluster = 0, proc = -1;
	char number[24];

	jobsel_parse_id(t->job, &cluster, &proc);
	strbuf_addf(path, "/api/v1/jobs/%d.%d/output", cluster,
		    proc < 0 ? 0 : proc);
	client_add_query(path, src->key, src->value);
	snprintf(number, sizeof(number), "%lld", (long long)src->next);
	client_add_query(path, "offset", number);
	/* What came between two looks is fetched whole. */
	snprintf(number, sizeof(number), "%lld",
		 src->next < 0 ? t->max : (long long)BYTES_MAX);
	client_add_query(path, "max", number);
}

static void print_part(struct htail *t, size_t i, const struct strbuf *text)
{
	if (text->len == 0)
		return;
	if (t->count > 1 && t->shown != i)
		printf("%s==> %s <==\n", t->shown < t->count ? "\n" : "",
		       t->sources[i].label);
	t->shown = i;
	fwrite(text->data, 1, text->len, stdout);
}

/* *ret_more: there may be more to fetch at once. */
static int fetch(struct htail *t, struct client *c, size_t i, bool *ret_more,
		 struct err *err)
{
	struct source *src = &t->sources[i];
	struct strbuf path = STRBUF_INIT, text = STRBUF_INIT;
	int64_t offset = 0;
	int r;

	make_path(t, src, &path);
	r = client_fetch_part(c, path.data, &text, &offset, err);
	if (r == 0) {
		print_part(t, i, &text);
		src->next = offset + (int64_t)text.len;
		*ret_more = text.len == BYTES_MAX;
	}
	strbuf_release(&path);
	strbuf_release(&text);
	return r;
}

static int fetch_all(struct htail *t, struct client *c, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->count; i++) {
		bool more;

		do
			r = fetch(t, c, i, &more, err);
		while (r == 0 && t->follow && more);
	}
	if (fflush(stdout) != 0 && r == 0)
		r = err_sys(err, -errno, "cannot write the output");
	t->seen = t->seen || r == 0;
	return r;
}

static void pause_s(time_t seconds)
{
	struct timespec ts = { .tv_sec = seconds };

	nanosleep(&ts, NULL);
}

static int show(struct htail *t, struct client *c, struct err *err)
{
	for (;;) {
		struct err one = ERR_INIT;
		int r = fetch_all(t, c, &one);

		/* It ended, or left its host, while it was followed. */
		if (t->follow && t->seen && (r == -ENOENT || r == -EALREADY))
			return 0;
		if (r == 0 && !t->follow)
			return 0;
		if (r < 0 && !(t->retry && r == -EALREADY))
			return err_set(err, r, "%s", err_text(&one));
		pause_s(LOOK_AGAIN_S);
	}
}

static int run(struct htail *t)
{
	struct err err = ERR_INIT;
	struct client *c = NULL;
	int r;

	if (!t->job)
		return cli_complain("say which job");
	add_streams(t);
	if (t->count == 0)
		return cli_complain("-no-stdout leaves nothing to show: add "
				    "-stderr or a file");
	t->shown = t->count;
	r = client_new(t->url, &c, &err);
	if (r == 0)
		r = show(t, c, &err);
	if (r < 0)
		cli_fail(&err);
	client_free(c);
	return cli_end(r < 0);
}

int main(int argc, char **argv)
{
	static struct htail t = { .max = 1024 };
	struct err err = ERR_INIT;
	struct opt opt;
	int id, code;

	cli_init(argv);
	opt_init(&opt, "[OPTION]... CLUSTER.PROC [FILE]...",
		 "Shows the end of a running job's output, from its host.",
		 defs, argc, argv);
	while ((id = opt_next(&opt, &err)) != OPT_END) {
		if (cli_common(&opt, id, &err, &code))
			return code;
		if (set_option(&t, &opt, id, &err) < 0)
			return cli_fail(&err);
	}
	return run(&t);
}
