/* SPDX-License-Identifier: MIT */
/*
 * Old ClassAd semantics: a name without a scope is looked up in the ad that
 * holds the expression, then in the other one, where evaluation goes on with
 * the sides exchanged. An attribute that is met again while it is being
 * evaluated is UNDEFINED.
 */
#include "common/ad/ad_priv.h"
#include "common/ad/expr_fn.h"
#include "common/ad/expr_node.h"
#include "common/ad/name.h"
#include "common/base/xalloc.h"

#include <stdlib.h>

#define BLOCK_BYTES 4096

/* Memory of an evaluation; `expr` is an expression made on the way. */
struct eval_block {
	struct eval_block *next;
	struct expr *expr;
	size_t used;
	size_t size;
	_Alignas(max_align_t) char data[];
};

/* The attributes being evaluated, innermost first; on the C stack. */
struct eval_ref {
	const struct eval_ref *outer;
	const struct expr *expr;
	uint32_t node;
	const struct expr_env *env;
};

void eval_init(struct eval *ev, const struct ad *my, const struct ad *target)
{
	ev->now_s = 0;
	ev->random = 0;
	ev->my = (struct expr_env){ .ad = my,
				    .other = &ev->target,
				    .root = &ev->my };
	ev->target = (struct expr_env){ .ad = target,
					.other = &ev->my,
					.root = &ev->target };
	ev->blocks = NULL;
	ev->refs = NULL;
	ev->steps_left = EVAL_STEPS_MAX;
	ev->bytes_left = EVAL_BYTES_MAX;
	ev->height = 0;
}

void eval_release(struct eval *ev)
{
	struct eval_block *next;

	for (struct eval_block *b = ev->blocks; b; b = next) {
		next = b->next;
		expr_free(b->expr);
		free(b);
	}
	ev->blocks = NULL;
}

static struct eval_block *new_block(struct eval *ev, size_t size)
{
	struct eval_block *block = xmalloc(sizeof(*block) + size);

	block->expr = NULL;
	block->used = 0;
	block->size = size;
	block->next = ev->blocks;
	ev->blocks = block;
	return block;
}

void *eval_alloc(struct eval *ev, size_t size)
{
	struct eval_block *block = ev->blocks;
	void *mem;

	size = (size + 15) & ~(size_t)15;
	if (size > ev->bytes_left)
		return NULL;
	ev->bytes_left -= size;
	if (!block || block->size - block->used < size)
		block = new_block(ev, size > BLOCK_BYTES ? size : BLOCK_BYTES);
	mem = block->data + block->used;
	block->used += size;
	return mem;
}

void eval_keep_expr(struct eval *ev, struct expr *expr)
{
	new_block(ev, 0)->expr = expr;
}

struct value eval_string(struct eval *ev, const char *data, size_t len)
{
	char *copy = eval_alloc(ev, len + 1);

	if (!copy)
		return value_of(VALUE_ERROR);
	memcpy(copy, data, len);
	copy[len] = '\0';
	return (struct value){ .type = VALUE_STRING,
			       .len = (uint32_t)len,
			       .u.s = copy };
}

struct value eval_list(struct eval *ev, const struct value *values,
		       size_t count)
{
	struct value *copy = eval_alloc(ev, count * sizeof(*copy));

	if (!copy)
		return value_of(VALUE_ERROR);
	if (count > 0)
		memcpy(copy, values, count * sizeof(*copy));
	return (struct value){ .type = VALUE_LIST,
			       .len = (uint32_t)count,
			       .u.list = copy };
}

static inline struct value eval_kid(struct eval *ev, const struct expr *x,
				    uint32_t at, const struct expr_env *env);

/* ---- attributes ----------------------------------------------------------- */

/* The value of an attribute's expression, guarded against circles. */
static struct value deref(struct eval *ev, const struct expr *x, uint32_t node,
			  const struct expr_env *env)
{
	struct eval_ref ref = { ev->refs, x, node, env };
	uint32_t height = x->nodes[node].height;
	struct value v;

	for (const struct eval_ref *r = ev->refs; r; r = r->outer)
		if (r->expr == x && r->node == node && r->env == env)
			return value_of(VALUE_UNDEFINED);
	if (ev->height + height > EVAL_HEIGHT_MAX)
		return value_of(VALUE_ERROR);
	ev->refs = &ref;
	ev->height += height;
	v = eval_node(ev, x, node, env);
	ev->height -= height;
	ev->refs = ref.outer;
	return v;
}

