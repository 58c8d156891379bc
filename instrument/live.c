/* SPDX-License-Identifier: MIT */
/*
 * Backward data flow over the tree of the lowered form.  Loops are iterated
 * until their head is stable; the whole is repeated while gotos still add to
 * the sets of their labels.
 *
 * A variable that is live where it is declared without a value may reach a
 * use unassigned; one that is not was assigned on every way to the points
 * where it is live.  That is all we need of definite assignment.
 */
#include "instrument/live.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/xalloc.h"
#include "instrument/dispatch.h"
#include "instrument/ir.h"
#include "instrument/jump.h"
#include "instrument/touch.h"
#include "instrument/varargs.h"
#include "instrument/vm.h"

struct label_set {
	const struct decl *label;
	uint64_t *live;
};

struct flow {
	struct lowered *l;
	int words;
	struct label_set *labels;
	int nlabels;
	bool changed;
	/* targets of break and continue, cases of the innermost switch */
	uint64_t *on_break, *on_continue, *cases;
	bool has_default;
	uint64_t *maybe;
	uint64_t **at_point; /* by point id */
	uint64_t **at_site; /* behind each setjmp */
};

static uint64_t *set_new(const struct flow *f)
{
	return xcalloc(f->words, sizeof(uint64_t));
}

static void set_copy(const struct flow *f, uint64_t *to, const uint64_t *from)
{
	memcpy(to, from, f->words * sizeof(uint64_t));
}

/* Whether `to` grew. */
static bool set_union(const struct flow *f, uint64_t *to, const uint64_t *from)
{
	bool grew = false;

	for (int i = 0; i < f->words; i++) {
		grew |= (from[i] & ~to[i]) != 0;
		to[i] |= from[i];
	}
	return grew;
}

static void set_add(uint64_t *s, const struct var *v)
{
	if (v && !v->mem)
		s[v->index / 64] |= (uint64_t)1 << (v->index % 64);
}

static void set_del(uint64_t *s, const struct var *v)
{
	if (v && !v->mem)
		s[v->index / 64] &= ~((uint64_t)1 << (v->index % 64));
}

static bool set_has(const uint64_t *s, const struct var *v)
{
	return s[v->index / 64] >> (v->index % 64) & 1;
}

/* ---- uses and definitions in what is left of an expression ---- */

/* The variables of a ({ }) that stays whole do not exist outside it. */
static void drop_inner(const struct flow *f, const struct node *n,
		       uint64_t *live)
{
	const struct fn *fn = f->l->fn;

	for (int i = 0; i < fn->nlocals; i++)
		if (fn->vars[i]->scope_begin > n->begin &&
		    fn->vars[i]->scope_end <= n->end)
			set_del(live, fn->vars[i]);
}

static void add_uses(struct flow *f, struct node *n, uint64_t *live,
		     const struct var *self)
{
	struct subst *s = &f->l->subst[n->id];

	if (s->temp && s->temp != self) {
		set_add(live, s->temp);
		return;
	}
	if (s->alias) {
		add_uses(f, s->alias, live, self);
		return;
	}
	if (n->kind == N_UNEVALUATED && !vm_is_evaluated(n))
		return;
	if (n->kind == N_REF)
		set_add(live, fn_var(n->decl));
	if (varargs_is_start(n) && f->l->fn->rest)
		set_add(live, f->l->fn->rest);
	for (struct node *c = n->first; c; c = c->next)
		add_uses(f, c, live, NULL);
	if (n->kind == N_STMT_EXPR)
		drop_inner(f, n, live);
}

static struct var *assigned_var(struct node *n)
{
	struct node *left = node_strip(n->first);

	return left->kind == N_REF ? fn_var(left->decl) : NULL;
}

/* va_start and va_copy read all but the list that they set. */
static void eval_list_call(struct flow *f, struct node *n, uint64_t *live)
{
	for (struct node *c = n->first->next->next; c; c = c->next)
		add_uses(f, c, live, NULL);
	if (varargs_is_start(n) && f->l->fn->rest)
		set_add(live, f->l->fn->rest);
}

