/* SPDX-License-Identifier: MIT */
/* Functions on attributes as they are written, not on their values. */
#include "common/ad/ad_priv.h"
#include "common/ad/expr_fn.h"
#include "common/ad/expr_node.h"
#include "common/ad/pattern.h"
#include "common/base/hash.h"
#include "common/base/strbuf.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEPTH_MAX 32 /* attributes followed through attributes */
#define NAMES_MAX 4096

/* The attribute that argument 0 names, in MY, else in the other ad. */
static const struct attr *named(const struct fn_call *call, bool *ret_is_name)
{
	const struct node *node = &call->expr->nodes[call->args[0]];
	const struct expr_env *root = call->env->root;
	const char *folded = node_text(call->expr, node);
	const struct attr *attr = NULL;

	*ret_is_name = node->kind == NODE_ATTR;
	if (!*ret_is_name)
		return NULL;
	if (node->op != SCOPE_TARGET && root->ad)
		attr = ad_find(root->ad, folded, node->n, node->u.hash);
	if (!attr && (node->op == SCOPE_TARGET || node->op == SCOPE_NONE) &&
	    root->other->ad)
		attr = ad_find(root->other->ad, folded, node->n, node->u.hash);
	return attr;
}

static struct value fn_unparse(const struct fn_call *call)
{
	struct strbuf text = STRBUF_INIT;
	bool is_name;
	const struct attr *attr = named(call, &is_name);
	struct value v;

	if (!is_name)
		return value_of(VALUE_ERROR);
	if (attr)
		attr_unparse(attr, &text);
	v = eval_string(call->ev, text.data, text.len);
	strbuf_release(&text);
	return v;
}

/* ---- unresolved ------------------------------------------------------------ */

struct names {
	struct eval *ev;
	const struct ad *ad;
	struct hash *seen;
	const char *list[NAMES_MAX];
	size_t count;
	int depth;
};

static bool add_name(void *ctx, const char *scope, const char *name)
{
	struct names *n = ctx;
	const struct attr *attr = NULL;

	if (!eval_charge(n->ev, 10))
		return false;
	if (strcmp(scope, "TARGET") != 0)
		attr = ad_find_name(n->ad, name);
	if (hash_has(n->seen, name))
		return true;
	hash_set(n->seen, name, n);
	if (!attr) {
		if (n->count < NAMES_MAX && strcmp(scope, "MY") != 0)
			n->list[n->count++] = name;
	} else if (attr->kind == ATTR_EXPR && n->depth < DEPTH_MAX) {
		n->depth++;
		expr_each_attr(attr->expr, add_name, n);
		n->depth--;
	}
	return true;
}

static int by_name(const void *a, const void *b)
{
	return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

static struct value joined(const struct fn_call *call, struct names *n)
{
	struct strbuf text = STRBUF_INIT;
	struct value v;

	qsort(n->list, n->count, sizeof(n->list[0]), by_name);
	for (size_t i = 0; i < n->count; i++)
		strbuf_addf(&text, "%s%s", i ? "," : "", n->list[i]);
	v = eval_string(call->ev, text.data, text.len);
	strbuf_release(&text);
	return v;
}

static struct value matched(const struct fn_call *call, const struct names *n)
{
	struct pattern_span spans[PATTERN_GROUPS];
	struct pattern *pattern;
	struct value s, other;
	int rc = 0;

	if (!fn_string(call, 1, &s, &other))
		return other;
	if (!eval_charge(call->ev, 100 + s.len) ||
	    pattern_compile(s.u.s, PATTERN_ICASE, &pattern, NULL))
		return value_of(VALUE_ERROR);
	for (size_t i = 0; !rc && i < n->count; i++)
		rc = pattern_match(pattern, n->list[i], strlen(n->list[i]), 0,
				   spans, &call->ev->steps_left);
	pattern_free(pattern);
	return rc < 0 ? value_of(VALUE_ERROR) : value_bool(rc);
}

/*
 * unresolved(attr[, pattern]): which names its expression needs of another
 * ad, or whether the pattern matches one of them
 */
static struct value fn_unresolved(const struct fn_call *call)
{
	bool is_name;
	const struct attr *attr = named(call, &is_name);
	struct names *n;
	struct value v;

	if (!is_name)
		return value_of(VALUE_ERROR);
	if (!attr)
		return value_of(VALUE_UNDEFINED);
	n = eval_alloc(call->ev, sizeof(*n));
	if (!n)
		return value_of(VALUE_ERROR);
	memset(n, 0, sizeof(*n));
	n->ev = call->ev;
	n->ad = call->env->root->ad;
	n->seen = hash_new_nocase(NULL);
	if (attr->kind == ATTR_EXPR)
		expr_each_attr(attr->expr, add_name, n);
	v = call->argc > 1 ? matched(call, n) : joined(call, n);
	hash_free(n->seen);
	return v;
}

const struct fn expr_fn_ad[] = {
	{ "unparse", 1, 1, fn_unparse },
	{ "unresolved", 1, 2, fn_unresolved },
	{ NULL, 0, 0, NULL },
};
