/* SPDX-License-Identifier: MIT */
#include "instrument/taint.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/xalloc.h"
#include "instrument/facts.h"
#include "instrument/fn.h"

/*
 * What a value may carry: bit 0 a width, bit 1 an address, bit 2 + i the
 * value of parameter i.
 */
typedef unsigned long long marks;
enum { WIDTH = 1, ADDRESS = 2, FIRST_PARAM = 2, MAX_PARAMS = 60 };

struct taint {
	const struct fns *fns;
	marks *results; /* by number of the function */
	const struct fn *fn;
	struct facts *facts;
	marks *vars; /* by index of the local */
	marks returned;
	bool changed, grew, record;
};

static marks value(struct taint *t, const struct node *n);

/* ---- sources ---- */

/* Whether the size of a type differs between targets. */
static bool width_varies(const struct type *t, int depth)
{
	if (!t || depth > 16)
		return false;
	switch (t->kind) {
	case T_LONG:
	case T_ULONG:
	case T_POINTER:
	case T_LDOUBLE:
		return true;
	case T_ARRAY:
		return width_varies(t->elem, depth + 1);
	case T_STRUCT:
	case T_UNION:
		for (int i = 0; i < t->nfields; i++)
			if (!t->fields[i].fixed_width &&
			    width_varies(t->fields[i].type, depth + 1))
				return true;
		return false;
	default:
		return false;
	}
}

/* sizeof(int64_t): the name says that it is the same everywhere. */
static bool says_fixed(const struct ast *a, const struct node *n)
{
	char *text = xstrndup(a->text + n->begin, n->end - n->begin);
	const char *digits = strpbrk(text, "0123456789");
	bool fixed = digits && strstr(text, "int") && strstr(digits, "_t");

	free(text);
	return fixed;
}

static const struct decl *root_decl(const struct node *n)
{
	n = node_strip((struct node *)n);
	while (n &&
	       (n->kind == N_INDEX || (n->kind == N_UNARY && n->op == '*')))
		n = node_strip(n->kind == N_INDEX ? n->first : n->last);
	return n && (n->kind == N_REF || n->kind == N_MEMBER) ? n->decl : NULL;
}

/* Declared with `long` or size_t, not by a typedef of fixed width. */
static bool declared_wide(const struct ast *a, const struct decl *d)
{
	size_t at = d ? d->name_at : 0;
	char *text, *word;
	bool wide;

	if (!d || (d->type->kind != T_LONG && d->type->kind != T_ULONG &&
		   d->type->kind != T_POINTER && d->type->kind != T_ARRAY))
		return false;
	while (at && !strchr(";{}(", a->text[at - 1]))
		at--;
	text = xstrndup(a->text + at, d->name_at - at);
	word = strstr(text, "long");
	wide = strstr(text, "size_t") || (word && !strstr(word + 4, "long"));
	free(text);
	return wide;
}

static bool is_integer(const struct type *t)
{
	return t && ((t->kind >= T_BOOL && t->kind <= T_UINT128) ||
		     t->kind == T_ENUM);
}

static bool is_pointer(const struct type *t)
{
	return t && t->kind == T_POINTER;
}

static bool is_cast_pointer(const struct node *n)
{
	n = node_strip((struct node *)n);
	return n->kind == N_CAST && is_pointer(n->type) &&
	       is_pointer(n->last->type) && n->type != n->last->type;
}

static bool measures(const struct node *n)
{
	n = node_strip((struct node *)n);
	return n && n->kind == N_UNEVALUATED && n->op == 's';
}

/* ---- values ---- */

static marks call_value(struct taint *t, const struct node *n);

static marks binary_value(struct taint *t, const struct node *n)
{
	marks m;

	if (n->op == '<' || n->op == '>' || n->op >= 256) {
		/* comparisons say nothing of their operands; shifts do */
		if (n->op != NODE_OP2('<', '<') && n->op != NODE_OP2('>', '>'))
			return 0;
	}
	if (n->op == '/' && measures(n->first) && measures(n->last))
		return 0; /* a number of elements */
	m = value(t, n->first) | value(t, n->last);
	if (is_pointer(n->type))
		return 0;
	if (n->op == '-' && is_pointer(n->first->type))
		return is_cast_pointer(n->first) || is_cast_pointer(n->last)
			       ? WIDTH
			       : 0;
	return m;
}

