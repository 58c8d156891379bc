/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "common/base/xalloc.h"
#include "instrument/dispatch.h"
#include "instrument/ir.h"

void ir_list_init(struct ir_list *l)
{
	l->head = NULL;
	l->tail = &l->head;
}

struct ir *ir_add(struct lowered *l, struct ir_list *to, enum ir_kind kind,
		  struct node *n)
{
	struct ir *ir = xcalloc(1, sizeof(*ir));

	ir->kind = kind;
	ir->n = n;
	*to->tail = ir;
	to->tail = &ir->next;
	if (!(l->nall & (l->nall + 1)))
		l->all = xreallocarray(l->all, 2 * (l->nall + 1),
				       sizeof(*l->all));
	l->all[l->nall++] = ir;
	return ir;
}

void lower_fail(struct lowered *l, const struct node *n, const char *what)
{
	if (l->error)
		return;
	l->error = xstrdup(what);
	l->error_at = n->begin;
}

struct var *lower_temp(struct lowered *l, struct node *e)
{
	struct var *v = fn_temp(l->fn, e);

	for (int i = 0; i < l->nnew; i++)
		if (l->new_temps[i] == v)
			return v;
	l->new_temps =
		xreallocarray(l->new_temps, l->nnew + 1, sizeof(*l->new_temps));
	l->new_temps[l->nnew++] = v;
	return v;
}

/* ---- full expressions ---- */

/*
 * A statement's temporaries are declared in front of all that it was lowered
 * to: `mark` is where that began, `temps` is put there.
 */
struct full {
	struct ir_list list;
	struct ir *temps;
	struct var **outer;
	int nouter;
};

static void full_begin(struct lowered *l, struct full *f)
{
	ir_list_init(&f->list);
	f->temps = ir_add(l, &f->list, IR_TEMPS, NULL);
	f->outer = l->new_temps;
	f->nouter = l->nnew;
	l->new_temps = NULL;
	l->nnew = 0;
}

static void full_end(struct lowered *l, struct full *f)
{
	f->temps->temps = l->new_temps;
	f->temps->ntemps = l->nnew;
	l->new_temps = f->outer;
	l->nnew = f->nouter;
}

static void append(struct ir_list *to, struct ir_list *from)
{
	*to->tail = from->head;
	to->tail = from->tail;
}

/* { temps; what `e` needs first; final } */
static struct ir *lower_full(struct lowered *l, struct node *s, struct node *e,
			     enum ir_kind kind, struct node *final,
			     struct ir_list *out)
{
	struct full f;
	struct ir *block, *last = NULL;

	if (!e || !lower_has(l, e)) {
		last = ir_add(l, out, kind, final);
		last->whole = s;
		return last;
	}
	block = ir_add(l, out, IR_BLOCK, NULL);
	block->whole = s;
	full_begin(l, &f);
	lower_expr(l, e, &f.list);
	if (kind != IR_EXPR || !(l->subst[e->id].gone || l->subst[e->id].temp))
		last = ir_add(l, &f.list, kind, final);
	full_end(l, &f);
	block->a = f.list.head;
	return last;
}

/* ---- declarations ---- */

static bool var_has(struct lowered *l, struct node *var)
{
	return var->kind == N_VAR && var->init && var->decl->kind == D_LOCAL &&
	       lower_has(l, var->init);
}

static struct ir *add_decl(struct lowered *l, struct node *s,
			   struct node *first, struct node *last,
			   struct ir_list *out)
{
	struct ir *ir = ir_add(l, out, IR_DECL, s);

	ir->first = first;
	ir->last = last;
	return ir;
}

struct mention {
	const struct decl *decl;
	bool found;
};

static bool find_mention(struct node *n, void *ctx)
{
	struct mention *m = ctx;

	if (n->kind == N_REF && n->decl == m->decl)
		m->found = true;
	return !m->found;
}