/* live before = live after, less what n surely sets, plus what it reads */
static void eval(struct flow *f, struct node *n, uint64_t *live,
		 const struct var *self)
{
	struct subst *s = &f->l->subst[n->id];

	if ((s->temp && s->temp != self) || s->alias) {
		add_uses(f, n, live, self);
		return;
	}
	if (n->kind == N_PAREN || n->kind == N_CAST) {
		eval(f, n->last, live, NULL);
	} else if (n->kind == N_COMMA) {
		eval(f, n->last, live, NULL);
		eval(f, n->first, live, NULL);
	} else if (n->kind == N_ASSIGN && !n->op && assigned_var(n)) {
		set_del(live, assigned_var(n));
		eval(f, n->last, live, NULL);
	} else if (varargs_set_by(n)) {
		set_del(live, varargs_set_by(n));
		eval_list_call(f, n, live);
	} else {
		add_uses(f, n, live, self);
	}
}

static bool is_in_scope(const struct var *v, size_t at)
{
	return at >= v->scope_begin && at < v->scope_end;
}

/*
 * A jump from `at` into the scope of a variable passes its declaration by:
 * before the jump there is no such variable, behind it perhaps no value.
 */
static void leave_scopes(struct flow *f, uint64_t *live, size_t at)
{
	const struct fn *fn = f->l->fn;

	for (int i = 0; i < fn->nlocals; i++) {
		const struct var *v = fn->vars[i];

		if (!set_has(live, v) || is_in_scope(v, at))
			continue;
		set_add(f->maybe, v);
		set_del(live, v);
	}
}

/* ---- statements ---- */

static void flow_list(struct flow *f, struct ir *ir, uint64_t *live);

static uint64_t *label_live(struct flow *f, const struct decl *label)
{
	for (int i = 0; i < f->nlabels; i++)
		if (f->labels[i].label == label)
			return f->labels[i].live;
	f->labels =
		xreallocarray(f->labels, f->nlabels + 1, sizeof(*f->labels));
	f->labels[f->nlabels].label = label;
	f->labels[f->nlabels].live = set_new(f);
	return f->labels[f->nlabels++].live;
}

/* From the point, longjmp may lead to the site: what is live there, as far as
 * it has a meaning here, must outlast the point too. */
static void follow_jump(struct flow *f, int site, const struct point *p)
{
	const struct fn *fn = f->l->fn;

	for (int i = 0; i < fn->nlocals; i++)
		if (set_has(f->at_site[site], fn->vars[i]) &&
		    is_in_scope(fn->vars[i], p->node->begin))
			set_add(f->at_point[p->id], fn->vars[i]);
}

static void at_point(struct flow *f, const struct point *p,
		     const uint64_t *live)
{
	if (!f->at_point[p->id])
		f->at_point[p->id] = set_new(f);
	set_union(f, f->at_point[p->id], live);
	for (int i = 0; i < f->l->fn->nsites; i++)
		if (jump_may_follow(f->l->fn, i, p))
			follow_jump(f, i, p);
}

static void flow_declarators(struct flow *f, struct node *v,
			     const struct node *last, bool bare, uint64_t *live)
{
	struct var *var;

	if (!v)
		return;
	if (v != last)
		flow_declarators(f, v->next, last, bare, live);
	if (v->kind != N_VAR) {
		/* lengths in a typedef or typeof */
		add_uses(f, v, live, NULL);
		return;
	}
	var = fn_var(v->decl);
	if (var && !var->mem && (bare || !v->init) && set_has(live, var))
		set_add(f->maybe, var);
	set_del(live, var);
	for (struct node *c = v->first; c; c = c->next)
		if (!bare || c != v->init)
			add_uses(f, c, live, NULL);
}

static void flow_decl(struct flow *f, struct ir *ir, uint64_t *live)
{
	flow_declarators(f, ir->first ? ir->first : ir->n->first, ir->last,
			 ir->bare, live);
}

