/* SPDX-License-Identifier: MIT */
/* What the runtime must find of a unit: points, globals, functions, strings. */
#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"
#include "common/base/xalloc.h"
#include "instrument/emit.h"
#include "instrument/emit_pass.h"
#include "instrument/facts.h"
#include "instrument/file_literal.h"
#include "instrument/hand.h"
#include "instrument/vm.h"

static const char *const pass_words[] = {
	[CKPT_P_INT] = "CKPT_P_INT",	     [CKPT_P_LONG] = "CKPT_P_LONG",
	[CKPT_P_LLONG] = "CKPT_P_LLONG",     [CKPT_P_DOUBLE] = "CKPT_P_DOUBLE",
	[CKPT_P_LDOUBLE] = "CKPT_P_LDOUBLE", [CKPT_P_PTR] = "CKPT_P_PTR",
	[CKPT_P_COPY] = "CKPT_P_COPY",	     [CKPT_P_MEM] = "CKPT_P_MEM",
	[CKPT_P_ARRAY] = "CKPT_P_ARRAY",
};

static void add_quoted(const char *s, struct strbuf *out)
{
	strbuf_addch(out, '"');
	for (; s && *s; s++) {
		if (*s == '"' || *s == '\\')
			strbuf_addch(out, '\\');
		strbuf_addch(out, *s);
	}
	strbuf_addch(out, '"');
}

/* ---- functions and points ---- */

static void add_var(struct emit *e, const struct point *p, int i)
{
	const struct var *v = p->vars[i];
	const char *pass = pass_words[!v->mem ? pass_of(var_type(v))
				      : vm_array(var_type(v)) ? CKPT_P_ARRAY
							      : CKPT_P_MEM];

	strbuf_addstr(&e->tables, "\t{ ");
	add_quoted(v->stable, &e->tables);
	if (v->is_frame)
		strbuf_addstr(&e->tables, ", &ckpt_frame_type");
	else if (v->is_chain)
		strbuf_addstr(&e->tables, ", &ckpt_chain_type");
	else
		strbuf_addf(&e->tables, ", &__ckpt_y[%d]",
			    type_ref(e, var_type(v)));
	strbuf_addf(&e->tables, ", %s, %s, %u },\n", pass,
		    !v->decl	  ? "CKPT_V_TEMP"
		    : p->maybe[i] ? "CKPT_V_MAYBE"
				  : "0",
		    v->decl ? v->decl->line : 0);
}

static void add_vars(struct emit *e, const struct fn *fn, const struct point *p)
{
	if (!p->nvars)
		return;
	strbuf_addf(&e->tables,
		    "static const struct ckpt_var __ckpt_v_%s_%d[] = {\n",
		    fn->decl->name, p->id);
	for (int i = 0; i < p->nvars; i++)
		add_var(e, p, i);
	strbuf_addstr(&e->tables, "};\n");
}

static void add_point(struct emit *e, const struct fn *fn,
		      const struct point *p)
{
	strbuf_addf(&e->tables, "\t[%d] = { &__ckpt_d_%s, %d, ", p->id,
		    fn->decl->name, p->id);
	add_quoted(p->what, &e->tables);
	strbuf_addstr(&e->tables, ", ");
	add_quoted(base_name(p->place.file), &e->tables);
	strbuf_addf(&e->tables, ", %u, %u, %u, %d, ", p->place.line,
		    p->place.col, p->copy, p->nvars);
	if (p->nvars)
		strbuf_addf(&e->tables, "__ckpt_v_%s_%d },\n", fn->decl->name,
			    p->id);
	else
		strbuf_addstr(&e->tables, "0 },\n");
}

void emit_fn_tables(struct emit *e, struct fn *fn)
{
	const char *name = fn->decl->name;
	int n = 0;

	for (int i = 0; i < fn->npoints; i++)
		if (fn->points[i]->alive)
			add_vars(e, fn, fn->points[i]);
	strbuf_addf(&e->tables,
		    "static const struct ckpt_point __ckpt_p_%s[%d] = {\n",
		    name, fn->npoints + 1);
	for (int i = 0; i < fn->npoints; i++)
		if (fn->points[i]->alive)
			add_point(e, fn, fn->points[i]);
	strbuf_addf(&e->tables,
		    "};\nstatic const struct ckpt_point *const "
		    "__ckpt_pp_%s[] = {",
		    name);
	for (int i = 0; i < fn->npoints; i++) {
		if (!fn->points[i]->alive)
			continue;
		strbuf_addf(&e->tables, " &__ckpt_p_%s[%d],", name, i);
		n++;
	}
	strbuf_addf(&e->tables,
		    " 0 };\nstatic const struct ckpt_function __ckpt_d_%s = "
		    "{ \"%s\", ",
		    name, name);
	add_quoted(base_name(fn->decl->file), &e->tables);
	strbuf_addf(&e->tables, ", %u, __ckpt_r_%s, __ckpt_pp_%s, %d };\n",
		    fn->decl->line, name, name, n);
}

