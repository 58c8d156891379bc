/* SPDX-License-Identifier: MIT */
/*
 * why.h: clauses and suggestions. A change is worth telling when it alone
 * would match: a numeric attribute of the job lowered (or raised) to what a
 * machine has, or one clause less. Each is tried on every class of slots.
 */
#include "scheduler/why.h"

#include "common/ad/ad.h"
#include "common/ad/match.h"
#include "common/base/hash.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "scheduler/match.h"
#include "scheduler/nodes.h"
#include "scheduler/queue.h"
#include "scheduler/slotclass.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NEAREST_MAX	3
#define PER_ATTR_MAX	3
#define SUGGESTIONS_MAX 10
#define PAIRS_MAX	32

/* A class of whole slots, with those of its slots that are online. */
struct kind {
	struct slotclass *class;
	const struct verdict *verdict;
	bool *meets; /* by clause */
	int fails; /* clauses */
	int slots, owner_present;
	bool accepted; /* the job: by the slots, or they take none now */
	struct slot *sample;
};

struct analysis {
	struct match *m;
	struct autocluster *ac;
	struct match_clauses *clauses;
	size_t clause_count;
	struct kind *kinds;
	size_t kind_count;
	int matched;
	json_t *suggestions;
};

/* -- the kinds of slots ------------------------------------------------------------ */

static void judge(struct analysis *a, struct kind *k)
{
	k->verdict = match_verdict(a->m, a->ac, k->class);
	k->meets = xcalloc(a->clause_count + 1, sizeof(bool));
	for (size_t c = 0; c < a->clause_count; c++) {
		k->meets[c] = match_clauses_try(a->clauses, c, k->class->ad) ==
			      MATCH_YES;
		k->fails += !k->meets[c];
	}
}

static bool is_match(const struct kind *k)
{
	return k->verdict->allowed && k->verdict->fits &&
	       k->verdict->job_accepts && k->accepted;
}

static void add_slot(struct analysis *a, struct hash *seen, struct slot *s)
{
	uint32_t serial = s->whole->serial;
	struct kind *k;
	/* position + 1 of the kind */
	size_t at =
		(size_t)(uintptr_t)hash_get_mem(seen, &serial, sizeof(serial));

	if (!at) {
		if (!(a->kind_count & (a->kind_count + 1)))
			a->kinds = xreallocarray(a->kinds,
						 2 * a->kind_count + 2,
						 sizeof(*a->kinds));
		k = &a->kinds[a->kind_count++];
		*k = (struct kind){ .class = s->whole, .sample = s };
		judge(a, k);
		at = a->kind_count;
		hash_set_mem(seen, &serial, sizeof(serial), (void *)at);
	}
	k = &a->kinds[at - 1];
	k->slots++;
	k->owner_present += s->host->owner == WIRE_OWNER_PRESENT;
	k->accepted |= k->verdict->slot_accepts || !s->accepts;
}

static void collect(struct analysis *a, struct nodes *nodes)
{
	struct hash *seen = hash_new(NULL);
	struct hash_iter it = { 0 };
	struct host *h;

	while ((h = nodes_next(nodes, &it)))
		for (size_t i = 0; h->online && i < h->slot_count; i++)
			if (h->slots[i]->whole)
				add_slot(a, seen, h->slots[i]);
	for (size_t i = 0; i < a->kind_count; i++)
		if (is_match(&a->kinds[i]))
			a->matched += a->kinds[i].slots;
	hash_free(seen);
}

/* -- clauses --------------------------------------------------------------------------- */

/* Would this kind match if clause c were dropped? */
static bool matches_without(const struct analysis *a, const struct kind *k,
			    size_t c)
{
	if (is_match(k))
		return true;
	if (!k->verdict->allowed || !k->accepted || k->meets[c] ||
	    k->fails != 1)
		return false;
	/* What was asked for has to be carved from the slot all the same. */
	return k->verdict->fits ||
	       strcasestr(match_clauses_text(a->clauses, c), "Request");
}

