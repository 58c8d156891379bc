/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "common/base/xalloc.h"
#include "instrument/walk_priv.h"

static const struct {
	enum CXTypeKind clang;
	enum type_kind kind;
	bool is_signed;
} scalars[] = {
	{ CXType_Void, T_VOID, false },
	{ CXType_Bool, T_BOOL, false },
	{ CXType_Char_S, T_CHAR, true },
	{ CXType_Char_U, T_CHAR, false },
	{ CXType_SChar, T_SCHAR, true },
	{ CXType_UChar, T_UCHAR, false },
	{ CXType_Short, T_SHORT, true },
	{ CXType_UShort, T_USHORT, false },
	{ CXType_Int, T_INT, true },
	{ CXType_UInt, T_UINT, false },
	{ CXType_Long, T_LONG, true },
	{ CXType_ULong, T_ULONG, false },
	{ CXType_LongLong, T_LLONG, true },
	{ CXType_ULongLong, T_ULLONG, false },
	{ CXType_Int128, T_INT128, true },
	{ CXType_UInt128, T_UINT128, false },
	{ CXType_Float, T_FLOAT, false },
	{ CXType_Double, T_DOUBLE, false },
	{ CXType_LongDouble, T_LDOUBLE, false },
	{ CXType_Float128, T_FLOAT128, false },
};

static struct type *type_new(struct walk *w, enum type_kind kind)
{
	struct ast *a = w->ast;
	struct type *t = arena_alloc(w->arena, sizeof(*t));

	if ((size_t)a->ntypes == w->types_alloc) {
		w->types_alloc = w->types_alloc * 2 + 64;
		a->types = xreallocarray(a->types, w->types_alloc,
					 sizeof(struct type *));
	}
	t->kind = kind;
	t->id = a->ntypes;
	t->size = -1;
	a->types[a->ntypes++] = t;
	return t;
}

static void set_size(struct type *t, CXType ct)
{
	long long size, align;

	/* libclang dies of the size of its placeholders (builtins' types). */
	if (ct.kind == CXType_Unexposed || ct.kind == CXType_Invalid ||
	    ct.kind == CXType_Dependent || ct.kind == CXType_Overload)
		return;
	size = clang_Type_getSizeOf(ct);
	align = clang_Type_getAlignOf(ct);
	t->size = size < 0 ? -1 : size;
	t->align = align < 0 ? 0 : (int)align;
}

bool type_is_const(CXType t)
{
	t = clang_getCanonicalType(t);
	while (t.kind == CXType_ConstantArray ||
	       t.kind == CXType_IncompleteArray ||
	       t.kind == CXType_VariableArray) {
		if (clang_isConstQualifiedType(t))
			return true;
		t = clang_getCanonicalType(clang_getArrayElementType(t));
	}
	return clang_isConstQualifiedType(t) != 0;
}

bool type_is_volatile(CXType t)
{
	t = clang_getCanonicalType(t);
	while (t.kind == CXType_ConstantArray ||
	       t.kind == CXType_IncompleteArray ||
	       t.kind == CXType_VariableArray)
		t = clang_getCanonicalType(clang_getArrayElementType(t));
	return clang_isVolatileQualifiedType(t) != 0;
}

static bool is_name(CXCursor cursor, const char *name)
{
	CXString s = clang_getCursorSpelling(cursor);
	const char *text = clang_getCString(s);
	bool same = text && !strcmp(text, name);

	clang_disposeString(s);
	return same;
}

/*
 * Takes off typedefs one by one, since `va_list` can only be told from
 * `char *` or `void *` (i686, riscv64...) by its name.
 */
