/* SPDX-License-Identifier: MIT */
#include "instrument/fn.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "instrument/alloca.h"
#include "instrument/dispatch.h"
#include "instrument/fn_refuse.h"
#include "instrument/fn_static.h"
#include "instrument/hand.h"
#include "instrument/jump.h"
#include "instrument/varargs.h"
#include "instrument/vm.h"
#include "instrument/wrapped.h"

void node_walk(struct node *n, bool (*visit)(struct node *, void *), void *ctx)
{
	if (!visit(n, ctx))
		return;
	for (struct node *c = n->first; c; c = c->next)
		node_walk(c, visit, ctx);
}

struct node *node_strip(struct node *n)
{
	while (n && n->kind == N_PAREN)
		n = n->first;
	return n;
}

bool node_is_loop(const struct node *n)
{
	return n->kind == N_WHILE || n->kind == N_DO || n->kind == N_FOR;
}

/* Its arguments are looked at by the compiler and never run. */
static bool is_question(const struct node *n)
{
	static const char *const names[] = { "__builtin_constant_p",
					     "__builtin_object_size",
					     "__builtin_dynamic_object_size",
					     "__builtin_classify_type" };
	const struct decl *d = n->kind == N_CALL ? call_target(n) : NULL;

	for (size_t i = 0; d && i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(d->name, names[i]))
			return true;
	return false;
}

bool node_is_opaque(const struct node *n)
{
	return n->kind == N_UNEVALUATED || n->kind == N_GENERIC ||
	       n->kind == N_CHOOSE || n->kind == N_OTHER_EXPR ||
	       n->kind == N_VA_ARG || is_question(n);
}

bool fn_call_is_candidate(const struct node *call)
{
	struct decl *d = call_target(call);

	if (!d || hand_is_poll_call(call) || wrapped_polls(d->name))
		return true;
	if (d->is_system || !strncmp(d->name, "__builtin_", 10) ||
	    !strncmp(d->name, "__sync_", 7) ||
	    !strncmp(d->name, "__atomic_", 9))
		return false;
	return true;
}

static bool goto_is_backward(const struct node *n)
{
	return n->kind == N_GOTO && n->decl && n->decl->name_at < n->begin;
}

/* ---- what is known of a node, and of a name ---- */

struct node_info {
	struct point *point;
	struct var *var; /* temporary or literal */
	int loop; /* 1 + its index */
};

struct ids {
	int first, last;
};

static bool find_ids(struct node *n, void *ctx)
{
	struct ids *ids = ctx;

	if (n->id < ids->first)
		ids->first = n->id;
	if (n->id > ids->last)
		ids->last = n->id;
	return true;
}

/* Ids of a function's nodes are near to each other, if not in order. */
static void info_init(struct fn *fn)
{
	struct ids ids = { fn->body->id, fn->body->id };

	node_walk(fn->body, find_ids, &ids);
	fn->first_id = ids.first;
	fn->nids = ids.last - ids.first + 1;
	fn->info = xcalloc(fn->nids, sizeof(*fn->info));
	fn->names = hash_new(NULL);
}

static struct node_info *info_of(const struct fn *fn, const struct node *n)
{
	int i = n->id - fn->first_id;

	return i >= 0 && i < fn->nids ? &fn->info[i] : NULL;
}

/* How often that name was given before. */
static unsigned copies_of(struct fn *fn, const char *name)
{
	uintptr_t n = (uintptr_t)hash_get(fn->names, name);

	hash_set(fn->names, name, (void *)(n + 1));
	return n;
}

struct point *fn_point_of(const struct fn *fn, const struct node *n)
{
	const struct node_info *info = info_of(fn, n);

	return info ? info->point : NULL;
}

struct point *fn_entry_point(const struct fn *fn)
{
	return fn->entry;
}

int fn_loop_index(const struct fn *fn, const struct node *loop)
{
	const struct node_info *info = info_of(fn, loop);

	return info ? info->loop - 1 : -1;
}

static bool find_func_name(struct node *n, void *ctx)
{
	bool *found = ctx;

	*found |= n->kind == N_FUNC_NAME;
	return !*found;
}

bool fn_names_itself(struct fn *fn)
{
	bool found = false;

	node_walk(fn->body, find_func_name, &found);
	return found;
}

struct var *fn_var(const struct decl *d)
{
	if (d && (d->kind == D_LOCAL || d->kind == D_PARAM))
		return d->user;
	return NULL;
}

static struct var *add_var(struct fn *fn, struct var *v)
{
	v->index = fn->nvars;
	fn->vars = xreallocarray(fn->vars, fn->nvars + 1, sizeof(*fn->vars));
	fn->vars[fn->nvars++] = v;
	return v;
}