static json_t *clause_json(const struct analysis *a, size_t c, int *ret_matched)
{
	int matched = 0, without = 0, owners = 0;
	const char *text = match_clauses_text(a->clauses, c);

	for (size_t i = 0; i < a->kind_count; i++) {
		const struct kind *k = &a->kinds[i];

		if (k->meets[c])
			matched += k->slots;
		if (!matches_without(a, k, c))
			continue;
		without += k->slots;
		owners += k->owner_present;
	}
	*ret_matched = matched;
	return json_pack("{s:s,s:i,s:i,s:i}", "text", text, "matched", matched,
			 "without", without, "owner_present", owners);
}

static void put_clauses(struct analysis *a, json_t *root, char **ret_worst)
{
	json_t *list = json_array();

	for (size_t c = 0; c < a->clause_count; c++) {
		int matched;

		json_array_append_new(list, clause_json(a, c, &matched));
		if (!matched && !*ret_worst)
			*ret_worst = xstrdup(match_clauses_text(a->clauses, c));
	}
	json_object_set_new(root, "clauses", list);
}

/* -- the nearest slots -------------------------------------------------------------------- */

static int by_fails(const void *x, const void *y)
{
	const struct kind *a = *(const struct kind *const *)x;
	const struct kind *b = *(const struct kind *const *)y;

	if (a->verdict->allowed != b->verdict->allowed)
		return a->verdict->allowed ? -1 : 1;
	if (a->fails != b->fails)
		return a->fails - b->fails;
	return a < b ? -1 : 1;
}

static json_t *near_json(const struct analysis *a, const struct kind *k)
{
	json_t *fails = json_array();

	for (size_t c = 0; c < a->clause_count; c++) {
		struct strbuf values = STRBUF_INIT;

		if (k->meets[c])
			continue;
		match_clauses_values(a->clauses, c, k->class->ad, &values);
		json_array_append_new(
			fails,
			json_pack("{s:s,s:s}", "text",
				  match_clauses_text(a->clauses, c), "values",
				  values.data ? values.data : ""));
		strbuf_release(&values);
	}
	return json_pack("{s:s,s:i,s:i,s:b,s:b,s:o}", "slot", k->sample->full,
			 "slots", k->slots, "owner_present", k->owner_present,
			 "architecture", (int)k->verdict->allowed, "accepts",
			 (int)k->accepted, "fails", fails);
}

static void put_nearest(const struct analysis *a, json_t *root)
{
	const struct kind **order = xcalloc(a->kind_count + 1, sizeof(*order));
	json_t *list = json_array();
	size_t n = 0;

	for (size_t i = 0; i < a->kind_count; i++)
		if (!is_match(&a->kinds[i]))
			order[n++] = &a->kinds[i];
	qsort(order, n, sizeof(*order), by_fails);
	for (size_t i = 0; i < n && i < NEAREST_MAX; i++)
		json_array_append_new(list, near_json(a, order[i]));
	json_object_set_new(root, "nearest", list);
	free(order);
}

/* -- numbers that could be others ---------------------------------------------------- */

/* The job's attribute and the machine's that it is compared with. */
struct pair {
	char mine[AD_NAME_MAX + 1], theirs[AD_NAME_MAX + 1];
};

struct pairs {
	const struct ad *ad;
	struct pair pairs[PAIRS_MAX];
	size_t count;
	/* of the clause being read */
	const char *mine[8], *theirs[8];
	size_t mine_count, theirs_count;
};

static void add_pair(struct pairs *p, const char *mine, const char *theirs)
{
	struct pair *n = &p->pairs[p->count];
	int64_t value;

	if (p->count == PAIRS_MAX || !ad_get_int(p->ad, mine, &value))
		return;
	for (size_t i = 0; i < p->count; i++)
		if (!strcasecmp(p->pairs[i].mine, mine))
			return;
	snprintf(n->mine, sizeof(n->mine), "%s", mine);
	snprintf(n->theirs, sizeof(n->theirs), "%s", theirs);
	p->count++;
}

static bool reference(void *ctx, const char *scope, const char *name)
{
	struct pairs *p = ctx;
	bool theirs = !strcasecmp(scope, "TARGET") ||
		      (!*scope && !ad_has(p->ad, name));

	if (theirs && p->theirs_count < 8)
		p->theirs[p->theirs_count++] = name;
	else if (!theirs && p->mine_count < 8)
		p->mine[p->mine_count++] = name;
	return true;
}

