/* SPDX-License-Identifier: MIT */
#include "instrument/emit_vm.h"

#include <string.h>

#include "instrument/emit_dispatch.h"
#include "instrument/emit_pass.h"
#include "instrument/tok.h"

/* Of its own arrays, so that code which relies on alignment still may. */
enum { FLAT_ALIGN = 64 };

static bool is_within(const struct node *n, size_t at)
{
	return n && at >= n->begin && at < n->end;
}

bool vm_is_flat(const struct emit *e, const struct vm *vm)
{
	const struct node *loop;

	if (!vm || e->variant != SLOW)
		return false;
	if (!e->copy)
		return true;
	loop = e->fn->loops[e->copy - 1];
	/* the copy stands behind the loop's own init */
	return !is_within(loop, vm->decl->name_at) ||
	       is_within(loop->init, vm->decl->name_at);
}

bool vm_flat_decl(const struct emit *e, const struct node *stmt)
{
	for (const struct node *n = stmt->first; n; n = n->next)
		if (vm_is_flat(e, vm_of(e->fn, n->decl)) ||
		    (n->kind == N_VAR &&
		     dispatch_is_hoisted(e, fn_var(n->decl))))
			return true;
	return false;
}

/* ---- types ---- */

static bool starts_group_to_drop(const struct toks *t, const struct tok *k)
{
	return tok_is_word(t, k, "__attribute__") ||
	       tok_is_word(t, k, "__attribute") ||
	       tok_is_word(t, k, "_Alignas");
}

static bool is_dropped(const struct toks *t, const struct tok *k)
{
	return tok_is_word(t, k, "typedef") || tok_is_word(t, k, "register") ||
	       tok_is_word(t, k, "auto") || tok_is_word(t, k, "__extension__");
}

static const struct vm_dim *dim_at(const struct vm *vm, size_t behind_bracket)
{
	for (int i = 0; i < vm->ndims; i++)
		if (vm->dims[i].begin == behind_bracket)
			return &vm->dims[i];
	return NULL;
}

/*
 * What becomes of the token k: text for it, and the token behind what that
 * stands for; NULL where it stays.
 */
static const struct tok *replaced(const struct vm *vm, const struct toks *t,
				  size_t base, const struct tok *k,
				  struct strbuf *text)
{
	const struct vm_dim *dim = dim_at(vm, base + k->end);

	if (starts_group_to_drop(t, k))
		return tok_skip_group(k + 1);
	if (is_dropped(t, k) || base + k->begin == vm->decl->name_at)
		return k + 1;
	if (!tok_is(k, '['))
		return NULL;
	if (base + k->begin == vm->adjusted)
		strbuf_addstr(text, "(*)");
	else if (dim)
		strbuf_addf(text, "[%s]", dim->var->name);
	else
		return NULL;
	return tok_skip_group(k);
}

/* The text from begin to end as part of a type name. */
static void add_part(struct emit *e, const struct vm *vm, struct node *within,
		     size_t begin, size_t end, struct strbuf *out)
{
	const struct tok *k, *next;
	struct toks toks;
	size_t at = begin;

	toks_init(&toks, e->ast->text + begin, end - begin);
	for (k = toks.v; k->kind != TOK_END; k = next) {
		struct strbuf text = STRBUF_INIT;

		next = replaced(vm, &toks, begin, k, &text);
		if (next) {
			render_range(e, within, at, begin + k->begin, out);
			strbuf_add(out, text.data ? text.data : "", text.len);
			strbuf_addch(out, ' ');
			at = begin + next[-1].end;
		} else {
			next = k + 1;
		}
		strbuf_release(&text);
	}
	render_range(e, within, at, end, out);
	toks_release(&toks);
}

void vm_render_type(struct emit *e, const struct vm *vm, struct strbuf *out)
{
	struct node *node = vm->stmt ? vm->decl->node : e->fn->node;

	strbuf_addstr(out, "__typeof__(");
	if (vm->stmt)
		add_part(e, vm, vm->stmt, vm->spec_begin, vm->spec_end, out);
	strbuf_addch(out, ' ');
	add_part(e, vm, node, vm->begin, vm->end, out);
	strbuf_addch(out, ')');
}

/* ---- objects ---- */

void vm_render_object(struct emit *e, const struct var *v, struct strbuf *out)
{
	strbuf_addstr(out, "(*(");
	vm_render_type(e, v->vm, out);
	strbuf_addf(out, v->mem ? " *)__ckpt_m_%s)" : " *)&__ckpt_w_%s)",
		    v->name);
}

