/* SPDX-License-Identifier: MIT */
/* tu: parses a preprocessed text with libclang into an ast. */
#ifndef INSTRUMENT_TU_H
#define INSTRUMENT_TU_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/err.h"
#include "instrument/ast.h"
#include "instrument/diag.h"

struct tu_options {
	const char *target; /* clang's triple; NULL: this machine's */
	const char *std; /* "gnu17", "c99", ...; NULL: gnu17 */
	/* further options that change the meaning of C: -m32,
	 * -funsigned-char, -fshort-enums...; NULL-terminated or NULL */
	const char *const *args;
};

/*
 * Parses `text` (what `cc -E` wrote, below 4 GiB; copied) as C. Warnings of
 * libclang are dropped: the user's compiler gives its own. Errors go to
 * `diags`, at the user's file and line. Returns 0 and the tree (ast_free), or
 * -EINVAL where libclang or the walk cannot follow the text: diags holds at
 * least one error then.
 */
int tu_parse(const char *text, size_t len, const struct tu_options *options,
	     struct ast **ret, struct diags *diags, struct err *err);

#endif
