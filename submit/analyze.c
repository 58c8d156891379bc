/* SPDX-License-Identifier: MIT */
#include "submit/analyze.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "common/ad/match.h"
#include "common/base/hash.h"
#include "submit/fmt.h"

/* "781.0" as "781.000". */
static void add_id(const char *id, struct strbuf *out)
{
	int cluster = 0, proc = 0;

	sscanf(id, "%d.%d", &cluster, &proc);
	strbuf_addf(out, "%d.%03d", cluster, proc);
}

static int64_t number(const json_t *why, const char *key)
{
	int64_t n = 0;

	json_opt_int(why, key, &n, NULL);
	return n;
}

/* -- the expression and what it reads ---------------------------------------- */

static void add_requirements(const char *who, const struct ad *ad,
			     struct strbuf *out)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(out, "The Requirements expression for %s is\n\n    ", who);
	if (ad_unparse_attr(ad, "Requirements", &text))
		fmt_text(out, text.data);
	else
		strbuf_addstr(out, "(missing)");
	strbuf_addstr(out, "\n\n");
	strbuf_release(&text);
}

struct names {
	const struct ad *ad;
	struct hash *seen;
	struct strbuf *out;
};

/* The ad's own attributes that its Requirements read, each once. */
static bool add_attr(void *ctx, const char *scope, const char *name)
{
	struct names *n = ctx;
	struct strbuf text = STRBUF_INIT;

	if ((scope && strcasecmp(scope, "TARGET") == 0) ||
	    !ad_has(n->ad, name) || hash_has(n->seen, name))
		return true;
	hash_set(n->seen, name, n);
	ad_unparse_attr(n->ad, name, &text);
	strbuf_addf(n->out, "    %s = ", name);
	fmt_text(n->out, text.data);
	strbuf_addch(n->out, '\n');
	strbuf_release(&text);
	return true;
}

static void add_attrs(const char *who, const struct ad *ad, struct strbuf *out)
{
	struct expr *e = ad_get_expr(ad, "Requirements");
	struct names n = { ad, hash_new_nocase(NULL), out };

	if (e) {
		strbuf_addf(out, "%s defines the following attributes:\n\n",
			    who);
		expr_each_attr(e, add_attr, &n);
		strbuf_addch(out, '\n');
	}
	hash_free(n.seen);
	expr_free(e);
}

/* -- the conditions ------------------------------------------------------------ */

static void add_table_head(const char *who, const char *column,
			   struct strbuf *out)
{
	strbuf_addf(out,
		    "The Requirements expression for %s reduces to these "
		    "conditions:\n\n"
		    "     %9s\n"
		    "Step    Matched  Condition\n"
		    "-----  --------  ---------\n",
		    who, column);
}

static void add_step(size_t i, int64_t matched, const char *text,
		     struct strbuf *out)
{
	char step[24];

	snprintf(step, sizeof(step), "[%zu]", i);
	strbuf_addf(out, "%-5s  %8lld  ", step, (long long)matched);
	fmt_text(out, text);
	strbuf_addch(out, '\n');
}

static void add_clauses(const char *who, const json_t *clauses,
			struct strbuf *out)
{
	const json_t *one;
	size_t i;

	add_table_head(who, "Slots", out);
	json_array_foreach(clauses, i, one) {
		const char *text = "";

		json_opt_str(one, "text", &text, NULL);
		add_step(i, number(one, "matched"), text, out);
	}
	strbuf_addch(out, '\n');
}

/* -- the summary ----------------------------------------------------------------- */

/* What the slots do that fit the job. */
struct split {
	int64_t own, others, owner, drained;
};

/* Would the whole of a partitionable slot do, were it not in use? */
static bool fits_drained(const struct ad *job, const struct ad *slot)
{
	static const char *const parts[][2] = {
		{ "Cpus", "TotalSlotCpus" },
		{ "Memory", "TotalSlotMemory" },
		{ "Disk", "TotalSlotDisk" },
	};
	struct ad *whole;
	bool fits;

	if (!ad_bool(slot, "PartitionableSlot", false))
		return false;
	whole = ad_copy(slot);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		int64_t n = ad_int(slot, parts[i][1], -1);

		if (n >= 0)
			ad_set_int(whole, parts[i][0], n);
	}
	fits = ad_match(job, whole);
	ad_free(whole);
	return fits;
}

