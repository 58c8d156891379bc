/* SPDX-License-Identifier: MIT */
#include "instrument/facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "instrument/fn.h"
#include "instrument/fn_bytes.h"
#include "instrument/taint.h"

struct fact_fn *facts_find(const struct facts *f, const char *name)
{
	for (int i = 0; i < f->nfns; i++)
		if (!strcmp(f->fns[i].name, name))
			return &f->fns[i];
	return NULL;
}

/* ---- trip counts ---- */

static bool const_value(struct node *n, long long *ret)
{
	n = node_strip(n);
	if (!n || !n->is_const_int)
		return false;
	*ret = n->value;
	return true;
}

/* The start value that init gives to the variable d. */
static bool start_value(struct node *init, const struct decl *d, long long *ret)
{
	struct node *n = node_strip(init);

	if (!n)
		return false;
	if (n->kind == N_EXPR_STMT)
		n = node_strip(n->first);
	if (n && n->kind == N_ASSIGN && !n->op && n->first->kind == N_REF &&
	    n->first->decl == d)
		return const_value(n->last, ret);
	for (struct node *v = n ? n->first : NULL; v; v = v->next)
		if (v->kind == N_VAR && v->decl == d && v->init)
			return const_value(v->init, ret);
	return false;
}

static bool steps_by_constant(struct node *step, const struct decl *d)
{
	struct node *n = node_strip(step);
	long long by;

	if (!n)
		return false;
	if (n->kind == N_COMMA)
		return steps_by_constant(n->first, d) ||
		       steps_by_constant(n->last, d);
	if (n->kind == N_INCDEC)
		return n->first->kind == N_REF && n->first->decl == d;
	if (n->kind == N_ASSIGN && (n->op == '+' || n->op == '-'))
		return n->first->kind == N_REF && n->first->decl == d &&
		       const_value(n->last, &by);
	return false;
}

static long long for_trip(struct node *n)
{
	struct node *c = node_strip(n->cond);
	long long from, to;
	struct decl *d;

	if (!c || c->kind != N_BINARY || c->first->kind != N_REF)
		return TRIP_UNKNOWN;
	d = c->first->decl;
	if (!steps_by_constant(n->step, d))
		return TRIP_UNKNOWN;
	if (!const_value(c->last, &to) || !start_value(n->init, d, &from))
		return TRIP_COUNTED;
	return to > from ? to - from : from - to;
}

static long long loop_trip(struct node *n)
{
	long long v;

	if (n->kind == N_DO && const_value(n->cond, &v) && !v)
		return 1;
	if (n->kind == N_FOR)
		return for_trip(n);
	return TRIP_UNKNOWN;
}

/* ---- one function ---- */

struct scan {
	struct fn *fn;
	struct fact_fn *f;
	int loop;
};

static void count_op(struct scan *s)
{
	if (s->loop < 0)
		s->f->ops++;
	else
		s->f->loops[s->loop].ops++;
}

static char *described(const struct type *t)
{
	struct strbuf sb = STRBUF_INIT;

	if (t && t->kind == T_POINTER)
		t = t->elem;
	if (t)
		type_describe(t, &sb);
	return strbuf_detach(&sb);
}

static void add_call(struct scan *s, struct node *n)
{
	struct fact_fn *f = s->f;
	struct decl *d = call_target(n);

	f->calls = xreallocarray(f->calls, f->ncalls + 1, sizeof(*f->calls));
	f->calls[f->ncalls++] = (struct fact_call){
		.loop = s->loop,
		.callee = d ? xstrdup(d->name) : NULL,
		.type = d ? NULL : described(n->first->type),
		.line = ast_place(s->fn->ast, n->begin).line,
	};
}

static void scan_node(struct scan *s, struct node *n);

static void scan_children(struct scan *s, struct node *n)
{
	for (struct node *c = n->first; c; c = c->next)
		scan_node(s, c);
}

static void scan_loop(struct scan *s, struct node *n)
{
	struct fact_fn *f = s->f;
	int outer = s->loop;
	struct place p = ast_place(s->fn->ast, n->begin);

	f->loops = xreallocarray(f->loops, f->nloops + 1, sizeof(*f->loops));
	f->loops[f->nloops] = (struct fact_loop){ .parent = outer,
						  .line = p.line,
						  .col = p.col,
						  .trip = loop_trip(n) };
	s->loop = f->nloops++;
	scan_children(s, n);
	s->loop = outer;
}

static void scan_node(struct scan *s, struct node *n)
{
	if (n->kind == N_UNEVALUATED)
		return;
	if (node_is_loop(n) && fn_loop_index(s->fn, n) >= 0) {
		scan_loop(s, n);
		return;
	}
	if (n->kind == N_CALL)
		add_call(s, n);
	if (n->kind == N_GOTO && n->decl && n->decl->name_at < n->begin)
		s->f->backward_goto = true;
	if (n->kind == N_INDIRECT_GOTO)
		s->f->backward_goto = s->f->indirect_goto = true;
	if (node_is_expr(n) && n->kind != N_PAREN)
		count_op(s);
	scan_children(s, n);
}

