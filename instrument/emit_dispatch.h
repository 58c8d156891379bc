/* SPDX-License-Identifier: MIT */
/*
 * Addresses of labels in the emitted C: see dispatch.h.
 *
 *	__ckpt_a0[]	the labels by their numbers; in a slow clone those of
 *			the text that the way in leads to
 *	__ckpt_aN[]	those of the plain copy of loop N - 1
 *	TABLE__ckpt_cN	a table of the user's for that copy
 *
 * In a slow clone a goto leads to the outermost copy that has the labels,
 * unless a request is pending: there an interpreter has its full speed again.
 */
#ifndef INSTRUMENT_EMIT_DISPATCH_H
#define INSTRUMENT_EMIT_DISPATCH_H

#include "instrument/dispatch.h"
#include "instrument/emit.h"

/* Decides for a slow clone which gotos lead to copies. What is live at their
 * labels is the same variable in all copies then. */
void dispatch_prepare(struct emit *e);
/* Whether the variable is declared at the slow clone's top. */
bool dispatch_is_hoisted(const struct emit *e, const struct var *v);
/* Their declarations. */
void dispatch_render_hoisted(struct emit *e, struct strbuf *out);

/* The tables of labels by number, for the top of the text being written. */
void dispatch_render_top(struct emit *e, struct strbuf *out);
/* What the address of a label becomes, and a difference of two; false where
 * the text stays. */
bool dispatch_render_label(struct emit *e, const struct node *n,
			   struct strbuf *out);
bool dispatch_render_goto(struct emit *e, struct node *n, struct strbuf *out);
/* The name of a table for the copy that is meant, or NULL. */
char *dispatch_table_name(struct emit *e, const struct decl *d);
/* A declaration of tables again, for each copy. */
void dispatch_render_tables(struct emit *e, struct node *stmt,
			    struct strbuf *out);

#endif
