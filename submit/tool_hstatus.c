/* SPDX-License-Identifier: MIT */
/* hstatus: shows the machines of the pool. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/ad/expr_eval.h"
#include "common/ad/match.h"
#include "common/base/clock.h"
#include "common/base/xalloc.h"
#include "common/svc/json.h"
#include "submit/cli.h"
#include "submit/client.h"
#include "submit/fmt.h"
#include "submit/jobsel.h"
#include "submit/listing.h"
#include "submit/nearest.h"
#include "submit/status_view.h"

enum {
	OPT_RUN = 1,
	OPT_OWNERS,
	OPT_STATE,
	OPT_COMPACT,
	OPT_SCHEDD,
	OPT_SUBMITTERS,
	OPT_SORT,
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
	  "a line for each host: is its owner there?" },
	{ OPT_STATE, 0, "state", NULL, "how long slots are in their state" },
	{ OPT_COMPACT, 0, "compact", NULL, "a line for each host" },
	{ OPT_SCHEDD, 0, "schedd", NULL,
	  "the scheduler's jobs (-submitters: each user's)" },
	{ OPT_SUBMITTERS, 0, "submitters", NULL, NULL },
	{ OPT_CLAIMED, 0, "claimed", NULL, "only claimed slots" },
	{ OPT_AVAIL, 0, "avail", NULL, "only slots that would take a job" },
	{ OPT_TOTAL, 0, "total", NULL, "only the totals" },
	{ OPT_CONSTRAINT, 0, "constraint", "EXPR",
	  "slots for which the expression is true" },
	{ OPT_SORT, 0, "sort", "EXPR",
	  "in the order of this attribute or expression" },
	{ OPT_LIMIT, 0, "limit", "N", "at most N slots" },
	LISTING_OPTIONS("slots'"),
	{ OPT_NAME, 0, "name", "URL", "another scheduler" },
	{ OPT_NAME, 0, "pool", "URL", NULL },
	{ 0 },
};

#define NAMES_MAX 1000
#define SORT_MAX  8

struct slot {
	struct ad *ad;
	char *name, *host;
	size_t place; /* as the scheduler lists them */
};

