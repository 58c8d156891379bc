/* SPDX-License-Identifier: MIT */
/* hstatus: shows the machines of the pool. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/ad/match.h"
#include "common/base/clock.h"
#include "common/base/xalloc.h"
#include "common/svc/json.h"
#include "submit/cli.h"
#include "submit/client.h"
#include "submit/fmt.h"
#include "submit/jobsel.h"
#include "submit/listing.h"
#include "submit/status_view.h"

enum {
	OPT_RUN = 1,
	OPT_OWNERS,
	OPT_CLAIMED,
	OPT_AVAIL,
	OPT_TOTAL,
	OPT_CONSTRAINT,
	OPT_LIMIT,
	OPT_NAME,
};

static const struct opt_def defs[] = {
	{ OPT_RUN, 'r', "run", NULL, "claimed slots and whose jobs are there" },
	{ OPT_OWNERS, 0, "owners", NULL,
	  "a line for each host: is its owner there, and how is it known" },
	{ OPT_CLAIMED, 0, "claimed", NULL, "only claimed slots" },
	{ OPT_AVAIL, 0, "avail", NULL, "only slots that would take a job" },
	{ OPT_TOTAL, 0, "total", NULL, "only the totals" },
	{ OPT_CONSTRAINT, 0, "constraint", "EXPR",
	  "slots for which the expression is true" },
	{ OPT_LIMIT, 0, "limit", "N", "at most N slots" },
	LISTING_OPTIONS("slots'"),
	{ OPT_NAME, 0, "name", "URL", "another scheduler" },
	{ 0 },
};

#define NAMES_MAX 1000

struct hstatus {
	struct listing listing;
	struct jobsel filter; /* for its -constraint only */
	struct expr *constraint;
	enum status_view view;
	const char *names[NAMES_MAX]; /* hosts or slots; none: all */
	size_t name_count;
	const char *url;
	bool totals_only;
	long long limit;
	long long shown;
	int64_t now;
	struct status_totals *totals;
	struct strbuf lines;
};

static int add_name(struct hstatus *h, const char *name, struct err *err)
{
	if (h->name_count == NAMES_MAX)
		return err_set(err, -E2BIG, "more than %d names", NAMES_MAX);
	h->names[h->name_count++] = name;
	return 0;
}

static int set_option(struct hstatus *h, struct opt *opt, int id,
		      struct err *err)
{
	int r = listing_option(&h->listing, opt, id, err);

	if (r)
		return r < 0 ? r : 0;
	switch (id) {
	case OPT_ARG:
		return add_name(h, opt->value, err);
	case OPT_RUN:
		h->view = STATUS_RUN;
		return jobsel_constrain(&h->filter, "State == \"Claimed\"",
					err);
	case OPT_OWNERS:
		h->view = STATUS_OWNERS;
		return 0;
	case OPT_CLAIMED:
		return jobsel_constrain(&h->filter, "State == \"Claimed\"",
					err);
	case OPT_AVAIL:
		return jobsel_constrain(&h->filter, "State == \"Unclaimed\"",
					err);
	case OPT_TOTAL:
		h->totals_only = true;
		return 0;
	case OPT_CONSTRAINT:
		return jobsel_constrain(&h->filter, opt->value, err);
	case OPT_LIMIT:
		return opt_parse_int(opt->value, "-limit", 0, 1000000000,
				     &h->limit, err);
	case OPT_NAME:
		h->url = opt->value;
		return 0;
	}
	return 0;
}

static bool is_named(const struct hstatus *h, const char *host,
		     const char *slot)
{
	for (size_t i = 0; i < h->name_count; i++) {
		if (strcmp(h->names[i], host) == 0 ||
		    (slot && strcmp(h->names[i], slot) == 0))
			return true;
	}
	return h->name_count == 0;
}

static void show_slot(struct hstatus *h, const struct ad *slot,
		      const char *name)
{
	if (h->constraint && !ad_test(h->constraint, slot, NULL))
		return;
	if (h->limit >= 0 && h->shown >= h->limit)
		return;
	h->shown++;
	status_totals_add(h->totals, slot);
	if (h->listing.mode != LISTING_TABLE)
		listing_print(&h->listing, slot, name, stdout);
	else if (!h->totals_only)
		status_view_slot(h->view, slot, h->now, &h->lines);
}

