/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "common/base/xalloc.h"
#include "instrument/alloca.h"
#include "instrument/emit_dispatch.h"
#include "instrument/emit_fn.h"
#include "instrument/emit_vm.h"
#include "instrument/file_literal.h"
#include "instrument/hint.h"
#include "instrument/jump.h"
#include "instrument/tok.h"
#include "instrument/touch.h"

struct edit {
	size_t begin, end;
	char *text;
};

struct edits {
	struct edit *v;
	int n, alloc;
	bool names_only;
};

static void collect(struct emit *e, struct edits *ed, struct node *n);

void emit_fail(struct emit *e, size_t at, const char *what)
{
	if (e->error)
		return;
	e->error = xstrdup(what);
	e->error_at = at;
}

static void add(struct edits *ed, size_t begin, size_t end, char *text)
{
	if (ed->n == ed->alloc) {
		ed->alloc = ed->alloc ? 2 * ed->alloc : 8;
		ed->v = xreallocarray(ed->v, ed->alloc, sizeof(*ed->v));
	}
	ed->v[ed->n++] = (struct edit){ begin, end, text };
}

/* ---- names ---- */

bool var_is_proxied(const struct emit *e, const struct var *v)
{
	if (e->variant == AS_WRITTEN || !v)
		return false;
	if (vm_is_flat(e, v->vm) || dispatch_is_hoisted(e, v) ||
	    (v->decl && v->decl->is_const && v->assigned && !v->mem))
		return true;
	if (v->vm)
		return false;
	return e->variant == SLOW && (v->mem || (v->decl && v->decl->is_const));
}

char *label_name(struct emit *e, const struct decl *label)
{
	struct node *loop = e->copy ? e->fn->loops[e->copy - 1] : NULL;

	if (label->name_at >= e->in_typeof.begin &&
	    label->name_at < e->in_typeof.end)
		return xasprintf("%s__ckpt_y%d", label->name, e->ntypeofs);
	if (loop && label->name_at >= loop->begin && label->name_at < loop->end)
		return xasprintf("%s__ckpt_c%d", label->name, e->copy);
	return xstrdup(label->name);
}

static bool in_own_decl(const struct emit *e, const struct var *v)
{
	return v->decl && v->decl->name_at >= e->in_decl.begin &&
	       v->decl->name_at < e->in_decl.end;
}

void render_var(struct emit *e, const struct var *v, struct strbuf *out)
{
	if (vm_is_flat(e, v->vm))
		vm_render_object(e, v, out);
	else if (dispatch_is_hoisted(e, v))
		strbuf_addf(out, "__ckpt_x_%s", v->name);
	else if (v->dim_of)
		vm_render_dim(e, v, out);
	else if (vm_is_temp(v))
		vm_render_temp(e, v, out);
	else if (!var_is_proxied(e, v))
		strbuf_addstr(out, v->name);
	else if (in_own_decl(e, v))
		strbuf_addf(out, "__ckpt_o_%s", v->name);
	else if (!v->mem)
		strbuf_addstr(out, v->name);
	else if (v->odd)
		strbuf_addf(out,
			    "(*(__typeof__(__ckpt_o_%s) *)(__ckpt_m_%s ? "
			    "__ckpt_m_%s : (void *)&__ckpt_o_%s))",
			    v->name, v->name, v->name, v->name);
	else
		strbuf_addf(out, "(*__ckpt_m_%s)", v->name);
}

void render_proxies(struct emit *e, struct node *stmt, struct node *first,
		    struct node *last, struct strbuf *out)
{
	bool in = !first;

	for (struct node *n = stmt->first; n; n = n->next) {
		struct var *v = n->kind == N_VAR ? fn_var(n->decl) : NULL;

		in |= n == first;
		if (v && (vm_is_flat(e, v->vm) || dispatch_is_hoisted(e, v)))
			continue;
		if (in && var_is_proxied(e, v) && !v->mem)
			strbuf_addf(out,
				    " __typeof__(((void)0, (__ckpt_o_%s))) %s "
				    "= __ckpt_o_%s;",
				    v->name, v->name, v->name);
		else if (in && var_is_proxied(e, v) && v->odd)
			strbuf_addf(out, " __ckpt_m_%s = 0;", v->name);
		else if (in && var_is_proxied(e, v))
			strbuf_addf(out,
				    " __typeof__(__ckpt_o_%s) *__ckpt_m_%s = "
				    "&__ckpt_o_%s;",
				    v->name, v->name, v->name);
		if (n == last)
			break;
	}
}