static void find_pairs(const struct analysis *a, struct pairs *p)
{
	for (size_t c = 0; c < a->clause_count; c++) {
		struct expr *e = NULL;

		if (expr_parse(match_clauses_text(a->clauses, c), &e, NULL))
			continue;
		p->mine_count = p->theirs_count = 0;
		expr_each_attr(e, reference, p);
		for (size_t i = 0; i < p->mine_count; i++)
			for (size_t k = 0; k < p->theirs_count; k++)
				add_pair(p, p->mine[i], p->theirs[k]);
		expr_free(e);
	}
	/* Carving looks at these whether a clause does or not. */
	add_pair(p, "RequestCpus", "Cpus");
	add_pair(p, "RequestMemory", "Memory");
	add_pair(p, "RequestDisk", "Disk");
}

struct option {
	int64_t value;
	double distance; /* from what was asked for */
	int slots, owner_present;
};

static bool carves(const struct ad *job, const struct slotclass *c)
{
	return !c->partitionable ||
	       (ad_int(job, "RequestCpus", 1) <= c->cpus &&
		ad_int(job, "RequestMemory", 1) <= c->memory_mb &&
		ad_int(job, "RequestDisk", 1) <= c->disk_kb);
}

/* With the machine's own value the kind would match: an option. */
static bool try_value(const struct analysis *a, const struct kind *k,
		      const struct pair *p, struct ad *job, struct option *ret)
{
	int64_t value;

	if (is_match(k) || !k->verdict->allowed || !k->accepted ||
	    !ad_get_int(k->class->ad, p->theirs, &value) || value <= 0)
		return false;
	(void)a;
	ad_set_int(job, p->mine, value);
	if (!ad_accepts(job, k->class->ad) || !carves(job, k->class))
		return false;
	*ret = (struct option){ value, 0, k->slots, k->owner_present };
	return true;
}

static int by_distance(const void *x, const void *y)
{
	const struct option *a = x, *b = y;

	return (a->distance > b->distance) - (a->distance < b->distance);
}

