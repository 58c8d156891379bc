/* SPDX-License-Identifier: MIT */
/* hdrain: empties hosts and keeps new jobs away from them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/strbuf.h"
#include "common/svc/httpu.h"
#include "common/svc/json.h"
#include "submit/cli.h"
#include "submit/client.h"
#include "submit/nearest.h"

enum {
	OPT_GRACEFUL = 1,
	OPT_QUICK,
	OPT_FAST,
	OPT_REASON,
	OPT_RESUME,
	OPT_CANCEL,
	OPT_NAME,
};

static const struct opt_def defs[] = {
	{ OPT_GRACEFUL, 0, "graceful", NULL,
	  "jobs that run there may end (default)" },
	{ OPT_QUICK, 0, "quick", NULL, "they are to checkpoint and move" },
	{ OPT_FAST, 0, "fast", NULL,
	  "they are killed: work since the last checkpoint is lost" },
	{ OPT_REASON, 0, "reason", "TEXT", "kept with the host" },
	{ OPT_RESUME, 0, "resume-on-completion", NULL,
	  "take jobs again when the last one has left" },
	{ OPT_CANCEL, 0, "cancel", NULL, "take jobs again now" },
	{ OPT_NAME, 0, "name", "URL", "another scheduler" },
	{ OPT_NAME, 0, "pool", "URL", NULL },
	{ 0 },
};

#define HOSTS_MAX 1000

struct hdrain {
	const char *hosts[HOSTS_MAX];
	size_t host_count;
	const char *how, *reason, *url;
	bool resume, cancel;
};

static int set_option(struct hdrain *h, const struct opt *opt, int id,
		      struct err *err)
{
	switch (id) {
	case OPT_ARG:
		if (h->host_count == HOSTS_MAX)
			return err_set(err, -E2BIG, "more than %d hosts",
				       HOSTS_MAX);
		h->hosts[h->host_count++] = opt->value;
		return 0;
	case OPT_GRACEFUL:
		h->how = "graceful";
		return 0;
	case OPT_QUICK:
		h->how = "quick";
		return 0;
	case OPT_FAST:
		h->how = "fast";
		return 0;
	case OPT_REASON:
		h->reason = opt->value;
		return 0;
	case OPT_RESUME:
		h->resume = true;
		return 0;
	case OPT_CANCEL:
		h->cancel = true;
		return 0;
	case OPT_NAME:
		h->url = opt->value;
		return 0;
	}
	return 0;
}

static json_t *body_of(const struct hdrain *h)
{
	json_t *body = json_object();

	json_set_str(body, "how", h->how);
	json_set_bool(body, "resume", h->resume);
	if (h->reason)
		json_set_str(body, "reason", h->reason);
	return body;
}

static void print_jobs(const char *host, const json_t *json)
{
	const json_t *jobs = json_object_get(json, "jobs"), *one;
	size_t i, count = json_array_size(jobs);

	if (count == 0) {
		printf("No jobs are running on '%s'\n", host);
		return;
	}
	printf("Running on '%s':", host);
	json_array_foreach(jobs, i, one)
		printf(" %s", json_string_value(one));
	putchar('\n');
}

static int drain(struct client *c, const struct hdrain *h, const char *host)
{
	struct strbuf path = STRBUF_INIT;
	struct err err = ERR_INIT;
	json_t *json = NULL;
	int r;

	strbuf_addstr(&path, "/api/v1/hosts/");
	httpu_encode(&path, host);
	strbuf_addstr(&path, "/drain");
	if (h->cancel)
		r = client_call(c, "DELETE", path.data, NULL, NULL, &err);
	else
		r = client_call(c, "POST", path.data, body_of(h), &json, &err);
	strbuf_release(&path);
	if (r == 0)
		printf("Sent request to %s the startd '%s'.\n",
		       h->cancel ? "cancel draining on" : "drain", host);
	if (r == 0 && !h->cancel)
		print_jobs(host, json);
	json_decref(json);
	return r < 0 ? nearest_host_fail(c, host, &err) : 0;
}

int main(int argc, char **argv)
{
	static struct hdrain h = { .how = "graceful" };
	struct err err = ERR_INIT;
	struct client *c = NULL;
	struct opt opt;
	int id, code = 0;

	cli_init(argv);
	opt_init(&opt, "[OPTION]... HOST...",
		 "Empties hosts: nothing new starts there until "
		 "'hdrain -cancel HOST'.",
		 defs, argc, argv);
	while ((id = opt_next(&opt, &err)) != OPT_END) {
		if (cli_common(&opt, id, &err, &code))
			return code;
		if (set_option(&h, &opt, id, &err) < 0)
			return cli_fail(&err);
	}
	if (h.host_count == 0)
		return cli_complain("say which host; hstatus lists them");
	if (client_new(h.url, &c, &err) < 0)
		return cli_fail(&err);
	for (size_t i = 0; i < h.host_count; i++)
		code |= drain(c, &h, h.hosts[i]);
	client_free(c);
	return cli_end(code);
}
