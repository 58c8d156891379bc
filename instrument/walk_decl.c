/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "common/base/xalloc.h"
#include "instrument/walk_priv.h"

static enum CXCursorKind kind_of(const struct raw *r)
{
	return clang_getCursorKind(r->cursor);
}

static char *spelling(struct walk *w, CXCursor cursor)
{
	CXString s = clang_getCursorSpelling(cursor);
	const char *text = clang_getCString(s);
	char *copy = arena_strdup(w->arena, text ? text : "");

	clang_disposeString(s);
	return copy;
}

/* False for what the compiler declares by itself. */
static bool location(CXCursor cursor, size_t *ret)
{
	unsigned offset = 0;
	CXFile file = NULL;

	clang_getFileLocation(clang_getCursorLocation(cursor), &file, NULL,
			      NULL, &offset);
	*ret = offset;
	return file != NULL;
}

static struct decl *decl_new(struct walk *w, enum decl_kind kind)
{
	struct ast *a = w->ast;
	struct decl *d = arena_alloc(w->arena, sizeof(*d));

	if ((size_t)a->ndecls == w->decls_alloc) {
		w->decls_alloc = w->decls_alloc * 2 + 256;
		a->decls = xreallocarray(a->decls, w->decls_alloc,
					 sizeof(struct decl *));
	}
	d->kind = kind;
	d->name = "";
	d->is_system = true; /* until a declaration is met */
	a->decls[a->ndecls++] = d;
	return d;
}

static void set_place(struct walk *w, struct decl *d, size_t at, bool first)
{
	struct place p = ast_place(w->ast, at);

	d->name_at = at;
	d->file = p.file;
	d->line = p.line;
	d->col = p.col;
	if (first)
		d->is_system = p.is_system;
}

static enum decl_kind variable_kind(CXCursor cursor)
{
	enum CXCursorKind parent =
		clang_getCursorKind(clang_getCursorSemanticParent(cursor));

	if (clang_Cursor_getStorageClass(cursor) == CX_SC_Extern ||
	    parent != CXCursor_FunctionDecl)
		return D_GLOBAL;
	return clang_Cursor_getStorageClass(cursor) == CX_SC_Static
		       ? D_STATIC_LOCAL
		       : D_LOCAL;
}

static enum decl_kind decl_kind_of(CXCursor cursor)
{
	switch (clang_getCursorKind(cursor)) {
	case CXCursor_FunctionDecl:
		return D_FUNCTION;
	case CXCursor_ParmDecl:
		return D_PARAM;
	case CXCursor_FieldDecl:
		return D_FIELD;
	case CXCursor_EnumConstantDecl:
		return D_ENUMERATOR;
	case CXCursor_TypedefDecl:
		return D_TYPEDEF;
	case CXCursor_VarDecl:
		return variable_kind(cursor);
	default:
		return D_TAG;
	}
}

