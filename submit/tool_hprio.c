/* SPDX-License-Identifier: MIT */
/* hprio: changes the priority of jobs among those of their user. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "submit/cli.h"
#include "submit/edit.h"

enum {
	OPT_PRIO = 1,
	OPT_CONSTRAINT,
	OPT_ALL,
	OPT_NAME,
};

static const struct opt_def defs[] = {
	{ OPT_PRIO, 'p', "prio", "N", "set the priority to N" },
	{ OPT_CONSTRAINT, 0, "constraint", "EXPR",
	  "jobs for which the expression is true" },
	{ OPT_ALL, 'a', "all", NULL, "every job that you may act on" },
	{ OPT_NAME, 0, "name", "URL", "another scheduler" },
	{ OPT_NAME, 0, "pool", "URL", NULL },
	{ 0 },
};

/* HTCondor's jobs have 32 bit priorities. */
#define PRIO_MAX 1000000000

struct hprio {
	struct jobsel sel;
	const char *url;
	bool set, add;
	long long value;
};

/* "+5", "-5": by how much. */
static bool is_change(const char *word)
{
	return (word[0] == '+' || word[0] == '-') &&
	       isdigit((unsigned char)word[1]);
}

static int set_value(struct hprio *p, const char *text, bool add,
		     struct err *err)
{
	if (p->set || p->add)
		return err_set(err, -EINVAL,
			       "one of '+N', '-N' and '-p N' is enough");
	p->set = !add;
	p->add = add;
	return opt_parse_int(text, "priority", -PRIO_MAX, PRIO_MAX, &p->value,
			     err);
}

static int set_option(struct hprio *p, const struct opt *opt, int id,
		      struct err *err)
{
	switch (id) {
	case OPT_ARG:
		return jobsel_add(&p->sel, opt->value, err);
	case OPT_PRIO:
		return set_value(p, opt->value, false, err);
	case OPT_CONSTRAINT:
		return jobsel_constrain(&p->sel, opt->value, err);
	case OPT_ALL:
		p->sel.all = true;
		return 0;
	case OPT_NAME:
		p->url = opt->value;
		return 0;
	}
	return 0;
}

static int change(struct hprio *p)
{
	struct ad *ad = ad_new();
	struct edit edit = { .attrs = p->set ? ad : NULL,
			     .add = p->add ? ad : NULL };
	struct err err = ERR_INIT;
	struct client *c = NULL;
	int64_t jobs;
	int code;

	ad_set_int(ad, "JobPrio", p->value);
	if (client_new(p->url, &c, &err) < 0)
		code = cli_fail(&err);
	else
		code = edit_run(c, &p->sel, &edit, &jobs);
	client_free(c);
	ad_free(ad);
	return cli_end(code);
}

/* -1: all options are read. */
static int read_options(struct hprio *p, struct opt *opt, struct err *err)
{
	for (;;) {
		const char *word = opt_peek(opt);
		int id, code, r;

		/* "-5" is no row of letters. */
		if (word && is_change(word)) {
			r = set_value(p, opt_take(opt), true, err);
		} else {
			id = opt_next(opt, err);
			if (id == OPT_END)
				return -1;
			if (cli_common(opt, id, err, &code))
				return code;
			r = set_option(p, opt, id, err);
		}
		if (r < 0)
			return cli_fail(err);
	}
}

int main(int argc, char **argv)
{
	struct hprio p = { 0 };
	struct err err = ERR_INIT;
	struct opt opt;
	int code;

	cli_init(argv);
	jobsel_init(&p.sel);
	opt_init(&opt,
		 "{+N | -N | -p N} [OPTION]... "
		 "[CLUSTER | CLUSTER.PROC | USER]...",
		 "Changes the priority of jobs among the jobs of their user: "
		 "+N and -N change it by N. Higher ones run first.",
		 defs, argc, argv);
	code = read_options(&p, &opt, &err);
	if (code < 0 && !p.set && !p.add)
		code = cli_complain("say which priority: +N, -N or -p N");
	if (code < 0 && jobsel_empty(&p.sel))
		code = cli_complain("You did not specify any jobs");
	if (code < 0)
		code = change(&p);
	jobsel_release(&p.sel);
	return code;
}
