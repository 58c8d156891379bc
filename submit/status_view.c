/* SPDX-License-Identifier: MIT */
#include "submit/status_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "common/base/hash.h"
#include "common/base/xalloc.h"
#include "common/svc/json.h"
#include "submit/fmt.h"

#define NAME_WIDTH 34

void status_view_head(enum status_view view, struct strbuf *out)
{
	switch (view) {
	case STATUS_SLOTS:
		strbuf_addf(out, "%-*s %-10s %-8s %-9s %-9s %6s %6s %12s\n\n",
			    NAME_WIDTH, "Name", "OpSys", "Arch", "State",
			    "Activity", "LoadAv", "Mem", "ActvtyTime");
		break;
	case STATUS_RUN:
		strbuf_addf(out, "%-*s %-8s %-14s %-10s %-9s %12s\n\n",
			    NAME_WIDTH, "Name", "Arch", "RemoteOwner", "Job",
			    "Activity", "ActvtyTime");
		break;
	case STATUS_OWNERS:
		strbuf_addf(out, "%-24s %-8s %-8s %-9s %12s  %s\n\n", "Host",
			    "Arch", "State", "Owner", "Since", "Why");
		break;
	}
}

static void column(const struct ad *ad, const char *attr, int width,
		   struct strbuf *out)
{
	const char *text = ad_str(ad, attr);

	fmt_column(out, text ? text : "", width);
	strbuf_addch(out, ' ');
}

static void since(int64_t start, int64_t now, struct strbuf *out)
{
	char text[FMT_DURATION_SIZE];

	fmt_duration(text, start > 0 && now >= start ? now - start : 0);
	strbuf_addf(out, "%12s", text);
}

void status_view_slot(enum status_view view, const struct ad *slot, int64_t now,
		      struct strbuf *out)
{
	column(slot, "Name", NAME_WIDTH, out);
	if (view == STATUS_RUN) {
		column(slot, "Arch", 8, out);
		column(slot, "RemoteOwner", 14, out);
		column(slot, "JobId", 10, out);
		column(slot, "Activity", 9, out);
	} else {
		column(slot, "OpSys", 10, out);
		column(slot, "Arch", 8, out);
		column(slot, "State", 9, out);
		column(slot, "Activity", 9, out);
		strbuf_addf(out, "%6.3f %6lld ", ad_real(slot, "LoadAvg", 0),
			    (long long)ad_int(slot, "Memory", 0));
	}
	since(ad_int(slot, "EnteredCurrentActivity", 0), now, out);
	strbuf_addch(out, '\n');
}

void status_view_host(const json_t *host, int64_t now, struct strbuf *out)
{
	const char *name = "?", *arch = "", *state = "", *who = "unknown";
	const char *text = "";
	const json_t *owner = json_object_get(host, "owner");
	int64_t start = 0;

	json_opt_str(host, "name", &name, NULL);
	json_opt_str(host, "arch", &arch, NULL);
	json_opt_str(host, "state", &state, NULL);
	json_opt_str(owner, "state", &who, NULL);
	json_opt_str(owner, "text", &text, NULL);
	json_opt_int(owner, "since", &start, NULL);
	fmt_column(out, name, 24);
	strbuf_addch(out, ' ');
	fmt_column(out, arch, 8);
	strbuf_addch(out, ' ');
	fmt_column(out, state, 8);
	strbuf_addch(out, ' ');
	fmt_column(out, who, 9);
	strbuf_addch(out, ' ');
	since(start, now, out);
	strbuf_addstr(out, "  ");
	fmt_text(out, text);
	strbuf_addch(out, '\n');
}

/* -- totals --------------------------------------------------------------- */

static const char *const states[] = { "Owner",	 "Claimed",    "Unclaimed",
				      "Matched", "Preempting", "Drained" };
#define STATES (sizeof(states) / sizeof(*states))

struct counts {
	long total, by_state[STATES];
};

struct status_totals {
	struct hash *by_arch; /* "X86_64/LINUX" -> struct counts */
	struct counts all;
};

struct status_totals *status_totals_new(void)
{
	struct status_totals *t = xcalloc(1, sizeof(*t));

	t->by_arch = hash_new(free);
	return t;
}

void status_totals_free(struct status_totals *t)
{
	if (!t)
		return;
	hash_free(t->by_arch);
	free(t);
}

static void count(struct counts *c, const char *state)
{
	c->total++;
	for (size_t i = 0; state && i < STATES; i++)
		c->by_state[i] += strcasecmp(state, states[i]) == 0;
}

void status_totals_add(struct status_totals *t, const struct ad *slot)
{
	const char *arch = ad_str(slot, "Arch");
	const char *opsys = ad_str(slot, "OpSys");
	const char *state = ad_str(slot, "State");
	char *key = xasprintf("%s/%s", arch ? arch : "?", opsys ? opsys : "?");
	struct counts *c = hash_get(t->by_arch, key);

	if (!c) {
		c = xcalloc(1, sizeof(*c));
		hash_set(t->by_arch, key, c);
	}
	count(c, state);
	count(&t->all, state);
	free(key);
}

static void counts_line(const char *name, const struct counts *c,
			struct strbuf *out)
{
	strbuf_addf(out, "%18s %5ld %5ld %7ld %9ld %7ld %10ld %6ld\n", name,
		    c->total, c->by_state[0], c->by_state[1], c->by_state[2],
		    c->by_state[3], c->by_state[4], c->by_state[5]);
}

void status_totals_format(const struct status_totals *t, struct strbuf *out)
{
	struct hash_iter it = { 0 };

	strbuf_addf(out, "\n%18s %5s %5s %7s %9s %7s %10s %6s\n\n", "", "Total",
		    "Owner", "Claimed", "Unclaimed", "Matched", "Preempting",
		    "Drain");
	while (hash_next(t->by_arch, &it))
		counts_line(it.key, it.value, out);
	strbuf_addch(out, '\n');
	counts_line("Total", &t->all, out);
	strbuf_addch(out, '\n');
}