static bool has_prefix(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

static void set_type(struct walk *w, struct decl *d, CXCursor cursor)
{
	CXType ct = clang_getCursorType(cursor);

	if (d->kind == D_TYPEDEF)
		ct = clang_getTypedefDeclUnderlyingType(cursor);
	d->type = type_of(w, ct);
	if (d->kind == D_PARAM)
		d->type = type_decayed(w, d->type);
	d->is_const = type_is_const(ct);
	d->is_volatile = type_is_volatile(ct);
	if (d->kind == D_PARAM && d->type->kind == T_POINTER) {
		ct = clang_getCanonicalType(ct);
		d->is_const = clang_isConstQualifiedType(ct) &&
			      ct.kind == CXType_Pointer;
	}
}

struct decl *decl_of(struct walk *w, CXCursor cursor)
{
	CXCursor canon = clang_getCanonicalCursor(cursor);
	struct key key = { KEY_DECL, (uintptr_t)canon.data[0], 0, 0 };
	struct decl *d = keymap_get(w->keys, key);
	size_t at;

	if (d)
		return d;
	d = decl_new(w, decl_kind_of(canon));
	keymap_set(w->keys, key, d);
	d->name = spelling(w, canon);
	if (strchr(d->name, '('))
		d->name = ""; /* libclang's words for what has no name */
	if (location(canon, &at))
		set_place(w, d, at, true);
	else
		d->file = "";
	d->end = d->name_at + strlen(d->name);
	if (has_prefix(d->name, "__builtin_") ||
	    has_prefix(d->name, "__sync_") || has_prefix(d->name, "__atomic_"))
		d->is_system = true;
	set_type(w, d, canon);
	if (d->kind == D_TAG && !d->type->tag) {
		d->name = ""; /* not its typedef's */
		d->end = d->name_at;
	}
	if (d->kind == D_LOCAL || d->kind == D_STATIC_LOCAL ||
	    d->kind == D_PARAM)
		d->function = w->function;
	return d;
}

struct decl *label_of(struct walk *w, CXCursor label)
{
	struct key key = { KEY_LABEL, (uintptr_t)label.data[1], 0, 0 };
	struct decl *d = keymap_get(w->keys, key);
	size_t at;

	if (d)
		return d;
	d = decl_new(w, D_LABEL);
	keymap_set(w->keys, key, d);
	d->name = spelling(w, label);
	location(label, &at);
	set_place(w, d, at, true);
	d->end = d->name_at + strlen(d->name);
	d->function = w->function;
	return d;
}

/* ---- types as written ------------------------------------------------------ */

/* Is this the expression of a typeof that belongs to its parent? */
static bool in_typeof(const struct toks *t, const struct raw *r)
{
	const struct tok *tok = toks_at(t, r->begin);
	int back;

	for (back = 1; back <= 2 && tok - t->v >= back; back++) {
		const struct tok *p = tok - back;

		if (p->begin < r->parent->begin)
			break;
		if (tok_is_word(t, p, "typeof") ||
		    tok_is_word(t, p, "__typeof__") ||
		    tok_is_word(t, p, "__typeof") ||
		    tok_is_word(t, p, "typeof_unqual"))
			return true;
		if (!tok_is(p, '('))
			break;
	}
	return false;
}

/* The expression of a typeof, under a node that spans all of it. */
static void walk_typeof(struct walk *w, struct raw *r, struct node *parent)
{
	const struct tok *tok = toks_at(w->toks, r->begin) - 1, *end;
	struct node *n;

	if (tok_is(tok, '('))
		tok--;
	end = tok_skip_group(tok + 1);
	n = node_new(w->ast, N_UNEVALUATED, parent, tok->begin, end[-1].end);
	n->op = 'y';
	walk_expr(w, r, n);
}

static void walk_type_ref(struct walk *w, struct raw *r, struct node *parent)
{
	CXCursor to = clang_getCursorReferenced(r->cursor);
	struct node *n;

	if (clang_Cursor_isNull(to))
		return;
	n = node_new(w->ast, N_TYPE_REF, parent, r->begin, r->end);
	n->decl = decl_of(w, to);
	n->decl->used = true;
}

static void note_typedef_name(struct decl *d)
{
	struct type *t = d->type;

	if ((t->kind == T_STRUCT || t->kind == T_UNION || t->kind == T_ENUM) &&
	    !t->tag && !t->typedef_name)
		t->typedef_name = d->name;
}

static void walk_tag(struct walk *w, struct raw *r, struct node *parent)
{
	struct node *n =
		node_new(w->ast, N_TYPE_DECL, parent, r->begin, r->end);
	struct raw *c;

	n->decl = decl_of(w, r->cursor);
	n->type = n->decl->type;
	if (clang_isCursorDefinition(r->cursor)) {
		set_place(w, n->decl, r->loc, true);
		n->decl->defined = true;
		n->decl->node = n;
		n->decl->end = r->end;
	}
	for (c = r->first; c; c = c->next)
		walk_type_part(w, c, n);
}

void walk_type_part(struct walk *w, struct raw *r, struct node *parent)
{
	struct raw *c;

	/* `T a, b;` in a struct names T for each member. */
	if (parent->last && r->begin < parent->last->end &&
	    r->end <= parent->last->end)
		return;
	if (kind_of(r) == CXCursor_TypeRef) {
		walk_type_ref(w, r, parent);
	} else if (raw_is_expr(r)) {
		if (in_typeof(w->toks, r))
			walk_typeof(w, r, parent);
		else
			walk_expr(w, r, parent);
	} else if (raw_is_tag(r)) {
		walk_tag(w, r, parent);
	} else {
		if (kind_of(r) == CXCursor_FieldDecl ||
		    kind_of(r) == CXCursor_ParmDecl ||
		    kind_of(r) == CXCursor_EnumConstantDecl)
			decl_of(w, r->cursor);
		raw_sort(r);
		for (c = r->first; c; c = c->next)
			walk_type_part(w, c, parent);
	}
}

/* ---- declarators ----------------------------------------------------------- */

static bool is_declarator(const struct raw *r)
{
	enum CXCursorKind kind = kind_of(r);

	return kind == CXCursor_VarDecl || kind == CXCursor_FunctionDecl ||
	       kind == CXCursor_TypedefDecl;
}

static void merge_attrs(struct walk *w, struct decl *d, const struct attrs *a,
			size_t at)
{
	d->is_weak |= a->weak;
	d->no_return |= a->no_return;
	d->is_pure |= a->pure;
	d->has_cleanup |= a->cleanup;
	d->has_alias |= a->alias;
	d->has_asm_label |= a->asm_label;
	d->is_constructor |= a->constructor;
	d->always_inline |= a->always_inline;
	d->is_inline |= a->has_inline;
	d->has_plain_decl |= !a->has_inline;
	d->is_extern |= a->has_extern;
	d->is_thread |= a->thread;
	d->is_register |= a->is_register;
	if (a->cleanup)
		walk_feature(w, F_CLEANUP, at);
	if (a->thread)
		walk_feature(w, F_THREAD, at);
}

/*
 * Does this declaration replace what is known of the entity? Definitions
 * do, and the first declaration that is met, and of arrays the first that says
 * how long they are: headers have `extern struct cell stack[];`. Definitions
 * without an initialiser are none for libclang.
 */
static bool is_better(const struct decl *d, const struct raw *r, bool has_init)
{
	if (!d->node || has_init)
		return true;
	if (d->kind == D_GLOBAL && d->type->kind == T_INCOMPLETE_ARRAY)
		return clang_Type_getSizeOf(clang_getCursorType(r->cursor)) > 0;
	return clang_isCursorDefinition(r->cursor) && !d->defined;
}

static void update_decl(struct walk *w, struct decl *d, struct raw *r,
			struct node *n, size_t end, bool has_init)
{
	bool first = !d->node;

	if (is_better(d, r, has_init)) {
		set_place(w, d, r->loc, first);
		set_type(w, d, r->cursor);
		d->end = end;
		d->node = n;
	}
	if (d->kind == D_TYPEDEF)
		note_typedef_name(d);
	if (clang_Cursor_getStorageClass(r->cursor) == CX_SC_Static)
		d->is_static = true;
	if (d->kind == D_GLOBAL)
		d->defined |= has_init || clang_Cursor_getStorageClass(
						  r->cursor) != CX_SC_Extern;
	else if (d->kind != D_FUNCTION)
		d->defined = true;
	if (d->type->kind == T_VLA && d->kind == D_LOCAL)
		walk_feature(w, F_VLA, n->begin);
	if (d->type->kind == T_VECTOR)
		walk_feature(w, F_VECTOR, n->begin);
}

/* A declaration's specifiers and how far its declarators are walked. */
struct specifiers {
	size_t begin, end;
	struct attrs attrs;
	bool first; /* the next declarator is the first */
};

static struct raw *initializer(struct raw *r, size_t behind)
{
	struct raw *c = r->last;

	return c && raw_is_expr(c) && c->begin >= behind ? c : NULL;
}

/*
 * One declarator, which starts at `start`; returns its end. What libclang
 * repeats of the specifiers for each declarator is taken from the first.
 */
static size_t walk_declarator(struct walk *w, struct raw *r,
			      struct node *parent, size_t start,
			      struct specifiers *s)
{
	size_t dend = declarator_end(w->toks, start, r->loc);
	size_t end = attributes_end(w->toks, dend);
	const struct tok *eq = toks_at(w->toks, end);
	struct raw *c, *init = NULL;
	struct decl *d = decl_of(w, r->cursor);
	struct attrs attrs = s->attrs;
	struct node *n;

	raw_sort(r);
	if (tok_is(eq, '='))
		init = initializer(r, eq->end);
	if (tok_is(eq, '=') != (init != NULL))
		walk_fail(w, start, "an initialiser is not where it should be");
	for (c = r->first; c && s->first; c = c->next)
		if (c->begin < start)
			walk_type_part(w, c, parent);
	n = node_new(w->ast,
		     kind_of(r) == CXCursor_TypedefDecl ? N_TYPE_DECL : N_VAR,
		     parent, start, init ? init->end : end);
	n->decl = d;
	n->type = d->type;
	attrs_scan(w->toks, start, end, &attrs);
	merge_attrs(w, d, &attrs, start);
	update_decl(w, d, r, n, dend, init != NULL);
	for (c = r->first; c; c = c->next)
		if (c->begin >= start && c != init)
			walk_type_part(w, c, n);
	if (init)
		n->init = walk_expr(w, init, n);
	s->first = false;
	return n->end;
}

/* The start of the next declarator, behind the comma that must follow. */
static size_t next_declarator(struct walk *w, size_t end)
{
	const struct tok *tok = toks_at(w->toks, end);

	if (!tok_is(tok, ',')) {
		walk_fail(w, end, "a declarator does not end here");
		return end;
	}
	return tok[1].begin;
}

static void walk_assert(struct walk *w, struct raw *r, struct node *parent)
{
	struct node *n =
		node_new(w->ast, N_UNEVALUATED, parent, r->begin, r->end);
	struct raw *c;

	n->op = 'A';
	for (c = r->first; c; c = c->next)
		if (raw_is_expr(c))
			walk_expr(w, c, n);
}

struct node *walk_declaration(struct walk *w, enum node_kind kind,
			      struct raw *first, struct raw *stop,
			      struct node *parent, size_t from, size_t end)
{
	struct node *n = node_new(w->ast, kind, parent, from, end);
	struct specifiers s = { .begin = from, .first = true };
	struct raw *r, *declarator = NULL;
	size_t at;

	for (r = first; r != stop && !declarator; r = r->next)
		if (is_declarator(r))
			declarator = r;
	at = specifiers_end(w->toks, from,
			    declarator ? declarator->loc : SIZE_MAX);
	s.end = at;
	attrs_scan(w->toks, from, s.end, &s.attrs);
	/* Types are defined in the specifiers, before any declarator. */
	for (r = first; r != stop; r = r->next) {
		if (kind_of(r) == CXCursor_StaticAssert)
			walk_assert(w, r, n);
		else if (raw_is_tag(r) &&
			 (clang_isCursorDefinition(r->cursor) || !declarator))
			walk_tag(w, r, n);
	}
	for (r = first; r != stop; r = r->next) {
		if (!is_declarator(r))
			continue;
		if (!s.first)
			at = next_declarator(w, at);
		at = walk_declarator(w, r, n, at, &s);
	}
	return n;
}

/* ---- function definitions -------------------------------------------------- */

static void walk_params(struct walk *w, struct decl *d, CXCursor cursor)
{
	int i, n = clang_Cursor_getNumArguments(cursor);

	d->nparams = n > 0 ? n : 0;
	d->params =
		arena_alloc(w->arena, sizeof(*d->params) * (size_t)d->nparams);
	for (i = 0; i < d->nparams; i++) {
		CXCursor c = clang_Cursor_getArgument(cursor, (unsigned)i);
		struct decl *p = decl_of(w, c);
		unsigned begin = 0;
		struct attrs a = { 0 };

		clang_getFileLocation(
			clang_getRangeStart(clang_getCursorExtent(c)), NULL,
			NULL, NULL, &begin);
		d->params[i] = p;
		p->function = d;
		p->defined = true;
		if (!*p->name)
			continue;
		p->end = declarator_end(w->toks, begin, p->name_at);
		attrs_scan(w->toks, begin, attributes_end(w->toks, p->end), &a);
		p->is_register = a.is_register;
	}
}

void walk_function(struct walk *w, struct raw *first, struct raw *r,
		   struct node *parent, size_t from)
{
	struct node *n = node_new(w->ast, N_FUNCTION, parent, from, r->end);
	struct decl *d = decl_of(w, r->cursor);
	size_t start = specifiers_end(w->toks, from, r->loc);
	struct raw *c, *body = r->last;
	struct attrs attrs = { 0 };
	size_t dend = declarator_end(w->toks, start, r->loc);

	for (c = first; c != r; c = c->next)
		if (raw_is_tag(c) && clang_isCursorDefinition(c->cursor))
			walk_tag(w, c, n);
	attrs_scan(w->toks, from, start, &attrs);
	attrs_scan(w->toks, dend, attributes_end(w->toks, dend), &attrs);
	w->function = d;
	merge_attrs(w, d, &attrs, from);
	update_decl(w, d, r, n, dend, true);
	n->decl = d;
	n->type = d->type;
	d->defined = true;
	d->attr_begin = from;
	d->attr_end = r->loc;
	/* C99's rule needs all declarations: see walk_uses. */
	if (attrs.gnu_inline || w->ast->priv->gnu_inline)
		d->gnu_inline_only = attrs.has_inline && attrs.has_extern;
	else
		d->is_c99_inline = attrs.has_inline;
	walk_params(w, d, r->cursor);
	raw_sort(r);
	for (c = r->first; c; c = c->next)
		if (c != body)
			walk_type_part(w, c, n);
	if (!body || kind_of(body) != CXCursor_CompoundStmt)
		walk_fail(w, r->loc, "this function's body cannot be found");
	else
		n->body = walk_compound(w, body, n);
	w->function = NULL;
}