static void add_functions(struct emit *e)
{
	strbuf_addstr(&e->tables, "static const struct ckpt_function *const "
				  "__ckpt_functions[] = {");
	for (int i = 0; i < e->fns->n; i++) {
		const char *name = e->fns->fn[i]->decl->name;

		if (plan_class(e->plan, e->unit, name) < FN_BELOW)
			continue;
		strbuf_addf(&e->tables, " &__ckpt_d_%s,", name);
		e->nfuncs++;
	}
	strbuf_addstr(&e->tables, " 0 };\n");
}

/* ---- globals ---- */

static bool is_const_object(const struct decl *d)
{
	const struct type *t = d->type;

	if (d->is_const)
		return true;
	while (t->kind == T_ARRAY) {
		if (t->is_const)
			return true;
		t = t->elem;
	}
	return false;
}

static bool is_captured(const struct decl *d)
{
	if (d->kind != D_GLOBAL && d->kind != D_STATIC_LOCAL)
		return false;
	if (d->kind == D_GLOBAL && !d->defined)
		return false;
	if (d->kind == D_STATIC_LOCAL && d->function &&
	    (d->function->is_system || !d->user))
		return false;
	if (d->is_register)
		return false;
	return !d->is_system && !d->is_thread && !d->has_alias &&
	       d->type->size > 0 && d->type->kind != T_VLA;
}

static void add_global(struct emit *e, struct decl *d)
{
	const struct var *local = d->kind == D_STATIC_LOCAL ? d->user : NULL;

	strbuf_addf(&e->tables,
		    "\t{ \"%s\", &__ckpt_y[%d], (void *)&%s, %s%s%s0, %u },\n",
		    local ? local->stable : d->name, type_ref(e, d->type),
		    local ? local->name : d->name,
		    d->is_static ? "CKPT_G_STATIC | " : "",
		    local ? "CKPT_G_LOCAL | " : "",
		    is_const_object(d) ? "CKPT_G_CONST | " : "", d->line);
	e->nglobals++;
}

static void add_globals(struct emit *e)
{
	strbuf_addstr(&e->tables,
		      "static const struct ckpt_global __ckpt_globals[] = {\n");
	for (int i = 0; i < e->ast->ndecls; i++)
		if (is_captured(e->ast->decls[i]))
			add_global(e, e->ast->decls[i]);
	file_literals_add(e);
	strbuf_addstr(&e->tables, "\t{ 0 } };\n");
}

/* ---- functions whose address is taken ---- */

static int add_addresses(struct emit *e)
{
	int n = 0;

	strbuf_addstr(&e->tables, "static const struct ckpt_funcaddr "
				  "__ckpt_funcaddrs[] = {\n");
	for (int i = 0; i < e->ast->ndecls; i++) {
		struct decl *d = e->ast->decls[i];

		if (d->kind != D_FUNCTION || !d->address_taken ||
		    !strncmp(d->name, "__builtin_", 10) ||
		    !strcmp(d->name, "main") || (d->is_static && !d->defined) ||
		    (d->is_system && d->defined))
			continue;
		strbuf_addf(&e->tables,
			    "\t{ \"%s\", (void (*)(void))%s, %d },\n", d->name,
			    d->name, d->is_static);
		n++;
	}
	strbuf_addstr(&e->tables, "\t{ 0 } };\n");
	return n;
}

/* ---- string literals ---- */

struct strings {
	struct emit *e;
	struct hash *seen;
};

static bool find_string(struct node *n, void *ctx)
{
	struct strings *s = ctx;
	struct strbuf *out = &s->e->tables;
	char *text;

	if (n->kind == N_UNEVALUATED)
		return false;
	if (n->kind != N_STRING)
		return true;
	text = xstrndup(s->e->ast->text + n->begin, n->end - n->begin);
	if (!hash_has(s->seen, text)) {
		hash_set(s->seen, text, text);
		strbuf_addf(out, "\t{ %s, sizeof(%s), sizeof(*%s) },\n", text,
			    text, text);
		s->e->nstrings++;
	}
	free(text);
	return false;
}

static void add_func_name(struct emit *e, const char *name)
{
	strbuf_addf(&e->tables, "\t{ __ckpt_n_%s, sizeof(__ckpt_n_%s), 1 },\n",
		    name, name);
	e->nstrings++;
}

static bool is_user_code(const struct emit *e, const struct node *n)
{
	if (n->kind == N_FUNCTION)
		return !n->decl->is_system;
	return !ast_place(e->ast, n->begin).is_system;
}

static void add_strings(struct emit *e)
{
	struct strings s = { e, hash_new(NULL) };

	strbuf_addstr(&e->tables,
		      "static const struct ckpt_string __ckpt_strings[] = {\n");
	for (struct node *n = e->ast->root->first; n; n = n->next)
		if (is_user_code(e, n))
			node_walk(n, find_string, &s);
	for (int i = 0; i < e->fns->n; i++)
		if (fn_names_itself(e->fns->fn[i]))
			add_func_name(e, e->fns->fn[i]->decl->name);
	strbuf_addstr(&e->tables, "\t{ 0 } };\n");
	hash_free(s.seen);
}