static CXType peel(CXType t, bool *is_va_list)
{
	*is_va_list = false;
	for (;;) {
		CXCursor decl;

		switch (t.kind) {
		case CXType_Elaborated:
			t = clang_Type_getNamedType(t);
			continue;
		case CXType_Attributed:
			t = clang_Type_getModifiedType(t);
			continue;
		case CXType_Typedef:
			decl = clang_getTypeDeclaration(t);
			if (is_name(decl, "__builtin_va_list")) {
				*is_va_list = true;
				return t;
			}
			t = clang_getTypedefDeclUnderlyingType(decl);
			continue;
		case CXType_Auto:
			t = clang_getCanonicalType(t);
			if (t.kind == CXType_Auto)
				return t;
			continue;
		case CXType_Unexposed:
		default:
			return t;
		}
	}
}

static struct type *va_list_type(struct walk *w, CXType ct)
{
	if (!w->va_list_type) {
		w->va_list_type = type_new(w, T_VA_LIST);
		set_size(w->va_list_type, ct);
	}
	return w->va_list_type;
}

/* One object for each kind of type over the same element. */
static struct type *derived(struct walk *w, enum type_kind kind,
			    struct type *elem, uintptr_t more, CXType ct,
			    bool elem_const)
{
	struct key key = { (uintptr_t)kind, (uintptr_t)elem, more, elem_const };
	struct type *t = keymap_get(w->keys, key);

	if (t)
		return t;
	t = type_new(w, kind);
	t->elem = elem;
	t->elem_const = elem_const;
	set_size(t, ct);
	keymap_set(w->keys, key, t);
	return t;
}

static struct type *pointer_type(struct walk *w, CXType ct)
{
	CXType to = clang_getPointeeType(ct);

	return derived(w, T_POINTER, type_of(w, to), type_is_volatile(to), ct,
		       type_is_const(to));
}

static struct type *array_type(struct walk *w, CXType ct)
{
	CXType of = clang_getArrayElementType(ct);
	struct type *elem = type_of(w, of), *t;
	bool is_const = type_is_const(ct);
	enum type_kind kind = ct.kind == CXType_ConstantArray ? T_ARRAY
			      : ct.kind == CXType_VariableArray
				      ? T_VLA
				      : T_INCOMPLETE_ARRAY;
	long long n = kind == T_ARRAY ? clang_getArraySize(ct) : 0;

	t = derived(w, kind, elem, (uintptr_t)n, ct, is_const);
	t->count = n;
	t->is_const = is_const;
	t->elem_const = is_const;
	t->has_vla = kind == T_VLA || elem->has_vla;
	return t;
}

static struct type *function_type(struct walk *w, CXType ct)
{
	CXType canon = clang_getCanonicalType(ct);
	struct key key = { T_FUNCTION, (uintptr_t)canon.data[0], 0, 0 };
	struct type *t = keymap_get(w->keys, key);
	int i, n;

	if (t)
		return t;
	t = type_new(w, T_FUNCTION);
	keymap_set(w->keys, key, t);
	t->elem = type_of(w, clang_getResultType(ct));
	t->unprototyped = ct.kind == CXType_FunctionNoProto;
	t->variadic = !t->unprototyped && clang_isFunctionTypeVariadic(ct);
	n = clang_getNumArgTypes(ct);
	t->nparams = n > 0 ? n : 0;
	t->params =
		arena_alloc(w->arena, sizeof(*t->params) * (size_t)t->nparams);
	for (i = 0; i < t->nparams; i++) {
		struct type *p = type_of(w, clang_getArgType(ct, (unsigned)i));

		t->params[i] = type_decayed(w, p);
	}
	return t;
}

struct fields {
	struct walk *w;
	struct field *v;
	int n, alloc;
};

/* int64_t, uint_least32_t, ... or an array of them, by their names. */
static bool is_fixed_width(CXType type)
{
	CXString s;
	const char *name, *digits;
	bool fixed;

	while (type.kind == CXType_ConstantArray)
		type = clang_getArrayElementType(type);
	s = clang_getTypeSpelling(type);
	name = clang_getCString(s);
	digits = name ? strpbrk(name, "0123456789") : NULL;
	fixed = digits && strstr(name, "int") && strstr(digits, "_t");
	clang_disposeString(s);
	return fixed;
}

