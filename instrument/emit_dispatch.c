/* SPDX-License-Identifier: MIT */
#include "instrument/emit_dispatch.h"

#include <stdlib.h>

#include "common/base/xalloc.h"

static bool is_within(const struct node *loop, size_t at)
{
	return at >= loop->begin && at < loop->end;
}

/* Whether there is a plain copy of loop k that a goto may lead to. */
static bool has_copy(const struct emit *e, int k)
{
	return !e->no_tail[k] && dispatch_leads_into(e->fn, e->fn->loops[k]);
}

/* Whether all tables are known there and at the goto. */
static bool tables_outside(const struct emit *e, const struct node *loop)
{
	const struct dispatch *d = e->fn->dispatch;

	for (int i = 0; i < d->ntables; i++)
		if (is_within(loop, d->tables[i]->name_at))
			return false;
	return true;
}

/* The copy that a goto of the resumable text leads to: 1 + its loop; or 0. */
static int copy_for(const struct emit *e, const struct node *go)
{
	int to = 0;

	if (e->variant != SLOW || e->copy || e->stay)
		return 0;
	for (const struct node *p = go->parent; p; p = p->parent) {
		int k = node_is_loop(p) ? fn_loop_index(e->fn, p) : -1;

		if (k >= 0 && has_copy(e, k) && tables_outside(e, p))
			to = k + 1;
	}
	return to;
}

/* ---- variables that copies share ---- */

/* Whether each copy of loop k has a variable of its own. */
static bool is_copied(const struct emit *e, int k, size_t at)
{
	const struct node *loop = e->fn->loops[k];

	return has_copy(e, k) && is_within(loop, at) &&
	       !(loop->init && is_within(loop->init, at));
}

static bool is_copied_at_all(const struct emit *e, size_t at)
{
	for (int k = 0; k < e->fn->nloops; k++)
		if (is_copied(e, k, at))
			return true;
	return false;
}

static bool holds_label(const struct emit *e, size_t begin, size_t end)
{
	const struct dispatch *d = e->fn->dispatch;

	for (int i = 0; i < d->nlabels; i++)
		if (d->labels[i]->name_at >= begin &&
		    d->labels[i]->name_at < end)
			return true;
	return false;
}

/* Objects keep what they hold where a goto leads into their scope. */
static bool is_object_at_label(const struct emit *e, const struct var *v)
{
	const struct node *block;

	if (v->decl)
		return v->mem && holds_label(e, v->scope_begin, v->scope_end) &&
		       is_copied_at_all(e, v->decl->name_at);
	block = v->mem && v->node ? node_up(v->node, N_COMPOUND) : NULL;
	return block && holds_label(e, block->begin, block->end) &&
	       is_copied_at_all(e, v->node->begin);
}

static bool can_hoist(const struct var *v)
{
	const struct node *stmt = v->decl && v->decl->node
					  ? node_up(v->decl->node, N_DECL_STMT)
					  : NULL;

	if (!stmt || v->vm || v->decl->is_const || v->decl->type->local)
		return false;
	for (const struct node *c = stmt->first; c; c = c->next)
		if (c->kind == N_TYPE_DECL)
			return false;
	return !v->decl->node->init || v->decl->node->init->kind != N_INIT_LIST;
}

void dispatch_prepare(struct emit *e)
{
	struct fn *fn = e->fn;

	e->stay = false;
	for (int i = 0; fn->dispatch && i < fn->nvars; i++) {
		struct var *v = fn->vars[i];

		if (is_object_at_label(e, v))
			e->stay = true;
		if (!v->carried || v->mem || !v->decl ||
		    !is_copied_at_all(e, v->decl->name_at))
			continue;
		v->hoisted = can_hoist(v);
		e->stay |= !v->hoisted;
	}
}

bool dispatch_is_hoisted(const struct emit *e, const struct var *v)
{
	return v && v->hoisted && e->variant == SLOW && !e->stay;
}

void dispatch_render_hoisted(struct emit *e, struct strbuf *out)
{
	for (int i = 0; i < e->fn->nvars; i++) {
		const struct var *v = e->fn->vars[i];
		struct node *stmt, *first;

		if (!dispatch_is_hoisted(e, v))
			continue;
		stmt = node_up(v->decl->node, N_DECL_STMT);
		for (first = stmt->first; first->kind != N_VAR;)
			first = first->next;
		render_range(e, stmt, stmt->begin, first->begin, out);
		strbuf_addch(out, ' ');
		render_declarator(e, v->decl->node, out);
		strbuf_addstr(out, "; ");
	}
}