static bool find_root(struct eval *ev, const struct expr_env *root,
		      const char *folded, size_t len, uint64_t hash,
		      struct value *ret)
{
	const struct attr *attr;

	if (!root->ad)
		return false;
	attr = ad_find(root->ad, folded, len, hash);
	if (!attr)
		return false;
	*ret = attr->kind == ATTR_LITERAL
		       ? attr->lit
		       : deref(ev, attr->expr, attr->expr->root, root);
	return true;
}

/* In a nested ad itself, nothing around it. */
static bool find_nested(struct eval *ev, const struct expr_env *env,
			const char *folded, size_t len, uint64_t hash,
			struct value *ret)
{
	const struct expr *x = env->expr;
	const struct node *ad = &x->nodes[env->node];

	for (uint32_t i = 0; i < ad->n; i++) {
		const struct node *name = &x->nodes[x->kids[ad->a + 2 * i]];

		if (name->u.hash == hash && name->n == len &&
		    memcmp(node_text(x, name), folded, len) == 0) {
			*ret = deref(ev, x, x->kids[ad->a + 2 * i + 1], env);
			return true;
		}
	}
	return false;
}

static bool find_in(struct eval *ev, const struct expr_env *env,
		    const char *folded, size_t len, uint64_t hash,
		    struct value *ret)
{
	return env->expr ? find_nested(ev, env, folded, len, hash, ret)
			 : find_root(ev, env, folded, len, hash, ret);
}

static struct value eval_attr_node(struct eval *ev, const struct expr *x,
				   const struct node *node,
				   const struct expr_env *env)
{
	const char *folded = node_text(x, node);
	const struct expr_env *root = env->root;
	struct value v = value_of(VALUE_UNDEFINED);

	switch ((enum node_scope)node->op) {
	case SCOPE_TARGET:
		find_root(ev, root->other, folded, node->n, node->u.hash, &v);
		return v;
	case SCOPE_MY:
	case SCOPE_ROOT:
		find_root(ev, root, folded, node->n, node->u.hash, &v);
		return v;
	case SCOPE_PARENT:
		if (env->outer)
			find_in(ev, env->outer, folded, node->n, node->u.hash,
				&v);
		return v;
	case SCOPE_NONE:
		break;
	}
	for (; env->expr; env = env->outer)
		if (find_nested(ev, env, folded, node->n, node->u.hash, &v))
			return v;
	if (!find_root(ev, root, folded, node->n, node->u.hash, &v))
		find_root(ev, root->other, folded, node->n, node->u.hash, &v);
	return v;
}

static struct value eval_scope(const struct node *node,
			       const struct expr_env *env)
{
	const struct expr_env *ad = env->root;

	if (node->op == SCOPE_TARGET)
		ad = env->root->other;
	else if (node->op == SCOPE_PARENT)
		ad = env->outer;
	if (!ad || (!ad->expr && !ad->ad))
		return value_of(VALUE_UNDEFINED);
	return (struct value){ .type = VALUE_AD, .u.ad = ad };
}

static struct value select_from(struct eval *ev, struct value v,
				const char *folded, size_t len, uint64_t hash)
{
	struct value found = value_of(VALUE_UNDEFINED);

	if (v.type != VALUE_AD)
		return value_misfit(v);
	find_in(ev, v.u.ad, folded, len, hash, &found);
	return found;
}

static struct value eval_subscript(struct eval *ev, const struct expr *x,
				   const struct node *node,
				   const struct expr_env *env)
{
	struct value v = eval_node(ev, x, node->a, env);
	struct value at = eval_node(ev, x, node->b, env);
	char folded[AD_NAME_MAX + 1];

	if (v.type == VALUE_ERROR || at.type == VALUE_ERROR)
		return value_of(VALUE_ERROR);
	if (v.type == VALUE_UNDEFINED || at.type == VALUE_UNDEFINED)
		return value_of(VALUE_UNDEFINED);
	if (v.type == VALUE_LIST && at.type == VALUE_INT) {
		if (at.u.i < 0 || at.u.i >= v.len)
			return value_of(VALUE_ERROR);
		return v.u.list[at.u.i];
	}
	if (v.type != VALUE_AD || at.type != VALUE_STRING)
		return value_of(VALUE_ERROR);
	if (at.len > AD_NAME_MAX)
		return value_of(VALUE_UNDEFINED);
	name_fold(folded, at.u.s, at.len);
	return select_from(ev, v, folded, at.len, name_hash(at.u.s, at.len));
}