static enum CXVisitorResult add_field(CXCursor cursor, CXClientData data)
{
	struct fields *f = data;
	CXString s = clang_getCursorSpelling(cursor);
	const char *name = clang_getCString(s);
	CXType ct = clang_getCursorType(cursor);
	struct field *field;

	if (f->n == f->alloc) {
		f->alloc = f->alloc * 2 + 8;
		f->v = xreallocarray(f->v, (size_t)f->alloc, sizeof(*f->v));
	}
	field = f->v + f->n++;
	memset(field, 0, sizeof(*field));
	/* libclang spells what has no name in parentheses. */
	if (name && *name && !strchr(name, '('))
		field->name = arena_strdup(f->w->arena, name);
	clang_disposeString(s);
	field->type = type_of(f->w, ct);
	field->offset_bits = clang_Cursor_getOffsetOfField(cursor);
	field->width = clang_Cursor_isBitField(cursor)
			       ? clang_getFieldDeclBitWidth(cursor)
			       : -1;
	field->is_const = type_is_const(ct);
	field->fixed_width = is_fixed_width(ct);
	return CXVisit_Continue;
}

static void add_fields(struct walk *w, struct type *t, CXType ct)
{
	struct fields f = { .w = w };
	const struct field *last;
	int i;

	clang_Type_visitFields(ct, add_field, &f);
	t->nfields = f.n;
	t->fields = arena_alloc(w->arena, sizeof(*f.v) * (size_t)f.n);
	if (f.n)
		memcpy(t->fields, f.v, sizeof(*f.v) * (size_t)f.n);
	free(f.v);
	for (i = 0; i < t->nfields; i++)
		t->has_vla |= t->fields[i].type->has_vla;
	last = t->nfields ? t->fields + t->nfields - 1 : NULL;
	if (t->kind == T_STRUCT && last)
		t->has_flexible =
			last->type->kind == T_INCOMPLETE_ARRAY ||
			(last->type->kind == T_ARRAY && !last->type->count) ||
			last->type->has_flexible;
}

static void set_tag_place(struct walk *w, struct type *t, CXCursor cursor)
{
	unsigned offset = 0;
	const struct tok *tok;
	struct place at;
	CXFile file = NULL;
	CXCursor parent = clang_getCursorSemanticParent(cursor);

	clang_getFileLocation(clang_getCursorLocation(cursor), &file, NULL,
			      NULL, &offset);
	if (!file) { /* the compiler's own, as __va_list_tag */
		CXString s = clang_getCursorSpelling(cursor);

		t->tag = arena_strdup(w->arena, clang_getCString(s));
		t->file = "";
		t->is_system = true;
		clang_disposeString(s);
		return;
	}
	at = ast_place(w->ast, offset);
	t->file = at.file;
	t->line = at.line;
	t->col = at.col;
	t->is_system = at.is_system;
	t->local = clang_getCursorKind(parent) == CXCursor_FunctionDecl;
	/* The location of what has no tag is its keyword. */
	tok = toks_at(w->toks, offset);
	if (tok->begin == offset && tok->kind == TOK_IDENT &&
	    !tok_is_word(w->toks, tok, "struct") &&
	    !tok_is_word(w->toks, tok, "union") &&
	    !tok_is_word(w->toks, tok, "enum"))
		t->tag = arena_strndup(w->arena, w->toks->text + tok->begin,
				       tok->end - tok->begin);
}

static struct type *tag_type(struct walk *w, CXType ct)
{
	CXType canon = clang_getCanonicalType(clang_getUnqualifiedType(ct));
	struct key key = { KEY_TAG, (uintptr_t)canon.data[0], 0, 0 };
	struct type *t = keymap_get(w->keys, key);
	CXCursor decl, def;