static void flow_branch(struct flow *f, struct ir *a, struct ir *b,
			uint64_t *live)
{
	uint64_t *other = set_new(f);

	set_copy(f, other, live);
	flow_list(f, a, live);
	flow_list(f, b, other);
	set_union(f, live, other);
	free(other);
}

/* live: behind the loop on entry, before its init on return */
static void flow_loop(struct flow *f, struct ir *ir, uint64_t *live)
{
	uint64_t *save_break = f->on_break, *save_cont = f->on_continue;
	uint64_t *out = set_new(f), *cond = set_new(f), *body = set_new(f);
	uint64_t *step = set_new(f);
	bool grew = true;

	set_copy(f, out, live);
	f->on_break = out;
	f->on_continue = step;
	while (grew) {
		/* cond: before the condition */
		uint64_t *c = set_new(f);

		set_copy(f, c, out);
		set_union(f, c, body);
		if (ir->n->cond)
			add_uses(f, ir->n->cond, c, NULL);
		flow_list(f, ir->pre, c);
		grew = set_union(f, cond, c);
		set_copy(f, c, cond);
		flow_list(f, ir->step, c);
		grew |= set_union(f, step, c);
		set_copy(f, c, step);
		flow_list(f, ir->a, c);
		if (ir->point)
			at_point(f, ir->point, c);
		grew |= set_union(f, body, c);
		free(c);
	}
	f->on_break = save_break;
	f->on_continue = save_cont;
	set_copy(f, live, ir->n->kind == N_DO ? body : cond);
	flow_list(f, ir->init, live);
	free(out);
	free(cond);
	free(body);
	free(step);
}

static void flow_switch(struct flow *f, struct ir *ir, uint64_t *live)
{
	uint64_t *save_break = f->on_break, *save_cases = f->cases;
	bool save_default = f->has_default;
	uint64_t *out = set_new(f), *cases = set_new(f), *body = set_new(f);

	set_copy(f, out, live);
	set_copy(f, body, live);
	f->on_break = out;
	f->cases = cases;
	f->has_default = false;
	flow_list(f, ir->a, body);
	if (!f->has_default)
		set_union(f, cases, out);
	set_copy(f, live, cases);
	leave_scopes(f, live, ir->n->begin);
	add_uses(f, ir->n->cond, live, NULL);
	f->on_break = save_break;
	f->cases = save_cases;
	f->has_default = save_default;
	free(out);
	free(cases);
	free(body);
}

static void flow_label(struct flow *f, struct ir *ir, uint64_t *live)
{
	flow_list(f, ir->a, live);
	if (ir->n->kind == N_LABEL) {
		f->changed |= set_union(f, label_live(f, ir->n->decl), live);
		return;
	}
	if (f->cases)
		set_union(f, f->cases, live);
	if (ir->n->kind == N_DEFAULT)
		f->has_default = true;
}

static void flow_dispatch(struct flow *f, struct node *n, uint64_t *live)
{
	const struct dispatch *d = f->l->fn->dispatch;

	memset(live, 0, f->words * sizeof(uint64_t));
	for (int i = 0; i < d->nlabels; i++)
		set_union(f, live, label_live(f, d->labels[i]));
	leave_scopes(f, live, n->begin);
	add_uses(f, n->cond, live, NULL);
}

static void flow_jump(struct flow *f, struct ir *ir, uint64_t *live)
{
	if (ir->n->kind == N_GOTO) {
		set_copy(f, live, label_live(f, ir->n->decl));
		leave_scopes(f, live, ir->n->begin);
	} else if (ir->n->kind == N_INDIRECT_GOTO) {
		flow_dispatch(f, ir->n, live);
	} else if (ir->n->kind == N_BREAK && f->on_break) {
		set_copy(f, live, f->on_break);
	} else if (ir->n->kind == N_CONTINUE && f->on_continue) {
		set_copy(f, live, f->on_continue);
	}
}

static void flow_call(struct flow *f, struct ir *ir, uint64_t *live)
{
	set_del(live, ir->temp);
	at_point(f, ir->point, live);
	for (struct node *c = ir->n->first; c; c = c->next)
		add_uses(f, c, live, NULL);
}

