/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ckptlib/abi.h"
#include "common/base/err.h"
#include "common/base/xalloc.h"
#include "instrument/back.h"
#include "instrument/emit_fn.h"
#include "instrument/file_gap.h"
#include "instrument/file_literal.h"
#include "instrument/hand.h"
#include "instrument/tok.h"
#include "instrument/wrapped.h"

/* ---- the interface with the runtime ---- */

__asm__(".pushsection .rodata\n"
	"abi_text_begin:\n"
	".incbin \"ckptlib/abi.h\"\n"
	"abi_text_end:\n"
	".byte 0\n"
	".popsection\n");
extern const char abi_text_begin[], abi_text_end[];

void abi_text(struct strbuf *out)
{
	for (const char *p = abi_text_begin; p < abi_text_end;) {
		const char *nl = memchr(p, '\n', abi_text_end - p);
		const char *end = nl ? nl + 1 : abi_text_end;

		if (*p != '#')
			strbuf_add(out, p, end - p);
		p = end;
	}
}

/* ---- declarations at file scope ---- */

static bool is_asm_word(const struct toks *t, const struct tok *tok)
{
	return tok_is_word(t, tok, "__asm__") || tok_is_word(t, tok, "asm") ||
	       tok_is_word(t, tok, "__asm");
}

static void add_text(struct emit *e, size_t from, size_t to)
{
	strbuf_add(&e->out, e->ast->text + from, to - from);
}

/* The symbol that a header gives a function; NULL if it is no plain text. */
static char *label_of(struct emit *e, const struct node *n)
{
	struct toks toks;
	char *label = NULL;
	const struct tok *t;

	toks_init(&toks, e->ast->text + n->begin, n->end - n->begin);
	for (t = toks.v; t->kind != TOK_END && !label; t++)
		if (is_asm_word(&toks, t) && tok_is(t + 1, '('))
			for (t += 2; t->kind != TOK_END && !tok_is(t, ')'); t++)
				if (t->end - t->begin > 2)
					label = xstrndup(toks.text + t->begin +
								 1,
							 t->end - t->begin - 2);
	toks_release(&toks);
	return label;
}

/* Whether libckpt has the function: libc's, not one of the program's own. */
static bool is_redirected(struct emit *e, const struct node *n,
			  const struct decl *d)
{
	char *label;
	bool r;

	if (!d->has_asm_label)
		return is_wrapped(d->name) &&
		       plan_class(e->plan, e->unit, d->name) == FN_FOREIGN;
	/* The symbol counts: _FORTIFY_SOURCE calls open __open_alias. */
	label = label_of(e, n);
	r = label && is_wrapped(label) &&
	    !strcmp(wrapped_symbol(label), label) &&
	    plan_class(e->plan, e->unit, label) == FN_FOREIGN;
	free(label);
	return r;
}

/*
 * libc functions that libckpt has of its own get its symbol by an asm label,
 * so that the compiler still knows what they are. A program may have a function
 * of such a name of its own (getline, random).
 */
static void emit_file_decl(struct emit *e, struct node *n)
{
	struct decl *d = NULL;

	for (struct node *v = n->first; v; v = v->next)
		if (v->kind == N_VAR && v->decl &&
		    v->decl->kind == D_FUNCTION && !v->decl->defined)
			d = v->decl;
	if (!d || !is_redirected(e, n, d)) {
		file_literals_define(e, n, &e->out);
		if (!file_gaps(e, n))
			render(e, n, &e->out);
		return;
	}
	if (!d->has_asm_label) {
		add_text(e, n->begin, n->end);
		strbuf_addf(&e->out,
			    " extern __typeof__(%s) %s "
			    "__asm__(\"ckpt_%s\");",
			    d->name, d->name, wrapped_symbol(d->name));
		return;
	}
	struct toks toks;
	size_t at = n->begin;

	toks_init(&toks, e->ast->text + n->begin, n->end - n->begin);
	for (const struct tok *t = toks.v; t->kind != TOK_END; t++)
		if (is_asm_word(&toks, t) && tok_is(t + 1, '(')) {
			add_text(e, at, n->begin + t[1].end);
			strbuf_addstr(&e->out, "\"ckpt_\" ");
			at = n->begin + t[1].end;
		}
	add_text(e, at, n->end);
	toks_release(&toks);
}