	if (t)
		return t;
	decl = clang_getTypeDeclaration(canon);
	def = clang_getCursorDefinition(decl);
	t = type_new(w, canon.kind == CXType_Enum ? T_ENUM
			: clang_getCursorKind(decl) == CXCursor_UnionDecl
				? T_UNION
				: T_STRUCT);
	keymap_set(w->keys, key, t);
	t->complete = !clang_Cursor_isNull(def);
	set_tag_place(w, t, t->complete ? def : decl);
	t->tag_decl = decl_of(w, decl);
	if (!t->complete)
		return t;
	set_size(t, canon);
	if (t->kind == T_ENUM)
		t->is_signed =
			type_of(w, clang_getEnumDeclIntegerType(def))->is_signed;
	else
		add_fields(w, t, canon);
	return t;
}

static struct type *scalar_type(struct walk *w, CXType ct)
{
	size_t i;

	for (i = 0; i < sizeof(scalars) / sizeof(*scalars); i++) {
		struct type *t;

		if (scalars[i].clang != ct.kind)
			continue;
		t = derived(w, scalars[i].kind, NULL, 0, ct, false);
		t->is_signed = scalars[i].is_signed;
		return t;
	}
	return derived(w, T_OTHER, NULL,
		       (uintptr_t)clang_getCanonicalType(ct).data[0], ct,
		       false);
}

static struct type *make_type(struct walk *w, CXType ct)
{
	struct type *t;

	switch (ct.kind) {
	case CXType_Pointer:
		return pointer_type(w, ct);
	case CXType_ConstantArray:
	case CXType_IncompleteArray:
	case CXType_VariableArray:
		return array_type(w, ct);
	case CXType_FunctionProto:
	case CXType_FunctionNoProto:
		return function_type(w, ct);
	case CXType_Record:
	case CXType_Enum:
		return tag_type(w, ct);
	case CXType_Complex:
		return derived(w, T_COMPLEX,
			       type_of(w, clang_getElementType(ct)), 0, ct,
			       false);
	case CXType_Vector:
	case CXType_ExtVector:
		t = derived(w, T_VECTOR, type_of(w, clang_getElementType(ct)),
			    (uintptr_t)clang_getNumElements(ct), ct, false);
		t->count = clang_getNumElements(ct);
		return t;
	case CXType_Atomic:
		return type_of(w, clang_Type_getValueType(ct));
	default:
		return scalar_type(w, ct);
	}
}

struct type *type_of(struct walk *w, CXType ct)
{
	struct key key = { KEY_SUGAR, (uintptr_t)ct.data[0], ct.kind, 0 };
	struct type *t = keymap_get(w->keys, key);
	bool is_va_list;
	CXType inner;

	if (t)
		return t;
	inner = peel(ct, &is_va_list);
	if (is_va_list)
		t = va_list_type(w, ct);
	else if (inner.kind == CXType_Unexposed)
		t = make_type(w, clang_getCanonicalType(inner));
	else
		t = make_type(w, inner);
	keymap_set(w->keys, key, t);
	return t;
}

struct type *type_decayed(struct walk *w, struct type *t)
{
	struct key key = { T_POINTER, (uintptr_t)t, 0, 0 };
	struct type *elem = t, *p;
	bool is_const = false;

	if (t->kind == T_ARRAY || t->kind == T_INCOMPLETE_ARRAY ||
	    t->kind == T_VLA) {
		elem = t->elem;
		is_const = t->is_const;
	} else if (t->kind != T_FUNCTION) {
		return t;
	}
	key.a = (uintptr_t)elem;
	key.c = is_const;
	p = keymap_get(w->keys, key);
	if (p)
		return p;
	p = type_new(w, T_POINTER);
	p->elem = elem;
	p->elem_const = is_const;
	p->size = w->ast->priv->pointer_size;
	p->align = (int)p->size;
	keymap_set(w->keys, key, p);
	return p;
}
