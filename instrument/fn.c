/* SPDX-License-Identifier: MIT */
#include "instrument/fn.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/strbuf.h"
#include "common/base/xalloc.h"

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

	if (!d)
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

struct point *fn_point_of(const struct fn *fn, const struct node *n)
{
	for (int i = 0; i < fn->npoints; i++)
		if (fn->points[i]->node == n &&
		    fn->points[i]->kind != POINT_ENTRY)
			return fn->points[i];
	return NULL;
}

struct point *fn_entry_point(const struct fn *fn)
{
	for (int i = 0; i < fn->npoints; i++)
		if (fn->points[i]->kind == POINT_ENTRY)
			return fn->points[i];
	return NULL;
}

int fn_loop_index(const struct fn *fn, const struct node *loop)
{
	for (int i = 0; i < fn->nloops; i++)
		if (fn->loops[i] == loop)
			return i;
	return -1;
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

static void refuse(struct fn *fn, size_t at, char *why)
{
	if (fn->refused) {
		free(why);
		return;
	}
	fn->refused = true;
	fn->why = why;
	fn->why_at = at;
}

static struct var *add_var(struct fn *fn, struct var *v)
{
	v->index = fn->nvars;
	fn->vars = xreallocarray(fn->vars, fn->nvars + 1, sizeof(*fn->vars));
	fn->vars[fn->nvars++] = v;
	return v;
}

/* How often `a` with that name stands before position `at` in the function. */
static unsigned same_place_before(const struct fn *fn, const struct node *n)
{
	struct place p = ast_place(fn->ast, n->begin);
	unsigned count = 0;

	for (int i = 0; i < fn->nvars; i++) {
		struct node *o = fn->vars[i]->node;

		if (!o)
			continue;
		struct place q = ast_place(fn->ast, o->begin);

		if (o->kind == n->kind && q.line == p.line && q.col == p.col)
			count++;
	}
	return count;
}

/*
 * A temporary's stable name is the kind and place of its expression.  Where
 * a macro puts several of a kind at one place, they are numbered in the
 * order of the first lowering, which meets all of them on every target.
 */
struct var *fn_temp(struct fn *fn, struct node *expr)
{
	for (int i = fn->nlocals; i < fn->nvars; i++)
		if (fn->vars[i]->node == expr)
			return fn->vars[i];
	struct place p = ast_place(fn->ast, expr->begin);
	struct var *v = xcalloc(1, sizeof(*v));

	v->node = expr;
	v->is_bool = expr->kind == N_LOGAND || expr->kind == N_LOGOR;
	v->name = xasprintf("__ckpt_t%d", fn->nvars);
	v->stable = xasprintf("<%s %u:%u #%u>", node_kind_name(expr->kind),
			      p.line, p.col, same_place_before(fn, expr));
	return add_var(fn, v);
}

/* ---- collecting one function ---- */

static bool name_is_taken(const struct fn *fn, const char *name)
{
	for (int i = 0; i < fn->nvars; i++)
		if (fn->vars[i]->decl && !strcmp(fn->vars[i]->decl->name, name))
			return true;
	return false;
}

static unsigned stable_copies(const struct fn *fn, const char *stable)
{
	unsigned n = 0;
	size_t len = strlen(stable);

	for (int i = 0; i < fn->nvars; i++) {
		const char *s = fn->vars[i]->stable;

		if (!strncmp(s, stable, len) && (!s[len] || s[len] == '#'))
			n++;
	}
	return n;
}

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
	bool shadows = name_is_taken(fn, d->name);

	v->decl = d;
	v->mem = d->address_taken || d->type->kind == T_ARRAY ||
		 d->type->kind == T_VLA || d->type->size > 256;
	v->name = shadows ? xasprintf("__ckpt_v%d_%s", fn->nvars, d->name)
			  : xstrdup(d->name);
	v->stable = shadows ? xasprintf("%s@%u", d->name, d->line)
			    : xstrdup(d->name);
	unsigned copies = stable_copies(fn, v->stable);
	if (copies) {
		char *s = xasprintf("%s#%u", v->stable, copies);

		free(v->stable);
		v->stable = s;
	}
	d->user = v;
	set_scope(fn, v);
	add_var(fn, v);
	if (v->mem)
		fn->has_mem = true;
}

struct var *fn_literal(const struct fn *fn, const struct node *n)
{
	for (int i = 0; i < fn->nlocals; i++)
		if (!fn->vars[i]->decl && fn->vars[i]->node == n)
			return fn->vars[i];
	return NULL;
}

/* `&(struct s){ 1 }`, `(int[]){ 1, 2 }`, `(struct s){ 1 }.array`. */
static bool literal_has_address(const struct node *n)
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
	v->stable = xasprintf("<literal %u:%u #%u>",
			      ast_place(fn->ast, n->begin).line,
			      ast_place(fn->ast, n->begin).col,
			      same_place_before(fn, n));
	add_var(fn, v);
	fn->has_mem = true;
}

