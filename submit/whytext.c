/* SPDX-License-Identifier: MIT */
#include "submit/whytext.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/ad/expr.h"
#include "common/base/xalloc.h"
#include "common/job/jobdesc.h"
#include "submit/cli.h"
#include "submit/fmt.h"

static int64_t number(const json_t *json, const char *key)
{
	int64_t n = 0;

	json_opt_int(json, key, &n, NULL);
	return n;
}

static const char *text_of(const json_t *json, const char *key)
{
	const char *text = NULL;

	json_opt_str(json, key, &text, NULL);
	return text ? text : "";
}

/* "1 slot", "3 slots". */
static void add_count(int64_t n, const char *what, struct strbuf *out)
{
	strbuf_addf(out, "%lld %s%s", (long long)n, what, n == 1 ? "" : "s");
}

static void add_since(const struct ad *job, int64_t now, struct strbuf *out)
{
	int64_t since = ad_int(job, "EnteredCurrentStatus", 0);
	char text[FMT_DURATION_SIZE];

	if (since <= 0 || since > now)
		return;
	fmt_duration(text, now - since);
	strbuf_addf(out, " for %s", text);
}

/* -- jobs that do not wait for a slot ------------------------------------------ */

static void add_reason(const struct ad *job, const char *attr,
		       struct strbuf *out)
{
	const char *text = ad_str(job, attr);

	if (text && *text) {
		strbuf_addstr(out, ": ");
		fmt_text(out, text);
	}
}

/* False for an idle one. */
static bool add_state(const struct ad *job, const char *id, int64_t now,
		      struct strbuf *out)
{
	const char *host = ad_str(job, "RemoteHost");

	switch (ad_int(job, "JobStatus", 0)) {
	case JOB_HELD:
		strbuf_addstr(out, " is held");
		add_since(job, now, out);
		add_reason(job, "HoldReason", out);
		strbuf_addf(out, ".\n'hrelease %s' lets it run again.\n", id);
		return true;
	case JOB_COMPLETED:
		strbuf_addf(out, " has ended with exit code %lld.\n",
			    (long long)ad_int(job, "ExitCode", 0));
		return true;
	case JOB_REMOVED:
		strbuf_addstr(out, " was removed");
		add_reason(job, "RemoveReason", out);
		strbuf_addstr(out, ".\n");
		return true;
	case JOB_SUSPENDED:
		strbuf_addf(out, " is frozen on %s", host ? host : "its host");
		add_since(job, now, out);
		strbuf_addstr(out, ": its owner is back, or hsuspend was "
				   "asked. It goes on there, or moves.\n");
		return true;
	case JOB_RUNNING:
	case JOB_TRANSFERRING_OUTPUT:
		strbuf_addf(out, " runs on %s", host ? host : "a host");
		add_since(job, now, out);
		strbuf_addstr(out, ".\n");
		return true;
	}
	return false;
}

/* -- conditions ------------------------------------------------------------------ */

/* Does `text` say all there is? "(a)" becomes "a" for people. */
static void add_clause_text(const char *text, struct strbuf *out)
{
	size_t len = strlen(text);
	int depth = 0;
	bool outer = len > 1 && text[0] == '(' && text[len - 1] == ')';
	char *copy;

	for (size_t i = 0; outer && i + 1 < len; i++) {
		depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
		outer = depth > 0;
	}
	copy = outer ? xstrndup(text + 1, len - 2) : xstrdup(text);
	fmt_text(out, copy);
	free(copy);
}

struct values {
	const struct ad *job;
	struct strbuf text;
};

static bool add_value(void *ctx, const char *scope, const char *name)
{
	struct values *v = ctx;

	if ((scope && strcasecmp(scope, "TARGET") == 0) ||
	    !ad_has(v->job, name))
		return true;
	strbuf_addf(&v->text, "%s%s = ", v->text.len ? ", " : "", name);
	ad_unparse_attr(v->job, name, &v->text);
	return true;
}

/* What of the job the condition reads. */
static void add_values(const struct ad *job, const char *clause,
		       struct strbuf *out)
{
	struct values v = { job, STRBUF_INIT };
	struct expr *e = NULL;

	if (expr_parse(clause, &e, NULL) == 0)
		expr_each_attr(e, add_value, &v);
	if (v.text.len) {
		strbuf_addstr(out, "  [");
		fmt_text(out, v.text.data);
		strbuf_addch(out, ']');
	}
	strbuf_release(&v.text);
	expr_free(e);
}

static void add_clause(const struct ad *job, const json_t *one, int64_t slots,
		       struct strbuf *out)
{
	int64_t matched = number(one, "matched");
	int64_t without = -1;

	strbuf_addf(out, "  %6lld of %lld fail  ", (long long)(slots - matched),
		    (long long)slots);
	add_clause_text(text_of(one, "text"), out);
	add_values(job, text_of(one, "text"), out);
	if (json_opt_int(one, "without", &without, NULL) == 0 && without >= 0) {
		strbuf_addstr(out, "\n                     without it ");
		add_count(without, "slot", out);
		strbuf_addstr(out, " would match");
	}
	strbuf_addch(out, '\n');
}

/* Those that cost something; the others only fill the screen. */
static void add_clauses(const struct ad *job, const json_t *why,
			struct strbuf *out)
{
	const json_t *clauses = json_object_get(why, "clauses"), *one;
	int64_t slots = number(why, "slots");
	bool any = false;
	size_t i;

