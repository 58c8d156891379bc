/* SPDX-License-Identifier: MIT */
#include "submit/action.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/svc/json.h"
#include "submit/cli.h"

const struct action action_remove = {
	"remove",
	"remove",
	"marked for removal",
	"already marked for removal",
	"cannot be removed",
	ACTION_REASON | ACTION_REMOVE,
};
const struct action action_remove_now = {
	"remove-now",
	"remove",
	"removed locally (remote state unknown)",
	"already marked for removal",
	"cannot be removed",
	ACTION_REASON,
};
const struct action action_hold = {
	"hold",		"hold",		  "held",
	"already held", "cannot be held", ACTION_REASON | ACTION_SUBCODE,
};
const struct action action_release = {
	"release",
	"release",
	"released",
	"already released",
	"not held to be released",
	ACTION_REASON,
};
const struct action action_vacate = {
	"vacate",
	"vacate",
	"vacated",
	"already being vacated",
	"not running to be vacated",
	0,
};
const struct action action_vacate_fast = {
	"vacate-fast",
	"vacate",
	"fast-vacated",
	"already being vacated",
	"not running to be vacated",
	0,
};
const struct action action_suspend = {
	"suspend",
	"suspend",
	"suspended",
	"already suspended",
	"not running to be suspended",
	0,
};
const struct action action_continue = {
	"continue",
	"continue",
	"continued",
	"already running",
	"not running to be continued",
	0,
};

/* Counts of one request's results. */
struct counts {
	int64_t ok, error, not_found, bad_status, already, denied;
};

/* Which jobs one request names. */
struct group {
	const struct jobsel_item *item; /* a cluster or a user, or NULL */
	json_t *ids; /* single jobs, or NULL */
	bool constraint, all;
};

static void read_counts(const json_t *json, struct counts *n)
{
	json_opt_int(json, "ok", &n->ok, NULL);
	json_opt_int(json, "error", &n->error, NULL);
	json_opt_int(json, "not-found", &n->not_found, NULL);
	json_opt_int(json, "bad-status", &n->bad_status, NULL);
	json_opt_int(json, "already-done", &n->already, NULL);
	json_opt_int(json, "permission-denied", &n->denied, NULL);
}

static int64_t failures(const struct counts *n)
{
	return n->error + n->not_found + n->bad_status + n->already + n->denied;
}

static json_t *request_body(const struct action_request *req,
			    const struct group *g)
{
	json_t *body = json_object();

	json_set_str(body, "action", req->action->name);
	if (req->reason)
		json_set_str(body, "reason", req->reason);
	if (req->subcode)
		json_set_int(body, "subcode", req->subcode);
	if (g->ids) {
		json_set_value(body, "ids", json_incref(g->ids));
	} else if (g->item && g->item->kind == JOBSEL_USER) {
		json_set_str(body, "owner", g->item->text);
	} else if (g->item) {
		json_t *ids = json_array();

		json_array_append_new(ids, json_string(g->item->text));
		json_set_value(body, "ids", ids);
	} else if (g->constraint) {
		json_set_str(body, "constraint", req->sel->constraint);
	} else {
		json_set_bool(body, "all", true);
	}
	return body;
}

/* One job's result, in HTCondor's words. */
static void print_result(const struct action *a, const json_t *one)
{
	const char *job = "?", *result = "error", *message = NULL;

	json_opt_str(one, "job", &job, NULL);
	json_opt_str(one, "result", &result, NULL);
	json_opt_str(one, "message", &message, NULL);
	if (strcmp(result, "ok") == 0) {
		printf("Job %s %s\n", job, a->done);
		return;
	}
	fflush(stdout);
	if (strcmp(result, "not-found") == 0)
		fprintf(stderr, "Job %s not found\n", job);
	else if (strcmp(result, "permission-denied") == 0)
		fprintf(stderr, "Permission denied to %s job %s\n", a->verb,
			job);
	else if (strcmp(result, "bad-status") == 0)
		fprintf(stderr, "Job %s %s\n", job, a->bad);
	else if (strcmp(result, "already-done") == 0)
		fprintf(stderr, "Job %s %s\n", job, a->already);
	else
		fprintf(stderr, "%s\n", message ? message : "unknown error");
}

