/* SPDX-License-Identifier: MIT */
#include "submit/analyze.h"

#include <stdio.h>

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

static void add_clauses(const char *id, const json_t *clauses,
			struct strbuf *out)
{
	const json_t *one;
	size_t i;

	strbuf_addstr(out, "\nThe Requirements expression for job ");
	add_id(id, out);
	strbuf_addstr(out, " reduces to these conditions:\n\n"
			   "         Slots\n"
			   "Step    Matched  Condition\n"
			   "-----  --------  ---------\n");
	json_array_foreach(clauses, i, one) {
		const char *text = "";

		json_opt_str(one, "text", &text, NULL);
		strbuf_addf(out, "[%zu]%*s%8lld  ", i, i < 10 ? 4 : 3, "",
			    (long long)number(one, "matched"));
		fmt_text(out, text);
		strbuf_addch(out, '\n');
	}
}

static void add_count(int64_t n, const char *what, struct strbuf *out)
{
	strbuf_addf(out, "  %5lld slots %s\n", (long long)n, what);
}

static void add_summary(const char *id, const json_t *why, size_t hosts,
			struct strbuf *out)
{
	int64_t matched = number(why, "matched"), busy = number(why, "busy");
	int64_t images = number(why, "rejected_by_checkpoint");

	strbuf_addch(out, '\n');
	add_id(id, out);
	strbuf_addf(out,
		    ":  Run analysis summary ignoring user priority.  Of %lld "
		    "slots on %zu machines,\n",
		    (long long)number(why, "slots"), hosts);
	if (images)
		add_count(images,
			  "have an architecture your job or its checkpoint "
			  "does not fit",
			  out);
	add_count(number(why, "rejected_by_job"),
		  "are rejected by your job's requirements", out);
	add_count(number(why, "rejected_by_slot"),
		  "reject your job because of their own requirements", out);
	add_count(busy, "match but are busy, or their owner is there", out);
	add_count(matched - busy, "match and are willing to run your job", out);
}

void analyze_format(const char *id, const json_t *why, size_t hosts,
		    struct strbuf *out)
{
	const json_t *clauses = json_object_get(why, "clauses");
	const char *text = NULL;

	json_opt_str(why, "text", &text, NULL);
	if (clauses) {
		add_clauses(id, clauses, out);
		add_summary(id, why, hosts, out);
	}
	if (text) {
		strbuf_addch(out, '\n');
		add_id(id, out);
		strbuf_addstr(out, ":  ");
		fmt_text(out, text);
		strbuf_addch(out, '\n');
	}
}
