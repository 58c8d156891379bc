/* SPDX-License-Identifier: MIT */
#include "submit/status_view.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
	case STATUS_STATE:
		strbuf_addf(out,
			    "%-*s %3s %6s %6s %12s %-9s %12s %-8s %12s\n\n",
			    NAME_WIDTH, "Name", "Cpu", "Mem", "LoadAv",
			    "KbdIdle", "State", "StateTime", "Activ",
			    "ActvtyTime");
		break;
	case STATUS_COMPACT:
		strbuf_addf(out,
			    "%-24s %-14s %5s %4s %4s %7s %6s %6s %7s %-2s %8s "
			    "%9s\n\n",
			    "Machine", "Platform", "Slots", "Cpus", "Gpus",
			    "TotalGb", "FreCpu", "FreeGb", "CpuLoad", "ST",
			    "Jobs/Min", "MaxSlotGb");
		break;
	case STATUS_SCHEDD:
	case STATUS_SUBMITTERS:
		strbuf_addf(out, "%-28s %-20s %11s %10s %10s\n\n", "Name",
			    "Machine", "RunningJobs", "IdleJobs", "HeldJobs");
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

static void duration(int64_t seconds, struct strbuf *out)
{
	char text[FMT_DURATION_SIZE];

	fmt_duration(text, seconds);
	strbuf_addf(out, "%12s ", text);
}

static void state_columns(const struct ad *slot, int64_t now,
			  struct strbuf *out)
{
	strbuf_addf(out, "%3lld %6lld %6.3f ",
		    (long long)ad_int(slot, "Cpus", 0),
		    (long long)ad_int(slot, "Memory", 0),
		    ad_real(slot, "LoadAvg", 0));
	if (ad_int(slot, "KeyboardIdle", -1) >= INT32_MAX)
		strbuf_addf(out, "%12s ", "never used");
	else
		duration(ad_int(slot, "KeyboardIdle", -1), out);
	column(slot, "State", 9, out);
	since(ad_int(slot, "EnteredCurrentState", 0), now, out);
	strbuf_addch(out, ' ');
	column(slot, "Activity", 8, out);
}

void status_view_slot(enum status_view view, const struct ad *slot, int64_t now,
		      struct strbuf *out)
{
	column(slot, "Name", NAME_WIDTH, out);
	if (view == STATUS_STATE) {
		state_columns(slot, now, out);
	} else if (view == STATUS_RUN) {
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

/* -- machines at a glance ------------------------------------------------- */

#define MB_PER_GB 1024.0

/* HTCondor's two letters; "**" where the slots differ. */
static void short_state(struct ad *const *slots, size_t count, char out[3])
{
	out[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		bool whole = ad_bool(slots[i], "PartitionableSlot", false);
		const char *state = ad_str(slots[i], "State");
		const char *act = ad_str(slots[i], "Activity");
		char st[3] = { state && *state ? *state : '?',
			       (char)(act && *act ? tolower((unsigned char)*act)
						  : '?'),
			       '\0' };

		/* What is left to carve from counts where nothing is carved. */
		if (whole && count > 1)
			continue;
		if (!out[0])
			memcpy(out, st, sizeof(st));
		else if (strcmp(out, st) != 0)
			memcpy(out, "**", sizeof(st));
	}
}

struct sums {
	int64_t cpus, gpus, memory, free_cpus, free_memory, biggest;
	double load, starts;
};

static void add_slot(struct sums *n, const struct ad *slot)
{
	const char *state = ad_str(slot, "State");
	int64_t cpus = ad_int(slot, "Cpus", 0), mem = ad_int(slot, "Memory", 0);
	bool whole = ad_bool(slot, "PartitionableSlot", false);
	bool part = ad_bool(slot, "DynamicSlot", false);

	/* What a partitionable slot has is free; its parts are in its total. */
	if (!part) {
		n->cpus += whole ? ad_int(slot, "TotalSlotCpus", cpus) : cpus;
		n->memory += whole ? ad_int(slot, "TotalSlotMemory", mem) : mem;
	}
	n->gpus += ad_int(slot, "GPUs", 0);
	if (whole || (state && strcmp(state, "Unclaimed") == 0)) {
		n->free_cpus += cpus;
		n->free_memory += mem;
	} else if (mem > n->biggest) {
		n->biggest = mem;
	}
	if (ad_real(slot, "LoadAvg", 0) > n->load)
		n->load = ad_real(slot, "LoadAvg", 0);
	/* HTCondor's window is 20 minutes. */
	n->starts += ad_real(slot, "RecentJobStarts", 0) / 20;
}

void status_view_compact(const char *host, struct ad *const *slots,
			 size_t count, struct strbuf *out)
{
	struct sums n = { 0 };
	struct strbuf platform = STRBUF_INIT;
	const char *arch = count ? ad_str(slots[0], "Arch") : NULL;
	const char *os = count ? ad_str(slots[0], "OpSysAndVer") : NULL;
	char state[3], biggest[24] = "*";

	for (size_t i = 0; i < count; i++)
		add_slot(&n, slots[i]);
	short_state(slots, count, state);
	if (n.biggest)
		snprintf(biggest, sizeof(biggest), "%.2f",
			 (double)n.biggest / MB_PER_GB);
	strbuf_addf(&platform, "%s/%s", arch ? arch : "?", os ? os : "?");
	fmt_column(out, host, 24);
	strbuf_addch(out, ' ');
	fmt_column(out, platform.data, 14);
	strbuf_addf(out,
		    " %5zu %4lld %4lld %7.2f %6lld %6.2f %7.2f %-2s %8.2f "
		    "%9s\n",
		    count, (long long)n.cpus, (long long)n.gpus,
		    (double)n.memory / MB_PER_GB, (long long)n.free_cpus,
		    (double)n.free_memory / MB_PER_GB, n.load, state, n.starts,
		    biggest);
	strbuf_release(&platform);
}

/* -- who submits ------------------------------------------------------------- */

static int64_t member(const json_t *json, const char *key)
{
	int64_t n = 0;

	json_opt_int(json, key, &n, NULL);
	return n;
}

static void jobs_line(const char *name, const char *machine, const json_t *jobs,
		      struct strbuf *out)
{
	fmt_column(out, name, 28);
	strbuf_addch(out, ' ');
	fmt_column(out, machine, 20);
	strbuf_addf(out, " %11lld %10lld %10lld\n",
		    (long long)member(jobs, "running"),
		    (long long)member(jobs, "idle"),
		    (long long)member(jobs, "held"));
}

void status_view_pool(enum status_view view, const json_t *pool,
		      struct strbuf *out)
{
	const json_t *users = json_object_get(pool, "users"), *one;
	const json_t *jobs = json_object_get(pool, "jobs");
	const char *name = "?", *at;
	size_t i;

	json_opt_str(pool, "name", &name, NULL);
	at = strchr(name, '@');
	at = at ? at + 1 : name;
	if (view == STATUS_SCHEDD) {
		jobs_line(name, at, jobs, out);
	} else {
		json_array_foreach(users, i, one) {
			const char *user = "?";

			json_opt_str(one, "user", &user, NULL);
			jobs_line(user, at, json_object_get(one, "jobs"), out);
		}
	}
	strbuf_addf(out, "\n%49s %11s %10s %10s\n\n%49s %11lld %10lld %10lld\n",
		    "", "RunningJobs", "IdleJobs", "HeldJobs", "Total",
		    (long long)member(jobs, "running"),
		    (long long)member(jobs, "idle"),
		    (long long)member(jobs, "held"));
}