/* `(const int[]){` becomes `int[3]`. */
void render_literal_type(struct emit *e, const struct node *n,
			 struct strbuf *out)
{
	struct toks toks;
	const struct tok *end;

	toks_init(&toks, e->ast->text + n->begin, n->end - n->begin);
	end = tok_skip_group(toks.v) - 1;
	for (const struct tok *t = toks.v + 1; t < end; t++) {
		if (tok_is_word(&toks, t, "const"))
			continue;
		strbuf_addch(out, ' ');
		strbuf_add(out, toks.text + t->begin, t->end - t->begin);
		if (tok_is(t, '[') && tok_is(t + 1, ']'))
			strbuf_addf(out, "%lld", n->type->count);
	}
	toks_release(&toks);
}

void render_literals(struct emit *e, const struct node *block,
		     struct strbuf *out)
{
	for (int i = 0; e->fn && i < e->fn->nliterals; i++) {
		struct var *v = e->fn->literals[i];

		if (node_up(v->node, N_COMPOUND) != block)
			continue;
		strbuf_addstr(out, " __typeof__(");
		render_literal_type(e, v->node, out);
		if (e->variant != SLOW)
			strbuf_addf(out, ") %s;", v->name);
		else if (v->odd)
			strbuf_addf(out, ") __ckpt_o_%s;", v->name);
		else
			strbuf_addf(out,
				    ") __ckpt_o_%s; __typeof__(__ckpt_o_%s) "
				    "*__ckpt_m_%s = &__ckpt_o_%s;",
				    v->name, v->name, v->name, v->name);
	}
}

void emit_line(struct emit *e, size_t at)
{
	struct place p = ast_place(e->ast, at);

	strbuf_addf(&e->out, "\n# %u \"", p.line);
	for (const char *s = p.file ? p.file : ""; *s; s++) {
		if (*s == '"' || *s == '\\')
			strbuf_addch(&e->out, '\\');
		strbuf_addch(&e->out, *s);
	}
	strbuf_addstr(&e->out, "\"\n");
}

/* ---- edits of one node ---- */

static char *detach_var(struct emit *e, const struct var *v)
{
	struct strbuf sb = STRBUF_INIT;

	render_var(e, v, &sb);
	return strbuf_detach(&sb);
}

/* Static locals move in front of their function: see emit_fn.c. */
static const struct var *moved(const struct decl *d)
{
	return d && d->kind == D_STATIC_LOCAL ? d->user : NULL;
}

static void edit_ref(struct emit *e, struct edits *ed, struct node *n)
{
	struct var *v = fn_var(n->decl);
	char *table = dispatch_table_name(e, n->decl);

	if (table)
		add(ed, n->begin, n->end, table);
	else if (moved(n->decl))
		add(ed, n->begin, n->end, xstrdup(moved(n->decl)->name));
	else if (e->variant != AS_WRITTEN && v &&
		 (var_is_proxied(e, v) || strcmp(v->name, n->decl->name)))
		add(ed, n->begin, n->end, detach_var(e, v));
}

/* The declared name itself: `int x` becomes `int __ckpt_o_x`. */
static void edit_declarator(struct emit *e, struct edits *ed, struct node *n)
{
	struct decl *d = n->decl;
	size_t len = d ? strlen(d->name) : 0;
	struct var *v = fn_var(d);
	char *table = dispatch_table_name(e, d);

	if (!d || !len)
		return;
	if (table)
		add(ed, d->name_at, d->name_at + len, table);
	else if (dispatch_is_hoisted(e, v))
		add(ed, d->name_at, d->name_at + len, detach_var(e, v));
	else if (moved(d))
		add(ed, d->name_at, d->name_at + len, xstrdup(moved(d)->name));
	else if (e->variant != AS_WRITTEN && v &&
		 (var_is_proxied(e, v) || strcmp(v->name, d->name)))
		add(ed, d->name_at, d->name_at + len,
		    var_is_proxied(e, v) ? xasprintf("__ckpt_o_%s", v->name)
					 : xstrdup(v->name));
}

/* A typedef whose lengths are dimensions now. */
static void edit_type_ref(struct emit *e, struct edits *ed, struct node *n)
{
	const struct vm *vm = vm_of(e->fn, n->decl);
	struct strbuf sb = STRBUF_INIT;

	if (!vm_is_flat(e, vm))
		return;
	vm_render_type(e, vm, &sb);
	add(ed, n->begin, n->end, strbuf_detach(&sb));
}