void vm_render_raw(const struct var *v, struct strbuf *out)
{
	strbuf_addf(out, v->mem ? "(*__ckpt_m_%s)" : "__ckpt_w_%s", v->name);
}

void vm_render_dim(struct emit *e, const struct var *dim, struct strbuf *out)
{
	const struct vm *vm = dim->dim_of;
	const struct type *t = vm->decl->type;
	struct strbuf x = STRBUF_INIT;
	int i = 0;

	if (vm_is_flat(e, vm)) {
		strbuf_addstr(out, dim->name);
		return;
	}
	if (vm->var)
		render_var(e, vm->var, &x);
	else
		strbuf_addf(&x, "(*(%s *)0)", vm->decl->name);
	for (; t->kind != T_VLA || vm->dims[i++].var != dim; t = t->elem)
		strbuf_addstr(&x, "[0]");
	strbuf_addf(out,
		    "(unsigned long)(sizeof(%s) / (sizeof((%s)[0]) ? "
		    "sizeof((%s)[0]) : 1))",
		    x.data, x.data, x.data);
	strbuf_release(&x);
}

void vm_render_count(struct emit *e, const struct var *v, struct strbuf *out)
{
	struct strbuf x = STRBUF_INIT, element = STRBUF_INIT;

	render_var(e, v, &x);
	strbuf_addf(&element, "sizeof((%s)", x.data);
	for (const struct type *t = v->decl->type; vm_array(t); t = t->elem)
		strbuf_addstr(&element, "[0]");
	/* GNU C has structs without size */
	strbuf_addf(out, "(unsigned long)(sizeof(%s) / (%s) ? %s) : 1))",
		    x.data, element.data, element.data);
	strbuf_release(&x);
	strbuf_release(&element);
}

/* ---- declarations ---- */

static void add_dims(struct emit *e, const struct vm *vm, struct node *within,
		     struct strbuf *out)
{
	for (int i = 0; i < vm->ndims; i++) {
		strbuf_addf(out, " %s = (unsigned long)(",
			    vm->dims[i].var->name);
		render_range(e, within, vm->dims[i].begin, vm->dims[i].end,
			     out);
		strbuf_addstr(out, ");");
	}
}

/* What the variable had before serves again, if it is large enough: so a
 * declaration in a loop takes a bounded part of the stack. */
static void add_storage(struct emit *e, const struct var *v, struct strbuf *out)
{
	struct strbuf x = STRBUF_INIT;
	const char *n = v->name;

	vm_render_object(e, v, &x);
	strbuf_addf(out,
		    " if (!__ckpt_m_%s || __ckpt_h_%s < sizeof(%s)) { "
		    "__ckpt_h_%s = sizeof(%s) + __ckpt_h_%s / 2; __ckpt_m_%s "
		    "= (char *)__builtin_alloca(__ckpt_h_%s + %d); "
		    "__ckpt_m_%s = (void *)(((unsigned long)__ckpt_m_%s + %d) "
		    "& ~%dul); }",
		    n, n, x.data, n, x.data, n, n, n, FLAT_ALIGN, n, n,
		    FLAT_ALIGN - 1, FLAT_ALIGN - 1);
	strbuf_release(&x);
}

static void add_flat(struct emit *e, const struct vm *vm, struct node *n,
		     bool bare, struct strbuf *out)
{
	add_dims(e, vm, n, out);
	if (!vm->var)
		return;
	if (vm_array(vm->decl->type)) {
		add_storage(e, vm->var, out);
	} else if (n->init && !bare) {
		strbuf_addch(out, ' ');
		vm_render_raw(vm->var, out);
		strbuf_addstr(out, " = (void *)(");
		render(e, n->init, out);
		strbuf_addstr(out, ");");
	}
}

static void add_hoisted(struct emit *e, struct node *n, bool bare,
			struct strbuf *out)
{
	if (!n->init || bare)
		return;
	strbuf_addch(out, ' ');
	render_var(e, fn_var(n->decl), out);
	strbuf_addstr(out, " = ");
	render(e, n->init, out);
	strbuf_addch(out, ';');
}

static void add_plain(struct emit *e, struct node *stmt, struct node *n,
		      size_t spec_end, bool bare, struct strbuf *out)
{
	strbuf_addch(out, ' ');
	render_range(e, stmt, stmt->begin, spec_end, out);
	strbuf_addch(out, ' ');
	if (bare)
		render_declarator(e, n, out);
	else
		render(e, n, out);
	strbuf_addch(out, ';');
	render_proxies(e, stmt, n, n, out);
}

