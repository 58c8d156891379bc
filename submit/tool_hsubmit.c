/* SPDX-License-Identifier: MIT */
/* hsubmit: sends the jobs of a submit description to the scheduler. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "submit/cli.h"
#include "submit/submitrun.h"

enum {
	OPT_APPEND = 1,
	OPT_QUEUE,
	OPT_BATCH_NAME,
	OPT_DRY_RUN,
	OPT_TERSE,
	OPT_DISABLE,
	OPT_FILE,
	OPT_NAME,
	OPT_REMOTE,
	OPT_SPOOL,
	OPT_VERBOSE,
	OPT_MAXJOBS,
	OPT_UNUSED,
	OPT_CRLF,
	OPT_INTERACTIVE,
	OPT_NOTHING, /* HTCondor's that ask for what is done anyway */
};

static const struct opt_def defs[] = {
	{ OPT_APPEND, 'a', "append", "COMMAND",
	  "a submit command put before queue; may be repeated" },
	{ OPT_QUEUE, 0, "queue", NULL,
	  "ARG...: in place of the file's queue statements" },
	{ OPT_BATCH_NAME, 0, "batch-name", "NAME", "the batch's name in hq" },
	{ OPT_DRY_RUN, 0, "dry-run", "FILE",
	  "write the ads to FILE (- is stdout), submit nothing" },
	{ OPT_TERSE, 't', "terse", NULL, "print only the jobs' ids" },
	{ OPT_VERBOSE, 'v', "verbose", NULL, "print the jobs' ads too" },
	{ OPT_MAXJOBS, 0, "maxjobs", "N",
	  "submit nothing if there are more jobs" },
	{ OPT_UNUSED, 0, "unused", NULL,
	  "no warnings about what the file sets in vain" },
	{ OPT_DISABLE, 0, "disable", NULL,
	  "do not look whether the files are there" },
	{ OPT_CRLF, 0, "allow-crlf-script", NULL,
	  "take a script with DOS line ends" },
	{ OPT_FILE, 0, "file", "FILE", "the same as FILE" },
	{ OPT_NAME, 0, "name", "URL", "another scheduler" },
	{ OPT_REMOTE, 0, "remote", "URL", NULL },
	{ OPT_NAME, 0, "pool", "URL", NULL },
	{ OPT_NAME, 0, "addr", "URL", NULL },
	{ OPT_SPOOL, 's', "spool", NULL, NULL },
	{ OPT_DRY_RUN, 0, "dump", "FILE", NULL },
	{ OPT_INTERACTIVE, 'i', "interactive", NULL, NULL },
	{ OPT_NOTHING, 0, "single-cluster", NULL, NULL },
	{ OPT_NOTHING, 0, "factory", NULL, NULL },
	{ OPT_NOTHING, 0, "debug", NULL, NULL },
	{ 0 },
};

static int add_word(const char **list, size_t *count, const char *word,
		    struct err *err)
{
	if (*count == SUBMIT_WORDS_MAX)
		return err_set(err, -E2BIG, "more than %d commands",
			       SUBMIT_WORDS_MAX);
	list[(*count)++] = word;
	return 0;
}

static int set_file(struct submit_opts *s, const char *word, struct err *err)
{
	if (s->file)
		return err_set(err, -EINVAL, "two submit files, '%s' and '%s'",
			       s->file, word);
	s->file = word;
	if (strcmp(word, "-") == 0)
		s->verbose = !s->terse;
	return 0;
}

/* A word without a dash: X=3, or the file. */
static int set_word(struct submit_opts *s, const char *word, struct err *err)
{
	if (strchr(word, '='))
		return add_word(s->assignments, &s->assignment_count, word,
				err);
	return set_file(s, word, err);
}

/* Schedulers have addresses here, no names. */
static int set_url(struct submit_opts *s, const char *url, struct err *err)
{
	if (!strchr(url, ':'))
		return err_set(err, -EINVAL,
			       "'%s' is no scheduler's address: write "
			       "http://HOST:PORT, or unix:PATH",
			       url);
	s->url = url;
	return 0;
}

static void warn_spool(void)
{
	cli_complain("WARNING: -spool is without effect: the scheduler reads "
		     "the files where they are, when a job starts");
}

/* All words that follow belong to it, as with HTCondor. */
static void set_queue(struct submit_opts *s, struct opt *opt)
{
	s->has_queue = true;
	while (opt_peek(opt))
		strbuf_addf(&s->queue, "%s%s", s->queue.len ? " " : "",
			    opt_take(opt));
}

static int set_flag(struct submit_opts *s, int id, struct err *err)
{
	switch (id) {
	case OPT_TERSE:
		s->terse = true;
		s->verbose = false;
		return 0;
	case OPT_VERBOSE:
		s->verbose = true;
		return 0;
	case OPT_DISABLE:
		s->unchecked = true;
		return 0;
	case OPT_UNUSED:
		s->quiet = true;
		return 0;
	case OPT_CRLF:
		s->any_script = true;
		return 0;
	case OPT_SPOOL:
		warn_spool();
		return 0;
	case OPT_INTERACTIVE:
		return err_set(err, -ENOTSUP,
			       "there are no interactive jobs here: submit a "
			       "job and watch it with htail -f");
	}
	return 0;
}

static int set_option(struct submit_opts *s, struct opt *opt, int id,
		      struct err *err)
{
	switch (id) {
	case OPT_ARG:
		return set_word(s, opt->value, err);
	case OPT_FILE:
		return set_file(s, opt->value, err);
	case OPT_APPEND:
		return add_word(s->appends, &s->append_count, opt->value, err);
	case OPT_QUEUE:
		set_queue(s, opt);
		return 0;
	case OPT_BATCH_NAME:
		s->batch_name = opt->value;
		return 0;
	case OPT_DRY_RUN:
		s->dry_run = opt->value;
		return 0;
	case OPT_MAXJOBS:
		return opt_parse_int(opt->value, "-maxjobs", 1, LLONG_MAX,
				     &s->max_jobs, err);
	case OPT_REMOTE:
		warn_spool();
		return set_url(s, opt->value, err);
	case OPT_NAME:
		return set_url(s, opt->value, err);
	}
	return set_flag(s, id, err);
}

int main(int argc, char **argv)
{
	static struct submit_opts s;
	struct err err = ERR_INIT;
	struct opt opt;
	int id, code = 0;

	cli_init(argv);
	strbuf_init(&s.queue);
	opt_init(&opt, "[OPTION]... [NAME=VALUE]... [FILE]",
		 "Sends the jobs of a submit description to the scheduler.",
		 defs, argc, argv);
	while ((id = opt_next(&opt, &err)) != OPT_END) {
		if (cli_common(&opt, id, &err, &code))
			goto out;
		if (set_option(&s, &opt, id, &err) < 0) {
			code = cli_fail(&err);
			goto out;
		}
	}
	if (submitrun(&s, &err) < 0)
		code = cli_fail(&err);
	else
		code = cli_end(0);
out:
	strbuf_release(&s.queue);
	return code;
}