static void edit_hint(struct emit *e, struct edits *ed, struct node *n,
		      bool opening)
{
	const struct hint h = hint_of(e, n);
	struct strbuf text = STRBUF_INIT;
	size_t at = opening ? n->begin : n->end;

	if (h.how == HINT_NONE || ed->names_only)
		return;
	if (opening)
		hint_open(e, &h, &text);
	else
		hint_close(&h, &text);
	add(ed, at, at, xstrdup(text.data));
	strbuf_release(&text);
}

static bool declares_static(const struct node *n)
{
	for (const struct node *v = n->first; v; v = v->next)
		if (v->kind == N_VAR && moved(v->decl))
			return true;
	return false;
}

static void edit_decl_stmt(struct emit *e, struct edits *ed, struct node *n)
{
	const struct extent outer = e->in_decl;
	struct strbuf sb = STRBUF_INIT;

	/* static locals were moved in front of the function */
	if (declares_static(n) && !e->moving) {
		add(ed, n->begin, n->end, xstrdup(";"));
		return;
	}
	if (vm_flat_decl(e, n)) {
		vm_render_decl(e, n, NULL, NULL, false, &sb);
		add(ed, n->begin, n->end, strbuf_detach(&sb));
		return;
	}
	e->in_decl = (struct extent){ n->begin, n->end };
	for (struct node *c = n->first; c; c = c->next)
		collect(e, ed, c);
	e->in_decl = outer;
	render_proxies(e, n, NULL, NULL, &sb);
	dispatch_render_tables(e, n, &sb);
	if (sb.len)
		add(ed, n->end, n->end, strbuf_detach(&sb));
	strbuf_release(&sb);
}

bool render_has_proxies(struct emit *e, const struct node *stmt)
{
	for (struct node *n = stmt->first; n; n = n->next)
		if (n->kind == N_VAR && var_is_proxied(e, fn_var(n->decl)))
			return true;
	return false;
}

/* for (int a[2] ...) becomes { int ..; for (; ...) } */
static bool edit_for(struct emit *e, struct edits *ed, struct node *n)
{
	struct strbuf sb = STRBUF_INIT;

	if (!n->init || n->init->kind != N_DECL_STMT ||
	    !render_has_proxies(e, n->init))
		return false;
	strbuf_addstr(&sb, "{ ");
	render(e, n->init, &sb);
	strbuf_addch(&sb, ' ');
	add(ed, n->begin, n->begin, strbuf_detach(&sb));
	add(ed, n->init->begin, n->init->end, xstrdup(";"));
	for (struct node *c = n->first; c; c = c->next)
		if (c != n->init)
			collect(e, ed, c);
	add(ed, n->end, n->end, xstrdup(" }"));
	return true;
}

static int jump_target(struct emit *e, const struct node *n)
{
	for (const struct node *p = n->parent; p; p = p->parent) {
		if (p->kind == N_SWITCH && n->kind == N_BREAK)
			return -1;
		if (node_is_loop(p))
			return fn_loop_index(e->fn, p);
		if (p->kind == N_FUNCTION)
			return -1;
	}
	return -1;
}

static void edit_jump(struct emit *e, struct edits *ed, struct node *n)
{
	int k = e->variant == AS_WRITTEN ? -1 : jump_target(e, n);
	const char *to = NULL;
	struct strbuf step = STRBUF_INIT;

	if (e->variant != AS_WRITTEN && emit_step_jump(e, n, &step)) {
		add(ed, n->begin, n->end, strbuf_detach(&step));
		return;
	}
	if (k >= 0)
		to = n->kind == N_BREAK ? e->on_break[k] : e->on_continue[k];
	if (to)
		add(ed, n->begin, n->end, xasprintf("goto %s;", to));
}

static void edit_label(struct emit *e, struct edits *ed, struct node *n)
{
	char *name;

	if ((!e->copy && !e->in_typeof.end) || !n->decl)
		return;
	name = label_name(e, n->decl);
	if (n->kind == N_LABEL) {
		size_t len = strlen(n->decl->name);

		add(ed, n->begin, n->begin + len, name);
	} else {
		add(ed, n->begin, n->end, xasprintf("goto %s;", name));
		free(name);
	}
}

/* Whether the node is done with; its children are not visited then. */
static bool edit_subst(struct emit *e, struct edits *ed, struct node *n)
{
	struct subst *s;
	struct strbuf sb = STRBUF_INIT;

	if (!e->cur || ed->names_only)
		return false;
	s = &e->cur->subst[n->id];
	if (s->temp) {
		add(ed, n->begin, n->end, detach_var(e, s->temp));
	} else if (s->alias) {
		strbuf_addch(&sb, '(');
		render(e, s->alias, &sb);
		strbuf_addch(&sb, ')');
		add(ed, n->begin, n->end, strbuf_detach(&sb));
	} else if (s->gone) {
		add(ed, n->begin, n->end, xstrdup("((void)0)"));
	} else {
		return false;
	}
	return true;
}

