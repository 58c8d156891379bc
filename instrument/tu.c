/* SPDX-License-Identifier: MIT */
#include "instrument/tu.h"

#include <clang-c/Index.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/strbuf.h"
#include "common/base/xalloc.h"
#include "instrument/ast_priv.h"
#include "instrument/walk.h"

#define MAIN_NAME "hcc-input.c"
#define MAX_ARGS  128

/*
 * The text was preprocessed by the user's compiler with its own macros, so
 * clang's predefined ones go (-undef). What follows are gcc's types and
 * attributes that clang lacks or reads otherwise, and the errors that were
 * warnings before clang 16 and still are in older gcc.
 */
static const char *const base_args[] = {
	"-x",
	"c",
	"-undef",
	"-fsyntax-only",
	"-fno-trigraphs",
	"-ferror-limit=20",
	"-fbracket-depth=100000",
	"-D__malloc__(...)=",
	"-Dtypeof=__typeof__",
	"-D_Float32=float",
	"-D_Float64=double",
	"-D_Float32x=double",
	"-D_Float64x=long double",
	"-D_Float128=long double",
	"-w",
	"-Wno-implicit-int",
	"-Wno-implicit-function-declaration",
	"-Wno-int-conversion",
	"-Wno-incompatible-function-pointer-types",
	"-Wno-return-type",
	"-Wno-return-mismatch",
	"-Wno-unknown-warning-option",
};

struct clang_args {
	const char *v[MAX_ARGS];
	int n;
	char *owned[2];
};

/* Headers read by clang make these names themselves: they are no macros. */
static bool has_float_typedefs(const char *text, size_t len)
{
	static const char typedef_text[] = "typedef float _Float32;";

	return memmem(text, len, typedef_text, sizeof(typedef_text) - 1);
}

static void args_init(struct clang_args *a, const struct tu_options *o,
		      bool float_typedefs)
{
	const char *const *p;
	size_t i;

	memset(a, 0, sizeof(*a));
	for (i = 0; i < sizeof(base_args) / sizeof(*base_args); i++)
		if (!float_typedefs || strncmp(base_args[i], "-D_Float", 8))
			a->v[a->n++] = base_args[i];
	a->owned[0] = xasprintf("-std=%s", o->std ? o->std : "gnu17");
	a->v[a->n++] = a->owned[0];
	if (o->target) {
		a->owned[1] = xasprintf("--target=%s", o->target);
		a->v[a->n++] = a->owned[1];
	}
	for (p = o->args; p && *p && a->n < MAX_ARGS; p++)
		a->v[a->n++] = *p;
}

static void args_release(struct clang_args *a)
{
	free(a->owned[0]);
	free(a->owned[1]);
}

static size_t diag_offset(CXDiagnostic d)
{
	unsigned offset = 0;

	clang_getFileLocation(clang_getDiagnosticLocation(d), NULL, NULL, NULL,
			      &offset);
	return offset;
}

/* The number of errors; their places are the user's by the linemarkers. */
static unsigned report(CXTranslationUnit tu, const struct ast *ast,
		       struct diags *diags)
{
	unsigned i, errors = 0;

	for (i = 0; i < clang_getNumDiagnostics(tu); i++) {
		CXDiagnostic d = clang_getDiagnostic(tu, i);
		CXString text = clang_getDiagnosticSpelling(d);

		if (clang_getDiagnosticSeverity(d) >= CXDiagnostic_Error) {
			struct place where = ast_place(ast, diag_offset(d));

			diag_add(diags, DIAG_ERROR, &where, NULL, "%s",
				 clang_getCString(text));
			errors++;
		}
		clang_disposeString(text);
		clang_disposeDiagnostic(d);
	}
	return errors;
}

/*
 * gcc's <stdatomic.h> applies builtins to _Atomic objects that clang wants
 * plain, so clang sees them plain: blanks, or typeof with the same length.
 */
static void hide_atomic(const struct toks *toks, char *text)
{
	size_t i;

	for (i = 0; i < toks->n; i++) {
		const struct tok *tok = toks->v + i;

		if (tok_is_word(toks, tok, "_Atomic"))
			memcpy(text + tok->begin,
			       tok_is(tok + 1, '(') ? "typeof " : "       ", 7);
	}
}

/* Does the parenthesis before this brace end a function's parameters? What
 * ends in an attribute is a struct or enum. */
