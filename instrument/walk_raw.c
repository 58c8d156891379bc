/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "instrument/walk_priv.h"

/* Where the visit is: the last cursor added, its parents above it. */
struct collect {
	struct walk *w;
	struct raw *top;
};

static uint32_t offset_of(CXSourceLocation loc)
{
	unsigned offset = 0;

	clang_getFileLocation(loc, NULL, NULL, NULL, &offset);
	return offset;
}

static struct raw *raw_new(struct walk *w, CXCursor cursor, struct raw *parent)
{
	struct raw *r = arena_alloc(w->scratch, sizeof(*r));
	CXSourceRange range = clang_getCursorExtent(cursor);

	r->cursor = cursor;
	r->begin = offset_of(clang_getRangeStart(range));
	r->end = offset_of(clang_getRangeEnd(range));
	r->loc = offset_of(clang_getCursorLocation(cursor));
	r->parent = parent;
	if (parent->last)
		parent->last->next = r;
	else
		parent->first = r;
	parent->last = r;
	return r;
}

bool raw_is_tag(const struct raw *r)
{
	enum CXCursorKind kind = clang_getCursorKind(r->cursor);

	return kind == CXCursor_StructDecl || kind == CXCursor_UnionDecl ||
	       kind == CXCursor_EnumDecl;
}

/*
 * Is this cursor visited again? libclang visits the `a` of `a ?: b` three
 * times, and a struct's definition once for itself and once for each
 * declarator that follows it.
 */
static bool is_repeated(struct walk *w, const struct raw *parent,
			CXCursor cursor)
{
	enum CXCursorKind kind = clang_getCursorKind(cursor);
	struct key key = { KEY_SEEN, (uintptr_t)cursor.data[0], 0, 0 };

	if (parent->last && clang_equalCursors(parent->last->cursor, cursor))
		return true;
	if (kind != CXCursor_StructDecl && kind != CXCursor_UnionDecl &&
	    kind != CXCursor_EnumDecl)
		return false;
	if (keymap_get(w->keys, key))
		return true;
	keymap_set(w->keys, key, w);
	return false;
}

static enum CXChildVisitResult visit(CXCursor cursor, CXCursor parent,
				     CXClientData data)
{
	struct collect *c = data;

	while (c->top->parent && !clang_equalCursors(c->top->cursor, parent))
		c->top = c->top->parent;
	/* A constant expression's wrapper has the cursor of what it wraps. */
	if (clang_equalCursors(cursor, parent))
		return CXChildVisit_Recurse;
	if (clang_isAttribute(clang_getCursorKind(cursor)) ||
	    is_repeated(c->w, c->top, cursor))
		return CXChildVisit_Continue;
	c->top = raw_new(c->w, cursor, c->top);
	return CXChildVisit_Recurse;
}

void raw_collect(struct walk *w, CXTranslationUnit tu)
{
	CXCursor root = clang_getTranslationUnitCursor(tu);
	struct collect c = { .w = w };

	w->root = arena_alloc(w->scratch, sizeof(*w->root));
	w->root->cursor = root;
	c.top = w->root;
	clang_visitChildren(root, visit, &c);
}

void raw_sort(struct raw *parent)
{
	struct raw *r, *next, **at, *list = NULL, *tail = NULL;
	bool sorted = true;

	for (r = parent->first; r && r->next; r = r->next)
		sorted = sorted && r->begin <= r->next->begin;
	if (sorted)
		return;
	for (r = parent->first; r; r = next) {
		next = r->next;
		at = &list;
		if (tail && tail->begin <= r->begin)
			at = &tail->next;
		while (*at && (*at)->begin <= r->begin)
			at = &(*at)->next;
		r->next = *at;
		*at = r;
		if (!r->next)
			tail = r;
	}
	parent->first = list;
	for (r = list; r; r = r->next)
		parent->last = r;
}

bool raw_is_expr(const struct raw *r)
{
	return clang_isExpression(clang_getCursorKind(r->cursor)) != 0;
}

/* An argument for a transparent union, which libclang wraps. */
static bool is_wrapped_argument(const struct raw *r)
{
	const struct raw *list = r->last;

	return clang_getCursorKind(r->cursor) == CXCursor_CompoundLiteralExpr &&
	       list && list->begin == r->begin && list->first &&
	       list->first == list->last;
}

struct raw *raw_skip_implicit(struct raw *r)
{
	if (is_wrapped_argument(r))
		r = r->last->first;
	while (clang_getCursorKind(r->cursor) == CXCursor_UnexposedExpr &&
	       r->first && r->first == r->last && raw_is_expr(r->first) &&
	       r->first->begin == r->begin && r->first->end == r->end)
		r = r->first;
	return r;
}