/* see emit_jump_as_written */
static void edit_setjmp(struct emit *e, struct edits *ed, struct node *n)
{
	struct node *buffer = n->first->next;

	if (ed->names_only || e->variant != AS_WRITTEN || !buffer ||
	    jump_site(e->fn, n) < 0)
		return;
	add(ed, n->begin, n->begin,
	    xstrdup("({ void *__ckpt_b; int __ckpt_i = "));
	add(ed, buffer->begin, buffer->begin, xstrdup("__ckpt_b = (void *)("));
	add(ed, buffer->end, buffer->end, xstrdup(")"));
	add(ed, n->end, n->end,
	    xstrdup("; if (!__ckpt_i) ckpt_arm(__ckpt_b, 0, 0); ckpt_mask = "
		    "__ckpt_mask; __ckpt_i; })"));
}

/* A literal that has an address lives in a variable that can be saved. */
static void edit_literal(struct emit *e, struct edits *ed, struct node *n,
			 bool opening)
{
	struct var *v = fn_literal(e->fn, n);
	struct strbuf sb = STRBUF_INIT;
	char *name;

	if (!v || ed->names_only)
		return;
	render_var(e, v, &sb);
	name = strbuf_detach(&sb);
	if (opening)
		add(ed, n->begin, n->begin,
		    xasprintf("(*(__typeof__(%s) *)__builtin_memcpy(&%s, &",
			      name, name));
	else
		add(ed, n->end, n->end, xasprintf(", sizeof(%s)))", name));
	free(name);
}

static void edit_literals(struct emit *e, struct edits *ed, struct node *n)
{
	struct strbuf sb = STRBUF_INIT;

	render_literals(e, n, &sb);
	if (sb.len)
		add(ed, n->begin + 1, n->begin + 1, strbuf_detach(&sb));
}

static void edit_alloca(struct edits *ed, struct node *n)
{
	const struct node *size = n->first->next;

	add(ed, n->first->begin, n->first->end, xstrdup("ckpt_alloca"));
	if (size)
		add(ed, size->begin, size->begin, xstrdup("&__ckpt_al, "));
}

static void edit_top(struct emit *e, struct edits *ed, struct node *body)
{
	struct strbuf sb = STRBUF_INIT;

	dispatch_render_top(e, &sb);
	if (sb.len)
		add(ed, body->begin + 1, body->begin + 1, strbuf_detach(&sb));
}

/* Addresses of labels; whether the node is done with. */
static bool edit_dispatch(struct emit *e, struct edits *ed, struct node *n)
{
	struct strbuf sb = STRBUF_INIT;
	bool done = false;

	if (n->kind == N_LABEL_ADDR || n->kind == N_BINARY)
		done = dispatch_render_label(e, n, &sb);
	else if (n->kind == N_INDIRECT_GOTO)
		done = dispatch_render_goto(e, n, &sb);
	if (done)
		add(ed, n->begin, n->end, strbuf_detach(&sb));
	return done;
}

static void collect_children(struct emit *e, struct edits *ed, struct node *n)
{
	bool clone = e->fn && e->variant != AS_WRITTEN;

	if (n->kind == N_COMPOUND && clone)
		edit_literals(e, ed, n);
	if (e->fn && n == e->fn->body && !clone)
		edit_top(e, ed, n);
	if (n->kind == N_COMPOUND_LITERAL && clone)
		edit_literal(e, ed, n, true);
	if (n->kind == N_CALL && e->fn)
		edit_setjmp(e, ed, n);
	if (n->kind == N_VAR)
		edit_declarator(e, ed, n);
	if (n->kind == N_VAR && clone && !ed->names_only && touch_wants_zero(n))
		add(ed, n->end, n->end, xstrdup(" = { 0 }"));
	if (n->kind == N_CALL)
		edit_hint(e, ed, n, true);
	if (n->kind == N_LABEL || n->kind == N_GOTO)
		edit_label(e, ed, n);
	if (n->kind == N_BREAK || n->kind == N_CONTINUE)
		edit_jump(e, ed, n);
	if (clone && alloca_is_call(n))
		edit_alloca(ed, n);
	if (n->kind == N_REF)
		edit_ref(e, ed, n);
	if (n->kind == N_TYPE_REF)
		edit_type_ref(e, ed, n);
	if (n->kind == N_FUNC_NAME && e->fn)
		add(ed, n->begin, n->end,
		    xasprintf("__ckpt_n_%s", e->fn->decl->name));
	for (struct node *c = n->first; c; c = c->next)
		collect(e, ed, c);
	if (n->kind == N_COMPOUND_LITERAL && clone)
		edit_literal(e, ed, n, false);
	if (n->kind == N_CALL)
		edit_hint(e, ed, n, false);
}