static struct fn *fn_of(struct emit *e, const struct node *n)
{
	for (int i = 0; i < e->fns->n; i++)
		if (e->fns->fn[i]->node == n)
			return e->fns->fn[i];
	return NULL;
}

static size_t start_of(struct emit *e, struct node *n)
{
	return fn_of(e, n) ? n->decl->attr_begin : n->begin;
}

static void emit_node(struct emit *e, struct node *n)
{
	struct fn *fn = n->kind == N_FUNCTION ? fn_of(e, n) : NULL;

	if (fn) {
		emit_fn(e, fn);
		emit_line(e, n->end);
	} else if (n->kind == N_FILE_DECL) {
		emit_file_decl(e, n);
	} else {
		add_text(e, n->begin, n->end);
	}
}

static void emit_text(struct emit *e)
{
	size_t at = 0;

	for (struct node *n = e->ast->root->first; n; n = n->next) {
		size_t begin = start_of(e, n);

		if (begin < at)
			continue;
		add_text(e, at, begin);
		emit_node(e, n);
		at = n->end;
	}
	add_text(e, at, e->ast->len);
}

/* ---- main ---- */

static struct fn *find_main(struct emit *e)
{
	for (int i = 0; i < e->fns->n; i++)
		if (!strcmp(e->fns->fn[i]->decl->name, "main"))
			return e->fns->fn[i];
	return NULL;
}

void emit_main(struct emit *e, struct fn *fn)
{
	static const char *const args[] = { "", "argc", "argc, argv",
					    "argc, argv, envp" };
	int n = fn->decl->nparams > 3 ? 3 : fn->decl->nparams;
	bool value = fn->decl->type->elem &&
		     fn->decl->type->elem->kind != T_VOID;
	bool both = plan_class(e->plan, e->unit, "main") == FN_ABOVE;

	strbuf_addf(&e->out,
		    "static int __ckpt_start(int argc, char **argv, char "
		    "**envp) { (void)argc; (void)argv; (void)envp; %s%s%s(%s); "
		    "%s}\n",
		    both ? "" : "ckpt_mask++; ", value ? "return " : "",
		    both ? "(ckpt_request ? __ckpt_s_main : __ckpt_f_main)"
			 : "__ckpt_f_main",
		    args[n], value ? "" : "return 0; ");
	strbuf_addf(&e->out,
		    "int __ckpt_main(int argc, char **argv, char **envp) "
		    "__asm__(\"main\"); int __ckpt_main(int argc, char "
		    "**argv, char **envp) { return ckpt_main(argc, argv, "
		    "envp, __ckpt_start, %s); }\n",
		    both ? "&__ckpt_d_main" : "0");
}

/* ---- the whole ---- */

static void add_front(struct emit *e, struct strbuf *out)
{
	strbuf_addstr(out, "# 1 \"<harrier>\" 3\n");
	abi_text(out);
	strbuf_addf(out, "static const struct ckpt_type __ckpt_y[%d];\n",
		    e->ast->ntypes + 1);
}

int emit_unit(const struct ast *a, const struct plan *p, int unit,
	      struct strbuf *out, struct err *err)
{
	struct emit e = { .ast = a, .plan = p, .unit = unit };
	struct fn *m;
	int r = 0;

	strbuf_init(&e.out);
	strbuf_init(&e.tables);
	/* functions may need a type that the unit does not say */
	e.fns = fns_make((struct ast *)a);
	e.type_used = xcalloc(a->ntypes + 1, sizeof(bool));
	emit_text(&e);
	strbuf_addstr(&e.out, "\n# 1 \"<harrier>\" 3\n");
	m = find_main(&e);
	if (m)
		emit_main(&e, m);
	emit_tables(&e);
	if (e.error) {
		struct place at = ast_place(a, e.error_at);

		r = err_set(err, -EINVAL, "%s:%u:%u: %s",
			    at.file ? at.file : "?", at.line, at.col, e.error);
	} else {
		add_front(&e, out);
		strbuf_add(out, e.out.data, e.out.len);
	}
	fns_free(e.fns);
	free(e.type_used);
	free(e.literals);
	free(e.error);
	strbuf_release(&e.out);
	strbuf_release(&e.tables);
	return r;
}