static void add_wait(struct fact_fn *f, const struct point *p)
{
	f->waits = xreallocarray(f->waits, f->nwaits + 1, sizeof(*f->waits));
	f->waits[f->nwaits++] = (struct fact_wait){
		.what = xstrdup(p->what),
		.line = p->place.line,
		.col = p->place.col,
	};
}

static void fact_of(struct fn *fn, struct fact_fn *f)
{
	struct scan s = { fn, f, -1 };
	struct place at = ast_place(fn->ast, fn->decl->name_at);
	struct place why = ast_place(fn->ast, fn->why_at);

	f->name = xstrdup(fn->decl->name);
	f->is_static = fn->decl->is_static;
	f->refused = fn->refused;
	f->why = xstrdup(fn->why);
	f->file = xstrdup(at.file ? at.file : "");
	f->line = at.line;
	f->col = at.col;
	f->why_line = why.line;
	f->why_col = why.col;
	f->type = described(fn->decl->type);
	scan_children(&s, fn->body);
	for (int i = 0; i < fn->npoints; i++)
		if (fn->points[i]->masked)
			add_wait(f, fn->points[i]);
}

static void add_taken(struct facts *f, const char *name)
{
	f->taken = xreallocarray(f->taken, f->ntaken + 1, sizeof(*f->taken));
	f->taken[f->ntaken++] = xstrdup(name);
}

struct facts *facts_make(const struct ast *a)
{
	struct facts *f = xcalloc(1, sizeof(*f));
	struct fns *fns = fns_make((struct ast *)a);

	f->fns = xcalloc(fns->n + 1, sizeof(*f->fns));
	f->nfns = fns->n;
	for (int i = 0; i < fns->n; i++)
		fact_of(fns->fn[i], &f->fns[i]);
	for (int i = 0; i < a->ndecls; i++)
		if (a->decls[i]->kind == D_FUNCTION &&
		    a->decls[i]->address_taken)
			add_taken(f, a->decls[i]->name);
	taint_find(fns, f);
	taint_reasons(&f, 1);
	fns_free(fns);
	return f;
}

static void facts_free_call(struct fact_call *c)
{
	free(c->callee);
	free(c->type);
}

void facts_free(struct facts *f)
{
	if (!f)
		return;
	for (int i = 0; i < f->nfns; i++) {
		struct fact_fn *n = &f->fns[i];

		for (int k = 0; k < n->ncalls; k++)
			facts_free_call(&n->calls[k]);
		for (int k = 0; k < n->nwaits; k++)
			free(n->waits[k].what);
		free(n->waits);
		free(n->type);
		free(n->name);
		free(n->why);
		free(n->file);
		free(n->loops);
		free(n->calls);
	}
	for (int i = 0; i < f->ntaken; i++)
		free(f->taken[i]);
	for (int i = 0; i < f->nedges; i++) {
		free(f->edges[i].from_fn);
		free(f->edges[i].to_fn);
		free(f->edges[i].file);
		free(f->edges[i].text);
	}
	free(f->edges);
	for (int i = 0; i < f->nreasons; i++) {
		free(f->reasons[i].file);
		free(f->reasons[i].text);
	}
	free(f->fns);
	free(f->taken);
	free(f->reasons);
	free(f);
}

/* Calls, which may last; loops wait no longer than the arguments do. */
static void waits_notes(const struct fact_fn *n, note_fn *note, void *ctx)
{
	char text[512];

	for (int i = 0; i < n->nwaits; i++) {
		const struct fact_wait *w = &n->waits[i];

		if (strncmp(w->what, "call ", 5) != 0)
			continue;
		snprintf(text, sizeof(text),
			 "'%s' cannot be stopped in its call of '%s': a "
			 "va_list is in use; checkpoints wait until the call "
			 "returns",
			 n->name, w->what + 5);
		note(ctx, NOTE_WAIT, n->file, w->line, w->col, text);
	}
}

void facts_notes(const struct facts *f, note_fn *note, void *ctx)
{
	char text[512];

	for (int i = 0; i < f->nfns; i++) {
		const struct fact_fn *n = &f->fns[i];

		waits_notes(n, note, ctx);
		if (!n->refused || !strcmp(n->why, fn_fills_bytes_why))
			continue;
		snprintf(text, sizeof(text),
			 "'%s' cannot be stopped while it runs: %s; "
			 "checkpoints wait until it returns",
			 n->name, n->why);
		note(ctx, NOTE_RESUME, n->file, n->why_line, n->why_col, text);
	}
	for (int i = 0; i < f->nreasons; i++)
		note(ctx, NOTE_PORTABILITY, f->reasons[i].file,
		     f->reasons[i].line, f->reasons[i].col, f->reasons[i].text);
}