/* What a request over many jobs is said to be about. */
static void group_name(const struct action_request *req, const struct group *g,
		       struct strbuf *out)
{
	strbuf_addstr(out, "All jobs");
	if (g->item && g->item->kind == JOBSEL_USER)
		strbuf_addf(out, " of user \"%s\"", g->item->text);
	else if (g->item)
		strbuf_addf(out, " in cluster %s", g->item->text);
	else if (g->constraint)
		strbuf_addf(out, " matching constraint (%s)",
			    req->sel->constraint);
}

static void print_group(const struct action_request *req, const struct group *g,
			const struct counts *n, const json_t *results)
{
	struct strbuf name = STRBUF_INIT;
	size_t i;
	json_t *one;

	group_name(req, g, &name);
	if (failures(n) == 0 && n->ok > 0) {
		printf("%s have been %s\n", name.data, req->action->done);
	} else {
		/* Some or none: each that failed says why. */
		json_array_foreach(results, i, one)
			print_result(req->action, one);
		fflush(stdout);
		if (n->ok == 0) {
			name.data[0] = 'a';
			fprintf(stderr, "Couldn't find/%s %s\n",
				req->action->verb, name.data);
		}
	}
	strbuf_release(&name);
}

static void print_totals(const struct counts *n)
{
	printf("%lld Succeeded, %lld Failed, %lld Not Found, %lld Bad Status, "
	       "%lld Already Done, %lld Permission Denied\n",
	       (long long)n->ok, (long long)n->error, (long long)n->not_found,
	       (long long)n->bad_status, (long long)n->already,
	       (long long)n->denied);
}

static int run_group(struct client *c, const struct action_request *req,
		     const struct group *g)
{
	struct err err = ERR_INIT;
	struct counts n = { 0 };
	json_t *json = NULL, *results = NULL;
	size_t i;
	json_t *one;
	int r = client_call(c, "POST", "/api/v1/jobs/actions",
			    request_body(req, g), &json, &err);

	if (r == 0)
		r = json_get_array(json, "results", &results, &err);
	if (r < 0) {
		json_decref(json);
		return cli_fail(&err);
	}
	read_counts(json_object_get(json, "totals"), &n);
	if (req->totals)
		print_totals(&n);
	else if (g->ids || (req->each && n.ok > 0))
		json_array_foreach(results, i, one)
			print_result(req->action, one);
	else
		print_group(req, g, &n, results);
	json_decref(json);
	return failures(&n) > 0 || n.ok == 0;
}

int action_run(struct client *c, const struct action_request *req)
{
	const struct jobsel *sel = req->sel;
	struct group jobs = { .ids = json_array() };
	int code = 0;

	for (size_t i = 0; i < sel->count; i++) {
		struct group one = { .item = &sel->items[i] };

		if (sel->items[i].kind == JOBSEL_JOB)
			json_array_append_new(jobs.ids,
					      json_string(sel->items[i].text));
		else
			code |= run_group(c, req, &one);
	}
	if (json_array_size(jobs.ids) > 0)
		code |= run_group(c, req, &jobs);
	json_decref(jobs.ids);
	if (sel->constraint)
		code |= run_group(c, req,
				  &(struct group){ .constraint = true });
	if (sel->all)
		code |= run_group(c, req, &(struct group){ .all = true });
	return code;
}

enum {
	OPT_CONSTRAINT = 1,
	OPT_ALL,
	OPT_REASON,
	OPT_SUBCODE,
	OPT_HELD,
	OPT_FORCEX,
	OPT_TOTALS,
	OPT_LONG,
	OPT_NAME,
};