/*
 * A temporary's stable name is the kind and place of its expression.  Where
 * a macro puts several of a kind at one place, they are numbered in the
 * order of the first lowering, which meets all of them on every target.
 */
static char *place_name(struct fn *fn, const char *kind, const struct node *n)
{
	struct place p = ast_place(fn->ast, n->begin);
	char *place = xasprintf("<%s %u:%u", kind, p.line, p.col);
	char *name = xasprintf("%s #%u>", place, copies_of(fn, place));

	free(place);
	return name;
}

struct var *fn_temp(struct fn *fn, struct node *expr)
{
	struct node_info *info = info_of(fn, expr);
	struct var *v = info->var;

	if (v)
		return v;
	v = xcalloc(1, sizeof(*v));
	v->node = expr;
	v->is_bool = expr->kind == N_LOGAND || expr->kind == N_LOGOR;
	v->name = xasprintf("__ckpt_t%d", fn->nvars);
	v->stable = place_name(fn, node_kind_name(expr->kind), expr);
	info->var = v;
	return add_var(fn, v);
}

/* ---- collecting one function ---- */

static void set_scope(const struct fn *fn, struct var *v)
{
	const struct decl *d = v->decl;
	const struct node *stmt = NULL;

	if (d->kind == D_LOCAL && d->node)
		stmt = node_up(d->node, N_DECL_STMT);
	v->scope_begin = stmt ? stmt->end : fn->node->begin;
	v->scope_end = stmt ? stmt->parent->end : fn->node->end;
}

static void add_local(struct fn *fn, struct decl *d)
{
	struct var *v = xcalloc(1, sizeof(*v));
	unsigned copies;
	bool shadows = copies_of(fn, d->name);

	v->decl = d;
	v->mem = (d->address_taken || d->type->kind == T_ARRAY ||
		  vm_array(d->type) || d->type->size > 256) &&
		 !varargs_is_list(d);
	v->name = shadows ? xasprintf("__ckpt_v%d_%s", fn->nvars, d->name)
			  : xstrdup(d->name);
	v->stable = shadows ? xasprintf("%s@%u", d->name, d->line)
			    : xstrdup(d->name);
	copies = shadows ? copies_of(fn, v->stable) : 0;
	if (copies) {
		char *stable = xasprintf("%s#%u", v->stable, copies);

		free(v->stable);
		v->stable = stable;
	}
	d->user = v;
	set_scope(fn, v);
	add_var(fn, v);
	if (v->mem)
		fn->has_mem = true;
	vm_add(fn, d);
}

struct var *fn_literal(const struct fn *fn, const struct node *n)
{
	for (int i = 0; i < fn->nliterals; i++)
		if (fn->literals[i]->node == n)
			return fn->literals[i];
	return NULL;
}

/* `&(struct s){ 1 }`, `(int[]){ 1, 2 }`, `(struct s){ 1 }.array`. */
bool literal_has_address(const struct node *n)
{
	const struct node *p = n->parent;

	if (n->type->kind == T_ARRAY)
		return true;
	while (p &&
	       (p->kind == N_PAREN || (p->kind == N_MEMBER && !p->arrow))) {
		if (p->type && p->type->kind == T_ARRAY)
			return true;
		p = p->parent;
	}
	return p && p->kind == N_UNARY && p->op == '&';
}

static void add_literal(struct fn *fn, struct node *n)
{
	struct var *v;

	if (!literal_has_address(n))
		return;
	v = xcalloc(1, sizeof(*v));
	v->node = n;
	v->mem = true;
	v->name = xasprintf("__ckpt_k%d", fn->nvars);
	v->stable = place_name(fn, "literal", n);
	fn->literals = xreallocarray(fn->literals, fn->nliterals + 1,
				     sizeof(*fn->literals));
	fn->literals[fn->nliterals++] = v;
	add_var(fn, v);
	fn->has_mem = true;
}

static struct point *add_point(struct fn *fn, enum point_kind kind,
			       struct node *n, char *what)
{
	struct point *p = xcalloc(1, sizeof(*p));
	char *place;

	p->kind = kind;
	p->node = n;
	p->what = what;
	p->id = fn->npoints;
	p->place = ast_place(fn->ast, n->begin);
	place = xasprintf("%s %u:%u", what, p->place.line, p->place.col);
	p->copy = copies_of(fn, place);
	free(place);
	if (kind == POINT_ENTRY)
		fn->entry = p;
	else
		info_of(fn, n)->point = p;
	fn->points =
		xreallocarray(fn->points, fn->npoints + 1, sizeof(*fn->points));
	fn->points[fn->npoints++] = p;
	return p;
}