/* ---- reasons, and the unit ---- */

static const char *const class_words[] = {
	"CKPT_ANY_MACHINE", "CKPT_SAME_BYTE_ORDER", "CKPT_SAME_WORD_SIZE",
	"CKPT_SAME_LAYOUT", "CKPT_SAME_ADDRESSES",  "CKPT_NOWHERE",
};

/* What stays in a function as written is no object of the unit. */
static int add_unsaved(struct emit *e)
{
	int n = 0;

	for (int i = 0; i < e->fns->n; i++) {
		const struct decl *d = e->fns->fn[i]->unsaved;

		if (!d)
			continue;
		strbuf_addf(&e->tables,
			    "\t{ CKPT_NOWHERE, \"static '%s' in %s has a type "
			    "of its block; define the type at file scope\", ",
			    d->name, d->function->name);
		add_quoted(base_name(d->file), &e->tables);
		strbuf_addf(&e->tables, ", %u },\n", d->line);
		n++;
	}
	return n;
}

/* Variables that have no one address. */
static int add_unaddressed(struct emit *e)
{
	int n = 0;

	for (int i = 0; i < e->ast->ndecls; i++) {
		const struct decl *d = e->ast->decls[i];

		if (d->is_system || !d->defined ||
		    (d->kind != D_GLOBAL && d->kind != D_STATIC_LOCAL) ||
		    (!d->is_thread && !d->is_register))
			continue;
		strbuf_addf(&e->tables, "\t{ CKPT_NOWHERE, \"'%s' is %s\", ",
			    d->name,
			    d->is_thread ? "a variable of each thread"
					 : "bound to a register");
		add_quoted(base_name(d->file), &e->tables);
		strbuf_addf(&e->tables, ", %u },\n", d->line);
		n++;
	}
	return n;
}

static int add_reasons(struct emit *e)
{
	const struct facts *f = plan_facts(e->plan, e->unit);
	int n = 0;

	strbuf_addstr(&e->tables,
		      "static const struct ckpt_reason __ckpt_reasons[] = {\n");
	for (int i = 0; i < f->nreasons; i++) {
		const struct fact_reason *r = &f->reasons[i];

		if (plan_assume_width_safe(e->plan) &&
		    r->limit == CKPT_SAME_WORD_SIZE)
			continue;
		strbuf_addf(&e->tables, "\t{ %s, ", class_words[r->limit]);
		add_quoted(r->text, &e->tables);
		strbuf_addstr(&e->tables, ", ");
		add_quoted(base_name(r->file), &e->tables);
		strbuf_addf(&e->tables, ", %u },\n", r->line);
		n++;
	}
	n += add_unsaved(e);
	n += add_unaddressed(e);
	strbuf_addstr(&e->tables, "\t{ 0 } };\n");
	return n;
}

/* Functions that ckpt_union made. */
static int add_actives(struct emit *e)
{
	const char *member;
	int n = 0;

	strbuf_addstr(&e->tables,
		      "static const struct ckpt_active __ckpt_actives[] = {\n");
	for (int i = 0; i < e->ast->ndecls; i++) {
		const struct decl *d = e->ast->decls[i];
		const struct type *t = hand_union(d, &member);

		if (!t)
			continue;
		strbuf_addf(&e->tables, "\t{ &__ckpt_y[%d], ", type_ref(e, t));
		if (member)
			add_quoted(member, &e->tables);
		else
			strbuf_addch(&e->tables, '0');
		strbuf_addf(&e->tables,
			    ", (const char *(*)(const void *))%s },\n",
			    d->name);
		n++;
	}
	strbuf_addstr(&e->tables, "\t{ 0 } };\n");
	return n;
}

void emit_tables(struct emit *e)
{
	int naddrs, nreasons, nactives, ntypes = 0;

	add_functions(e);
	add_globals(e);
	naddrs = add_addresses(e);
	add_strings(e);
	nreasons = add_reasons(e);
	nactives = add_actives(e);
	emit_types(e, &e->out);
	for (int i = 0; i < e->ast->ntypes; i++)
		ntypes += e->type_used[i];
	strbuf_add(&e->out, e->tables.data, e->tables.len);
	strbuf_addf(&e->out,
		    "static const struct ckpt_unit __ckpt_unit = { %d, ",
		    CKPT_ABI_VERSION);
	add_quoted(e->ast->unit, &e->out);
	strbuf_addf(&e->out,
		    ", __ckpt_functions, __ckpt_yy, __ckpt_globals, "
		    "__ckpt_funcaddrs, __ckpt_strings, __ckpt_reasons, "
		    "__ckpt_actives, %d, %d, %d, %d, %d, %d, %d };\n",
		    e->nfuncs, ntypes, e->nglobals, naddrs, e->nstrings,
		    nreasons, nactives);
	strbuf_addstr(&e->out,
		      "static const struct ckpt_unit *__ckpt_unit_ref "
		      "__attribute__((used, section(\"ckpt_units\"))) = "
		      "&__ckpt_unit;\n");
}
