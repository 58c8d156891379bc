/* SPDX-License-Identifier: MIT */
#include "instrument/file_gap.h"

#include <string.h>

/*
 * gcc keeps what is marked no_reorder in the order of the text.  Constant
 * arrays go without: they are in sections that their contents choose.
 */
static bool wants_gap(const struct emit *e, const struct node *v)
{
	const struct decl *d = v->decl;

	return v->kind == N_VAR && d && d->kind == D_GLOBAL && d->node == v &&
	       d->defined && d->type->kind == T_ARRAY && d->type->size > 0 &&
	       !d->is_const && !d->type->is_const && !d->is_thread &&
	       !d->is_weak && !d->has_asm_label && !d->has_alias &&
	       d->end > v->begin && d->end <= v->end &&
	       !ast_place(e->ast, v->begin).is_system;
}

/* Whether the declarators can be written one by one. */
static bool can_split(const struct emit *e, const struct node *decl)
{
	const struct node *first = NULL;

	for (const struct node *c = decl->first; c; c = c->next) {
		if (c->kind == N_TYPE_DECL)
			return false;
		if (c->kind == N_VAR && !first)
			first = c;
		if (c->kind == N_VAR && c->decl && c->decl->kind == D_FUNCTION)
			return false;
	}
	return first && !memchr(e->ast->text + decl->begin, '{',
				first->begin - decl->begin);
}

/* All zeros lie with what has no value. */
static bool has_value(const struct emit *e, const struct node *v)
{
	const char *p;

	if (!v->init)
		return false;
	for (p = e->ast->text + v->init->begin; p < e->ast->text + v->init->end;
	     p++)
		if (!strchr("{}0, \t\n", *p))
			return true;
	return false;
}

static void add_gap(struct emit *e, const struct node *v)
{
	const struct decl *d = v->decl;
	const char *value = has_value(e, v) ? " = 1" : "";

	if (d->is_static)
		strbuf_addf(&e->out,
			    " static char __ckpt_gap_%s __attribute__((used, "
			    "no_reorder))%s;",
			    d->name, value);
	else
		strbuf_addf(&e->out,
			    " char __ckpt_gap_%s __attribute__((visibility("
			    "\"hidden\"), used, no_reorder))%s;",
			    d->name, value);
}

static void add_declarator(struct emit *e, struct node *v)
{
	if (!wants_gap(e, v)) {
		render(e, v, &e->out);
		strbuf_addch(&e->out, ';');
		return;
	}
	render_range(e, v, v->begin, v->decl->end, &e->out);
	strbuf_addstr(&e->out, " __attribute__((no_reorder))");
	render_range(e, v, v->decl->end, v->end, &e->out);
	strbuf_addch(&e->out, ';');
	add_gap(e, v);
}

bool file_gaps(struct emit *e, struct node *decl)
{
	const struct node *first = NULL;
	bool any = false, again = false;

	for (const struct node *c = decl->first; c; c = c->next) {
		if (c->kind == N_VAR && !first)
			first = c;
		any |= wants_gap(e, c);
	}
	if (!any || !can_split(e, decl))
		return false;
	for (struct node *c = decl->first; c; c = c->next) {
		if (c->kind != N_VAR)
			continue;
		if (again)
			emit_line(e, decl->begin);
		strbuf_add(&e->out, e->ast->text + decl->begin,
			   first->begin - decl->begin);
		if (again)
			emit_line(e, c->begin);
		add_declarator(e, c);
		again = true;
	}
	emit_line(e, decl->end);
	return true;
}