static void add_call(struct fn *fn, struct node *n)
{
	struct decl *d = call_target(n);

	if (fn_call_is_candidate(n))
		add_point(fn, POINT_CALL, n,
			  xasprintf("call %s", d ? d->name : "(*)"));
}

static void add_declarator(struct fn *fn, struct node *n)
{
	struct decl *d = n->decl;

	if (!d)
		return;
	if (d->kind == D_LOCAL) {
		add_local(fn, d);
	} else if (d->kind == D_STATIC_LOCAL) {
		fn_static_add(fn, n);
	}
}

/* do { } while (0), as macros are written. */
static bool is_once(const struct node *n)
{
	const struct node *c = n->kind == N_DO ? node_strip(n->cond) : NULL;

	return c && c->is_const_int && !c->value;
}

static bool collect(struct node *n, void *ctx)
{
	struct fn *fn = ctx;

	vm_check(fn, n);
	if (node_is_opaque(n))
		return false;
	if (n->kind == N_VAR)
		add_declarator(fn, n);
	else if (jump_is_setjmp(n))
		jump_add_site(fn, n);
	else if (n->kind == N_TYPE_DECL && n->decl->kind == D_TYPEDEF)
		vm_add(fn, n->decl);
	else if (n->kind == N_CALL)
		add_call(fn, n);
	else if (n->kind == N_COMPOUND_LITERAL)
		add_literal(fn, n);
	else if (goto_is_backward(n))
		add_point(fn, POINT_GOTO, n, xstrdup("goto"));
	else if (n->kind == N_INDIRECT_GOTO)
		add_point(fn, POINT_GOTO, n, xstrdup("goto *"));
	if (node_is_loop(n) && !is_once(n)) {
		add_point(fn, POINT_LOOP, n, xstrdup("loop"));
		fn->loops = xreallocarray(fn->loops, fn->nloops + 1,
					  sizeof(*fn->loops));
		fn->loops[fn->nloops++] = n;
		info_of(fn, n)->loop = fn->nloops;
	}
	return true;
}

static bool find_candidate(struct node *n, void *ctx)
{
	bool *found = ctx;

	if (node_is_opaque(n))
		return false;
	if (n->kind == N_CALL && fn_call_is_candidate(n))
		*found = true;
	return !*found;
}

static bool has_candidate(struct node *n)
{
	bool found = false;

	if (n)
		node_walk(n, find_candidate, &found);
	return found;
}

/* The only one of the two that calls anything, else NULL. */
static struct node *only_caller(struct node *a, struct node *b)
{
	if (has_candidate(a) == has_candidate(b))
		return NULL;
	return has_candidate(a) ? a : b;
}

/* Of `c ? a : b` where c and one side call nothing, the other side. */
static struct node *calling_side(struct node *e)
{
	struct node *c = node_strip(e);

	if (!c || c->kind != N_COND || c->op == '?' || has_candidate(c->first))
		return NULL;
	return only_caller(c->first->next, c->last);
}

static struct node *entry_in(struct node *s);

static struct node *entry_in_list(struct node *s)
{
	for (; s; s = s->next)
		if (has_candidate(s))
			return s->kind == N_LABEL || s->kind == N_CASE
				       ? NULL
				       : entry_in(s);
	return NULL;
}

static struct node *entry_in(struct node *s)
{
	struct node *part = NULL, *found;

	if (s->kind == N_COMPOUND) {
		found = entry_in_list(s->first);
		return found ? found : s;
	}
	if (s->kind == N_IF && !has_candidate(s->cond))
		part = only_caller(s->then_, s->else_);
	if (part)
		return entry_in(part);
	if (s->kind == N_RETURN)
		part = calling_side(s->cond);
	return part ? part : s;
}

/*
 * The entry's poll stands before the first statement that calls anything, or
 * in front of the side of a ?: that does, so that the base case of a
 * recursion returns without it.
 */
static void add_entry(struct fn *fn)
{
	struct node *at = entry_in_list(fn->body->first);

	if (at)
		add_point(fn, POINT_ENTRY, at, xstrdup("entry"));
}

/* ---- variables whose declaration a jump may pass by ---- */

struct jump {
	size_t from, to;
};

struct jumps {
	const struct fn *fn;
	struct jump *v;
	int n;
};

static void add_jump(struct jumps *j, size_t from, size_t to)
{
	if (!(j->n & (j->n + 1)))
		j->v = xreallocarray(j->v, 2 * (j->n + 1), sizeof(*j->v));
	j->v[j->n++] = (struct jump){ from, to };
}

