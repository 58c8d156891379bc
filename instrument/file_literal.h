/* SPDX-License-Identifier: MIT */
/*
 * file_literal: compound literals outside of functions.  They are objects
 * that the program may change and pointers lead to, so they get a name.
 */
#ifndef INSTRUMENT_FILE_LITERAL_H
#define INSTRUMENT_FILE_LITERAL_H

#include "instrument/emit.h"

/* Defines the literals in a declaration of file scope, inner ones first. */
void file_literals_define(struct emit *e, struct node *decl,
			  struct strbuf *out);

/* What a literal is called in the emitted C, or NULL: it stays as it is. */
char *file_literal_name(const struct emit *e, const struct node *n);

/* Adds those that were defined to the table of globals. */
void file_literals_add(struct emit *e);

#endif