/* One outside of functions has a name of its own. */
static bool edit_file_literal(struct emit *e, struct edits *ed, struct node *n)
{
	char *name = NULL;

	if (n->kind == N_COMPOUND_LITERAL && !e->fn)
		name = file_literal_name(e, n);
	if (name)
		add(ed, n->begin, n->end, name);
	return name != NULL;
}

static void collect(struct emit *e, struct edits *ed, struct node *n)
{
	if (edit_subst(e, ed, n) || edit_file_literal(e, ed, n) ||
	    edit_dispatch(e, ed, n))
		return;
	if (n->kind == N_DECL_STMT && e->fn)
		edit_decl_stmt(e, ed, n);
	else if (n->kind != N_FOR || !edit_for(e, ed, n))
		collect_children(e, ed, n);
}

/* ---- applying them ---- */

static int compare(const void *a, const void *b)
{
	const struct edit *x = a, *y = b;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	return 0;
}

/* Stable: edits are few, and nearly in order already. */
static void sort_edits(struct edits *ed)
{
	for (int i = 1; i < ed->n; i++) {
		struct edit x = ed->v[i];
		int k = i;

		for (; k && compare(&ed->v[k - 1], &x) > 0; k--)
			ed->v[k] = ed->v[k - 1];
		ed->v[k] = x;
	}
}

static void apply(struct emit *e, struct edits *ed, size_t begin, size_t end,
		  struct strbuf *out)
{
	size_t at = begin;

	sort_edits(ed);
	for (int i = 0; i < ed->n; i++) {
		struct edit *x = &ed->v[i];

		if (x->begin >= at && x->end <= end) {
			strbuf_add(out, e->ast->text + at, x->begin - at);
			strbuf_addstr(out, x->text);
			at = x->end;
		}
		free(x->text);
	}
	strbuf_add(out, e->ast->text + at, end - at);
	free(ed->v);
}

void render(struct emit *e, struct node *n, struct strbuf *out)
{
	struct edits ed = { 0 };

	collect(e, &ed, n);
	apply(e, &ed, n->begin, n->end, out);
}

void render_self(struct emit *e, struct node *n, struct strbuf *out)
{
	struct edits ed = { 0 };

	if (e->cur && e->cur->subst[n->id].alias) {
		render(e, e->cur->subst[n->id].alias, out);
		return;
	}
	collect_children(e, &ed, n);
	apply(e, &ed, n->begin, n->end, out);
}

void render_source(struct emit *e, struct node *n, struct strbuf *out)
{
	struct edits ed = { .names_only = true };

	e->in_typeof = (struct extent){ n->begin, n->end };
	e->ntypeofs++;
	collect(e, &ed, n);
	e->in_typeof = (struct extent){ 0, 0 };
	apply(e, &ed, n->begin, n->end, out);
}

/* `a[]` of an initialiser that stands elsewhere needs its size. */
static void edit_bound(struct emit *e, struct edits *ed, struct node *var)
{
	size_t at = var->decl->name_at, end = var->decl->end;
	struct toks toks;

	if (var->decl->type->kind != T_ARRAY || end < at)
		return;
	toks_init(&toks, e->ast->text + at, end - at);
	for (const struct tok *t = toks.v; t->kind != TOK_END; t++)
		if (tok_is(t, '[') && tok_is(t + 1, ']')) {
			add(ed, at + t->end, at + t->end,
			    xasprintf("%lld", var->decl->type->count));
			break;
		}
	toks_release(&toks);
}

void render_declarator(struct emit *e, struct node *var, struct strbuf *out)
{
	struct edits ed = { 0 };

	edit_declarator(e, &ed, var);
	for (struct node *c = var->first; c; c = c->next)
		if (c != var->init)
			collect(e, &ed, c);
	edit_bound(e, &ed, var);
	apply(e, &ed, var->begin, var->decl->end, out);
}

void render_range(struct emit *e, struct node *within, size_t begin, size_t end,
		  struct strbuf *out)
{
	struct edits ed = { 0 };

	for (struct node *c = within->first; c; c = c->next)
		if (c->begin >= begin && c->end <= end)
			collect(e, &ed, c);
	apply(e, &ed, begin, end, out);
}
