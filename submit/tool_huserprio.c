/* SPDX-License-Identifier: MIT */
/* huserprio: shows and sets the priorities of users. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/ad/match.h"
#include "common/base/xalloc.h"
#include "common/svc/httpu.h"
#include "common/svc/json.h"
#include "submit/cli.h"
#include "submit/client.h"
#include "submit/fmt.h"
#include "submit/jobsel.h"
#include "submit/listing.h"
#include "submit/userprio_view.h"

enum {
	OPT_ALL = 1,
	OPT_USAGE,
	OPT_ALLUSERS,
	OPT_CONSTRAINT,
	OPT_AF,
	OPT_AUTOFORMAT,
	OPT_JSON,
	OPT_LONG,
	OPT_NAME,
	OPT_RESETALL,
	OPT_EDIT, /* and up: OPT_EDIT + index in edits[] */
};

static const struct opt_def defs[] = {
	{ OPT_ALL, 'a', "all", NULL, "real priority and times as well" },
	{ OPT_USAGE, 'u', "usage", NULL, "only what was used, and when" },
	{ OPT_ALLUSERS, 0, "allusers", NULL,
	  "also who used nothing within a day" },
	{ OPT_EDIT + 0, 0, "setfactor", "USER", "VALUE: the priority factor" },
	{ OPT_EDIT + 1, 0, "setprio", "USER", "VALUE: the real priority" },
	{ OPT_EDIT + 2, 0, "setaccum", "USER",
	  "VALUE: the usage so far, in weighted core hours" },
	{ OPT_EDIT + 3, 0, "setfloor", "USER",
	  "CORES that come before everybody else's" },
	{ OPT_EDIT + 4, 0, "setceiling", "USER",
	  "CORES at most; -1: no limit" },
	{ OPT_EDIT + 4, 0, "setceil", "USER", NULL },
	{ OPT_EDIT + 5, 0, "setbegin", "USER", "TIME of the first use" },
	{ OPT_EDIT + 6, 0, "setlast", "USER", "TIME of the last use" },
	{ OPT_EDIT + 7, 0, "resetusage", "USER", "the usage so far to 0" },
	{ OPT_EDIT + 8, 0, "delete", "USER", "forget a user without jobs" },
	{ OPT_RESETALL, 0, "resetall", NULL, "-resetusage for everybody" },
	{ OPT_CONSTRAINT, 0, "constraint", "EXPR",
	  "users for whom the expression is true" },
	{ OPT_AF, 0, "af", NULL,
	  "ATTR...: attributes or expressions; letters: -af:jlhVrtng," },
	{ OPT_AUTOFORMAT, 0, "autoformat", NULL, NULL },
	{ OPT_JSON, 0, "json", NULL, "the users' ads as JSON" },
	{ OPT_LONG, 'l', "long", NULL, "the users' ads as Name = value" },
	{ OPT_NAME, 0, "name", "URL", "another scheduler" },
	{ 0 },
};

enum edit_kind {
	EDIT_NUMBER,
	EDIT_HOURS,
	EDIT_TIME,
	EDIT_FLAG,
	EDIT_DELETE,
};

/* In the order of OPT_EDIT. */
static const struct edit {
	enum edit_kind kind;
	const char *key; /* in the call's body */
	const char *what; /* "The <what> of ann was set to 2" */
} edits[] = {
	{ EDIT_NUMBER, "factor", "priority factor" },
	{ EDIT_NUMBER, "real_priority", "priority" },
	{ EDIT_HOURS, "usage_s", "accumulated usage" },
	{ EDIT_NUMBER, "floor", "floor" },
	{ EDIT_NUMBER, "ceiling", "ceiling" },
	{ EDIT_TIME, "first_used", "begin usage time" },
	{ EDIT_TIME, "last_used", "last usage time" },
	{ EDIT_FLAG, "reset_usage", "accumulated usage" },
	{ EDIT_DELETE, NULL, NULL },
};

#define DAY_S	  86400
#define NAMES_MAX 1000

struct huserprio {
	struct listing listing;
	struct jobsel filter; /* for its -constraint only */
	struct expr *constraint;
	enum userprio_view view;
	bool all_users;
	const char *names[NAMES_MAX]; /* none: all */
	size_t name_count;
	const struct edit *edit; /* NULL: show */
	bool reset_all;
	char *user;
	const char *value;
	const char *url;
};

/* "ann@pc" is ann: in a pool a user has one name. */
static char *user_name(const char *text)
{
	const char *at = strchr(text, '@');

	return xstrndup(text, at ? (size_t)(at - text) : strlen(text));
}

