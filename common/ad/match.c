/* SPDX-License-Identifier: MIT */
#include "common/ad/match.h"

#include "common/ad/ad_priv.h"
#include "common/ad/expr_fn.h"
#include "common/ad/expr_node.h"
#include "common/ad/name.h"
#include "common/base/hash.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CLAUSES_MAX 256

/* The name, folded, is a literal, so the compiler computes its hash. */
#define FIND(ad, folded)                        \
	ad_find(ad, folded, sizeof(folded) - 1, \
		name_hash(folded, sizeof(folded) - 1))

static struct value value_in(struct eval *ev, const struct attr *attr)
{
	if (!attr)
		return value_of(VALUE_UNDEFINED);
	return attr->kind == ATTR_LITERAL ? attr->lit
					  : eval_expr(ev, attr->expr);
}

bool ad_accepts(const struct ad *my, const struct ad *target)
{
	struct eval ev;
	struct value v;

	eval_init(&ev, my, target);
	v = value_in(&ev, FIND(my, "requirements"));
	eval_release(&ev);
	return value_truth(&v) == 1;
}

bool ad_match(const struct ad *job, const struct ad *machine)
{
	return ad_accepts(job, machine) && ad_accepts(machine, job);
}

bool ad_test(const struct expr *expr, const struct ad *my,
	     const struct ad *target)
{
	struct eval ev;
	struct value v;

	eval_init(&ev, my, target);
	v = eval_expr(&ev, expr);
	eval_release(&ev);
	return value_truth(&v) == 1;
}

double ad_rank(const struct ad *my, const struct ad *target)
{
	struct eval ev;
	struct value v;
	double rank;

	eval_init(&ev, my, target);
	v = value_in(&ev, FIND(my, "rank"));
	eval_release(&ev);
	return value_number(v, &rank) && isfinite(rank) ? rank : 0;
}

/* ---- clauses --------------------------------------------------------------- */

struct clause {
	struct expr *expr;
	char *text;
};

struct match_clauses {
	struct ad *my;
	struct clause clauses[CLAUSES_MAX];
	size_t count;
};

static void add_clauses(struct match_clauses *out, const struct expr *expr,
			int depth);

/* A clause that only names an attribute of my is cut where it is defined. */
static bool add_named(struct match_clauses *out, const struct expr *expr,
		      int depth)
{
	const struct node *node = &expr->nodes[expr->root];
	const struct attr *attr;

	if (node->kind != NODE_ATTR || node->op == SCOPE_TARGET || depth > 8)
		return false;
	attr = ad_find(out->my, node_text(expr, node), node->n, node->u.hash);
	if (!attr || attr->kind != ATTR_EXPR)
		return false;
	add_clauses(out, attr->expr, depth + 1);
	return true;
}

static void add_clauses(struct match_clauses *out, const struct expr *expr,
			int depth)
{
	struct expr *parts[CLAUSES_MAX];
	size_t count = expr_conjuncts(expr, parts, CLAUSES_MAX);
	size_t i = 0;

	if (out->count + count > CLAUSES_MAX) { /* too many: as one */
		for (; i < count && i < CLAUSES_MAX; i++)
			expr_free(parts[i]);
		count = 1;
		i = 0;
		parts[0] = expr_ref(expr);
	}
	for (; i < count; i++) {
		struct strbuf text = STRBUF_INIT;

		if (add_named(out, parts[i], depth) ||
		    out->count == CLAUSES_MAX) {
			expr_free(parts[i]);
			continue;
		}
		expr_unparse(parts[i], &text);
		out->clauses[out->count].expr = parts[i];
		out->clauses[out->count++].text = strbuf_detach(&text);
	}
}

struct match_clauses *match_clauses_new(struct ad *my)
{
	struct expr *expr = ad_get_expr(my, "Requirements");
	struct match_clauses *clauses;

	if (!expr)
		return NULL;
	clauses = xcalloc(1, sizeof(*clauses));
	clauses->my = ad_ref(my);
	add_clauses(clauses, expr, 0);
	expr_free(expr);
	return clauses;
}

void match_clauses_free(struct match_clauses *clauses)
{
	if (!clauses)
		return;
	for (size_t i = 0; i < clauses->count; i++) {
		expr_free(clauses->clauses[i].expr);
		free(clauses->clauses[i].text);
	}
	ad_free(clauses->my);
	free(clauses);
}

size_t match_clauses_count(const struct match_clauses *clauses)
{
	return clauses->count;
}

const char *match_clauses_text(const struct match_clauses *clauses, size_t i)
{
	return clauses->clauses[i].text;
}

enum match_verdict match_clauses_try(const struct match_clauses *clauses,
				     size_t i, const struct ad *target)
{
	struct eval ev;
	struct value v;
	int truth;

	eval_init(&ev, clauses->my, target);
	v = eval_expr(&ev, clauses->clauses[i].expr);
	eval_release(&ev);
	truth = value_truth(&v);
	if (truth >= 0)
		return truth ? MATCH_YES : MATCH_NO;
	return v.type == VALUE_UNDEFINED ? MATCH_UNDEFINED : MATCH_ERROR;
}

struct values_ctx {
	const struct match_clauses *clauses;
	const struct ad *target;
	struct hash *seen;
	struct strbuf *out;
};

static bool add_value(void *ctx, const char *scope, const char *name)
{
	struct values_ctx *c = ctx;
	struct strbuf full = STRBUF_INIT;
	struct expr *expr = NULL;
	struct eval ev;
	struct value v;

	strbuf_addf(&full, "%s%s%s", scope, *scope ? "." : "", name);
	if (!hash_has(c->seen, full.data) &&
	    expr_parse(full.data, &expr, NULL) == 0) {
		hash_set(c->seen, full.data, c);
		eval_init(&ev, c->clauses->my, c->target);
		v = eval_expr(&ev, expr);
		strbuf_addf(c->out, "%s%s = ", c->out->len ? ", " : "",
			    full.data);
		value_unparse(&v, c->out);
		eval_release(&ev);
	}
	expr_free(expr);
	strbuf_release(&full);
	return true;
}

void match_clauses_values(const struct match_clauses *clauses, size_t i,
			  const struct ad *target, struct strbuf *out)
{
	struct strbuf text = STRBUF_INIT;
	struct values_ctx ctx = { clauses, target, hash_new_nocase(NULL),
				  &text };

	expr_each_attr(clauses->clauses[i].expr, add_value, &ctx);
	strbuf_add(out, text.data, text.len);
	strbuf_release(&text);
	hash_free(ctx.seen);
}

struct match_clause *match_explain(struct ad *job, const struct ad *machine,
				   size_t *ret_count)
{
	struct match_clauses *plan = match_clauses_new(job);
	size_t count = plan ? plan->count : 0;
	struct match_clause *out = xcalloc(count + 1, sizeof(*out));

	for (size_t i = 0; i < count; i++) {
		out[i].text = xstrdup(plan->clauses[i].text);
		out[i].matched = match_clauses_try(plan, i, machine) ==
				 MATCH_YES;
	}
	match_clauses_free(plan);
	*ret_count = count;
	return out;
}

void match_explain_free(struct match_clause *clauses, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(clauses[i].text);
	free(clauses);
}
