/* SPDX-License-Identifier: MIT */
/* walk_priv: what the parts of walk share. */
#ifndef INSTRUMENT_WALK_PRIV_H
#define INSTRUMENT_WALK_PRIV_H

#include <clang-c/Index.h>

#include "instrument/ast_priv.h"
#include "instrument/keymap.h"

/*
 * A cursor with its extent, as libclang gives it, before anything is known
 * about its place among the tokens. Children are in visiting order, which is
 * the order of the text except where raw_sort says otherwise.
 */
struct raw {
	CXCursor cursor;
	uint32_t begin, end, loc; /* offsets in the text */
	struct raw *parent, *first, *last, *next;
};

struct walk {
	struct ast *ast;
	struct arena *arena; /* the ast's */
	struct arena *scratch; /* of the raw tree */
	const struct toks *toks;
	struct keymap *keys; /* decls and types by what libclang calls them */
	struct raw *root;
	struct decl *function; /* whose body is being walked, or NULL */
	bool bad;
	size_t bad_at; /* first place that could not be followed */
	const char *bad_why;
	size_t decls_alloc, types_alloc, features_alloc;
	struct type *va_list_type;
	size_t hidden; /* next of ast->priv->hidden */
};

/* Kinds of keys in walk.keys. */
enum walk_key {
	KEY_DECL = 1000, /* canonical cursor */
	KEY_LABEL,
	KEY_SUGAR, /* type as written */
	KEY_TAG, /* struct, union or enum by its canonical type */
	KEY_SEEN, /* tag definition met before */
};

/* Notes the first place where text and cursors do not agree. */
void walk_fail(struct walk *w, size_t at, const char *why);
void walk_feature(struct walk *w, enum feature feature, size_t at);

/* walk_raw.c */
void raw_collect(struct walk *w, CXTranslationUnit tu);
void raw_sort(struct raw *parent);
bool raw_is_expr(const struct raw *r);
bool raw_is_tag(const struct raw *r);
/* Seen through implicit casts, which have the extent of what they cast. */
struct raw *raw_skip_implicit(struct raw *r);

/* walk_type.c */
struct type *type_of(struct walk *w, CXType t);
/* As type_of for what a parameter or an expression's value has: arrays and
 * functions become pointers. */
struct type *type_decayed(struct walk *w, struct type *t);
bool type_is_const(CXType t);
bool type_is_volatile(CXType t);

/* walk_sizeof.c: the type that a sizeof measures, NULL where unclear. */
struct type *walk_measured(struct walk *w, const struct node *n);

/* walk_decl.c */
struct decl *decl_of(struct walk *w, CXCursor cursor);
struct decl *label_of(struct walk *w, CXCursor label);
/* A declaration that starts at `from`; returns its node, N_DECL_STMT or
 * N_FILE_DECL. `r` holds its cursors as children. */
struct node *walk_declaration(struct walk *w, enum node_kind kind,
			      struct raw *first, struct raw *stop,
			      struct node *parent, size_t from, size_t end);
/* `first`: the first of the cursors before `r` in its specifiers. */
void walk_function(struct walk *w, struct raw *first, struct raw *r,
		   struct node *parent, size_t from);
/* Names and expressions in the written form of a type. */
void walk_type_part(struct walk *w, struct raw *r, struct node *parent);

/* walk_attr.c */
struct attrs {
	bool weak, no_return, pure, cleanup, alias, constructor;
	bool always_inline, gnu_inline, asm_label, thread, is_register;
	bool has_inline, has_extern;
};
/* Adds what the tokens from `begin` up to the offset `end` say; groups in
 * braces and parentheses that are no attribute are skipped. */
void attrs_scan(const struct toks *t, size_t begin, size_t end,
		struct attrs *a);
/* Behind the specifiers that start at `from`: the first token of the first
 * declarator, whose name is at `name_at` if it has one (else SIZE_MAX). */
size_t specifiers_end(const struct toks *t, size_t from, size_t name_at);
/* Behind the declarator that starts at `start` and is named at `name_at`. */
size_t declarator_end(const struct toks *t, size_t start, size_t name_at);
/* Behind the attributes and asm label at `at`. */
size_t attributes_end(const struct toks *t, size_t at);

/* walk_stmt.c */
struct node *walk_stmt(struct walk *w, struct raw *r, struct node *parent,
		       size_t from);
struct node *walk_compound(struct walk *w, struct raw *r, struct node *parent);

/* walk_expr.c */
struct node *walk_expr(struct walk *w, struct raw *r, struct node *parent);

/* walk_const.c: sets is_const_int and value from the children's. */
void const_fold(struct node *n);
void const_literal(struct walk *w, struct node *n, CXCursor cursor);
void const_set(struct node *n, long long value);

/* walk_use.c: address_taken and used of every decl, and the features that
 * calls and references stand for. */
void walk_uses(struct walk *w);

#endif
