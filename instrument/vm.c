/* SPDX-License-Identifier: MIT */
#include "instrument/vm.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "instrument/ast_priv.h"
#include "instrument/fn.h"
#include "instrument/fn_refuse.h"
#include "instrument/ir.h"
#include "instrument/tok.h"

/* ---- types ---- */

static bool is_array(const struct type *t)
{
	return t->kind == T_ARRAY || t->kind == T_INCOMPLETE_ARRAY ||
	       t->kind == T_VLA;
}

bool vm_type(const struct type *t)
{
	while (t && (t->kind == T_POINTER || is_array(t))) {
		if (t->kind == T_VLA)
			return true;
		t = t->elem;
	}
	return false;
}

bool vm_array(const struct type *t)
{
	for (; t && is_array(t); t = t->elem)
		if (t->kind == T_VLA)
			return true;
	return false;
}

const struct type *vm_elements(const struct type *t)
{
	while (vm_array(t))
		t = t->elem;
	return t;
}

/* A length behind two pointers cannot be asked for in the fast clone. */
static bool is_behind_two(const struct type *t)
{
	int pointers = 0;

	for (; t && (t->kind == T_POINTER || is_array(t)); t = t->elem) {
		pointers += t->kind == T_POINTER;
		if (t->kind == T_VLA && pointers > 1)
			return true;
	}
	return false;
}

/* ---- the text of a declaration ---- */

/* `struct { int a; } v[n]` */
static bool defines_tag(const struct node *stmt)
{
	for (const struct node *c = stmt->first; c; c = c->next)
		if (c->kind == N_TYPE_DECL && c->decl->kind == D_TAG)
			return true;
	return false;
}

static bool is_declarator(const struct node *n)
{
	return n->kind == N_VAR ||
	       (n->kind == N_TYPE_DECL && n->decl->kind == D_TYPEDEF);
}

static bool find_stmt(struct vm *vm)
{
	struct node *n = vm->decl->node, *first;

	vm->stmt = n ? node_up(n, N_DECL_STMT) : NULL;
	if (!vm->stmt)
		return false;
	for (first = vm->stmt->first; !is_declarator(first);)
		first = first->next;
	vm->spec_begin = vm->stmt->begin;
	vm->spec_end = first->begin;
	vm->begin = n->begin;
	vm->end = vm->decl->end;
	return true;
}

/* The parameter list's tokens: the first ( behind the function's name. */
static const struct tok *parameters(const struct toks *t)
{
	const struct tok *p = t->v + 1;

	while (tok_is(p, ')'))
		p++;
	return p;
}

static void header_tokens(const struct fn *fn, struct toks *t)
{
	toks_init(t, fn->ast->text + fn->decl->name_at,
		  fn->body->begin - fn->decl->name_at);
}

/* From behind the ( or comma before its name to the declarator's end. */
static bool find_param(const struct fn *fn, struct vm *vm)
{
	size_t base = fn->decl->name_at, at = vm->decl->name_at;
	const struct tok *t, *end;
	struct toks toks;
	bool found = false;

	header_tokens(fn, &toks);
	t = parameters(&toks);
	end = tok_is(t, '(') ? tok_skip_group(t) - 1 : t;
	while (!found && t < end) {
		vm->begin = base + t[1].begin;
		for (t++; t < end && !tok_is(t, ',');)
			t = tok_is(t, '(') || tok_is(t, '[') ? tok_skip_group(t)
							     : t + 1;
		found = at >= vm->begin && at < base + t->begin;
	}
	vm->spec_begin = vm->spec_end = vm->begin;
	vm->end = vm->decl->end;
	toks_release(&toks);
	return found;
}

/* The first derivation from the name outwards is an array. */
static bool is_adjusted(const struct vm *vm, const struct tok *name)
{
	return vm->decl->kind == D_PARAM && tok_is(name + 1, '[');
}

static void add_dim(struct vm *vm, size_t begin, size_t end)
{
	vm->dims = xreallocarray(vm->dims, vm->ndims + 1, sizeof(*vm->dims));
	vm->dims[vm->ndims++] = (struct vm_dim){ begin, end, NULL };
}

/* Brackets bind in the order of the text: the n-th array of the type has the
 * n-th bracket, as long as there are any; the rest is a typedef's. */
static void find_bounds(const struct fn *fn, struct vm *vm)
{
	size_t base = vm->decl->name_at;
	const struct type *t = vm->decl->type;
	struct toks toks;
	const struct tok *k;

	toks_init(&toks, fn->ast->text + base, vm->end - base);
	k = toks.v + 1;
	if (is_adjusted(vm, toks.v)) {
		vm->adjusted = base + k->begin;
		k = tok_skip_group(k);
		t = t->elem;
	}
	while (k->kind != TOK_END && t) {
		const struct tok *behind;

		if (!tok_is(k, '[')) {
			k = tok_is(k, '(') ? tok_skip_group(k) : k + 1;
			continue;
		}
		while (t && !is_array(t))
			t = t->kind == T_POINTER ? t->elem : NULL;
		behind = tok_skip_group(k);
		if (t && t->kind == T_VLA)
			add_dim(vm, base + k->end, base + behind[-1].begin);
		t = t ? t->elem : NULL;
		k = behind;
	}
	toks_release(&toks);
}

/* ---- dimensions ---- */

/* Lengths are saved as unsigned long, whether or not the unit says so. */
static struct type *length_type(struct fn *fn)
{
	struct ast *a = fn->ast;
	struct type *t;