static int each_slot(struct hstatus *h, const json_t *host, const char *name,
		     struct err *err)
{
	json_t *slots = json_object_get(host, "slots"), *one;
	size_t i;

	json_array_foreach(slots, i, one) {
		struct ad *slot;
		const char *slot_name;
		int r = ad_from_json(one, &slot, err);

		if (r < 0)
			return r;
		slot_name = ad_str(slot, "Name");
		if (is_named(h, name, slot_name))
			show_slot(h, slot, slot_name ? slot_name : name);
		ad_free(slot);
	}
	return 0;
}

static int each_host(struct hstatus *h, const json_t *hosts, struct err *err)
{
	json_t *one;
	size_t i;
	int r = 0;

	json_array_foreach(hosts, i, one) {
		const char *name;

		r = json_get_str(one, "name", &name, err);
		if (r == 0 && h->view == STATUS_OWNERS) {
			if (is_named(h, name, NULL))
				status_view_host(one, h->now, &h->lines);
		} else if (r == 0) {
			r = each_slot(h, one, name, err);
		}
		if (r < 0)
			break;
	}
	return r;
}

static void print_table(struct hstatus *h, size_t hosts)
{
	struct strbuf out = STRBUF_INIT;

	if (hosts == 0) {
		fprintf(stderr, "No machine has joined the pool; "
				"'harrier up' starts one here.\n");
		return;
	}
	if (h->lines.len) {
		status_view_head(h->view, &out);
		strbuf_add(&out, h->lines.data, h->lines.len);
	}
	if (h->view != STATUS_OWNERS)
		status_totals_format(h->totals, &out);
	fmt_cut_line(&out, cli_width());
	fwrite(out.data, 1, out.len, stdout);
	strbuf_release(&out);
}

static int show(struct hstatus *h, struct client *c, struct err *err)
{
	json_t *json = NULL, *hosts = NULL;
	int r = client_get(c, "/api/v1/hosts", &json, err);

	if (r == 0)
		r = json_get_array(json, "hosts", &hosts, err);
	if (r == 0)
		r = each_host(h, hosts, err);
	if (r == 0 && h->listing.mode == LISTING_TABLE)
		print_table(h, json_array_size(hosts));
	else if (r == 0)
		listing_end(&h->listing, stdout);
	json_decref(json);
	return r;
}

static int run(struct hstatus *h, struct opt *opt, struct err *err)
{
	struct client *c = NULL;
	int id, code, r = 0;

	while ((id = opt_next(opt, err)) != OPT_END) {
		if (cli_common(opt, id, err, &code))
			return code;
		if (set_option(h, opt, id, err) < 0)
			return cli_fail(err);
	}
	if (h->filter.constraint)
		r = expr_parse(h->filter.constraint, &h->constraint, err);
	if (r == 0)
		r = client_new(h->url, &c, err);
	if (r == 0)
		r = show(h, c, err);
	if (r < 0)
		cli_fail(err);
	client_free(c);
	return cli_end(r < 0);
}

int main(int argc, char **argv)
{
	static struct hstatus h = { .limit = -1 };
	struct err err = ERR_INIT;
	struct opt opt;
	int code;

	cli_init(argv);
	h.now = clock_real_ms() / 1000;
	h.totals = status_totals_new();
	strbuf_init(&h.lines);
	listing_init(&h.listing);
	jobsel_init(&h.filter);
	if (listing_split_flags(&h.listing, argc, argv, &err) < 0) {
		code = cli_fail(&err);
	} else {
		opt_init(&opt, "[OPTION]... [HOST | SLOT]...",
			 "Shows the machines of the pool.", defs, argc, argv);
		code = run(&h, &opt, &err);
	}
	status_totals_free(h.totals);
	strbuf_release(&h.lines);
	listing_release(&h.listing);
	jobsel_release(&h.filter);
	expr_free(h.constraint);
	return code;
}
