/* SPDX-License-Identifier: MIT */
/* hvacate: asks jobs, or all jobs of a host, to checkpoint and move. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/strbuf.h"
#include "common/svc/httpu.h"
#include "common/svc/json.h"
#include "submit/action.h"
#include "submit/cli.h"
#include "submit/nearest.h"

enum {
	OPT_FAST = 1,
	OPT_GRACEFUL,
	OPT_HOST,
	OPT_CONSTRAINT,
	OPT_ALL,
	OPT_TOTALS,
	OPT_NAME
};

static const struct opt_def defs[] = {
	{ OPT_GRACEFUL, 0, "graceful", NULL,
	  "checkpoint first, then move (default)" },
	{ OPT_FAST, 0, "fast", NULL,
	  "kill at once: work since the last "
	  "checkpoint is lost" },
	{ OPT_HOST, 0, "host", "NAME", "a host whose name looks like a job" },
	{ OPT_CONSTRAINT, 0, "constraint", "EXPR",
	  "jobs for which the expression is true" },
	{ OPT_ALL, 'a', "all", NULL, "every job that you may act on" },
	{ OPT_TOTALS, 0, "totals", NULL, "print only counts" },
	{ OPT_NAME, 0, "name", "URL", "another scheduler" },
	{ OPT_NAME, 0, "pool", "URL", NULL },
	{ 0 },
};

#define HOSTS_MAX 1000

struct vacate {
	struct jobsel sel;
	const char *hosts[HOSTS_MAX];
	size_t host_count;
	const char *url;
	bool fast, totals;
};

static int add_host(struct vacate *v, const char *name, struct err *err)
{
	if (v->host_count == HOSTS_MAX)
		return err_set(err, -E2BIG, "more than %d hosts", HOSTS_MAX);
	v->hosts[v->host_count++] = name;
	return 0;
}

static int set_option(struct vacate *v, const struct opt *opt, int id,
		      struct err *err)
{
	int cluster, proc;

	switch (id) {
	case OPT_ARG:
		if (jobsel_parse_id(opt->value, &cluster, &proc) == 0)
			return jobsel_add(&v->sel, opt->value, err);
		return add_host(v, opt->value, err);
	case OPT_HOST:
		return add_host(v, opt->value, err);
	case OPT_FAST:
		v->fast = true;
		return 0;
	case OPT_GRACEFUL:
		v->fast = false;
		return 0;
	case OPT_CONSTRAINT:
		return jobsel_constrain(&v->sel, opt->value, err);
	case OPT_ALL:
		v->sel.all = true;
		return 0;
	case OPT_TOTALS:
		v->totals = true;
		return 0;
	case OPT_NAME:
		v->url = opt->value;
		return 0;
	}
	return 0;
}

/* Every job of one host. */
static int vacate_host(struct client *c, const char *host, bool fast)
{
	struct strbuf path = STRBUF_INIT;
	struct err err = ERR_INIT;
	json_t *body = json_object(), *json = NULL, *jobs = NULL, *one;
	size_t i;
	int r;

	json_set_bool(body, "fast", fast);
	strbuf_addstr(&path, "/api/v1/hosts/");
	httpu_encode(&path, host);
	strbuf_addstr(&path, "/vacate");
	r = client_call(c, "POST", path.data, body, &json, &err);
	strbuf_release(&path);
	if (r == 0)
		r = json_get_array(json, "jobs", &jobs, &err);
	if (r == 0 && json_array_size(jobs) == 0)
		printf("No jobs are running on '%s'\n", host);
	json_array_foreach(jobs, i, one)
		printf("Job %s %svacated\n", json_string_value(one),
		       fast ? "fast-" : "");
	json_decref(json);
	return r < 0 ? nearest_host_fail(c, host, &err) : 0;
}

static int run(struct vacate *v)
{
	struct action_request req = {
		.action = v->fast ? &action_vacate_fast : &action_vacate,
		.sel = &v->sel,
		.totals = v->totals,
	};
	struct err err = ERR_INIT;
	struct client *c = NULL;
	int code = 0;

	if (jobsel_empty(&v->sel) && v->host_count == 0)
		return cli_complain("You did not specify any jobs or hosts");
	if (client_new(v->url, &c, &err) < 0)
		return cli_fail(&err);
	if (!jobsel_empty(&v->sel))
		code = action_run(c, &req);
	for (size_t i = 0; i < v->host_count; i++)
		code |= vacate_host(c, v->hosts[i], v->fast);
	client_free(c);
	return cli_end(code);
}

int main(int argc, char **argv)
{
	static struct vacate v;
	struct err err = ERR_INIT;
	struct opt opt;
	int id, code = 0;

	cli_init(argv);
	jobsel_init(&v.sel);
	opt_init(&opt, "[OPTION]... [CLUSTER | CLUSTER.PROC | HOST]...",
		 "Asks jobs, or all jobs of a host, to checkpoint and move.",
		 defs, argc, argv);
	while ((id = opt_next(&opt, &err)) != OPT_END) {
		if (cli_common(&opt, id, &err, &code))
			goto out;
		if (set_option(&v, &opt, id, &err) < 0) {
			code = cli_fail(&err);
			goto out;
		}
	}
	code = run(&v);
out:
	jobsel_release(&v.sel);
	return code;
}
