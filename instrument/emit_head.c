/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "common/base/xalloc.h"
#include "instrument/emit_fn.h"
#include "instrument/tok.h"
#include "instrument/vm.h"

/* ---- where a function is known ---- */

static bool declares(const struct node *n, const struct decl *d)
{
	if (n->kind == N_FUNCTION)
		return n->decl == d;
	for (const struct node *c = n->first; c; c = c->next)
		if (c->kind == N_VAR && c->decl == d)
			return true;
	return false;
}

bool declared_before(struct emit *e, const struct decl *d, size_t offset)
{
	const struct node *n;

	if (d->name_at <= offset + strlen(d->name) && d->kind == D_FUNCTION &&
	    d->node && d->node->begin <= offset)
		return true;
	for (n = e->ast->root->first; n && n->begin < offset; n = n->next)
		if (declares(n, d))
			return true;
	return d == e->fn->decl;
}

/* ---- the header ---- */

static bool is_attribute(const struct toks *t, const struct tok *tok)
{
	return tok_is_word(t, tok, "__attribute__") ||
	       tok_is_word(t, tok, "__attribute");
}

static bool is_dropped_word(const struct toks *t, const struct tok *tok)
{
	return tok_is_word(t, tok, "_Noreturn") ||
	       tok_is_word(t, tok, "noreturn");
}

static bool is_type_word(const struct toks *t, const struct tok *tok)
{
	return tok_is_word(t, tok, "struct") || tok_is_word(t, tok, "union") ||
	       tok_is_word(t, tok, "enum");
}

/* `struct s { int a; } f(void) { }`: where the type is defined, or 0, 0. */
static struct extent own_type(const struct emit *e, const struct fn *fn)
{
	size_t base = fn->decl->attr_begin;
	struct extent own = { 0, 0 };
	const struct tok *start = NULL;
	struct toks toks;

	toks_init(&toks, e->ast->text + base, fn->decl->name_at - base);
	for (const struct tok *t = toks.v; t->kind != TOK_END && !own.end;
	     t++) {
		if (is_type_word(&toks, t))
			start = t;
		if (start && tok_is(t, '{')) {
			own.begin = base + start->begin;
			own.end = base + tok_skip_group(t)[-1].end;
		}
	}
	toks_release(&toks);
	return own;
}

void emit_own_type(struct emit *e, const struct fn *fn)
{
	e->own_type = own_type(e, fn);
	if (!e->own_type.end)
		return;
	strbuf_addstr(&e->out, "typedef ");
	strbuf_add(&e->out, e->ast->text + e->own_type.begin,
		   e->own_type.end - e->own_type.begin);
	strbuf_addf(&e->out, " __ckpt_u_%s;\n", fn->decl->name);
}

/* The text between two places of the header, but for a type it defines. */
static void add_header_text(struct emit *e, const struct fn *fn, size_t begin,
			    size_t end)
{
	const struct extent *own = &e->own_type;

	if (own->end > begin && own->begin < end) {
		if (own->begin >= begin) {
			strbuf_add(&e->out, e->ast->text + begin,
				   own->begin - begin);
			strbuf_addf(&e->out, "__ckpt_u_%s", fn->decl->name);
		}
		begin = own->end;
	}
	if (begin < end)
		strbuf_add(&e->out, e->ast->text + begin, end - begin);
}

void emit_specifiers(struct emit *e, const struct fn *fn)
{
	add_header_text(e, fn, fn->decl->attr_begin, fn->decl->name_at);
}

bool is_old_style(const struct emit *e, const struct fn *fn)
{
	const struct decl *d = fn->decl;
	const struct tok *t;
	struct toks toks;
	bool old = false;

	if (!d->nparams)
		return d->type->unprototyped;
	toks_init(&toks, e->ast->text + d->name_at,
		  fn->body->begin - d->name_at);
	for (t = toks.v + 1; tok_is(t, ')');)
		t++;
	if (tok_is(t, '('))
		old = d->params[0]->name_at >=
		      d->name_at + tok_skip_group(t)[-1].end;
	toks_release(&toks);
	return old;
}

static struct var *proxied_param(struct emit *e, struct fn *fn, size_t at,
				 size_t len)
{
	for (int i = 0; i < fn->decl->nparams; i++) {
		struct decl *d = fn->decl->params[i];
		bool here = d->name_at == at;
		/* K&R: the name stands in the list as well */
		bool knr = is_old_style(e, fn) && strlen(d->name) == len &&
			   !memcmp(e->ast->text + at, d->name, len);

		if ((here || knr) && var_is_proxied(e, fn_var(d)))
			return fn_var(d);
	}
	return NULL;
}

/* The compiler inlines no function with setjmp or va_start, and says so. */
static bool can_be_inline(const struct fn *fn)
{
	return !fn->nsites && !fn->rest && !fn->dispatch && !fn->alloca;
}

static bool may_be_forced_inline(const struct emit *e, const struct fn *fn)
{
	return can_be_inline(fn) &&
	       plan_called_once(e->plan, e->unit, fn->decl->name);
}

/* A call that lasts as long as that costs nothing, but its text twice does. */
static bool polls_itself(const struct emit *e, const struct fn *fn)
{
	const char *name = fn->decl->name;

	for (int i = 0; i < fn->nloops; i++)
		if (plan_poll_loop(e->plan, e->unit, name, i))
			return true;
	return plan_poll_entry(e->plan, e->unit, name);
}

static bool is_forced_inline(const struct emit *e, const struct fn *fn)
{
	if (can_be_inline(fn) &&
	    plan_is_small(e->plan, e->unit, fn->decl->name))
		return true;
	return may_be_forced_inline(e, fn) && !polls_itself(e, fn);
}