static void flow_setjmp(struct flow *f, struct ir *ir, uint64_t *live)
{
	set_del(live, ir->temp);
	f->changed |=
		set_union(f, f->at_site[jump_site(f->l->fn, ir->n)], live);
	for (struct node *c = ir->n->first; c; c = c->next)
		add_uses(f, c, live, NULL);
}

static void flow_return(struct flow *f, struct ir *ir, uint64_t *live)
{
	memset(live, 0, f->words * sizeof(uint64_t));
	if (ir->kind == IR_TAIL)
		for (struct node *c = ir->n->first; c; c = c->next)
			add_uses(f, c, live, NULL);
	else if (ir->n->cond)
		add_uses(f, ir->n->cond, live, NULL);
}

static void flow_one(struct flow *f, struct ir *ir, uint64_t *live)
{
	switch (ir->kind) {
	case IR_BLOCK:
		flow_list(f, ir->a, live);
		break;
	case IR_TEMPS:
		break;
	case IR_EXPR:
		eval(f, ir->n, live, f->l->subst[ir->n->id].temp);
		break;
	case IR_SET:
		set_del(live, ir->temp);
		eval(f, ir->n, live, ir->temp);
		break;
	case IR_CALL:
		flow_call(f, ir, live);
		break;
	case IR_SETJMP:
		flow_setjmp(f, ir, live);
		break;
	case IR_POLL:
		at_point(f, ir->point, live);
		break;
	case IR_DECL:
		flow_decl(f, ir, live);
		break;
	case IR_INIT:
		set_del(live, fn_var(ir->n->decl));
		add_uses(f, ir->n->init, live, NULL);
		break;
	case IR_BRANCH:
		flow_branch(f, ir->a, ir->b, live);
		if (ir->n)
			add_uses(f, ir->n, live, NULL);
		else
			set_add(live, ir->temp);
		break;
	case IR_IF:
		flow_branch(f, ir->a, ir->b, live);
		add_uses(f, ir->n->cond, live, NULL);
		break;
	case IR_LOOP:
		flow_loop(f, ir, live);
		break;
	case IR_SWITCH:
		flow_switch(f, ir, live);
		break;
	case IR_LABEL:
		flow_label(f, ir, live);
		break;
	case IR_JUMP:
		flow_jump(f, ir, live);
		break;
	case IR_TAIL:
	case IR_RETURN:
		flow_return(f, ir, live);
		break;
	case IR_TEXT:
		add_uses(f, ir->n, live, NULL);
		break;
	}
}

/* From the last statement to the first. */
static void flow_list(struct flow *f, struct ir *ir, uint64_t *live)
{
	int n = 0, i = 0;
	struct ir **all;

	for (struct ir *p = ir; p; p = p->next)
		n++;
	if (!n)
		return;
	all = xcalloc(n, sizeof(struct ir *));
	for (; ir; ir = ir->next)
		all[i++] = ir;
	while (n--)
		flow_one(f, all[n], live);
	free(all);
}

/* ---- memory variables in scope ---- */

struct scope {
	struct lowered *l;
	struct flow *f;
	struct var **mem;
	int n;
};

static void scope_list(struct scope *s, struct ir *ir);

static void point_vars(struct scope *s, struct point *p)
{
	struct fn *fn = s->l->fn;
	uint64_t *live = s->f->at_point[p->id];
	int count = s->n;

	if (p->alive || !live)
		return;
	p->alive = true;
	for (int w = 0; w < s->f->words; w++)
		count += __builtin_popcountll(live[w]);
	p->vars = xcalloc(count + 2, sizeof(*p->vars));
	p->maybe = xcalloc(count + 2, sizeof(bool));
	for (int w = 0; w < s->f->words; w++)
		for (uint64_t set = live[w]; set; set &= set - 1) {
			int i = 64 * w + __builtin_ctzll(set);

			p->maybe[p->nvars] = set_has(s->f->maybe, fn->vars[i]);
			p->vars[p->nvars++] = fn->vars[i];
		}
	for (int i = 0; i < s->n; i++) {
		p->maybe[p->nvars] = touch_is_fresh(fn, s->mem[i], p);
		p->vars[p->nvars++] = s->mem[i];
	}
	if (fn->alloca)
		p->vars[p->nvars++] = fn->alloca;
	if (fn->frame)
		p->vars[p->nvars++] = fn->frame;
}