/* ---- operators -------------------------------------------------------------- */

int value_truth(const struct value *value)
{
	switch (value->type) {
	case VALUE_BOOL:
		return value->u.b;
	case VALUE_INT:
		return value->u.i != 0;
	case VALUE_REAL:
		return value->u.r != 0;
	default:
		return -1;
	}
}

/* && (stop 0) and || (stop 1): the first such value decides. */
static struct value eval_chain(struct eval *ev, const struct expr *x,
			       const struct node *node,
			       const struct expr_env *env, int stop)
{
	bool undefined = false;

	for (uint32_t i = 0; i < node->n; i++) {
		struct value v = eval_kid(ev, x, x->kids[node->a + i], env);
		int truth = value_truth(&v);

		if (truth == stop)
			return value_bool(stop);
		if (v.type == VALUE_UNDEFINED)
			undefined = true;
		else if (truth < 0)
			return value_of(VALUE_ERROR);
	}
	return undefined ? value_of(VALUE_UNDEFINED) : value_bool(!stop);
}

static struct value eval_ternary(struct eval *ev, const struct expr *x,
				 const struct node *node,
				 const struct expr_env *env)
{
	const uint32_t *kids = x->kids + node->a;
	struct value v = eval_node(ev, x, kids[0], env);
	int truth;

	if (node->n == 2)
		return v.type == VALUE_UNDEFINED
			       ? eval_node(ev, x, kids[1], env)
			       : v;
	truth = value_truth(&v);
	if (truth < 0)
		return value_misfit(v);
	return eval_node(ev, x, kids[truth ? 1 : 2], env);
}

static struct value eval_unary(enum tok op, struct value v)
{
	int truth;

	switch (op) {
	case TOK_NOT:
		truth = value_truth(&v);
		return truth < 0 ? value_misfit(v) : value_bool(!truth);
	case TOK_BITNOT:
		if (v.type == VALUE_BOOL)
			return value_bool(!v.u.b);
		return v.type == VALUE_INT ? value_int(~v.u.i)
					   : value_misfit(v);
	case TOK_MINUS:
		if (v.type == VALUE_REAL)
			return value_real(-v.u.r);
		return v.type == VALUE_INT
			       ? value_int((int64_t)(0 - (uint64_t)v.u.i))
			       : value_misfit(v);
	default:
		return v.type == VALUE_INT || v.type == VALUE_REAL
			       ? v
			       : value_misfit(v);
	}
}

/* The most frequent operations of a match, without a call. */
static struct value eval_ints(enum tok op, struct value a, struct value b)
{
	switch (op) {
	case TOK_GE:
		return value_bool(a.u.i >= b.u.i);
	case TOK_LE:
		return value_bool(a.u.i <= b.u.i);
	case TOK_EQ:
		return value_bool(a.u.i == b.u.i);
	default:
		return eval_binary(op, a, b);
	}
}

static struct value eval_elements(struct eval *ev, const struct expr *x,
				  const struct node *node,
				  const struct expr_env *env)
{
	struct value *values = eval_alloc(ev, node->n * sizeof(*values));

	if (!values)
		return value_of(VALUE_ERROR);
	for (uint32_t i = 0; i < node->n; i++)
		values[i] = eval_node(ev, x, x->kids[node->a + i], env);
	return (struct value){ .type = VALUE_LIST,
			       .len = node->n,
			       .u.list = values };
}

static struct value eval_nested(struct eval *ev, const struct expr *x,
				uint32_t node, const struct expr_env *env)
{
	struct expr_env *nested = eval_alloc(ev, sizeof(*nested));

	if (!nested)
		return value_of(VALUE_ERROR);
	*nested = (struct expr_env){
		.outer = env, .root = env->root, .expr = x, .node = node
	};
	return (struct value){ .type = VALUE_AD, .u.ad = nested };
}