void emit_header(struct emit *e, struct fn *fn, const char *prefix)
{
	size_t begin = fn->decl->attr_begin, at = begin;
	struct toks toks;
	const struct tok *t;
	const char *bound;

	toks_init(&toks, e->ast->text + begin, fn->body->begin - begin);
	if (e->level && !fn->decl->is_static)
		strbuf_addstr(&e->out, "static ");
	if (e->variant == FAST && (e->level || is_forced_inline(e, fn)))
		strbuf_addstr(&e->out,
			      "inline __attribute__((always_inline)) ");
	/* another definition may replace a weak one, its clones with it */
	if (*prefix && fn->decl->is_weak)
		strbuf_addstr(&e->out, "__attribute__((weak)) ");
	for (t = toks.v; t->kind != TOK_END;) {
		size_t from = begin + t->begin;
		struct var *v = proxied_param(e, fn, from, t->end - t->begin);

		if ((*prefix && is_attribute(&toks, t)) ||
		    is_dropped_word(&toks, t)) {
			bool group = is_attribute(&toks, t);

			add_header_text(e, fn, at, from);
			t = group ? tok_skip_group(t + 1) : t + 1;
			at = begin + (t->kind == TOK_END
					      ? toks.v[toks.n - 1].end
					      : t->begin);
			continue;
		}
		if (from == fn->decl->name_at || v) {
			add_header_text(e, fn, at, from);
			strbuf_addf(&e->out, "%s%s", v ? "__ckpt_o_" : prefix,
				    v ? v->name : fn->decl->name);
			at = begin + t->end;
		}
		bound = e->variant == SLOW && tok_is(t, '[')
				? vm_way_in_bound(fn, from)
				: NULL;
		if (bound) {
			add_header_text(e, fn, at, from);
			strbuf_addf(&e->out, "[%s]", bound);
			t = tok_skip_group(t);
			at = begin + t[-1].end;
			continue;
		}
		t++;
	}
	add_header_text(e, fn, at, fn->body->begin);
	toks_release(&toks);
}

/* ---- the calling convention's view ---- */

static const char *abi_scalar(const struct type *t, bool promote)
{
	switch (t->kind) {
	case T_VOID:
		return "void";
	case T_BOOL:
		return promote ? "int" : "_Bool";
	case T_CHAR:
		return promote ? "int" : "char";
	case T_SCHAR:
		return promote ? "int" : "signed char";
	case T_UCHAR:
		return promote ? "int" : "unsigned char";
	case T_SHORT:
		return promote ? "int" : "short";
	case T_USHORT:
		return promote ? "int" : "unsigned short";
	case T_INT:
		return "int";
	case T_UINT:
		return "unsigned";
	case T_LONG:
		return "long";
	case T_ULONG:
		return "unsigned long";
	case T_LLONG:
		return "long long";
	case T_ULLONG:
		return "unsigned long long";
	case T_INT128:
		return "__int128";
	case T_UINT128:
		return "unsigned __int128";
	case T_FLOAT:
		return promote ? "double" : "float";
	case T_DOUBLE:
		return "double";
	case T_LDOUBLE:
		return "long double";
	case T_ENUM:
		return t->size <= 4 ? (t->is_signed ? "int" : "unsigned")
				    : "long long";
	case T_POINTER:
		return "void *";
	case T_VA_LIST:
		return "__builtin_va_list";
	default:
		return NULL;
	}
}

static void abi_type(struct emit *e, const struct decl *d, const struct type *t,
		     bool promote, struct strbuf *out)
{
	const char *scalar = abi_scalar(t, promote);

	if (scalar)
		strbuf_addstr(out, scalar);
	else if (!type_spell(t, out))
		emit_fail(e, d->name_at,
			  "a parameter or result has a type without a name; "
			  "give the struct a tag");
}

void abi_signature(struct emit *e, struct fn *fn, struct strbuf *ret,
		   struct strbuf *params, struct strbuf *values)
{
	struct decl *d = fn->decl;
	bool promote = is_old_style(e, fn);

	abi_type(e, d, d->type->elem, false, ret);
	for (int i = 0; i < d->nparams; i++) {
		const struct type *t = d->params[i]->type;

		strbuf_addstr(params, i ? ", " : "");
		abi_type(e, d->params[i], t, promote, params);
		strbuf_addstr(values, i ? ", " : "");
		if (abi_scalar(t, promote) && t->kind != T_VA_LIST) {
			strbuf_addch(values, '0');
			continue;
		}
		strbuf_addch(values, '(');
		abi_type(e, d->params[i], t, promote, values);
		strbuf_addstr(values, "){ 0 }");
	}
	if (!d->nparams)
		strbuf_addstr(params, "void");
	else if (d->type->variadic)
		strbuf_addstr(params, ", ...");
}

/* ---- as written ---- */

void emit_source(struct emit *e, struct fn *fn)
{
	e->variant = AS_WRITTEN;
	if (may_be_forced_inline(e, fn) && !fn->refused &&
	    plan_class(e->plan, e->unit, fn->decl->name) == FN_BELOW)
		strbuf_addstr(&e->out,
			      "inline __attribute__((always_inline)) ");
	emit_specifiers(e, fn);
	render_range(e, fn->node, fn->decl->name_at, fn->node->end, &e->out);
}

void emit_main_as_written(struct emit *e, struct fn *fn)
{
	e->variant = AS_WRITTEN;
	emit_header(e, fn, "__ckpt_f_");
	strbuf_addstr(&e->out, "{ ");
	render(e, fn->body, &e->out);
	if (fn->decl->type->elem && fn->decl->type->elem->kind != T_VOID)
		strbuf_addstr(&e->out, " return 0;");
	strbuf_addstr(&e->out, " }\n");
}