struct hstatus {
	struct listing listing;
	struct jobsel filter; /* for its -constraint only */
	struct expr *constraint;
	struct expr *sort[SORT_MAX];
	size_t sort_count;
	struct slot *slots; /* those that are shown */
	size_t slot_count;
	enum status_view view;
	const char *names[NAMES_MAX]; /* hosts or slots; none: all */
	size_t name_count;
	const char *url;
	bool totals_only;
	long long limit;
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

static int add_sort(struct hstatus *h, const char *text, struct err *err)
{
	struct expr *e;
	int r;

	if (h->sort_count == SORT_MAX)
		return err_set(err, -E2BIG, "more than %d -sort", SORT_MAX);
	r = expr_parse(text, &e, err);
	if (r < 0)
		err_prefix(err, "cannot read '%s'", text);
	else
		h->sort[h->sort_count++] = e;
	return r;
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
	case OPT_STATE:
		h->view = STATUS_STATE;
		return 0;
	case OPT_COMPACT:
		h->view = STATUS_COMPACT;
		return 0;
	case OPT_SCHEDD:
		h->view = STATUS_SCHEDD;
		return 0;
	case OPT_SUBMITTERS:
		h->view = STATUS_SUBMITTERS;
		return 0;
	case OPT_SORT:
		return add_sort(h, opt->value, err);
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

static void keep_slot(struct hstatus *h, struct ad *ad, const char *name,
		      const char *host)
{
	h->slots =
		xreallocarray(h->slots, h->slot_count + 1, sizeof(*h->slots));
	h->slots[h->slot_count] = (struct slot){ ad_ref(ad), xstrdup(name),
						 xstrdup(host), h->slot_count };
	h->slot_count++;
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
		if (is_named(h, name, slot_name) &&
		    (!h->constraint || ad_test(h->constraint, slot, NULL)))
			keep_slot(h, slot, slot_name ? slot_name : name, name);
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

/* A name that nothing has is a mistake: which one is meant? */
static int check_names(const struct hstatus *h, const json_t *hosts,
		       struct err *err)
{
	const json_t *one;
	size_t k;

	for (size_t i = 0; i < h->name_count; i++) {
		const char *at = strchr(h->names[i], '@');
		const char *name = at ? at + 1 : h->names[i], *near;
		bool found = false;

		json_array_foreach(hosts, k, one) {
			const char *host =
				json_string_value(json_object_get(one, "name"));

			found = found || (host && strcmp(host, name) == 0);
		}
		if (found)
			continue;
		near = nearest_member(hosts, "name", name);
		return err_set(err, -ENOENT, "no host '%s'%s%s%s", name,
			       near ? ": did you mean '" : "", near ? near : "",
			       near ? "'?" : "");
	}
	return 0;
}

/* -- order ---------------------------------------------------------------- */

static int compare_values(const struct value *a, const struct value *b)
{
	bool numbers = (a->type == VALUE_INT || a->type == VALUE_REAL) &&
		       (b->type == VALUE_INT || b->type == VALUE_REAL);

	if (numbers) {
		double x = a->type == VALUE_INT ? (double)a->u.i : a->u.r;
		double y = b->type == VALUE_INT ? (double)b->u.i : b->u.r;

		return (x > y) - (x < y);
	}
	if (a->type == VALUE_STRING && b->type == VALUE_STRING)
		return strcasecmp(a->u.s, b->u.s);
	return (a->type > b->type) - (a->type < b->type);
}

static int compare_slots(const void *a, const void *b, void *arg)
{
	const struct slot *x = a, *y = b;
	const struct hstatus *h = arg;

	for (size_t i = 0; i < h->sort_count; i++) {
		struct eval ex, ey;
		struct value vx, vy;
		int order;

		eval_init(&ex, x->ad, NULL);
		eval_init(&ey, y->ad, NULL);
		vx = eval_expr(&ex, h->sort[i]);
		vy = eval_expr(&ey, h->sort[i]);
		order = compare_values(&vx, &vy);
		eval_release(&ex);
		eval_release(&ey);
		if (order)
			return order;
	}
	return (x->place > y->place) - (x->place < y->place);
}

static void release_slots(struct hstatus *h)
{
	for (size_t i = 0; i < h->slot_count; i++) {
		ad_free(h->slots[i].ad);
		free(h->slots[i].name);
		free(h->slots[i].host);
	}
	free(h->slots);
	for (size_t i = 0; i < h->sort_count; i++)
		expr_free(h->sort[i]);
}

/* -- printing ---------------------------------------------------------------- */

/* The slots of a host stand together, as they were listed. */
static void compact_lines(struct hstatus *h)
{
	struct ad **ads = xcalloc(h->slot_count + 1, sizeof(struct ad *));

	for (size_t i = 0, n; i < h->slot_count; i += n) {
		const char *host = h->slots[i].host;

		for (n = 0; i + n < h->slot_count &&
			    strcmp(h->slots[i + n].host, host) == 0;
		     n++)
			ads[n] = h->slots[i + n].ad;
		status_view_compact(host, ads, n, &h->lines);
	}
	free(ads);
}

static void show_slots(struct hstatus *h)
{
	if (h->sort_count)
		qsort_r(h->slots, h->slot_count, sizeof(*h->slots),
			compare_slots, h);
	for (size_t i = 0; i < h->slot_count; i++) {
		const struct slot *s = &h->slots[i];

		if (h->limit >= 0 && (long long)i >= h->limit)
			break;
		status_totals_add(h->totals, s->ad);
		if (h->listing.mode != LISTING_TABLE)
			listing_print(&h->listing, s->ad, s->name, stdout);
		else if (!h->totals_only && h->view != STATUS_COMPACT)
			status_view_slot(h->view, s->ad, h->now, &h->lines);
	}
	if (h->view == STATUS_COMPACT && !h->totals_only)
		compact_lines(h);
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

/* -schedd, -submitters */
static int show_pool(struct hstatus *h, struct client *c, struct err *err)
{
	struct strbuf out = STRBUF_INIT;
	json_t *json = NULL;
	int r = client_get(c, "/api/v1/pool", &json, err);

	if (r == 0) {
		status_view_head(h->view, &out);
		status_view_pool(h->view, json, &out);
		fmt_cut_line(&out, cli_width());
		fwrite(out.data, 1, out.len, stdout);
	}
	json_decref(json);
	strbuf_release(&out);
	return r;
}

static int show(struct hstatus *h, struct client *c, struct err *err)
{
	json_t *json = NULL, *hosts = NULL;
	int r;

	if (h->view == STATUS_SCHEDD || h->view == STATUS_SUBMITTERS)
		return show_pool(h, c, err);
	r = client_get(c, "/api/v1/hosts", &json, err);
	if (r == 0)
		r = json_get_array(json, "hosts", &hosts, err);
	if (r == 0)
		r = check_names(h, hosts, err);
	if (r == 0)
		r = each_host(h, hosts, err);
	if (r == 0)
		show_slots(h);
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
	release_slots(&h);
	status_totals_free(h.totals);
	strbuf_release(&h.lines);
	listing_release(&h.listing);
	jobsel_release(&h.filter);
	expr_free(h.constraint);
	return code;
}