/* ---- by number ---- */

static void add_labels(struct emit *e, int copy, struct strbuf *out)
{
	const struct dispatch *d = e->fn->dispatch;
	int outer = e->copy;

	e->copy = copy;
	strbuf_addf(out, " static const void *const __ckpt_a%d[] = {", copy);
	for (int i = 0; i < d->nlabels; i++) {
		char *name = label_name(e, d->labels[i]);

		strbuf_addf(out, " &&%s,", name);
		free(name);
	}
	strbuf_addstr(out, " };");
	e->copy = outer;
}

void dispatch_render_top(struct emit *e, struct strbuf *out)
{
	const struct dispatch *d = e->fn ? e->fn->dispatch : NULL;

	if (!d || !d->numbered || !d->ngotos)
		return;
	add_labels(e, 0, out);
	for (int k = 0; k < e->fn->nloops && e->variant == SLOW; k++)
		if (has_copy(e, k))
			add_labels(e, k + 1, out);
}

static const struct decl *label_of(const struct node *n)
{
	n = node_strip((struct node *)n);
	return n->kind == N_LABEL_ADDR ? n->decl : NULL;
}

bool dispatch_render_label(struct emit *e, const struct node *n,
			   struct strbuf *out)
{
	const struct dispatch *d = e->fn ? e->fn->dispatch : NULL;
	int outer = e->copy;
	char *name;

	if (!d)
		return false;
	if (n->kind == N_BINARY) {
		if (!d->numbered || n->op != '-' || !label_of(n->first) ||
		    !label_of(n->last))
			return false;
		strbuf_addf(out, "(%dL)",
			    dispatch_number(e->fn, label_of(n->first)) -
				    dispatch_number(e->fn, label_of(n->last)));
		return true;
	}
	if (d->numbered) {
		strbuf_addf(out, "((void *)%d)",
			    dispatch_number(e->fn, n->decl));
		return true;
	}
	e->copy = e->copy ? outer : e->through;
	name = label_name(e, n->decl);
	e->copy = outer;
	strbuf_addf(out, "&&%s", name);
	free(name);
	return true;
}

/* ---- gotos ---- */

static void add_numbered(struct emit *e, struct node *n, int copy,
			 struct strbuf *out)
{
	if (copy)
		strbuf_addf(out,
			    "goto *(__builtin_expect(ckpt_request, 0) ? "
			    "__ckpt_a0 : __ckpt_a%d)[(unsigned long)(",
			    copy);
	else
		strbuf_addf(out, "goto *__ckpt_a%d[(unsigned long)(", e->copy);
	render(e, n->cond, out);
	strbuf_addstr(out, ") - 1];");
}

bool dispatch_render_goto(struct emit *e, struct node *n, struct strbuf *out)
{
	const struct dispatch *d = e->fn ? e->fn->dispatch : NULL;
	int copy = d ? copy_for(e, n) : 0;

	if (d && d->numbered) {
		add_numbered(e, n, copy, out);
		return true;
	}
	if (!copy)
		return false;
	strbuf_addstr(out, "{ if (__builtin_expect(ckpt_request, 0)) goto *");
	render(e, n->cond, out);
	strbuf_addstr(out, "; goto *");
	e->through = copy;
	render(e, n->cond, out);
	e->through = 0;
	strbuf_addstr(out, "; }");
	return true;
}

/* ---- tables ---- */

char *dispatch_table_name(struct emit *e, const struct decl *d)
{
	int copy = e->copy ? e->copy : e->through;

	if (!copy || !dispatch_is_table(e->fn, d) ||
	    is_within(e->fn->loops[copy - 1], d->name_at))
		return NULL;
	return xasprintf("%s__ckpt_c%d", d->name, copy);
}

static bool declares_table(const struct emit *e, const struct node *stmt)
{
	for (const struct node *n = stmt->first; n; n = n->next)
		if (n->kind == N_VAR && dispatch_is_table(e->fn, n->decl))
			return true;
	return false;
}

void dispatch_render_tables(struct emit *e, struct node *stmt,
			    struct strbuf *out)
{
	if (e->variant != SLOW || e->copy || !declares_table(e, stmt))
		return;
	for (int k = 0; k < e->fn->nloops; k++) {
		if (!has_copy(e, k) || is_within(e->fn->loops[k], stmt->begin))
			continue;
		e->copy = k + 1;
		strbuf_addch(out, ' ');
		render(e, stmt, out);
		e->copy = 0;
	}
}