/* The dimensions of what was declared live as long as it does. */
static void scope_dims(struct scope *s, const struct decl *d)
{
	const struct vm *vm = vm_of(s->l->fn, d);

	for (int i = 0; vm && i < vm->ndims; i++)
		s->mem[s->n++] = vm->dims[i].var;
}

static void scope_decl(struct scope *s, struct ir *ir)
{
	bool in = !ir->first;

	for (struct node *v = ir->n->first; v; v = v->next) {
		struct var *var = v->kind == N_VAR ? fn_var(v->decl) : NULL;

		in |= v == ir->first;
		if (in && var && var->mem)
			s->mem[s->n++] = var;
		if (in)
			scope_dims(s, v->decl);
		if (v == ir->last)
			break;
	}
}

static void scope_literals(struct scope *s, const struct node *block)
{
	struct fn *fn = s->l->fn;

	for (int i = 0; i < fn->nliterals; i++)
		if (node_up(fn->literals[i]->node, N_COMPOUND) == block)
			s->mem[s->n++] = fn->literals[i];
}

static void scope_list(struct scope *s, struct ir *ir)
{
	for (; ir; ir = ir->next) {
		int mark = s->n;

		if (ir->kind == IR_DECL)
			scope_decl(s, ir);
		if (ir->kind == IR_BLOCK && ir->n)
			scope_literals(s, ir->n);
		scope_list(s, ir->init);
		if (ir->point)
			point_vars(s, ir->point);
		scope_list(s, ir->pre);
		scope_list(s, ir->a);
		scope_list(s, ir->b);
		scope_list(s, ir->step);
		if (ir->kind == IR_BLOCK || ir->kind == IR_LOOP)
			s->n = mark;
	}
}

/* Notes what is live where the address of a label leads. */
static void carry(struct flow *f)
{
	const struct fn *fn = f->l->fn;
	const struct dispatch *d = fn->dispatch;

	for (int i = 0; d && i < d->nlabels; i++) {
		const uint64_t *live = label_live(f, d->labels[i]);

		for (int k = 0; k < fn->nvars; k++)
			fn->vars[k]->carried |= set_has(live, fn->vars[k]);
	}
}

void live_compute(struct lowered *l)
{
	struct flow f = { .l = l };
	struct scope s = { l, &f, NULL, 0 };

	f.words = l->fn->nvars / 64 + 1;
	f.maybe = set_new(&f);
	f.at_point = xcalloc(l->fn->npoints + 1, sizeof(uint64_t *));
	f.at_site = xcalloc(l->fn->nsites + 1, sizeof(uint64_t *));
	for (int i = 0; i < l->fn->nsites; i++)
		f.at_site[i] = set_new(&f);
	do {
		uint64_t *live = set_new(&f);

		f.changed = false;
		flow_list(&f, l->root, live);
		free(live);
	} while (f.changed);
	touch_find(l->fn);
	s.mem = xcalloc(l->fn->nvars + 1, sizeof(struct var *));
	for (int i = 0; i < l->fn->decl->nparams; i++) {
		struct var *v = fn_var(l->fn->decl->params[i]);

		if (v && v->mem)
			s.mem[s.n++] = v;
		scope_dims(&s, l->fn->decl->params[i]);
	}
	scope_list(&s, l->root);
	carry(&f);
	for (int i = 0; i < f.nlabels; i++)
		free(f.labels[i].live);
	for (int i = 0; i < l->fn->npoints; i++)
		free(f.at_point[i]);
	free(f.labels);
	for (int i = 0; i < l->fn->nsites; i++)
		free(f.at_site[i]);
	free(f.at_site);
	free(f.at_point);
	free(f.maybe);
	free(s.mem);
}