/* `struct node *n = xmalloc(sizeof(*n))` */
static bool names_itself(struct node *var)
{
	struct mention m = { var->decl, false };

	node_walk(var->init, find_mention, &m);
	return m.found;
}

/* What an initialiser with points was lowered to; then, unless it stays with
 * its declarator, the assignment that it becomes. */
static void lower_initializer(struct lowered *l, struct node *v, bool assign,
			      struct ir_list *out)
{
	struct full f;

	full_begin(l, &f);
	lower_expr(l, v->init, &f.list);
	if (assign)
		ir_add(l, &f.list, IR_INIT, v);
	full_end(l, &f);
	append(out, &f.list);
}

static void add_bare(struct lowered *l, struct node *s, struct node *first,
		     struct node *last, struct ir_list *out)
{
	add_decl(l, s, first, last, out)->bare = true;
	for (struct node *v = first; v; v = v->next) {
		if (fn_var(v->decl))
			fn_var(v->decl)->assigned = true;
		if (v == last)
			break;
	}
}

/* `struct { int a; } s = { f() }` and `enum { A } e = f(A)` */
static bool defines_type(const struct node *s)
{
	for (const struct node *c = s->first; c; c = c->next)
		if (c->kind == N_TYPE_DECL)
			return true;
	return false;
}

/* The type can be written once only: all is declared, then assigned. */
static void lower_decl_of_type(struct lowered *l, struct node *s,
			       struct ir_list *out)
{
	struct node *first = s->first;

	while (first->kind != N_VAR)
		first = first->next;
	add_bare(l, s, first, s->last, out);
	for (struct node *v = first; v; v = v->next)
		if (v->kind == N_VAR && v->init)
			lower_initializer(l, v, true, out);
}

static void lower_decl_parts(struct lowered *l, struct node *s,
			     struct ir_list *out)
{
	struct node *from = NULL, *prev = NULL;

	for (struct node *v = s->first; v; v = v->next) {
		if (v->kind != N_VAR)
			continue;
		if (var_has(l, v)) {
			bool self = names_itself(v);

			if (from)
				add_decl(l, s, from, prev, out);
			if (self)
				add_bare(l, s, v, v, out);
			lower_initializer(l, v, self, out);
			from = self ? NULL : v;
		} else if (!from) {
			from = v;
		}
		prev = v;
	}
	if (from)
		add_decl(l, s, from, prev, out);
}

/*
 * One declaration becomes one for each run of declarators, cut before each
 * initialiser that holds a point; the temporaries go to the block around.
 */
static void lower_decl(struct lowered *l, struct node *s, struct ir_list *out)
{
	bool split = false;

	for (struct node *v = s->first; v; v = v->next)
		split |= var_has(l, v);
	if (!split)
		add_decl(l, s, NULL, NULL, out)->whole = s;
	else if (defines_type(s))
		lower_decl_of_type(l, s, out);
	else
		lower_decl_parts(l, s, out);
}

/* ---- loops ---- */

static void lower_body(struct lowered *l, struct node *s, struct ir **to)
{
	struct ir_list list;

	ir_list_init(&list);
	if (s)
		lower_stmt(l, s, &list);
	*to = list.head;
}

static void lower_part(struct lowered *l, struct node *e, enum ir_kind kind,
		       bool always, struct ir **to)
{
	struct full f;

	if (!e || (!always && !lower_has(l, e)))
		return;
	full_begin(l, &f);
	lower_expr(l, e, &f.list);
	if (kind == IR_EXPR && !(l->subst[e->id].gone || l->subst[e->id].temp))
		ir_add(l, &f.list, kind, e);
	full_end(l, &f);
	*to = f.list.head;
}

static struct point *open_point(struct point *p)
{
	return p && !p->masked ? p : NULL;
}

bool lower_polls(struct lowered *l, const struct node *loop)
{
	return open_point(fn_point_of(l->fn, loop)) &&
	       l->points.loop(l->points.ctx, fn_loop_index(l->fn, loop));
}