	for (int i = 0; i < a->ntypes; i++)
		if (a->types[i]->kind == T_ULONG)
			return a->types[i];
	t = arena_alloc(a->priv->arena, sizeof(*t));
	t->kind = T_ULONG;
	t->size = t->align = a->priv->pointer_size;
	t->id = a->ntypes;
	a->types = xreallocarray(a->types, a->ntypes + 1, sizeof(*a->types));
	a->types[a->ntypes++] = t;
	return t;
}

static void add_dims(struct fn *fn, struct vm *vm)
{
	const char *name = vm->var ? vm->var->name : vm->decl->name;
	const char *stable = vm->var ? vm->var->stable : vm->decl->name;

	for (int i = 0; i < vm->ndims; i++) {
		struct var *v = xcalloc(1, sizeof(*v));

		v->dim_of = vm;
		v->type = length_type(fn);
		v->name = xasprintf("__ckpt_n%d_%s", fn->nvars, name);
		v->stable = vm->var ? xasprintf("<length %d of %s>", i, stable)
				    : xasprintf("<length %d of %s@%u>", i,
						stable, vm->decl->line);
		v->index = fn->nvars;
		fn->vars = xreallocarray(fn->vars, fn->nvars + 1,
					 sizeof(*fn->vars));
		fn->vars[fn->nvars++] = v;
		vm->dims[i].var = v;
	}
}

static const char *trouble(const struct fn *fn, struct vm *vm)
{
	const struct decl *d = vm->decl;

	if (is_behind_two(d->type))
		return "has a length behind two pointers; name the inner array "
		       "by a typedef of known length";
	if (d->has_cleanup)
		return "has a variable length and a cleanup function";
	if (!*d->name ||
	    (d->kind == D_PARAM ? !find_param(fn, vm) : !find_stmt(vm)))
		return "has a variable length and is declared in the old "
		       "style; write the types of parameters in the list";
	if (vm->stmt && defines_tag(vm->stmt))
		return "has a variable length and defines its type; define "
		       "the type before";
	return NULL;
}

void vm_add(struct fn *fn, struct decl *d)
{
	struct vm *vm;
	const char *why;

	if (!vm_type(d->type))
		return;
	vm = xcalloc(1, sizeof(*vm));
	vm->decl = d;
	vm->var = fn_var(d);
	why = trouble(fn, vm);
	if (why) {
		fn_refuse(fn, d->name_at, xasprintf("'%s' %s", d->name, why));
		free(vm);
		return;
	}
	find_bounds(fn, vm);
	add_dims(fn, vm);
	if (vm->var)
		vm->var->vm = vm;
	fn->vms = xreallocarray(fn->vms, fn->nvms + 1, sizeof(*fn->vms));
	fn->vms[fn->nvms++] = vm;
}

struct vm *vm_of(const struct fn *fn, const struct decl *d)
{
	for (int i = 0; fn && d && i < fn->nvms; i++)
		if (fn->vms[i]->decl == d)
			return fn->vms[i];
	return NULL;
}

/* ---- what is measured ---- */

static bool has_vm_part(const struct node *n)
{
	if (n->type && node_is_expr(n) && vm_type(n->type))
		return true;
	for (const struct node *c = n->first; c; c = c->next)
		if (has_vm_part(c))
			return true;
	return false;
}

bool vm_is_evaluated(const struct node *n)
{
	if (n->kind != N_UNEVALUATED || (n->op != 's' && n->op != 'y'))
		return false;
	if (n->operand_type)
		return vm_array(n->operand_type);
	return has_vm_part(n);
}

void vm_check(struct fn *fn, const struct node *n)
{
	if (!vm_is_evaluated(n))
		return;
	for (const struct node *c = n->first; c; c = c->next)
		if (expr_has_effects(c))
			fn_refuse(fn, n->begin,
				  xstrdup("it measures an array of variable "
					  "length by an expression with side "
					  "effects; evaluate that before"));
}

/* ---- the way in ---- */

/* Whether the bracket at `at` is an array parameter's first, and computed. */
static bool is_first_bound(const struct fn *fn, size_t at)
{
	size_t base = fn->decl->name_at;
	const struct tok *t, *end;
	struct toks toks;
	bool computed = false, first = false;

	for (int i = 0; i < fn->decl->nparams; i++) {
		const struct decl *d = fn->decl->params[i];

		first |= *d->name && d->name_at < at && d->end > at &&
			 d->name_at + strlen(d->name) <= at;
	}
	if (!first)
		return false;
	header_tokens(fn, &toks);
	t = toks_at(&toks, at - base);
	/* only the first of an array: what stands before it is the name */
	first = tok_is(t, '[') && t > toks.v && t[-1].kind == TOK_IDENT;
	end = first ? tok_skip_group(t) : t;
	for (; t < end; t++)
		computed |= t->kind == TOK_IDENT;
	toks_release(&toks);
	return first && computed;
}

const char *vm_way_in_bound(const struct fn *fn, size_t at)
{
	for (int i = 0; i < fn->nvms; i++) {
		const struct vm *vm = fn->vms[i];

		for (int k = 0; vm->decl->kind == D_PARAM && k < vm->ndims; k++)
			if (vm->dims[k].begin == at + 1)
				return "1";
	}
	return is_first_bound(fn, at) ? "" : NULL;
}

void vm_free_all(struct fn *fn)
{
	for (int i = 0; i < fn->nvms; i++) {
		free(fn->vms[i]->dims);
		free(fn->vms[i]);
	}
	free(fn->vms);
}