static void add_dispatch(struct jumps *j, const struct node *go)
{
	const struct dispatch *d = j->fn->dispatch;

	for (int i = 0; d && i < d->nlabels; i++)
		add_jump(j, go->begin, d->labels[i]->name_at);
}

static bool find_jumps(struct node *n, void *ctx)
{
	struct jumps *j = ctx;
	const struct node *from = NULL;
	size_t to = n->begin;

	if (n->kind == N_GOTO && n->decl) {
		from = n;
		to = n->decl->name_at;
	} else if (n->kind == N_CASE || n->kind == N_DEFAULT) {
		from = node_up(n->parent, N_SWITCH);
	}
	if (n->kind == N_INDIRECT_GOTO)
		add_dispatch(j, n);
	if (from)
		add_jump(j, from->begin, to);
	return true;
}

static bool is_jumped_into(const struct jumps *j, size_t begin, size_t end)
{
	for (int i = 0; i < j->n; i++) {
		const struct jump *k = &j->v[i];

		if (k->to >= begin && k->to < end &&
		    (k->from < begin || k->from >= end))
			return true;
	}
	return false;
}

/* A longjmp leads from a point to a call of setjmp. */
static void find_long_jumps(const struct fn *fn, struct jumps *j)
{
	for (int s = 0; s < fn->nsites; s++)
		for (int i = 0; i < fn->npoints; i++)
			if (jump_may_follow(fn, s, fn->points[i]))
				add_jump(j, fn->points[i]->node->begin,
					 fn->sites[s]->begin);
}

static void mark_odd(struct fn *fn)
{
	struct jumps j = { fn, NULL, 0 };

	if (fn->has_mem) {
		node_walk(fn->body, find_jumps, &j);
		find_long_jumps(fn, &j);
	}
	for (int i = 0; i < fn->nlocals && j.n; i++) {
		struct var *v = fn->vars[i];
		const struct node *block =
			v->node ? node_up(v->node, N_COMPOUND) : NULL;

		/* a literal lives from the start of its block */
		if (block)
			v->odd = is_jumped_into(&j, block->begin, block->end);
		else if (v->mem && !v->vm && v->decl->kind == D_LOCAL)
			v->odd = is_jumped_into(&j, v->scope_begin,
						v->scope_end);
	}
	free(j.v);
}

static struct fn *fn_make(struct ast *a, struct node *n)
{
	struct fn *fn = xcalloc(1, sizeof(*fn));

	fn->ast = a;
	fn->node = n;
	fn->decl = n->decl;
	fn->body = n->body;
	n->decl->user = fn;
	info_init(fn);
	for (int i = 0; i < n->decl->nparams; i++)
		add_local(fn, n->decl->params[i]);
	dispatch_make(fn);
	alloca_make(fn);
	node_walk(fn->body, collect, fn);
	dispatch_plan(fn);
	fn->nlocals = fn->nvars;
	if (fn->nsites)
		jump_add_frame(fn);
	add_entry(fn);
	varargs_add_rest(fn);
	fn_refuse_all(fn);
	varargs_mask(fn);
	mark_odd(fn);
	return fn;
}

struct fns *fns_make(struct ast *a)
{
	struct fns *f = xcalloc(1, sizeof(*f));

	for (struct node *n = a->root->first; n; n = n->next) {
		if (n->kind != N_FUNCTION || n->decl->is_system)
			continue;
		f->fn = xreallocarray(f->fn, f->n + 1, sizeof(*f->fn));
		f->fn[f->n++] = fn_make(a, n);
	}
	return f;
}

static void var_free(struct var *v)
{
	free(v->name);
	free(v->stable);
	free(v);
}

static void fn_free(struct fn *fn)
{
	for (int i = 0; i < fn->nvars; i++)
		var_free(fn->vars[i]);
	for (int i = 0; i < fn->nstatics; i++)
		var_free(fn->statics[i]);
	for (int i = 0; i < fn->npoints; i++) {
		free(fn->points[i]->what);
		free(fn->points[i]->vars);
		free(fn->points[i]->maybe);
		free(fn->points[i]);
	}
	free(fn->vars);
	free(fn->points);
	free(fn->loops);
	free(fn->statics);
	free(fn->sites);
	free(fn->literals);
	vm_free_all(fn);
	dispatch_free(fn);
	free(fn->info);
	hash_free(fn->names);
	free(fn->why);
	free(fn);
}

void fns_free(struct fns *f)
{
	if (!f)
		return;
	for (int i = 0; i < f->n; i++)
		fn_free(f->fn[i]);
	free(f->fn);
	free(f);
}