void vm_render_decl(struct emit *e, struct node *stmt, struct node *first,
		    const struct node *last, bool bare, struct strbuf *out)
{
	const struct extent outer = e->in_decl;
	size_t spec_end = 0;
	bool in = !first;

	e->in_decl = (struct extent){ stmt->begin, stmt->end };
	for (struct node *n = stmt->first; n; n = n->next) {
		const struct vm *vm = vm_of(e->fn, n->decl);

		if (n->kind != N_VAR && n->kind != N_TYPE_DECL)
			continue;
		spec_end = spec_end ? spec_end : n->begin;
		in |= n == first;
		if (in && vm_is_flat(e, vm))
			add_flat(e, vm, n, bare, out);
		else if (in && dispatch_is_hoisted(e, fn_var(n->decl)))
			add_hoisted(e, n, bare, out);
		else if (in)
			add_plain(e, stmt, n, spec_end, bare, out);
		if (n == last)
			break;
	}
	e->in_decl = outer;
}

/* ---- the way in ---- */

static void add_parameter(struct emit *e, const struct vm *vm,
			  struct strbuf *out)
{
	const struct var *v = vm->var;

	for (int i = 0; i < vm->ndims; i++) {
		strbuf_addf(out, "if (!ckpt_resuming) %s = (unsigned long)(",
			    vm->dims[i].var->name);
		render_range(e, e->fn->node, vm->dims[i].begin, vm->dims[i].end,
			     out);
		strbuf_addstr(out, "); ");
	}
	if (v->mem)
		strbuf_addf(out,
			    "void *__ckpt_w_%s = (void *)__ckpt_o_%s; void "
			    "**__ckpt_m_%s = &__ckpt_w_%s; ",
			    v->name, v->name, v->name, v->name);
	else
		strbuf_addf(out, "void *__ckpt_w_%s = (void *)__ckpt_o_%s; ",
			    v->name, v->name);
}

void vm_render_top(struct emit *e, const struct fn *fn, struct strbuf *out)
{
	for (int i = 0; i < fn->nvms; i++) {
		const struct vm *vm = fn->vms[i];
		const char *name = vm->var ? vm->var->name : NULL;

		for (int k = 0; k < vm->ndims; k++)
			strbuf_addf(out, "unsigned long %s = 0; ",
				    vm->dims[k].var->name);
		if (vm->decl->kind == D_PARAM)
			add_parameter(e, vm, out);
		else if (name && vm_array(vm->decl->type))
			strbuf_addf(out,
				    "void *__ckpt_m_%s = 0; unsigned long "
				    "__ckpt_h_%s = 0; ",
				    name, name);
		else if (name && vm->var->mem)
			strbuf_addf(out,
				    "void *__ckpt_w_%s = 0, **__ckpt_m_%s = "
				    "&__ckpt_w_%s; ",
				    name, name, name);
		else if (name)
			strbuf_addf(out, "void *__ckpt_w_%s = 0; ", name);
	}
}

void vm_render_restored(struct emit *e, const struct point *p,
			struct strbuf *out)
{
	for (int i = 0; i < p->nvars; i++) {
		const struct var *v = p->vars[i];

		if (!v->vm || !vm_array(v->decl->type))
			continue;
		strbuf_addf(out, " __ckpt_h_%s = sizeof(", v->name);
		vm_render_object(e, v, out);
		strbuf_addstr(out, ");");
	}
}

/* ---- temporaries ---- */

bool vm_is_temp(const struct var *v)
{
	return v && v->node && !v->is_bool && v->node->type &&
	       vm_type(v->node->type);
}

/* A part of n with its type and no effects, or NULL. */
static struct node *witness(struct node *n)
{
	struct node *w;

	if (!expr_has_effects(n))
		return n;
	if (n->kind == N_PAREN || n->kind == N_ASSIGN || n->kind == N_INCDEC)
		return witness(n->first);
	if (n->kind == N_COMMA)
		return witness(n->last);
	if (n->kind != N_COND && n->kind != N_BINARY)
		return NULL;
	for (struct node *c = n->first; c; c = c->next) {
		w = c->type && vm_type(c->type) ? witness(c) : NULL;
		if (w)
			return w;
	}
	return NULL;
}

void vm_render_temp(struct emit *e, const struct var *v, struct strbuf *out)
{
	struct node *w = witness(v->node);

	if (!w) {
		emit_fail(e, v->node->begin,
			  "a pointer to an array of variable length is "
			  "computed with side effects beside a call; compute "
			  "it in a statement of its own");
		return;
	}
	strbuf_addstr(out, "(*(__typeof__(((void)0, (");
	render_source(e, w, out);
	strbuf_addf(out, "))) *)&%s)", v->name);
}