	json_array_foreach(clauses, i, one) {
		if (number(one, "matched") >= slots)
			continue;
		if (!any)
			strbuf_addstr(out, "\nWhat it asks for, and how many "
					   "slots fail it:\n");
		any = true;
		add_clause(job, one, slots, out);
	}
}

/* -- what would help --------------------------------------------------------------- */

static void add_cure(const char *id, const json_t *one, struct strbuf *out)
{
	const char *attr = text_of(one, "attr");
	const json_t *value = json_object_get(one, "value");
	char *text = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;

	/* Another architecture wants another program, not another word. */
	if (*attr && text && strcmp(attr, "ExecutableArchs") != 0)
		strbuf_addf(out, ": hqedit %s %s '%s'", id, attr, text);
	free(text);
}

static void add_suggestions(const char *id, const json_t *why,
			    struct strbuf *out)
{
	const json_t *list = json_object_get(why, "suggestion"), *one;
	size_t i;

	json_array_foreach(list, i, one) {
		int64_t present = number(one, "owner_present");

		if (i == 0)
			strbuf_addf(out,
				    "\n%sThe smallest change that would "
				    "help:%s\n",
				    cli_style("bold"), cli_style("off"));
		strbuf_addstr(out, "  ");
		fmt_text(out, text_of(one, "text"));
		if (present == 1)
			strbuf_addstr(out, " (its owner is at the keyboard "
					   "on 1 of them)");
		else if (present > 1)
			strbuf_addf(out,
				    " (on %lld of them the owner is at the "
				    "keyboard)",
				    (long long)present);
		add_cure(id, one, out);
		strbuf_addch(out, '\n');
	}
}

/* -- what stands in the way ---------------------------------------------------------- */

static const char *limit_text(const char *limit)
{
	static const char *const texts[][2] = {
		{ "no-host", "No host is online: 'hstatus' shows them, "
			     "'harrier up' starts one here." },
		{ "owner-present", "Where it could run, the owner is at the "
				   "keyboard: it starts when one leaves." },
		{ "priority", "Other users' jobs go first: their share of the "
			      "pool is smaller. It starts as theirs end." },
		{ "limit", "One of its concurrency limits is used up." },
		{ "busy", "Where it could run, other jobs run: it starts when "
			  "one ends." },
		{ "none", "Nothing stands in its way: it is about to start." },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (strcmp(limit, texts[i][0]) == 0)
			return texts[i][1];
	return NULL;
}

static void add_part(int64_t n, const char *one, const char *many,
		     struct strbuf *out)
{
	if (n)
		strbuf_addf(out, "  %6lld %s\n", (long long)n,
			    n == 1 ? one : many);
}

/* Those that fit and are not free, by what keeps them. */
static void add_busy(const json_t *why, int64_t busy, struct strbuf *out)
{
	int64_t you = number(why, "serving_you");
	int64_t others = number(why, "serving_others");
	int64_t owner = number(why, "owner_present");
	int64_t aside = number(why, "set_aside");

	add_part(you, "fits, but runs a job of yours already",
		 "fit, but run jobs of yours already", out);
	add_part(others, "fits, but serves another user",
		 "fit, but serve other users", out);
	add_part(owner, "fits, but its owner is at the keyboard",
		 "fit, but their owner is at the keyboard", out);
	add_part(aside, "fits, but was set aside: jobs failed there",
		 "fit, but were set aside: jobs failed there", out);
	add_part(busy - you - others - owner - aside,
		 "fits, but takes no job now", "fit, but take no job now", out);
}

static void add_slots(const json_t *why, size_t hosts, struct strbuf *out)
{
	int64_t slots = number(why, "slots"), busy = number(why, "busy");
	int64_t matched = number(why, "matched");

	if (slots == 0)
		return;
	strbuf_addstr(out, "\nOf ");
	add_count(slots, "slot", out);
	strbuf_addstr(out, " on ");
	add_count((int64_t)hosts, "host", out);
	strbuf_addstr(out, "\n");
	add_part(number(why, "rejected_by_checkpoint"),
		 "has an architecture that it, or its checkpoint, does not fit",
		 "have an architecture that it, or its checkpoint, does not "
		 "fit",
		 out);
	add_part(number(why, "rejected_by_job"), "is not what it asks for",
		 "are not what it asks for", out);
	add_part(number(why, "rejected_by_slot"), "does not take jobs like it",
		 "do not take jobs like it", out);
	add_busy(why, busy, out);
	add_part(matched - busy, "fits and is free", "fit and are free", out);
}

static void add_verdict(const json_t *why, struct strbuf *out)
{
	const char *limit = limit_text(text_of(why, "limits"));
	const char *text = text_of(why, "text");

	if (limit && (number(why, "matched") > 0 || number(why, "slots") == 0))
		strbuf_addf(out, "%s\n", limit);
	else if (*text) {
		strbuf_addch(out, text[0] >= 'a' && text[0] <= 'z'
					  ? (char)(text[0] - 'a' + 'A')
					  : text[0]);
		fmt_text(out, text + 1);
		strbuf_addstr(out, ".\n");
	}
}

void whytext_format(const char *id, const struct ad *job, const json_t *why,
		    size_t hosts, int64_t now, struct strbuf *out)
{
	strbuf_addf(out, "Job %s", id);
	if (add_state(job, id, now, out) || !why)
		return;
	strbuf_addstr(out, " is idle");
	add_since(job, now, out);
	strbuf_addstr(out, ".\n");
	add_verdict(why, out);
	if (!json_object_get(why, "clauses"))
		return;
	add_slots(why, hosts, out);
	add_clauses(job, why, out);
	add_suggestions(id, why, out);
}