static struct point *add_point(struct fn *fn, enum point_kind kind,
			       struct node *n, char *what)
{
	struct point *p = xcalloc(1, sizeof(*p));

	p->kind = kind;
	p->node = n;
	p->what = what;
	p->id = fn->npoints;
	p->place = ast_place(fn->ast, n->begin);
	for (int i = 0; i < fn->npoints; i++) {
		struct point *o = fn->points[i];

		if (!strcmp(o->what, what) && o->place.line == p->place.line &&
		    o->place.col == p->place.col)
			p->copy++;
	}
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

/* Of the statics before: with the same name, and in the same line too. */
static void count_statics(const struct fn *fn, const struct decl *d,
			  unsigned *ret_same, unsigned *ret_line)
{
	*ret_same = *ret_line = 0;
	for (int i = 0; i < fn->nstatics; i++) {
		const struct decl *o = fn->statics[i]->decl;

		if (strcmp(o->name, d->name))
			continue;
		++*ret_same;
		*ret_line += o->line == d->line;
	}
}

static void add_static(struct fn *fn, struct decl *d)
{
	struct var *v = xcalloc(1, sizeof(*v));
	const char *f = fn->decl->name;
	unsigned same, line;

	count_statics(fn, d, &same, &line);
	v->decl = d;
	v->name = line ? xasprintf("__ckpt_l_%s_%u_%s_%u", f, d->line, d->name,
				   line)
		       : xasprintf("__ckpt_l_%s_%u_%s", f, d->line, d->name);
	v->stable = same ? xasprintf("%s.%s#%u", f, d->name, same)
			 : xasprintf("%s.%s", f, d->name);
	d->user = v;
	fn->statics = xreallocarray(fn->statics, fn->nstatics + 1,
				    sizeof(*fn->statics));
	fn->statics[fn->nstatics++] = v;
}

static bool find_label_addr(struct node *n, void *ctx)
{
	bool *found = ctx;

	*found |= n->kind == N_LABEL_ADDR;
	return !*found;
}

/* Names of the function that a declaration in it needs. */
struct local_names {
	const struct fn *fn;
	const struct node *stmt;
	bool found;
};

static bool find_local_name(struct node *n, void *ctx)
{
	struct local_names *l = ctx;
	const struct node *body = l->fn->body;
	size_t at = n->decl ? n->decl->name_at : 0;

	if ((n->kind == N_TYPE_REF ||
	     (n->kind == N_REF && n->decl->kind == D_ENUMERATOR)) &&
	    n->decl && at > body->begin && at < body->end &&
	    (at < l->stmt->begin || at >= l->stmt->end))
		l->found = true;
	return !l->found;
}

/*
 * A static local moves in front of its function, one for all clones, unless
 * it needs names of the function: labels, types, enumerators.  Then it stays,
 * and the function is as written.
 */
static bool can_move(struct fn *fn, struct node *var)
{
	struct node *stmt = node_up(var, N_DECL_STMT);
	struct local_names l = { fn, stmt, false };
	bool labels = false;

	node_walk(stmt, find_label_addr, &labels);
	node_walk(stmt, find_local_name, &l);
	if (l.found)
		refuse(fn, var->decl->name_at,
		       xasprintf("static '%s' has a type of its block",
				 var->decl->name));
	if (l.found && !var->decl->is_const && !fn->unsaved)
		fn->unsaved = var->decl;
	return !labels && !l.found;
}

static void add_declarator(struct fn *fn, struct node *n)
{
	struct decl *d = n->decl;

	if (!d)
		return;
	if (d->kind == D_LOCAL) {
		add_local(fn, d);
	} else if (d->kind == D_STATIC_LOCAL && can_move(fn, n)) {
		add_static(fn, d);
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

	if (node_is_opaque(n))
		return false;
	if (n->kind == N_VAR)
		add_declarator(fn, n);
	else if (n->kind == N_CALL)
		add_call(fn, n);
	else if (n->kind == N_COMPOUND_LITERAL)
		add_literal(fn, n);
	else if (goto_is_backward(n))
		add_point(fn, POINT_GOTO, n, xstrdup("goto"));
	if (node_is_loop(n) && !is_once(n)) {
		add_point(fn, POINT_LOOP, n, xstrdup("loop"));
		fn->loops = xreallocarray(fn->loops, fn->nloops + 1,
					  sizeof(*fn->loops));
		fn->loops[fn->nloops++] = n;
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

/*
 * The entry's poll stands before the first statement of the body that calls
 * anything, so that the base case of a recursion returns without it.
 */
static void add_entry(struct fn *fn)
{
	for (struct node *s = fn->body->first; s; s = s->next) {
		bool found = false;

		node_walk(s, find_candidate, &found);
		if (found && s->kind != N_LABEL && s->kind != N_CASE) {
			add_point(fn, POINT_ENTRY, s, xstrdup("entry"));
			return;
		}
	}
}

static const char *feature_words(enum feature f)
{
	switch (f) {
	case F_SETJMP:
		return "it calls setjmp";
	case F_ALLOCA:
		return "it calls alloca";
	case F_VLA:
		return "it has an array of variable length";
	case F_COMPUTED_GOTO:
	case F_LABEL_ADDR:
		return "it takes the address of a label";
	case F_ASM:
		return "it contains inline assembly";
	case F_CLEANUP:
		return "it has a variable with a cleanup function";
	case F_NESTED_FUNCTION:
		return "it has a nested function";
	case F_VA_START:
		return "it takes variable arguments";
	case F_VECTOR:
		return "it uses vector types";
	case F_ATOMIC:
		return "it uses atomic types";
	case F_APPLY:
		return "it uses __builtin_apply";
	case F_VFORK:
		return "it calls vfork";
	default:
		return NULL;
	}
}

static void refuse_features(struct fn *fn)
{
	for (int i = 0; i < fn->ast->nfeatures; i++) {
		struct feature_use *u = &fn->ast->features[i];
		const char *why = feature_words(u->feature);

		if (u->function == fn->decl && why)
			refuse(fn, u->at, xstrdup(why));
	}
}

/* The sizes of such a type are computed where it is written. */
static bool is_variably_modified(const struct type *t)
{
	while (t->kind == T_POINTER || t->kind == T_ARRAY)
		t = t->elem;
	return t->kind == T_VLA;
}

static void refuse_types(struct fn *fn)
{
	for (int i = 0; i < fn->nvars; i++) {
		struct decl *d = fn->vars[i]->decl;
		enum type_kind k = d ? d->type->kind : T_INT;

		if ((d && is_variably_modified(d->type)) || k == T_VA_LIST ||
		    k == T_VECTOR || k == T_OTHER || (d && d->has_cleanup))
			refuse(fn, d->name_at,
			       xasprintf("'%s' has a type that cannot be saved",
					 d->name));
	}
}

/* A jump from outside into the rest of a block, behind a declaration. */
struct jump_in {
	size_t begin, end;
	bool found;
};

static bool find_jump(struct node *n, void *ctx)
{
	struct jump_in *j = ctx;
	const struct node *from = NULL;
	size_t to = 0;

	if (n->kind == N_GOTO && n->decl) {
		from = n;
		to = n->decl->name_at;
	} else if (n->kind == N_CASE || n->kind == N_DEFAULT) {
		from = node_up(n->parent, N_SWITCH);
		to = n->begin;
	}
	if (from && to >= j->begin && to < j->end &&
	    (from->begin < j->begin || from->begin >= j->end))
		j->found = true;
	return !j->found;
}

/* The block of a literal: it lives from the block's start to its end. */
static struct jump_in scope_of(const struct var *v)
{
	const struct node *block;

	if (v->decl)
		return (struct jump_in){ v->scope_begin, v->scope_end, false };
	block = node_up(v->node, N_COMPOUND);
	return (struct jump_in){ block->begin, block->end, false };
}

static void mark_odd(struct fn *fn)
{
	for (int i = 0; i < fn->nlocals; i++) {
		struct jump_in j = scope_of(fn->vars[i]);

		if (!fn->vars[i]->mem ||
		    (fn->vars[i]->decl && fn->vars[i]->decl->kind != D_LOCAL))
			continue;
		node_walk(fn->body, find_jump, &j);
		fn->vars[i]->odd = j.found;
	}
}

static void refuse_kind(struct fn *fn)
{
	struct decl *d = fn->decl;

	if (d->type->kind == T_FUNCTION && d->type->variadic)
		refuse(fn, d->name_at, xstrdup("it takes variable arguments"));
	if (d->gnu_inline_only || (d->is_inline && !d->is_static))
		refuse(fn, d->name_at,
		       xstrdup("it is an inline function with external "
			       "linkage"));
	if (d->is_constructor)
		refuse(fn, d->name_at,
		       xstrdup("it runs outside main (constructor)"));
}

static struct fn *fn_make(struct ast *a, struct node *n)
{
	struct fn *fn = xcalloc(1, sizeof(*fn));

	fn->ast = a;
	fn->node = n;
	fn->decl = n->decl;
	fn->body = n->body;
	n->decl->user = fn;
	for (int i = 0; i < n->decl->nparams; i++)
		add_local(fn, n->decl->params[i]);
	node_walk(fn->body, collect, fn);
	fn->nlocals = fn->nvars;
	add_entry(fn);
	refuse_kind(fn);
	refuse_features(fn);
	refuse_types(fn);
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