static void split_slot(const struct ad *job, const struct ad *slot,
		       struct split *n)
{
	const char *user = ad_str(slot, "RemoteOwner");
	const char *me = ad_str(job, "Owner"), *state = ad_str(slot, "State");

	if (!ad_match(job, slot)) {
		n->drained += fits_drained(job, slot);
		return;
	}
	if (user)
		*(me && strcmp(user, me) == 0 ? &n->own : &n->others) += 1;
	else if (state && strcmp(state, "Owner") == 0)
		n->owner++;
}

static void split_busy(const struct analyze_job *job, struct split *n)
{
	const json_t *host, *one;
	size_t i, k;

	json_array_foreach(job->hosts, i, host) {
		const char *state = "";

		json_opt_str(host, "state", &state, NULL);
		if (strcmp(state, "online") != 0)
			continue;
		json_array_foreach(json_object_get(host, "slots"), k, one) {
			struct ad *slot;

			if (ad_from_json(one, &slot, NULL) < 0)
				continue;
			split_slot(job->ad, slot, n);
			ad_free(slot);
		}
	}
}

/* As the scheduler has recorded it, else as the slots' ads say. */
static void split(const struct analyze_job *job, struct split *n)
{
	split_busy(job, n);
	json_opt_int(job->why, "serving_you", &n->own, NULL);
	json_opt_int(job->why, "serving_others", &n->others, NULL);
	json_opt_int(job->why, "owner_present", &n->owner, NULL);
}

static void add_count(int64_t n, const char *what, struct strbuf *out)
{
	strbuf_addf(out, "  %5lld slots %s\n", (long long)n, what);
}

static void add_summary(const struct analyze_job *job, struct strbuf *out)
{
	const json_t *why = job->why;
	int64_t matched = number(why, "matched"), busy = number(why, "busy");
	int64_t images = number(why, "rejected_by_checkpoint");
	struct split n = { 0 };

	split(job, &n);
	add_id(job->id, out);
	strbuf_addf(out,
		    ":  Run analysis summary ignoring user priority.  Of %lld "
		    "slots on %zu machines,\n",
		    (long long)number(why, "slots"),
		    json_array_size(job->hosts));
	if (images)
		add_count(images,
			  "have an architecture your job or its checkpoint "
			  "does not fit",
			  out);
	add_count(number(why, "rejected_by_job"),
		  "are rejected by your job's requirements", out);
	add_count(number(why, "rejected_by_slot"),
		  "reject your job because of their own requirements", out);
	add_count(n.own, "match and are already running your jobs", out);
	add_count(n.others, "match but are serving other users", out);
	if (n.owner)
		add_count(n.owner, "match but their owner is there", out);
	add_count(matched - busy, "match and are willing to run your job", out);
	add_count(n.drained, "would match if drained", out);
	if (!matched && json_object_get(why, "clauses"))
		strbuf_addstr(out, "\nWARNING:  Be advised:\n   No machines "
				   "matched the jobs's constraints\n");
}

static void add_time(const char *what, int64_t when, struct strbuf *out)
{
	time_t t = (time_t)when;
	struct tm tm;
	char text[40];

	if (localtime_r(&t, &tm) &&
	    strftime(text, sizeof(text), "%a %b %e %H:%M:%S %Y", &tm))
		strbuf_addf(out, "%s: %s\n", what, text);
}

static void add_last(const struct analyze_job *job, struct strbuf *out)
{
	int64_t match = ad_int(job->ad, "LastMatchTime", 0);
	const char *text = NULL;

	if (!match)
		match = number(job->why, "last_match");
	if (!match)
		match = ad_int(job->ad, "JobCurrentStartDate", 0);
	if (match)
		add_time("Last successful match", match, out);
	else
		strbuf_addstr(out, "No successful match recorded.\n");
	json_opt_str(job->why, "text", &text, NULL);
	if (!json_object_get(job->why, "clauses") || !text)
		return;
	add_time("Last failed match", number(job->why, "time"), out);
	strbuf_addstr(out, "Reason for last match failure: ");
	fmt_text(out, text);
	strbuf_addstr(out, "\n\n");
}

