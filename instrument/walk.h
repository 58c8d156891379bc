/* SPDX-License-Identifier: MIT */
/* walk: builds the ast from libclang's cursors and our own tokens. */
#ifndef INSTRUMENT_WALK_H
#define INSTRUMENT_WALK_H

#include <clang-c/Index.h>

#include "common/base/err.h"
#include "instrument/ast.h"
#include "instrument/diag.h"

/*
 * Fills in the tree of a text that libclang parsed without errors. Returns 0,
 * or -EINVAL where cursors and text do not agree (a construct that is not
 * known): diags names the place, the ast must be freed.
 */
int walk(CXTranslationUnit tu, struct ast *ast, struct diags *diags,
	 struct err *err);

#endif