static const char *command_of(const char *attr)
{
	static const char *const names[][2] = {
		{ "RequestCpus", "request_cpus" },
		{ "RequestMemory", "request_memory" },
		{ "RequestDisk", "request_disk" },
		{ "RequestGPUs", "request_gpus" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcasecmp(names[i][0], attr))
			return names[i][1];
	return attr;
}

static void suggest(struct analysis *a, const char *attr, int64_t asked,
		    const struct option *o)
{
	double change = fabs((double)(o->value - asked)) /
			(asked ? fabs((double)asked) : 1);
	int slots = o->slots + a->matched;
	json_t *v = json_pack(
		"{s:o,s:s,s:I,s:i,s:i,s:f}", "text",
		json_sprintf("%s = %lld would match %d slot%s",
			     command_of(attr), (long long)o->value, slots,
			     slots == 1 ? "" : "s"),
		"attr", attr, "value", (json_int_t)o->value, "slots", slots,
		"owner_present", o->owner_present, "change", change);

	json_array_append_new(a->suggestions, v);
}

/* The nearest value, and those further off that match twice as many. */
static void suggest_best(struct analysis *a, const char *attr, int64_t asked,
			 struct option *options, size_t n)
{
	struct option sum = { 0 };
	int told = 0, given = 0;

	for (size_t i = 0; i < n; i++)
		options[i].distance = fabs((double)(options[i].value - asked));
	qsort(options, n, sizeof(*options), by_distance);
	for (size_t i = 0; i < n && given < PER_ATTR_MAX; i++) {
		sum.value = options[i].value;
		sum.slots += options[i].slots;
		sum.owner_present += options[i].owner_present;
		if (i + 1 < n && options[i + 1].value == sum.value)
			continue;
		if (sum.slots < 2 * told)
			continue;
		suggest(a, attr, asked, &sum);
		told = sum.slots;
		given++;
	}
}

static void suggest_values(struct analysis *a)
{
	struct pairs *p = xcalloc(1, sizeof(*p));
	struct option *options = xcalloc(a->kind_count + 1, sizeof(*options));

	p->ad = a->ac->ad;
	find_pairs(a, p);
	for (size_t i = 0; i < p->count; i++) {
		struct ad *job = ad_copy(a->ac->ad);
		int64_t asked = ad_int(a->ac->ad, p->pairs[i].mine, 0);
		size_t n = 0;

		for (size_t k = 0; k < a->kind_count; k++)
			n += try_value(a, &a->kinds[k], &p->pairs[i], job,
				       &options[n]);
		suggest_best(a, p->pairs[i].mine, asked, options, n);
		ad_free(job);
	}
	free(options);
	free(p);
}

/* -- clauses that could go ---------------------------------------------------------------- */

static void suggest_dropping(struct analysis *a)
{
	for (size_t c = 0; c < a->clause_count; c++) {
		int slots = 0, owners = 0;
		const char *text = match_clauses_text(a->clauses, c);

		for (size_t i = 0; i < a->kind_count; i++) {
			const struct kind *k = &a->kinds[i];

			if (!matches_without(a, k, c))
				continue;
			slots += k->slots;
			owners += is_match(k) ? 0 : k->owner_present;
		}
		if (slots <= a->matched)
			continue;
		json_array_append_new(
			a->suggestions,
			json_pack("{s:o,s:s,s:i,s:i,s:f}", "text",
				  json_sprintf("without %s %d slot%s would "
					       "match",
					       text, slots,
					       slots == 1 ? "" : "s"),
				  "clause", text, "slots", slots,
				  "owner_present", owners, "change", 1e9));
	}
}

/* Built for one more architecture, it could run there. */
static void suggest_building(struct analysis *a)
{
	struct hash *archs = hash_new(NULL);
	struct hash_iter it = { 0 };

	for (size_t i = 0; a->ac->limit.built && i < a->kind_count; i++) {
		const struct kind *k = &a->kinds[i];
		size_t n = (size_t)(uintptr_t)hash_get(archs, k->class->arch);

		if (!k->verdict->allowed && k->verdict->job_accepts &&
		    k->verdict->fits && k->accepted && !a->ac->limit.ckpt)
			hash_set(archs, k->class->arch,
				 (void *)(n + (size_t)k->slots));
	}
	while (hash_next(archs, &it)) {
		int slots = (int)(uintptr_t)it.value + a->matched;

		json_array_append_new(
			a->suggestions,
			json_pack("{s:o,s:s,s:s,s:i,s:i,s:f}", "text",
				  json_sprintf("built for %s as well it would "
					       "match %d slot%s",
					       it.key, slots,
					       slots == 1 ? "" : "s"),
				  "attr", "ExecutableArchs", "value", it.key,
				  "slots", slots, "owner_present", 0, "change",
				  1e6));
	}
	hash_free(archs);
}

static int by_change(const void *x, const void *y)
{
	const json_t *a = *(json_t *const *)x, *b = *(json_t *const *)y;
	double p = json_real_value(json_object_get(a, "change"));
	double q = json_real_value(json_object_get(b, "change"));
	json_int_t m, n;

	if (p != q)
		return p < q ? -1 : 1;
	m = json_integer_value(json_object_get(a, "slots"));
	n = json_integer_value(json_object_get(b, "slots"));
	return (m < n) - (m > n);
}

static void put_suggestions(struct analysis *a, json_t *root)
{
	size_t n = json_array_size(a->suggestions);
	json_t **order = xcalloc(n + 1, sizeof(*order)), *list = json_array();

	for (size_t i = 0; i < n; i++)
		order[i] = json_array_get(a->suggestions, i);
	qsort(order, n, sizeof(*order), by_change);
	for (size_t i = 0; i < n && i < SUGGESTIONS_MAX; i++) {
		json_object_del(order[i], "change");
		json_array_append(list, order[i]);
	}
	json_object_set_new(root, "suggestion", list);
	free(order);
}

void why_clauses(struct match *m, struct nodes *n, struct autocluster *ac,
		 json_t *root, char **ret_worst)
{
	struct analysis a = { .m = m, .ac = ac, .suggestions = json_array() };

	a.clauses = match_clauses_new(ac->ad);
	a.clause_count = a.clauses ? match_clauses_count(a.clauses) : 0;
	collect(&a, n);
	put_clauses(&a, root, ret_worst);
	put_nearest(&a, root);
	suggest_values(&a);
	suggest_dropping(&a);
	suggest_building(&a);
	put_suggestions(&a, root);
	for (size_t i = 0; i < a.kind_count; i++)
		free(a.kinds[i].meets);
	free(a.kinds);
	match_clauses_free(a.clauses);
	json_decref(a.suggestions);
}