static void lower_loop(struct lowered *l, struct node *s, struct ir_list *out)
{
	struct ir *ir = ir_add(l, out, IR_LOOP, s);
	int index = fn_loop_index(l->fn, s);

	ir->whole = s;
	ir->point = open_point(fn_point_of(l->fn, s));
	ir->poll = lower_polls(l, s);
	if (index >= 0)
		l->loops[index] = ir;
	if (s->kind == N_FOR && s->init) {
		if (node_is_stmt(s->init))
			lower_body(l, s->init, &ir->init);
		else
			lower_part(l, s->init, IR_EXPR, true, &ir->init);
	}
	lower_part(l, s->cond, IR_TEXT, false, &ir->pre);
	if (s->kind == N_FOR)
		lower_part(l, s->step, IR_EXPR, true, &ir->step);
	lower_body(l, s->body, &ir->a);
}

/* ---- statements ---- */

static void lower_if(struct lowered *l, struct node *s, struct ir_list *out)
{
	struct ir *ir = lower_full(l, s, s->cond, IR_IF, s, out);

	lower_body(l, s->then_, &ir->a);
	lower_body(l, s->else_, &ir->b);
}

/* `return f(x)` whose frame f's may take the place of. */
static bool is_tail_call(struct lowered *l, struct node *s)
{
	struct node *c = node_strip(s->cond);
	const struct type *own = l->fn->decl->type->elem;

	if (c->kind != N_CALL || !lower_is_point(l, c) || l->fn->has_mem ||
	    c->type != own)
		return false;
	for (struct node *a = c->first; a; a = a->next)
		if (lower_has(l, a))
			return false;
	return true;
}

static void lower_return(struct lowered *l, struct node *s, struct ir_list *out)
{
	if (s->cond && is_tail_call(l, s))
		ir_add(l, out, IR_TAIL, node_strip(s->cond))->whole = s;
	else
		lower_full(l, s, s->cond, IR_RETURN, s, out);
}

static void lower_compound(struct lowered *l, struct node *s,
			   struct ir_list *out)
{
	struct ir *ir = ir_add(l, out, IR_BLOCK, s);
	struct ir_list list;

	ir->whole = s;
	ir_list_init(&list);
	for (struct node *c = s->first; c; c = c->next)
		lower_stmt(l, c, &list);
	ir->a = list.head;
}

static void lower_goto(struct lowered *l, struct node *s, struct ir_list *out)
{
	struct point *p = open_point(fn_point_of(l->fn, s));
	struct ir *block, *poll;
	struct ir_list list;

	if (!p) {
		ir_add(l, out, IR_JUMP, s)->whole = s;
		return;
	}
	block = ir_add(l, out, IR_BLOCK, NULL);
	block->whole = s;
	ir_list_init(&list);
	poll = ir_add(l, &list, IR_POLL, s);
	poll->point = p;
	poll->poll = l->points.gotos;
	if (s->kind == N_INDIRECT_GOTO) {
		poll->poll &= l->points.every_dispatch ||
			      dispatch_polls(l->fn, s);
		lower_full(l, s, s->cond, IR_JUMP, s, &list);
	} else {
		ir_add(l, &list, IR_JUMP, s);
	}
	block->a = list.head;
}

void lower_entry(struct lowered *l, struct node *s, struct ir_list *out)
{
	struct point *p = open_point(fn_entry_point(l->fn));
	struct ir *ir;

	if (!p || p->node != s)
		return;
	ir = ir_add(l, out, IR_POLL, s);
	ir->point = p;
	ir->poll = l->points.entry;
}

