/* SPDX-License-Identifier: MIT */
/*
 * Headers of functions and functions that stay as written.
 */
#ifndef INSTRUMENT_EMIT_FN_H
#define INSTRUMENT_EMIT_FN_H

#include "instrument/emit.h"

/* Whether the function has a declaration at file scope before that offset. */
bool declared_before(struct emit *e, const struct decl *d, size_t offset);

/* A type that the header defines becomes a typedef, which the headers of all
 * that is written of the function name instead. */
void emit_own_type(struct emit *e, const struct fn *fn);
/* The header up to the function's name. */
void emit_specifiers(struct emit *e, const struct fn *fn);

/* `int f(a) int a; { }` and `int f() { }`: arguments are promoted. */
bool is_old_style(const struct emit *e, const struct fn *fn);

/* From the first specifier to the body, under the name prefix + name; clones
 * lose their attributes, which are true of the whole function only. */
void emit_header(struct emit *e, struct fn *fn, const char *prefix);

/* The result and the parameters as the calling convention sees them, each a
 * type that can be spelled at file scope, and a zero of each parameter. */
void abi_signature(struct emit *e, struct fn *fn, struct strbuf *ret,
		   struct strbuf *params, struct strbuf *values);

/* The function as it stands, static locals apart. */
void emit_source(struct emit *e, struct fn *fn);
void emit_main_as_written(struct emit *e, struct fn *fn);
void emit_static_locals(struct emit *e, struct fn *fn);

#endif