static int take_edit(struct huserprio *h, struct opt *opt, int id,
		     struct err *err)
{
	const struct edit *e = &edits[id - OPT_EDIT];

	if (h->edit || h->reset_all)
		return err_set(err, -EINVAL, "one change at a time");
	h->edit = e;
	h->user = user_name(opt->value);
	if (e->kind == EDIT_FLAG || e->kind == EDIT_DELETE)
		return 0;
	h->value = opt_take(opt);
	if (!h->value)
		return err_set(err, -EINVAL,
			       "the value is missing after user '%s'", h->user);
	return 0;
}

static int set_option(struct huserprio *h, struct opt *opt, int id,
		      struct err *err)
{
	if (id >= OPT_EDIT)
		return take_edit(h, opt, id, err);
	switch (id) {
	case OPT_ARG:
		if (h->name_count == NAMES_MAX)
			return err_set(err, -E2BIG, "more than %d users",
				       NAMES_MAX);
		h->names[h->name_count++] = opt->value;
		return 0;
	case OPT_ALL:
		h->view = USERPRIO_ALL;
		return 0;
	case OPT_USAGE:
		h->view = USERPRIO_USAGE;
		return 0;
	case OPT_ALLUSERS:
		h->all_users = true;
		return 0;
	case OPT_RESETALL:
		h->reset_all = true;
		return h->edit ? err_set(err, -EINVAL, "one change at a time")
			       : 0;
	case OPT_CONSTRAINT:
		return jobsel_constrain(&h->filter, opt->value, err);
	case OPT_AF:
	case OPT_AUTOFORMAT:
		return listing_take_fields(&h->listing, opt, err);
	case OPT_JSON:
		h->listing.mode = LISTING_JSON;
		return 0;
	case OPT_LONG:
		h->listing.mode = LISTING_LONG;
		return 0;
	case OPT_NAME:
		h->url = opt->value;
		return 0;
	}
	return 0;
}

/* -- changes ---------------------------------------------------------------- */

static int edit_body(const struct edit *e, const char *text, json_t *body,
		     double *ret_value, struct err *err)
{
	char *end;
	double value;

	if (e->kind == EDIT_FLAG) {
		json_set_bool(body, e->key, true);
		return 0;
	}
	value = strtod(text, &end);
	if (end == text || *end || !isfinite(value))
		return err_set(err, -EINVAL,
			       "the %s must be a number, not '%s'", e->what,
			       text);
	*ret_value = value;
	if (e->kind == EDIT_TIME)
		json_set_int(body, e->key, (int64_t)value);
	else
		json_set_real(body, e->key,
			      e->kind == EDIT_HOURS ? value * 3600 : value);
	return 0;
}

static char *user_path(const char *user)
{
	struct strbuf path = STRBUF_INIT;

	strbuf_addstr(&path, "/api/v1/users/");
	httpu_encode(&path, user);
	return strbuf_detach(&path);
}

static void tell_edit(const struct edit *e, const char *user, double value)
{
	if (e->kind == EDIT_DELETE)
		printf("The record of %s was deleted\n", user);
	else if (e->kind == EDIT_FLAG)
		printf("The %s of %s was reset\n", e->what, user);
	else if (e->kind == EDIT_TIME)
		printf("The %s of %s was set to %.0f\n", e->what, user, value);
	else
		printf("The %s of %s was set to %f\n", e->what, user, value);
}

static int edit_user(struct client *c, const struct edit *e, const char *user,
		     const char *text, struct err *err)
{
	json_t *body = e->kind == EDIT_DELETE ? NULL : json_object();
	double value = 0;
	char *path = user_path(user);
	int rc = body ? edit_body(e, text, body, &value, err) : 0;

	if (!rc)
		rc = client_call(c, body ? "POST" : "DELETE", path, body, NULL,
				 err);
	else
		json_decref(body);
	free(path);
	if (!rc)
		tell_edit(e, user, value);
	return rc;
}

/* -- the table -------------------------------------------------------------- */

static bool is_named(const struct huserprio *h, const char *name)
{
	bool found = h->name_count == 0;

	for (size_t i = 0; !found && i < h->name_count; i++) {
		char *wanted = user_name(h->names[i]);

		found = !strcmp(wanted, name);
		free(wanted);
	}
	return found;
}