void analyze_format(const struct analyze_job *job, struct strbuf *out)
{
	const json_t *clauses = json_object_get(job->why, "clauses");
	struct strbuf who = STRBUF_INIT, name = STRBUF_INIT;
	const char *text = NULL;

	strbuf_addstr(&who, "job ");
	add_id(job->id, &who);
	strbuf_addstr(&name, "Job ");
	add_id(job->id, &name);
	strbuf_addch(out, '\n');
	if (clauses) {
		add_requirements(who.data, job->ad, out);
		add_attrs(name.data, job->ad, out);
		add_clauses(who.data, clauses, out);
		add_last(job, out);
		add_summary(job, out);
	} else if (json_opt_str(job->why, "text", &text, NULL) == 0 && text) {
		add_id(job->id, out);
		strbuf_addstr(out, ":  ");
		fmt_text(out, text);
		strbuf_addch(out, '\n');
	}
	strbuf_release(&who);
	strbuf_release(&name);
}

/* -- a line a job ------------------------------------------------------------------ */

void analyze_summary_head(size_t slots, struct strbuf *out)
{
	strbuf_addf(out,
		    "Analyzing matches for %zu slots\n"
		    "                       Matches    Machine    Running   "
		    "Serving                  \n"
		    " JobId      Slots      Reqmnts  Rejects Job  Users Job "
		    "Other User Available Owner\n"
		    "---------- ---------- -------- ------------ ---------- "
		    "---------- --------- -----\n",
		    slots);
}

void analyze_summary_line(const struct analyze_job *job, struct strbuf *out)
{
	const json_t *why = job->why;
	const char *owner = ad_str(job->ad, "Owner");
	int64_t matched = number(why, "matched");
	int64_t rejects = number(why, "rejected_by_slot");
	struct split n = { 0 };

	if (!json_object_get(why, "clauses")) {
		const char *text = "";

		json_opt_str(why, "text", &text, NULL);
		strbuf_addf(out, "%-10s ", job->id);
		fmt_text(out, text);
		strbuf_addch(out, '\n');
		return;
	}
	split(job, &n);
	strbuf_addf(out, "%-10s %10lld %8lld %12lld %10lld %10lld %9lld ",
		    job->id, (long long)number(why, "slots"),
		    (long long)(matched + rejects), (long long)rejects,
		    (long long)n.own, (long long)n.others,
		    (long long)(matched - number(why, "busy")));
	fmt_text(out, owner ? owner : "");
	strbuf_addch(out, '\n');
}

/* -- the other way round -------------------------------------------------------------- */

static void reverse_clauses(const char *name, const struct ad *slot,
			    struct ad *const *jobs, size_t count,
			    struct strbuf *out)
{
	struct ad *own = ad_copy(slot);
	struct match_clauses *clauses = match_clauses_new(own);
	size_t steps = clauses ? match_clauses_count(clauses) : 0;

	add_table_head(name, "Jobs", out);
	for (size_t i = 0; i < steps; i++) {
		int64_t matched = 0;

		for (size_t k = 0; k < count; k++)
			matched += match_clauses_try(clauses, i, jobs[k]) ==
				   MATCH_YES;
		add_step(i, matched, match_clauses_text(clauses, i), out);
	}
	match_clauses_free(clauses);
	ad_free(own);
}

void analyze_reverse(const struct ad *slot, struct ad *const *jobs,
		     size_t count, struct strbuf *out)
{
	const char *name = ad_str(slot, "Name");
	size_t both = 0, here = 0, there = 0;

	name = name ? name : "?";
	strbuf_addch(out, '\n');
	add_requirements(name, slot, out);
	add_attrs(name, slot, out);
	reverse_clauses(name, slot, jobs, count, out);
	for (size_t k = 0; k < count; k++) {
		bool slot_accepts = ad_accepts(slot, jobs[k]);
		bool job_accepts = ad_accepts(jobs[k], slot);

		here += slot_accepts;
		there += job_accepts;
		both += slot_accepts && job_accepts;
	}
	strbuf_addf(out,
		    "\n%s: Run analysis summary of %zu jobs.\n"
		    "%5zu (%.2f %%) match both slot and job requirements.\n"
		    "%5zu match the requirements of this slot.\n"
		    "%5zu have job requirements that match this slot.\n",
		    name, count, both,
		    count ? 100.0 * (double)both / (double)count : 0.0, here,
		    there);
}