static marks cast_value(struct taint *t, const struct node *n)
{
	const struct type *from = n->last->type;

	if (is_integer(n->type) && is_pointer(from) && n->type->size > 1)
		return ADDRESS;
	if (is_pointer(n->type))
		return 0;
	return value(t, n->last);
}

static marks value(struct taint *t, const struct node *n)
{
	struct var *v;
	marks m = 0;

	switch (n->kind) {
	case N_UNEVALUATED:
		return n->op == 's' && width_varies(n->operand_type, 0) &&
				       !says_fixed(t->fn->ast, n)
			       ? WIDTH
			       : 0;
	case N_REF:
		v = fn_var(n->decl);
		return v && !v->mem ? t->vars[v->index] : 0;
	case N_BINARY:
		return binary_value(t, n);
	case N_CAST:
		return cast_value(t, n);
	case N_CALL:
		return call_value(t, n);
	case N_COND:
		return value(t, n->first->next ? n->first->next : n->first) |
		       value(t, n->last);
	case N_COMMA:
		return value(t, n->last);
	case N_ASSIGN:
		return value(t, n->last);
	case N_UNARY:
		return n->op == '!' || n->op == '*' || n->op == '&'
			       ? 0
			       : value(t, n->last);
	case N_PAREN:
	case N_INCDEC:
		for (const struct node *c = n->first; c; c = c->next)
			m |= value(t, c);
		return m;
	default:
		return 0;
	}
}

/* ---- edges ---- */

static void add_edge(struct taint *t, const struct node *at, int from,
		     const char *to_fn, int to, const char *text)
{
	struct place p = ast_place(t->fn->ast, at->begin);
	struct facts *f = t->facts;
	bool source = from == FLOW_WIDTH || from == FLOW_ADDRESS;

	if (!(f->nedges & (f->nedges + 1)))
		f->edges = xreallocarray(f->edges, 2 * (f->nedges + 1),
					 sizeof(*f->edges));
	f->edges[f->nedges++] = (struct fact_edge){
		.from_fn = xstrdup(source ? "" : t->fn->decl->name),
		.from = from,
		.to_fn = xstrdup(to_fn),
		.to = to,
		.file = xstrdup(p.file ? p.file : ""),
		.line = p.line,
		.col = p.col,
		.text = xstrdup(text),
	};
}

static void add_edges(struct taint *t, const struct node *at, marks m,
		      const char *to_fn, int to, const char *text)
{
	if (!t->record)
		return;
	if (m & WIDTH)
		add_edge(t, at, FLOW_WIDTH, to_fn, to, text);
	if (m & ADDRESS)
		add_edge(t, at, FLOW_ADDRESS, to_fn, to, text);
	for (int i = 0; i < t->fn->decl->nparams && i < MAX_PARAMS; i++)
		if (m >> (FIRST_PARAM + i) & 1)
			add_edge(t, at, i, to_fn, to, text);
}

/* What a function of this unit hands through from its arguments. */
static marks result_of(struct taint *t, const struct decl *d,
		       const struct node *call)
{
	marks own = 0, m;
	int i = 0;

	for (int k = 0; k < t->fns->n; k++)
		if (t->fns->fn[k]->decl == d)
			own = t->results[k];
	m = own & (WIDTH | ADDRESS);
	for (const struct node *a = call->first->next; a; a = a->next, i++)
		if (i < MAX_PARAMS && own >> (FIRST_PARAM + i) & 1)
			m |= value(t, a);
	return m;
}

static marks call_value(struct taint *t, const struct node *n)
{
	struct decl *d = call_target(n);
	int i = 0;

	if (!d || d->is_system || !strncmp(d->name, "__builtin_", 10))
		return 0;
	for (const struct node *a = n->first->next; a; a = a->next)
		add_edges(t, n, value(t, a), d->name, i++, d->name);
	return result_of(t, d, n);
}

/* ---- stores ---- */

/* What the user would call the object that is stored to. */
static char *target_name(const struct ast *a, const struct node *n)
{
	size_t len;

	n = node_strip((struct node *)n);
	len = n->end - n->begin;
	if (n->kind == N_MEMBER && n->decl)
		return xstrdup(n->decl->name);
	return xstrndup(a->text + n->begin, len < 40 ? len : 40);
}

static void store(struct taint *t, const struct node *left, marks m)
{
	const struct node *l = node_strip((struct node *)left);
	struct var *v = l->kind == N_REF ? fn_var(l->decl) : NULL;
	char *name;

	if (v && !v->mem) {
		t->changed |= (m & ~t->vars[v->index]) != 0;
		t->vars[v->index] |= m;
		return;
	}
	if (!is_integer(l->type))
		return;
	name = target_name(t->fn->ast, l);
	add_edges(t, left, m, "", FLOW_SINK, name);
	free(name);
}