static bool is_body(const struct toks *toks, const struct tok *brace)
{
	const struct tok *tok = brace - 1;
	int depth = 0;

	if (brace == toks->v || !tok_is(tok, ')'))
		return false;
	for (; tok > toks->v; tok--) {
		depth += tok_is(tok, ')') - tok_is(tok, '(');
		if (!depth)
			break;
	}
	return tok > toks->v && !tok_is_word(toks, tok - 1, "__attribute__") &&
	       !tok_is_word(toks, tok - 1, "__attribute") &&
	       !tok_is_word(toks, tok - 1, "_Alignas");
}

static void hide_body(struct ast_priv *p, char *text, const struct tok *brace,
		      const struct tok *behind)
{
	uint32_t at, end = behind[-1].end;

	p->hidden =
		xreallocarray(p->hidden, p->nhidden + 1, sizeof(*p->hidden));
	p->hidden[p->nhidden++] = (struct hidden){ brace->begin, end };
	text[brace->begin] = ';';
	for (at = brace->begin + 1; at < end; at++)
		if (text[at] != '\n')
			text[at] = ' ';
}

/*
 * Inline functions of system headers are left alone, and gcc writes some with
 * builtins of its own (intrinsics): clang sees them as declarations.
 */
static void hide_system_bodies(struct ast *ast, char *text)
{
	const struct toks *toks = &ast->priv->toks;
	const struct tok *tok = toks->v, *behind;

	while (tok->kind != TOK_END) {
		if (!tok_is(tok, '{')) {
			tok++;
			continue;
		}
		behind = tok_skip_group(tok);
		if (behind->kind != TOK_END && is_body(toks, tok) &&
		    ast_place(ast, tok->begin).is_system)
			hide_body(ast->priv, text, tok, behind);
		tok = behind;
	}
}

static int parse(CXIndex index, struct ast *ast,
		 const struct tu_options *options, CXTranslationUnit *ret,
		 struct err *err)
{
	char *text = xmemdup(ast->text, ast->len + 1);
	struct CXUnsavedFile file = { MAIN_NAME, text, ast->len };
	struct clang_args args;
	enum CXErrorCode code;

	hide_atomic(&ast->priv->toks, text);
	hide_system_bodies(ast, text);
	args_init(&args, options, has_float_typedefs(ast->text, ast->len));
	code = clang_parseTranslationUnit2(index, MAIN_NAME, args.v, args.n,
					   &file, 1, CXTranslationUnit_None,
					   ret);
	args_release(&args);
	free(text);
	if (code == CXError_Success)
		return 0;
	return err_set(err, -EINVAL, "libclang cannot parse '%s' (code %d)",
		       ast->unit, (int)code);
}

/* No edit may rest on a tree that does not fit its text. */
static int check(const struct ast *ast, struct diags *diags, struct err *err)
{
	struct err found = ERR_INIT;

	if (!ast_check(ast, &found))
		return 0;
	diag_add(diags, DIAG_ERROR, NULL, NULL, "%s", err_text(&found));
	return err_set(err, -EINVAL, "%s", err_text(&found));
}

/* inline as before C99? */
static bool has_gnu_inline(const struct tu_options *o)
{
	static const char *const old[] = { "c89",   "c90",   "iso9899:1990",
					   "gnu89", "gnu90", "iso9899:199409" };
	const char *const *p;
	size_t i;

	for (p = o->args; p && *p; p++)
		if (!strcmp(*p, "-fgnu89-inline"))
			return true;
	for (i = 0; i < sizeof(old) / sizeof(*old); i++)
		if (o->std && !strcmp(o->std, old[i]))
			return true;
	return false;
}

int tu_parse(const char *text, size_t len, const struct tu_options *options,
	     struct ast **ret, struct diags *diags, struct err *err)
{
	struct ast *ast = ast_new(text, len);
	CXIndex index = clang_createIndex(0, 0);
	CXTranslationUnit tu = NULL;
	int rc;

	ast->priv->gnu_inline = has_gnu_inline(options);
	rc = parse(index, ast, options, &tu, err);
	if (rc) {
		diag_add(diags, DIAG_ERROR, NULL, NULL, "%s",
			 err ? err_text(err) : "libclang cannot parse");
	} else if (report(tu, ast, diags)) {
		rc = err_set(err, -EINVAL, "libclang cannot parse '%s'",
			     ast->unit);
	} else {
		rc = walk(tu, ast, diags, err);
	}
	if (!rc)
		rc = check(ast, diags, err);
	if (tu)
		clang_disposeTranslationUnit(tu);
	clang_disposeIndex(index);
	if (rc)
		ast_free(ast);
	else
		*ret = ast;
	return rc;
}
