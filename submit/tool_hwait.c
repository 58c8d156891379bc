/* SPDX-License-Identifier: MIT */
/* hwait: waits until the jobs of an event log have ended. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "submit/cli.h"
#include "submit/jobsel.h"
#include "submit/logwait.h"

enum {
	OPT_ECHO = 1,
	OPT_STATUS,
	OPT_NUM,
	OPT_WAIT,
};

static const struct opt_def defs[] = {
	{ OPT_STATUS, 0, "status", NULL, "a line for each change of a job" },
	{ OPT_ECHO, 0, "echo", NULL, "print the events as they come" },
	{ OPT_NUM, 0, "num", "N", "until N jobs have ended" },
	{ OPT_WAIT, 0, "wait", "SECONDS", "no longer than that" },
	{ 0 },
};

struct hwait {
	const char *log;
	struct logwait_want want;
};

static int take_word(struct hwait *h, const char *word, struct err *err)
{
	if (!h->log) {
		h->log = word;
		return 0;
	}
	if (h->want.cluster)
		return err_set(err, -EINVAL, "one job is enough: '%s'", word);
	if (jobsel_parse_id(word, &h->want.cluster, &h->want.proc) < 0)
		return err_set(err, -EINVAL, "'%s' is no job (12 or 12.3)",
			       word);
	return 0;
}

static int set_option(struct hwait *h, const struct opt *opt, int id,
		      struct err *err)
{
	long long n;
	int r;

	switch (id) {
	case OPT_ARG:
		return take_word(h, opt->value, err);
	case OPT_STATUS:
		h->want.status = true;
		return 0;
	case OPT_ECHO:
		h->want.echo = true;
		return 0;
	case OPT_NUM:
		r = opt_parse_int(opt->value, "-num", 1, 1000000000, &n, err);
		if (r == 0)
			h->want.count = n;
		return r;
	case OPT_WAIT:
		r = opt_parse_int(opt->value, "-wait", 1, 1000000000, &n, err);
		if (r == 0)
			h->want.limit_ms = n * 1000;
		return r;
	}
	return 0;
}

static int wait_for(struct hwait *h)
{
	struct err err = ERR_INIT;

	switch (logwait_run(h->log, &h->want, &err)) {
	case 0:
		puts("All jobs done.");
		return cli_end(0);
	case 1:
		puts("Specified number of jobs done.");
		return cli_end(0);
	case -ETIMEDOUT:
		puts("Time expired.");
		return cli_end(1);
	default:
		cli_fail(&err);
		return cli_end(1);
	}
}

int main(int argc, char **argv)
{
	struct hwait h = { .want = { .proc = -1, .limit_ms = -1 } };
	struct err err = ERR_INIT;
	struct opt opt;
	int id, code;

	cli_init(argv);
	opt_init(&opt, "[OPTION]... LOG [CLUSTER | CLUSTER.PROC]",
		 "Waits until the jobs of an event log have ended.", defs, argc,
		 argv);
	while ((id = opt_next(&opt, &err)) != OPT_END) {
		if (cli_common(&opt, id, &err, &code))
			return code;
		if (set_option(&h, &opt, id, &err) < 0)
			return cli_fail(&err);
	}
	if (!h.log)
		return cli_complain("say which job event log to wait for");
	return wait_for(&h);
}