static bool is_growing(const struct node *n)
{
	int op = n->op;

	return op == '*' || op == NODE_OP2('<', '<') || op == '~';
}

static bool is_wide(const struct type *t)
{
	return t && (t->kind == T_LONG || t->kind == T_ULONG);
}

/* x = x * k + c, x *= k, x <<= n where the width of x differs. */
static bool wraps(const struct ast *a, const struct node *n)
{
	const struct node *r = node_strip((struct node *)n->last);

	if (!declared_wide(a, root_decl(n->first)))
		return false;
	if (n->op)
		return is_growing(n);
	while (r && r->kind == N_BINARY && !is_growing(r))
		r = node_strip(r->first);
	return r && r->kind == N_BINARY && is_growing(r) && !r->is_const_int &&
	       is_wide(r->type) && !measures(r->first) && !measures(r->last);
}

static void assignment(struct taint *t, const struct node *n)
{
	marks m = value(t, n->last);
	const struct node *l = node_strip(n->first);
	struct var *v = l->kind == N_REF ? fn_var(l->decl) : NULL;

	if (wraps(t->fn->ast, n) && (!v || v->mem || n->op))
		m |= WIDTH;
	store(t, n->first, m);
}

/* An element of something that lasts, chosen by such a value. */
static void index_of(struct taint *t, const struct node *n)
{
	const struct node *base = node_strip(n->first);
	marks m = value(t, n->last);
	char *name;

	if (!m || (base->kind == N_REF && fn_var(base->decl) &&
		   base->type->kind == T_ARRAY))
		return;
	name = target_name(t->fn->ast, base);
	add_edges(t, n, m, "", FLOW_SINK, name);
	free(name);
}

/* (struct s *)(1 + 2 * i): a number that hides in a pointer. */
static bool makes_pointer(const struct node *n)
{
	return n->kind == N_CAST && is_pointer(n->type) &&
	       is_integer(n->last->type) && !n->last->is_const_int;
}

static bool visit(struct node *n, void *ctx)
{
	struct taint *t = ctx;

	if (n->kind == N_UNEVALUATED)
		return false;
	if (n->kind == N_ASSIGN)
		assignment(t, n);
	else if (n->kind == N_INDEX && n->first->next)
		index_of(t, n);
	else if (n->kind == N_CALL)
		value(t, n);
	else if (makes_pointer(n))
		add_edges(t, n, ADDRESS, "", FLOW_SINK, "");
	else if (n->kind == N_VAR && n->init && fn_var(n->decl) &&
		 !fn_var(n->decl)->mem) {
		marks m = value(t, n->init);

		t->changed |= (m & ~t->vars[fn_var(n->decl)->index]) != 0;
		t->vars[fn_var(n->decl)->index] |= m;
	}
	return true;
}

static bool visit_return(struct node *n, void *ctx)
{
	struct taint *t = ctx;

	if (n->kind == N_RETURN && n->cond && is_integer(n->cond->type))
		t->returned |= value(t, n->cond);
	return n->kind != N_UNEVALUATED;
}

static void find_in(struct taint *t, int i)
{
	const struct decl *d = t->fns->fn[i]->decl;

	t->fn = t->fns->fn[i];
	t->vars = xcalloc(t->fn->nvars + 1, sizeof(*t->vars));
	for (int k = 0; k < d->nparams && k < MAX_PARAMS; k++)
		if (is_integer(d->params[k]->type))
			t->vars[k] = (marks)1 << (FIRST_PARAM + k);
	do {
		t->changed = false;
		node_walk(t->fn->body, visit, t);
	} while (t->changed && !t->record);
	t->returned = 0;
	node_walk(t->fn->body, visit_return, t);
	t->grew |= (t->returned & ~t->results[i]) != 0;
	t->results[i] |= t->returned;
	free(t->vars);
}

void taint_find(const struct fns *fns, struct facts *f)
{
	struct taint t = { .fns = fns, .facts = f };

	t.results = xcalloc(fns->n + 1, sizeof(*t.results));
	do {
		t.grew = false;
		for (int i = 0; i < fns->n; i++)
			find_in(&t, i);
	} while (t.grew);
	t.record = true;
	for (int i = 0; i < fns->n; i++)
		find_in(&t, i);
	free(t.results);
}