static struct value eval_call(struct eval *ev, const struct expr *x,
			      const struct node *node,
			      const struct expr_env *env)
{
	struct fn_call call = { ev, x, x->kids + node->u.call.first,
				node->u.call.count, env };
	const struct fn *fn;

	if (node->b == NODE_NO_FN)
		return value_of(VALUE_ERROR);
	fn = expr_fn_at(node->b);
	if (call.argc < fn->min_args || call.argc > fn->max_args)
		return value_of(VALUE_ERROR);
	return fn->body(&call);
}

static struct value eval_compare(struct eval *ev, const struct expr *x,
				 const struct node *node,
				 const struct expr_env *env)
{
	struct value a = eval_kid(ev, x, node->a, env);
	struct value b = eval_kid(ev, x, node->b, env);

	if (a.type == VALUE_INT && b.type == VALUE_INT)
		return eval_ints(node->op, a, b);
	if (a.type == VALUE_STRING && !eval_charge(ev, a.len / 64))
		return value_of(VALUE_ERROR);
	return eval_binary(node->op, a, b);
}

/* What is not in every match; kept apart, so that the others need no stack. */
static __attribute__((noinline)) struct value
eval_rare(struct eval *ev, const struct expr *x, uint32_t at,
	  const struct expr_env *env)
{
	const struct node *node = &x->nodes[at];

	switch ((enum node_kind)node->kind) {
	case NODE_UNDEFINED:
		return value_of(VALUE_UNDEFINED);
	case NODE_SCOPE:
		return eval_scope(node, env);
	case NODE_SELECT:
		return select_from(ev, eval_node(ev, x, node->b, env),
				   node_text(x, node), node->n, node->u.hash);
	case NODE_UNARY:
		return eval_unary(node->op, eval_node(ev, x, node->b, env));
	case NODE_TERNARY:
		return eval_ternary(ev, x, node, env);
	case NODE_SUBSCRIPT:
		return eval_subscript(ev, x, node, env);
	case NODE_CALL:
		return eval_call(ev, x, node, env);
	case NODE_LIST:
		return eval_elements(ev, x, node, env);
	case NODE_AD:
		return eval_nested(ev, x, at, env);
	default: /* NODE_ERROR, and a NODE_FIELD, which nobody evaluates */
		return value_of(VALUE_ERROR);
	}
}

/* Leaves are done here, so that they cost no call. */
static inline struct value eval_kid(struct eval *ev, const struct expr *x,
				    uint32_t at, const struct expr_env *env)
{
	const struct node *node = &x->nodes[at];

	while (node->kind == NODE_PAREN)
		node = &x->nodes[at = node->b];
	if (ev->steps_left == 0)
		return value_of(VALUE_ERROR);
	ev->steps_left--;
	switch ((enum node_kind)node->kind) {
	case NODE_BOOL:
		return value_bool(node->u.truth);
	case NODE_INT:
		return value_int(node->u.i);
	case NODE_REAL:
		return value_real(node->u.r);
	case NODE_STRING:
		return (struct value){ .type = VALUE_STRING,
				       .len = node->n,
				       .u.s = node_text(x, node) };
	case NODE_ATTR:
		return eval_attr_node(ev, x, node, env);
	case NODE_BINARY:
		return eval_compare(ev, x, node, env);
	case NODE_AND:
		return eval_chain(ev, x, node, env, 0);
	case NODE_OR:
		return eval_chain(ev, x, node, env, 1);
	default:
		return eval_rare(ev, x, at, env);
	}
}

struct value eval_node(struct eval *ev, const struct expr *x, uint32_t at,
		       const struct expr_env *env)
{
	return eval_kid(ev, x, at, env);
}

struct value eval_in(struct eval *ev, const struct expr *x,
		     const struct expr_env *env)
{
	return deref(ev, x, x->root, env);
}

struct value eval_expr(struct eval *ev, const struct expr *expr)
{
	ev->steps_left = EVAL_STEPS_MAX;
	return eval_node(ev, expr, expr->root, &ev->my);
}

struct value eval_attr(struct eval *ev, const char *name)
{
	struct value v = value_of(VALUE_UNDEFINED);
	size_t len = strlen(name);
	char folded[AD_NAME_MAX + 1];

	if (len > AD_NAME_MAX)
		return v;
	name_fold(folded, name, len);
	ev->steps_left = EVAL_STEPS_MAX;
	find_root(ev, &ev->my, folded, len, name_hash(name, len), &v);
	return v;
}