static bool is_wanted(const struct huserprio *h, const struct ad *user,
		      int64_t now)
{
	const char *name = ad_str(user, "Name");

	if (!is_named(h, name))
		return false;
	if (h->constraint && !ad_test(h->constraint, user, NULL))
		return false;
	return h->all_users || h->name_count ||
	       userprio_active(user, now, DAY_S);
}

static int by_priority(const void *a, const void *b)
{
	struct ad *const *x = a, *const *y = b;
	double p = ad_real(*x, "Priority", 0), q = ad_real(*y, "Priority", 0);

	if (p != q)
		return p < q ? -1 : 1;
	return strcmp(ad_str(*x, "Name"), ad_str(*y, "Name"));
}

static int read_users(const struct huserprio *h, const json_t *json,
		      struct ad ***ret_users, size_t *ret_count,
		      int64_t *ret_now, struct err *err)
{
	struct ad **users = NULL;
	json_t *list, *one;
	size_t i, count = 0;
	int rc = json_get_int(json, "now", ret_now, err);

	if (!rc)
		rc = json_get_array(json, "users", &list, err);
	if (rc)
		return rc;
	users = xcalloc(json_array_size(list) + 1, sizeof(struct ad *));
	json_array_foreach(list, i, one) {
		struct ad *ad;

		rc = userprio_ad(one, &ad, err);
		if (rc)
			break;
		if (is_wanted(h, ad, *ret_now))
			users[count++] = ad;
		else
			ad_free(ad);
	}
	*ret_users = users;
	*ret_count = count;
	return rc;
}

static void print_users(struct huserprio *h, struct ad **users, size_t count,
			int64_t now)
{
	struct userprio_totals totals = { 0 };
	struct strbuf out = STRBUF_INIT;

	qsort(users, count, sizeof(struct ad *), by_priority);
	if (h->listing.mode != LISTING_TABLE) {
		for (size_t i = 0; i < count; i++)
			listing_print(&h->listing, users[i],
				      ad_str(users[i], "Name"), stdout);
		listing_end(&h->listing, stdout);
		return;
	}
	userprio_head(h->view, now, &out);
	for (size_t i = 0; i < count; i++)
		userprio_line(h->view, users[i], now, &totals, &out);
	userprio_foot(h->view, &totals, &out);
	fmt_cut_line(&out, cli_width());
	fwrite(out.data, 1, out.len, stdout);
	strbuf_release(&out);
}

/* Fetches them, and prints them or resets all of them. */
static int with_users(struct huserprio *h, struct client *c, struct err *err)
{
	struct ad **users = NULL;
	json_t *json = NULL;
	size_t count = 0;
	int64_t now = 0;
	int rc = client_get(c, "/api/v1/users", &json, err);

	if (!rc)
		rc = read_users(h, json, &users, &count, &now, err);
	if (!rc && !h->reset_all)
		print_users(h, users, count, now);
	for (size_t i = 0; !rc && h->reset_all && i < count; i++)
		rc = edit_user(c, &edits[7], ad_str(users[i], "Name"), NULL,
			       err);
	for (size_t i = 0; i < count; i++)
		ad_free(users[i]);
	free(users);
	json_decref(json);
	return rc;
}

static int run(struct huserprio *h, struct opt *opt, struct err *err)
{
	struct client *c = NULL;
	int id, code, rc = 0;

	while ((id = opt_next(opt, err)) != OPT_END) {
		if (cli_common(opt, id, err, &code))
			return code;
		if (set_option(h, opt, id, err) < 0)
			return cli_fail(err);
	}
	h->all_users |= h->reset_all;
	if (h->filter.constraint)
		rc = expr_parse(h->filter.constraint, &h->constraint, err);
	if (!rc)
		rc = client_new(h->url, &c, err);
	if (!rc)
		rc = h->edit ? edit_user(c, h->edit, h->user, h->value, err)
			     : with_users(h, c, err);
	if (rc < 0)
		cli_fail(err);
	client_free(c);
	return cli_end(rc < 0);
}

int main(int argc, char **argv)
{
	static struct huserprio h;
	struct err err = ERR_INIT;
	struct opt opt;
	int code;

	cli_init(argv);
	listing_init(&h.listing);
	jobsel_init(&h.filter);
	if (listing_split_flags(&h.listing, argc, argv, &err) < 0) {
		code = cli_fail(&err);
	} else {
		opt_init(&opt, "[OPTION]... [USER]...",
			 "Shows and sets the priorities of users.", defs, argc,
			 argv);
		code = run(&h, &opt, &err);
	}
	listing_release(&h.listing);
	jobsel_release(&h.filter);
	expr_free(h.constraint);
	free(h.user);
	return code;
}
