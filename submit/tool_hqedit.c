/* SPDX-License-Identifier: MIT */
/* hqedit: changes attributes of jobs in the queue. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/xalloc.h"
#include "submit/cli.h"
#include "submit/edit.h"

enum {
	OPT_CONSTRAINT = 1,
	OPT_ALL,
	OPT_NAME,
};

static const struct opt_def defs[] = {
	{ OPT_CONSTRAINT, 0, "constraint", "EXPR",
	  "jobs for which the expression is true" },
	{ OPT_ALL, 'a', "all", NULL, "every job that you may act on" },
	{ OPT_NAME, 0, "name", "URL", "another scheduler" },
	{ OPT_NAME, 0, "pool", "URL", NULL },
	{ 0 },
};

struct hqedit {
	struct jobsel sel;
	struct ad *attrs;
	const char *url;
};

/* What people write when they mean a text. */
static void hint_text(const char *name, const char *value)
{
	static const char *const words[] = { "true", "false", "undefined",
					     "error", NULL };

	for (size_t i = 0; words[i]; i++)
		if (strcasecmp(value, words[i]) == 0)
			return;
	if (ad_name_valid(value))
		fprintf(stderr,
			"hqedit: note: %s becomes a reference to the attribute "
			"%s; for a text write '\"%s\"'\n",
			name, value, value);
}

static int add_attr(struct hqedit *h, const char *name, const char *value,
		    struct err *err)
{
	int r;

	if (!ad_name_valid(name))
		return err_set(err, -EINVAL, "'%s' is no attribute's name",
			       name);
	r = ad_set_text(h->attrs, name, value, err);
	if (r < 0)
		err_prefix(err,
			   "cannot read the value of %s (a text is written "
			   "'\"text\"')",
			   name);
	else
		hint_text(name, value);
	return r;
}

/* "Name value" in two words or "Name=value" in one. */
static int take_attr(struct hqedit *h, const char *word, struct opt *opt,
		     struct err *err)
{
	const char *equals = strchr(word, '=');
	const char *value;
	char *name;
	int r;

	if (!equals) {
		value = opt_take(opt);
		if (!value)
			return err_set(err, -EINVAL, "'%s' needs a value",
				       word);
		return add_attr(h, word, value, err);
	}
	name = xstrndup(word, (size_t)(equals - word));
	r = add_attr(h, name, equals + 1, err);
	free(name);
	return r;
}

static int set_option(struct hqedit *h, struct opt *opt, int id,
		      struct err *err)
{
	int cluster, proc;

	switch (id) {
	case OPT_ARG:
		/* Jobs come first; one word that is none may be a user. */
		if (jobsel_parse_id(opt->value, &cluster, &proc) == 0 ||
		    (jobsel_empty(&h->sel) && !strchr(opt->value, '=')))
			return jobsel_add(&h->sel, opt->value, err);
		return take_attr(h, opt->value, opt, err);
	case OPT_CONSTRAINT:
		return jobsel_constrain(&h->sel, opt->value, err);
	case OPT_ALL:
		h->sel.all = true;
		return 0;
	case OPT_NAME:
		h->url = opt->value;
		return 0;
	}
	return 0;
}

static int change(struct hqedit *h)
{
	struct edit edit = { .attrs = h->attrs };
	struct err err = ERR_INIT;
	struct client *c = NULL;
	int64_t jobs = 0;
	int code;

	if (jobsel_empty(&h->sel))
		return cli_complain("You did not specify any jobs");
	if (ad_count(h->attrs) == 0)
		return cli_complain("say what to change: NAME VALUE");
	if (client_new(h->url, &c, &err) < 0)
		code = cli_fail(&err);
	else
		code = edit_run(c, &h->sel, &edit, &jobs);
	client_free(c);
	for (size_t i = 0; jobs > 0 && i < ad_count(h->attrs); i++)
		printf("Set attribute \"%s\" for %lld matching jobs.\n",
		       ad_name_at(h->attrs, i), (long long)jobs);
	return cli_end(code);
}

int main(int argc, char **argv)
{
	struct hqedit h = { .attrs = ad_new() };
	struct err err = ERR_INIT;
	struct opt opt;
	int id, code = -1;

	cli_init(argv);
	jobsel_init(&h.sel);
	opt_init(&opt, "[OPTION]... JOB... {NAME VALUE | NAME=VALUE}...",
		 "Changes attributes of jobs in the queue: CLUSTER, "
		 "CLUSTER.PROC or USER. A value is an expression: a text "
		 "stands in quotes, '\"so\"'.",
		 defs, argc, argv);
	while (code < 0 && (id = opt_next(&opt, &err)) != OPT_END) {
		if (cli_common(&opt, id, &err, &code))
			break;
		if (set_option(&h, &opt, id, &err) < 0)
			code = cli_fail(&err);
	}
	if (code < 0)
		code = change(&h);
	jobsel_release(&h.sel);
	ad_free(h.attrs);
	return code;
}