/* Each row with the ACTION_* that it is for; 0: for all. */
static const struct {
	unsigned int options;
	struct opt_def def;
} rows[] = {
	{ 0,
	  { OPT_CONSTRAINT, 0, "constraint", "EXPR",
	    "jobs for which the expression is true" } },
	{ 0, { OPT_ALL, 'a', "all", NULL, "every job that you may act on" } },
	{ ACTION_REASON,
	  { OPT_REASON, 0, "reason", "TEXT", "kept with the job" } },
	{ ACTION_SUBCODE,
	  { OPT_SUBCODE, 0, "subcode", "N", "a number kept with the reason" } },
	{ ACTION_REMOVE,
	  { OPT_HELD, 0, "held", NULL, "only those that are held" } },
	{ ACTION_REMOVE,
	  { OPT_FORCEX, 0, "forcex", NULL,
	    "at once, without waiting for the host to say that it is over" } },
	{ 0, { OPT_TOTALS, 0, "totals", NULL, "print only counts" } },
	{ 0,
	  { OPT_LONG, 'l', "long", NULL,
	    "a line for each job, of a whole cluster too" } },
	{ 0, { OPT_NAME, 0, "name", "URL", "another scheduler" } },
	{ 0, { OPT_NAME, 0, "pool", "URL", NULL } },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void choose_options(const struct action *action,
			   struct opt_def defs[ROWS + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < ROWS; i++)
		if (!rows[i].options || (rows[i].options & action->options))
			defs[n++] = rows[i].def;
	defs[n] = (struct opt_def){ 0 };
}

struct tool {
	struct action_request req;
	struct jobsel sel;
	const char *url;
	bool held;
};

static int set_option(struct tool *t, const struct opt *opt, int id,
		      struct err *err)
{
	struct action_request *req = &t->req;
	long long n;

	switch (id) {
	case OPT_ARG:
		return jobsel_add(&t->sel, opt->value, err);
	case OPT_CONSTRAINT:
		return jobsel_constrain(&t->sel, opt->value, err);
	case OPT_ALL:
		t->sel.all = true;
		return 0;
	case OPT_REASON:
		req->reason = opt->value;
		return 0;
	case OPT_SUBCODE:
		if (opt_parse_int(opt->value, "-subcode", 0, 1000000, &n, err) <
		    0)
			return -EINVAL;
		req->subcode = (int)n;
		return 0;
	case OPT_HELD:
		t->held = true;
		return 0;
	case OPT_FORCEX:
		req->action = &action_remove_now;
		return 0;
	case OPT_TOTALS:
		req->totals = true;
		return 0;
	case OPT_LONG:
		req->each = true;
		return 0;
	case OPT_NAME:
		t->url = opt->value;
		return 0;
	}
	return 0;
}

static int act(struct tool *t)
{
	struct err err = ERR_INIT;
	struct client *c = NULL;
	int code;

	if (t->held)
		jobsel_only(&t->sel, "JobStatus == 5");
	if (jobsel_empty(&t->sel))
		return cli_complain("You did not specify any jobs");
	if (client_new(t->url, &c, &err) < 0)
		return cli_fail(&err);
	code = action_run(c, &t->req);
	client_free(c);
	return cli_end(code);
}

int action_main(int argc, char **argv, const struct action *action,
		const char *about)
{
	struct tool t = { .req = { .action = action } };
	struct opt_def defs[ROWS + 1];
	struct err err = ERR_INIT;
	struct opt opt;
	int id, code = 0;

	cli_init(argv);
	choose_options(action, defs);
	jobsel_init(&t.sel);
	t.req.sel = &t.sel;
	opt_init(&opt, "[OPTION]... [CLUSTER | CLUSTER.PROC | USER]...", about,
		 defs, argc, argv);
	while ((id = opt_next(&opt, &err)) != OPT_END) {
		if (cli_common(&opt, id, &err, &code))
			goto out;
		if (set_option(&t, &opt, id, &err) < 0) {
			code = cli_fail(&err);
			goto out;
		}
	}
	code = act(&t);
out:
	jobsel_release(&t.sel);
	return code;
}
