/* SPDX-License-Identifier: MIT */
/* Joins the edges of all units: which sinks does a source reach? */
#include "instrument/taint.h"

#include <stdlib.h>
#include <string.h>

#include "ckptlib/abi.h"
#include "common/base/hash.h"
#include "common/base/xalloc.h"
#include "instrument/facts.h"

struct join {
	struct facts *const *units;
	int nunits;
	int source;
	struct hash *reached; /* "f#2" */
	bool changed;
};

static bool is_source(int end)
{
	return end == FLOW_WIDTH || end == FLOW_ADDRESS;
}

static bool starts_reached(struct join *j, const struct fact_edge *e)
{
	char *key;
	bool has;

	if (is_source(e->from))
		return e->from == j->source;
	key = xasprintf("%s#%d", e->from_fn, e->from);
	has = hash_has(j->reached, key);
	free(key);
	return has;
}

static void reach(struct join *j, const struct fact_edge *e)
{
	char *key = xasprintf("%s#%d", e->to_fn, e->to);

	if (!hash_has(j->reached, key)) {
		hash_set(j->reached, key, j);
		j->changed = true;
	}
	free(key);
}

static bool has_reason(const struct facts *f, const struct fact_edge *e,
		       int limit)
{
	for (int i = 0; i < f->nreasons; i++)
		if (f->reasons[i].line == e->line &&
		    f->reasons[i].limit == limit &&
		    !strcmp(f->reasons[i].file, e->file))
			return true;
	return false;
}

/* An edge to a pointer made of a number names no object. */
static char *reason_text(const struct fact_edge *e, bool address)
{
	if (!*e->text)
		return xstrdup("a number is turned into a pointer");
	return xasprintf(address ? "an address, as a number, reaches '%s'"
				 : "a number that depends on the width of "
				   "types reaches '%s'",
			 e->text);
}

static void add_reason(struct join *j, struct facts *f,
		       const struct fact_edge *e)
{
	bool address = j->source == FLOW_ADDRESS;
	int limit = address ? CKPT_SAME_ADDRESSES : CKPT_SAME_WORD_SIZE;

	if (has_reason(f, e, limit))
		return;
	f->reasons =
		xreallocarray(f->reasons, f->nreasons + 1, sizeof(*f->reasons));
	f->reasons[f->nreasons++] = (struct fact_reason){
		.limit = limit,
		.file = xstrdup(e->file),
		.line = e->line,
		.col = e->col,
		.text = reason_text(e, address),
	};
}

static void follow(struct join *j, bool record)
{
	for (int u = 0; u < j->nunits; u++)
		for (int i = 0; i < j->units[u]->nedges; i++) {
			struct fact_edge *e = &j->units[u]->edges[i];

			if (!starts_reached(j, e))
				continue;
			if (e->to != FLOW_SINK)
				reach(j, e);
			else if (record)
				add_reason(j, j->units[u], e);
		}
}

static void clear(struct facts *f)
{
	for (int i = 0; i < f->nreasons; i++) {
		free(f->reasons[i].file);
		free(f->reasons[i].text);
	}
	f->nreasons = 0;
}

void taint_reasons(struct facts *const *units, int nunits)
{
	static const int sources[] = { FLOW_WIDTH, FLOW_ADDRESS };

	for (int u = 0; u < nunits; u++)
		clear(units[u]);
	for (int s = 0; s < 2; s++) {
		struct join j = { units, nunits, sources[s], NULL, true };

		j.reached = hash_new(NULL);
		while (j.changed) {
			j.changed = false;
			follow(&j, false);
		}
		follow(&j, true);
		hash_free(j.reached);
	}
}
