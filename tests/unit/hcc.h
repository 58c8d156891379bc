/* SPDX-License-Identifier: MIT */
/* hcc: what the tests of hcc's back share: parsed texts and their functions. */
#ifndef HARRIER_TESTS_UNIT_HCC_H
#define HARRIER_TESTS_UNIT_HCC_H

#include "tests/unit/test.h"

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "instrument/ast.h"
#include "instrument/back.h"
#include "instrument/fn.h"
#include "instrument/tu.h"

static inline struct ast *hcc_parse(const char *text)
{
	struct tu_options options = { .target = "x86_64-linux-gnu" };
	struct diags diags = { 0 };
	struct err err = ERR_INIT;
	struct ast *ast = NULL;

	tu_parse(text, strlen(text), &options, &ast, &diags, &err);
	diags_print(&diags, stderr);
	assert_non_null(ast);
	diags_release(&diags);
	return ast;
}

static inline struct fn *hcc_fn(const struct fns *fns, const char *name)
{
	for (int i = 0; i < fns->n; i++)
		if (!strcmp(fns->fn[i]->decl->name, name))
			return fns->fn[i];
	fail_msg("no function '%s'", name);
	return NULL;
}

/* The point of that kind and number among its kind. */
static inline struct point *hcc_point(const struct fn *fn, const char *what,
				      int nth)
{
	for (int i = 0; i < fn->npoints; i++)
		if (!strcmp(fn->points[i]->what, what) && !nth--)
			return fn->points[i];
	fail_msg("no point '%s'", what);
	return NULL;
}

static inline struct var *hcc_var(const struct fn *fn, const char *stable)
{
	for (int i = 0; i < fn->nvars; i++)
		if (!strcmp(fn->vars[i]->stable, stable))
			return fn->vars[i];
	fail_msg("no variable '%s'", stable);
	return NULL;
}

#endif