void lower_stmt(struct lowered *l, struct node *s, struct ir_list *out)
{
	struct ir *ir;

	lower_entry(l, s, out);
	switch (s->kind) {
	case N_COMPOUND:
		lower_compound(l, s, out);
		break;
	case N_DECL_STMT:
		lower_decl(l, s, out);
		break;
	case N_EXPR_STMT:
		lower_full(l, s, s->first, IR_EXPR, s->first, out);
		break;
	case N_IF:
		lower_if(l, s, out);
		break;
	case N_WHILE:
	case N_DO:
	case N_FOR:
		lower_loop(l, s, out);
		break;
	case N_SWITCH:
		ir = lower_full(l, s, s->cond, IR_SWITCH, s, out);
		lower_body(l, s->body, &ir->a);
		break;
	case N_LABEL:
	case N_CASE:
	case N_DEFAULT:
		ir = ir_add(l, out, IR_LABEL, s);
		ir->whole = s;
		lower_body(l, s->body, &ir->a);
		break;
	case N_GOTO:
	case N_INDIRECT_GOTO:
		lower_goto(l, s, out);
		break;
	case N_BREAK:
	case N_CONTINUE:
		ir_add(l, out, IR_JUMP, s)->whole = s;
		break;
	case N_RETURN:
		lower_return(l, s, out);
		break;
	default:
		ir_add(l, out, IR_TEXT, s)->whole = s;
	}
}

/* The last statement of a ({ }): its value, behind any labels. */
static void lower_value(struct lowered *l, struct node *s, struct var *temp,
			struct ir_list *out)
{
	struct ir_list list;
	struct full f;
	struct ir *ir;

	if (s->kind == N_LABEL && s->body) {
		ir = ir_add(l, out, IR_LABEL, s);
		ir_list_init(&list);
		lower_value(l, s->body, temp, &list);
		ir->a = list.head;
	} else if (s->kind == N_EXPR_STMT) {
		full_begin(l, &f);
		lower_expr(l, s->first, &f.list);
		ir_add(l, &f.list, IR_SET, s->first)->temp = temp;
		full_end(l, &f);
		append(out, &f.list);
	} else {
		lower_stmt(l, s, out);
	}
}

void lower_stmt_expr(struct lowered *l, struct node *e, struct var *temp,
		     struct ir_list *out)
{
	struct ir *block = ir_add(l, out, IR_BLOCK, NULL);
	struct ir_list list;

	ir_list_init(&list);
	for (struct node *s = e->first->first; s; s = s->next) {
		if (s->next || !temp)
			lower_stmt(l, s, &list);
		else
			lower_value(l, s, temp, &list);
	}
	block->a = list.head;
}

/* ---- the whole ---- */

static bool mark_active(struct ir *ir)
{
	bool any = false;

	for (; ir; ir = ir->next) {
		ir->active = ir->kind == IR_CALL || ir->kind == IR_TAIL ||
			     ir->kind == IR_SETJMP || ir->poll;
		ir->active |= mark_active(ir->a);
		ir->active |= mark_active(ir->b);
		ir->active |= mark_active(ir->init);
		ir->active |= mark_active(ir->pre);
		ir->active |= mark_active(ir->step);
		any |= ir->active;
	}
	return any;
}

struct lowered *lower_fn(struct fn *fn, const struct point_set *points)
{
	struct lowered *l = xcalloc(1, sizeof(*l));
	struct ir_list list;

	l->fn = fn;
	l->points = *points;
	l->subst = xcalloc(fn->ast->nnodes + 1, sizeof(*l->subst));
	l->has = xcalloc(fn->ast->nnodes + 1, sizeof(*l->has));
	l->loops = xcalloc(fn->nloops + 1, sizeof(struct ir *));
	ir_list_init(&list);
	lower_stmt(l, fn->body, &list);
	l->root = list.head;
	mark_active(l->root);
	return l;
}

void lowered_free(struct lowered *l)
{
	if (!l)
		return;
	for (int i = 0; i < l->nall; i++) {
		free(l->all[i]->temps);
		free(l->all[i]);
	}
	free(l->all);
	free(l->subst);
	free(l->has);
	free(l->loops);
	free(l->new_temps);
	free(l->error);
	free(l);
}
