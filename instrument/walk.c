/* SPDX-License-Identifier: MIT */
#include "instrument/walk.h"

#include <errno.h>
#include <stdlib.h>

#include "common/base/xalloc.h"
#include "instrument/walk_priv.h"

void walk_fail(struct walk *w, size_t at, const char *why)
{
	if (w->bad)
		return;
	w->bad = true;
	w->bad_at = at;
	w->bad_why = why;
}

void walk_feature(struct walk *w, enum feature feature, size_t at)
{
	struct ast *a = w->ast;

	if ((size_t)a->nfeatures == w->features_alloc) {
		w->features_alloc = w->features_alloc * 2 + 32;
		a->features = xreallocarray(a->features, w->features_alloc,
					    sizeof(*a->features));
	}
	a->features[a->nfeatures++] =
		(struct feature_use){ feature, w->function, at };
}

static bool is_definition(const struct raw *r)
{
	return clang_getCursorKind(r->cursor) == CXCursor_FunctionDecl &&
	       clang_isCursorDefinition(r->cursor);
}

static struct raw *next_definition(struct raw *r)
{
	while (r && !is_definition(r))
		r = r->next;
	return r;
}

/* The end of the body that libclang did not see at this brace, or 0. */
static size_t hidden_body(struct walk *w, size_t at)
{
	const struct ast_priv *p = w->ast->priv;

	while (w->hidden < p->nhidden && p->hidden[w->hidden].begin < at)
		w->hidden++;
	if (w->hidden < p->nhidden && p->hidden[w->hidden].begin == at)
		return p->hidden[w->hidden].end;
	return 0;
}

/*
 * Where the external declaration that starts at `from` ends. A definition is
 * known by its name, which stands before the first `;` that could end the
 * declaration (K&R parameters come later).
 */
static size_t external_end(struct walk *w, size_t from,
			   const struct raw *definition, bool *is_function)
{
	const struct tok *tok = toks_at(w->toks, from);

	*is_function = false;
	while (tok->kind != TOK_END) {
		size_t skipped_to, hidden;

		if (tok_is(tok, ';'))
			return tok->end;
		hidden = tok_is(tok, '{') ? hidden_body(w, tok->begin) : 0;
		if (hidden)
			return hidden;
		if (definition && definition->loc == tok->begin) {
			*is_function = true;
			return definition->end;
		}
		if (!tok_is(tok, '(') && !tok_is(tok, '{') &&
		    !tok_is(tok, '[')) {
			tok++;
			continue;
		}
		skipped_to = tok_skip_group(tok)->begin;
		/* int (*f(void))(int) { ... } has its name in a group */
		if (definition && definition->loc > tok->begin &&
		    definition->loc < skipped_to)
			tok++;
		else
			tok = toks_at(w->toks, skipped_to);
	}
	return tok->begin;
}

static struct raw *behind(struct raw *r, size_t end)
{
	while (r && r->begin < end)
		r = r->next;
	return r;
}

static void walk_external(struct walk *w, struct raw **r, size_t *at)
{
	struct raw *definition = next_definition(*r), *stop;
	bool is_function;
	size_t end = external_end(w, *at, definition, &is_function);
	struct node *n;

	stop = behind(*r, end);
	if (is_function) {
		walk_function(w, *r, definition, w->ast->root, *at);
	} else {
		n = walk_declaration(w, N_FILE_DECL, *r, stop, w->ast->root,
				     *at, end);
		if (!n->first && *r != stop &&
		    clang_getCursorKind((*r)->cursor) ==
			    CXCursor_UnexposedDecl &&
		    !tok_is(toks_at(w->toks, *at), ';'))
			walk_feature(w, F_ASM, *at);
	}
	*r = stop;
	*at = toks_at(w->toks, end)->begin;
}

static void walk_unit(struct walk *w)
{
	size_t at = toks_at(w->toks, 0)->begin;
	struct raw *r;

	raw_sort(w->root);
	/* What libclang declares by itself has no place in the text. */
	for (r = w->root->first; r && !r->end;)
		r = r->next;
	while (at < w->ast->len && !w->bad)
		walk_external(w, &r, &at);
	if (r && !w->bad)
		walk_fail(w, r->begin, "a declaration was not found");
}

static int finish(struct walk *w, struct diags *diags, struct err *err)
{
	struct place where;

	if (!w->bad) {
		walk_uses(w);
		return 0;
	}
	where = ast_place(w->ast, w->bad_at);
	diag_add(diags, DIAG_ERROR, &where, NULL, "%s", w->bad_why);
	return err_set(err, -EINVAL, "%s:%u: %s", where.file, where.line,
		       w->bad_why);
}

int walk(CXTranslationUnit tu, struct ast *ast, struct diags *diags,
	 struct err *err)
{
	struct walk w = { .ast = ast, .arena = ast->priv->arena };
	CXTargetInfo target = clang_getTranslationUnitTargetInfo(tu);
	int rc;

	ast->priv->pointer_size = clang_TargetInfo_getPointerWidth(target) / 8;
	clang_TargetInfo_dispose(target);
	w.scratch = arena_new();
	w.toks = &ast->priv->toks;
	w.keys = keymap_new();
	ast->root = node_new(ast, N_TRANSLATION_UNIT, NULL, 0, ast->len);
	raw_collect(&w, tu);
	walk_unit(&w);
	rc = finish(&w, diags, err);
	keymap_free(w.keys);
	arena_free(w.scratch);
	return rc;
}
